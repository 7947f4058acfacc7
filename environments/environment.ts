import type { ModelName } from "../functions/catalog";

/**
 * One environment: plain data, from which one stack of Terraform is synthesized. The stack, the API's stage and
 * the prefix of every name are the environment's `name`. `checks.ts` holds the rules that types cannot say.
 */
export interface Environment {
  /**
   * 1–16 characters `a-z`, `0-9`, `-`, starting with a letter: the longest name made of it,
   * `<name>-<model>-endpoint`, must fit IAM's 64 characters and SageMaker's 63.
   */
  readonly name: string;

  /** AWS region, e.g. `eu-central-1`. */
  readonly region: string;

  /**
   * The AWS account, 12 digits. Terraform then refuses to work with credentials of any other account.
   *
   * @default - whichever account the credentials belong to
   */
  readonly accountId?: string;

  /**
   * Refuse to plan the destruction of the API, the endpoints and the page's distribution, and with them of their
   * URLs. Requires `accountId`. What is removed from the environment is no longer protected; and an endpoint whose
   * first creation failed can only be made anew with `false`.
   *
   * @default false
   */
  readonly protected?: boolean;

  /**
   * Tags of every resource that can have tags, at most 47 (AWS allows 50, the stack adds up to three:
   * https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html).
   *
   * @default - only `Environment` and, where it applies, `Model`
   */
  readonly tags?: Readonly<Record<string, string>>;

  /** Where Terraform keeps the state. Two environments never share one. */
  readonly state: LocalState | S3State;

  /** Settings of the REST API's stage and of the logs. */
  readonly stage: StageSettings;

  /**
   * Host the web page of `website/`: a private bucket behind CloudFront. The page uses the routes whose access is
   * `PUBLIC`, of which there must be one; the stage's CORS origin becomes the page's. Not in China and GovCloud.
   *
   * @default - no page
   */
  readonly website?: WebsiteSettings;

  /**
   * A private network for the functions: a new VPC without a way to the internet, or an existing one's subnets and
   * security groups. The endpoints stay outside: SageMaker takes no VPC for a serverless endpoint
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html).
   *
   * @default - none: the functions run in Lambda's own network
   */
  readonly network?: NewVpc | ExistingVpc;

  /** The models that this environment serves, at least one. */
  readonly models: Readonly<Partial<Record<ModelName, ModelSettings>>>;
}

/** State in a file: for a first try, and for environments that only one person deploys. */
export interface LocalState {
  readonly local: {
    /** File, relative to the project's folder. It can hold secrets: keep it out of version control. */
    readonly path: string;
  };
}

/** State in an S3 bucket, encrypted, with a lock file beside it. Terraform 1.10 or newer. */
export interface S3State {
  readonly s3: {
    /** Name of an existing bucket, versioned and private. */
    readonly bucket: string;
    /** Key of the state in the bucket; the lock is `<key>.tflock`. */
    readonly key: string;
    /**
     * Region of the bucket.
     *
     * @default - the environment's region
     */
    readonly region?: string;
  };
}

/** The REST API's stage. */
export interface StageSettings {
  /** Token bucket over all callers of one method; above it they get a 429. */
  readonly throttling: {
    /**
     * Requests per second, 1–10,000: the account's default limit in a region
     * (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
     */
    readonly rateLimit: number;
    /** Requests at once, 1–5,000: the account's default limit in a region (same source). */
    readonly burstLimit: number;
  };

  /**
   * Days that the logs of functions and endpoints are kept: one of CloudWatch's steps (1, 3, 5, 7, 14, 30, 60, 90, … 3653;
   * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
   */
  readonly logRetentionInDays: number;

  /**
   * The origin whose pages may read answers (CORS): `*`, or one such as `https://www.example.com`.
   * `*` gives a page no right that its user does not have: no route is authorized by cookies.
   *
   * @default - the page's origin where the environment has a `website`, else `*`
   */
  readonly corsAllowOrigin?: string;
}

/** The web page. */
export interface WebsiteSettings {
  /**
   * From which of CloudFront's edge locations the page is served; `PriceClass_100` is North America, Europe and
   * Israel (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PriceClass.html).
   *
   * @default "PriceClass_100"
   */
  readonly priceClass?: (typeof PRICE_CLASSES)[number];
}

/**
 * A VPC of the environment's own: one isolated subnet a zone, and from there one way out, to SageMaker's runtime and
 * in it to the environment's endpoints. That way costs money by the hour and zone
 * (https://aws.amazon.com/privatelink/pricing/). Its destruction waits until Lambda gives its network interfaces back,
 * up to 45 minutes. Functions that leave it, and live on, lose the rights with which Lambda does that: interfaces that
 * are left then are deleted by hand, or the destruction waits in vain.
 */
