import { type AccountSettings, accountName } from "./account";
import { callerPolicyName, type Environment, namePrefix } from "./environment";
import { functionNameOf, isViaGateway } from "./model-settings";
import { NAME, principalName } from "./patterns";
import { inWords, type Report } from "./report";

/** The ends of the names of an environment's alarms, which roll back updates of endpoints. */
export const ALARMS = ["server-errors", "model-latency"] as const;

const MAX_BUCKET_CHARACTERS = 63;
const BUCKET_SOURCE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";
const MAX_SAGEMAKER_CHARACTERS = 63;
const SAGEMAKER_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html";
const MAX_POLICY_NAME_CHARACTERS = 128;
const IAM_SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

/**
 * Rules of the names that are made of an environment's prefix. The name of an endpoint configuration is the longest of a
 * model's names for its limit: `<prefix>-<model>-endpoint`, of a role, fits IAM's 64 characters with it.
 */
export function checkNames(environment: Environment, report: Report): void {
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
    report,
  );
  for (const model of Object.keys(models)) {
    const longest = `${prefix}-${model}-00000000`;
    requireLength(longest, MAX_SAGEMAKER_CHARACTERS, `models.${model}`, SAGEMAKER_SOURCE, report);
  }
  for (const caller of Object.keys(callers)) {
    const longest = callerPolicyName(prefix, caller);
    requireLength(longest, MAX_POLICY_NAME_CHARACTERS, `callers.${caller}`, IAM_SOURCE, report);
  }
}

function requireLength(longest: string, max: number, field: string, source: string, report: Report): void {
  report.require(
    longest.length <= max,
    field,
    inWords(`the name ${longest} of ${longest.length} characters`),
    `a shorter project, environment, model or caller, so that the name has at most ${max} characters`,
    source,
  );
}

/** A deployer may change everything whose name begins with the environment's prefix and `-`. */
const BECAUSE_OF_PREFIX = "policies of the environment's deployer and roles grant by this prefix";

/**
 * Rules of names that environments of one account have beside each other: no prefix begins with another one's, and
 * nothing that the project does not make has a name within a prefix. An environment without `accountId` may be in any
 * account.
 */
export function checkNamesTogether(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[],
  reportOf: (environment: string) => Report,
): void {
  for (const environment of environments) {
    const beside = environments.filter((other) => maySharePlace(environment, other));
    for (const other of beside) checkPrefixes(environment, other, reportOf(environment.name));
    for (const other of beside) checkExisting(environment, other, reportOf(environment.name));
    checkAccountNames(environment, accounts, reportOf(environment.name));
    if ("s3" in environment.state) {
      const { bucket } = environment.state.s3;
      checkStateBucket("state.s3.bucket", bucket, environments, reportOf(environment.name));
    }
  }
  for (const account of accounts) {
    const report = reportOf(accountName(account));
    if (account.stateBucket !== undefined) {
      checkStateBucket("stateBucket", account.stateBucket, environments, report);
    }
    if ("s3" in account.state) {
      checkStateBucket("state.s3.bucket", account.state.s3.bucket, environments, report);
    }
  }
}

/** A state in a bucket of an environment could be changed by whoever deploys the environment. */
function checkStateBucket(
  field: string,
  bucket: string,
  environments: readonly Environment[],
  report: Report,
): void {
  const owner = environments.find((environment) => isBucketOf(environment, bucket));
  report.require(
    owner === undefined,
    field,
    bucket,
    "a bucket of another name",
    `the environment ${owner?.name} has this bucket, and its deployer may change and delete it`,
  );
}

/** Whether an environment gives a bucket this name; without `accountId`, in any account. */
function isBucketOf(environment: Environment, bucket: string): boolean {
  const { accountId, region } = environment;
  const [, prefix, account, place] = /^(.+)-(?:artifacts|website)-(\d{12})-(.+)$/.exec(bucket) ?? [];
  const sameAccount = accountId === undefined || account === accountId;
  return prefix === namePrefix(environment) && sameAccount && place === region;
}

function maySharePlace(one: Environment, other: Environment): boolean {
  return one.accountId === undefined || other.accountId === undefined || one.accountId === other.accountId;
}

