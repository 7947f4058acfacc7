import type * as creating from "../app/create-app";
import { withoutNotices } from "../app/notice";
import { appFolder } from "../lib/app-folder";
import { exampleStandIns } from "../local/example-stand-ins";
import { type Container, ownContainer } from "../local/sagemaker/container";
import { loadSamples } from "../local/samples";
import type * as serving from "../local/stage";
import { readDeployments } from "../local/synthesize";
import { BEFORE_EVERY_END } from "./clock";
import type { TestedApp } from "./synthesize";
import { makeTempFolder, removeFolder } from "./temp-folder";

/**
 * Settings of {@link serveApp}.
 *
 * @example
 * const settings: ServeSettings = { containers: { iris: "http://127.0.0.1:8080" } };
 */
export interface ServeSettings {
  /**
   * URLs of containers by the name of the model. A container, e.g. an `EndpointServer`, replaces the sample model.
   *
   * @default - the sample models of the app in the current folder
   */
  readonly containers?: Readonly<Record<string, string>>;
}

/**
 * An app that a local stage serves.
 *
 * @example
 * const served: ServedApp = await serveApp({ models, environments: [dev] });
 * await served.close();
 */
export interface ServedApp {
  /**
   * The address of the local stage, e.g. `http://127.0.0.1:40123`. The stage of an environment is `<url>/<environment>`,
   * and its page is `<url>/website/<environment>/`.
   */
  readonly url: string;
  /** The log of the functions and of the local stage so far. */
  readonly log: string;
  /** Ends the local stage and its functions, and removes their temporary files. */
  close(): Promise<void>;
}

/**
 * Synthesizes an app and serves all its environments on a free port of this machine, as `sagemaker-stages start` does,
 * with the page of each environment. Needs neither network nor credentials.
 *
 * @param app - the argument of `createApp` in `main.ts`. The current folder is the app's folder, with `functions/`
 * @throws InvalidCatalog or InvalidEnvironments with every fault of the app
 * @throws Error if `containers` names a model that no environment deploys
 * @throws UnsupportedTerraform if the local stage does not support a resource of the app
 * @example
 * const served = await serveApp({ models, environments: [dev] });
 * const response = await fetch(`${served.url}/dev/iris`, { method: "POST", body: JSON.stringify(request) });
 */
export async function serveApp(app: TestedApp, { containers = {} }: ServeSettings = {}): Promise<ServedApp> {
  requireDeployed(app, Object.keys(containers));
  // Loaded only now, because test files import this module for other functions, see synthesize.ts.
  const { LocalStage } = require("../local/stage") as typeof serving;
  const { createApp } = require("../app/create-app") as typeof creating;
  const outdir = makeTempFolder();
  let log = "";
  const stage = new LocalStage({
    port: 0,
    containers: new Map<string, Container>([
      ...exampleStandIns(app.models),
      ...loadSamples(appFolder(), { blazingText: false }),
      ...Object.entries(containers).map(([model, url]) => [model, ownContainer(new URL(url))] as const),
    ]),
    log: (text) => {
      log += text;
    },
  });
  const close = async () => {
    await stage.close();
    removeFolder(outdir);
  };
  try {
    withoutNotices(() =>
      createApp({
        now: BEFORE_EVERY_END,
        ...app,
        accountStacks: false,
        pages: true,
        placeholders: true,
        outdir,
      }),
    ).synth();
    const deployments = readDeployments(
      outdir,
      app.environments.map(({ name }) => name),
    );
    await stage.listen();
    await stage.serve(deployments);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: stage.url,
    get log() {
      return log;
    },
    close,
  };
}

function requireDeployed({ environments }: TestedApp, models: readonly string[]): void {
  const deployed = new Set(environments.flatMap((environment) => Object.keys(environment.models)));
  const unknown = models.find((model) => !deployed.has(model));
  if (unknown === undefined) return;
  throw new Error(`containers: got the model ${unknown}; allowed: ${[...deployed].join(", ")}`);
}
