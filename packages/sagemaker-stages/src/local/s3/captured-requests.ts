import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type HttpRequest, type HttpResponse, headerOf } from "../http";
import { findSignatureFault } from "../signature";

/** The folder of captured requests, from the app's folder: `<folder>/<environment>/<endpoint>/<variant>/yyyy/mm/dd/hh/`. */
export const CAPTURE_FOLDER = ".sagemaker-stages/capture";

/** The first segment of the addresses of S3 on this machine. The name of a stage cannot begin with `_`. */
export const S3_SEGMENT = "_s3";

const OBJECT = new RegExp(`^/${S3_SEGMENT}/([a-z0-9.-]+)/([\\w!.*'()/-]+)$`);

/** A bucket of an environment. */
export interface CaptureBucketDefinition {
  readonly bucketName: string;
  /** The environment's name. */
  readonly environment: string;
  readonly region: string;
  readonly accountId: string;
}

/** Whether a path is an address of S3. */
export function isS3Path(path: string): boolean {
  return path.startsWith(`/${S3_SEGMENT}/`);
}

/**
 * S3's operation PutObject for the buckets of captured requests
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html). Each object becomes a file:
 * `<folder>/<environment>/<key>`. Every other operation is refused, because functions may only write.
 *
 * @param folder - the folder of all environments
 */
export function answerS3(
  request: HttpRequest,
  buckets: readonly CaptureBucketDefinition[],
  folder: string,
): HttpResponse {
  const [, bucketName, key = ""] = OBJECT.exec(request.path) ?? [];
  const bucket = buckets.find((candidate) => candidate.bucketName === bucketName);
  if (bucket === undefined) return failure(404, "NoSuchBucket");
  const fault = findSignatureFault(request, { service: "s3", region: bucket.region });
  if (fault !== undefined) return failure(403, "SignatureDoesNotMatch");
  const owner = headerOf(request, "x-amz-expected-bucket-owner");
  if (request.method !== "PUT" || (owner !== undefined && owner !== bucket.accountId)) {
    return failure(403, "AccessDenied");
  }
  if (request.body === undefined) return failure(400, "EntityTooLarge");
  if (key.split("/").some((segment) => segment === "" || /^\.+$/.test(segment))) {
    return failure(400, "InvalidURI");
  }
  const file = join(folder, bucket.environment, key);
  // Data of callers: only this user may read the files.
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, request.body, { mode: 0o600 });
  return { status: 200, headers: {}, body: "" };
}

function failure(status: number, code: string): HttpResponse {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`;
  return { status, headers: { "Content-Type": "application/xml" }, body };
}
