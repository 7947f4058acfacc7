import * as z from "zod";
import { anyModel, type ModelSettings, modelSettings, type ParsedModelSettings } from "./model-settings";
import { NAME, NAME_ALLOWED } from "./patterns";
import { budgetSettings } from "./settings/budget";
import { type CallerSettings, callerSettings } from "./settings/callers";
import { type CustomerSettings, customerSettings } from "./settings/customers";
import { accountId, region } from "./settings/location";
import { functionRuntimeSettings } from "./settings/model/function-runtimes";
import { anyNetwork, networkSettings } from "./settings/network";
import { anyNotify, notifySettings } from "./settings/notify";
import { quotaSettings } from "./settings/quotas";
import {
  byName,
  flag,
  optional,
  propertiesOf,
  rule,
  settings,
  text,
  textLike,
  withDefault,
  withDefaults,
} from "./settings/setting";
import { stageSettings } from "./settings/stage";
import { stateSettings } from "./settings/state";
import { websiteSettings } from "./settings/website";

export type { BudgetSettings } from "./settings/budget";
export { type CallerSettings, INVOKED_BY, type Invocation, type InvokedBy } from "./settings/callers";
export type { CustomerSettings, QuotaPeriod } from "./settings/customers";
export type { StageDomain, WebsiteDomain } from "./settings/domain";
export type { ExistingVpc, NewVpc } from "./settings/network";
export type { NotifySettings } from "./settings/notify";
export type { QuotaSettings } from "./settings/quotas";
export type { SignInSettings } from "./settings/sign-in";
export type { StageSettings } from "./settings/stage";
export type { LocalState, S3State } from "./settings/state";
export type { WebsiteSettings } from "./settings/website";

/** Names that the account's stack and paths of the local stage use. */
const RESERVED_NAMES = ["account", "endpoints", "website"];

