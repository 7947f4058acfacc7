import { isDeepStrictEqual } from "node:util";
import { checkModels } from "../../app/catalog-checks";
import type { LoadedApp } from "../../app/load-app";
import { checkEnvironments } from "../../environment/checks";
import { describeFaults, type Fault } from "../../environment/fault-collector";
import type { ModelSettings } from "../../environment/model-settings";
import { UserError } from "../../lib/user-error";
import type { Model } from "../../models";
import type { AddedCustomer } from "./customers";

/** A model to add to an app. */
export interface AddedModel {
  readonly name: string;
  readonly model: Model;
  /** The model's settings by the name of the environment. */
  readonly settings: ReadonlyMap<string, ModelSettings>;
  /** The customer to add, by the name of the environment. @default - none */
  readonly customers?: ReadonlyMap<string, AddedCustomer>;
}

/**
 * Checks the app with the new model against the rules of models and environments. Faults that the app already has are
 * not a reason to refuse the model: synthesis reports these faults.
 *
 * @throws UserError if the new model breaks a rule
 */
export function requireRules(app: LoadedApp, { name, model, settings, customers }: AddedModel): void {
  const models = { ...app.models, [name]: model };
  const environments = app.environments.map((environment) => {
    const added = settings.get(environment.name);
    if (added === undefined) return environment;
    const customer = customers?.get(environment.name);
    return {
      ...environment,
      models: { ...environment.models, [name]: added },
      ...(customer && { customers: { ...environment.customers, [customer.name]: customer.settings } }),
    };
  });
  const lists = [
    describeNew("functions/", checkModels(models), checkModels(app.models)),
    describeNew(
      "environments/",
      checkEnvironments(environments, { models, accounts: app.accounts }),
      checkEnvironments(app.environments, app),
    ),
  ].flat();
  if (lists.length > 0) throw new UserError([`${name}: nothing was written.`, ...lists].join("\n"));
}

/** The description of the faults that a change adds, or an empty list. */
export function describeNew(folder: string, faults: readonly Fault[], before: readonly Fault[]): string[] {
  const added = faults.filter((fault) => !before.some((known) => isDeepStrictEqual(known, fault)));
  return added.length === 0 ? [] : [describeFaults(folder, added)];
}
