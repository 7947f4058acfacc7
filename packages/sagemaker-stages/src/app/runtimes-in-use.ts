import {
  endOfRuntime,
  providerOfRuntime,
  RUNTIMES_SOURCE,
  RUNTIMES_WITH_DATES,
  type RuntimeState,
  stateOfRuntime,
  successorOf,
} from "../aws/lambda-runtimes";
import { type Environment, namePrefix } from "../environment/environment";
import { type Fault, FaultCollector } from "../environment/fault-collector";
import { functionRuntimeOf } from "../environment/function-runtime";
import { isViaGateway } from "../environment/model-settings";
import { UserError } from "../lib/user-error";
import type { Models } from "../models";
import { documentPath } from "../paths";
import type { LoadedApp } from "./load-app";

/** The variable with the blocked runtimes that a synthesis accepts, separated by commas. */
export const ACCEPTED_VARIABLE = "ACCEPT_BLOCKED_RUNTIMES";

/**
 * The blocked runtimes that a synthesis accepts.
 *
 * @param prop - the runtimes that `main.ts` passes; default: the runtimes of the variable
 * @throws UserError for a name without known dates, because a misspelled name would have no effect
 */
export function acceptedRuntimes(prop: readonly string[] | undefined): readonly string[] {
  const [field, accepted] =
    prop === undefined
      ? [ACCEPTED_VARIABLE, namesOf(process.env[ACCEPTED_VARIABLE])]
      : ["acceptBlockedRuntimes", prop];
  const unknown = accepted.filter((runtime) => endOfRuntime(runtime) === undefined);
  if (unknown.length === 0) return accepted;
  throw new UserError(
    `${field}: got ${unknown.join(", ")}; allowed: ${RUNTIMES_WITH_DATES.join(", ")} (see ${documentPath("runtimes.md")})`,
  );
}

/** @param list - names, separated by commas */
function namesOf(list = ""): string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** The parts of an app that determine the runtimes of its new functions. */
export type AppWithRuntimes = Pick<LoadedApp, "environments" | "models">;

/** The report of `doctor --runtimes` on the runtimes of an app's functions. */
export interface RuntimeReport {
  /** One line for each runtime whose support by AWS has ended, or ends within one year. */
  readonly lines: readonly string[];
  /** Whether AWS no longer supports one of the runtimes. */
  readonly hasEnded: boolean;
}

/** The number of functions that a line names. */
export interface LineOptions {
  /** @default - all functions */
  readonly maxFunctions?: number;
}

/** A runtime of an app's new functions whose support by AWS has ended, or ends within one year. */
interface EndingRuntime extends RuntimeState {
  readonly runtime: string;
  readonly uses: readonly Use[];
}

/** A new function of an app. */
interface Use {
  readonly environment: string;
  readonly model: string;
  readonly functionName: string;
  /** The setting that determines the runtime. */
  readonly setting: string;
}

/** Compares the runtimes of an app's functions with the dates on which AWS ends the support of the runtimes. */
export function reportRuntimes(
  app: AppWithRuntimes,
  now: Date,
  { maxFunctions = Number.POSITIVE_INFINITY }: LineOptions = {},
): RuntimeReport {
  const ending = findEndingRuntimes(app, now);
  return {
    lines: ending.map((runtime) => describe(runtime, now, maxFunctions)),
    hasEnded: ending.some(({ state }) => state === "ended"),
  };
}

/**
 * The environments whose new functions have a runtime for which Lambda creates no functions any more: one fault for each
 * runtime of an environment. Whether a function already exists, only a plan shows: Lambda accepts updates of functions for
 * some weeks longer.
 *
 * @param accepted - the runtimes that are no fault
 */
export function findBlockedRuntimes(app: AppWithRuntimes, now: Date, accepted: readonly string[]): Fault[] {
  const faults: Fault[] = [];
  for (const { runtime, text, refusesNewFunctions, uses } of findEndingRuntimes(app, now)) {
    if (!refusesNewFunctions || accepted.includes(runtime)) continue;
    for (const [environment, functions] of groupBy(uses, ({ environment }) => environment)) {
      const successor = successorOf(runtime, now);
      new FaultCollector(environment, faults).require(
        false,
        [...new Set(functions.map(({ setting }) => setting))].join(", "),
        runtime,
        successor ?? "a newer runtime, of a newer version of sagemaker-stages",
        `${text}: ${RUNTIMES_SOURCE}. Models: ${functions.map(({ model }) => model).join(", ")}. ${providerRemedy(successor)}For a rollback or a destroy, set the environment variable ${ACCEPTED_VARIABLE}=${[...accepted, runtime].join(",")}, see ${documentPath("runtimes.md")}`,
      );
    }
  }
  return faults;
}

function describe({ runtime, text, uses }: EndingRuntime, now: Date, maxFunctions: number): string {
  const names = uses.map(({ functionName }) => functionName);
  const more = names.length - maxFunctions;
  const shown = names.slice(0, maxFunctions).join(", ");
  const functions =
    more > 0 ? `${shown} and ${more} more, see npx sagemaker-stages doctor --runtimes` : shown;
  return `${text} (${RUNTIMES_SOURCE}). Functions: ${functions}. ${remedyOf(runtime, uses, now)} See ${documentPath("runtimes.md")}.`;
}

function remedyOf(runtime: string, uses: readonly Use[], now: Date): string {
  const successor = successorOf(runtime, now);
  if (successor === undefined) return "Upgrade sagemaker-stages to a version with a newer runtime.";
  const settings = [
    ...new Set(uses.map(({ setting }) => setting.replace(/^models\..*\.function\./, "function."))),
  ];
  return `Set ${settings.join(" and ")} to ${JSON.stringify(successor)} in the environments. ${providerRemedy(successor)}`.trim();
}

/** The step that a runtime requires, if not every allowed version of the provider accepts the runtime. Ends with a space. */
function providerRemedy(runtime: string | undefined): string {
  const provider = runtime === undefined ? undefined : providerOfRuntime(runtime);
  if (provider === undefined) return "";
  return `${runtime} requires version ${provider} of Terraform's AWS provider: then run npx sagemaker-stages providers-lock. `;
}

function findEndingRuntimes(app: AppWithRuntimes, now: Date): EndingRuntime[] {
  return [...runtimesOf(app)].flatMap(([runtime, uses]) => {
    const state = stateOfRuntime(runtime, now, "one year");
    return state === undefined ? [] : [{ runtime, uses, ...state }];
  });
}

/** The new functions of each runtime. */
function runtimesOf({ environments, models }: AppWithRuntimes): Map<string, Use[]> {
  const functions = environments.flatMap((environment) => newFunctionsOf(environment, models));
  return groupBy(functions, ({ runtime }) => runtime);
}

function newFunctionsOf(environment: Environment, models: Models): (Use & { readonly runtime: string })[] {
  return Object.entries(environment.models).flatMap(([model, settings]) => {
    if (settings.existingFunction !== undefined || isViaGateway(settings)) return [];
    const isPython = models[model]?.python !== undefined;
    const ofEnvironment = `functionRuntimes.${isPython ? "python" : "node"}`;
    return [
      {
        environment: environment.name,
        model,
        functionName: `${namePrefix(environment)}-${model}`,
        runtime: functionRuntimeOf(environment, settings, isPython),
        setting:
          settings.function?.runtime === undefined ? ofEnvironment : `models.${model}.function.runtime`,
      },
    ];
  });
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
