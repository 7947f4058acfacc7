import type { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { Construct } from "constructs";
import { privateBucketPolicy } from "../../iam/workload/bucket-policies";
import { PrivateBucket } from "../storage/private-bucket";

/** Props of {@link StateBucket}. */
export interface StateBucketProps {
  /** A globally unique name. */
  readonly bucketName: string;
}

/**
 * The bucket for Terraform's states. A lock is an object beside its state, so that no other resource is necessary
 * (https://developer.hashicorp.com/terraform/language/backend/s3). Terraform refuses to destroy the bucket, because the
 * states of other stacks are in it.
 */
export class StateBucket extends Construct {
  /** Terraform's resource of the bucket. */
  readonly bucket: S3Bucket;

  constructor(scope: Construct, id: string, { bucketName }: StateBucketProps) {
    super(scope, id);
    const bucket = new PrivateBucket(this, { bucketName, forceDestroy: false, protected: true });
    bucket.addPolicy(privateBucketPolicy(bucket.bucket.arn));
    this.bucket = bucket.bucket;
  }
}
