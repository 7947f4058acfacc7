import type { CustomerSettings, Environment } from "../../environment/environment";
import { keyedModels } from "../../environment/rules/customer-checks";
import type { NewModel } from "./kinds";
import { takesKeys } from "./settings";

/** A customer to add to an environment, so that a key opens the route of a new model. */
export interface AddedCustomer {
  readonly name: string;
  readonly settings: CustomerSettings;
  /** Whether the environment has customers already. */
  readonly hasOthers: boolean;
}

/** The customer of an environment that had no customers. */
const EVERYONE = "everyone";

/**
 * The customer whose key opens a new route with bearer keys. Only customers can have such keys.
 *
 * The first customer of an environment also gets the models with the shared key, and keeps this key: otherwise, no key would
 * open these models. In an environment with customers, the new customer has only the new model, because only the team knows
 * which customers may call the model.
 */
function customerFor({ models, customers = {} }: Environment, model: string): AddedCustomer {
  const names = Object.keys(customers);
  if (names.length > 0) {
    const name = [model, `${model}-1`, `${model}-2`].find((free) => !names.includes(free)) ?? model;
    return { name, settings: { models: [model] }, hasOthers: true };
  }
  const shared = keyedModels(models);
  const settings = { models: [...shared, model], ...(shared.length > 0 && { sharedKey: true }) };
  return { name: EVERYONE, settings, hasOthers: false };
}

/** The customers of a model that only the keys of customers open, by the name of the environment. */
export function customersOf({ kind, name, environments }: NewModel): Map<string, AddedCustomer> {
  if (!takesKeys(kind)) return new Map();
  return new Map(environments.map((environment) => [environment.name, customerFor(environment, name)]));
}
