import { ArnFactory } from "../../aws/arn";
import { literalInPattern } from "../../aws/wildcards";
import {
  type CallerSettings,
  callerPolicyName,
  type Environment,
  namePrefix,
} from "../../environment/environment";
import { isViaGateway, type ModelSettings } from "../../environment/model-settings";
import { ALARMS } from "../../environment/names";
import { targetOf } from "../../environment/settings/targets";

/** The digits of a revision. */
const DIGITS = "????????";

/** So many invocations fit one managed policy, whatever the lengths of their ARNs. */
const MAX_INVOCATIONS_OF_POLICY = 10;

/** Whether a caller may need more than one managed policy: for many invocations, or for names of target models. */
function mayNeedPolicies({ mayInvoke }: CallerSettings, { models }: Environment): boolean {
  const namesModels = mayInvoke.some(({ model, by }) => {
    const { targetModel, targetModels } = targetOf(new Map(Object.entries(models)).get(model) ?? {});
    return by === "endpoint" && (targetModel ?? targetModels) !== undefined;
  });
  return namesModels || mayInvoke.length > MAX_INVOCATIONS_OF_POLICY;
}

/** A policy's ARN with those of its parts: a principal has ten policies at most. */
function numbered(arn: string): string[] {
  return [arn, `${arn}-?`, `${arn}-10`];
}

/** Kinds of principals that callers can be, as IAM's actions name them. */
export const PRINCIPAL_KINDS = ["Role", "User", "Group"] as const;

/**
 * ARNs of what one environment names. The ARNs of what a model has are patterns of the environment's prefix: they hold
 * for any number of models, also for models that the environment no longer serves. A pattern is as narrow as a list of
 * names, because nothing else has such a name: `environment/names.ts` refuses environments whose prefix begins with
 * another one's, and existing resources within a prefix.
 */
export class EnvironmentArns extends ArnFactory {
  /** See {@link namePrefix}; also the value of the tag `Environment`. */
  readonly prefix: string;
  /** `<prefix>-<any model>` */
  private readonly anyModel: string;

  constructor(
    readonly environment: Environment,
    accountId: string,
  ) {
    super(environment.region, accountId);
    this.prefix = namePrefix(environment);
    this.anyModel = `${this.prefix}-*`;
  }

  /** Roles of functions, execution roles of endpoints, or roles with which API Gateway invokes endpoints. */
  roles(purpose: "endpoint" | "function" | "gateway"): string[] {
    if (purpose === "gateway" && !this.hasGatewayRoles) return [];
    return [this.globalArn("iam", `role/${this.anyModel}-${purpose}`)];
  }

  /** Whether API Gateway itself invokes an endpoint of the environment. */
  private get hasGatewayRoles(): boolean {
    return Object.values<ModelSettings>(this.environment.models).some(isViaGateway);
  }

  /** Managed policies of callers; a caller of many models has policies that end with a number. */
  callerPolicies(): string[] {
    return Object.entries(this.environment.callers ?? {}).flatMap(([caller, settings]) => {
      const arn = this.globalArn("iam", `policy/${callerPolicyName(this.prefix, caller)}`);
      return mayNeedPolicies(settings, this.environment) ? numbered(arn) : [arn];
    });
  }

  /** As {@link callerPolicies}, of any caller. */
  anyCallerPolicies(): string[] {
    const arn = this.globalArn("iam", `policy/${callerPolicyName(this.prefix, "*")}`);
    const callers = Object.values(this.environment.callers ?? {});
    return callers.some((caller) => mayNeedPolicies(caller, this.environment)) ? numbered(arn) : [arn];
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
    return [this.arn("lambda", `function:${this.anyModel}`)];
  }

  /** SageMaker's models, of every revision. */
  models(): string[] {
    return [this.arn("sagemaker", `model/${this.anyModel}-${DIGITS}`)];
  }

  /** Endpoint configurations, of every revision. */
  endpointConfigurations(): string[] {
    return [this.arn("sagemaker", `endpoint-config/${this.anyModel}-${DIGITS}`)];
  }

  /** Endpoints. */
  endpoints(): string[] {
    return [this.arn("sagemaker", `endpoint/${this.anyModel}`)];
  }

  /** Alarms that take updates of endpoints back. */
  alarms(): string[] {
    return ALARMS.map((alarm) => this.arn("cloudwatch", `alarm:${this.anyModel}-${alarm}`));
  }

  /** Alarms that Application Auto Scaling makes for endpoints' variants, and whose names it makes up. */
  scalingAlarms(): string[] {
    return [this.arn("cloudwatch", `alarm:TargetTracking-endpoint/${this.anyModel}/variant/*`)];
  }

  /** Log groups; the pattern also fits what follows a group's name. */
  logGroups(of: "functions" | "endpoints"): string[] {
    const prefix = of === "functions" ? "/aws/lambda" : "/aws/sagemaker/Endpoints";
    return [this.arn("logs", `log-group:${prefix}/${this.anyModel}`)];
  }

  /** The stage's access log; without what follows a group's name. */
  accessLogGroup(): string {
    return this.arn("logs", `log-group:/aws/apigateway/${this.prefix}-inference/access`);
  }

  /** The environment's own bucket. */
  bucket(purpose: "artifacts" | "website"): string {
    return this.bucketArn(`${this.prefix}-${purpose}-${this.accountId}-${this.region}`);
  }

  /** The bucket, the file and the lock of Terraform's state; undefined where that is not in S3. */
  state(): { readonly bucket: string; readonly file: string; readonly lock: string } | undefined {
    const { state } = this.environment;
    if (!("s3" in state)) return undefined;
    const bucket = this.bucketArn(state.s3.bucket);
    const file = `${bucket}/${literalInPattern(state.s3.key)}`;
    return { bucket, file, lock: `${file}.tflock` };
  }
}
