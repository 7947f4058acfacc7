import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import {
  FAILURE_METRICS,
  METRICS,
  METRICS_NAMESPACE,
  METRICS_VARIABLE,
  type MetricName,
  metricDimensions,
  OUTCOME_METRICS,
} from "../../src/aws/metrics";
import { EndpointServer, type ScriptedAnswer } from "../../src/testing/endpoint-server";
import { contract } from "../fixtures/app/functions/loan-default/contract";
import { embeddedMetrics, embeddedValues, hasMetrics } from "../support/emf";
import { awsError, predictions, throttled } from "./support/answers";
import { contextWith, functionUrlEvent, ROW, restEvent, rowWith } from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerFor, handlerOf } from "./support/handler";
import { type CapturedLog, captureLog } from "./support/log";
import { makeWaitsShort } from "./support/waits";

let endpoint: EndpointServer;
let log: CapturedLog;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  log = captureLog();
  makeWaitsShort();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.close();
});

const WITH_METRICS = { [METRICS_VARIABLE]: "shop-dev" };
const EVENT = restEvent(JSON.stringify({ data: ROW }));
const ALWAYS = ["Requests", "Failures"];

/** A request with an outcome. */
interface Case {
  readonly what: string;
  readonly event?: unknown;
  readonly answered?: ScriptedAnswer;
  readonly timeInMs?: number;
  readonly outcome: (typeof OUTCOME_METRICS)[number] | undefined;
}

/** The requests of this table cause every outcome. docs/metrics.md lists the same causes. */
const CASES: readonly Case[] = [
  { what: "a prediction", answered: predictions(0), outcome: undefined },
  { what: "a prediction after a retry", answered: throttled, outcome: undefined },
  { what: "a request that the schema refuses", event: restEvent("{}"), outcome: "CallerFaults" },
  { what: "a body that is not JSON", event: restEvent("no JSON"), outcome: "CallerFaults" },
  {
    what: "more rows than the model accepts",
    event: { data: Array.from({ length: contract.limits.rows + 1 }, () => ROW) },
    outcome: "CallerFaults",
  },
  {
    what: "a body of another media type",
    event: restEvent("a,b", { headers: { "Content-Type": "text/csv" } }),
    outcome: "CallerFaults",
  },
  { what: "throttling by SageMaker", answered: throttled, outcome: "Throttles" },
  {
    what: "an error of the container",
    answered: awsError("ModelError", 424, "out of memory"),
    outcome: "ModelFaults",
  },
  { what: "an answer that the contract cannot read", answered: { body: "<html>" }, outcome: "ModelFaults" },
  {
    what: "an answer that is not UTF-8",
    answered: { body: Buffer.from([0xff, 0xfe]) },
    outcome: "ModelFaults",
  },
  {
    what: "a model that is starting",
    answered: awsError("ModelNotReadyException", 429),
    timeInMs: 700,
    outcome: "EndpointWakeUps",
  },
  {
    what: "an endpoint without an answer in time",
    answered: { instead: "never" },
    timeInMs: 600,
    outcome: "EndpointWakeUps",
  },
  {
    what: "an unavailable service",
    answered: awsError("ServiceUnavailable", 503),
    outcome: "EndpointWakeUps",
  },
  {
    what: "a permission that the function lacks",
    answered: awsError("AccessDeniedException", 403),
    outcome: "FunctionFaults",
  },
  {
    what: "an endpoint that does not exist",
    answered: awsError("ValidationError", 400),
    outcome: "FunctionFaults",
  },
];

