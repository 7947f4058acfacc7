import { describe, expect, it } from "@jest/globals";
import { ASSUMPTIONS } from "../../../src/review/rendering/phrases/cost";
import { type PlannedChange, planned } from "../support/planned";
import { recordedPlan } from "../support/recorded-plans";
import { costTexts } from "../support/texts";

type Values = Readonly<Record<string, unknown>>;

const CONFIGURATION = "aws_sagemaker_endpoint_configuration";

/** A configuration as Terraform's provider has it in a plan. */
function configuration(variant: Values): Values {
  return {
    name: "prod-it-12345678",
    production_variants: [
      {
        variant_name: "AllTraffic",
        serverless_config: [],
        managed_instance_scaling: [],
        instance_type: null,
        initial_instance_count: null,
        volume_size_in_gb: null,
        ...variant,
      },
    ],
    shadow_production_variants: [],
  };
}

const onInstances = (type: string, count: number) =>
  configuration({ instance_type: type, initial_instance_count: count });

const serverless = (memory: number, provisioned: number | null = null) =>
  configuration({
    serverless_config: [
      { memory_size_in_mb: memory, max_concurrency: 20, provisioned_concurrency: provisioned },
    ],
  });

const fn = (memory: number, architecture: string): Values => ({
  memory_size: memory,
  architectures: [architecture],
  ephemeral_storage: [{ size: 512 }],
});

const target = (minimum: number): Values => ({
  resource_id: "endpoint/prod-it/variant/AllTraffic",
  min_capacity: minimum,
  max_capacity: 10,
});

type CostTexts = ReturnType<typeof costTexts>;

const endpoint: Values = { name: "prod-it", endpoint_config_name: "prod-it-12345678" };

function costOf(...changes: readonly PlannedChange[]): CostTexts {
  return costTexts(planned(changes));
}

/** All lines. */
function linesOf({ lines, perMillionRequests, perGbOfLog }: CostTexts): CostTexts["lines"] {
  return [...lines, ...perMillionRequests, ...perGbOfLog];
}

