import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { S3Object, type S3ObjectConfig } from "@cdktf/provider-aws/lib/s3-object";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { omitUndefined } from "../../environment/omit-undefined";
import type { PolicyDocument } from "../../iam/policy-document";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformJson } from "../terraform/terraform-json";

/** Props of {@link PrivateBucket}. */
export interface PrivateBucketProps {
  /** A globally unique name. */
  readonly bucketName: string;
  /** Whether Terraform destroys the bucket together with objects that Terraform does not manage. */
  readonly forceDestroy: boolean;
  /**
   * Whether Terraform refuses to plan the bucket's destruction.
   *
   * @default false
   */
  readonly protected?: boolean;
}

/**
 * Name of an environment's bucket. Account and region make the name globally unique.
 *
 * @param environmentName - the environment's prefix
 * @param purpose - the bucket's purpose, one word
 */
export function environmentBucketName(account: AwsScope, environmentName: string, purpose: string): string {
  return `${environmentName}-${purpose}-${account.accountId}-${account.region}`;
}

/**
 * A bucket without public access, encrypted and versioned. Its resources are children of `scope`, so a scope can have at
 * most one such bucket.
 */
export class PrivateBucket {
  readonly bucket: S3Bucket;
  /** Known before the deployment. */
  readonly bucketName: string;
  /** Settings of the bucket that must exist before its first object. */
  private readonly settled: ITerraformDependable[];
  private readonly owned: S3BucketOwnershipControls;

  constructor(
    private readonly scope: Construct,
    { bucketName, forceDestroy, protected: isProtected = false }: PrivateBucketProps,
  ) {
    this.bucketName = bucketName;
    this.bucket = new S3Bucket(
      scope,
      "bucket",
      omitUndefined({
        bucket: bucketName,
        forceDestroy,
        lifecycle: isProtected ? { preventDestroy: true } : undefined,
      }),
    );
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
      // S3 refuses concurrent changes of a bucket's access.
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

  /** Adds an object to the bucket. */
  addObject(id: string, config: Omit<S3ObjectConfig, "bucket" | "overrideProvider" | "dependsOn">): S3Object {
    return new S3Object(this.scope, id, {
      ...config,
      bucket: this.bucket.id,
      // S3 allows at most ten tags per object, and an environment can have more. The bucket has all tags.
      overrideProvider: { defaultTags: { tags: {} } },
      // An object that is created earlier lacks the bucket's encryption, or a version.
      dependsOn: this.settled,
    });
  }

  /** Adds the bucket's policy. A bucket has one policy. */
  addPolicy(policy: PolicyDocument): void {
    new S3BucketPolicy(this.scope, "policy", {
      bucket: this.bucket.id,
      policy: terraformJson(policy),
      dependsOn: [this.owned],
    });
  }
}
