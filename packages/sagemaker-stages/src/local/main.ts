import { join, relative } from "node:path";
import { appFolder } from "../lib/app-folder";
import { UsageError } from "../lib/arguments";
import { UserError } from "../lib/user-error";
import type { Arguments } from "./arguments";
import { banner } from "./banner";
import { DelayedOutput } from "./delayed-output";
import { loadExampleStandIns } from "./example-stand-ins";
import { CAPTURE_FOLDER } from "./s3/captured-requests";
import { type Container, ownContainer } from "./sagemaker/container";
import { loadSamples } from "./samples";
import { LocalStage } from "./stage";
import { isFolderOfTools } from "./synthesis/inputs";
import { LocalSynthesis, readDeployments, sources } from "./synthesize";
import type { Deployment } from "./terraform/deployment";
import { answeringRoutes } from "./terraform/endpoints";

/** Editors write a file in several steps, and a save often touches several files. */
const DEBOUNCE_IN_MS = 150;

/** The interval in which the stage checks that its parent process exists. */
const PARENT_CHECK_IN_MS = 500;

const write = (text: string) => process.stdout.write(text);
/** The output of functions and requests. */
const log = new DelayedOutput(write);
/** Prints a message of this command, after the earlier output. */
const print = (text: string) => {
  log.flush();
  write(text);
};

/**
 * Serves environments until a signal ends the process, and reloads the environments when the app changes.
 *
 * @returns after the environments are served
 * @throws UserError if an environment cannot be served
 */
export async function serve({
  environments,
  port,
  containers: own,
  blazingText,
  synthesize,
  wakeUpInSeconds,
}: Arguments): Promise<void> {
  const containers = new Map<string, Container>();
  const synthesis = new LocalSynthesis();
  const stage = new LocalStage({
    port,
    containers,
    log: log.add,
    captureFolder: join(appFolder(), CAPTURE_FOLDER),
    functionProgram: synthesis.functionProgram,
    wakeUpInMs: wakeUpInSeconds * 1_000,
  });
  const close = async () => {
    await stage.close();
    synthesis.close();
    log.flush();
  };
  // An error that nothing catches also ends the process.
  process.on("exit", log.flush);
  const isStopping = stopOnSignal(close);
  const deploymentsNow = () => readDeployments(synthesis.outdir, environments, [...own.keys()]);
  let deployments: readonly Deployment[] | undefined;
  const loadContainers = () => {
    if (containers.size > 0) return;
    for (const [model, container] of loadSamples(appFolder(), { blazingText }))
      containers.set(model, container);
    for (const [model, url] of own) containers.set(model, ownContainer(url));
    if (deployments?.flatMap(modelsOf).every((model) => containers.has(model))) return;
    // Loads the app's catalog with every contract.
    for (const [model, container] of loadExampleStandIns(appFolder())) {
      if (!containers.has(model)) containers.set(model, container);
    }
  };
  try {
    // Listens before the synthesis, which takes seconds, so that a port in use is reported immediately.
    await stage.listen();
    const synthesizedAt = synthesize ? undefined : synthesis.reuse();
    if (synthesizedAt === undefined) {
      print(`Synthesizing ${environments.join(", ")} …\n`);
      await during(synthesis.run(), loadContainers);
      const { repeatedBecause: reason } = synthesis;
      if (reason !== undefined) print(`The next start synthesizes again, because ${reason}.\n`);
    } else {
      print(
        `Nothing has changed since the synthesis of ${synthesizedAt.toISOString()}: using its Terraform.\n`,
      );
    }
    deployments = deploymentsNow();
    requireDeployed([...own.keys()], deployments);
    // The stage reads the containers after the processes of its functions have started.
    await during(stage.serve(deployments), loadContainers);
  } catch (error) {
    await close();
    throw error;
  }
  const standIns = new Set([...containers].flatMap(([model, { caveat }]) => (caveat ? [model] : [])));
  const refreshStandIns = () => {
    for (const [model, container] of loadExampleStandIns(appFolder())) {
      if (!containers.has(model)) standIns.add(model);
      if (standIns.has(model)) containers.set(model, container);
    }
  };
  await reloadOnChange(stage, synthesis, deploymentsNow, containers, refreshStandIns);
  if (isStopping()) return;
  print(
    `\n${banner(stage, deployments, containers)}\nReloads when code or environments change. Ctrl-C stops.\n\n`,
  );
}

/** Runs `action` while the machine does `work`. */
async function during(work: Promise<void>, action: () => void): Promise<void> {
  try {
    action();
  } catch (error) {
    await work.catch(() => undefined);
    throw error;
  }
  await work;
}

/** The models that the endpoints of an environment serve. */
function modelsOf({ endpoints }: Deployment): string[] {
  return endpoints.flatMap((endpoint) => answeringRoutes(endpoint).map(({ model }) => model));
}

function requireDeployed(models: readonly string[], deployments: readonly Deployment[]): void {
  const deployed = deployments.flatMap(({ endpoints }) => endpoints.map(({ model }) => model));
  const unexpected = models.find((model) => !deployed.includes(model));
  if (unexpected === undefined) return;
  const allowed = [...new Set(deployed)].join(", ") || "none, because no endpoint is served";
  throw new UsageError(`--container: got the model ${unexpected}; allowed: ${allowed}`);
}

/** @returns a function that returns whether a signal has ended the stage */
function stopOnSignal(close: () => Promise<void>): () => boolean {
  // The signal arrives twice: a terminal sends it to npm and to this process, and npm forwards it.
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void close().then(() => process.exit(0));
  };
  process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGHUP", stop);
  // npm forwards Ctrl-C, but not a SIGTERM that ends npm.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, PARENT_CHECK_IN_MS).unref();
  return () => stopping;
}

async function reloadOnChange(
  stage: LocalStage,
  synthesis: LocalSynthesis,
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
      await synthesis.run();
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
  const reloadSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reloading = reloading.then(reload);
    }, DEBOUNCE_IN_MS);
  };
  // Loaded here, because the first answer does not need the package.
  const { watch } = await import("chokidar");
  const watched = sources();
  const watcher = watch(watched, {
    ignoreInitial: true,
    ignored: (path, stats) =>
      stats?.isDirectory() === true && !watched.includes(path) && isFolderOfTools(path),
  }).on("all", (_event, path) => {
    const file = relative(appFolder(), path).replaceAll("\\", "/");
    // Sample models are loaded once, at the start of this process.
    if (/^functions\/[^/]+\/sample\//.test(file)) stale = [...new Set([...stale, file])];
    reloadSoon();
  });
  await new Promise<void>((resolve) => watcher.once("ready", () => resolve()));
  // The watcher sees no change between the synthesis and this moment.
  if (synthesis.haveSourcesChanged()) reloadSoon();
}

function describe(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
