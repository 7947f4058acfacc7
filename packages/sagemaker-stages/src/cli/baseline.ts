import type * as loading from "../app/load-app";
import { baselineCommand } from "../drift/baseline/command";

/** The command that writes the baseline of a model of the app in the current folder. */
export const baseline = baselineCommand(() => {
  const { loadApp }: typeof loading = require("../app/load-app");
  return loadApp();
});
