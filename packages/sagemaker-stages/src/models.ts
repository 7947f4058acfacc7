import { InvalidOptions, type ModelModule, ReadyMade, type ReadyMadeSource } from "./contracts/ready-made";
import { PythonEntry, type PythonModel, pythonModel } from "./python-model";
import type { About, BytesDialect, Contract } from "./runtime/contract";

export { type PythonModel, type PythonRoute, python } from "./python-model";
export type { ModelModule };

/** A model whose function is made from a contract: the contract with its description. */
export type ContractModel<Request = unknown, Answer = unknown> = Contract<Request, Answer> &
  About<Request, Answer> & {
    /**
     * What a handler is generated from where the model's contract is ready-made.
     *
     * @default - `functions/<model>/contract.ts`
     */
    readonly readyMade?: ReadyMadeSource;
    readonly python?: undefined;
  };

/** A model of an app: with a contract, or with a handler in Python. */
export type Model = ContractModel | PythonModel;

/**
 * The models of an app by name. A model's name is also the name of its folder in `functions/`; a model with a ready-made
 * contract needs no folder.
 */
export type Models<Name extends string = string> = Readonly<Record<Name, Model>>;

/** Where each model of an app is reached, and what of the model decides what can invoke its endpoint. */
export type ModelRoutes = Readonly<Record<string, RoutedModel>>;

/** The part of a model that the rules of environments read. */
export interface RoutedModel
  extends Pick<ContractModel, "route" | "passThrough" | "answerTypes" | "callerHeaders" | "answerHeaders"> {
  /** Not set where the model's handler is in Python. */
  readonly limits?: Pick<ContractModel["limits"], "payloadInBytes"> | undefined;
  /** Set where the model's contract is ready-made, in the catalog. */
  readonly readyMade?: object | undefined;
  /** Set where the model's handler is in Python. */
  readonly python?: object | undefined;
  /** What the model takes as bytes. @default - nothing */
  readonly bytes?: Pick<BytesDialect<unknown>, "takes"> | undefined;
}

/** A module `functions/<model>/contract.ts`, a ready-made contract, or the route of a handler in Python. */
export type ModelDefinition<Request = unknown, Answer = unknown> =
  | ModelModule<Request, Answer>
  | ReadyMade<Request, Answer>
  | PythonEntry;

/** What `defineModels` takes. */
type ModelDefinitions = Readonly<Record<string, ModelDefinition>>;

/** The models that `defineModels` makes, each with the type of its entry. */
export type ModelsOf<Definitions extends ModelDefinitions> = {
  readonly [Name in keyof Definitions]: Definitions[Name] extends PythonEntry ? PythonModel : ContractModel;
};

/**
 * The models of an app, for `functions/index.ts`.
 *
 * @param definitions - by the name of the model: the module `functions/<model>/contract.ts`, a ready-made contract, or
 * `python(route)` for a model with `handler.py`
 * @throws Error with every fault in the options of ready-made contracts
 * @example
 * import * as churn from "./churn/contract";
 * export const models = defineModels({
 *   churn,
 *   iris: rows({ features: ["sepal length", "petal length"], answer: "json" }),
 * });
 */
export function defineModels<Definitions extends ModelDefinitions>(
  definitions: Definitions,
): ModelsOf<Definitions> {
  const entries = Object.entries<ModelDefinition>(definitions);
  const faults = entries.flatMap(([name, definition]) =>
    definition instanceof ReadyMade ? definition.describeFaults(name) : [],
  );
  if (faults.length > 0) throw new InvalidOptions(faults);
  const models = entries.map(([name, definition]) => [name, toModel(name, definition)] as const);
  return Object.fromEntries(models) as ModelsOf<Definitions>;
}

function toModel(name: string, definition: ModelDefinition): Model {
  if (definition instanceof PythonEntry) return pythonModel(name, definition);
  if (!(definition instanceof ReadyMade)) return { ...definition.contract, ...definition.about };
  const module = definition.as(name);
  return { ...module.contract, ...module.about, readyMade: definition.sourceOf(module) };
}
