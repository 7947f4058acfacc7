import { App } from "cdktf";
import { type AccountSettings, hasAccessLogs } from "../environments/account";
import { checkEnvironments, InvalidEnvironments } from "../environments/checks";
import type { Environment } from "../environments/environment";
import { withoutUndefined } from "../environments/present";
import type { Fault } from "../environments/report";
import { AccountStack } from "./account-stack";
import { InferenceStack } from "./inference-stack";
import { findNetworkPolicyFaults } from "./policies/network-limits";
import { findPipelinePolicyFaults } from "./policies/pipeline-policies";

/** What an app holds beside environments, and where it is written. */
export interface AppOptions {
  /**
   * Accounts with what each of them has once.
   *
   * @default - none
   */
  readonly accounts?: readonly AccountSettings[];
  /**
   * Whether the accounts' own stacks are checked and made. Without them, a fault of an account stops no environment: the
   * local stage serves environments alone.
   *
   * @default true
   */
  readonly accountStacks?: boolean;
  /**
   * The folder that `synth()` writes to.
   *
   * @default - CDKTF_OUTDIR or `cdktf.out`
   */
  readonly outdir?: string;
}

/**
 * The app: one stack an environment, and one an account.
 *
 * @param given - properties that are `undefined` are as if they were not there, as in accounts
 * @throws InvalidEnvironments with every fault, before anything is written
 */
export function createApp(
  given: readonly Environment[],
  { accounts: givenAccounts = [], accountStacks = true, outdir }: AppOptions = {},
): App {
  const environments = given.map(withoutUndefined<Environment>);
  const accounts = givenAccounts.map(withoutUndefined<AccountSettings>);
  const described = accountStacks ? accounts : [];
  const faults = findFaults(environments, described);
  if (faults.length > 0) throw new InvalidEnvironments(faults);

  const app = new App(outdir === undefined ? {} : { outdir });
  for (const environment of environments) {
    const accessLogs = hasAccessLogs(environment, accounts);
    new InferenceStack(app, { ...environment, stage: { ...environment.stage, accessLogs } });
  }
  for (const account of described) {
    new AccountStack(app, account, environments);
  }
  return app;
}

/** Faults of the values, or where these have none, of the policies that are made of them. */
function findFaults(environments: readonly Environment[], accounts: readonly AccountSettings[]): Fault[] {
  const faults = checkEnvironments(environments, accounts);
  if (faults.length > 0) return faults;
  return [
    ...environments.flatMap(findNetworkPolicyFaults),
    ...accounts.flatMap((account) => findPipelinePolicyFaults(account, environments)),
  ];
}
