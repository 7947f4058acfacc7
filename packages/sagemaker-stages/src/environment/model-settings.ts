/**
 * One model in one environment: the endpoint that serves it, new or there already, the function that asks the
 * endpoint, new or there already, and how both are reached. `model-checks.ts` holds the rules that types cannot say.
 */
export type ModelSettings = ServingSettings & (NewEndpoint | ExistingEndpoint);

/** An endpoint of the environment's own. */
export type NewEndpoint = ServerlessEndpoint | InstanceEndpoint;

/** An endpoint that is there already, e.g. one that a notebook made. */
export interface ExistingEndpoint {
  /**
   * Its name: 1–63 letters, digits and `-`, in the environment's account and region. Nothing of it is changed; the
   * environment adds no more than functions and policies that name it.
   */
  readonly existingEndpoint: string;
}

/** What every model has, whoever made its endpoint. */
export interface ServingSettings {
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
   * and `lambda:InvokeFunction` on the function. Not for an existing function, whose URL is its owner's.
   *
   * @default - none
   */
  readonly functionUrl?: FunctionUrlSettings;

  /**
   * Settings of the function that the environment makes. Not beside `existingFunction`.
   *
   * @default - its defaults
   */
  readonly function?: FunctionSettings;

  /**
   * A function that is there already, by its name or its ARN without version, in the environment's account and
   * region. It answers the route instead of a new one and must take API Gateway's proxy events (payload 1.0). Its role
   * gets a policy to ask this one endpoint, and its resource policy lets this one route invoke it; nothing else of it
   * is changed, so that its variable `sagemakerEnvironmentVariableName` must already hold the endpoint's name, or the
   * plan fails and says which. Terraform reads the function to know its role: its variables are then in the state.
   *
   * @default - the environment makes one
   */
  readonly existingFunction?: string;

  /**
   * Name of the role of `existingFunction`, 1–64 characters, behind its path where it has one: `service-role/scoring`,
   * as Lambda's console names roles (`aws lambda get-function-configuration --query Role`). Whoever deploys without an administrator's
   * rights may then write this role's inline policies, and no other role's of others; where the environment has a
   * `permissionsBoundary`, only while the role has one, too. Not one that an
   * environment or an account makes.
   *
   * @default - `npm run deployer` refuses the environment: an administrator deploys it
   */
  readonly existingFunctionRole?: string;

  /**
   * The variable in which an existing function looks for the endpoint's name: two or more letters, digits and `_`,
   * starting with a letter (https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html). New functions use the
   * default.
   *
   * @default "ENDPOINT_NAME"
   */
  readonly sagemakerEnvironmentVariableName?: string;

  /**
   * Tags of what serves this model, beside those of the environment and instead of them where the key is the same; at
   * most 47 with them. No key may differ from another by its case alone: IAM takes both for one.
   *
   * @default - those of the environment
   */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The function that the environment makes. */
export interface FunctionSettings {
  /**
   * 128–10240 MB; CPU grows with it (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). A request
   * of 6 MB, parsed, encoded and answered, fits into the default.
   *
   * @default 256
   */
  readonly memorySizeInMb?: number;

  /**
   * Lambda's reserved concurrency: a whole number from 1. The function can have this many invocations at once, and no
   * other function can use them. Lambda refuses further invocations at once, and API Gateway then answers 500, which
   * keeps a flood of one route away from the other functions of the account. Lambda keeps at least 100 of the
   * account's concurrency unreserved, so that the sum over all environments of an account and region is limited by
   * `quotas.lambdaConcurrency`
   * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html). Allow more than the endpoint's
   * `maxConcurrency`, because invocations also wait for a moment before the endpoint's throttling is passed on.
   *
   * @default - none: the function shares the account's unreserved concurrency, because a small account cannot reserve any
   */
  readonly reservedConcurrency?: number;
}

/** What a new endpoint is made of, on whatever compute. */
export interface NewEndpointBase {
  /**
   * The trained model: `s3://bucket/key.tar.gz`, in the environment's region, or a file of the project such as
   * `models/iris.tar.gz`, which is uploaded to a private bucket of the environment under a key made of its SHA-256. A
   * file must be a gzip-compressed tar archive
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html).
   * In S3 a new artifact needs a new key: SageMaker's behaviour is undefined when a file behind a deployed model
   * changes. The key may have every character from U+0020 to U+00FF, e.g. `models/name=churn/dt=2024-01-01/model.tar.gz`;
   * IAM takes no others in policies.
   */
  readonly artifact: string;

  /**
   * ARN of the KMS key that the artifact in S3 is encrypted with (SSE-KMS), not an alias: the endpoint's role may then
   * decrypt with it, by way of S3 alone. The key's own policy must let it. To be named also where it is the bucket's
   * default. Not for a file of the project, which the environment's bucket encrypts.
   *
   * @default - none: the object is encrypted by S3 itself
   */
  readonly artifactKeyArn?: string;

