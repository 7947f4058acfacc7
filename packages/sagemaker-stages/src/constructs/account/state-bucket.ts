import type { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { Construct } from "constructs";
import { privateBucketPolicy } from "../../iam/workload/private-bucket";
import { PrivateBucket } from "../website/private-bucket";

/** Props of {@link StateBucket}. */
export interface StateBucketProps {
  /** Unique in the world. */
  readonly bucketName: string;
}

/**
 * The bucket for Terraform's states. A lock is an object beside its state, so that nothing else is needed
 * (https://developer.hashicorp.com/terraform/language/backend/s3). Terraform refuses to destroy it: in it lies what
 * Terraform knows.
 */
export class StateBucket extends Construct {
  /** The bucket itself. */
  readonly bucket: S3Bucket;

  constructor(scope: Construct, id: string, { bucketName }: StateBucketProps) {
    super(scope, id);
    const bucket = new PrivateBucket(this, { bucketName, forceDestroy: false, protected: true });
    bucket.addPolicy(privateBucketPolicy(bucket.bucket.arn));
    this.bucket = bucket.bucket;
  }
}
