import { UserError } from "../../lib/user-error";

/** Maximum size of a zip that Terraform uploads with the function. */
export const MAX_ZIPPED_BYTES = 50 * 1024 * 1024;
/** Maximum size of a package's files. */
export const MAX_UNZIPPED_BYTES = 250 * 1024 * 1024;

/** @throws UserError if Lambda would refuse the package in the middle of an apply */
export function requireBytes(model: string, what: string, bytes: number, max: number): void {
  if (bytes <= max) return;
  throw new UserError(
    `the model ${model} could not be packaged:\n  functions/${model}: got ${bytes} bytes (${what}); allowed: at most ${max} (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). Keep large data in the model's artifact.`,
  );
}

/**
 * Fixed attributes of a zip entry. Otherwise the attributes would depend on the clock and the machine. Lambda can read files
 * with mode 0644.
 */
export const FIXED_ATTRIBUTES = {
  mtime: new Date(1980, 0, 1),
  os: 3,
  attrs: 0o100644 << 16,
  level: 9,
} as const;
