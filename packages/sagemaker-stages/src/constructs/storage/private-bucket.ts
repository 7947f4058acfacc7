import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import {
  S3BucketCorsConfiguration,
  type S3BucketCorsConfigurationCorsRule,
} from "@cdktf/provider-aws/lib/s3-bucket-cors-configuration";
import {
  S3BucketLifecycleConfiguration,
  type S3BucketLifecycleConfigurationRule,
} from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { S3Object, type S3ObjectConfig } from "@cdktf/provider-aws/lib/s3-object";
import { S3ObjectCopy, type S3ObjectCopyConfig } from "@cdktf/provider-aws/lib/s3-object-copy";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { PolicyDocument } from "../../iam/policy-document";
import { omitUndefined } from "../../lib/omit-undefined";
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
  /**
   * Whether S3 keeps the versions of objects that are replaced or deleted.
   *
   * @default true
   */
  readonly versioned?: boolean;
  /**
   * ARN of the KMS key that encrypts every object.
   *
   * @default - S3's own keys (SSE-S3)
   */
  readonly kmsKeyArn?: string | undefined;
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
 * A bucket without public access, encrypted, and versioned by default. Its resources are children of `scope`, so a scope can have at
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
    {
      bucketName,
      forceDestroy,
      protected: isProtected = false,
      versioned = true,
      kmsKeyArn,
    }: PrivateBucketProps,
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
    const settings: ITerraformDependable[] = [];
    if (versioned) {
      settings.push(
        new S3BucketVersioningA(scope, "versioning", {
          bucket,
          versioningConfiguration: { status: "Enabled" },
        }),
      );
    }
    const encrypted = new S3BucketServerSideEncryptionConfigurationA(scope, "encryption", {
      bucket,
      rule: [
        kmsKeyArn === undefined
          ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
          : {
              applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
              // Fewer requests to KMS, whose encryption context is then the bucket
              // (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html). The roles' policies name this context.
              bucketKeyEnabled: true,
            },
      ],
    });
    this.settled = [...settings, encrypted];
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

  /** Adds the rules by which S3 deletes objects. A bucket has one list of rules. */
  addLifecycle(rule: S3BucketLifecycleConfigurationRule[]): void {
    this.settled.push(
      new S3BucketLifecycleConfiguration(this.scope, "lifecycle", { bucket: this.bucket.id, rule }),
    );
  }

  /** Adds the rules by which pages of other origins may send requests. A bucket has one list of rules. */
  addCors(corsRule: S3BucketCorsConfigurationCorsRule[]): void {
    this.settled.push(
      new S3BucketCorsConfiguration(this.scope, "cors", { bucket: this.bucket.id, corsRule }),
    );
  }

  /** Copies an object of any bucket to the bucket. */
  copyObject(
    id: string,
    config: Omit<S3ObjectCopyConfig, "bucket" | "overrideProvider" | "dependsOn">,
  ): S3ObjectCopy {
    return new S3ObjectCopy(this.scope, id, {
      ...config,
      bucket: this.bucket.id,
      // See addObject.
      overrideProvider: { defaultTags: { tags: {} } },
      dependsOn: this.settled,
    });
  }

  /**
   * Adds the bucket's policy. A bucket has one policy.
   *
   * @param isLast - whether Terraform creates the policy after all other settings of the bucket, and deletes it before them
   */
  addPolicy(
    policy: PolicyDocument,
    { isLast = false }: { readonly isLast?: boolean } = {},
  ): ITerraformDependable {
    return new S3BucketPolicy(this.scope, "policy", {
      bucket: this.bucket.id,
      policy: terraformJson(policy),
      dependsOn: [this.owned, ...(isLast ? this.settled : [])],
    });
  }
}
