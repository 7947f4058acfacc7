import { parseArn } from "../../aws/arn";
import { type AccountSettings, accountName } from "../account";
import {
  ASYNC_OBJECTIVE_ALARMS,
  alarmTopicName,
  environmentAlarmName,
  OBJECTIVE_ALARMS,
  objectiveAlarmNames,
} from "../alarm-names";
import { BACKLOG_ALARM, hasAsync } from "../async-requests";
import { callerPolicyName, type Environment, namePrefix } from "../environment";
import { type FaultCollector, raw } from "../fault-collector";
import { functionNameOf, isViaGateway } from "../model-settings";
import { NAME, principalName } from "../patterns";

/** The suffixes of the names of an environment's alarms. These alarms roll back updates of endpoints. */
export const ALARMS = ["server-errors", "model-latency"] as const;

/** The suffix of the name of the function that checks callers' credentials. */
export const AUTHORIZER = "authorizer";

const MAX_BUCKET_CHARACTERS = 63;
const BUCKET_SOURCE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";
const MAX_SAGEMAKER_CHARACTERS = 63;
const SAGEMAKER_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html";
const MAX_POLICY_NAME_CHARACTERS = 128;
const IAM_SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

/**
 * Checks the lengths of the names that start with an environment's prefix. The name of an endpoint configuration is the
 * strictest of a model's names: if it fits SageMaker's limit, the role `<prefix>-<model>-endpoint` fits IAM's 64 characters.
 */
export function checkNames(environment: Environment, collector: FaultCollector): void {
  const { name, project, region, models, callers = {} } = environment;
  // A name that breaks its own rule has a fault already.
  if (!NAME.test(name) || (project !== undefined && !NAME.test(project))) return;
  const prefix = namePrefix(environment);
  const field = project === undefined ? "name" : "project";
  requireLength(
    `${prefix}-artifacts-123456789012-${region}`,
    MAX_BUCKET_CHARACTERS,
    field,
    BUCKET_SOURCE,
    collector,
  );
  for (const model of Object.keys(models)) {
    const longest = `${prefix}-${model}-00000000`;
    requireLength(longest, MAX_SAGEMAKER_CHARACTERS, `models.${model}`, SAGEMAKER_SOURCE, collector);
  }
  for (const caller of Object.keys(callers)) {
    const longest = callerPolicyName(prefix, caller);
    requireLength(longest, MAX_POLICY_NAME_CHARACTERS, `callers.${caller}`, IAM_SOURCE, collector);
  }
}

function requireLength(
  longest: string,
  max: number,
  field: string,
  source: string,
  collector: FaultCollector,
): void {
  collector.require(
    longest.length <= max,
    field,
    raw(`the name ${longest} of ${longest.length} characters`),
    `a shorter project, environment, model or caller, so that the name has at most ${max} characters`,
    source,
  );
}

/** A deployer may change every resource whose name starts with the environment's prefix and `-`. */
const PREFIX_REASON = "policies of the environment's deployer and roles use this prefix";

/**
 * Checks the names of environments of one account against each other: no prefix starts with the prefix of another
 * environment, and no existing resource has a name that starts with a prefix. An environment without `accountId` can be in
 * any account.
 */
export function checkNamesTogether(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[],
  collectorOf: (environment: string) => FaultCollector,
): void {
  for (const environment of environments) {
    const others = environments.filter((other) => canShareAccount(environment, other));
    for (const other of others) checkPrefixes(environment, other, collectorOf(environment.name));
    for (const other of others) checkExisting(environment, other, collectorOf(environment.name));
    checkAccountNames(environment, accounts, collectorOf(environment.name));
    if ("s3" in environment.state) {
      const { bucket } = environment.state.s3;
      checkStateBucket("state.s3.bucket", bucket, environments, collectorOf(environment.name));
    }
  }
  for (const account of accounts) {
    const collector = collectorOf(accountName(account));
    if (account.stateBucket !== undefined) {
      checkStateBucket("stateBucket", account.stateBucket, environments, collector);
    }
    if ("s3" in account.state) {
      checkStateBucket("state.s3.bucket", account.state.s3.bucket, environments, collector);
    }
  }
}