describe("the metrics of a request are valid, and have exactly one outcome", () => {
  it.each(CASES)("$outcome, for $what", async ({ what, event = EVENT, answered, timeInMs, outcome }) => {
    // Prepare
    if (what === "a prediction after a retry") endpoint.willAnswer(throttled, predictions(0));
    else if (answered !== undefined) endpoint.willAlwaysAnswer(answered);
    const handler = handlerOf(endpoint, WITH_METRICS);

    // Act
    await handler(event, contextWith(timeInMs ?? ENOUGH_TIME_IN_MS));

    // Assess
    const lines = log.lines();
    expect(lines).toHaveLength(1);
    const values = embeddedValues(lines[0]);
    const isFailure = FAILURE_METRICS.some((name) => name === outcome);
    expect(OUTCOME_METRICS.filter((name) => name in values)).toEqual(outcome === undefined ? [] : [outcome]);
    expect(values).toMatchObject({
      Requests: 1,
      Failures: isFailure ? 1 : 0,
      ColdStarts: 1,
      ...(outcome && { [outcome]: 1 }),
    });
  });

  it("FunctionFaults, for an error that the function throws", async () => {
    // Prepare
    const throwing: typeof contract = {
      ...contract,
      encode() {
        throw new TypeError("a fault of the contract");
      },
    };
    const handler = handlerFor(throwing, endpoint, WITH_METRICS);

    // Act
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(embeddedValues(log.lines()[0])).toMatchObject({ FunctionFaults: 1, Failures: 1 });
  });

  it("EndpointWakeUps, for a server that refuses connections", async () => {
    // Prepare
    const handler = handlerOf({ url: "http://127.0.0.1:1" }, WITH_METRICS);

    // Act
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(embeddedValues(log.lines()[0])).toMatchObject({ EndpointWakeUps: 1, Failures: 1 });
  });

  it("and the cases cause every outcome", () => {
    // Act
    const outcomes = new Set(CASES.map(({ outcome }) => outcome));

    // Assess
    expect([...outcomes].sort()).toEqual([...OUTCOME_METRICS, undefined].sort());
  });
});

