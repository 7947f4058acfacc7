import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { S3Object, type S3ObjectConfig } from "@cdktf/provider-aws/lib/s3-object";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { PolicyDocument } from "../../iam/policy-document";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformJson } from "../terraform/terraform-json";

/** Props of {@link PrivateBucket}. */
export interface PrivateBucketProps {
  /** Unique in the world. */
  readonly bucketName: string;
  /** Let the bucket go with whatever else was put into it. */
  readonly forceDestroy: boolean;
  /**
   * Refuse to plan the bucket's destruction.
   *
   * @default false
   */
  readonly protected?: boolean;
}

/**
 * Name of an environment's bucket. Account and region make it unique in the world.
 *
 * @param environmentName - the environment's prefix
 * @param purpose - what the bucket is for, in one word
 */
export function environmentBucketName(account: AwsScope, environmentName: string, purpose: string): string {
  return `${environmentName}-${purpose}-${account.accountId}-${account.region}`;
}

/**
 * A bucket without public access, encrypted and versioned. Its resources stand in `scope` itself, which has
 * one such bucket at most.
 */
export class PrivateBucket {
  readonly bucket: S3Bucket;
  /** Known before anything is deployed. */
  readonly bucketName: string;
  /** What must hold of the bucket before it holds anything. */
  private readonly settled: ITerraformDependable[];
  private readonly owned: S3BucketOwnershipControls;

  constructor(
    private readonly scope: Construct,
    { bucketName, forceDestroy, protected: isProtected = false }: PrivateBucketProps,
  ) {
    this.bucketName = bucketName;
    this.bucket = new S3Bucket(scope, "bucket", {
      bucket: bucketName,
      forceDestroy,
      ...(isProtected ? { lifecycle: { preventDestroy: true } } : {}),
    });
    const bucket = this.bucket.id;
    const blocked = new S3BucketPublicAccessBlock(scope, "public-access", {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    this.owned = new S3BucketOwnershipControls(scope, "ownership", {
      bucket,
      rule: { objectOwnership: "BucketOwnerEnforced" },
      // S3 takes one change of a bucket's access at a time.
      dependsOn: [blocked],
    });
    const versioned = new S3BucketVersioningA(scope, "versioning", {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    const encrypted = new S3BucketServerSideEncryptionConfigurationA(scope, "encryption", {
      bucket,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    this.settled = [versioned, encrypted];
  }

  /** Puts something into the bucket. */
  addObject(id: string, config: Omit<S3ObjectConfig, "bucket" | "overrideProvider" | "dependsOn">): S3Object {
    return new S3Object(this.scope, id, {
      ...config,
      bucket: this.bucket.id,
      // S3 takes ten tags an object at most, an environment may have more; the bucket carries them.
      overrideProvider: { defaultTags: { tags: {} } },
      // An object that comes earlier is not encrypted as the bucket says, or has no version.
      dependsOn: this.settled,
    });
  }

  /** The bucket's one policy. */
  addPolicy(policy: PolicyDocument): void {
    new S3BucketPolicy(this.scope, "policy", {
      bucket: this.bucket.id,
      policy: terraformJson(policy),
      dependsOn: [this.owned],
    });
  }
}
