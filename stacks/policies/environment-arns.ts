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

  roles(purpose: "endpoint" | "function"): string[] {
    return this.names.map((name) => this.globalArn("iam", `role/${name}-${purpose}`));
  }

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

  functions(): string[] {
    return this.names.map((name) => this.arn("lambda", `function:${name}`));
  }

  models(): string[] {
    return this.names.map((name) => this.arn("sagemaker", `model/${name}-${DIGITS}`));
  }

  endpointConfigurations(): string[] {
    return this.names.map((name) => this.arn("sagemaker", `endpoint-config/${name}-${DIGITS}`));
  }

  endpoints(): string[] {
    return this.names.map((name) => this.arn("sagemaker", `endpoint/${name}`));
  }

  /** Without what follows a group's name. */
  logGroups(of: "functions" | "endpoints"): string[] {
    const prefix = of === "functions" ? "/aws/lambda" : "/aws/sagemaker/Endpoints";
    return this.names.map((name) => this.arn("logs", `log-group:${prefix}/${name}`));
  }

  bucket(purpose: "artifacts" | "website"): string {
    return this.bucketArn(`${this.environment.name}-${purpose}-${this.accountId}-${this.region}`);
  }

  bucketArn(name: string): string {
    return `arn:${this.partition}:s3:::${name}`;
  }
}