/** The settings of an environment, except `network`, `models`, `callers` and `customers`. */
const environmentSettings = settings({
  /**
   * The environment's name: 1–16 characters `a-z`, `0-9`, `-`, starting with a letter. Names with the environment's prefix
   * must fit AWS's limits: see `project`.
   */
  name: rule(text, {
    holds: (name) => NAME.test(name) && !RESERVED_NAMES.includes(name),
    allowed: `${NAME_ALLOWED}, other than ${RESERVED_NAMES.join(", ")}`,
    source:
      "the name is part of names of at most 63 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
  }),

  /**
   * The project's name: 1–16 characters `a-z`, `0-9`, `-`, starting with a letter. With `project`, the prefix of the
   * environment is `<project>-<name>` instead of `<name>`. Every name starts with the prefix and `-`, and the tag
   * `Environment` has the prefix as its value. Two projects with an environment of the same name thus fit into one
   * account. The longest names must fit AWS's limits: `<prefix>-<model>-<8 digits>` has at most 63 characters
   * (SageMaker), and `<prefix>-artifacts-<account>-<region>` has at most 63 characters (S3:
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
   *
   * The API's stage has the name `<project>-<name>`, which is then the first part of the paths of its URLs. IAM policies
   * identify a route by the API's id, the stage and the path: a deploy role can therefore call no route of another project.
   *
   * Synthesis cannot compare projects. Give each project of an account a unique name. An environment without `project`
   * must not have this name. Otherwise the deployer of an environment `shop` could change resources whose names start
   * with `shop-dev-`.
   *
   * If the value changes, every resource gets a new name, and Terraform replaces the resources.
   *
   * @default - none: the prefix is the environment's name
   */
  project: optional(textLike(NAME, NAME_ALLOWED, "the project is part of every name")),

  /** AWS region, e.g. `eu-central-1`. */
  region,

  /**
   * The AWS account, 12 digits. Terraform then refuses to work with credentials of another account.
   *
   * @default - the account of the credentials
   */
  accountId: optional(accountId),

  /**
   * Refuse plans that destroy the API, the endpoints or the page's distribution, and therefore their URLs. Requires
   * `accountId`. If a model or its `async` is removed from the environment, its endpoint is not protected. If the first creation of an
   * endpoint failed, set `false` to create the endpoint again. If the endpoint is not in Terraform's state, run
   * `aws sagemaker delete-endpoint` instead. In the GitHub workflows, every outage of a protected environment stops a pull request until
   * a label permits the outage (`docs/pipelines.md`).
   *
   * @default false
   */
  protected: withDefault(flag, false),

  /**
   * The name of the environment that deploys releases before this environment, e.g. `staging`. Every model must then have a
   * `release` that the preceding environment has deployed: `npx sagemaker-stages promote` reads the outputs of its stack, and
   * records the digest in the file of the release. Images must be pinned by digest, and endpoints must be new
   * (`docs/releases.md`).
   *
   * @default - none: the environment accepts every source of a model
   */
  promotedFrom: optional(text),

  /**
   * Attach a managed policy to every role of the environment as permissions boundary. The boundary limits the permissions of
   * the roles, whatever their own policies allow: deployers of the environment can then give its roles only the permissions
   * within the boundary. The roles' trust policies do not change. Requires `accountId`.
   * - `true`: the policy `<prefix>-boundary`, which allows exactly what the models need. The stack of the account creates the
   *   policy: deploy the account of `environments/accounts.ts` first. Environments that workflows on GitHub deploy require `true`.
   * - the ARN of an existing policy, e.g. of your organization: the policy must allow the permissions of the environment's roles,
   *   because otherwise endpoints do not start and requests fail. Synthesis cannot read the policy.
   *
   * @default false
   */
  permissionsBoundary: withDefault(z.union([flag, text]), false),

  /**
   * Tags of every resource that supports tags, at most 47 (AWS allows 50, and the stack adds up to three:
   * https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html). Two keys must not differ
   * only in upper and lower case: IAM treats them as one key.
   *
   * @default - only `Environment`, and for the resources of a model `Model`
   */
  tags: withDefault(byName(text), {}),

  /** The location of Terraform's state: `local` or `s3`. No other stack may use the same location. */
  state: stateSettings,

  /** Settings of the REST API's stage and of the logs. */
  stage: stageSettings,

  /**
   * Lambda's runtimes of the environment's new functions. `function.runtime` of a model has priority.
   *
   * @default - `nodejs22.x` and `python3.13`
   */
  functionRuntimes: withDefaults(functionRuntimeSettings, {}),

  /**
   * Print the metrics of each request in the log lines of the new functions: requests by outcome, times, cold starts, retries
   * and rows. CloudWatch reads the metrics from the logs, without an agent and without a permission. `docs/metrics.md`
   * explains the metrics. The setting becomes the functions' environment variable `METRICS_ENVIRONMENT`. A route without a
   * function (`via: "gateway"`) has only the metrics of API Gateway and SageMaker. Existing functions do not change.
   *
   * CloudWatch bills each metric of a model for the hours in which the metric receives data, $0.30 for a whole month in most
   * regions (https://aws.amazon.com/cloudwatch/pricing/): about $1.50 a month for a model with requests in every hour, and
   * nothing for a model without requests.
   *
   * @default true
   */
  metrics: withDefault(flag, true),

  /**
   * Host the web page: a private bucket behind CloudFront. The page has a form for each model whose access is `PUBLIC`, and
   * for each model of `signIn`; at least one model must have a form. A model with `functions/<model>/page.ts`
   * has its own view. The origin of the page becomes the stage's CORS origin. Not available in China and GovCloud.
   *
   * @default - no page
   */
  website: optional(websiteSettings),

  /**
   * A monthly budget in AWS Budgets, whose notifications go to `notify`. The budget counts the cost of the resources with the
   * tag `Environment` of the environment. The owner of the bill must activate the tag as a cost allocation tag; before, the
   * budget counts nothing. A budget costs nothing (https://aws.amazon.com/aws-cost-management/aws-budgets/pricing/).
   *
   * @default - none
   */
  budget: optional(budgetSettings),

  /**
   * Create a dashboard `<prefix>-models` in CloudWatch: requests, outcomes, latency, cold starts, concurrency, the answers of
   * the API and an estimate of the cost, for all models and for each model. At most 40 models. The apply replaces an existing
   * dashboard of this name. A dashboard costs $3 per
   * month, except three dashboards of an account with at most 50 metrics each
   * (https://aws.amazon.com/cloudwatch/pricing/).
   *
   * @default false
   */
  dashboard: withDefault(flag, false),

  /**
   * The quotas of the environment's account and region, if they differ from AWS's defaults. The quotas apply to all
   * environments of the account and region: write a quota in one environment, or the same value in several.
   * Environments without `accountId` are counted together in each region, as in one account.
   *
   * @default - AWS's defaults
   */
  quotas: optional(quotaSettings),
});

/** All settings of an environment. Rules check which settings exclude each other, and show why. */
export const anyEnvironment = z.strictObject({
  ...propertiesOf(environmentSettings),
  network: optional(anyNetwork),
  notify: optional(anyNotify),
  models: byName(anyModel),
  callers: optional(byName(callerSettings)),
  customers: optional(byName(customerSettings)),
});

/** The settings of an environment. @see {@link Environment} */
export const environmentSchema = z
  .object({
    ...propertiesOf(environmentSettings),
    /**
     * A private network for the new functions of the environment, and for the endpoints with `inNetwork`: `vpc`, a new VPC
     * without access to the internet, or `existing`, subnets and security groups of an existing VPC. Serverless endpoints
     * stay outside, because they support no VPC
     * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html).
     *
     * @default - none: the functions run in Lambda's own network, the endpoints in SageMaker's
     */
    network: optional(networkSettings),
    /**
     * Where the alarms of the models' `objectives` are sent: `email`, an address that a new topic of Amazon SNS notifies, or
     * `topicArn`, an existing topic. Each environment has one alarm, `<prefix>-alarm`, that is on while an alarm of a model is.
     *
     * @default - none; a model with `objectives`, and `budget`, require the setting
     */
    notify: optional(notifySettings),
    models: byName(modelSettings),
    callers: withDefault(byName(callerSettings), {}),
    customers: withDefault(byName(customerSettings), {}),
  })
  .readonly();

