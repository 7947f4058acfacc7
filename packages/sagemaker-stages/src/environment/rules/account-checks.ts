import { partitionOf } from "../../aws/partition";
import {
  type AccountSettings,
  accountName,
  accountSettings,
  deployableEnvironments,
  deployRoleName,
  driftRoleName,
  logsRoleName,
  planRoleName,
} from "../account";
import type { Environment } from "../environment";
import { type Fault, FaultCollector } from "../fault-collector";
import { principalName } from "../patterns";
import { findSchemaFaults, type SchemaFault } from "../schema-faults";
import { checkRules } from "../settings/check-rules";
import { checkTags } from "./tag-checks";

/** The properties that do not have the type of {@link AccountSettings}. */
export function findAccountSchemaFaults(value: unknown): SchemaFault[] {
  return findSchemaFaults(accountSettings, value, "the type AccountSettings of sagemaker-stages");
}

/** A role has at most 10 managed policies (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html), and the plan role needs two for each environment. */
const MAX_ENVIRONMENTS = 5;

/** Checks accounts, and accounts against environments. All accounts and environments have valid types. */
export function checkAccounts(
  accounts: readonly AccountSettings[],
  environments: readonly Environment[],
): Fault[] {
  const faults: Fault[] = [];
  const collectorOf = (name: string): FaultCollector => new FaultCollector(name, faults);
  for (const one of accounts) checkAccount(one, collectorOf(accountName(one)));
  checkDuplicates(accounts, collectorOf);
  checkStateBuckets(accounts, environments, collectorOf);
  checkPipelines(accounts, environments, collectorOf);
  checkPipelineRoles(accounts, environments, collectorOf);
  return faults;
}

type CollectorOf = (name: string) => FaultCollector;

function checkAccount(settings: AccountSettings, collector: FaultCollector): void {
  const { stateBucket, apiGatewayLogs, github, tags = {} } = settings;
  checkRules(accountSettings, settings, "", collector);
  checkTags(tags, collector);
  collector.require(
    stateBucket !== undefined || apiGatewayLogs === true || github !== undefined,
    "stateBucket",
    stateBucket,
    "a bucket, or apiGatewayLogs, or github",
    "a stack without one of these settings has no resources",
  );
}

/** Checks that no two entries describe the same account and region, GitHub roles or bucket. */
function checkDuplicates(accounts: readonly AccountSettings[], collectorOf: CollectorOf): void {
  const locations = new Map<string, string>();
  const withGithub = new Map<string, string>();
  const buckets = new Map<string, string>();
  for (const one of accounts) {
    const { accountId, region, stateBucket, github } = one;
    const name = accountName(one);
    const collector = collectorOf(name);
    const location = `${region} of account ${accountId}`;
    collector.require(
      !locations.has(location),
      "region",
      location,
      "one entry per account and region",
      `${locations.get(location)} already describes this account and region`,
    );
    locations.set(location, name);
    if (github !== undefined) {
      collector.require(
        !withGithub.has(accountId),
        "github",
        github.repository,
        "github in one entry per account",
        `${withGithub.get(accountId)} has github already, and IAM roles are not regional`,
      );
      withGithub.set(accountId, name);
    }
    if (stateBucket !== undefined) {
      const bucket = `${partitionOf(region)} ${stateBucket}`;
      collector.require(
        !buckets.has(bucket),
        "stateBucket",
        stateBucket,
        "a bucket that no other account creates",
        `${buckets.get(bucket)} creates this bucket, and bucket names are unique in all accounts and regions`,
      );
      buckets.set(bucket, name);
    }
  }
}

