import type { ArnFactory } from "../../aws/arn";
import { literalInPattern } from "../../aws/wildcards";

/** A model's artifact in S3, as policies name it: one object, or the objects below a prefix. */
export interface ArtifactPlace {
  /** ARN of the object, or of all objects below the prefix: `…/<prefix>/*`. */
  readonly objectsArn: string;
  /** ARN of the bucket. */
  readonly bucketArn: string;
  /** The prefix, with the slash at its end, as a pattern that only the prefix matches. @default - it is one object */
  readonly prefix?: string;
}

/** Where an artifact is. @param url - `s3://<bucket>/<key>`; a prefix ends with a slash */
export function artifactPlace(url: string, arns: ArnFactory): ArtifactPlace {
  const [bucket = "", key = ""] = url.replace("s3://", "").split(/\/(.*)/s);
  const object = { objectsArn: arns.objectArn(url), bucketArn: arns.bucketArn(bucket) };
  if (!url.endsWith("/")) return object;
  return { ...object, objectsArn: `${object.objectsArn}*`, prefix: literalInPattern(key) };
}