describe("each metric of a line", () => {
  it("has the namespace, the dimensions and the unit of the table that alarms and dashboards use", async () => {
    // Prepare: a request with every metric except an outcome
    endpoint.willAnswer(throttled, predictions(0));
    const handler = handlerOf(endpoint, WITH_METRICS);

    // Act
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    const metrics = embeddedMetrics(log.lines()[0]);
    const outcomes: readonly string[] = OUTCOME_METRICS;
    expect(metrics.map(({ name }) => name).sort()).toEqual(
      Object.keys(METRICS)
        .filter((name) => !outcomes.includes(name))
        .sort(),
    );
    for (const { namespace, dimensions, name, unit } of metrics) {
      expect(namespace).toBe(METRICS_NAMESPACE);
      expect(dimensions).toEqual(metricDimensions("shop-dev", "loan-default"));
      expect(unit).toBe(METRICS[name as MetricName].unit);
    }
  });

  it("equals the field of the log line with the same meaning", async () => {
    // Prepare
    endpoint.willAnswer(throttled, { ...predictions(0, 0, 0), delayInMs: 20 });
    const handler = handlerOf(endpoint, WITH_METRICS);

    // Act
    await handler({ data: [ROW, ROW, ROW] }, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    const [line] = log.lines() as Record<string, unknown>[];
    expect(line).toMatchObject({
      Model: line?.model,
      TotalTime: line?.totalMs,
      EndpointTime: line?.endpointMs,
      Retries: 1,
      retries: 1,
      Rows: 3,
    });
    expect(line?.EndpointTime).toBeGreaterThanOrEqual(19);
  });

  it("is absent without a value, because CloudWatch bills each metric for the hours with a value", async () => {
    // Prepare
    endpoint.willAlwaysAnswer(predictions(0));
    const handler = handlerOf(endpoint, WITH_METRICS);

    // Act
    await handler(restEvent("{}"), contextWith(ENOUGH_TIME_IN_MS));
    await handler(restEvent("{}"), contextWith(ENOUGH_TIME_IN_MS));
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    const names = log.lines().map((line) => embeddedMetrics(line).map(({ name }) => name));
    expect(names).toEqual([
      [...ALWAYS, "ColdStarts", "CallerFaults"],
      [...ALWAYS, "CallerFaults"],
      [...ALWAYS, "TotalTime", "EndpointTime", "Rows"],
    ]);
    // The time of a refused request stays a field of the line.
    expect(log.lines()).toEqual(
      log.lines().map(() => expect.objectContaining({ totalMs: expect.any(Number) })),
    );
  });

  it("is in every line exactly if the table says so", () => {
    // Act
    const always = Object.entries(METRICS).flatMap(([name, { present }]) =>
      present === "always" ? [name] : [],
    );

    // Assess
    expect(always.sort()).toEqual([...ALWAYS].sort());
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    "is valid when a contract returns a number of rows that JSON does not have: %s",
    async (rows) => {
      // Prepare
      endpoint.willAnswer(predictions(0));
      const wrong: typeof contract = {
        ...contract,
        encode: (request) => ({ ...contract.encode(request), rows }),
      };
      const handler = handlerFor(wrong, endpoint, WITH_METRICS);

      // Act
      await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

      // Assess
      const values = embeddedValues(log.lines()[0]);
      expect(values).toMatchObject({ Requests: 1, Failures: 0 });
      expect(values).not.toHaveProperty("Rows");
    },
  );
});

describe("a line with metrics", () => {
  it("begins with the fields of a line without metrics", async () => {
    // Prepare
    endpoint.willAlwaysAnswer(awsError("ModelError", 424));
    const context = contextWith(ENOUGH_TIME_IN_MS);

    // Act
    await handlerOf(endpoint)(EVENT, context);
    await handlerOf(endpoint, WITH_METRICS)(EVENT, context);

    // Assess
    const [without, withMetrics] = log.lines() as Record<string, unknown>[];
    const fields = Object.keys(without ?? {});
    expect(Object.keys(withMetrics ?? {}).slice(0, fields.length)).toEqual(fields);
    expect(withMetrics?.error).toEqual(without?.error);
  });

  it("has the time of the request as its timestamp", async () => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const handler = handlerOf(endpoint, WITH_METRICS);
    const before = Date.now();

    // Act
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    const [line] = log.lines() as { _aws: { Timestamp: number } }[];
    expect(line?._aws.Timestamp).toBeGreaterThanOrEqual(before);
    expect(line?._aws.Timestamp).toBeLessThanOrEqual(Date.now());
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ["absent", {}],
    ["empty", { [METRICS_VARIABLE]: "" }],
  ])("does not exist when METRICS_ENVIRONMENT is %s", async (_, environment) => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const handler = handlerOf(endpoint, environment);

    // Act
    await handler(EVENT, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.lines()).toHaveLength(1);
    expect(log.lines().some(hasMetrics)).toBe(false);
  });

  const WORD = "giveaway";
  const NUMBER = "8675309.125";
  const good = JSON.stringify({ data: rowWith(NUMBER, 3) });

  it.each<{ what: string; event: unknown; answered?: ScriptedAnswer }>([
    { what: "a row", event: restEvent(good), answered: predictions(0) },
    { what: "a row of a function URL", event: functionUrlEvent(good), answered: predictions(0) },
    { what: "a direct invocation", event: { data: rowWith(NUMBER, 3) }, answered: predictions(0) },
    { what: "a header", event: restEvent(good, { headers: { "X-Note": WORD } }), answered: predictions(0) },
    { what: "a refused value", event: restEvent(JSON.stringify({ data: rowWith(WORD, 3) })) },
    { what: "a refused property", event: restEvent(JSON.stringify({ data: ROW, [WORD]: 1 })) },
    {
      what: "a container's message",
      event: restEvent(good),
      answered: awsError("ModelError", 424, `${WORD} ${NUMBER}`),
    },
    { what: "an unreadable answer", event: restEvent(good), answered: { body: `${WORD} ${NUMBER}` } },
  ])("contains no data of the caller: $what", async ({ event, answered }) => {
    // Prepare
    if (answered !== undefined) endpoint.willAnswer(answered);
    const handler = handlerOf(endpoint, WITH_METRICS);

    // Act
    await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(log.lines().map(hasMetrics)).toEqual([true]);
    expect(log.text()).not.toMatch(new RegExp(`${WORD}|${NUMBER.replace(".", "\\.")}`));
  });
});
