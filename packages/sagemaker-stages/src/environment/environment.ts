import * as z from "zod";
import { anyModel, type ModelSettings, modelSettings, type ParsedModelSettings } from "./model-settings";
import { NAME, NAME_ALLOWED } from "./patterns";
import { type CallerSettings, callerSettings } from "./settings/callers";
import { anyNetwork, networkSettings } from "./settings/network";
import { accountId, region } from "./settings/place";
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
} from "./settings/setting";
import { stageSettings } from "./settings/stage";
import { stateSettings } from "./settings/state";
import { websiteSettings } from "./settings/website";

export { type CallerSettings, INVOKED_BY, type Invocation, type InvokedBy } from "./settings/callers";
export type { ExistingVpc, NewVpc } from "./settings/network";
export type { QuotaSettings } from "./settings/quotas";
export type { StageSettings } from "./settings/stage";
export type { LocalState, S3State } from "./settings/state";
export type { WebsiteSettings } from "./settings/website";

/** The name of the account's stack, and paths of the local stage. */
const RESERVED_NAMES = ["account", "endpoints", "website"];

/** Settings of an environment as a whole. */
const environmentSettings = settings({
  /**
   * 1–16 characters `a-z`, `0-9`, `-`, starting with a letter. The longest name with the environment's prefix must fit
   * AWS's limit: see `project`.
   */
  name: rule(text, {
    holds: (name) => NAME.test(name) && !RESERVED_NAMES.includes(name),
    allowed: `${NAME_ALLOWED}, other than ${RESERVED_NAMES.join(", ")}`,
    source:
      "it is part of names of at most 63 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
  }),

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
   * Projects do not know each other: give each project of an account another name, which is not the name of an
   * environment of a project without a name. Otherwise the deployer of `shop` could change resources whose names begin
   * with `shop-dev-`.
   *
   * Another value gives every resource another name, and Terraform then replaces the resources.
   *
   * @default - none: names begin with the environment's name
   */
  project: optional(textLike(NAME, NAME_ALLOWED, "it is part of every name")),

  /** AWS region, e.g. `eu-central-1`. */
  region,

  /**
   * The AWS account, 12 digits. Terraform then refuses to work with credentials of another account.
   *
   * @default - the account of the credentials
   */
  accountId: optional(accountId),

  /**
   * Refuse to plan the destruction of the API, the endpoints and the page's distribution, and with them of their URLs.
   * Requires `accountId`. A model that is removed from the environment is no longer protected. An endpoint whose first
   * creation failed can only be created again with `false`, or, where Terraform does not know the endpoint, after
   * `aws sagemaker delete-endpoint`.
   *
   * @default false
   */
  protected: withDefault(flag, false),

  /**
   * Give every role of the environment the managed policy `<prefix>-boundary` of its account as permissions boundary. The
   * boundary limits the permissions of the roles, whatever their own policies allow: deployers of the environment can
   * then give its roles the permissions for its models, and no others. The roles' trust policies do not change.
   * `environments/accounts.ts` says which stack creates the policy; deploy that stack first. Requires `accountId`.
   *
   * @default false
   */
  permissionsBoundary: withDefault(flag, false),

  /**
   * Tags of every resource that can have tags, at most 47 (AWS allows 50, the stack adds up to three:
   * https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html). No key may differ from
   * another key by its case only: IAM treats both as one key.
   *
   * @default - only `Environment` and, where it applies, `Model`
   */
  tags: withDefault(byName(text), {}),

  /** The place of Terraform's state. Two environments never share one. */
  state: stateSettings,

  /** Settings of the REST API's stage and of the logs. */
  stage: stageSettings,

  /**
   * Host the web page: a private bucket behind CloudFront. The page has a form for each model whose access is `PUBLIC`,
   * of which there must be at least one, and the model's own view where `functions/<model>/page.ts` exists. The stage's
   * CORS origin becomes the page's. Not in China and GovCloud.
   *
   * @default - no page
   */
  website: optional(websiteSettings),

  /**
   * AWS's limits for the environment's account in its region, where they are not the defaults. They apply to every
   * environment of the account and region, and are written in one of them, or alike in several. Environments without
   * `accountId` are counted together in each region, as in one account.
   *
   * @default - AWS's defaults, see `rules/quotas.ts`
   */
  quotas: optional(quotaSettings),
});

/** Every setting of an environment: a rule says which of them exclude each other, and why. */
export const anyEnvironment = z.strictObject({
  ...propertiesOf(environmentSettings),
  network: optional(anyNetwork),
  models: byName(anyModel),
  callers: optional(byName(callerSettings)),
});

/** An environment. @see {@link Environment} */
export const environmentSchema = z
  .object({
    ...propertiesOf(environmentSettings),
    /**
     * A private network for the new functions of the environment, and for the endpoints with `inNetwork`: a new VPC
     * without access to the internet, or subnets and security groups of an existing VPC. Serverless endpoints stay
     * outside: SageMaker takes no VPC for them
     * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html).
     *
     * @default - none: the functions run in Lambda's own network, the endpoints in SageMaker's
     */
    network: optional(networkSettings),
    models: byName(modelSettings),
    callers: withDefault(byName(callerSettings), {}),
  })
  .readonly();

/**
 * One environment: plain data, from which one stack of Terraform is synthesized. The stack has the environment's `name`,
 * the API's stage is named by the environment's prefix, and every other name begins with the prefix, see
 * {@link namePrefix}. `settings/` defines each setting, `rules/` holds the rules between settings.
 */
export interface Environment<Name extends string = string>
  extends Omit<z.input<typeof environmentSchema>, "models" | "callers"> {
  /** The models that this environment serves, at least one. */
  readonly models: ServedModels<Name>;

  /**
   * Callers, besides principals with own policies: for each caller a managed policy `<prefix>-<caller>-caller`, whose ARN
   * is an output. The key is the caller: 1–104 characters `a-z`, `0-9`, `-`, starting with a letter, so that the
   * policy's name fits IAM's 128 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). Not
   * needed for routes whose access is `API_KEY` or `PUBLIC`.
   *
   * @default - none
   */
  readonly callers?: Readonly<Record<string, CallerSettings<Name>>>;
}

/** The settings of the models that an environment serves; with the names of an app, TypeScript finds a wrong name. */
export type ServedModels<Name extends string = string> = string extends Name
  ? Readonly<Record<string, ModelSettings>>
  : Readonly<Partial<Record<Name, ModelSettings>>>;

/** {@link Environment} with defaults. */
export interface ParsedEnvironment extends Omit<z.output<typeof environmentSchema>, "models" | "stage"> {
  /** The models that this environment serves. */
  readonly models: Readonly<Record<string, ParsedModelSettings>>;
  /** Settings of the REST API's stage; whether it has access logs also depends on the account. */
  readonly stage: z.output<typeof stageSettings> & { readonly accessLogs: boolean };
}

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