/** Checks that no state is in a bucket of an environment: the environment's deployer could change the state. */
function checkStateBucket(
  field: string,
  bucket: string,
  environments: readonly Environment[],
  collector: FaultCollector,
): void {
  const owner = environments.find((environment) => isBucketOf(environment, bucket));
  collector.require(
    owner === undefined,
    field,
    bucket,
    "a bucket with another name",
    `the environment ${owner?.name} creates this bucket, and its deployer may change and delete it`,
  );
}

/** Whether an environment creates a bucket with this name. Without `accountId`, the environment can be in any account. */
function isBucketOf(environment: Environment, bucket: string): boolean {
  const { accountId, region } = environment;
  const [, prefix, account, bucketRegion] =
    /^(.+)-(?:artifacts|async|capture|website)-(\d{12})-(.+)$/.exec(bucket) ?? [];
  const sameAccount = accountId === undefined || account === accountId;
  return prefix === namePrefix(environment) && sameAccount && bucketRegion === region;
}

function canShareAccount(one: Environment, other: Environment): boolean {
  return one.accountId === undefined || other.accountId === undefined || one.accountId === other.accountId;
}

function checkPrefixes(environment: Environment, other: Environment, collector: FaultCollector): void {
  // `state-checks.ts` refuses two environments with the same name.
  if (environment.name === other.name) return;
  const [prefix, otherPrefix] = [namePrefix(environment), namePrefix(other)];
  collector.require(
    prefix !== otherPrefix && !prefix.startsWith(`${otherPrefix}-`),
    environment.project === undefined ? "name" : "project",
    prefix,
    `a prefix that does not start with ${otherPrefix}-, or another account`,
    `${other.name} may be in the same account, and ${PREFIX_REASON}`,
  );
}

/** Checks that no account's stack has an environment's prefix as its name: the tag `Environment` would be the same. */
function checkAccountNames(
  environment: Environment,
  accounts: readonly AccountSettings[],
  collector: FaultCollector,
): void {
  // Without a project, both stacks have the same name, which `state-checks.ts` refuses.
  if (environment.project === undefined) return;
  const prefix = namePrefix(environment);
  const account = accounts.find((one) => accountName(one) === prefix);
  collector.require(
    account === undefined,
    "project",
    prefix,
    "a prefix other than the name of an account's stack",
    "both would have the same tag Environment, by which policies recognize an environment's resources",
  );
}

/**
 * Whether the policies of an environment's deployer include a role: a role that the environment creates or can create later,
 * or a role with a matching path. `role/dev-*-function` also matches `role/dev-team/my-function`.
 */
export function isRoleOf(environment: Environment, role: string): boolean {
  const prefix = `${namePrefix(environment)}-`;
  // IAM ignores upper and lower case in names.
  return [role, principalName(role)]
    .map((name) => name.toLowerCase())
    .some(
      (name) =>
        name.startsWith(prefix) &&
        /-(?:function|endpoint|gateway)$|^website-signed-in$/.test(name.slice(prefix.length)),
    );
}

/** Checks the existing resources of `environment` and of its models against the prefix of `owner`. */
function checkExisting(environment: Environment, owner: Environment, collector: FaultCollector): void {
  const reserved = reservedNamesOf(owner);
  const prefix = namePrefix(owner);
  const refuse = (field: string, name: string, allowed: string): void =>
    collector.require(
      false,
      field,
      name,
      allowed,
      `such a name belongs to the environment ${owner.name}: ${PREFIX_REASON}`,
    );
  const { notify, permissionsBoundary } = environment;
  if (typeof permissionsBoundary === "string" && reserved.reservesPolicy(permissionsBoundary)) {
    refuse(
      "permissionsBoundary",
      permissionsBoundary,
      `a policy whose name does not start with ${prefix}- or does not end with -caller or a caller's number`,
    );
  }
  if (notify !== undefined && "topicArn" in notify && reserved.reservesTopic(notify.topicArn)) {
    refuse("notify.topicArn", notify.topicArn, `a topic with another name than ${alarmTopicName(prefix)}`);
  }
  for (const [model, settings] of Object.entries(environment.models)) {
    const field = `models.${model}`;
    if (environment.region === owner.region) {
      if ("existingEndpoint" in settings && reserved.reservesEndpoint(settings.existingEndpoint)) {
        refuse(
          `${field}.existingEndpoint`,
          settings.existingEndpoint,
          `an endpoint whose name does not start with ${prefix}-`,
        );
      }
      const { existingFunction } = settings;
      if (existingFunction !== undefined && reserved.reservesFunction(functionNameOf(existingFunction))) {
        refuse(
          `${field}.existingFunction`,
          existingFunction,
          `a function whose name does not start with ${prefix}-`,
        );
      }
      const alarms = ("deployment" in settings && settings.deployment?.rollbackOn?.alarmNames) || [];
      for (const alarm of alarms) {
        const allowed = reserved.alarmInPlaceOf(alarm);
        if (allowed !== undefined) refuse(`${field}.deployment.rollbackOn.alarmNames`, alarm, allowed);
      }
    }
  }
}

