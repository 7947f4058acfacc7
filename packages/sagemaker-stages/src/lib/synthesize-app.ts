import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { appFolder } from "./app-folder";
import { isObject, parseJson } from "./json";
import { UserError } from "./user-error";

/** The command line of an app in `cdktf.json`, from the template of a new app. */
export const DEFAULT_PROGRAM = "node --require sagemaker-stages/register main.ts";

/** The synthesis failed. The message is the output of the synthesis. */
export class SynthesisFailed extends UserError {
  override readonly name = "SynthesisFailed";
}

/** The options of {@link synthesizeApp}. */
export interface SynthesisOptions {
  /**
   * Additional environment variables.
   *
   * @default - none
   */
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * The path of a CommonJS module that the process loads before every other module.
   *
   * @default - none
   */
  readonly preload?: string;
}

/**
 * Synthesizes the app in the same way as `cdktf`: runs the program of `cdktf.json` in a new process. The process loads the
 * current code, and uses the stack classes of `main.ts`.
 *
 * @param outdir - the folder for the Terraform code
 * @throws SynthesisFailed
 */
export async function synthesizeApp(
  outdir: string,
  { variables = {}, preload }: SynthesisOptions = {},
): Promise<void> {
  const [, ...words] = programOfApp().split(" ");
  const child = spawn(
    process.execPath,
    [...(preload === undefined ? [] : ["--require", preload]), ...words],
    {
      cwd: appFolder(),
      env: { ...process.env, CDKTF_OUTDIR: outdir, ...variables },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (status === 0) return;
  // The frames of a stack trace would hide the message.
  const lines = output.split("\n").filter((line) => !/^\s+at /.test(line));
  throw new SynthesisFailed(lines.join("\n").trim() || `main.ts exited with status ${status}`);
}

/**
 * The command line that synthesizes the app: Node.js with its arguments.
 *
 * @param folder - the app's folder
 * @throws UserError if `cdktf.json` has no command line
 */
export function programOfApp(folder = appFolder()): string {
  const settings = parseJson(readFileSync(join(folder, "cdktf.json"), "utf8"));
  if (isObject(settings) && typeof settings.app === "string") return settings.app;
  throw new UserError(
    `cdktf.json: app: got no command line; allowed: "${DEFAULT_PROGRAM}". To restore the file: npx sagemaker-stages doctor cdktf.json | git apply`,
  );
}
