import { InvalidOptions, type ModelModule, ReadyMade, type ReadyMadeSource } from "./contracts/ready-made";
import { isSentAsText, nameOf } from "./contracts/rows/features";
import { type RowsOptions, sendsOf } from "./contracts/rows/options";
import { PythonEntry, type PythonModel, pythonModel } from "./python-model";
import type { About, BytesDialect, Contract, StreamDialect } from "./runtime/contract";
import { isRecord } from "./runtime/json";

export { ARCHIVE_KEY_ALLOWED, isArchiveKey } from "./contracts/archive-key";
export { type PythonModel, type PythonRoute, python } from "./python-model";
export type { ModelModule };

/** A model whose function the engine generates from a contract. The type contains the contract and its description. */
export type ContractModel<Request = unknown, Answer = unknown> = Contract<Request, Answer> &
  About<Request, Answer> & {
    /**
     * The facts from which the engine generates the handler. Set if the contract is ready-made.
     *
     * @default - the handler is generated from `functions/<model>/contract.ts`
     */
    readonly readyMade?: ReadyMadeSource;
    readonly python?: undefined;
  };

/** A model of an app. The model has a contract, or a handler in Python. */
export type Model = ContractModel | PythonModel;

/**
 * The models of an app by name. A model's name is also the name of its folder in `functions/`; a model with a ready-made
 * contract needs no folder.
 */
export type Models<Name extends string = string> = Readonly<Record<Name, Model>>;

/** The routes of an app's models, by model. */
export type ModelRoutes = Readonly<Record<string, RoutedModel>>;

/** The properties of a model that the rules of environments read. */
export interface RoutedModel
  extends Pick<
    ContractModel,
    "route" | "passThrough" | "answerTypes" | "callerHeaders" | "answerHeaders" | "keyHeader"
  > {
  /** Not set if the model's handler is in Python. */
  readonly limits?: Pick<ContractModel["limits"], "payloadInBytes"> | undefined;
  /** Set if the catalog contains a ready-made contract for the model. */
  readonly readyMade?: { readonly options?: object } | undefined;
  /** Set if the model's handler is in Python. */
  readonly python?: object | undefined;
  /** The media types of files that the model accepts. @default - none */
  readonly bytes?: Pick<BytesDialect<unknown>, "takes"> | undefined;
  /** Set if the endpoint answers in a stream. */
  readonly stream?: Pick<StreamDialect<unknown>, "answerType" | "wants"> | undefined;
}

/**
 * The archives of a multi-model endpoint from which the callers of a ready-made contract choose, as a pattern with `*`.
 *
 * @returns `undefined` if callers choose no archive, or if the contract is not ready-made
 */
export function chosenArchives({ readyMade }: Pick<RoutedModel, "readyMade">): string | undefined {
  const { targetModel } = (readyMade?.options ?? {}) as { targetModel?: { readonly archive: string } };
  return targetModel?.archive;
}

/** The table that a ready-made contract sends to the container. */
export interface SentTable {
  readonly format: "csv" | "json" | "records" | "instances" | "dataframe";
  /** The names of the features that the container receives as texts, e.g. of categories without numbers. */
  readonly textFeatures: readonly string[];
  /** Whether the first line of CSV contains the names of the columns. */
  readonly header: boolean;
}

/** @returns `undefined` for a contract that is not `rows` */
export function sentTable({ readyMade }: Pick<RoutedModel, "readyMade">): SentTable | undefined {
  const options = (readyMade?.options ?? {}) as Partial<RowsOptions>;
  if (options.features === undefined || options.answer === undefined) return undefined;
  const { features, answer, sends, header = false } = options;
  return {
    format: sendsOf({ answer, sends }),
    textFeatures: features.filter(isSentAsText).map((feature) => nameOf(feature)),
    header,
  };
}

/**
 * A valid request whose answer is a stream: the example's request of a contract whose every answer is a stream; else
 * `streamedRequest`, or the example's request with `stream: true`.
 *
 * @returns `undefined` if the contract does not stream, or if no such request is known
 */
export function streamedRequestOf({ stream, example, streamedRequest, schema }: Model): unknown {
  if (stream === undefined) return undefined;
  const { request } = example;
  if (stream.wants === undefined) return request;
  const candidates = [streamedRequest, isRecord(request) ? { ...request, stream: true } : undefined];
  return candidates.find((candidate) => {
    const parsed = candidate === undefined ? undefined : schema.safeParse(candidate);
    return parsed?.success === true && stream.wants?.(parsed.data) === true;
  });
}

/** A module `functions/<model>/contract.ts`, a ready-made contract, or the route of a handler in Python. */
export type ModelDefinition<Request = unknown, Answer = unknown> =
  | ModelModule<Request, Answer>
  | ReadyMade<Request, Answer>
  | PythonEntry;

/** The parameter of `defineModels`. */
type ModelDefinitions = Readonly<Record<string, ModelDefinition>>;

/** The result of `defineModels`. The type of each model depends on the model's definition. */
export type ModelsOf<Definitions extends ModelDefinitions> = {
  readonly [Name in keyof Definitions]: Definitions[Name] extends PythonEntry ? PythonModel : ContractModel;
};

/**
 * Creates the catalog of an app's models. `functions/index.ts` exports the catalog as `models`.
 *
 * @param definitions - by the model's name: the module `functions/<model>/contract.ts`, a ready-made contract, or
 * `python(route)` for a model with `handler.py`
 * @throws Error that lists every fault in the options of ready-made contracts
 * @example
 * import { defineModels, python, rows } from "sagemaker-stages/model";
 * import * as churn from "./churn/contract";
 * import fraud from "./fraud/route.json";
 *
 * export const models = defineModels({
 *   churn, // functions/churn/contract.ts
 *   fraud: python(fraud), // functions/fraud/handler.py
 *   iris: rows({ features: ["sepal length", "petal length"], answer: "json" }), // no code
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
