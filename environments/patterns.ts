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

/** Roles that IAM answers with UnmodifiableEntity. */
export const ROLE_OF_AWS = /^(AWSServiceRoleFor|AWSReservedSSO_)/i;
