import { Construct } from "constructs";
import { privateBucketPolicy } from "../../iam/workload/bucket-policies";
import type { AwsScope } from "../terraform/aws-scope";
import { environmentBucketName, PrivateBucket } from "./private-bucket";

/** Props of {@link CaptureBucket}. */
export interface CaptureBucketProps {
  readonly account: AwsScope;
  /** The environment's prefix, with which the bucket's name begins. */
  readonly environmentName: string;
  /** Days after which S3 deletes the objects, by the prefix of their keys. */
  readonly daysByPrefix: Readonly<Record<string, number>>;
  /** Whether Terraform refuses to plan the bucket's destruction, and to delete its objects. */
  readonly protected: boolean;
}

/**
 * The environment's private bucket for captured requests and answers. S3 deletes each object after the days of its model. The
 * bucket keeps no versions: a deleted request is deleted.
 */
export class CaptureBucket extends Construct {
  /** Known before the deployment. */
  readonly bucketName: string;
  private readonly bucketArn: string;

  constructor(scope: Construct, id: string, props: CaptureBucketProps) {
    super(scope, id);
    const { account, environmentName, daysByPrefix, protected: isProtected } = props;
    const bucket = new PrivateBucket(this, {
      bucketName: environmentBucketName(account, environmentName, "capture"),
      forceDestroy: !isProtected,
      protected: isProtected,
      versioned: false,
    });
    this.bucketName = bucket.bucketName;
    this.bucketArn = account.bucketArn(bucket.bucketName);
    bucket.addLifecycle([
      // S3 accepts any text of at most 255 characters: the prefix is unique.
      ...Object.entries(daysByPrefix).map(([prefix, days]) => ({
        id: prefix,
        status: "Enabled",
        filter: [{ prefix: `${prefix}/` }],
        expiration: [{ days }],
      })),
      // The objects of a model that the environment no longer serves, or whose endpoint has another name. Where rules overlap,
      // S3 deletes by the rule with fewer days (https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html).
      {
        id: "every-object",
        status: "Enabled",
        filter: [{}],
        expiration: [{ days: Math.max(...Object.values(daysByPrefix)) }],
      },
    ]);
    // Last, so that Terraform deletes the policy first: the deployer of a protected environment may not, and the bucket keeps
    // its rules and its access if `capture` is removed while the bucket contains objects.
    bucket.addPolicy(privateBucketPolicy(bucket.bucket.arn), { isLast: true });
  }

  /** ARN of the objects whose keys begin with `<prefix>/`. */
  objectsArn(prefix: string): string {
    return `${this.bucketArn}/${prefix}/*`;
  }
}
