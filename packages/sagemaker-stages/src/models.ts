import type { About, Contract } from "./runtime/contract";

/** A model of an app: its contract with its description. */
export type Model<Request = unknown, Answer = unknown> = Contract<Request, Answer> & About<Request, Answer>;

/** The models of an app by name; a model's name is also the name of its folder in `functions/`. */
export type Models<Name extends string = string> = Readonly<Record<Name, Model>>;

/** Where each model of an app is reached. */
export type ModelRoutes = Readonly<Record<string, Pick<Model, "route">>>;

/** The exports of a model's `contract.ts`. */
export interface ModelModule<Request, Answer> {
  readonly contract: Contract<Request, Answer>;
  readonly about: About<Request, Answer>;
}

/**
 * The models of an app, for `functions/index.ts`.
 *
 * @param modules - the modules `functions/<model>/contract.ts` by the name of the model
 * @example
 * import * as iris from "./iris/contract";
 * export const models = defineModels({ iris });
 */
export function defineModels<Name extends string>(
  modules: Readonly<Record<Name, ModelModule<unknown, unknown>>>,
): Models<Name> {
  const models = Object.entries<ModelModule<unknown, unknown>>(modules).map(
    ([name, { contract, about }]) => [name, { ...contract, ...about }] as const,
  );
  return Object.fromEntries(models) as Models<Name>;
}
