import type { ArnFactory } from "../../aws/arn";
import { literalInPattern } from "../../aws/wildcards";

/** Location of a model's artifact in S3, for policies: one object, or the objects below a prefix. */
export interface ArtifactLocation {
  /** ARN of the object, or of all objects below the prefix: `…/<prefix>/*`. */
  readonly objectsArn: string;
  /** ARN of the bucket. */
  readonly bucketArn: string;
  /** The prefix with its final slash, as a pattern that matches only the prefix. @default - the artifact is one object */
  readonly prefix?: string;
}

/** The location of an artifact. @param url - `s3://<bucket>/<key>`; a prefix ends with a slash */
export function artifactLocation(url: string, arns: ArnFactory): ArtifactLocation {
  const [bucket = "", key = ""] = url.replace("s3://", "").split(/\/(.*)/s);
  const object = { objectsArn: arns.objectArn(url), bucketArn: arns.bucketArn(bucket) };
  if (!url.endsWith("/")) return object;
  return { ...object, objectsArn: `${object.objectsArn}*`, prefix: literalInPattern(key) };
}
