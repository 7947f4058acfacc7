import type { LoadedApp } from "../app/load-app";
import {
  DEFAULT_PYTHON_RUNTIME,
  NODE_RUNTIME,
  RUNTIMES_SOURCE,
  stateOfRuntime,
} from "../aws/lambda-runtimes";

/** The report of `doctor --runtimes` on the runtimes of an app's functions. */
export interface RuntimeReport {
  /** One line for each runtime whose support by AWS has ended or ends soon. */
  readonly lines: readonly string[];
  /** Whether AWS no longer supports one of the runtimes. */
  readonly hasEnded: boolean;
}

/** Compares the runtimes of an app's functions with the dates on which AWS ends the support of the runtimes. */
export function reportRuntimes(app: Pick<LoadedApp, "environments" | "models">, now: Date): RuntimeReport {
  const states = [...runtimesOf(app)].flatMap(([runtime, functions]) => {
    const state = stateOfRuntime(runtime, now);
    return state === undefined ? [] : [{ runtime, functions, ...state }];
  });
  return {
    lines: states.map(
      ({ runtime, functions, text }) =>
        `${text} (${RUNTIMES_SOURCE}). Functions: ${functions.join(", ")}. ${remedyOf(runtime)}`,
    ),
    hasEnded: states.some(({ state }) => state === "ended"),
  };
}

function remedyOf(runtime: string): string {
  return runtime === NODE_RUNTIME
    ? "Upgrade sagemaker-stages to a version with a newer runtime."
    : "Set function.runtime of these models to a newer runtime.";
}

/** The functions of each runtime, as `<environment>-<model>`. */
function runtimesOf({
  environments,
  models,
}: Pick<LoadedApp, "environments" | "models">): Map<string, string[]> {
  const runtimes = new Map<string, string[]>();
  for (const environment of environments) {
    for (const [model, settings] of Object.entries(environment.models)) {
      if (settings.existingFunction !== undefined) continue;
      const isPython = models[model]?.python !== undefined;
      const runtime = isPython ? (settings.function?.runtime ?? DEFAULT_PYTHON_RUNTIME) : NODE_RUNTIME;
      runtimes.set(runtime, [...(runtimes.get(runtime) ?? []), `${environment.name}-${model}`]);
    }
  }
  return runtimes;
}
