import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { type ArtifactPlace, artifactPlace } from "../../iam/workload/artifact";
import { privateBucketPolicy } from "../../iam/workload/private-bucket";
import { appFolder } from "../../lib/app-folder";
import type { AwsScope } from "../terraform/aws-scope";
import { FROM_STACK_TO_PROJECT } from "../terraform/terraform-settings";
import { environmentBucketName, PrivateBucket } from "../website/private-bucket";

/** A trained model in S3. */
export interface Artifact {
  /** `s3://<bucket>/<key>`; a prefix ends with a slash. */
  readonly url: string;
  /** The artifact as policies name it. */
  readonly place: ArtifactPlace;
  /** What must be there before the artifact can be read. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/** An artifact that somebody else put into S3. */
export function artifactInS3(url: string, account: AwsScope): Artifact {
  return { url, place: artifactPlace(url, account), dependsOn: [] };
}

/** Props of {@link ArtifactBucket}. */
export interface ArtifactBucketProps {
  readonly account: AwsScope;
  /** The environment's prefix, of the bucket's name. */
  readonly environmentName: string;
  /** Refuse to plan the destruction of a bucket that holds anything. */
  readonly protected: boolean;
}

/** The environment's private bucket for artifacts that are files of the project. */
export class ArtifactBucket extends Construct {
  private readonly bucket: PrivateBucket;
  private readonly account: AwsScope;
  private readonly uploads = new Map<string, Artifact>();

  constructor(
    scope: Construct,
    id: string,
    { account, environmentName, protected: kept }: ArtifactBucketProps,
  ) {
    super(scope, id);
    this.account = account;
    this.bucket = new PrivateBucket(this, {
      bucketName: environmentBucketName(account, environmentName, "artifacts"),
      forceDestroy: !kept,
    });
    this.bucket.addPolicy(privateBucketPolicy(this.bucket.bucket.arn));
  }

  /**
   * Uploads a file. Its key is made of its SHA-256, and so is the resource's id: another file is another resource,
   * so that the old one stays until nothing uses it, also where a rollout fails and is taken back. Two containers of a
   * model can use one file.
   *
   * @param path - relative to the project's folder
   */
  upload(model: string, path: string): Artifact {
    const hash = sha256Of(join(appFolder(), path));
    const key = `${model}/${hash}/model.tar.gz`;
    const known = this.uploads.get(key);
    if (known !== undefined) return known;
    const object = this.bucket.addObject(`${model}-${hash.slice(0, 16)}`, {
      key,
      source: `${FROM_STACK_TO_PROJECT}/${path.replaceAll("\\", "/")}`,
    });
    const artifact = {
      ...artifactInS3(`s3://${this.bucket.bucketName}/${key}`, this.account),
      dependsOn: [object],
    };
    this.uploads.set(key, artifact);
    return artifact;
  }
}

const CHUNK_IN_BYTES = 1024 * 1024;

/** In pieces: an artifact can be larger than the memory. */
function sha256Of(file: string): string {
  const hash = createHash("sha256");
  const chunk = Buffer.alloc(CHUNK_IN_BYTES);
  const descriptor = openSync(file, "r");
  try {
    for (let read = -1; read !== 0; ) {
      read = readSync(descriptor, chunk);
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest("hex");
}
