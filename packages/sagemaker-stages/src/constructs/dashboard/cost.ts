import { findPrice } from "../../aws/prices";
import { type DashboardFunction, type DashboardModel, lambdaMetric, ModelMetrics } from "./model-metrics";
import { type Metric, type Rows, sumOf } from "./widgets";

/** The services whose cost a dashboard estimates, in the order of a graph. */
const SERVICES = [
  { name: "SageMaker", color: "#2ca02c" },
  { name: "Lambda", color: "#ff7f0e" },
  { name: "API Gateway", color: "#1f77b4" },
] as const;

type Service = (typeof SERVICES)[number]["name"];

/** The expressions of a service's cost in USD in one period, and the parts without a price. */
interface Part {
  readonly service: Service;
  readonly expressions: readonly string[];
}

/** What the estimate of the cost reads. */
export interface CostSources {
  /** The environment's prefix. */
  readonly environment: string;
  readonly region: string;
  readonly apiName: string;
  readonly stageName: string;
  readonly models: readonly DashboardModel[];
  /** The function that checks callers' credentials; `undefined` without one. */
  readonly authorizer?: DashboardFunction | undefined;
}

/** A metric of the environment's stage. */
export function stageMetric(
  { apiName, stageName }: Pick<CostSources, "apiName" | "stageName">,
  name: string,
  stat = "Sum",
): Metric {
  return { namespace: "AWS/ApiGateway", name, dimensions: { ApiName: apiName, Stage: stageName }, stat };
}

/** The estimated cost of an environment: list prices times the metrics of the use. */
export interface CostEstimate {
  /** The cost in one period by service, as ids of `rows`. Empty without a price. */
  readonly services: readonly { readonly name: Service; readonly color: string; readonly id: string }[];
  /** The parts of the environment that the estimate does not count, e.g. `iris: provisioned concurrency of 4096 MB`. */
  readonly notCounted: readonly string[];
  /** Whether a part costs money in the whole time range: no metric says when provisioned concurrency existed. */
  readonly countsWholeRange: boolean;
}

/**
 * Adds the estimate of the cost to the rows of a graph. A service without a known price in the region is not counted, and
 * never estimated.
 */
export function estimateCost(sources: CostSources, rows: Rows): CostEstimate {
  const notCounted: string[] = [];
  const priceOf = (item: string, what: string): number | undefined => {
    const price = findPrice(sources.region, item)?.usd;
    if (price === undefined) notCounted.push(what);
    return price;
  };
  const api = apiPart(sources, rows, priceOf);
  const functions = lambdaPart(sources, rows, priceOf, notCounted);
  const endpoints = endpointPart(sources, rows, priceOf, notCounted);
  const parts: readonly Part[] = [api, functions, endpoints];
  const services = SERVICES.flatMap(({ name, color }) => {
    const expressions = parts.flatMap((part) => (part.service === name ? part.expressions : []));
    if (expressions.length === 0) return [];
    const ids = expressions.map((expression) => rows.useExpression(expression));
    return [{ name, color, id: rows.useExpression(sumOf(ids)) }];
  });
  return { services, notCounted, countsWholeRange: endpoints.countsWholeRange };
}

type PriceOf = (item: string, what: string) => number | undefined;

function apiPart(sources: CostSources, rows: Rows, priceOf: PriceOf): Part {
  const price = priceOf("apigateway:rest-request", "API Gateway: requests");
  if (price === undefined) return { service: "API Gateway", expressions: [] };
  const requests = rows.use(stageMetric(sources, "Count"));
  return { service: "API Gateway", expressions: [`${requests}*${usd(price / 1_000_000)}`] };
}

