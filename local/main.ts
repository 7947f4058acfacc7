import { join } from "node:path";
import { watch } from "chokidar";
import { type Arguments, readArguments, USAGE, UsageError } from "./arguments";
import { banner } from "./banner";
import { type Container, ownContainer } from "./sagemaker/container";
import { samples } from "./samples/catalog";
import { FunctionNotLoaded, LocalStage } from "./stage";
import { PROJECT, readDeployments, SOURCES, SynthesisFailed, synthesize } from "./synthesize";

const OUTDIR = join(PROJECT, "cdktf.out");

/** Editors write a file in several steps, and a save often touches several files. */
const QUIET_BEFORE_RELOAD_IN_MS = 150;

const print = (text: string) => process.stdout.write(text);

async function run({ environments, port, containers: own }: Arguments): Promise<void> {
  const containers = new Map<string, Container>([
    ...samples,
    ...[...own].map(([model, url]) => [model, ownContainer(url)] as const),
  ]);

  print(`Synthesizing ${environments.join(", ")} …\n`);
  await synthesize(OUTDIR);
  const deployments = readDeployments(OUTDIR, environments);
  const models = deployments.flatMap((deployment) => deployment.endpoints.map((endpoint) => endpoint.model));
  const stray = [...own.keys()].find((model) => !models.includes(model));
  if (stray !== undefined) {
    throw new UsageError(`--container: got the model ${stray}; allowed: ${[...new Set(models)].join(", ")}`);
  }

  const stage = new LocalStage({ port, containers, log: print });
  stopOnSignal(stage);
  try {
    await stage.listen();
    await stage.serve(deployments);
  } catch (error) {
    await stage.close();
    throw error;
  }
  await reloadOnChange(stage, environments, containers);
  print(
    `\n${banner(stage.url, deployments, containers)}\nReloads when code or environments change. Ctrl-C stops.\n\n`,
  );
}

function stopOnSignal(stage: LocalStage): void {
  // A terminal sends the signal to npm and to this process, and npm passes it on: it comes twice.
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void stage.close().then(() => process.exit(0));
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
}

async function reloadOnChange(
  stage: LocalStage,
  environments: readonly string[],
  containers: ReadonlyMap<string, Container>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let reloading = Promise.resolve();
  const reload = async () => {
    const start = performance.now();
    try {
      await synthesize(OUTDIR);
      const deployments = readDeployments(OUTDIR, environments);
      await stage.serve(deployments);
      print(
        `\nReloaded in ${Math.round(performance.now() - start)} ms.\n\n${banner(stage.url, deployments, containers)}\n`,
      );
    } catch (error) {
      print(`\n${describe(error)}\n\nNot reloaded: what was served before is still served.\n`);
    }
  };
  const watcher = watch(SOURCES, { ignoreInitial: true }).on("all", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reloading = reloading.then(reload);
    }, QUIET_BEFORE_RELOAD_IN_MS);
  });
  await new Promise<void>((resolve) => watcher.once("ready", () => resolve()));
}

function describe(error: unknown): string {
  const isForPeople = [UsageError, SynthesisFailed, FunctionNotLoaded].some((kind) => error instanceof kind);
  if (isForPeople && error instanceof Error) return error.message;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return `${error.message}: another program listens there. Choose another port with --port N, or --port 0 for any.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function main(): Promise<void> {
  try {
    const asked = readArguments(process.argv.slice(2));
    if (asked === undefined) print(`${USAGE}\n`);
    else await run(asked);
  } catch (error) {
    console.error(describe(error));
    process.exitCode = 1;
  }
}

void main();
