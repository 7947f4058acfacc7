import { App } from "cdktf";
import { type AccountSettings, hasAccessLogs } from "../environments/account";
import { checkEnvironments, InvalidEnvironments } from "../environments/checks";
import type { Environment } from "../environments/environment";
import { withoutUndefined } from "../environments/present";
import { catalog } from "../functions/catalog";
import { AccountStack } from "./account-stack";
import { checkCatalog, InvalidCatalog } from "./catalog-checks";
import { InferenceStack } from "./inference-stack";

/** What an app holds beside environments, and where it is written. */
export interface AppOptions {
  /**
   * Accounts with what each of them has once.
   *
   * @default - none
   */
  readonly accounts?: readonly AccountSettings[];
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
  { accounts: givenAccounts = [], outdir }: AppOptions = {},
): App {
  const environments = given.map(withoutUndefined<Environment>);
  const accounts = givenAccounts.map(withoutUndefined<AccountSettings>);
  const faults = checkEnvironments(environments, accounts);
  const faultsOfModels = checkCatalog(catalog);
  if (faultsOfModels.length > 0) throw new InvalidCatalog(faultsOfModels, faults);
  if (faults.length > 0) throw new InvalidEnvironments(faults);

  const app = new App(outdir === undefined ? {} : { outdir });
  for (const environment of environments) {
    const accessLogs = hasAccessLogs(environment, accounts);
    new InferenceStack(app, { ...environment, stage: { ...environment.stage, accessLogs } });
  }
  for (const account of accounts) {
    new AccountStack(app, account, environments);
  }
  return app;
}
