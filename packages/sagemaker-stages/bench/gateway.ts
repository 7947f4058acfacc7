import { costChange } from "../src/review/cost";
import { prod } from "../tests/fixtures/app/environments/prod";
import { models } from "../tests/fixtures/app/functions";
import { flood, statuses } from "../tests/local/support/load";
import { planned } from "../tests/review/support/planned";
import { switchedRoute } from "../tests/review/support/switched-route";
import { median } from "./measure";
import type { Report } from "./report";
import { startStage } from "./stage";

/** The size of the measurement. Tests measure a small size. */
export interface GatewaySize {
  /** The concurrent callers of a route. */
  readonly connections: number;
  /** The measurements of each route. */
  readonly rounds: number;
  /** The calls of each route before the measurement. */
  readonly warmUpInMs: number;
}

const SIZE: GatewaySize = {
  // A low number, so that the function's processes leave enough cores for the local stage, which this benchmark measures.
  connections: 4,
  rounds: 5,
  warmUpInMs: 1_000,
};

/** Compares the same model with and without a function, in alternating rounds on one local stage. */
export async function benchGateway(
  report: Report,
  seconds: number,
  { connections, rounds, warmUpInMs } = SIZE,
  serve = startStage,
): Promise<void> {
  const environments = (["lambda", "gateway"] as const).map((via) => ({
    ...prod,
    name: via,
    state: { local: { path: `terraform.${via}.tfstate` } },
    stage: { ...prod.stage, throttling: { rateLimit: 10_000, burstLimit: 5_000 } },
    models: { "house-price": { existingEndpoint: "prices", access: "PUBLIC" as const, via } },
  }));
  const stage = await serve(environments);
  try {
    const { request } = models["house-price"].example;
    const perSecond = async (via: string, durationInMs: number): Promise<number> => {
      const path = `/${via}/house-price`;
      const headers = { "Content-Type": "application/json" };
      const sent = { path, headers, body: JSON.stringify(request) };
      const start = performance.now();
      const answers = await flood(stage.url, sent, { connections, durationInMs });
      const failed = answers.filter(({ status }) => status !== 200);
      if (failed.length > 0) throw new Error(`${path} answered ${JSON.stringify(statuses(failed))}`);
      return (answers.length * 1_000) / (performance.now() - start);
    };
    for (const via of ["lambda", "gateway"]) await perSecond(via, warmUpInMs);
    const rates: { lambda: number; gateway: number }[] = [];
    const durationInMs = (seconds * 1_000) / rounds / 2;
    for (let round = 0; round < rounds; round++) {
      rates.push({
        lambda: await perSecond("lambda", durationInMs),
        gateway: await perSecond("gateway", durationInMs),
      });
    }
    report.add({
      measured: 'requests a second of a route with via: "gateway" on the local stage',
      value: median(rates.map(({ gateway }) => gateway)),
      base: "the same route with a function",
      baseValue: median(rates.map(({ lambda }) => lambda)),
      unit: "requests a second",
    });
  } finally {
    await stage.stop();
  }
  reportCost(report);
}

/** Reports the cost with the review's prices for us-east-1. */
function reportCost(report: Report): void {
  const { perMillionRequests } = costChange(planned(switchedRoute("lambda", "gateway")));
  const line = perMillionRequests.find(
    ({ what }) => what.kind === "route requests" && what.name?.startsWith("POST "),
  );
  if (!line?.before || !line.after) throw new Error("the review has no cost of the route");
  report.add({
    measured: 'USD for a million requests to a route with via: "gateway", without the endpoint',
    value: line.after.usd,
    base: "the same route with a function",
    baseValue: line.before.usd,
    unit: "USD",
  });
}
