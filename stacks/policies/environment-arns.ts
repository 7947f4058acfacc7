import { callerPolicyName, type Environment, partitionOf } from "../../environments/environment";
import { catalog } from "../../functions/catalog";

/** The digits of a revision, which no name of another environment ends with. */
const DIGITS = "????????";

/** Kinds of principals that callers can be, as IAM's actions name them. */
export const PRINCIPAL_KINDS = ["Role", "User", "Group"] as const;

/** ARNs of what one environment names, of every model that there is, whether or not it serves it now. */
export class EnvironmentArns {
  readonly partition: string;
  readonly region: string;
  private readonly names: readonly string[];

  constructor(
    readonly environment: Environment,
    readonly accountId: string,
  ) {
    this.partition = partitionOf(environment.region);
    this.region = environment.region;
    this.names = Object.keys(catalog).map((model) => `${environment.name}-${model}`);
  }

  /** `arn:<partition>:<service>:<region>:<account>:<resource>` */
  arn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}:${this.region}:${this.accountId}:${resource}`;
  }

  /** `arn:<partition>:<service>::<account>:<resource>`, of a service without regions */
  globalArn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}::${this.accountId}:${resource}`;
  }

  /** Roles of functions, or execution roles of endpoints. */
  roles(purpose: "endpoint" | "function"): string[] {
    return this.names.map((name) => this.globalArn("iam", `role/${name}-${purpose}`));
  }

  /** Managed policies of callers. */
  callerPolicies(): string[] {
    const callers = Object.keys(this.environment.callers ?? {});
    return callers.map((caller) =>
      this.globalArn("iam", `policy/${callerPolicyName(this.environment.name, caller)}`),
    );
  }

  /** Existing principals that are callers, each once. */
  callers(kind: (typeof PRINCIPAL_KINDS)[number]): string[] {
    const named = Object.values(this.environment.callers ?? {}).flatMap(
      ({ roles = [], users = [], groups = [] }) => ({ Role: roles, User: users, Group: groups })[kind],
    );
    return [...new Set(named)].map((name) => this.globalArn("iam", `${kind.toLowerCase()}/${name}`));
  }

  /** Lambda functions. */
  functions(): string[] {
    return this.names.map((name) => this.arn("lambda", `function:${name}`));
  }

  /** SageMaker's models, of every revision. */
  models(): string[] {
    return this.names.map((name) => this.arn("sagemaker", `model/${name}-${DIGITS}`));
  }

  /** Endpoint configurations, of every revision. */
  endpointConfigurations(): string[] {
    return this.names.map((name) => this.arn("sagemaker", `endpoint-config/${name}-${DIGITS}`));
  }

  /** Endpoints. */
  endpoints(): string[] {
    return this.names.map((name) => this.arn("sagemaker", `endpoint/${name}`));
  }

  /** Alarms that take updates of endpoints back. */
  alarms(): string[] {
    return this.names.flatMap((name) =>
      ["server-errors", "model-latency"].map((alarm) => this.arn("cloudwatch", `alarm:${name}-${alarm}`)),
    );
  }

  /** Alarms that Application Auto Scaling makes for endpoints' variants, and whose names it makes up. */
  scalingAlarms(): string[] {
    return this.names.map((name) =>
      this.arn("cloudwatch", `alarm:TargetTracking-endpoint/${name}/variant/*`),
    );
  }

  /** Without what follows a group's name. */
  logGroups(of: "functions" | "endpoints"): string[] {
    const prefix = of === "functions" ? "/aws/lambda" : "/aws/sagemaker/Endpoints";
    return this.names.map((name) => this.arn("logs", `log-group:${prefix}/${name}`));
  }

  /** The stage's access log; without what follows a group's name. */
  accessLogGroup(): string {
    return this.arn("logs", `log-group:/aws/apigateway/${this.environment.name}-inference/access`);
  }

  /** The environment's own bucket. */
  bucket(purpose: "artifacts" | "website"): string {
    return this.bucketArn(`${this.environment.name}-${purpose}-${this.accountId}-${this.region}`);
  }

  /** The bucket, the file and the lock of Terraform's state; undefined where that is not in S3. */
  state(): { readonly bucket: string; readonly file: string; readonly lock: string } | undefined {
    const { state } = this.environment;
    if (!("s3" in state)) return undefined;
    const bucket = this.bucketArn(state.s3.bucket);
    const file = `${bucket}/${state.s3.key}`;
    return { bucket, file, lock: `${file}.tflock` };
  }

  /** A bucket by its name. */
  bucketArn(name: string): string {
    return `arn:${this.partition}:s3:::${name}`;
  }
}
