import type * as z from "zod";
import { NODE_RUNTIMES, PYTHON_RUNTIMES } from "../../../aws/lambda-runtimes";
import { UNLIMITED } from "../../fault-collector";
import { oneOf, optional, propertiesOf, settings, wholeNumber, withDefault } from "../setting";
import { RUNTIME_SOURCE } from "./function-runtimes";

const LAMBDA_API = "https://docs.aws.amazon.com/lambda/latest/api";

/** Lambda's reserved concurrency of a function. */
export const reservedConcurrency = wholeNumber(
  1,
  UNLIMITED,
  `0 would disable the function; omit the setting to reserve no concurrency: ${LAMBDA_API}/API_PutFunctionConcurrency.html`,
);

/** The memory of a function without the setting, in MB. */
export const DEFAULT_MEMORY_IN_MB = 256;

/** Settings of a new function. */
export const functionSettings = settings({
  /**
   * Memory of the function in MB, 128–10240. Lambda assigns CPU in proportion to memory
   * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). The default is enough for
   * the largest request, 6 MB. More memory also makes cold starts shorter.
   *
   * @default 256
   */
  memorySizeInMb: withDefault(
    wholeNumber(128, 10_240, `${LAMBDA_API}/API_CreateFunction.html`),
    DEFAULT_MEMORY_IN_MB,
  ),

  /**
   * Ephemeral storage of the function (`/tmp`) in MB, 512–10240
   * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html). More than 512 MB costs money for
   * each second of an invocation. To return to the default, write 512: if you remove the setting, Terraform's AWS provider
   * keeps the last value.
   *
   * @default 512
   */
  ephemeralStorageInMb: optional(
    wholeNumber(
      512,
      10_240,
      "https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html",
    ),
  ),

  /**
   * Lambda's reserved concurrency: a whole number from 1. The function can have this number of concurrent invocations,
   * and no other function can use this concurrency. Lambda refuses further invocations, and API Gateway then answers
   * 500. A flood of requests to one route therefore cannot stop the other functions of the account.
   * `quotas.lambdaConcurrency` limits the sum over all environments of an account and region, because Lambda keeps at
   * least 100 of the account's concurrency unreserved
   * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html). Choose a larger number than the
   * endpoint's `maxConcurrency`, because an invocation waits before it returns the endpoint's throttling.
   *
   * @default - none: the function uses the account's unreserved concurrency
   */
  reservedConcurrency: optional(reservedConcurrency),
});

/** Settings of the new function of a model. */
export const modelFunctionSettings = settings({
  ...propertiesOf(functionSettings),
  /**
   * Lambda's runtime: `nodejs22.x` or `nodejs24.x` for a handler in TypeScript; `python3.11`, `python3.12`, `python3.13` or
   * `python3.14` for a model with `handler.py`. The environment's `functionRuntimes` shows when the support of each runtime
   * ends, and which version of Terraform's AWS provider a runtime requires.
   *
   * @default - the environment's `functionRuntimes`
   */
  runtime: optional(oneOf([...NODE_RUNTIMES, ...PYTHON_RUNTIMES], RUNTIME_SOURCE)),
  /**
   * Architecture of a handler in Python: `arm64`, or `x86_64` if the folder contains native code that was compiled for
   * x86_64. `arm64` costs less. Only for a model with `handler.py`
   * (https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html).
   *
   * @default "arm64"
   */
  architecture: optional(oneOf(["arm64", "x86_64"], `${LAMBDA_API}/API_CreateFunction.html`)),
});

/** Settings of the new function of a model. */
export type FunctionSettings = z.input<typeof modelFunctionSettings>;