/**
 * The settings of one environment, as plain data. The engine synthesizes one Terraform stack from an environment. The
 * stack has the environment's `name`. Every name in the account starts with the environment's prefix, see
 * {@link namePrefix}. `docs/environments.md` lists every setting.
 *
 * @example
 * export const dev: Environment = {
 *   name: "dev",
 *   region: "eu-central-1",
 *   state: { local: { path: "terraform.dev.tfstate" } },
 *   stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
 *   models: {
 *     churn: {
 *       artifact: "s3://amzn-s3-demo-bucket/churn/model.tar.gz",
 *       image: { framework: "xgboost", version: "1.7-1" },
 *       serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
 *     },
 *   },
 * };
 */
export interface Environment<Name extends string = string>
  extends Omit<z.input<typeof environmentSchema>, "models" | "callers" | "customers"> {
  /** The models that this environment serves, at least one. The key is the name of the model in `functions/index.ts`. */
  readonly models: ServedModels<Name>;

  /**
   * Principals that may call IAM-authorized routes, function URLs and endpoints. The environment creates a managed policy
   * `<prefix>-<caller>-caller` for each caller; the policy's ARN is an output. The key is the caller's name: 1–104
   * characters `a-z`, `0-9`, `-`, starting with a letter, because the name of a policy has at most 128 characters
   * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). Routes whose access is `API_KEY` or
   * `PUBLIC` need no caller.
   *
   * @default - none
   */
  readonly callers?: Readonly<Record<string, CallerSettings<Name>>>;

  /**
   * Customers with their own keys: companies or teams that may call some of the routes whose access is `API_KEY`. The
   * environment creates a usage plan and a key for each customer, and a function that lets each key open only the routes of
   * its customer. The ids of the keys are outputs. The key is the customer's name: 1–32 characters `a-z`, `0-9`, `-`,
   * starting with a letter. An environment with customers has no shared key.
   *
   * @default - none: all callers of `API_KEY` routes share one key
   */
  readonly customers?: Readonly<Record<string, CustomerSettings<Name>>>;
}

/** The settings of the models that an environment serves. With the type of an app's names, TypeScript finds a wrong name. */
export type ServedModels<Name extends string = string> = string extends Name
  ? Readonly<Record<string, ModelSettings>>
  : Readonly<Partial<Record<Name, ModelSettings>>>;

/** {@link Environment} with defaults. */
export interface ParsedEnvironment extends Omit<z.output<typeof environmentSchema>, "models" | "stage"> {
  /** The models that this environment serves. */
  readonly models: Readonly<Record<string, ParsedModelSettings>>;
  /** Settings of the REST API's stage. The default of `accessLogs` depends on the account's `apiGatewayLogs`. */
  readonly stage: z.output<typeof stageSettings> & { readonly accessLogs: boolean };
}

/** The settings that determine an environment's prefix. */
export type NamedEnvironment = Pick<Environment, "name" | "project">;

/**
 * The environment's prefix: every name of the environment consists of the prefix, `-` and a suffix. Policies grant
 * permissions by this prefix, so that no other resource in the account may have such a name: `rules/name-checks.ts`
 * checks the names. The prefix is also the value of the tag `Environment`, by which policies recognize resources that have
 * only an id.
 */
export function namePrefix({ name, project }: NamedEnvironment): string {
  return project === undefined ? name : `${project}-${name}`;
}

/** Name of the environment's dashboard. @param prefix - the environment's prefix, see {@link namePrefix} */
export function dashboardName(prefix: string): string {
  return `${prefix}-models`;
}

/** Name of a caller's managed policy. @param prefix - the environment's prefix, see {@link namePrefix} */
export function callerPolicyName(prefix: string, caller: string): string {
  return `${prefix}-${caller}-caller`;
}

/** Name of the role of the page's signed-in users. @param prefix - the environment's prefix, see {@link namePrefix} */
export function signedInRoleName(prefix: string): string {
  return `${prefix}-website-signed-in`;
}

/** Name of a customer's usage plan. @param prefix - the environment's prefix, see {@link namePrefix} */
export function customerPlanName(prefix: string, customer: string): string {
  return `${prefix}-${customer}-customer`;
}

/** Name of a customer's key. @param prefix - the environment's prefix, see {@link namePrefix} */
export function customerKeyName(prefix: string, customer: string, key: string): string {
  return `${customerPlanName(prefix, customer)}-${key}`;
}
