/** Characters that IAM reads as its own in a resource: wildcards, and the sign of a policy variable. */
const SPECIAL = /[*?]|\$(?=\{(?!TfToken\[))/g;

/**
 * A text as IAM's patterns take it literally: `*`, `?` and the `$` of `${` as IAM's own variables for them
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars).
 * References to other resources stay references.
 */
export function literalInArn(text: string): string {
  return text.replace(SPECIAL, (character) => `\${${character}}`);
}

/**
 * ARN of an object in S3, or of the objects below a prefix.
 *
 * @param url - `s3://<bucket>/<key>`; the key is taken literally
 */
export function s3ObjectArn(partition: string, url: string): string {
  return `arn:${partition}:s3:::${literalInArn(url.replace("s3://", ""))}`;
}
