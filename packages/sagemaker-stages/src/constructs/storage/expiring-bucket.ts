import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { serviceDomain } from "../../aws/partition";
import { privateBucketPolicy } from "../../iam/workload/bucket-policies";
import { type AsyncObjects, asyncObjectsOf, type BucketKey } from "../../iam/workload/function-role";
import { PREFLIGHT_MAX_AGE_IN_SECONDS } from "../api/cors";
import type { AwsScope } from "../terraform/aws-scope";
import { environmentBucketName, PrivateBucket } from "./private-bucket";

/**
 * The headers of an upload that a page must be allowed to send. A browser sends `content-length` itself, and needs no permission
 * (https://fetch.spec.whatwg.org/#forbidden-request-header).
 */
const UPLOAD_HEADERS = ["content-type", "if-none-match"] as const;

/** Props of {@link ExpiringBucket}. */
export interface ExpiringBucketProps {
  readonly account: AwsScope;
  /** The environment's prefix, with which the bucket's name begins. */
  readonly environmentName: string;
  /** The second part of the bucket's name: the data of callers that the bucket contains. */
  readonly purpose: "async" | "capture";
  /** Days after which S3 deletes the objects, by the prefix of their keys. */
  readonly daysByPrefix: Readonly<Record<string, number>>;
  /** The origins of the pages that may send uploads with presigned URLs; none without CORS. @default - none */
  readonly uploadOrigins?: readonly string[];
  /** The origins of the pages that may read objects with presigned URLs; each is one of `uploadOrigins`. @default - none */
  readonly answerOrigins?: readonly string[];
  /** ARN of the KMS key that encrypts every object. @default - S3's own keys */
  readonly kmsKeyArn?: string | undefined;
  /** Whether Terraform refuses to plan the bucket's destruction, and to delete its objects. */
  readonly protected: boolean;
}

/** The key of a bucket, as policies of roles name it. */
function bucketKey({ region }: AwsScope, bucketArn: string, keyArn: string): BucketKey {
  return { keyArn, bucketArn, s3ServiceName: serviceDomain("s3", region) };
}

/**
 * A private bucket of the environment for data of callers: captured requests, or asynchronous requests. S3 deletes each object after
 * the days of its model. The bucket keeps no versions: a deleted request is deleted.
 */
export class ExpiringBucket extends Construct {
  /** Known before the deployment. */
  readonly bucketName: string;
  /** The bucket with its rules and its access, for dependencies. */
  readonly ready: ITerraformDependable;
  private readonly bucketArn: string;
  private readonly key: BucketKey | undefined;

  constructor(scope: Construct, id: string, props: ExpiringBucketProps) {
    super(scope, id);
    const { account, environmentName, purpose, daysByPrefix, protected: isProtected } = props;
    const { uploadOrigins = [], answerOrigins = [] } = props;
    const bucket = new PrivateBucket(this, {
      bucketName: environmentBucketName(account, environmentName, purpose),
      forceDestroy: !isProtected,
      protected: isProtected,
      versioned: false,
      kmsKeyArn: props.kmsKeyArn,
    });
    this.bucketName = bucket.bucketName;
    this.bucketArn = account.bucketArn(bucket.bucketName);
    this.key =
      props.kmsKeyArn === undefined ? undefined : bucketKey(account, this.bucketArn, props.kmsKeyArn);
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
    if (uploadOrigins.length > 0) {
      const uploads = {
        allowedMethods: ["PUT"],
        allowedOrigins: [...uploadOrigins],
        allowedHeaders: [...UPLOAD_HEADERS],
        maxAgeSeconds: PREFLIGHT_MAX_AGE_IN_SECONDS,
      };
      // Without headers: the browser sends no preflight, and a page that adds a credential of the API is refused. A page reads
      // `content-type` and `content-length` of every answer (https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name).
      const answers = { allowedMethods: ["GET"], allowedOrigins: [...answerOrigins] };
      bucket.addCors(answerOrigins.length > 0 ? [uploads, answers] : [uploads]);
    }
    // Last, so that Terraform deletes the policy first: the deployer of a protected environment may not, and the bucket keeps
    // its rules and its access if the setting is removed while the bucket contains objects.
    this.ready = bucket.addPolicy(privateBucketPolicy(bucket.bucket.arn), { isLast: true });
  }

  /** ARN of the objects whose keys begin with `<prefix>/`. */
  objectsArn(prefix: string): string {
    return `${this.bucketArn}/${prefix}/*`;
  }

  /** The objects of the asynchronous requests of an endpoint. @param endpointName - the first part of the keys */
  asyncObjects(endpointName: string): AsyncObjects {
    return asyncObjectsOf(this.bucketArn, endpointName, this.key);
  }
}
