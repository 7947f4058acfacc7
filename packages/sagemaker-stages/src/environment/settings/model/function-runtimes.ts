import {
  DEFAULT_NODE_RUNTIME,
  DEFAULT_PYTHON_RUNTIME,
  NODE_RUNTIMES,
  PYTHON_RUNTIMES,
  RUNTIMES_SOURCE,
} from "../../../aws/lambda-runtimes";
import { oneOf, settings, withDefault } from "../setting";

/** The reason for the lists of allowed runtimes. */
export const RUNTIME_SOURCE = `the runtimes that Lambda supported at the time of this release, except previews: ${RUNTIMES_SOURCE}`;

/**
 * Lambda's runtimes of the environment's new functions. `function.runtime` of a model has priority. A newer runtime can
 * require a newer version of Terraform's AWS provider: synthesis then compares the version with `stacks/.terraform.lock.hcl`.
 */
export const functionRuntimeSettings = settings({
  /**
   * The runtime of handlers in TypeScript: `nodejs22.x` (supported until 2027-04-30) or `nodejs24.x` (until 2028-04-30;
   * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html). `nodejs24.x` requires version 6.21.0 of
   * Terraform's AWS provider: run `npx sagemaker-stages providers-lock` after the change.
   *
   * @default "nodejs22.x"
   */
  node: withDefault(oneOf(NODE_RUNTIMES, RUNTIME_SOURCE), DEFAULT_NODE_RUNTIME),

  /**
   * The runtime of handlers in Python: `python3.11` (supported until 2027-06-30), `python3.12` (until 2028-10-31),
   * `python3.13` or `python3.14` (until 2029-06-30; https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html).
   * `python3.14` requires version 6.21.0 of Terraform's AWS provider: run `npx sagemaker-stages providers-lock` after the
   * change.
   *
   * @default "python3.13"
   */
  python: withDefault(oneOf(PYTHON_RUNTIMES, RUNTIME_SOURCE), DEFAULT_PYTHON_RUNTIME),
});
