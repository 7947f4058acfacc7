import { existsSync } from "node:fs";
import type * as z from "zod";
import { FUNCTION_TIMEOUT_IN_SECONDS } from "../../aws/time-budget";
import { raw } from "../../environment/fault-collector";
import { VARIABLE, VARIABLE_ALLOWED, VARIABLE_SOURCE } from "../../environment/patterns";
import { functionSettings } from "../../environment/settings/model/function";
import {
  byName,
  oneOf,
  propertiesOf,
  type Rule,
  rule,
  settings,
  text,
  textLike,
  wholeNumber,
  withDefault,
} from "../../environment/settings/setting";
import { isReference } from "../terraform/references";

const FUNCTION_SOURCE = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html";
const VARIABLES_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html";
const LIMITS_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html";

const MAX_CHARACTERS = 256;
const MAX_BYTES_OF_VARIABLES = 4096;

/** Lambda's own variables (VARIABLES_SOURCE). */
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

/** Rule for the name of a variable: Lambda must not reserve the name. */
export const notReserved: Rule<string> = {
  holds: (name) => !RESERVED.includes(name),
  allowed: "a name that Lambda does not reserve",
  source: VARIABLES_SOURCE,
};

function bytesOf(variables: Readonly<Record<string, string>>): number {
  return Object.entries(variables)
    .flat()
    .reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}

/** A function's deployment package on this machine. */
const functionPackage = settings({
  /** Path of a zip file with the code. */
  zipFile: rule(text, {
    holds: (file) => existsSync(file),
    allowed: "an existing file",
    source: "the synthesis copies the file beside Terraform's code",
  }),
  /** SHA-256 of the zip file, in base64. */
  sha256: textLike(
    /^[A-Za-z0-9+/]{43}=$/,
    "the base64 SHA-256 of the zip, 44 characters",
    "https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html",
  ),
  /** The handler in the zip file, e.g. `index.handler`. */
  handler: text,
  /** Lambda's runtime for the code, e.g. `nodejs22.x`. */
  runtime: text,
});

/** The architecture of functions in JavaScript: arm64 costs less. */
export const FUNCTION_ARCHITECTURE = "arm64";

/** A new function: its code and its settings. */
export const newFunctionSettings = settings({
  ...propertiesOf(functionSettings),
  /** The code on this machine: a zip file, its SHA-256, its handler and its runtime. */
  code: functionPackage,
  /** Description of the function, at most 256 characters (https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html). */
  description: rule(text, {
    holds: (description) => description.length <= MAX_CHARACTERS || isReference(description),
    allowed: `at most ${MAX_CHARACTERS} characters`,
    source: FUNCTION_SOURCE,
    got: (description) => raw(`${description.length} characters`),
  }),
  /**
   * Environment variables besides the variable with the endpoint's name; together at most 4096 bytes, without Lambda's
   * own names (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). Plans show the variables: no
   * secrets.
   *
   * @default - none
   */
  environment: withDefault(
    rule(byName(text, rule(textLike(VARIABLE, VARIABLE_ALLOWED, VARIABLE_SOURCE), notReserved)), {
      holds: (variables) =>
        bytesOf(variables) <= MAX_BYTES_OF_VARIABLES || Object.entries(variables).flat().some(isReference),
      allowed: `at most ${MAX_BYTES_OF_VARIABLES} bytes of names and values together`,
      source: LIMITS_SOURCE,
      got: (variables) => raw(`${bytesOf(variables)} bytes`),
    }),
    {},
  ),
  /**
   * `arm64` (costs less), or `x86_64` for code that was compiled for x86_64
   * (https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html).
   *
   * @default "arm64"
   */
  architecture: withDefault(oneOf(["arm64", "x86_64"], FUNCTION_SOURCE), FUNCTION_ARCHITECTURE),
  /**
   * Seconds that an invocation may take, 1–900
   * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). For a function behind API
   * Gateway, one second less than API Gateway's timeout, which is 29 seconds by default.
   *
   * @default 28
   */
  timeoutInSeconds: withDefault(wholeNumber(1, 900, LIMITS_SOURCE), FUNCTION_TIMEOUT_IN_SECONDS),
});

/** A new function: its code and its settings. */
export type NewFunction = z.input<typeof newFunctionSettings>;

/** {@link NewFunction} with defaults. */
export type ParsedNewFunction = z.output<typeof newFunctionSettings>;
