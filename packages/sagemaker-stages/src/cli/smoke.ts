import type * as loading from "../app/load-app";
import { smokeCommand } from "../smoke/command";

/** The command that smoke-tests an environment of the app in the current folder. */
export const smoke = smokeCommand(() => {
  const { loadApp }: typeof loading = require("../app/load-app");
  return loadApp();
});
