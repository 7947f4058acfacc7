/** A name of an environment, a project or an account. */
export const NAME = /^[a-z][a-z0-9-]{0,15}$/;
/** {@link NAME} in words. */
export const NAME_ALLOWED = "1–16 characters a-z, 0-9, -, starting with a letter";

/** One origin, or all of them. */
export const ORIGIN = /^(\*|https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?)$/;
/** {@link ORIGIN} in words. */
export const ORIGIN_ALLOWED = "* or one origin without a path, e.g. https://www.example.com";
/** Where the rule of {@link ORIGIN} comes from. */
export const ORIGIN_SOURCE =
  "https://developer.mozilla.org/docs/Web/HTTP/Headers/Access-Control-Allow-Origin";

/** A bucket's name. */
export const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Where the rule of {@link BUCKET} comes from. */
export const BUCKET_SOURCE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";

/**
 * A role, user or group of IAM: its name, behind its path where it has one, as `service-role/scoring`. The console of
 * Lambda gives roles this path, and policies name a principal with its path.
 */
const PRINCIPAL = /^(?:[A-Za-z0-9_+=,.@-]+\/)*[A-Za-z0-9_+=,.@-]+$/;
/** Of a path with its slashes (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). */
const MAX_PATH_CHARACTERS = 512;

/** {@link isPrincipal} in words. */
export function principalAllowed(max: number): string {
  return `a name of 1–${max} letters, digits and _+=,.@-, behind its path where it has one (service-role/scoring), and no ARN`;
}

/** Whether a text is a principal's name, with or without a path. @param max - characters of the name */
export function isPrincipal(text: string, max: number): boolean {
  const name = principalName(text);
  return PRINCIPAL.test(text) && name.length <= max && text.length - name.length < MAX_PATH_CHARACTERS;
}

/** A principal's name without its path: no two principals of an account have one name, whatever their paths. */
export function principalName(principal: string): string {
  return principal.slice(principal.lastIndexOf("/") + 1);
}

/** Names of roles that IAM answers with UnmodifiableEntity. */
export const ROLE_OF_AWS = /^(AWSServiceRoleFor|AWSReservedSSO_)/i;

/** An environment variable of a Lambda function. */
export const VARIABLE = /^[a-zA-Z][a-zA-Z0-9_]+$/;
/** {@link VARIABLE} in words. */
export const VARIABLE_ALLOWED = "two or more letters, digits and _, starting with a letter";
/** Where the rule of {@link VARIABLE} comes from. */
export const VARIABLE_SOURCE = "https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html";

/** An AWS region. */
export const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
/** Where the rule of {@link REGION} comes from. */
export const REGIONS_SOURCE =
  "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html";