describe("a month at rest", () => {
  it.each<[string, Omit<PlannedChange, "type"> & { type: string }, number, number]>([
    // 2 × 730 × 0.115
    ["two instances come", { type: CONFIGURATION, after: onInstances("ml.m5.large", 2) }, 0, 167.9],
    // 730 × 0.115, and 730 × 0.23
    [
      "an instance becomes larger",
      { type: CONFIGURATION, before: onInstances("ml.m5.large", 1), after: onInstances("ml.m5.xlarge", 1) },
      83.95,
      167.9,
    ],
    // 2 × 730 × 3600 × 0.0000233
    ["provisioned concurrency comes", { type: CONFIGURATION, after: serverless(2048, 2) }, 0, 122.4648],
    ["provisioned concurrency goes", { type: CONFIGURATION, before: serverless(2048, 2) }, 122.4648, 0],
    // 2 × 730 × 0.01
    [
      "an interface endpoint comes in two subnets",
      {
        type: "aws_vpc_endpoint",
        after: { vpc_endpoint_type: "Interface", subnet_ids: ["subnet-a", "subnet-b"] },
      },
      0,
      14.6,
    ],
    // 730 × 0.045
    ["a NAT gateway comes", { type: "aws_nat_gateway", after: { subnet_id: "subnet-a" } }, 0, 32.85],
    ["a key goes", { type: "aws_kms_key", before: { key_id: "a" } }, 1, 0],
    [
      "an alarm comes",
      { type: "aws_cloudwatch_metric_alarm", after: { period: 60, metric_query: [] } },
      0,
      0.1,
    ],
    [
      "an alarm looks more often",
      {
        type: "aws_cloudwatch_metric_alarm",
        before: { period: 60, metric_query: [] },
        after: { period: 10, metric_query: [] },
      },
      0.1,
      0.3,
    ],
    // 2 × 0.1
    [
      "an alarm on an expression of two metrics comes",
      {
        type: "aws_cloudwatch_metric_alarm",
        after: {
          metric_query: [
            { id: "value", expression: "a + b", metric: [] },
            { id: "a", metric: [{ period: 300 }] },
            { id: "b", metric: [{ period: 300 }] },
          ],
        },
      },
      0,
      0.2,
    ],
    // 2 × 0.3
    [
      "an alarm on an expression looks more often",
      {
        type: "aws_cloudwatch_metric_alarm",
        before: {
          metric_query: [
            { id: "a", metric: [{ period: 60 }] },
            { id: "b", metric: [{ period: 60 }] },
          ],
        },
        after: {
          metric_query: [
            { id: "a", metric: [{ period: 10 }] },
            { id: "b", metric: [{ period: 10 }] },
          ],
        },
      },
      0.2,
      0.6,
    ],
    [
      "a composite alarm comes",
      { type: "aws_cloudwatch_composite_alarm", after: { alarm_rule: "TRUE" } },
      0,
      0.5,
    ],
    // 5 + 2 × 1
    ["a web ACL of two rules comes", { type: "aws_wafv2_web_acl", after: { rule: [{}, {}] } }, 0, 7],
  ])("costs what the table says where %s", (_, change, before, after) => {
    // Act
    const cost = costOf(change);

    // Assess
    expect(cost.atRest).toEqual({
      before,
      after,
      difference: Math.round((after - before) * 10_000) / 10_000,
      isPartial: false,
      isIncomplete: { before: false, after: false },
    });
    expect(cost.lines.map((line) => [line.before?.usd ?? 0, line.after?.usd ?? 0])).toEqual([
      [before, after],
    ]);
    expect(cost.notCounted).toEqual([]);
  });

  it("contains the calculation", () => {
    // Act
    const cost = costOf({ type: CONFIGURATION, after: onInstances("ml.m5.large", 2) });

    // Assess
    expect(cost).toMatchObject({
      region: "us-east-1",
      pricesDated: "2026-11-21",
      notPriced: null,
    });
    expect(cost.lines).toEqual([
      {
        path: "stack/it",
        address: `${CONFIGURATION}.it`,
        what: "variant AllTraffic: instances",
        before: null,
        after: { usd: 167.9, calculation: "2 × 730 h × $0.115 (ml.m5.large)" },
        difference: 167.9,
      },
    ]);
    expect(ASSUMPTIONS).toMatch(
      /730 hours per month.*100 ms.*Never counted:.*data transfer.*free tiers.*taxes/,
    );
  });

  it("has the dates of the prices with which it calculates, and no other date", () => {
    // Act
    const large = costOf({ type: CONFIGURATION, after: onInstances("ml.g5.xlarge", 1) });
    const unknown = costOf({ type: CONFIGURATION, after: onInstances("ml.p5.48xlarge", 1) });
    const mixed = costOf(
      { type: CONFIGURATION, after: onInstances("ml.g5.xlarge", 1) },
      { type: CONFIGURATION, name: "other", after: onInstances("ml.m5.large", 1) },
    );

    // Assess
    expect(large.pricesDated).toBe("2024-07");
    expect(unknown.pricesDated).toBeNull();
    expect(mixed.pricesDated).toBe("2024-07 – 2026-11-21");
  });

  it("contains unchanged resources in the sums, without a line", () => {
    // Prepare
    const same = onInstances("ml.m5.large", 1);

    // Act
    const cost = costOf(
      { type: CONFIGURATION, name: "same", before: same, after: same },
      { type: "aws_kms_key", name: "new", after: {} },
    );

    // Assess
    expect(cost.atRest).toEqual({
      before: 83.95,
      after: 84.95,
      difference: 1,
      isPartial: false,
      isIncomplete: { before: false, after: false },
    });
    expect(cost.lines.map(({ path }) => path)).toEqual(["stack/new"]);
  });

  it("counts a scaling variant at its minimum, found by the endpoint's name", () => {
    // Act
    const cost = costOf(
      { type: CONFIGURATION, before: onInstances("ml.m5.large", 1), after: onInstances("ml.m5.large", 1) },
      { type: "aws_sagemaker_endpoint", before: endpoint, after: endpoint },
      { type: "aws_appautoscaling_target", before: target(3), after: target(2) },
    );

    // Assess: 3 × 730 × 0.115, and 2 ×; not 1 ×
    expect(cost.atRest).toEqual({
      before: 251.85,
      after: 167.9,
      difference: -83.95,
      isPartial: false,
      isIncomplete: { before: false, after: false },
    });
    expect(cost.lines.map((line) => line.after?.note)).toEqual(["scales; counted at the minimum of 2"]);
  });

  it("counts a configuration that the scaling endpoint does not use with its initial count", () => {
    // Prepare
    const other = { ...onInstances("ml.m5.xlarge", 1), name: "prod-other-87654321" };

    // Act
    const cost = costOf(
      { type: CONFIGURATION, name: "other", after: other },
      { type: "aws_sagemaker_endpoint", after: endpoint },
      { type: "aws_appautoscaling_target", after: target(3) },
    );

    // Assess: 730 × 0.23
    expect(cost.atRest).toMatchObject({ after: 167.9 });
  });

  it("counts what scales at its least in a first plan, which knows no names yet", () => {
    // Act
    const cost = costOf(
      {
        type: CONFIGURATION,
        after: { ...onInstances("ml.m5.large", 1), name: undefined },
        unknown: { name: true },
      },
      { type: "aws_sagemaker_endpoint", after: { name: "prod-it" }, unknown: { endpoint_config_name: true } },
      { type: "aws_appautoscaling_target", after: target(3) },
    );

    // Assess
    expect(cost.atRest).toEqual({
      before: 0,
      after: 251.85,
      difference: 251.85,
      isPartial: false,
      isIncomplete: { before: false, after: false },
    });
  });

  it("goes on where Terraform only forgets what costs", () => {
    // Act
    const cost = costOf({ type: CONFIGURATION, before: onInstances("ml.m5.large", 1), actions: ["forget"] });

    // Assess
    expect(cost.atRest).toEqual({
      before: 83.95,
      after: 83.95,
      difference: 0,
      isPartial: false,
      isIncomplete: { before: false, after: false },
    });
  });

  it("counts a configuration that a failed rollout left over once, with its successor", () => {
    // Act
    const cost = costOf(
      { type: CONFIGURATION, before: onInstances("ml.m5.large", 1), after: onInstances("ml.m5.large", 1) },
      { type: CONFIGURATION, before: onInstances("ml.m5.xlarge", 1), deposed: "a1b2c3d4" },
    );

    // Assess
    expect(cost.atRest).toEqual({
      before: 83.95,
      after: 83.95,
      difference: 0,
      isPartial: false,
      isIncomplete: { before: false, after: false },
    });
  });
});

