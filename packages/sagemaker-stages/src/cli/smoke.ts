import { loadApp } from "../app/load-app";
import { smokeCommand } from "../smoke/main";

/** Smoke-tests an environment of the app in the current folder. */
export const smoke = smokeCommand(loadApp);
