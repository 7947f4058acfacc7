import type { ModelSettings } from "./model-settings";

/**
 * One environment: plain data, from which one stack of Terraform is synthesized. The stack has the environment's `name`,
 * the API's stage is named by the environment's prefix, and every other name begins with the prefix, see
 * {@link namePrefix}. `checks.ts` holds the rules that types cannot say.
 */
export interface Environment<Name extends string = string> {
  /**
   * 1–16 characters `a-z`, `0-9`, `-`, starting with a letter. The longest name made of it must fit AWS's limit: see
   * `project`.
   */
  readonly name: string;

  /**
   * The project's name: every name of the environment then begins with `<project>-<name>-` instead of `<name>-`, and
   * the tag `Environment` has the value `<project>-<name>`. Two projects with an environment of the same name thus fit
   * into one account. 1–16 characters `a-z`, `0-9`, `-`, starting with a letter. The longest names must fit AWS's
   * limits: `<prefix>-<model>-<8 digits>` SageMaker's 63 characters, and `<prefix>-artifacts-<account>-<region>` S3's
   * 63 (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
   *
   * The API's stage is named `<project>-<name>`, which is then the first part of the paths of its URLs. Policies of IAM
   * know a route by its API's id, stage and path: a deploy role can therefore call no route of another project.
   *
   * Projects do not know each other: give each project of an account another name, which is no environment's name of a
   * project without one, or the deployer of `shop` could change what begins with `shop-dev-`.
   *
   * Another value gives every resource another name, and Terraform then replaces the resources.
   *
   * @default - none: names begin with the environment's name
   */
  readonly project?: string;

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
   * first creation failed can only be made anew with `false`, or, where Terraform does not know of it, after
   * `aws sagemaker delete-endpoint`.
   *
   * @default false
   */
  readonly protected?: boolean;

  /**
   * Every role that the environment makes has the managed policy `<prefix>-boundary` of its account as permissions
   * boundary, and may do no more than that, whatever its own policies say: so those who deploy the environment can give
   * its roles what its models may read and invoke, and nothing else. Who may take the roles they say as before.
   * `environments/accounts.ts` says who makes the policy; it must be there first. Requires `accountId`.
   *
   * @default false
   */
  readonly permissionsBoundary?: boolean;

  /**
   * Tags of every resource that can have tags, at most 47 (AWS allows 50, the stack adds up to three:
   * https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html). No key may differ from
   * another by its case alone: IAM takes both for one.
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
   * What AWS allows the environment's account in its region, where that is not the default. It holds for every
   * environment of the two, and is stated in one of them, or alike in several. Environments without `accountId` are
   * counted together in each region, as in one account of their own.
   *
   * @default - AWS's defaults, see `quotas.ts`
   */
  readonly quotas?: QuotaSettings;

  /**
   * A private network for the functions that the environment makes, and for the endpoints that say `inNetwork`: a new
   * VPC without a way to the internet, or an existing one's subnets and security groups. Serverless endpoints stay
   * outside: SageMaker takes no VPC for them
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html).
   *
   * @default - none: the functions run in Lambda's own network, the endpoints in SageMaker's
   */
  readonly network?: NewVpc | ExistingVpc;

  /** The models that this environment serves, at least one. */
  readonly models: ServedModels<Name>;

  /**
   * Who may call, besides those whose own policies say so: for each caller a managed policy
   * `<prefix>-<caller>-caller`, whose ARN is an output. The key is the caller: 1–104 characters `a-z`, `0-9`, `-`,
   * starting with a letter, so that the policy's name fits IAM's 128
   * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). Not needed for routes whose access
   * is `API_KEY` or `PUBLIC`.
   *
   * @default - none
   */
  readonly callers?: Readonly<Record<string, CallerSettings<Name>>>;
}

/** The settings of the models that an environment serves; with the names of an app, TypeScript finds a wrong name. */
export type ServedModels<Name extends string> = string extends Name
  ? Readonly<Record<string, ModelSettings>>
  : Readonly<Partial<Record<Name, ModelSettings>>>;

/** Quotas as Service Quotas shows them, of one account in one region where nothing else is said; whole numbers, from 1. */
export interface QuotaSettings {
  /**
   * Sum of `maxConcurrency` over all serverless endpoints. New accounts may start with 10.
   *
   * @default 200
   */
  readonly serverlessConcurrency?: number;

  /**
   * Serverless endpoints: one a model and environment.
   *
   * @default 50
   */
  readonly serverlessEndpoints?: number;

  /**
   * Lambda's concurrent executions over all functions, of which 100 stay unreserved: the sum of `reservedConcurrency`
   * is at most this number minus 100. New accounts can have less than the default and then cannot reserve any
   * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
   *
   * @default 1000
   */
  readonly lambdaConcurrency?: number;

  /**
   * API Gateway's usage plans: one an environment with an API key.
   *
   * @default 300
   */
  readonly usagePlans?: number;

  /**
   * Resources of the environment's REST API: the root, and one a part of a route's path. The quota is of this one API:
   * other environments have their own.
   *
   * @default 300
   */
  readonly apiResources?: number;

