import { ArnFactory } from "../../aws/arn";
import { literalInPattern } from "../../aws/wildcards";
import {
  ASYNC_OBJECTIVE_ALARMS,
  alarmTopicName,
  environmentAlarmName,
  OBJECTIVE_ALARMS,
} from "../../environment/alarm-names";
import { BACKLOG_ALARM, hasAsync, startsFromZero } from "../../environment/async-requests";
import { hasCapture } from "../../environment/captured-requests";
import {
  type CallerSettings,
  callerPolicyName,
  type Environment,
  namePrefix,
  signedInRoleName,
} from "../../environment/environment";
import { isViaGateway, type ModelSettings } from "../../environment/model-settings";
import { ALARMS } from "../../environment/rules/name-checks";
import { targetOf } from "../../environment/settings/endpoint/targets";

/** AWS WAF keeps the web ACLs of CloudFront in this region. */
const CLOUDFRONT_WAF_REGION = "us-east-1";

/** Pattern of a revision's eight digits. */
const DIGITS = "????????";

/** Number of invocations that fit one managed policy, whatever the lengths of their ARNs. */
const MAX_INVOCATIONS_OF_POLICY = 10;

/** Whether a caller can need more than one managed policy, because of many invocations or names of target models. */
function mayNeedPolicies({ mayInvoke }: CallerSettings, { models }: Environment): boolean {
  const namesModels = mayInvoke.some(({ model, by }) => {
    const { targetModel, targetModels } = targetOf(new Map(Object.entries(models)).get(model) ?? {});
    return by === "endpoint" && (targetModel ?? targetModels) !== undefined;
  });
  return namesModels || mayInvoke.length > MAX_INVOCATIONS_OF_POLICY;
}

/** ARN patterns of a policy and of its parts. A principal has at most ten policies. */
function numbered(arn: string): string[] {
  return [arn, `${arn}-?`, `${arn}-10`];
}

/** Kinds of principals that can be callers, with their names in IAM's actions. */
export const PRINCIPAL_KINDS = ["Role", "User", "Group"] as const;

