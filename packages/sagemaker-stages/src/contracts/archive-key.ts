/** The allowed keys of archives, in errors. */
export const ARCHIVE_KEY_ALLOWED =
  "the archive's key below the prefix of the endpoint, without s3://, / at its start and .. between slashes";

/**
 * Whether a text can be the key of an archive below the prefix of a multi-model endpoint. SageMaker appends the key to the prefix
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/create-multi-model-endpoint.html).
 *
 * @param key - the key, or a pattern of keys
 */
export function isArchiveKey(key: string): boolean {
  return !/^(?:s3:\/\/|\/)/i.test(key) && !key.split("/").includes("..");
}
