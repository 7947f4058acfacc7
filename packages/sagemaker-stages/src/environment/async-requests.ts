import type { RoutedModel } from "../models";
import type { Environment } from "./environment";
import type { ModelSettings, ParsedModelSettings } from "./model-settings";
import { originsOf } from "./settings/cors-origins";
import type { AsyncSettings, BacklogScaling } from "./settings/endpoint/async";
import type { InstanceSettings } from "./settings/endpoint/instances";

/**
 * The parts of the keys in the bucket of asynchronous requests, below `<endpoint>/`. The function writes inputs and the records of
 * requests, and SageMaker writes results and failures.
 */
export const ASYNC_FOLDERS = {
  inputs: "inputs",
  requests: "requests",
  results: "results",
  failures: "failures",
} as const;

/** The suffix of the alarm that starts the first instance of an endpoint without instances. */
export const BACKLOG_ALARM = "backlog-without-capacity";

/** AWS's example (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html). */
const DEFAULT_TARGET_BACKLOG = 5;

/** A method and a path; `{id}` in the path is a parameter. */
type Route = RoutedModel["route"];

/** The paths of the requests and of the uploads of an asynchronous model. Every path below them belongs to this model. */
export function asyncFolders(
  path: Route["path"],
): readonly [requests: Route["path"], uploads: Route["path"]] {
  return [`${path}/requests`, `${path}/uploads`];
}

/** The routes of an asynchronous model in addition to `POST <path>`, in the order of the document. */
export function asyncRoutes(path: Route["path"]): readonly Route[] {
  const [requests, uploads] = asyncFolders(path);
  return [
    { method: "GET", path: `${requests}/{id}` },
    { method: "POST", path: uploads },
    { method: "POST", path: `${uploads}/{id}` },
  ];
}

/** All routes of a model. @param isAsync - whether the model has asynchronous requests */
export function routesOf(route: Route, isAsync: boolean): readonly Route[] {
  return isAsync ? [route, ...asyncRoutes(route.path)] : [route];
}

/** The settings of asynchronous requests; `undefined` for an endpoint that answers in real time. */
export function asyncOf(settings: ModelSettings | ParsedModelSettings): AsyncSettings | undefined {
  // A misspelt environment can have both kinds of an endpoint.
  return "instances" in settings ? settings.instances?.async : undefined;
}

/** Whether the environment has a bucket for asynchronous requests. */
export function hasAsync({ models }: Pick<Environment, "models">): boolean {
  return Object.values<ModelSettings>(models).some((settings) => asyncOf(settings) !== undefined);
}

/** The key of the bucket of asynchronous requests; `undefined` for S3's own keys. The rules permit one key. */
export function asyncKeyArn({ models }: Pick<Environment, "models">): string | undefined {
  return Object.values<ModelSettings>(models)
    .map((settings) => asyncOf(settings)?.kmsKeyArn)
    .find((arn) => arn !== undefined);
}

/**
 * The origins of the pages that may send uploads to the bucket of asynchronous requests: the origins that the stage and the function
 * URLs of asynchronous models name. `*` names no page.
 */
export function uploadOrigins(environment: Pick<Environment, "stage" | "models">): string[] {
  return pageOrigins(environment, () => true);
}

/**
 * The origins of the pages that may read answers from the bucket of asynchronous requests: {@link uploadOrigins} of the models whose
 * contract has `passThrough`. The function answers with the address of an answer only for these models.
 */
export function answerOrigins(
  environment: Pick<Environment, "stage" | "models">,
  contracts: Readonly<Record<string, Pick<RoutedModel, "passThrough">>>,
): string[] {
  return pageOrigins(environment, (model) => contracts[model]?.passThrough !== undefined);
}

/** The origins that the stage and the function URLs of some of the asynchronous models name. */
function pageOrigins(
  { stage, models }: Pick<Environment, "stage" | "models">,
  isIncluded: (model: string) => boolean,
): string[] {
  const asynchronous = Object.entries<ModelSettings>(models).filter(
    ([model, settings]) => asyncOf(settings) !== undefined && isIncluded(model),
  );
  if (asynchronous.length === 0) return [];
  const ofStage = originsOf(stage.corsAllowOrigin ?? []);
  const ofUrls = asynchronous.flatMap(([, { functionUrl }]) => functionUrl?.corsAllowOrigins ?? []);
  return [...new Set([...ofStage, ...ofUrls])].filter((origin) => origin !== "*");
}

/** Whether an endpoint of the environment has no instances without requests. */
export function startsFromZero({ models }: Pick<Environment, "models">): boolean {
  return Object.values<ModelSettings>(models).some(
    (settings) => "instances" in settings && backlogScalingOf(settings.instances)?.minCapacity === 0,
  );
}

/** The scaling of an asynchronous endpoint with its defaults; `undefined` for an endpoint that answers in real time. */
export function backlogScalingOf({
  async: asynchronous,
  initialInstanceCount,
}: Pick<InstanceSettings, "async" | "initialInstanceCount">):
  | (BacklogScaling & Required<Pick<BacklogScaling, "targetBacklogPerInstance">>)
  | undefined {
  if (asynchronous === undefined) return undefined;
  return {
    targetBacklogPerInstance: DEFAULT_TARGET_BACKLOG,
    ...(asynchronous.scaling ?? { minCapacity: 0, maxCapacity: initialInstanceCount }),
  };
}