  /**
   * IAM roles of the account, in all regions: two a model, one for the function and one for the endpoint, and those
   * that the account has besides.
   *
   * @default 1000
   */
  readonly roles?: number;
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
    /** Name of an existing bucket, versioned and private: an account's `stateBucket`, or one of your own. */
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
   * Days that the logs of functions, endpoints and the stage are kept: one of CloudWatch's steps (1, 3, 5, 7, 14, 30, 60, 90, … 3653;
   * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
   */
  readonly logRetentionInDays: number;

  /**
   * Write one line of JSON to the log group `/aws/apigateway/<environment>-inference/access` for each request: who
   * called which route, when, with which result; never the body, the query, the API key or a signature. Calls of function
   * URLs and endpoints do not pass the stage, and are not in the log. API Gateway may write no line for an answer of 413
   * or 431, or for many of 429 (https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-monitor.html).
   *
   * API Gateway writes with the one CloudWatch role of the account and region, and refuses access logs while the account
   * has none (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html). An account's
   * `apiGatewayLogs` makes the role. `true` is also allowed without it, for an account that has the role from elsewhere:
   * that role must be allowed to write to this group, and where the account has none, the apply fails.
   *
   * @default - true where `environments/accounts.ts` has an entry of the environment's account and region with
   * `apiGatewayLogs: true`, else false
   */
  readonly accessLogs?: boolean;

  /**
   * The origin whose pages may read answers (CORS): `*`, or one such as `https://www.example.com`.
   * `*` gives a page no right that its user does not have: no route is authorized by cookies.
   *
   * @default - the page's origin where the environment has a `website`, else `*`
   */
  readonly corsAllowOrigin?: string;

  /**
   * Let the messages of errors into the functions' logs: of a model's container, of SageMaker and of a contract, each
   * cut to 500 characters. A message can quote what a caller sent, so the logs can then hold callers' data. The setting
   * becomes the functions' environment variable `LOG_ERROR_MESSAGES`. Functions that exist already are not changed.
   *
   * @default false: the logs hold an error's name, its origin (service, container, connection or function) and its
   * status
   */
  readonly logErrorMessages?: boolean;
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
 * A VPC of the environment's own: one isolated subnet a zone, and from there a way for functions, to SageMaker's runtime
 * and in it to the environment's endpoints, and one for endpoints, to S3 and in it to their artifacts. The first costs
 * money by the hour and zone (https://aws.amazon.com/privatelink/pricing/). Its destruction waits until Lambda gives its network interfaces back,
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

/**
 * What one caller may invoke, and which existing principals of the account are that caller. A managed policy has at
 * most 6,144 characters, and a principal by default at most 10 managed policies
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). A caller of more models than one policy
 * can name gets several: `<prefix>-<caller>-caller`, `<prefix>-<caller>-caller-2`, and so on. 100 models in one way each
 * need two or three.
 *
 * Where no principal is named, the policy stands for others to attach, e.g. to the permission set of an IAM Identity
 * Center. AWS refuses to delete it until they have detached it.
 */
export interface CallerSettings<Name extends string = string> {
  /** At least one, and none twice. */
  readonly mayInvoke: readonly Invocation<Name>[];
  /**
   * Names of IAM roles, 1–64 characters each, behind their paths where they have one: `service-role/scoring`. Not those that an environment makes, and none that AWS
   * alone may change (`AWSServiceRoleFor…`, `AWSReservedSSO_…`).
   *
   * @default - none
   */
  readonly roles?: readonly string[];
  /**
   * Names of IAM users, 1–64 characters each, behind their paths.
   *
   * @default - none
   */
  readonly users?: readonly string[];
  /**
   * Names of IAM groups, 1–128 characters each, behind their paths.
   *
   * @default - none
   */
  readonly groups?: readonly string[];
}

/** One way to one model. */
export interface Invocation<Name extends string = string> {
  /** A model of the environment. */
  readonly model: Name;
  /**
   * - `route`: the route, whose access is then `AWS_IAM`: `execute-api:Invoke`.
   * - `functionUrl`: the function URL, which the model then has: `lambda:InvokeFunctionUrl`, and
   *   `lambda:InvokeFunction` by way of the URL alone.
   * - `endpoint`: the endpoint itself, for the SageMaker SDK and boto3: `sagemaker:InvokeEndpoint`. The stage
   *   then neither checks nor throttles the request.
   */
  readonly by: InvokedBy;
}

/** By what a model is invoked. */
export type InvokedBy = (typeof INVOKED_BY)[number];

/** Every value of {@link InvokedBy}. */
export const INVOKED_BY = ["route", "functionUrl", "endpoint"] as const;

/** What an environment's names are made of. */
export type NamedEnvironment = Pick<Environment, "name" | "project">;

/**
 * The environment's prefix: every name of the environment is the prefix, `-` and a suffix. Policies grant by this
 * prefix, so that nothing else in the account may have a name that begins so: `names.ts` holds the rules. The prefix is
 * also the value of the tag `Environment`, by which policies recognize resources that have only an id.
 */
export function namePrefix({ name, project }: NamedEnvironment): string {
  return project === undefined ? name : `${project}-${name}`;
}

/** Name of a caller's managed policy. @param prefix - the environment's, see {@link namePrefix} */
export function callerPolicyName(prefix: string, caller: string): string {
  return `${prefix}-${caller}-caller`;
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
