import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./user-error";

/** The files that every app contains. */
const APP_FILES = ["cdktf.json", "main.ts", "functions/index.ts", "environments/index.ts"] as const;

/** The app's folder. Every command runs in this folder, in the same way as `cdktf` and `npm run`. */
export function appFolder(): string {
  return process.cwd();
}

/**
 * Makes sure that the current folder is the folder of an app. Each command that reads the app calls this function first.
 *
 * @throws UserError with the missing files
 */
export function requireAppFolder(): void {
  const folder = appFolder();
  const missing = APP_FILES.filter((file) => !existsSync(join(folder, file)));
  if (missing.length === 0) return;
  throw new UserError(describeNoApp(folder, missing));
}

/** The message for a folder that is not an app. */
export function describeNoApp(folder: string, missing: readonly string[]): string {
  return `folder: got ${folder}, which has no ${missing.join(", no ")}; allowed: the folder of an app. Run the command in the app's folder, or create a new app: npx sagemaker-stages init <folder>`;
}
