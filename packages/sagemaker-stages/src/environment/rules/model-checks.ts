import { type Environment, partitionOf } from "../environment";
import {
  DEFAULT_ENVIRONMENT_VARIABLE_NAME,
  type FunctionSettings,
  type FunctionUrlSettings,
  type ModelSettings,
  ROUTE_ACCESS,
  type ServingSettings,
} from "../model-settings";
import {
  isPrincipal,
  ORIGIN,
  ORIGIN_ALLOWED,
  ORIGIN_SOURCE,
  principalAllowed,
  principalName,
  ROLE_OF_AWS,
} from "../patterns";
import { inWords, type Report, UNLIMITED } from "../report";
import { checkEndpoint } from "./endpoint-checks";
import { checkTags } from "./tag-checks";

const MOST_ORIGINS = 100;
const FUNCTION_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const MAX_ROLE_CHARACTERS = 64;
const QUOTAS_SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
/** What stands behind the region of a function's ARN. */
const FUNCTION_OF_ACCOUNT = /^(\d{12}):function:(.*)$/s;
/** A variable of a function. */
export const VARIABLE = /^[a-zA-Z][a-zA-Z0-9_]+$/;
/** {@link VARIABLE} in words. */
export const VARIABLE_ALLOWED = "two or more letters, digits and _, starting with a letter";
/** Where the rule of {@link VARIABLE} comes from. */
export const VARIABLE_SOURCE = "https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html";
const LAMBDA_API = "https://docs.aws.amazon.com/lambda/latest/api";

/** Rules of one model. @param report - below its name */
export function checkModel(settings: ModelSettings, environment: Environment, report: Report): void {
  const { region, network } = environment;
  checkEndpoint(settings, { region, hasNetwork: network !== undefined }, report);
  checkFunction(settings, environment, report);
  checkAccess(settings, report);
  if (settings.tags !== undefined) {
    checkTags(settings.tags, report, environment.tags);
  }
}

function checkFunction(settings: ServingSettings, environment: Environment, report: Report): void {
  const { existingFunction, existingFunctionRole, sagemakerEnvironmentVariableName } = settings;
  report.requireApart(settings, "existingFunction", ["function"], "a function is there, or is made");
  report.requireApart(
    settings,
    "existingFunction",
    ["functionUrl"],
    "a function has one URL, and an existing function's is its owner's",
  );
  if (settings.function !== undefined) checkNewFunction(settings.function, report.in("function"));
  if (existingFunction !== undefined) checkExistingFunction(existingFunction, environment, report);
  if (existingFunctionRole !== undefined) {
    report.require(
      existingFunction !== undefined,
      "existingFunctionRole",
      inWords("existingFunctionRole without existingFunction"),
      "no existingFunctionRole, or existingFunction beside it",
      "new functions have a role of their own",
    );
    report.require(
      isPrincipal(existingFunctionRole, MAX_ROLE_CHARACTERS) &&
        !ROLE_OF_AWS.test(principalName(existingFunctionRole)),
      "existingFunctionRole",
      existingFunctionRole,
      `${principalAllowed(MAX_ROLE_CHARACTERS)}; none that AWS alone may change`,
      QUOTAS_SOURCE,
    );
  }
  if (sagemakerEnvironmentVariableName !== undefined) {
    report.require(
      existingFunction !== undefined,
      "sagemakerEnvironmentVariableName",
      inWords("sagemakerEnvironmentVariableName without existingFunction"),
      "no sagemakerEnvironmentVariableName, or existingFunction beside it",
      `new functions read ${DEFAULT_ENVIRONMENT_VARIABLE_NAME}`,
    );
    checkVariableName(sagemakerEnvironmentVariableName, report);
  }
}

/** Rules of a function that is made. @param report - below its settings */
export function checkNewFunction(
  { memorySizeInMb, reservedConcurrency }: FunctionSettings,
  report: Report,
): void {
  if (memorySizeInMb !== undefined) {
    report.requireWholeNumber(
      memorySizeInMb,
      "memorySizeInMb",
      128,
      10_240,
      `${LAMBDA_API}/API_CreateFunction.html`,
    );
  }
  if (reservedConcurrency !== undefined) {
    report.requireWholeNumber(
      reservedConcurrency,
      "reservedConcurrency",
      1,
      UNLIMITED,
      `0 would switch the function off; leave the setting out to reserve none: ${LAMBDA_API}/API_PutFunctionConcurrency.html`,
    );
  }
}

/**
 * Rules of a function that is there.
 *
 * @param place - where it must be; without `accountId` every account passes
 * @param report - above `existingFunction`
 */
export function checkExistingFunction(
  existingFunction: string,
  { region, accountId }: Pick<Environment, "region" | "accountId">,
  report: Report,
): void {
  const prefix = `arn:${partitionOf(region)}:lambda:${region}:`;
  const [, account, name = existingFunction] =
    (existingFunction.startsWith(prefix) &&
      FUNCTION_OF_ACCOUNT.exec(existingFunction.slice(prefix.length))) ||
    [];
  report.require(
    FUNCTION_NAME.test(name) && (account === undefined || accountId === undefined || account === accountId),
    "existingFunction",
    existingFunction,
    `a name of 1–64 letters, digits, - and _, or ${prefix}${accountId ?? "<account>"}:function:<name>`,
    `the environment asks a function of its own account and region: ${LAMBDA_API}/API_GetFunction.html`,
  );
}

/** Rules of the variable that names the endpoint. @param report - above `sagemakerEnvironmentVariableName` */
export function checkVariableName(name: string, report: Report): void {
  report.require(
    VARIABLE.test(name),
    "sagemakerEnvironmentVariableName",
    name,
    VARIABLE_ALLOWED,
    VARIABLE_SOURCE,
  );
}

function checkAccess({ access, functionUrl }: ServingSettings, report: Report): void {
  if (access !== undefined) {
    report.require(
      ROUTE_ACCESS.includes(access),
      "access",
      access,
      ROUTE_ACCESS.join(", "),
      "environments/model-settings.ts",
    );
  }
  if (functionUrl !== undefined) checkFunctionUrl(functionUrl, report.in("functionUrl"));
}

function checkFunctionUrl({ corsAllowOrigins: origins }: FunctionUrlSettings, report: Report): void {
  report.require(
    origins === undefined || (origins.length >= 1 && origins.length <= MOST_ORIGINS),
    "corsAllowOrigins",
    origins?.length === 0 ? origins : inWords(`${origins?.length} origins`),
    `1–${MOST_ORIGINS} origins`,
    `${LAMBDA_API}/API_Cors.html`,
  );
  for (const origin of origins ?? []) {
    report.require(ORIGIN.test(origin), "corsAllowOrigins", origin, ORIGIN_ALLOWED, ORIGIN_SOURCE);
  }
}
