/** The place of a model's asynchronous requests in S3. */
export interface AsyncLocation {
  readonly bucket: string;
  /** The first part of every key, without a slash at its end: the endpoint's name. */
  readonly prefix: string;
}

/** Reads a location from an S3 URI without a slash at its end. @returns `undefined` for another text */
export function readS3Uri(uri: string): { readonly bucket: string; readonly key: string } | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

/**
 * Reads the variable ASYNC_LOCATION: `s3://<bucket>/<prefix>`.
 *
 * @throws Error in Lambda's init phase, if the variable is missing or malformed
 */
export function readAsyncLocation({ ASYNC_LOCATION }: NodeJS.ProcessEnv): AsyncLocation {
  const { bucket, key: prefix } = readS3Uri(ASYNC_LOCATION ?? "") ?? {};
  if (bucket === undefined || prefix === undefined || prefix.endsWith("/")) {
    throw new Error(`ASYNC_LOCATION: got "${ASYNC_LOCATION}"; allowed: s3://<bucket>/<prefix>`);
  }
  return { bucket, prefix };
}

/**
 * The variable ASYNC_TIMEOUT_IN_SECONDS: the time in which the container must answer one request. Without the variable,
 * SageMaker's default applies: 900 seconds
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html).
 *
 * @throws Error in Lambda's init phase, if the variable is malformed
 */
export function readAsyncTimeout({
  ASYNC_TIMEOUT_IN_SECONDS: seconds,
}: NodeJS.ProcessEnv): string | undefined {
  if (seconds && !/^[1-9]\d{0,3}$/.test(seconds)) {
    throw new Error(`ASYNC_TIMEOUT_IN_SECONDS: got "${seconds}"; allowed: whole seconds, 1 to 3600`);
  }
  return seconds || undefined;
}
