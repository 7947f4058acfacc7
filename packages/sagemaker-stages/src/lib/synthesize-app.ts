import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { appFolder } from "./app-folder";
import { isObject, parseJson } from "./json";
import { UserError } from "./user-error";

/** The synthesis failed. The message is the output of the synthesis. */
export class SynthesisFailed extends UserError {
  override readonly name = "SynthesisFailed";
}

/**
 * Synthesizes the app in the same way as `cdktf`: runs the program of `cdktf.json` in a new process. The process loads the
 * current code, and uses the stack classes of `main.ts`.
 *
 * @param outdir - the folder for the Terraform code
 * @param variables - additional environment variables
 * @throws SynthesisFailed
 */
export async function synthesizeApp(
  outdir: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [, ...words] = programOfApp().split(" ");
  const child = spawn(process.execPath, words, {
    cwd: appFolder(),
    env: { ...process.env, CDKTF_OUTDIR: outdir, ...variables },
    stdio: ["ignore", "ignore", "pipe"],
  });
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

/** The command line that synthesizes the app: Node.js with its arguments. */
function programOfApp(): string {
  const settings = parseJson(readFileSync(join(appFolder(), "cdktf.json"), "utf8"));
  if (isObject(settings) && typeof settings.app === "string") return settings.app;
  throw new UserError(
    'cdktf.json: app: got no command line; allowed: "node --import tsx main.ts". To restore the file: npx sagemaker-stages doctor cdktf.json | git apply',
  );
}
