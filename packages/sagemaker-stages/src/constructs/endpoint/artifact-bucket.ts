import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { type ArtifactLocation, artifactLocation } from "../../iam/workload/artifact-location";
import { privateBucketPolicy } from "../../iam/workload/bucket-policies";
import { appFolder } from "../../lib/app-folder";
import { environmentBucketName, PrivateBucket } from "../storage/private-bucket";
import type { AwsScope } from "../terraform/aws-scope";
import { FROM_STACK_TO_PROJECT } from "../terraform/terraform-settings";

/** A trained model in S3. */
export interface Artifact {
  /** `s3://<bucket>/<key>`; a prefix ends with a slash. */
  readonly url: string;
  /** The artifact's location, for policies. */
  readonly location: ArtifactLocation;
  /** Resources that must exist before the artifact can be read. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/** An existing artifact in S3. */
export function artifactInS3(url: string, account: AwsScope): Artifact {
  return { url, location: artifactLocation(url, account), dependsOn: [] };
}

/** Props of {@link ArtifactBucket}. */
export interface ArtifactBucketProps {
  readonly account: AwsScope;
  /** The environment's prefix, with which the bucket's name begins. */
  readonly environmentName: string;
  /** Whether the destruction fails while the bucket contains objects. */
  readonly protected: boolean;
}

/** The environment's private bucket for artifacts that are files of the app. */
export class ArtifactBucket extends Construct {
  private readonly bucket: PrivateBucket;
  private readonly account: AwsScope;
  private readonly uploads = new Map<string, Artifact>();

  constructor(
    scope: Construct,
    id: string,
    { account, environmentName, protected: isProtected }: ArtifactBucketProps,
  ) {
    super(scope, id);
    this.account = account;
    this.bucket = new PrivateBucket(this, {
      bucketName: environmentBucketName(account, environmentName, "artifacts"),
      forceDestroy: !isProtected,
    });
    this.bucket.addPolicy(privateBucketPolicy(this.bucket.bucket.arn));
  }

  /**
   * Uploads a file. The key and the resource's id contain the file's SHA-256. A changed file therefore gets a new object
   * and a new Terraform resource. The old object stays until no revision uses the object, even if a rollout fails and is
   * rolled back. Two containers of a model can use one file.
   *
   * @param path - the file, from the app's folder
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

/** Reads the file in chunks: an artifact can be larger than the memory. */
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
