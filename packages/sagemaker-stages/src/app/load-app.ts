import { join } from "node:path";
import type { AccountSettings } from "../environment/account";
import type { Environment } from "../environment/environment";
import { appFolder } from "../lib/app-folder";
import type { Models } from "../models";

/** The parts of an app that commands read. */
export interface LoadedApp {
  readonly models: Models;
  readonly environments: readonly Environment[];
  readonly accounts: readonly AccountSettings[];
}

/**
 * Loads the app in the current folder: `models` of `functions/index.ts`, `environments` of `environments/index.ts` and
 * `accounts` of `environments/accounts.ts`.
 *
 * @throws Error where a file cannot be loaded; `toLoadFailure` reads it
 */
export function loadApp(): LoadedApp {
  return { ...load("functions"), ...load("environments"), ...load("environments/accounts") } as LoadedApp;
}

/** `require`, because the app is CommonJS and a process that runs TypeScript hooks `require`. */
function load(path: string): Partial<LoadedApp> {
  return require(join(appFolder(), path)) as Partial<LoadedApp>;
}
