import { existsSync } from "node:fs";
import { inWords, type Report } from "../../environment/report";
import {
  checkNewFunction,
  VARIABLE,
  VARIABLE_ALLOWED,
  VARIABLE_SOURCE,
} from "../../environment/rules/model-checks";
import { isReference } from "../terraform/references";
import { ARCHITECTURES, type NewFunction } from "./inference-function";

const FUNCTION_SOURCE = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html";
const VARIABLES_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html";
const LIMITS_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html";

const MOST_CHARACTERS = 256;
const MOST_BYTES_OF_VARIABLES = 4096;
const LONGEST_TIMEOUT_IN_SECONDS = 900;
const SHA256 = /^[A-Za-z0-9+/]{43}=$/;
/** Lambda's own (VARIABLES_SOURCE). */
const RESERVED = [
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
];

/**
 * Rules of a new function.
 *
 * @param variableName - the variable that names the endpoint
 * @param props - above `newFunction`
 */
export function checkFunction(settings: NewFunction, variableName: string, props: Report): void {
  const report = props.in("newFunction");
  const { code, description, architecture, timeoutInSeconds } = settings;
  checkNewFunction(settings, report);
  report.require(
    description.length <= MOST_CHARACTERS || isReference(description),
    "description",
    inWords(`${description.length} characters`),
    `at most ${MOST_CHARACTERS} characters`,
    FUNCTION_SOURCE,
  );
  report.require(
    architecture === undefined || ARCHITECTURES.includes(architecture),
    "architecture",
    architecture,
    ARCHITECTURES.join(", "),
    FUNCTION_SOURCE,
  );
  if (timeoutInSeconds !== undefined) {
    report.requireWholeNumber(
      timeoutInSeconds,
      "timeoutInSeconds",
      1,
      LONGEST_TIMEOUT_IN_SECONDS,
      LIMITS_SOURCE,
    );
  }
  report.require(
    existsSync(code.zipFile),
    "code.zipFile",
    code.zipFile,
    "a file that is there",
    "it is copied beside Terraform's code",
  );
  report.require(
    SHA256.test(code.sha256),
    "code.sha256",
    code.sha256,
    "the base64 SHA-256 of the zip, 44 characters",
    "https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html",
  );
  requireFree(variableName, "sagemakerEnvironmentVariableName", props);
  checkVariables(settings, variableName, report);
}

function checkVariables({ environment = {} }: NewFunction, variableName: string, report: Report): void {
  report.require(
    !Object.hasOwn(environment, variableName),
    "environment",
    inWords(`${variableName}, which names the endpoint already`),
    `no ${variableName}, or another name for either: sagemakerEnvironmentVariableName says the endpoint's`,
    "the function would ask another endpoint than the one it may ask",
  );
  for (const name of Object.keys(environment)) {
    requireFree(name, "environment", report);
    report.require(VARIABLE.test(name), "environment", name, VARIABLE_ALLOWED, VARIABLE_SOURCE);
  }
  const texts = Object.entries(environment).flat();
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  report.require(
    bytes <= MOST_BYTES_OF_VARIABLES || texts.some(isReference),
    "environment",
    inWords(`${bytes} bytes`),
    `at most ${MOST_BYTES_OF_VARIABLES} bytes of names and values together`,
    LIMITS_SOURCE,
  );
}

function requireFree(name: string, field: string, report: Report): void {
  report.require(!RESERVED.includes(name), field, name, "a name that is not Lambda's own", VARIABLES_SOURCE);
}