/**
 * ARNs of the resources of one environment. The ARNs of a model's resources are patterns with the environment's prefix:
 * they match any number of models, even models that the environment no longer serves. A pattern is as narrow as a list of
 * names, because no other resource has such a name: `environment/rules/name-checks.ts` refuses environments whose prefix begins with
 * the prefix of another environment, and existing resources whose names begin with a prefix.
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

  /**
   * Execution roles of endpoints, roles of functions, roles with which API Gateway invokes endpoints, or the role of the page's
   * signed-in users.
   */
  roles(purpose: "endpoint" | "function" | "gateway" | "signed-in"): string[] {
    if (purpose === "gateway" && !this.hasGatewayRoles) return [];
    if (purpose === "signed-in") {
      return this.hasSignIn ? [this.globalArn("iam", `role/${signedInRoleName(this.prefix)}`)] : [];
    }
    return [this.globalArn("iam", `role/${this.anyModel}-${purpose}`)];
  }

  /** Whether API Gateway invokes an endpoint of the environment without a function. */
  private get hasGatewayRoles(): boolean {
    return Object.values<ModelSettings>(this.environment.models).some(isViaGateway);
  }

  /** Whether users can sign in on the page. */
  get hasSignIn(): boolean {
    return this.environment.website?.signIn !== undefined;
  }

  /** User pools and identity pools. */
  signInPools(): string[] {
    return [this.arn("cognito-idp", "userpool/*"), this.arn("cognito-identity", "identitypool/*")];
  }

  /** Web ACL of the stage or of the page. AWS WAF appends an id to the name. */
  webAcl(of: "stage" | "website"): string {
    const name = `webacl/${this.prefix}-${of}/*`;
    return of === "stage" ? this.arn("wafv2", `regional/${name}`) : this.cloudFrontWafArn(name);
  }

  /** AWS's managed rule groups. AWS WAF authorizes the use of each group with the ARN of any group. */
  managedRules(of: "stage" | "website"): string {
    const any = "managedruleset/*/*";
    return of === "stage" ? this.arn("wafv2", `regional/${any}`) : this.cloudFrontWafArn(any);
  }

  private cloudFrontWafArn(resource: string): string {
    const { accountId } = this;
    return new ArnFactory(CLOUDFRONT_WAF_REGION, accountId).arn("wafv2", `global/${resource}`);
  }

  /** The environment's stage, for AWS WAF. API Gateway assigns the API's id. */
  stage(): string {
    return this.apiGatewayArn(`/restapis/*/stages/${this.prefix}`);
  }

  /** Managed policies of callers; a caller of many models has policies that end with a number. */
  callerPolicies(): string[] {
    return Object.entries(this.environment.callers ?? {}).flatMap(([caller, settings]) => {
      const arn = this.globalArn("iam", `policy/${callerPolicyName(this.prefix, caller)}`);
      return mayNeedPolicies(settings, this.environment) ? numbered(arn) : [arn];
    });
  }

  /** {@link callerPolicies} for any name of a caller. */
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

  /** SageMaker models of every revision. */
  models(): string[] {
    return [this.arn("sagemaker", `model/${this.anyModel}-${DIGITS}`)];
  }

  /** Endpoint configurations of every revision. */
  endpointConfigurations(): string[] {
    return [this.arn("sagemaker", `endpoint-config/${this.anyModel}-${DIGITS}`)];
  }

  /** Endpoints. */
  endpoints(): string[] {
    return [this.arn("sagemaker", `endpoint/${this.anyModel}`)];
  }

  /** Alarms that roll back updates of endpoints. */
  alarms(): string[] {
    return ALARMS.map((alarm) => this.arn("cloudwatch", `alarm:${this.anyModel}-${alarm}`));
  }

  /** Alarms of objectives, and the composite alarm of the environment. */
  objectiveAlarms(): string[] {
    const alarms = [
      environmentAlarmName(this.prefix),
      ...[...OBJECTIVE_ALARMS, ...(this.hasAsync ? ASYNC_OBJECTIVE_ALARMS : [])].map(
        (alarm) => `${this.anyModel}-${alarm}`,
      ),
    ];
    return alarms.map((alarm) => this.arn("cloudwatch", `alarm:${alarm}`));
  }

  /** Alarms that start the first instance of endpoints without instances; empty if every endpoint has instances. */
  backlogAlarms(): string[] {
    if (!startsFromZero(this.environment)) return [];
    return [this.arn("cloudwatch", `alarm:${this.anyModel}-${BACKLOG_ALARM}`)];
  }

  /** The topic that sends the alarms to an email address. */
  alarmTopic(): string {
    return this.arn("sns", alarmTopicName(this.prefix));
  }

  /** Alarms that Application Auto Scaling creates and names for endpoints' variants. */
  scalingAlarms(): string[] {
    return [this.arn("cloudwatch", `alarm:TargetTracking-endpoint/${this.anyModel}/variant/*`)];
  }

  /** Log groups; the pattern also matches a group's streams. */
  logGroups(of: "functions" | "endpoints"): string[] {
    const prefix = of === "functions" ? "/aws/lambda" : "/aws/sagemaker/Endpoints";
    return [this.arn("logs", `log-group:${prefix}/${this.anyModel}`)];
  }

  /** Collections of API Gateway, whose resources have the tag `Environment`. The resources' ARNs have only ids. */
  apiCollections(): string[] {
    return ["restapis", "apikeys", "usageplans"].map((type) => this.apiGatewayArn(`/${type}`));
  }

  /** The collection of the domain names of API Gateway; empty without a domain name of the stage. */
  domainNameCollection(): string[] {
    return this.environment.stage.domain === undefined ? [] : [this.apiGatewayArn("/domainnames")];
  }

  /**
   * The domain name of API Gateway and its base path mappings; empty without a domain name of the stage. The ARN contains the
   * name (https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html), so that a tag on another
   * domain name gives no access to that name.
   */
  domainName(): string[] {
    const { domain } = this.environment.stage;
    return domain === undefined
      ? []
      : [domain.name, `${domain.name}/*`].map((name) => this.apiGatewayArn(`/domainnames/${name}`));
  }

  /** The log group of the stage's access log, without its streams. */
  accessLogGroup(): string {
    return this.arn("logs", `log-group:/aws/apigateway/${this.prefix}-inference/access`);
  }

  /** Whether a model of the environment stores requests. */
  get hasCapture(): boolean {
    return hasCapture(this.environment);
  }

  /** Whether a model of the environment has asynchronous requests. */
  get hasAsync(): boolean {
    return hasAsync(this.environment);
  }

  /** The environment's buckets for data of callers, which the deployer must not read. */
  callersDataBuckets(): string[] {
    return [
      ...(this.hasCapture ? [this.bucket("capture")] : []),
      ...(this.hasAsync ? [this.bucket("async")] : []),
    ];
  }

  /** The environment's own bucket. */
  bucket(purpose: "artifacts" | "async" | "capture" | "website"): string {
    return this.bucketArn(`${this.prefix}-${purpose}-${this.accountId}-${this.region}`);
  }

  /** The bucket, the file and the lock of Terraform's state; `undefined` if the state is not in S3. */
  state(): { readonly bucket: string; readonly file: string; readonly lock: string } | undefined {
    const { state } = this.environment;
    if (!("s3" in state)) return undefined;
    const bucket = this.bucketArn(state.s3.bucket);
    const file = `${bucket}/${literalInPattern(state.s3.key)}`;
    return { bucket, file, lock: `${file}.tflock` };
  }
}
