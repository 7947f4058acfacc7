import type * as loading from "../app/load-app";
import { driftCommand } from "../drift/command";

/** The command that compares captured requests of an environment with the models' baselines. */
export const drift = driftCommand(() => {
  const { loadApp }: typeof loading = require("../app/load-app");
  return loadApp();
});