function checkPrefixes(environment: Environment, other: Environment, report: Report): void {
  // `state-checks.ts` refuses two environments of one name.
  if (environment.name === other.name) return;
  const [prefix, others] = [namePrefix(environment), namePrefix(other)];
  report.require(
    prefix !== others && !prefix.startsWith(`${others}-`),
    environment.project === undefined ? "name" : "project",
    prefix,
    `a prefix that does not begin with ${others}-, or another account`,
    `${other.name} may be in the same account, and ${BECAUSE_OF_PREFIX}`,
  );
}

/** The tag `Environment` of an account's stack is the stack's name. */
function checkAccountNames(
  environment: Environment,
  accounts: readonly AccountSettings[],
  report: Report,
): void {
  // Without a project, the two stacks have one name, which `state-checks.ts` refuses.
  if (environment.project === undefined) return;
  const prefix = namePrefix(environment);
  const account = accounts.find((one) => accountName(one) === prefix);
  report.require(
    account === undefined,
    "project",
    prefix,
    "a prefix that is no name of an account's stack",
    "both would have the same tag Environment, by which policies recognize an environment's resources",
  );
}

/**
 * Whether a role has the name of a role that the environment makes, or may make one day, or whether the policies of the
 * environment's deployer include the role: `role/dev-*-function` also fits the path of `role/dev-team/my-function`.
 */
export function isRoleOf(environment: Environment, role: string): boolean {
  const prefix = `${namePrefix(environment)}-`;
  // IAM's names are unique without regard to case.
  return [role, principalName(role)]
    .map((name) => name.toLowerCase())
    .some(
      (name) => name.startsWith(prefix) && /-(?:function|endpoint|gateway)$/.test(name.slice(prefix.length)),
    );
}

/** What the models of `environment` name as existing, held against the prefix of `owner`. */
function checkExisting(environment: Environment, owner: Environment, report: Report): void {
  const made = namesMadeBy(owner);
  const refuse = (field: string, name: string, what: string): void =>
    report.require(
      false,
      field,
      name,
      `${what} whose name does not begin with ${namePrefix(owner)}-`,
      `such a name belongs to the environment ${owner.name}: ${BECAUSE_OF_PREFIX}`,
    );
  for (const [model, settings] of Object.entries(environment.models)) {
    const field = `models.${model}`;
    if (environment.region === owner.region) {
      if ("existingEndpoint" in settings && made.reservesEndpoint(settings.existingEndpoint)) {
        refuse(`${field}.existingEndpoint`, settings.existingEndpoint, "an endpoint");
      }
      const { existingFunction } = settings;
      if (existingFunction !== undefined && made.reservesFunction(functionNameOf(existingFunction))) {
        refuse(`${field}.existingFunction`, existingFunction, "a function");
      }
      const alarms = ("deployment" in settings && settings.deployment?.rollbackOn?.alarmNames) || [];
      for (const alarm of alarms.filter(made.reservesAlarm)) {
        refuse(`${field}.deployment.rollbackOn.alarmNames`, alarm, "an alarm");
      }
    }
  }
}

/** Which names within an environment's prefix are not of a resource that the environment makes. */
interface ReservedNames {
  readonly reservesEndpoint: (name: string) => boolean;
  readonly reservesFunction: (name: string) => boolean;
  readonly reservesAlarm: (name: string) => boolean;
}

function namesMadeBy(owner: Environment): ReservedNames {
  const prefix = namePrefix(owner);
  const [endpoints, functions] = [new Set<string>(), new Set<string>()];
  for (const [model, settings] of Object.entries(owner.models)) {
    if (!("existingEndpoint" in settings)) endpoints.add(`${prefix}-${model}`);
    if (settings.existingFunction === undefined && !isViaGateway(settings))
      functions.add(`${prefix}-${model}`);
  }
  const isWithin = (name: string): boolean => name.startsWith(`${prefix}-`);
  return {
    // Names of endpoints that differ by their case alone are one name for SageMaker
    // (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html).
    reservesEndpoint: (name) => isWithin(name.toLowerCase()) && !endpoints.has(name.toLowerCase()),
    reservesFunction: (name) => isWithin(name) && !functions.has(name),
    reservesAlarm: (name) =>
      isWithin(name) &&
      ALARMS.some((end) => name.endsWith(`-${end}`) && !endpoints.has(name.slice(0, -end.length - 1))),
  };
}
