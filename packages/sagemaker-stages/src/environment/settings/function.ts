import type * as z from "zod";
import { PYTHON_RUNTIMES, RUNTIMES_SOURCE } from "../../aws/lambda-runtimes";
import { UNLIMITED } from "../report";
import { oneOf, optional, propertiesOf, settings, wholeNumber, withDefault } from "./setting";

const LAMBDA_API = "https://docs.aws.amazon.com/lambda/latest/api";

/** Settings of a new function. */
export const functionSettings = settings({
  /**
   * Memory in MB, 128–10240; CPU grows with memory
   * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). A request of 6 MB, parsed, encoded and
   * answered, fits into the default. More memory also makes cold starts shorter.
   *
   * @default 256
   */
  memorySizeInMb: withDefault(wholeNumber(128, 10_240, `${LAMBDA_API}/API_CreateFunction.html`), 256),

  /**
   * Ephemeral storage of the function, `/tmp`, in MB: a whole number, 512–10240
   * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html). More than 512 MB costs money by
   * the second of each invocation. To return to the default, write 512: where the setting is removed, Terraform's AWS
   * provider keeps the last value.
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
   * Lambda's reserved concurrency: a whole number from 1. The function can have this many invocations at once, and no
   * other function can use them. Lambda refuses further invocations, and API Gateway then answers 500. A flood of
   * requests to one route therefore cannot stop the other functions of the account. Lambda keeps at least 100 of the
   * account's concurrency unreserved, so that the sum over all environments of an account and region is limited by
   * `quotas.lambdaConcurrency`
   * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html). Allow more than the endpoint's
   * `maxConcurrency`, because invocations also wait for a moment before the endpoint's throttling is passed on.
   *
   * @default - none: the function shares the account's unreserved concurrency, because a small account cannot reserve any
   */
  reservedConcurrency: optional(
    wholeNumber(
      1,
      UNLIMITED,
      `0 would switch the function off; leave the setting out to reserve none: ${LAMBDA_API}/API_PutFunctionConcurrency.html`,
    ),
  ),
});

/** Settings of the new function of a model. */
export const modelFunctionSettings = settings({
  ...propertiesOf(functionSettings),
  /**
   * Lambda's runtime of a handler in Python: `python3.11`, `python3.12` or `python3.13`. AWS supports them until
   * 2027-06-30, 2028-10-31 and 2029-06-30 (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html). Only for a
   * model with `handler.py`: handlers in TypeScript run on the engine's runtime.
   *
   * @default - python3.13 for a handler in Python
   */
  runtime: optional(
    oneOf(
      PYTHON_RUNTIMES,
      `older runtimes ended before this release, and Terraform's AWS provider 5.100 refuses newer ones: ${RUNTIMES_SOURCE}`,
    ),
  ),
  /**
   * Architecture of a handler in Python: `arm64`, or `x86_64` where the folder holds native code that was compiled for
   * x86_64. Only for a model with `handler.py`
   * (https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html).
   *
   * @default - arm64, which costs less
   */
  architecture: optional(oneOf(["arm64", "x86_64"], `${LAMBDA_API}/API_CreateFunction.html`)),
});

/** Settings of the new function of a model. */
export type FunctionSettings = z.input<typeof modelFunctionSettings>;

/** {@link FunctionSettings} with defaults. */
export type ParsedFunctionSettings = z.output<typeof modelFunctionSettings>;
