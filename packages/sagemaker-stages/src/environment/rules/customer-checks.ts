import type { ModelRoutes } from "../../models";
import { suggestion } from "../../runtime/similar-name";
import { customersTableBytes, MAX_CUSTOMERS_TABLE_BYTES } from "../customers-table";
import type { CustomerSettings, Environment } from "../environment";
import { type FaultCollector, raw } from "../fault-collector";
import { routeAccess } from "../model-settings";
import { requireOnce } from "./duplicates";
import { requirePolicySize } from "./policy-size";

const CUSTOMER = /^[a-z][a-z0-9-]{0,31}$/;
const MAX_KEYS = 2;
const PLANS_SOURCE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html";
const LAMBDA_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html";

const THROTTLING_SOURCE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html";

/**
 * Checks the customers of an environment.
 *
 * @param routes - the route of each model
 * @param collector - collects the faults of the environment
 */
export function checkCustomers(
  environment: Environment,
  routes: ModelRoutes,
  collector: FaultCollector,
): void {
  const customers = Object.entries(environment.customers ?? {});
  if (customers.length === 0) {
    checkBearerKeys(environment, routes, collector.in("models"));
    return;
  }
  for (const [customer, settings] of customers) {
    collector.require(
      CUSTOMER.test(customer),
      `customers.${customer}`,
      customer,
      "a name of 1–32 characters a-z, 0-9, -, starting with a letter",
      "the customer is part of the names of a usage plan and of keys",
    );
    const below = collector.in(`customers.${customer}`);
    checkModels(settings, environment, below);
    requirePolicySize(
      { field: "models", models: settings.models, remedy: "fewer models, or two customers" },
      environment,
      routes,
      below,
    );
    checkThrottling(settings, environment.stage, below);
    checkKeys(settings, below);
  }
  checkSharedKey(customers, collector);
  checkUnsoldRoutes(environment, collector.in("models"));
  const bytes = customersTableBytes(customers.map(([name, { keys }]) => ({ name, keys: keys?.length ?? 1 })));
  collector.require(
    bytes <= MAX_CUSTOMERS_TABLE_BYTES,
    "customers",
    raw(`${customers.length} customers, whose names and digests of keys need ${bytes} bytes`),
    `at most ${MAX_CUSTOMERS_TABLE_BYTES} bytes: fewer customers, shorter names, or several environments`,
    `the authorizer's environment variables have at most 4 KB: ${LAMBDA_SOURCE}`,
  );
}

function checkModels(
  { models: bought, modelThrottling = {} }: CustomerSettings,
  { models }: Environment,
  collector: FaultCollector,
): void {
  collector.require(
    bought.length > 0,
    "models",
    bought,
    "at least one model",
    "the key of a customer without models would open no route",
  );
  const keyed = keyedModels(models);
  requireOnce("models", bought, "model", collector, (model) => model);
  for (const model of bought) {
    const settings = Object.hasOwn(models, model) ? models[model] : undefined;
    collector.require(
      settings !== undefined,
      "models",
      model,
      keyed.length === 0
        ? "no model, because no model has the access API_KEY"
        : `${keyed.join(", ")}${suggestion(model, keyed)}`,
      "a customer can call only models of the same environment",
    );
    if (settings === undefined) continue;
    const access = routeAccess(settings);
    collector.require(
      access === "API_KEY",
      "models",
      model,
      "a model whose access is API_KEY",
      `models.${model}.access is ${JSON.stringify(access)}, which keys do not affect; with API_KEY and functionUrl: {}, the model also takes signed requests`,
    );
  }
  // A fault of the models would make these messages misleading.
  if (bought.length === 0 || bought.some((model) => !keyed.includes(model))) return;
  for (const model of Object.keys(modelThrottling)) {
    collector.require(
      bought.includes(model),
      `modelThrottling.${model}`,
      model,
      `${bought.join(", ")}${suggestion(model, bought)}`,
      "the limits of a model apply only to a model of the customer",
    );
  }
}