/** Checks the states in an account's bucket: the state and the bucket must have the same account and region. */
function checkStateBuckets(
  accounts: readonly AccountSettings[],
  environments: readonly Environment[],
  collectorOf: CollectorOf,
): void {
  const stacks = [...environments, ...accounts.map((one) => ({ ...one, name: accountName(one) }))];
  for (const { name, accountId, region, state } of stacks) {
    if (!("s3" in state)) continue;
    const partition = partitionOf(state.s3.region ?? region);
    // Buckets of two partitions can have the same name.
    const owner = accounts.find(
      (one) => one.stateBucket === state.s3.bucket && partitionOf(one.region) === partition,
    );
    if (owner === undefined) continue;
    const collector = collectorOf(name).in("state.s3");
    collector.require(
      accountId === undefined || accountId === owner.accountId,
      "bucket",
      state.s3.bucket,
      `a bucket of account ${accountId}`,
      `${accountName(owner)} creates this bucket in account ${owner.accountId}`,
    );
    collector.require(
      (state.s3.region ?? region) === owner.region,
      "region",
      state.s3.region,
      owner.region,
      `${accountName(owner)} creates the bucket in this region`,
    );
  }
}

/**
 * Refuses a pipeline's role as a caller, and as the role of an existing function: the deployer of an environment may
 * write the policies of callers and of functions' roles, and could thus change the permissions of a pipeline.
 */
function checkPipelineRoles(
  accounts: readonly AccountSettings[],
  environments: readonly Environment[],
  collectorOf: CollectorOf,
): void {
  const pipelineRoles = new Set([
    ...accounts.flatMap((one) => [planRoleName(one), logsRoleName(one)]),
    ...environments.flatMap((one) => [deployRoleName(one), driftRoleName(one)]),
  ]);
  for (const { name, callers = {}, models } of environments) {
    const refuse = (field: string, role: string): void =>
      collectorOf(name).require(
        !pipelineRoles.has(principalName(role).toLowerCase()),
        field,
        role,
        "a role that no account's stack creates",
        "the environment would change the permissions of a pipeline",
      );
    for (const [caller, { roles = [] }] of Object.entries(callers)) {
      for (const role of roles) refuse(`callers.${caller}.roles`, role);
    }
    for (const [model, { existingFunctionRole }] of Object.entries(models)) {
      if (existingFunctionRole !== undefined) {
        refuse(`models.${model}.existingFunctionRole`, existingFunctionRole);
      }
    }
  }
}

/** Checks that environments that a pipeline deploys have a permissions boundary, and that a stack creates the boundary. */
function checkPipelines(
  accounts: readonly AccountSettings[],
  environments: readonly Environment[],
  collectorOf: CollectorOf,
): void {
  const deployable = accounts.flatMap((one) => {
    const found = deployableEnvironments(one, environments);
    collectorOf(accountName(one)).require(
      found.length <= MAX_ENVIRONMENTS,
      "github",
      `${found.length} environments`,
      `at most ${MAX_ENVIRONMENTS} environments that keep their state in S3`,
      "the plan role needs two managed policies for each environment: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    );
    return found.map(({ name }) => name);
  });
  for (const { name, accountId, permissionsBoundary, models } of environments) {
    const isDeployable = deployable.includes(name);
    for (const [model, { existingFunction, existingFunctionRole }] of Object.entries(models)) {
      collectorOf(name).require(
        !isDeployable || existingFunction === undefined || existingFunctionRole !== undefined,
        `models.${model}.existingFunctionRole`,
        existingFunctionRole,
        "the name of the function's role",
        "GitHub workflows deploy the environment, and get permissions only on roles that the environment names",
      );
    }
    const isDescribed = accounts.some((one) => one.accountId === accountId);
    collectorOf(name).require(
      permissionsBoundary === true || !isDeployable,
      "permissionsBoundary",
      permissionsBoundary,
      "true",
      "GitHub workflows deploy the environment, and could otherwise give its roles any permission",
    );
    collectorOf(name).require(
      permissionsBoundary !== true || isDeployable || !isDescribed,
      "permissionsBoundary",
      permissionsBoundary,
      "false, the ARN of an existing policy, or an environment with its state in S3 whose account has github",
      "no account's stack creates the boundary's policy",
    );
  }
}
