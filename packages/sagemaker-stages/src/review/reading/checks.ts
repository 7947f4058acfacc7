import * as z from "zod";

/** A failed check, condition or validation of the configuration. */
export interface FailedCheck {
  /** E.g. `check.retention`, `aws_s3_bucket.models`. */
  readonly name: string;
  /** `fail`: the condition is false; `error`: Terraform could not evaluate it. */
  readonly status: "fail" | "error";
  /** The error messages in the configuration. */
  readonly messages: readonly string[];
}

/** https://developer.hashicorp.com/terraform/internals/json-format#checks-representation */
const shape = z.array(
  z.object({
    address: z.object({ to_display: z.optional(z.string()) }),
    status: z.string(),
    instances: z.optional(
      z.array(z.object({ problems: z.optional(z.array(z.object({ message: z.string() }))) })),
    ),
  }),
);

/**
 * The failed checks of a plan.
 *
 * @param scrub - masks secrets in a text
 */
export function readFailedChecks(checks: unknown, scrub: (text: string) => string): readonly FailedCheck[] {
  // A failure of the schema is slow, because zod creates an error.
  if (checks === undefined) return [];
  const { data = [] } = shape.safeParse(checks);
  return data.flatMap(({ address, status, instances = [] }): FailedCheck[] => {
    if (status !== "fail" && status !== "error") return [];
    const messages = instances.flatMap(({ problems = [] }) => problems.map(({ message }) => scrub(message)));
    return [{ name: scrub(address.to_display ?? "a check"), status, messages: [...new Set(messages)] }];
  });
}
