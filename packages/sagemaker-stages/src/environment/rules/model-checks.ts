import { regionalArnPrefix } from "../../aws/arn";
import type { Environment } from "../environment";
import {
  DEFAULT_ENVIRONMENT_VARIABLE_NAME,
  type ModelSettings,
  type ServingSettings,
} from "../model-settings";
import { inWords, type Report } from "../report";
import { checkEndpoint } from "./endpoint-checks";
import { checkTags } from "./tag-checks";
import { checkTarget } from "./target-checks";

const FUNCTION_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
/** What stands behind the region of a function's ARN. */
const FUNCTION_OF_ACCOUNT = /^(\d{12}):function:(.*)$/s;
const LAMBDA_API = "https://docs.aws.amazon.com/lambda/latest/api";

/** Rules of one model. @param report - below its name */
export function checkModel(settings: ModelSettings, environment: Environment, report: Report): void {
  const { region, network } = environment;
  checkEndpoint(
    settings,
    { region, hasNetwork: network !== undefined, hasNewVpc: network !== undefined && "vpc" in network },
    report,
  );
  checkTarget(settings, report);
  checkFunction(settings, environment, report);
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
  if (existingFunction !== undefined) checkExistingFunction(existingFunction, environment, report);
  if (existingFunctionRole !== undefined) {
    report.require(
      existingFunction !== undefined,
      "existingFunctionRole",
      inWords("existingFunctionRole without existingFunction"),
      "no existingFunctionRole, or existingFunction beside it",
      "new functions have a role of their own",
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
  const prefix = regionalArnPrefix("lambda", region);
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
