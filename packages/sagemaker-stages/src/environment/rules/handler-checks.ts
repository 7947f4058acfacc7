import type { ServingSettings } from "../model-settings";
import { inWords, type Report } from "../report";

/** Settings of a function that only a handler in Python has. */
const OF_PYTHON = ["runtime", "architecture"] as const;

/**
 * Rules between a model's settings and the language of its handler.
 *
 * @param isPython - whether the model has `handler.py`
 * @param report - below the model's name
 */
export function checkHandler(settings: ServingSettings, isPython: boolean, report: Report): void {
  if (isPython) {
    report.require(
      settings.existingFunction === undefined,
      "existingFunction",
      inWords("existingFunction for a model with handler.py"),
      "no existingFunction, or a model without handler.py",
      "the function of such a model is made from handler.py",
    );
    return;
  }
  for (const field of OF_PYTHON) {
    const value = settings.function?.[field];
    report.require(
      value === undefined,
      `function.${field}`,
      value,
      `no ${field}, or a model with handler.py`,
      "the engine chooses runtime and architecture of handlers in TypeScript",
    );
  }
}
