import { join, relative } from "node:path";
import { watch } from "chokidar";
import { appFolder } from "../lib/app-folder";
import { UsageError } from "../lib/arguments";
import { UserError } from "../lib/user-error";
import type { Arguments } from "./arguments";
import { banner } from "./banner";
import { loadExampleStandIns } from "./example-stand-ins";
import { type Container, ownContainer } from "./sagemaker/container";
import { loadSamples } from "./samples";
import { LocalStage } from "./stage";
import { readDeployments, sources, synthesize } from "./synthesize";
import type { Deployment } from "./terraform/deployment";

/** Editors write a file in several steps, and a save often touches several files. */
const DEBOUNCE_IN_MS = 150;

/** The interval in which the stage checks that its parent process exists. */
const PARENT_CHECK_IN_MS = 500;

const outdir = () => join(appFolder(), "cdktf.out");

const print = (text: string) => process.stdout.write(text);

/**
 * Serves environments until a signal ends the process, and reloads the environments when the app changes.
 *
 * @returns after the environments are served
 * @throws UserError if an environment cannot be served
 */
export async function serve({ environments, port, containers: own, blazingText }: Arguments): Promise<void> {
  const containers = new Map<string, Container>([
    ...loadExampleStandIns(appFolder()),
    ...loadSamples(appFolder(), { blazingText }),
    ...[...own].map(([model, url]) => [model, ownContainer(url)] as const),
  ]);

  const stage = new LocalStage({ port, containers, log: print });
  stopOnSignal(stage);
  const deploymentsNow = () => readDeployments(outdir(), environments, [...own.keys()]);
  let deployments: readonly Deployment[];
  try {
    // Listens before the synthesis, which takes seconds, so that a port in use is reported immediately.
    await stage.listen();
    print(`Synthesizing ${environments.join(", ")} …\n`);
    await synthesize(outdir());
    deployments = deploymentsNow();
    requireDeployed([...own.keys()], deployments);
    await stage.serve(deployments);
  } catch (error) {
    await stage.close();
    throw error;
  }
  const standIns = new Set([...containers].flatMap(([model, { caveat }]) => (caveat ? [model] : [])));
  const refreshStandIns = () => {
    for (const [model, container] of loadExampleStandIns(appFolder())) {
      if (!containers.has(model)) standIns.add(model);
      if (standIns.has(model)) containers.set(model, container);
    }
  };
  await reloadOnChange(stage, deploymentsNow, containers, refreshStandIns);
  print(
    `\n${banner(stage, deployments, containers)}\nReloads when code or environments change. Ctrl-C stops.\n\n`,
  );
}

function requireDeployed(models: readonly string[], deployments: readonly Deployment[]): void {
  const deployed = deployments.flatMap(({ endpoints }) => endpoints.map(({ model }) => model));
  const unexpected = models.find((model) => !deployed.includes(model));
  if (unexpected === undefined) return;
  const allowed = [...new Set(deployed)].join(", ") || "none, because no endpoint is served";
  throw new UsageError(`--container: got the model ${unexpected}; allowed: ${allowed}`);
}

function stopOnSignal(stage: LocalStage): void {
  // The signal arrives twice: a terminal sends it to npm and to this process, and npm forwards it.
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void stage.close().then(() => process.exit(0));
  };
  process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGHUP", stop);
  // npm forwards Ctrl-C, but not a SIGTERM that ends npm.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, PARENT_CHECK_IN_MS).unref();
}

async function reloadOnChange(
  stage: LocalStage,
  deploymentsNow: () => readonly Deployment[],
  containers: ReadonlyMap<string, Container>,
  refreshStandIns: () => void,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let reloading = Promise.resolve();
  let stale: readonly string[] = [];
  const reload = async () => {
    const start = performance.now();
    try {
      await synthesize(outdir());
      refreshStandIns();
      const deployments = deploymentsNow();
      await stage.serve(deployments);
      print(
        `\nReloaded in ${Math.round(performance.now() - start)} ms.\n\n${banner(stage, deployments, containers)}\n`,
      );
      if (stale.length > 0)
        print(`\nRestart the local stage to use the new version of ${stale.join(", ")}.\n`);
    } catch (error) {
      print(`\n${describe(error)}\n\nNot reloaded: the stage still serves the version before this change.\n`);
    }
  };
  const watcher = watch(sources(), { ignoreInitial: true }).on("all", (_event, path) => {
    const file = relative(appFolder(), path).replaceAll("\\", "/");
    // Sample models are loaded once, at the start of this process.
    if (/^functions\/[^/]+\/sample\//.test(file)) stale = [...new Set([...stale, file])];
    clearTimeout(timer);
    timer = setTimeout(() => {
      reloading = reloading.then(reload);
    }, DEBOUNCE_IN_MS);
  });
  await new Promise<void>((resolve) => watcher.once("ready", () => resolve()));
}

function describe(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