function lambdaPart(
  { models, authorizer }: CostSources,
  rows: Rows,
  priceOf: PriceOf,
  notCounted: string[],
): Part {
  const functions = [
    ...models.flatMap(({ model, function: fn }) => (fn === undefined ? [] : [[model, fn] as const])),
    ...(authorizer === undefined ? [] : [["authorizer", authorizer] as const]),
  ];
  const invocations: string[] = [];
  const durations = new Map<number, string[]>();
  const perRequest = priceOf("lambda:request", "Lambda: requests");
  for (const [of, fn] of functions) {
    if (perRequest !== undefined) invocations.push(rows.use(lambdaMetric(fn.name, "Invocations")));
    if (fn.size === undefined) {
      notCounted.push(`${of}: duration of the existing function`);
      continue;
    }
    const { architecture, memorySizeInMb } = fn.size;
    const perSecond = priceOf(`lambda:duration:${architecture}`, `${of}: duration of the function`);
    if (perSecond === undefined) continue;
    const perMillisecond = (perSecond * memorySizeInMb) / 1024 / 1000;
    durations.set(perMillisecond, [
      ...(durations.get(perMillisecond) ?? []),
      rows.use(lambdaMetric(fn.name, "Duration")),
    ]);
  }
  return {
    service: "Lambda",
    expressions: [
      ...(perRequest === undefined || invocations.length === 0
        ? []
        : [`${sumOf(invocations)}*${usd(perRequest / 1_000_000)}`]),
      ...[...durations].map(([price, ids]) => `${sumOf(ids)}*${usd(price)}`),
    ],
  };
}

function endpointPart(
  sources: CostSources,
  rows: Rows,
  priceOf: PriceOf,
  notCounted: string[],
): Part & { readonly countsWholeRange: boolean } {
  const { environment, models } = sources;
  const times = new Map<number, string[]>();
  const instances: string[] = [];
  let perSecondAtRest = 0;
  for (const model of models) {
    const { compute } = model.endpoint;
    const metrics = new ModelMetrics(environment, model);
    if (compute === undefined) {
      notCounted.push(`${model.model}: the existing endpoint`);
      continue;
    }
    if (compute.kind === "instances") {
      const price = priceOf(
        `sagemaker:instance:${compute.instanceType}`,
        `${model.model}: instances of the type ${compute.instanceType}`,
      );
      if (price === undefined) continue;
      const perSecond = usd((price * compute.count) / 3600);
      // The period of a graph changes with its time range. A period without instances has no CPU, so that it has no cost.
      for (const cpu of metrics.cpu().map((metric) => rows.use(metric))) {
        instances.push(`0*${cpu}+${perSecond}*PERIOD(${cpu})`);
      }
      continue;
    }
    const { memorySizeInMb, provisionedConcurrency } = compute;
    const isProvisioned = provisionedConcurrency > 0;
    const provisioned = isProvisioned
      ? priceOf(
          `sagemaker:provisioned-concurrency:${memorySizeInMb}`,
          `${model.model}: provisioned concurrency of ${memorySizeInMb} MB`,
        )
      : undefined;
    perSecondAtRest += (provisioned ?? 0) * provisionedConcurrency;
    const perSecond = isProvisioned
      ? priceOf(
          `sagemaker:provisioned-concurrency-duration:${memorySizeInMb}`,
          `${model.model}: requests with provisioned concurrency of ${memorySizeInMb} MB`,
        )
      : priceOf("sagemaker:serverless", `${model.model}: requests to the serverless endpoint`);
    if (perSecond === undefined) continue;
    const perMicrosecond = (isProvisioned ? perSecond : (perSecond * memorySizeInMb) / 1024) / 1_000_000;
    const ids = metrics.modelTime().map((metric) => rows.use(metric));
    times.set(perMicrosecond, [...(times.get(perMicrosecond) ?? []), ...ids]);
  }
  const expressions = [...times].map(([price, ids]) => `${sumOf(ids)}*${usd(price)}`);
  expressions.push(...instances);
  if (perSecondAtRest > 0) {
    // An idle serverless endpoint sends no metric, so that its provisioned concurrency counts in every period.
    const requests = rows.use(stageMetric(sources, "Count"));
    expressions.push(`TIME_SERIES(${usd(perSecondAtRest)}*PERIOD(${requests}))`);
  }
  return { service: "SageMaker", expressions, countsWholeRange: perSecondAtRest > 0 };
}

/** A price as a number without an exponent: metric math has no numbers such as 2e-7. */
function usd(price: number): string {
  return price.toFixed(18).replace(/0+$/, "").replace(/\.$/, "");
}