  /** The inference image. */
  readonly image: AlgorithmImage | EcrImage;

  /**
   * Environment variables of the container, at most 100; names of letters, digits and `_` that do not start with a
   * digit; names and values of at most 1,024 bytes each and 32 KB together
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html). Plans and SageMaker's
   * console show them: no secrets. Another value is another model, which rolls out.
   *
   * @default - none
   */
  readonly containerEnvironment?: Readonly<Record<string, string>>;

  /**
   * How an update takes over, and when it is taken back. Not for `ml.inf1` instances, for which AWS leaves it out
   * silently (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html).
   *
   * @default - SageMaker's: blue/green, all traffic at once, taken back where the new model does not come up
   */
  readonly deployment?: DeploymentSettings;
}

/** A serverless endpoint: it costs nothing at rest and wakes up for the first request after a pause. */
export interface ServerlessEndpoint extends NewEndpointBase {
  /** Size. An endpoint on instances cannot become serverless: give the model a new environment, or destroy first. */
  readonly serverless: ServerlessSettings;
}

/** An endpoint on instances, which run and cost all the time. */
export interface InstanceEndpoint extends NewEndpointBase {
  /** Which instances, and how many. */
  readonly instances: InstanceSettings;

  /**
   * Run the containers in the environment's `network`. With a new VPC, S3's gateway lets the endpoint's role read from
   * its artifact's bucket and nothing else: an artifact that moves to another bucket takes two steps, first a copy of
   * the old one there, then the new one, or what still serves cannot read its own meanwhile. With an existing VPC, S3
   * must be reachable from it, and its subnets must be the account's own: those that another account shares have ARNs
   * that the role does not name.
   *
   * @default false
   */
  readonly inNetwork?: boolean;

  /**
   * Take every way out from the containers, and the role's credentials; SageMaker itself still fetches the artifact
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html).
   *
   * @default false
   */
  readonly networkIsolation?: boolean;

  /**
   * ARN of a KMS key for the volumes of the instances, not an alias. Not for types with storage of their own, such as
   * `ml.m5d` or `ml.g5`, whose hardware encrypts it with a key of its own
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html). The key's policy must
   * let the endpoint's role and whoever deploys make grants.
   *
   * @default - none: AWS encrypts with a key of its own
   */
  readonly volumeKeyArn?: string;

