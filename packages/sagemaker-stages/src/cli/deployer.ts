import type { Environment } from "../environment/environment";
import { runCommand } from "../app/run-command";

// npm run deployer -- <environment> [<account>]
const [name, account] = process.argv.slice(2);

runCommand(async () => {
  const { environments } = await import("../../../../environments");
  const environment = environments.find((candidate) => candidate.name === name);
  const fault = faultOf(environment, environments);
  if (environment === undefined || fault !== undefined) {
    fail(`npm run deployer -- <environment> [<account>]: ${fault}`);
  } else {
    await print(environment, environment.accountId ?? account ?? "");
  }
});

/**
 * Nothing is printed of policies of which IAM would refuse one, or that could reach another environment because names
 * break a rule.
 */
async function print(found: Environment, accountId: string): Promise<void> {
  const { environments } = await import("../../../../environments");
  const { accounts } = await import("../../../../environments/accounts");
  const { checkEnvironments, InvalidEnvironments } = await import("../environment/checks");
  const { describeFault } = await import("../environment/report");
  const { deployerParts, findDeployerFaults } = await import("../iam/deployment/pipeline-policies");
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

function faultOf(found: Environment | undefined, environments: readonly Environment[]): string | undefined {
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
