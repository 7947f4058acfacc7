import { partitionOf } from "../../../aws/partition";
import type { ModelRoutes, RoutedModel } from "../../../models";
import { asyncFolders, asyncOf } from "../../async-requests";
import type { Environment } from "../../environment";
import { type FaultCollector, raw, UNLIMITED } from "../../fault-collector";
import { isViaGateway, type ModelSettings } from "../../model-settings";
import { keepsRules } from "../../settings/check-rules";
import { type InstanceSettings, instanceSettings } from "../../settings/endpoint/instances";
import { propertiesOf } from "../../settings/setting";
import { checkKey } from "../kms-key-checks";
import { checkInitialCapacity, checkScaling } from "./scaling-checks";

const ASYNC_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html";
const METRICS_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html";
const EXCLUSIONS_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html";
const CAPACITY_SOURCE =
  "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html";

/** The settings of a model that an asynchronous endpoint cannot have, each with the reason. */
const NOT_ASYNC = {
  deployment:
    "requests of an asynchronous endpoint wait in a queue, and an endpoint without instances has no capacity to shift",
  dataCapture: "the bucket of asynchronous requests contains the input and the result of each request",
  capture: "the bucket of asynchronous requests contains the input and the result of each request",
  existingFunction: "the engine's handler stores, starts and reads asynchronous requests",
} as const;

/** Checks the instances of an asynchronous endpoint. @param collector - collects the faults of `instances` */
export function checkAsync(settings: InstanceSettings, collector: FaultCollector): void {
  const { async: asynchronous, instanceType, initialInstanceCount } = settings;
  if (asynchronous === undefined) return;
  collector.requireExclusive(
    settings,
    "async",
    ["autoscaling"],
    `an asynchronous endpoint has no metric of invocations per instance: ${METRICS_SOURCE}; async.scaling scales by the waiting requests`,
  );
  collector.requireExclusive(
    settings,
    "async",
    ["schedule"],
    "async.scaling already stops the instances while no request waits",
  );
  collector.require(
    !/^ml\.inf1\./.test(instanceType),
    "async",
    raw(`async together with instanceType ${instanceType}`),
    "no async, or another family of instances",
    `${ASYNC_SOURCE}: an endpoint with an exclusion of ${EXCLUSIONS_SOURCE} supports no asynchronous requests`,
  );
  collector.require(
    !/^ml\.t\d/.test(instanceType),
    "async",
    raw(`async together with instanceType ${instanceType}`),
    "no async, or an instance type that is not burstable",
    "SageMaker does not scale burstable instance types: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html",
  );
  const { scaling } = asynchronous;
  if (scaling === undefined) return;
  const below = collector.in("async.scaling");
  const isRange = checkScaling(scaling, UNLIMITED, () => CAPACITY_SOURCE, below, 0);
  if (isRange && keepsRules(propertiesOf(instanceSettings).initialInstanceCount, initialInstanceCount)) {
    checkInitialCapacity(scaling, initialInstanceCount, "initialInstanceCount", below);
  }
}

/**
 * Checks a model with asynchronous requests: the engine's own handler must serve a `POST`.
 *
 * @param model - the model; `undefined` for an unknown model, which has another fault
 * @param collector - collects the faults of the model
 */
export function checkAsyncModel(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  { region }: Pick<Environment, "region">,
  collector: FaultCollector,
): void {
  const asynchronous = asyncOf(settings);
  if (asynchronous === undefined) return;
  const refuse = (holds: boolean, got: string, allowed: string, because: string): void =>
    collector.require(holds, "instances.async", raw(got), `no async, or ${allowed}`, because);
  for (const [field, because] of Object.entries(NOT_ASYNC)) {
    refuse(!Object.hasOwn(settings, field), `async together with ${field}`, `no ${field}`, because);
  }
  refuse(
    !isViaGateway(settings),
    'async together with via: "gateway"',
    'via: "lambda"',
    "API Gateway alone can neither give the request an id nor read its result",
  );
  refuse(
    settings.responseTransferMode !== "stream",
    'async together with responseTransferMode: "stream"',
    'responseTransferMode: "buffer"',
    "the function answers at once with the address of the request",
  );
  refuse(
    model?.stream === undefined,
    "async for a contract that answers in a stream",
    "a contract without stream",
    `an asynchronous endpoint writes its whole answer to S3: ${ASYNC_SOURCE}`,
  );
  refuse(
    model?.python === undefined,
    "async for a model with handler.py",
    "a model with a contract",
    "the handler in Python is the model's own code, and the engine's handler serves asynchronous requests",
  );
  refuse(
    model === undefined || model.route.method === "POST",
    `async for the route ${model?.route.method} ${model?.route.path}`,
    "a contract whose route is a POST",
    "an asynchronous request is created with POST, and GET reads its result",
  );
  checkKey(asynchronous.kmsKeyArn, "kmsKeyArn", region, collector.in("instances.async"));
  for (const field of ["successTopicArn", "failureTopicArn"] as const) {
    const arn = asynchronous[field];
    const [, partition, , topicRegion] = arn?.split(":") ?? [];
    collector.require(
      arn === undefined || (topicRegion === region && partition === partitionOf(region)),
      `instances.async.${field}`,
      arn,
      `a topic in ${region}, the region of the environment: arn:${partitionOf(region)}:sns:${region}:…`,
      "the role of the endpoint may publish only to topics of the environment's region",
    );
  }
}

/**
 * Checks that all asynchronous models of an environment have the same key: they have one bucket, which encrypts every object by
 * default, also the failures, for which SageMaker has no setting
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceOutputConfig.html).
 */
export function checkAsyncKeys({ models }: Pick<Environment, "models">, collector: FaultCollector): void {
  const asynchronous = Object.entries<ModelSettings>(models).flatMap(([model, settings]) => {
    const found = asyncOf(settings);
    return found === undefined ? [] : [{ model, key: found.kmsKeyArn }];
  });
  const [first, ...others] = asynchronous;
  for (const { model, key } of others) {
    collector.require(
      key === first?.key,
      `models.${model}.instances.async.kmsKeyArn`,
      key,
      first?.key === undefined
        ? `no kmsKeyArn, as for ${first?.model}`
        : `${first.key}, the key of ${first.model}`,
      "all models with asynchronous requests have one bucket, which has one key",
    );
  }
}

/**
 * Checks that no other model has a path at or below the requests and the uploads of an asynchronous model. Policies of callers and of
 * the authorizer name these routes with `*`, which also matches slashes
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html): they would open a route below.
 */
export function checkAsyncPaths(
  { models }: Pick<Environment, "models">,
  routes: ModelRoutes,
  collector: FaultCollector,
): void {
  const pathOf = (model: string) => (Object.hasOwn(routes, model) ? routes[model]?.route.path : undefined);
  const owners = Object.entries<ModelSettings>(models).flatMap(([model, settings]) => {
    const path = pathOf(model);
    return asyncOf(settings) === undefined || path === undefined
      ? []
      : asyncFolders(path).map((folder) => ({ folder, model }));
  });
  for (const model of Object.keys(models)) {
    const path = pathOf(model);
    const owner = owners.find(({ folder }) => path !== undefined && `${path}/`.startsWith(`${folder}/`));
    collector.require(
      owner === undefined,
      `models.${model}`,
      raw(`the path ${path}, which belongs to the asynchronous requests of ${owner?.model}`),
      "another path in one of the contracts",
      `a permission for the asynchronous requests of a model applies to every path below ${owner?.folder}`,
    );
  }
}
