import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { appFolder } from "./app-folder";
import { isObject, parseJson } from "./json";
import { UserError } from "./user-error";

/** Synthesis failed; the message is what it printed. */
export class SynthesisFailed extends UserError {
  override readonly name = "SynthesisFailed";
}

/**
 * Synthesizes the app as `cdktf` does: runs the program of `cdktf.json` in a process of its own, so that every change of
 * code counts, and with the stack classes that `main.ts` passes.
 *
 * @param outdir - where the Terraform goes
 * @param variables - environment variables beside those of this process
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
  // A stack of frames inside a tool hides the one line that helps.
  const lines = output.split("\n").filter((line) => !/^\s+at /.test(line));
  throw new SynthesisFailed(lines.join("\n").trim() || `main.ts ended with status ${status}`);
}

/** The command line that synthesizes the app: Node.js with its arguments. */
function programOfApp(): string {
  const settings = parseJson(readFileSync(join(appFolder(), "cdktf.json"), "utf8"));
  if (isObject(settings) && typeof settings.app === "string") return settings.app;
  throw new UserError(
    'cdktf.json: app: got no command line; allowed: "node --import tsx main.ts". To restore the file: npx sagemaker-stages doctor cdktf.json | git apply',
  );
}