/** Tests for names that start with an environment's prefix, but are not names of the environment's resources. */
interface ReservedNames {
  readonly reservesEndpoint: (name: string) => boolean;
  readonly reservesFunction: (name: string) => boolean;
  /** Returns the alarms that are allowed in place of an alarm with a reserved name; `undefined` if the name is not reserved. */
  readonly alarmInPlaceOf: (name: string) => string | undefined;
  readonly reservesTopic: (arn: string) => boolean;
  /** Whether the ARN is a policy that the environment's deployer may rewrite: a policy of a caller. */
  readonly reservesPolicy: (arn: string) => boolean;
}

/** The end of the name of a caller's policy, see `callerPolicyName`. A caller of many models has policies that end with a number. */
const CALLER_POLICY_END = /.-caller(?:-.|-10)?$/;

function reservedNamesOf(owner: Environment): ReservedNames {
  const prefix = namePrefix(owner);
  const [endpoints, functions] = [new Set<string>(), new Set<string>()];
  for (const [model, settings] of Object.entries(owner.models)) {
    if (!("existingEndpoint" in settings)) endpoints.add(`${prefix}-${model}`);
    if (settings.existingFunction === undefined && !isViaGateway(settings))
      functions.add(`${prefix}-${model}`);
  }
  const own = new Set([
    ...objectiveAlarmNames(owner).map(({ name }) => name),
    ...[...endpoints].flatMap((endpoint) => ALARMS.map((end) => `${endpoint}-${end}`)),
  ]);
  const ends = reservedAlarmEnds(owner);
  const isWithin = (name: string): boolean => name.startsWith(`${prefix}-`);
  return {
    // SageMaker ignores upper and lower case in names of endpoints
    // (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html).
    reservesEndpoint: (name) => isWithin(name.toLowerCase()) && !endpoints.has(name.toLowerCase()),
    reservesFunction: (name) => isWithin(name) && !functions.has(name),
    alarmInPlaceOf: (name) => {
      if (own.has(name)) return undefined;
      if (name === environmentAlarmName(prefix)) return "an alarm with another name";
      const end = ends.find((one) => isWithin(name) && name.endsWith(`-${one}`));
      return end === undefined
        ? undefined
        : `an alarm whose name does not start with ${prefix}- or does not end with -${end}`;
    },
    reservesTopic: (arn) => {
      const { accountId: account = "", region, resource } = parseArn(arn) ?? {};
      const canBeInAccount = owner.accountId === undefined || owner.accountId === account;
      return canBeInAccount && region === owner.region && resource === alarmTopicName(prefix);
    },
    reservesPolicy: (arn) => {
      const { accountId: account, resource = "" } = parseArn(arn) ?? {};
      const canBeInAccount =
        account !== "aws" && (owner.accountId === undefined || owner.accountId === account);
      // The deploy role's boundary matches any name of a caller, and thereby also paths. IAM ignores upper and lower case in names.
      const name = resource.replace(/^policy\//, "").toLowerCase();
      return (
        canBeInAccount &&
        [name, principalName(name)].some(
          (one) => isWithin(one) && CALLER_POLICY_END.test(one.slice(prefix.length)),
        )
      );
    },
  };
}

/**
 * The ends of the names of the alarms that an environment creates, or can create later for its models. The alarms of asynchronous
 * models are reserved only with such a model: the deployer's policies contain them only then.
 */
function reservedAlarmEnds(owner: Environment): readonly string[] {
  return [
    ...ALARMS,
    ...OBJECTIVE_ALARMS,
    ...(hasAsync(owner) ? [...ASYNC_OBJECTIVE_ALARMS, BACKLOG_ALARM] : []),
  ];
}