  /**
   * Write requests and answers to S3, for a model monitor. They are the callers' data: choose a bucket that is private
   * and forgets.
   *
   * @default - none
   */
  readonly dataCapture?: DataCaptureSettings;
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
  /**
   * Let the provisioned concurrency follow its use. Only beside `provisionedConcurrency`, from which it starts at each
   * new configuration.
   *
   * @default - none: it stays as it is
   */
  readonly autoscaling?: ProvisionedConcurrencyScaling;
}

/** Instances behind an endpoint. */
export interface InstanceSettings {
  /**
   * SageMaker's instance type, e.g. `ml.m5.large`
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html). Another type than before is
   * taken out of autoscaling while the update runs, because AWS refuses it otherwise.
   */
  readonly instanceType: string;
  /** How many, from 1; with `autoscaling`, the number that each new configuration starts from. */
  readonly initialInstanceCount: number;
  /**
   * Let the number follow the load. Not for burstable types (`ml.t2`), which SageMaker does not scale.
   *
   * @default - none: the number stays as it is
   */
  readonly autoscaling?: InstanceScaling;
  /**
   * Seconds until the artifact must have been downloaded, 60–3600 (same source). Terraform's AWS provider waits an hour
   * for an endpoint, with everything that it does.
   *
   * @default - SageMaker's
   */
  readonly modelDataDownloadTimeoutInSeconds?: number;
  /**
   * Seconds until the container must answer its first `/ping`, 60–3600 (same source), within the same hour.
   *
   * @default - SageMaker's
   */
  readonly containerStartupHealthCheckTimeoutInSeconds?: number;
}

/**
 * Target tracking by Application Auto Scaling, which acts with its own service-linked role
 * (https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html).
 */
export interface ScalingSettings {
  /** The least, from 1. */
  readonly minCapacity: number;
  /** The most, from `minCapacity`. */
  readonly maxCapacity: number;
  /**
   * Seconds after scaling in until the next time, from 0.
   *
   * @default - 300, which is Application Auto Scaling's
   */
  readonly scaleInCooldownInSeconds?: number;
  /**
   * Seconds after scaling out until the next time, from 0.
   *
   * @default - 300, which is Application Auto Scaling's
   */
  readonly scaleOutCooldownInSeconds?: number;
}

/** Scaling of provisioned concurrency. `maxCapacity` is at most the endpoint's `maxConcurrency`. */
export interface ProvisionedConcurrencyScaling extends ScalingSettings {
  /** The part of the provisioned concurrency that shall be in use, more than 0 and at most 1, e.g. 0.7. */
  readonly targetUtilization: number;
}

/** Scaling of instances. */
export interface InstanceScaling extends ScalingSettings {
  /** Invocations a minute that each instance shall have, more than 0; a load test tells. */
  readonly targetInvocationsPerInstance: number;
}

/**
 * Data capture
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html).
 */
export interface DataCaptureSettings {
  /**
   * `s3://bucket/prefix` in the environment's region, at most 512 characters. SageMaker writes below
   * `<prefix>/<endpoint>/<variant>/`, and the endpoint's role may write there alone.
   */
  readonly destination: string;
  /** Percent of the requests, 1–100. */
  readonly samplingPercentage: number;
  /**
   * What is written.
   *
   * @default ["Input", "Output"]
   */
  readonly captureModes?: readonly CaptureMode[];
  /**
   * ARN of the KMS key that encrypts it, not an alias. To be named also where it is the bucket's default, or nothing is
   * captured.
   *
   * @default - none: the bucket's default, which is then S3's own encryption
   */
  readonly kmsKeyArn?: string;
}

/** What data capture writes. */
export type CaptureMode = (typeof CAPTURE_MODES)[number];

/** Every value of {@link CaptureMode}. */
export const CAPTURE_MODES = ["Input", "Output"] as const;

/**
 * A blue/green deployment: the new configuration comes up beside the old one, so that both cost and count for a while
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html).
 */
export interface DeploymentSettings {
  /**
   * How traffic moves; in parts only with two or more instances. All waits together, and `terminationWaitInSeconds`, are
   * at most 45 minutes: Terraform's AWS provider waits an hour for an update, and the new configuration has to come up.
   *
   * @default - all at once
   */
  readonly trafficShift?: CanaryShift | LinearShift;
  /**
   * Seconds from the last shift until the old configuration's capacity is given up, 0–3600: so long can an alarm take
   * the update back.
   *
   * @default 0
   */
  readonly terminationWaitInSeconds?: number;
  /**
   * Seconds after which an update that is still going on is taken back, 600–14400, and more than all waits together.
   * AWS takes up to 28800, Terraform's AWS provider does not.
   *
   * @default - SageMaker's
   */
  readonly maximumExecutionTimeoutInSeconds?: number;
  /**
   * Alarms that take an update back while it runs: during its waits, of which one is then at least 120 seconds. Say them with the endpoint's first deployment: Terraform's provider
   * replaces a living endpoint, which is then away for minutes, where alarms come, go or change their names
   * (https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/sagemaker/endpoint.go). A plan shows
   * it as a replacement, and a protected environment refuses it. Thresholds change in place.
   *
   * @default - none: only a model that does not come up is taken back
   */
  readonly rollbackOn?: RollbackSettings;
}

/** A part first, and after a wait the rest. */
export interface CanaryShift {
  readonly canary: {
    /** Percent of the capacity that the first part is, 1–50. */
    readonly percent: number;
    /** Seconds between the two, 0–3600. */
    readonly waitInSeconds: number;
  };
}

/** Part by part, with a wait after each. */
export interface LinearShift {
  readonly linear: {
    /** Percent of the capacity that each part is, 10–50. */
    readonly percent: number;
    /** Seconds between two, 0–3600. */
    readonly waitInSeconds: number;
  };
}

/** At least one property; at most ten alarms (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoRollbackConfig.html). */
export interface RollbackSettings {
  /**
   * An alarm of the environment's own: this many 5XX answers of the model within a minute, from 1.
   *
   * @default - no such alarm
   */
  readonly serverErrorsPerMinute?: number;
  /**
   * An alarm of the environment's own: milliseconds of the model's average latency within a minute, more than 0.
   *
   * @default - no such alarm
   */
  readonly modelLatencyInMs?: number;
  /**
   * Names of CloudWatch's metric alarms that are there already, in the environment's account and region: 1–255 characters
   * without `*`, `?`, `${` and `%{`. No composite ones: to look at them takes a right over every alarm
   * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html).
   *
   * @default - none
   */
  readonly alarmNames?: readonly string[];
}

/** The variable in which this project's functions look for their endpoint. */
export const DEFAULT_ENVIRONMENT_VARIABLE_NAME = "ENDPOINT_NAME";

/** The name of an existing function. @param nameOrArn - its name, or its ARN without version */
export function functionNameOf(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf(":") + 1);
}

/** Access of a route: what the environment says, or the safe default. */
export function routeAccess(settings: Pick<ServingSettings, "access">): RouteAccess {
  return settings.access ?? "AWS_IAM";
}