/** Checks that each route with the access `API_KEY` has a customer: otherwise, no key opens the route. */
function checkUnsoldRoutes({ models, customers = {} }: Environment, collector: FaultCollector): void {
  // With a wrong name, the customer of the route is unknown.
  const isWrong = ({ models: bought }: CustomerSettings) =>
    bought.length === 0 || bought.some((model) => !Object.hasOwn(models, model));
  if (Object.values(customers).some(isWrong)) return;
  for (const model of keyedModels(models)) {
    collector.require(
      Object.values(customers).some(({ models: bought }) => bought.includes(model)),
      `${model}.access`,
      "API_KEY",
      "API_KEY for a model of a customer, or another access",
      "no key would open the route: an environment with customers has no shared key, and no customer has this model",
    );
  }
}

/** A shared key has no authorizer, and API Gateway itself reads keys only from the header `x-api-key`. */
function checkBearerKeys({ models }: Environment, routes: ModelRoutes, collector: FaultCollector): void {
  for (const model of bearerModels(models, routes)) {
    collector.require(
      false,
      `${model}.access`,
      "API_KEY",
      `API_KEY together with customers, e.g. customers: { everyone: { models: [${JSON.stringify(model)}] } }; or another access`,
      "the contract's callers send the key in authorization: Bearer <key>, and without customers API Gateway reads keys only from the header x-api-key: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html",
    );
  }
}

/** The models whose callers send the key of a customer as a bearer token. */
export function bearerModels(models: Environment["models"], routes: ModelRoutes): string[] {
  return keyedModels(models).filter((model) => routes[model]?.keyHeader === "authorization");
}

/** The models whose routes require a key. */
export function keyedModels(models: Environment["models"]): string[] {
  return Object.entries<Environment["models"][string]>(models).flatMap(([model, settings]) =>
    routeAccess(settings) === "API_KEY" ? [model] : [],
  );
}

/** Refuses limits without an effect, because a lower limit applies to the same requests. */
function checkThrottling(
  { models, throttling: own, modelThrottling = {} }: CustomerSettings,
  { throttling: ofStage }: Environment["stage"],
  collector: FaultCollector,
): void {
  for (const limit of ["rateLimit", "burstLimit"] as const) {
    const ofRoutes = ofStage[limit] * models.length;
    // A customer without models has a fault already.
    if (own !== undefined && models.length > 0) {
      collector.require(
        own[limit] <= ofRoutes,
        `throttling.${limit}`,
        own[limit],
        `at most ${ofRoutes}: the stage's throttling, ${ofStage[limit]} for each route, times ${models.length}`,
        `the limits of the stage apply to each route, so that a higher limit of the customer has no effect: ${THROTTLING_SOURCE}`,
      );
    }
    const isOwn = own !== undefined && own[limit] <= ofStage[limit];
    const max = isOwn ? own[limit] : ofStage[limit];
    for (const [model, limits] of Object.entries(modelThrottling)) {
      collector.require(
        limits[limit] <= max,
        `modelThrottling.${model}.${limit}`,
        limits[limit],
        `at most ${max}, as in the ${isOwn ? "customer" : "stage"}'s throttling`,
        isOwn
          ? "the limits of the customer apply to the sum of all models, so that a higher limit has no effect"
          : `the limits of the stage apply to each route, so that a higher limit has no effect: ${THROTTLING_SOURCE}`,
      );
    }
  }
}

function checkKeys({ keys }: CustomerSettings, collector: FaultCollector): void {
  if (keys === undefined) return;
  collector.require(
    keys.length >= 1 && keys.length <= MAX_KEYS,
    "keys",
    keys,
    "one key, or two while one key is replaced",
    `each key has the customer's whole quota and limits: ${PLANS_SOURCE}`,
  );
  requireOnce("keys", keys, "name", collector, (key) => key);
}

/** An environment has at most one shared key, and a key has one customer. */
function checkSharedKey(customers: readonly [string, CustomerSettings][], collector: FaultCollector): void {
  const [first, ...others] = customers.flatMap(([customer, { sharedKey }]) =>
    sharedKey === true ? [customer] : [],
  );
  for (const other of others) {
    collector.require(
      false,
      `customers.${other}.sharedKey`,
      true,
      `false, because customers.${first}.sharedKey is true`,
      "an environment has one shared key, and a key has one customer",
    );
  }
}
