import type { App } from "cdktf";
import { createApp as createAppOf } from "../../src/app/create-app";
import type { AccountSettings } from "../../src/environment/account";
import { checkEnvironments as checkEnvironmentsOf } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import type { Fault } from "../../src/environment/report";
import { models } from "../fixtures/app/functions";

/** The app of these environments and accounts, with the fixture models. */
export function createApp(
  environments: readonly Environment[],
  options: { readonly accounts?: readonly AccountSettings[]; readonly outdir?: string } = {},
): App {
  return createAppOf({ models, environments, ...options });
}

/** The faults of these environments and accounts, which can serve the fixture models. */
export function checkEnvironments(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[] = [],
): Fault[] {
  return checkEnvironmentsOf(environments, { models, accounts });
}
