import { type LoadedApp, loadApp } from "../app/load-app";
import { checkEnvironments, InvalidEnvironments } from "../environment/checks";
import type { Environment } from "../environment/environment";
import { describeFault } from "../environment/report";
import { deployerParts, findDeployerFaults } from "../iam/deployment/pipeline-policies";
import { parseArguments, UsageError } from "../lib/arguments";
import type { Command } from "../lib/command";
import { UserError } from "../lib/user-error";

const USAGE = `usage: npm run deployer -- <environment> [<account>]

  environment  the environment, by name
  account      12 digits, where the environment has no accountId`;

/** Prints the policies of the role that deploys an environment. */
export const deployer: Command = {
  name: "deployer",
  summary: "print the policies that a role needs to deploy an environment",
  run(words) {
    const { values, positionals } = parseArguments(words, { help: { type: "boolean", short: "h" } }, USAGE);
    if (values.help === true) {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
    const [name, account] = positionals;
    const app = loadApp();
    const environment = app.environments.find((candidate) => candidate.name === name);
    const fault = faultOf(environment, app.environments, name, account);
    if (environment === undefined || fault !== undefined) {
      throw new UsageError(`npm run deployer -- <environment> [<account>]: ${fault}`);
    }
    print(environment, environment.accountId ?? account ?? "", app);
    return 0;
  },
};

/**
 * Nothing is printed of policies of which IAM would refuse one, or that could reach another environment because names
 * break a rule.
 */
function print(found: Environment, accountId: string, { environments, accounts, models }: LoadedApp): void {
  const invalid = checkEnvironments(environments, { models, accounts });
  if (invalid.length > 0) throw new InvalidEnvironments(invalid);
  const faults = findDeployerFaults(found, accountId);
  if (faults.length > 0) {
    throw new UserError(
      [`${faults.length} fault(s) in the deployer's policies:`, ...faults.map(describeFault)].join("\n"),
    );
  }
  const policies = deployerParts(found, accountId).map((part) => [part.name, part.policy] as const);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(policies), null, 2)}\n`);
}

function faultOf(
  found: Environment | undefined,
  environments: readonly Environment[],
  name: string | undefined,
  account: string | undefined,
): string | undefined {
  if (found === undefined) {
    return `got ${name ?? "no environment"}; allowed: ${environments.map((one) => one.name).join(", ")}`;
  }
  if (found.accountId !== undefined) {
    return account === undefined || account === found.accountId
      ? undefined
      : `got ${account}; allowed: ${found.accountId}, as ${name} says`;
  }
  return /^\d{12}$/.test(account ?? "")
    ? undefined
    : `got ${account ?? "no account"}; allowed: 12 digits, for ${name} has no accountId`;
}