describe("a million requests", () => {
  it.each<[string, PlannedChange, number]>([
    // 1 × 0.2 + 100,000 × 0.25 × 0.0000133334
    ["a function of 256 MB", { type: "aws_lambda_function", after: fn(256, "arm64") }, 0.5333],
    // 1 × 0.2 + 100,000 × 1 × 0.0000166667
    ["a function of 1024 MB on x86_64", { type: "aws_lambda_function", after: fn(1024, "x86_64") }, 1.8667],
    ["a REST API", { type: "aws_api_gateway_rest_api", after: { name: "prod" } }, 3.5],
    // 100,000 × 2 × 0.00002
    ["a serverless endpoint of 2048 MB", { type: CONFIGURATION, after: serverless(2048) }, 4],
    // 0.8667 − 0.5333
    [
      "a function that gets more memory",
      { type: "aws_lambda_function", before: fn(256, "arm64"), after: fn(512, "arm64") },
      0.3334,
    ],
  ])("costs what the table says for %s", (_, change, difference) => {
    // Act
    const cost = costOf(change);

    // Assess
    expect(cost.perMillionRequests.map((line) => line.difference)).toEqual([difference]);
    expect(cost.atRest).toEqual({
      before: 0,
      after: 0,
      difference: 0,
      isPartial: false,
      isIncomplete: { before: false, after: false },
    });
  });
});

