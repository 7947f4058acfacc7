import type * as loading from "../app/load-app";
import { loadCommand } from "../load/command";

/** The command that measures a model of the app in the current folder at a constant rate of requests. */
export const load = loadCommand(() => {
  const { loadApp }: typeof loading = require("../app/load-app");
  return loadApp();
});
