import type { App } from "cdktf";
import { models as exampleModels } from "../../examples/functions";
import { createApp as createAppOf } from "../../src/app/create-app";
import type { AccountSettings } from "../../src/environment/account";
import { checkEnvironments as checkEnvironmentsOf } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import type { Fault } from "../../src/environment/fault-collector";
import type { Models } from "../../src/models";
import { BEFORE_EVERY_END } from "../../src/testing/clock";
import { models as fixtureModels } from "../fixtures/app/functions";

/** The fixture models, and the models of the examples. */
export const models = { ...fixtureModels, ...exampleModels };

/** Creates an app with these environments, these accounts and {@link models}. */
export function createApp(
  environments: readonly Environment[],
  options: { readonly accounts?: readonly AccountSettings[]; readonly outdir?: string } = {},
): App {
  return createAppOf({ models, environments, now: BEFORE_EVERY_END, ...options });
}

/**
 * The faults of these environments and accounts.
 *
 * @param served - the models that the environments can serve; default: the fixture models
 */
export function checkEnvironments(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[] = [],
  served: Models = fixtureModels,
): Fault[] {
  return checkEnvironmentsOf(environments, { models: served, accounts });
}
