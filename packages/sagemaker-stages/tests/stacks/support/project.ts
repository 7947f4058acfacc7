import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { MAIN } from "../../local/support/project";

/** The repository: its `node_modules` contains a link to the engine. */
const REPOSITORY = join(__dirname, "../../../../..");
const FIXTURE_APP = join(__dirname, "../../fixtures/app");
const SOURCES = ["cdktf.json", "environments", "functions", "main.ts", "stacks"];

/** Creates `folder` with the files that a synthesis needs from `from`. Packages are linked, not copied. */
export function copyProject(folder: string, from: string = FIXTURE_APP): void {
  mkdirSync(folder, { recursive: true });
  for (const source of SOURCES) cpSync(join(from, source), join(folder, source), { recursive: true });
  cpSync(join(REPOSITORY, "tsconfig.json"), join(folder, "tsconfig.json"));
  symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"), "junction");
}

/** Changes `main.ts`, so that the environments' stacks require the provider `other`. */
export function requireProviderInStackClass(
  folder: string,
  provider: { readonly source: string; readonly version: string },
): void {
  writeFileSync(
    join(folder, "stacks", "inference-stack.ts"),
    `import { InferenceStack as EngineInferenceStack } from "sagemaker-stages";

export class InferenceStack extends EngineInferenceStack {
  constructor(...args: ConstructorParameters<typeof EngineInferenceStack>) {
    super(...args);
    this.addOverride("terraform.required_providers.other", ${JSON.stringify(provider)});
  }
}
`,
  );
  const main = join(folder, "main.ts");
  const before = readFileSync(main, "utf8");
  const after = before.replace(
    "createApp({",
    'import { InferenceStack } from "./stacks/inference-stack";\ncreateApp({ InferenceStack,',
  );
  if (after === before) throw new Error(`${main}: got no createApp({`);
  writeFileSync(main, after);
}

/** The result of a process. */
export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `main.ts` of the app in `folder` in a separate process without network, credentials, home or programs. Opening a
 * connection throws, and the process has no environment variable of this process.
 */
export function runMain(folder: string, timeZone = "UTC"): Promise<Finished> {
  return runNode(MAIN, folder, timeZone);
}

/**
 * Runs a node process in `folder` under the same conditions as {@link runMain}. With `network`, the process may open
 * connections and start programs.
 */
export async function runNode(
  args: readonly string[],
  folder: string,
  timeZone = "UTC",
  network: "with network" | "without network" = "without network",
): Promise<Finished> {
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  const guard = join(home, "no-network.cjs");
  writeFileSync(guard, NO_NETWORK);

  const guarded = network === "with network" ? [] : ["--require", guard];
  const child = spawn(process.execPath, [...guarded, ...args], {
    cwd: folder,
    env: {
      HOME: home,
      USERPROFILE: home,
      PATH: "",
      TZ: timeZone,
      // Only the time that the engine needs to start, see support/compile-once-process.cjs.
      NODE_OPTIONS: process.env.NODE_OPTIONS,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, status] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    exitOf(child),
  ]);
  return { status, stdout, stderr };
}

const NO_NETWORK = `
const refuse = () => { throw new Error("the network is refused here"); };
require("node:net").Socket.prototype.connect = refuse;
require("node:dgram").Socket.prototype.send = refuse;
require("node:dns").lookup = refuse;
`;

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

/** Every file below `folder`, by its path below the folder, as base64; empty if the folder does not exist. */
export function filesBelow(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(folder, file)).isFile())
    .sort();
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file)).toString("base64")]));
}
