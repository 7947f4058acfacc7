import { App } from "cdktf";
import { type AccountSettings, hasAccessLogs } from "../environment/account";
import { checkEnvironments, InvalidEnvironments } from "../environment/checks";
import type { Environment } from "../environment/environment";
import { withoutUndefined } from "../environment/present";
import type { Fault } from "../environment/report";
import { catalog } from "../../../../functions";
import { AccountStack } from "../constructs/account-stack";
import { checkCatalog, InvalidCatalog } from "./catalog-checks";
import { InferenceStack } from "../constructs/inference-stack";
import { findNetworkPolicyFaults } from "../iam/deployment/network-limits";
import { findPipelinePolicyFaults } from "../iam/deployment/pipeline-policies";

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
 * @throws InvalidCatalog or InvalidEnvironments with every fault, before anything is written
 */
export function createApp(
  given: readonly Environment[],
  { accounts: givenAccounts = [], accountStacks = true, outdir }: AppOptions = {},
): App {
  const environments = given.map(withoutUndefined<Environment>);
  const accounts = givenAccounts.map(withoutUndefined<AccountSettings>);
  const described = accountStacks ? accounts : [];
  const faults = checkEnvironments(environments, described);
  const faultsOfModels = checkCatalog(catalog);
  if (faultsOfModels.length > 0) throw new InvalidCatalog(faultsOfModels, faults);
  if (faults.length > 0) throw new InvalidEnvironments(faults);
  const faultsOfPolicies = findPolicyFaults(environments, described);
  if (faultsOfPolicies.length > 0) throw new InvalidEnvironments(faultsOfPolicies);

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

/** Policies that AWS would refuse in the middle of an apply, of environments and accounts without a fault. */
function findPolicyFaults(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[],
): Fault[] {
  return [
    ...environments.flatMap(findNetworkPolicyFaults),
    ...accounts.flatMap((account) => findPipelinePolicyFaults(account, environments)),
  ];
}
