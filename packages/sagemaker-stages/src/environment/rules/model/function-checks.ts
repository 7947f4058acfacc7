import { regionalArnPrefix } from "../../../aws/arn";
import { NODE_RUNTIMES, PYTHON_RUNTIMES } from "../../../aws/lambda-runtimes";
import { type Environment, namePrefix } from "../../environment";
import { type Fault, FaultCollector, raw } from "../../fault-collector";
import {
  DEFAULT_ENVIRONMENT_VARIABLE_NAME,
  functionNameOf,
  type ServingSettings,
} from "../../model-settings";

const FUNCTION_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
/** The part of a function's ARN after the region. */
const FUNCTION_OF_ACCOUNT = /^(\d{12}):function:(.*)$/s;

/** Checks the function of a model, new or existing. @param collector - collects the faults of the model */
export function checkFunction(
  settings: ServingSettings,
  environment: Environment,
  collector: FaultCollector,
): void {
  const { existingFunction, existingFunctionRole, sagemakerEnvironmentVariableName } = settings;
  collector.requireExclusive(
    settings,
    "existingFunction",
    ["function"],
    "the function either exists or is created",
  );
  collector.requireExclusive(
    settings,
    "existingFunction",
    ["functionUrl"],
    "a function has one URL, and the owner of an existing function manages its URL",
  );
  if (existingFunction !== undefined) {
    checkExistingFunction(existingFunction, environment, collector);
    return;
  }
  collector.require(
    existingFunctionRole === undefined,
    "existingFunctionRole",
    raw("existingFunctionRole without existingFunction"),
    "no existingFunctionRole, or existingFunction as well",
    "a new function has a dedicated role",
  );
  collector.require(
    sagemakerEnvironmentVariableName === undefined,
    "sagemakerEnvironmentVariableName",
    raw("sagemakerEnvironmentVariableName without existingFunction"),
    "no sagemakerEnvironmentVariableName, or existingFunction as well",
    `new functions read ${DEFAULT_ENVIRONMENT_VARIABLE_NAME}`,
  );
}

/**
 * Checks the name or the ARN of an existing function.
 *
 * @param environment - its region and account; without `accountId`, every account is allowed
 * @param collector - collects the faults of the settings with `existingFunction`
 */
export function checkExistingFunction(
  existingFunction: string,
  { region, accountId }: Pick<Environment, "region" | "accountId">,
  collector: FaultCollector,
): void {
  const prefix = regionalArnPrefix("lambda", region);
  const [, account, name = existingFunction] =
    (existingFunction.startsWith(prefix) &&
      FUNCTION_OF_ACCOUNT.exec(existingFunction.slice(prefix.length))) ||
    [];
  collector.require(
    FUNCTION_NAME.test(name) && (account === undefined || accountId === undefined || account === accountId),
    "existingFunction",
    existingFunction,
    `a name of 1–64 characters (letters, digits, - and _), or the ARN ${prefix}${accountId ?? "<account>"}:function:<name>`,
    "the function must be in the environment's account and region: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html",
  );
}

/**
 * Checks the settings that depend on the language of a model's handler.
 *
 * @param isPython - whether the model has `handler.py`
 * @param collector - collects the faults of the model
 */
export function checkHandler(settings: ServingSettings, isPython: boolean, collector: FaultCollector): void {
  checkRuntime(settings, isPython, collector);
  if (isPython) {
    collector.require(
      settings.existingFunction === undefined,
      "existingFunction",
      raw("existingFunction for a model with handler.py"),
      "no existingFunction, or a model without handler.py",
      "the engine creates the function from handler.py",
    );
    return;
  }
  const architecture = settings.function?.architecture;
  collector.require(
    architecture === undefined,
    "function.architecture",
    architecture,
    "no architecture, or a model with handler.py",
    "the engine chooses the architecture of handlers in TypeScript",
  );
}

/** Refuses the runtime of another language than the handler's. The schema refuses unknown runtimes. */
function checkRuntime(settings: ServingSettings, isPython: boolean, collector: FaultCollector): void {
  const runtime = settings.function?.runtime;
  const [own, others]: readonly (readonly string[])[] = isPython
    ? [PYTHON_RUNTIMES, NODE_RUNTIMES]
    : [NODE_RUNTIMES, PYTHON_RUNTIMES];
  collector.require(
    runtime === undefined || others?.includes(runtime) !== true,
    "function.runtime",
    runtime,
    `${own?.join(", ")}; or no runtime, for the environment's functionRuntimes`,
    isPython ? "the model has handler.py" : "the model's handler is in TypeScript",
  );
}

/** Checks existing functions of several models: a function reads the name of one endpoint from a variable. */
export function checkSharedFunctions(environments: readonly Environment[], faults: Fault[]): void {
  const known = new Map<string, { readonly endpoint: string; readonly model: string }>();
  for (const environment of environments) {
    const { name, region, accountId = "", models } = environment;
    for (const [model, settings] of Object.entries(models)) {
      const {
        existingFunction,
        sagemakerEnvironmentVariableName: variable = DEFAULT_ENVIRONMENT_VARIABLE_NAME,
      } = settings;
      if (existingFunction === undefined) continue;
      const key = [accountId, region, functionNameOf(existingFunction), variable].join();
      const endpoint =
        "existingEndpoint" in settings ? settings.existingEndpoint : `${namePrefix(environment)}-${model}`;
      const other = known.get(key);
      new FaultCollector(name, faults).require(
        other === undefined || other.endpoint === endpoint,
        `models.${model}.existingFunction`,
        existingFunction,
        "another function, or another sagemakerEnvironmentVariableName",
        `the function's variable ${variable} cannot name both ${endpoint} and ${other?.endpoint}, the endpoint of ${other?.model}`,
      );
      known.set(key, { endpoint, model: `models.${model} of ${name}` });
    }
  }
}
