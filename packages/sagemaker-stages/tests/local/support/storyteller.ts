import { join } from "node:path";
import { environments } from "../../../examples/storyteller/environments";
import { dev } from "../../../examples/storyteller/environments/dev";
import { models } from "../../../examples/storyteller/functions";
import { createApp } from "../../../src/app/create-app";
import { writePages } from "../../../src/app/write-pages";
import type { Environment } from "../../../src/environment/environment";
import { parseEnvironment } from "../../../src/environment/parse";
import type { Container } from "../../../src/local/sagemaker/container";
import { loadSamples } from "../../../src/local/samples";
import { LocalStage } from "../../../src/local/stage";
import type { Deployment } from "../../../src/local/terraform/deployment";
import { readDeployment } from "../../../src/local/terraform/read-deployment";
import type { Models } from "../../../src/models";
import { BEFORE_EVERY_END } from "../../../src/testing/clock";
import { makeTempFolder, removeFolder } from "../../../src/testing/temp-folder";
import { models as fixtureModels } from "../../fixtures/app/functions";

/** The folder of the app. */
const FOLDER = join(__dirname, "../../../examples/storyteller");

/** The name of the model. */
export const STORYTELLER = "storyteller";

/**
 * Synthesizes the example app.
 *
 * @param folder - receives the stacks
 * @param served - the environments. Default: those of the app
 * @param own - the models. Default: those of the app
 */
export function synthesizeStoryteller(
  folder: string,
  served: readonly Environment[] = environments,
  own: Models = models,
): void {
  // A synthesis in the tests' folder requires the fixture models in the catalog.
  const catalog = { ...fixtureModels, ...own };
  writePages(
    served.map((environment) => parseEnvironment(environment)),
    catalog,
    folder,
  );
  createApp({ models: catalog, environments: served, now: BEFORE_EVERY_END, outdir: folder }).synth();
}

/** Reads an environment from the folder of {@link synthesizeStoryteller}. */
export function readStoryteller(folder: string, name: string): Deployment {
  return readDeployment(name, join(folder, "stacks", name));
}

/** The environment `dev` of the app with another model. The environment has the name of the model. */
export function devWith(model: string): Environment {
  const { storyteller } = dev.models;
  if (storyteller === undefined) throw new Error("dev has no model storyteller");
  return {
    ...dev,
    name: model,
    state: { local: { path: `terraform.${model}.tfstate` } },
    models: { [model]: storyteller },
  };
}

/** What a test changes in the example app. */
export interface StorytellerChanges {
  /** The environments. @default - those of the app */
  readonly environments?: readonly Environment[];
  /** The models. @default - those of the app */
  readonly models?: Models;
}

/** The example app with a chat model, on a local stage in this process. */
export class Storyteller {
  private readonly folder = makeTempFolder();
  /** The log of the functions and of the stage. */
  log = "";
  private readonly stage: LocalStage;
  private readonly served: readonly Environment[];

  /** @param container - the container of every model. Default: the sample model of the app */
  constructor(
    container?: Container,
    private readonly changes: StorytellerChanges = {},
  ) {
    this.served = changes.environments ?? environments;
    const samples = loadSamples(FOLDER, { blazingText: false });
    const names = Object.keys(changes.models ?? models);
    this.stage = new LocalStage({
      port: 0,
      captureFolder: join(this.folder, "capture"),
      containers: container === undefined ? samples : new Map(names.map((name) => [name, container])),
      log: (text) => {
        this.log += text;
      },
    });
  }

  get url(): string {
    return this.stage.url;
  }

  async start(): Promise<void> {
    synthesizeStoryteller(this.folder, this.served, this.changes.models);
    await this.stage.listen();
    await this.stage.serve(this.served.map(({ name }) => readStoryteller(this.folder, name)));
  }

  /** The lines of the function's log, parsed. */
  get lines(): readonly Readonly<Record<string, unknown>>[] {
    return this.log
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  }

  async close(): Promise<void> {
    await this.stage.close();
    removeFolder(this.folder);
  }
}
