/** A name of an environment, a project or an account. */
export const NAME = /^[a-z][a-z0-9-]{0,15}$/;
/** Description of {@link NAME}. */
export const NAME_ALLOWED = "1–16 characters a-z, 0-9, -, starting with a letter";

/** One origin, or `*` for all origins. */
export const ORIGIN = /^(\*|https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?)$/;
/** Description of {@link ORIGIN}. */
export const ORIGIN_ALLOWED = "* or one origin without a path, e.g. https://www.example.com";
/** The source of {@link ORIGIN}. */
export const ORIGIN_SOURCE =
  "https://developer.mozilla.org/docs/Web/HTTP/Headers/Access-Control-Allow-Origin";

/** A bucket's name. */
export const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** The source of {@link BUCKET}. */
export const BUCKET_SOURCE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";

/**
 * A role, user or group of IAM: the name, with its path if it has a path, e.g. `service-role/scoring`. Lambda's console
 * gives roles this path. Policies name a principal with its path.
 */
const PRINCIPAL = /^(?:[A-Za-z0-9_+=,.@-]+\/)*[A-Za-z0-9_+=,.@-]+$/;
/** Characters of a path with its slashes (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). */
const MAX_PATH_CHARACTERS = 512;

/** Description of {@link isPrincipal}. */
export function principalAllowed(max: number): string {
  return `a name of 1–${max} letters, digits and _+=,.@-, with its path if it has a path (service-role/scoring), and not an ARN`;
}

/** Whether a text is a principal's name, with or without a path. @param max - characters of the name */
export function isPrincipal(text: string, max: number): boolean {
  const name = principalName(text);
  return PRINCIPAL.test(text) && name.length <= max && text.length - name.length < MAX_PATH_CHARACTERS;
}

/** A principal's name without its path. IAM refuses a second principal with this name, even with another path. */
export function principalName(principal: string): string {
  return principal.slice(principal.lastIndexOf("/") + 1);
}

/** Names of roles that only AWS can change: IAM refuses changes with UnmodifiableEntity. */
export const AWS_MANAGED_ROLE = /^(AWSServiceRoleFor|AWSReservedSSO_)/i;

/** An environment variable of a Lambda function. */
export const VARIABLE = /^[a-zA-Z][a-zA-Z0-9_]+$/;
/** Description of {@link VARIABLE}. */
export const VARIABLE_ALLOWED = "two or more letters, digits and _, starting with a letter";
/** The source of {@link VARIABLE}. */
export const VARIABLE_SOURCE = "https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html";

/** An AWS region: an area, a part of the area, and a number. */
export const REGION =
  /^[a-z]{2}(?:-gov)?-(?:central|north|northeast|northwest|east|south|southeast|southwest|west)-\d$/;
/** The source of {@link REGION}. */
export const REGIONS_SOURCE =
  "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html";