describe("captured requests", () => {
  const capturing = (percent: string | undefined): Values => ({
    ...fn(256, "arm64"),
    environment: [{ variables: { ENDPOINT_NAME: "dev-iris", ...(percent && { CAPTURE_PERCENT: percent }) } }],
  });

  it("cost one object in S3 for each captured request", () => {
    // Act
    const cost = costOf({
      type: "aws_lambda_function",
      before: capturing(undefined),
      after: capturing("10"),
    });

    // Assess: 0.1 × 5
    expect(cost.perMillionRequests).toMatchObject([
      {
        what: "captured requests: objects in S3, without their storage",
        before: null,
        after: { usd: 0.5, calculation: "0.1 million × $5 (objects written to S3)" },
        difference: 0.5,
      },
    ]);
  });

  it("are charged by use for the copies of artifacts", () => {
    // Act
    const cost = costOf({ type: "aws_s3_object_copy", after: { bucket: "dev-releases", key: "a" } });

    // Assess
    expect(cost.notCounted).toMatchObject([{ per: "use", after: { reason: "charged by use" } }]);
  });
});

describe("asynchronous requests", () => {
  const asynchronous = (location: string | undefined): Values => ({
    ...fn(256, "arm64"),
    environment: [
      { variables: { ENDPOINT_NAME: "dev-iris", ...(location && { ASYNC_LOCATION: location }) } },
    ],
  });

  it("cost two objects in S3 for each request", () => {
    // Act
    const cost = costOf({
      type: "aws_lambda_function",
      before: asynchronous(undefined),
      after: asynchronous("s3://dev-async/dev-iris"),
    });

    // Assess
    expect(cost.perMillionRequests).toMatchObject([
      {
        what: "asynchronous requests: objects in S3, without their storage and reads",
        before: null,
        after: { usd: 10, calculation: "2 million × $5 (objects written to S3)" },
        difference: 10,
      },
    ]);
  });
});

describe("a GB of log", () => {
  it("costs with the days that it is kept", () => {
    // Act
    const cost = costOf({
      type: "aws_cloudwatch_log_group",
      before: { retention_in_days: 7 },
      after: { retention_in_days: 365 },
    });

    // Assess: 0.5 + 0.03 × 7 × 12 / 365, and 0.5 + 0.03 × 12
    expect(cost.perGbOfLog).toMatchObject([
      {
        before: { usd: 0.5069 },
        after: {
          usd: 0.86,
          calculation: "1 GB × $0.5 (log ingestion) + 1 GB × 12 months × $0.03 (log storage)",
        },
        difference: 0.3531,
      },
    ]);
  });
});

describe("the metrics of a function", () => {
  const withMetrics = {
    ...fn(256, "arm64"),
    environment: [{ variables: { METRICS_ENVIRONMENT: "dev", ENDPOINT_NAME: "dev-iris" } }],
  };
  const reason =
    "CloudWatch charges each metric of the model for the hours in which the metric receives data; each costs 1 metric × $0.3 (custom metric, per month)";

  it("have the price of one metric when the plan switches them on", () => {
    // Act
    const cost = costOf({ type: "aws_lambda_function", before: fn(256, "arm64"), after: withMetrics });

    // Assess
    expect(cost.notCounted).toMatchObject([
      { what: "metrics", per: "use", before: null, after: { reason }, changes: true },
    ]);
    expect(cost.atRest).toEqual({
      before: 0,
      after: 0,
      difference: 0,
      isPartial: false,
      isIncomplete: { before: false, after: false },
    });
  });

  it("are no change of the bill when the function has them before and after", () => {
    // Act
    const cost = costOf({
      type: "aws_lambda_function",
      before: withMetrics,
      after: { ...withMetrics, timeout: 28 },
    });

    // Assess
    expect(cost.notCounted).toMatchObject([{ what: "metrics", changes: false }]);
  });

  it("cost nothing when the function does not print them", () => {
    // Act
    const cost = costOf({ type: "aws_lambda_function", after: fn(256, "arm64") });

    // Assess
    expect(cost.notCounted).toEqual([]);
  });
});

