import { checkEnvironments, InvalidEnvironments } from "../environment/checks";
import type { Environment } from "../environment/environment";
import { describeFault } from "../environment/fault-collector";
import { findRoleFaults, type PipelineRole, rolePolicies } from "../iam/deployment/pipeline-policies";
import { UsageError } from "../lib/arguments";
import { UserError } from "../lib/user-error";
import type { LoadedApp } from "./load-app";

/**
 * The policies of the role that deploys or plans an environment, by name.
 *
 * @param name - the environment's name
 * @param account - the account, for an environment without `accountId`
 * @throws UsageError if the app has no such environment, or if the account is missing, malformed or not the environment's
 * @throws UserError if IAM would refuse a policy, or if names break a rule, so that a policy could include another
 * environment
 */
export function rolePoliciesOf(
  { environments, accounts, models }: LoadedApp,
  role: PipelineRole,
  name: string,
  account: string | undefined,
): Readonly<Record<string, unknown>> {
  const environment = findEnvironment(environments, name);
  const accountId = accountOf(environment, account);
  const invalid = checkEnvironments(environments, { models, accounts });
  if (invalid.length > 0) throw new InvalidEnvironments(invalid);
  const faults = findRoleFaults(role, environment, accountId);
  if (faults.length > 0) {
    throw new UserError(
      [`${faults.length} fault(s) in the ${role}'s policies:`, ...faults.map(describeFault)].join("\n"),
    );
  }
  return Object.fromEntries(
    rolePolicies(role, environment, accountId).map((part) => [part.name, part.policy]),
  );
}

function findEnvironment(environments: readonly Environment[], name: string): Environment {
  const environment = environments.find((candidate) => candidate.name === name);
  if (environment !== undefined) return environment;
  throw new UsageError(
    `<environment>: got ${name}; allowed: ${environments.map((candidate) => candidate.name).join(", ")}`,
  );
}

function accountOf({ name, accountId }: Environment, account: string | undefined): string {
  if (accountId !== undefined) {
    if (account === undefined || account === accountId) return accountId;
    throw new UsageError(`<account>: got ${account}; allowed: ${accountId}, the accountId of ${name}`);
  }
  if (account !== undefined && /^\d{12}$/.test(account)) return account;
  throw new UsageError(
    `<account>: got ${account ?? "nothing"}; allowed: 12 digits, because ${name} has no accountId: npx sagemaker-stages deployer ${name} 111122223333`,
  );
}
