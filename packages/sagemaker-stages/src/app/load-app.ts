import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AccountSettings } from "../environment/account";
import type { Environment } from "../environment/environment";
import { withReleases } from "../environment/releases";
import { appFolder, requireAppFolder } from "../lib/app-folder";
import { LoadFailure, toLoadFailure } from "../lib/load-failure";
import { readTypeScript } from "../lib/typescript";
import { UserError } from "../lib/user-error";
import type { Models } from "../models";

/** The parts of an app that commands read. */
export interface LoadedApp {
  readonly models: Models;
  readonly environments: readonly Environment[];
  readonly accounts: readonly AccountSettings[];
}

const ACCOUNTS = "environments/accounts.ts";

/**
 * Loads the app in the current folder, with the content of the releases that its environments name: `models` of `functions/index.ts`, `environments` of `environments/index.ts` and, if
 * the file exists, `accounts` of `environments/accounts.ts`.
 *
 * @throws UserError if the current folder is not an app, or if a file cannot be loaded or has no such export
 */
export function loadApp(): LoadedApp {
  requireAppFolder();
  void readTypeScript("require");
  const models = load("functions/index.ts", "models") as Models;
  const environments = (load("environments/index.ts", "environments") as readonly Environment[]).map(
    withReleases,
  );
  const hasAccounts = existsSync(join(appFolder(), ACCOUNTS));
  const accounts = hasAccounts ? (load(ACCOUNTS, "accounts") as readonly AccountSettings[]) : [];
  return { models, environments, accounts };
}

/** Loads an export of a file of the app. */
function load(file: string, name: string): unknown {
  const loaded = requireFile(file);
  if (loaded[name] !== undefined) return loaded[name];
  throw new UserError(`${file}: got no export ${name}; allowed: export const ${name} = …`);
}

/** Loads a file with `require`, because the app is CommonJS and tsx hooks `require`. */
function requireFile(file: string): Readonly<Record<string, unknown>> {
  try {
    return require(join(appFolder(), file));
  } catch (error) {
    if (error instanceof UserError) throw error;
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw toLoadFailure(error) ?? new LoadFailure(file, [`${file}: ${message}`]);
  }
}