describe("an uncounted charge", () => {
  const sevenDays = {
    usd: 0.5069,
    calculation: "1 GB × $0.5 (log ingestion) + 1 GB × 0.2301 months × $0.03 (log storage)",
    note: "storage counted without compression",
  };

  it.each<[string, PlannedChange, Partial<CostTexts["notCounted"][number]>, string]>([
    [
      "an instance type without a price",
      { type: CONFIGURATION, after: onInstances("ml.g4dn.xlarge", 2) },
      { what: "variant AllTraffic: instances", per: "month" },
      "price unknown: ml.g4dn.xlarge in us-east-1 (2 × 730 h)",
    ],
    [
      "an interface endpoint in subnets that do not exist yet",
      { type: "aws_vpc_endpoint", after: { vpc_endpoint_type: "Interface" }, unknown: { subnet_ids: true } },
      { what: "network interfaces", per: "month" },
      "the number of subnets is known after apply; each costs 1 × 730 h × $0.01 (interface endpoint)",
    ],
    [
      "a log without a retention limit",
      { type: "aws_cloudwatch_log_group", before: { retention_in_days: 7 }, after: { retention_in_days: 0 } },
      { what: "log ingestion and storage", per: "GB of log", before: sevenDays },
      "no retention limit, so the stored volume grows every month",
    ],
    [
      "a page",
      { type: "aws_cloudfront_distribution", after: { enabled: true } },
      { what: "aws_cloudfront_distribution", per: "use" },
      "charged by use",
    ],
    [
      "a type without a rule",
      { type: "aws_db_instance", after: { instance_class: "db.t4g.micro" } },
      { what: "aws_db_instance", per: "month" },
      "the review has no prices for this type",
    ],
  ])("is named with its reason: %s", (_, change, what, reason) => {
    // Act
    const cost = costOf(change);

    // Assess
    const place = { path: "stack/it", address: `${change.type}.it` };
    expect(cost.notCounted).toEqual([{ ...place, before: null, ...what, after: { reason }, changes: true }]);
    expect(linesOf(cost)).toEqual([]);
    expect(cost.atRest).toMatchObject({ difference: 0, isPartial: what.per === "month" });
  });

  it("does not change the amount of the other side", () => {
    // Act
    const cost = costOf(
      {
        type: CONFIGURATION,
        before: onInstances("ml.m5.large", 1),
        after: onInstances("ml.p4d.24xlarge", 4),
      },
      { type: "aws_cloudwatch_metric_alarm", name: "new", after: { period: 60, metric_query: [] } },
    );

    // Assess: 730 × 0.115, and the alarm's 0.1
    expect(cost.atRest).toEqual({
      before: 83.95,
      after: 0.1,
      difference: 0.1,
      isPartial: true,
      isIncomplete: { before: false, after: true },
    });
    expect(cost.notCounted).toMatchObject([
      {
        before: { usd: 83.95, calculation: "1 × 730 h × $0.115 (ml.m5.large)" },
        after: { reason: "price unknown: ml.p4d.24xlarge in us-east-1 (4 × 730 h)" },
      },
    ]);
  });

  it("is not reported when only tags change", () => {
    // Act
    const cost = costOf({
      type: "aws_db_instance",
      before: { tags: { a: "b" } },
      after: { tags: { a: "c" } },
    });

    // Assess
    expect(cost.notCounted).toEqual([]);
  });

  it("does not make the difference partial when it is unchanged", () => {
    // Prepare
    const same = onInstances("ml.p4d.24xlarge", 1);

    // Act
    const cost = costOf({ type: CONFIGURATION, before: same, after: same });

    // Assess
    expect(cost.atRest).toEqual({
      before: 0,
      after: 0,
      difference: 0,
      isPartial: false,
      isIncomplete: { before: true, after: true },
    });
    expect(cost.notCounted).toMatchObject([{ changes: false }]);
  });

  it("names the unknown price of instances that run only while requests wait", () => {
    // Act
    const cost = costOf({ type: CONFIGURATION, after: onInstances("ml.g4dn.xlarge", 0) });

    // Assess
    expect(cost.notCounted).toMatchObject([
      { after: { reason: expect.stringMatching(/; price unknown: ml\.g4dn\.xlarge in us-east-1$/) } },
    ]);
  });

  it("is reported for provisioned concurrency of a memory size without a price, at rest and by request", () => {
    // Act
    const cost = costOf({ type: CONFIGURATION, after: serverless(3072, 2) });

    // Assess
    expect(cost.notCounted.map(({ after }) => after && "reason" in after && after.reason)).toEqual([
      "price unknown: provisioned concurrency with 3072 MB in us-east-1 (2 × 2,628,000 s)",
      "price unknown: requests to provisioned concurrency with 3072 MB in us-east-1 (100,000 s)",
    ]);
    expect(cost.atRest).toMatchObject({ difference: 0, isPartial: true });
  });

  it.each([
    ["eu-central-1", "no prices of the region"],
    [undefined, "region not in the plan"],
  ])("is every charge when the region has no prices: %s", (region, why) => {
    // Act
    const cost = costTexts(
      planned([{ type: CONFIGURATION, after: onInstances("ml.m5.large", 2) }], region ?? null),
    );

    // Assess
    expect(cost.atRest).toBeNull();
    expect(linesOf(cost)).toEqual([]);
    expect(cost.notPriced).toBe(why);
  });

  it("has no price of another region", () => {
    // Act
    const cost = costTexts(
      planned([{ type: CONFIGURATION, after: onInstances("ml.m5.large", 2) }], "eu-west-1"),
    );

    // Assess
    expect(cost.atRest).toEqual({
      before: 0,
      after: 0,
      difference: 0,
      isPartial: true,
      isIncomplete: { before: false, after: true },
    });
    expect(cost.notCounted).toMatchObject([
      { after: { reason: expect.stringContaining("ml.m5.large in eu-west-1") } },
    ]);
  });
});

