import { environments } from "../environments";
import { accounts } from "../environments/accounts";
import { checkEnvironments, InvalidEnvironments } from "../environments/checks";
import type { Environment } from "../environments/environment";
import { describeFault } from "../environments/report";
import { deployerParts, findDeployerFaults } from "./policies/pipeline-policies";

// npm run deployer -- <environment> [<account>]
const [name, account] = process.argv.slice(2);
const environment = environments.find((candidate) => candidate.name === name);
const fault = faultOf(environment);
if (environment === undefined || fault !== undefined) {
  fail(`npm run deployer -- <environment> [<account>]: ${fault}`);
} else {
  try {
    print(environment, environment.accountId ?? account ?? "");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    fail(error.message);
  }
}

/**
 * Nothing is printed of policies of which IAM would refuse one, or that could reach another environment because names
 * break a rule.
 */
function print(found: Environment, accountId: string): void {
  const invalid = checkEnvironments(environments, accounts);
  if (invalid.length > 0) throw new InvalidEnvironments(invalid);
  const faults = findDeployerFaults(found, accountId);
  if (faults.length > 0) {
    fail([`${faults.length} fault(s) in the deployer's policies:`, ...faults.map(describeFault)].join("\n"));
    return;
  }
  const policies = deployerParts(found, accountId).map((part) => [part.name, part.policy] as const);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(policies), null, 2)}\n`);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

function faultOf(found: Environment | undefined): string | undefined {
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
