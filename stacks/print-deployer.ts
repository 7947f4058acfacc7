import { environments } from "../environments";
import type { Environment } from "../environments/environment";
import { deployerPolicies } from "./policies/deployer";

// npm run deployer -- <environment> [<account>]
const [name, account] = process.argv.slice(2);
const environment = environments.find((candidate) => candidate.name === name);
const fault = faultOf(environment);
if (environment === undefined || fault !== undefined) {
  console.error(`npm run deployer -- <environment> [<account>]: ${fault}`);
  process.exitCode = 1;
} else {
  try {
    const policies = deployerPolicies(environment, environment.accountId ?? account ?? "");
    process.stdout.write(`${JSON.stringify(policies, null, 2)}\n`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
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
