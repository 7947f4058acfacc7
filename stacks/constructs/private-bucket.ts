import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { PolicyDocument } from "../policies/policy-document";
import { terraformJson } from "./terraform-json";

/** Props of {@link PrivateBucket}. */
export interface PrivateBucketProps {
  /** 3–63 characters, unique in the world. */
  readonly bucketName: string;
  /** Let the bucket go with whatever else was put into it. */
  readonly forceDestroy: boolean;
}

/**
 * A bucket without public access, encrypted and versioned. Its resources stand in `scope` itself, which has
 * one such bucket at most.
 */
export class PrivateBucket {
  readonly bucket: S3Bucket;
  /** What must hold of the bucket before it holds anything. */
  readonly settled: ITerraformDependable[];
  private readonly owned: S3BucketOwnershipControls;

  constructor(
    private readonly scope: Construct,
    { bucketName, forceDestroy }: PrivateBucketProps,
  ) {
    this.bucket = new S3Bucket(scope, "bucket", { bucket: bucketName, forceDestroy });
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

  /** The bucket's one policy. */
  addPolicy(policy: PolicyDocument): void {
    new S3BucketPolicy(this.scope, "policy", {
      bucket: this.bucket.id,
      policy: terraformJson(policy),
      dependsOn: [this.owned],
    });
  }
}
