import { lambdaUsage } from "../aws/lambda-usage";
import { findPrice } from "../aws/prices";
import type { ParsedEnvironment } from "../environment/environment";
import { isViaGateway, type ParsedModelSettings } from "../environment/model-settings";
import type { DeployedSize } from "./deployed-size";
import type { Measurements } from "./measurements";

/** What AWS charges for the requests of a model's route. */
export interface RequestPrice {
  /** USD for a million successful requests: the sum of the parts. */
  readonly usdPerMillion: number;
  readonly parts: readonly { readonly what: string; readonly usdPerMillion: number }[];
  /** Charges that are not in the sum, each with the reason. */
  readonly notCounted: readonly string[];
}

/** The settings that determine the price of a request. */
export interface PricedRoute {
  readonly region: string;
  readonly settings: ParsedModelSettings;
  /** Whether a firewall is in front of the stage. */
  readonly hasFirewall: boolean;
  /** Whether a function checks tokens or keys of customers. */
  readonly hasAuthorizer: boolean;
  /** The size of the model's serverless endpoint; `undefined` for another endpoint. */
  readonly size: DeployedSize | undefined;
}

/** The duration before a measurement, as in the review (`npx sagemaker-stages review`). */
export const ASSUMED_DURATION_IN_MS = 100;

/** The architecture of functions without the setting. */
const DEFAULT_ARCHITECTURE = "arm64";

/** The part of the settings that determines the price of a request. */
export function pricedRoute(
  { region, stage, customers }: ParsedEnvironment,
  settings: ParsedModelSettings,
  size: DeployedSize | undefined,
): PricedRoute {
  const hasCustomers = settings.access === "API_KEY" && Object.keys(customers).length > 0;
  return {
    region,
    settings,
    hasFirewall: stage.firewall !== undefined,
    hasAuthorizer: typeof settings.access !== "string" || hasCustomers,
    size,
  };
}

/**
 * The price of a million requests. The latency at the caller contains the network and API Gateway, which have no charge by
 * duration: with a measured latency as the duration, the price is an upper limit.
 *
 * @param durationInMs - the duration of the function and of the model
 */
export function requestPrice(route: PricedRoute, durationInMs: number): RequestPrice {
  const { region, settings, hasFirewall, hasAuthorizer, size } = route;
  const parts: { what: string; usdPerMillion: number }[] = [];
  const notCounted: string[] = [];
  const add = (what: string, item: string, quantity: number) => {
    const price = findPrice(region, item);
    if (price === undefined) notCounted.push(`${what}: no price is known for ${region}`);
    else parts.push({ what, usdPerMillion: price.usd * quantity });
  };
  const seconds = durationInMs * 1_000;
  add("API Gateway", "apigateway:rest-request", 1);
  if (hasFirewall) add("AWS WAF", "waf:request", 1);
  if (settings.existingFunction !== undefined) {
    notCounted.push("Lambda: the memory size of the existing function is unknown");
  } else if (!isViaGateway(settings)) {
    const { memorySizeInMb, architecture = DEFAULT_ARCHITECTURE, ephemeralStorageInMb } = settings.function;
    add("Lambda requests", "lambda:request", 1);
    for (const { item, gigabytes } of lambdaUsage({ memorySizeInMb, architecture, ephemeralStorageInMb })) {
      add(
        item === "lambda:ephemeral-storage" ? "Lambda ephemeral storage" : "Lambda duration",
        item,
        seconds * gigabytes,
      );
    }
  }
  if (size === undefined) {
    notCounted.push(
      "existingEndpoint" in settings
        ? "the existing endpoint: its price is unknown"
        : "the instances: they cost the same without requests",
    );
  } else if (size.provisionedConcurrency > 0) {
    const item = `sagemaker:provisioned-concurrency-duration:${size.memorySizeInMb}`;
    add(`duration within provisioned concurrency of ${size.memorySizeInMb} MB`, item, seconds);
    notCounted.push("provisioned concurrency: it costs the same without requests");
  } else {
    add("serverless endpoint", "sagemaker:serverless", (seconds * size.memorySizeInMb) / 1024);
  }
  if (hasAuthorizer) notCounted.push("the authorizer function");
  // The stage and the functions have active tracing.
  notCounted.push(
    "data that the endpoint processes",
    "traces (X-Ray), logs, metrics, data transfer and taxes",
  );
  return {
    usdPerMillion: parts.reduce((sum, { usdPerMillion }) => sum + usdPerMillion, 0),
    parts,
    notCounted,
  };
}

/**
 * The price of the requests of a run, at most. A failed call can be as expensive as a successful call: the sum contains the time
 * of every sent request.
 */
export function runUsd(route: PricedRoute, { requests, durationInMs }: Measurements["usage"]): number {
  if (requests === 0) return 0;
  return (requestPrice(route, durationInMs / requests).usdPerMillion * requests) / 1_000_000;
}

/**
 * USD for a million requests with provisioned concurrency that is busy at a constant rate.
 *
 * @param count - the provisioned concurrency
 * @returns `undefined` if a price is unknown
 */
export function provisionedUsdPerMillion(
  route: PricedRoute,
  size: Pick<DeployedSize, "memorySizeInMb" | "maxConcurrency">,
  count: number,
  rate: number,
  durationInMs: number,
): number | undefined {
  const capacity = findPrice(route.region, `sagemaker:provisioned-concurrency:${size.memorySizeInMb}`);
  const duration = findPrice(
    route.region,
    `sagemaker:provisioned-concurrency-duration:${size.memorySizeInMb}`,
  );
  if (capacity === undefined || duration === undefined) return undefined;
  const provisioned = { ...route, size: { ...size, provisionedConcurrency: count } };
  return requestPrice(provisioned, durationInMs).usdPerMillion + ((count * capacity.usd) / rate) * 1_000_000;
}