describe("the examples, in a region with prices", () => {
  it("of instances costs its two instances and its two alarms", () => {
    // Prepare: as the plan has them
    const alarm: Values = { period: 60, metric_query: [] };

    // Act
    const cost = costOf(
      {
        type: CONFIGURATION,
        after: { ...onInstances("ml.m5.large", 2), name: undefined },
        unknown: { name: true, production_variants: [{ volume_size_in_gb: true }] },
      },
      { type: "aws_sagemaker_endpoint", after: { name: "prod-it" }, unknown: { endpoint_config_name: true } },
      { type: "aws_appautoscaling_target", after: target(2) },
      { type: "aws_cloudwatch_metric_alarm", name: "errors", after: alarm },
      { type: "aws_cloudwatch_metric_alarm", name: "latency", after: alarm },
    );

    // Assess: 2 × 730 × 0.115 + 2 × 0.1
    expect(cost.atRest).toEqual({
      before: 0,
      after: 168.1,
      difference: 168.1,
      isPartial: false,
      isIncomplete: { before: false, after: false },
    });
  });

  it("of provisioned concurrency costs its two warm invocations, where the size has a price", () => {
    // Act
    const cost = costOf(
      { type: CONFIGURATION, after: { ...serverless(2048, 2), name: undefined }, unknown: { name: true } },
      { type: "aws_sagemaker_endpoint", after: { name: "prod-it" }, unknown: { endpoint_config_name: true } },
      { type: "aws_appautoscaling_target", after: target(2) },
      { type: "aws_lambda_function", after: fn(512, "arm64") },
    );

    // Assess: 2 × 2,628,000 × 0.0000233; 100,000 × 0.00001, and 0.2 + 100,000 × 0.5 × 0.0000133334
    expect(cost.atRest).toEqual({
      before: 0,
      after: 122.4648,
      difference: 122.4648,
      isPartial: false,
      isIncomplete: { before: false, after: false },
    });
    expect(cost.perMillionRequests.map(({ difference }) => difference)).toEqual([0.8667, 1]);
  });
});

describe("a plan that real Terraform made", () => {
  it.each(["nothing", "opened", "widened"] as const)("changes no price: %s", (name) => {
    // Act
    const cost = costTexts(recordedPlan(name));

    // Assess
    expect(cost.notPriced).toBeNull();
    expect(cost.atRest?.difference).toBe(0);
    expect(linesOf(cost)).toEqual([]);
    expect(cost.notCounted.filter(({ changes }) => changes)).toEqual([]);
  });

  it("of a destroyed environment has the negative cost of its creation", () => {
    // Act
    const [begins, ends] = (["new-environment", "destroyed"] as const).map((name) =>
      costTexts(recordedPlan(name)),
    );

    // Assess
    const bill = (cost: CostTexts | undefined) =>
      cost?.perMillionRequests.map(({ path, difference }) => [path, Math.abs(difference)]);
    expect(bill(begins)?.length).toBeGreaterThan(2);
    expect(bill(ends)).toEqual(bill(begins));
    expect(ends?.perMillionRequests.every(({ difference }) => difference < 0)).toBe(true);
  });
});