export interface NewVpc {
  readonly vpc: {
    /**
     * The VPC's addresses: `<address>/<length>` in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (RFC 1918), the length
     * 16–24. Each zone has an eighth of it, told by its letter: zones that come and go do not move the others.
     *
     * @default "10.0.0.0/16"
     */
    readonly cidrBlock?: string;
    /**
     * Zones of the environment's region, 1–6, e.g. `eu-central-1a`; two or more, where one may fail. Each must have
     * SageMaker's runtime: `aws ec2 describe-vpc-endpoint-services` tells.
     */
    readonly availabilityZones: readonly string[];
  };
}

/**
 * Subnets and security groups that are there already. From them the functions must reach SageMaker's runtime, by an
 * interface endpoint with private DNS or by a NAT gateway, and the security groups must let them out to it on port
 * 443. Nothing is added to the VPC but Lambda's network interfaces; after the last function they can be left there,
 * for Lambda removes them with the function's role, which is then gone: delete them by hand
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html).
 */
export interface ExistingVpc {
  readonly existing: {
    /** 1–16 subnets of one VPC (https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html). */
    readonly subnetIds: readonly string[];
    /** 1–5 security groups of the same VPC (same source). */
    readonly securityGroupIds: readonly string[];
  };
}

/** CloudFront's price classes. */
export const PRICE_CLASSES = ["PriceClass_100", "PriceClass_200", "PriceClass_All"] as const;

/** One model in one environment. */
export interface ModelSettings {
  /**
   * The trained model: `s3://bucket/key.tar.gz`, in the environment's region. A new artifact needs a new key:
   * SageMaker's behaviour is undefined when a file behind a deployed model changes.
   */
  readonly artifact: string;

  /** The inference image. */
  readonly image: AlgorithmImage | EcrImage;

  /** Size of the serverless endpoint. */
  readonly serverless: ServerlessSettings;

  /**
   * Who may call the route.
   * - `AWS_IAM`: signed requests of principals with `execute-api:Invoke` on it.
   * - `API_KEY`: requests with the environment's key in `x-api-key`. Meant for trying out: a key says who
   *   pays, it does not prove who calls.
   * - `PUBLIC`: everybody.
   *
   * @default "AWS_IAM"
   */
  readonly access?: RouteAccess;

  /**
   * A function URL beside the route, for signed requests alone: of principals with `lambda:InvokeFunctionUrl`
   * and `lambda:InvokeFunction` on the function.
   *
   * @default - none
   */
  readonly functionUrl?: FunctionUrlSettings;
}

/** A function URL. Its authorization is always AWS_IAM. */
export interface FunctionUrlSettings {
  /**
   * Origins whose pages may read answers (CORS), each as in `corsAllowOrigin`.
   *
   * @default ["*"]
   */
  readonly corsAllowOrigins?: readonly string[];
}

/** Who may call a route. */
export type RouteAccess = (typeof ROUTE_ACCESS)[number];

/** Every value of {@link RouteAccess}. */
export const ROUTE_ACCESS = ["AWS_IAM", "API_KEY", "PUBLIC"] as const;

/** An image of one of SageMaker's own algorithms and frameworks; Terraform knows its account in each region. */
export interface AlgorithmImage {
  /**
   * Repository name, e.g. `linear-learner`, `sagemaker-xgboost`, `blazingtext`
   * (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sagemaker_prebuilt_ecr_image).
   */
  readonly algorithm: string;
  /** Image tag, e.g. `1`, or `1.7-1` for XGBoost. */
  readonly tag: string;
}

/** An image in a private ECR repository, of this account or another that lets this one pull. */
export interface EcrImage {
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`, or `…@sha256:<digest>`. */
  readonly uri: string;
}

/**
 * Size of a serverless endpoint
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-create.html).
 */
export interface ServerlessSettings {
  /** 1024, 2048, 3072, 4096, 5120 or 6144 MB; vCPUs grow with it. */
  readonly memorySizeInMb: number;
  /** Invocations at once, 1–200; more are throttled. */
  readonly maxConcurrency: number;
  /**
   * Invocations at once for which instances are kept warm, 1–`maxConcurrency`. Costs money at rest.
   *
   * @default - none: the endpoint scales to zero, and the first request after a pause waits
   */
  readonly provisionedConcurrency?: number;
}

/** Access of a route: what the environment says, or the safe default. */
export function routeAccess(settings: ModelSettings): RouteAccess {
  return settings.access ?? "AWS_IAM";
}

/** The domain under which AWS's services of a region live, e.g. `amazonaws.com`. */
export function domainOf(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

/** The partition that a region belongs to, e.g. `aws` or `aws-cn`. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
