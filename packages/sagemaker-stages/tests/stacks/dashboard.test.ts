import { describe, expect, it } from "@jest/globals";
import { evaluate, idsIn, type Series } from "../../documentation/metric-math";
import { operations } from "../../examples/operations";
import { METRICS, METRICS_NAMESPACE } from "../../src/aws/metrics";
import { type DashboardSources, dashboardBody } from "../../src/constructs/dashboard/dashboard-body";
import type { Compute, DashboardModel } from "../../src/constructs/dashboard/model-metrics";
import {
  COLUMNS,
  type DashboardBody,
  type MetricProperties,
  type MetricRow,
  type RowOptions,
  type Widget,
} from "../../src/constructs/dashboard/widgets";
import type { Environment } from "../../src/environment/environment";
import { MAX_DASHBOARD_MODELS } from "../../src/environment/rules/dashboard-checks";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { example, exampleModel, named } from "./support/environments";
import { synthesize } from "./support/synthesized";

const ACCOUNT = "111122223333";

/** Each kind of model: a new function, an existing function, and no function. */
const mixed: Environment = named("mixed", {
  ...example,
  dashboard: true,
  models: {
    "loan-default": exampleModel,
    "energy-demand": { existingEndpoint: "shared", existingFunction: "scoring" },
    "house-price": { ...exampleModel, via: "gateway" },
  },
});

const quiet: Environment = named("quiet", { ...example, dashboard: true, metrics: false });

/** An environment whose only route needs the authorizer. */
const tokens: Environment = named("tokens", {
  ...example,
  region: "us-east-1",
  dashboard: true,
  models: {
    "loan-default": {
      ...exampleModel,
      access: { jwt: { issuer: "https://issuer.example.com", audience: ["api"], scopes: ["invoke"] } },
    },
  },
});

const queued: Environment = named("queued", {
  ...example,
  dashboard: true,
  models: {
    "energy-demand": {
      artifact: exampleModel.artifact,
      image: exampleModel.image,
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 1, async: { days: 1 } },
    },
    "loan-default": exampleModel,
  },
});

const synthesized = synthesize([example, operations, mixed, quiet, tokens, queued]);

function bodyOf(stack: string): DashboardBody {
  const { values } = synthesized.stack(stack).one("aws_cloudwatch_dashboard");
  return JSON.parse(String(values.dashboard_body));
}

function graphsOf({ widgets }: DashboardBody): MetricProperties[] {
  return widgets.flatMap((widget) => (widget.type === "metric" ? [widget.properties] : []));
}

function optionsOf(row: MetricRow): RowOptions {
  return row.at(-1) as RowOptions;
}

/** Namespace and name of every metric. */
function metricsOf(body: DashboardBody): string[] {
  return graphsOf(body).flatMap(({ metrics }) =>
    metrics.flatMap((row) => (row.length > 1 ? [`${row[0]} ${row[1]}`] : [])),
  );
}

/** The values of the visible rows of a graph. @param measured - the value of each metric in its one period */
function valuesOf(
  { metrics }: MetricProperties,
  measured: (metric: string, row: MetricRow) => number | undefined,
  periodInSeconds = 3600,
): (number | undefined)[] {
  const rows = new Map(metrics.map((row) => [optionsOf(row).id, row]));
  const seriesOf = (id: string): Series => {
    const row = rows.get(id);
    if (row === undefined) throw new Error(`got ${id}; allowed: ${[...rows.keys()]}`);
    const { expression } = optionsOf(row);
    if (expression === undefined) return [measured(String(row[1]), row)];
    return evaluate(expression, { seriesOf, periodInSeconds, length: 1 });
  };
  return metrics
    .filter((row) => optionsOf(row).visible !== false)
    .map((row) => seriesOf(optionsOf(row).id)[0]);
}

function graph(body: DashboardBody, title: string): MetricProperties {
  const found = graphsOf(body).find((one) => one.title === title);
  if (found === undefined)
    throw new Error(`got ${title}; allowed: ${graphsOf(body).map((one) => one.title)}`);
  return found;
}

const HANDLER: DashboardModel = {
  model: "iris",
  title: "Iris",
  function: { name: "dev-iris", hasMetrics: true, size: { memorySizeInMb: 512, architecture: "arm64" } },
  endpoint: {
    name: "dev-iris",
    variant: "AllTraffic",
    compute: { kind: "serverless", memorySizeInMb: 3072, provisionedConcurrency: 0 },
  },
};

/** {@link HANDLER} with an endpoint whose requests wait in a queue. */
const QUEUED: DashboardModel = {
  ...HANDLER,
  endpoint: {
    name: "dev-iris",
    variant: "AllTraffic",
    compute: { kind: "instances", instanceType: "ml.m5.large", count: 0 },
    isAsync: true,
  },
};

const GATEWAY: DashboardModel = {
  model: "direct",
  title: "Direct",
  endpoint: {
    name: "dev-direct",
    variant: "AllTraffic",
    compute: { kind: "instances", instanceType: "ml.m5.large", count: 1.5 },
  },
};

const GATEWAY_ONLY: DashboardModel = {
  ...GATEWAY,
  endpoint: { ...HANDLER.endpoint, name: "dev-direct" },
};

const QUIET: DashboardModel = {
  ...HANDLER,
  function: { name: "dev-iris", hasMetrics: false, size: { memorySizeInMb: 512, architecture: "arm64" } },
};

const EXISTING: DashboardModel = {
  ...HANDLER,
  function: { name: "scoring", hasMetrics: false },
  endpoint: { name: "shared" },
};

const UNKNOWN: DashboardModel = { model: "direct", title: "Direct", endpoint: { name: "shared" } };

const SOURCES: DashboardSources = {
  environment: "dev",
  region: "us-east-1",
  apiName: "dev-inference",
  stageName: "dev",
  alarmArns: [],
  models: [HANDLER, GATEWAY],
};

describe("an environment without a dashboard", () => {
  it("has neither a dashboard nor permissions for one", () => {
    // Act
    const { text } = synthesized.stack("test");
    const policies = JSON.stringify(deployerPolicies(example, ACCOUNT));

    // Assess
    expect(text).not.toContain("dashboard");
    expect(policies).not.toContain("Dashboard");
  });
});

describe("a dashboard", () => {
  it("has a name of the environment, and its address is an output", () => {
    // Prepare
    const stack = synthesized.stack("operations");

    // Act
    const { values } = stack.one("aws_cloudwatch_dashboard");

    // Assess
    expect(values.dashboard_name).toBe("operations-models");
    expect(stack.terraform.output?.dashboard_url).toMatchObject({
      value:
        "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/operations-models",
    });
  });

  it.each(["operations", "mixed"])("has widgets that fill the grid without overlaps: %s", (stack) => {
    // Act
    const { widgets } = bodyOf(stack);

    // Assess
    const cells = widgets.flatMap(({ x, y, width, height }: Widget) =>
      Array.from(
        { length: width * height },
        (_, index) => `${x + (index % width)},${y + Math.floor(index / width)}`,
      ),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...widgets.map(({ x, width }) => x + width))).toBeLessThanOrEqual(COLUMNS);
  });

  it.each(["operations", "mixed"])("has expressions that name only ids of the same graph: %s", (stack) => {
    // Act
    const graphs = graphsOf(bodyOf(stack));

    // Assess
    const unknown = graphs.flatMap(({ title, metrics }) => {
      const ids = metrics.map((row) => optionsOf(row).id);
      expect(new Set(ids).size).toBe(ids.length);
      return metrics
        .flatMap((row) => idsIn(optionsOf(row).expression ?? ""))
        .filter((id) => !ids.includes(id))
        .map((id) => `${title}: ${id}`);
    });
    expect(unknown).toEqual([]);
  });

  it("reads only metrics that handlers print, or that AWS measures", () => {
    // Act
    const metrics = new Set([...metricsOf(bodyOf("operations")), ...metricsOf(bodyOf("mixed"))]);

    // Assess
    const own = Object.keys(METRICS).map((name) => `${METRICS_NAMESPACE} ${name}`);
    expect([...metrics].filter((metric) => !own.includes(metric)).sort()).toEqual([
      "/aws/sagemaker/Endpoints CPUUtilization",
      "AWS/ApiGateway 4XXError",
      "AWS/ApiGateway 5XXError",
      "AWS/ApiGateway Count",
      "AWS/ApiGateway Latency",
      "AWS/Lambda ConcurrentExecutions",
      "AWS/Lambda Duration",
      "AWS/Lambda Errors",
      "AWS/Lambda Invocations",
      "AWS/Lambda Throttles",
      "AWS/SageMaker Invocation4XXErrors",
      "AWS/SageMaker Invocation5XXErrors",
      "AWS/SageMaker Invocations",
      "AWS/SageMaker ModelLatency",
      "AWS/SageMaker ServerlessConcurrentExecutionsUtilization",
    ]);
  });

  it("reads the metrics of the environment and its models only", () => {
    // Act
    const graphs = graphsOf(bodyOf("mixed"));

    // Assess
    const dimensions = graphs.flatMap(({ metrics }) =>
      metrics.flatMap((row) => {
        const texts = row.filter((part) => typeof part === "string").slice(2);
        return texts.length === 0 ? [] : [texts.join(" ")];
      }),
    );
    expect([...new Set(dimensions)].sort()).toEqual([
      "ApiName mixed-inference Stage mixed",
      "EndpointName mixed-house-price VariantName AllTraffic",
      "EndpointName mixed-loan-default VariantName AllTraffic",
      "Environment mixed Model loan-default",
      "FunctionName mixed-loan-default",
      "FunctionName scoring",
    ]);
  });

  it("reads Lambda's metrics of a function that prints no metrics", () => {
    // Act
    const metrics = metricsOf(bodyOf("quiet"));

    // Assess
    expect(metrics.filter((metric) => metric.startsWith(METRICS_NAMESPACE))).toEqual([]);
    expect(metrics).toEqual(expect.arrayContaining(["AWS/Lambda Invocations", "AWS/Lambda Duration"]));
  });

  it("shows the alarms of the stack", () => {
    // Act
    const [alarms] = bodyOf("operations").widgets.filter(({ type }) => type === "alarm");

    // Assess
    expect(alarms?.properties).toEqual({
      title: "Alarms",
      alarms: ["server-errors", "model-latency"].map(
        (alarm) => `arn:aws:cloudwatch:us-east-1:111122223333:alarm:operations-energy-demand-${alarm}`,
      ),
    });
    expect(bodyOf("mixed").widgets.filter(({ type }) => type === "alarm")).toEqual([]);
  });

  it("counts crashes and throttles of a function as requests and as failures", () => {
    // Prepare
    const values: Readonly<Record<string, number>> = {
      Requests: 970,
      Failures: 10,
      Errors: 20,
      Throttles: 10,
    };
    const body = dashboardBody({ ...SOURCES, models: [HANDLER] });

    // Act
    const [requests] = valuesOf(graph(body, "Requests"), (metric) => values[metric]);
    const [success] = valuesOf(graph(body, "Success rate (%)"), (metric) => values[metric]);

    // Assess
    expect(requests).toBe(1_000);
    expect(success).toBeCloseTo(96, 10);
  });

  it("has a success rate of 100 % when Lambda has no errors, and none without requests", () => {
    // Prepare
    const body = dashboardBody({ ...SOURCES, models: [HANDLER] });
    const withoutErrors = { Requests: 7, Failures: 0 } as Readonly<Record<string, number>>;

    // Act
    const [success] = valuesOf(graph(body, "Success rate (%)"), (metric) => withoutErrors[metric]);
    const [idle] = valuesOf(graph(body, "Success rate (%)"), () => undefined);

    // Assess
    expect(success).toBe(100);
    expect(idle).toBeUndefined();
  });

  it("counts requests that fail or expire in a queue as failures, also if the function started them", () => {
    // Prepare
    const values: Readonly<Record<string, number>> = {
      Requests: 100,
      Failures: 1,
      InvocationFailures: 2,
      ExpiredRequests: 3,
      ModelFaults: 50,
    };
    const body = dashboardBody({ ...SOURCES, models: [QUEUED] });

    // Act
    const [success] = valuesOf(graph(body, "Success rate (%)"), (metric) => values[metric]);
    const outcomes = graph(body, "Requests without a prediction, by outcome").metrics;
    const read = outcomes.map((row) => [row[1], optionsOf(row).label]);

    // Assess
    expect(success).toBeCloseTo(94, 10);
    expect(read).toEqual(
      expect.arrayContaining([
        ["InvocationFailures", "Model failed"],
        ["ExpiredRequests", "Expired in the queue"],
      ]),
    );
  });

  it("shows the queue of a model with asynchronous requests, and no queue of other models", () => {
    // Act
    const graphs = graphsOf(bodyOf("queued"));
    const queues = graphs.filter(({ metrics }) => metrics.some((row) => String(row[1]).startsWith("Approx")));
    const times = graphs.filter(({ title }) => title === "Time from the queue to the result");

    // Assess
    // Metrics of the queue have no variant.
    expect(queues.map(({ metrics }) => metrics.map((row) => row.slice(0, 4)))).toEqual([
      [
        ["AWS/SageMaker", "ApproximateBacklogSize", "EndpointName", "queued-energy-demand"],
        ["AWS/SageMaker", "ApproximateAgeOfOldestRequest", "EndpointName", "queued-energy-demand"],
      ],
    ]);
    expect(times.map(({ metrics }) => metrics.map((row) => [row[1], optionsOf(row).stat]))).toEqual([
      [
        ["TotalProcessingTime", "Average"],
        ["TotalProcessingTime", "Maximum"],
      ],
    ]);
  });

  it("shows what the API answers, also to requests that reach no model", () => {
    // Act
    const { metrics } = graph(bodyOf("operations"), "Answers of the API");

    // Assess
    const ofStage = ["ApiName", "operations-inference", "Stage", "operations"];
    expect(metrics.map((row) => row.slice(0, -1))).toEqual(
      ["Count", "4XXError", "5XXError"].map((name) => ["AWS/ApiGateway", name, ...ofStage]),
    );
    expect(
      graph(bodyOf("operations"), "Latency of the API, with functions and endpoints").metrics,
    ).toHaveLength(3);
  });

  it("counts the authorizer of the environment", () => {
    // Act
    const text = JSON.stringify(bodyOf("tokens"));

    // Assess
    expect(text).toContain('"AWS/Lambda","Duration","FunctionName","tokens-authorizer"');
  });

  it.each<[string, DashboardModel]>([
    ["an endpoint without a function", GATEWAY_ONLY],
    ["a function that prints no metrics", QUIET],
    ["an existing function with an existing endpoint", EXISTING],
    ["an existing endpoint without a function and without a variant", UNKNOWN],
  ])("has no graph without a line when every model is %s", (_, model) => {
    // Act
    const body = dashboardBody({ ...SOURCES, models: [model] });

    // Assess
    const empty = graphsOf(body).filter(({ metrics }) =>
      metrics.every((row) => optionsOf(row).visible === false),
    );
    expect(empty.map(({ title }) => title)).toEqual([]);
    expect(body.widgets.filter(({ type }) => type === "alarm")).toEqual([]);
    const bottom = Math.max(...body.widgets.map(({ y, height }) => y + height));
    const rows = new Set(
      body.widgets.flatMap(({ y, height }) => Array.from({ length: height }, (_, i) => y + i)),
    );
    expect(rows.size).toBe(bottom);
  });

  it("says why a model has no graphs", () => {
    // Act
    const body = JSON.stringify(dashboardBody({ ...SOURCES, models: [UNKNOWN] }));

    // Assess
    expect(body).toContain("Set `targetVariant` to show the endpoint's metrics.");
  });

  it("shows the latency of an endpoint without a function in milliseconds", () => {
    // Prepare
    const body = dashboardBody({ ...SOURCES, models: [GATEWAY] });

    // Act
    const [p99] = valuesOf(graph(body, "p99 of the slowest model (ms)"), () => 250_000);

    // Assess
    expect(p99).toBe(250);
  });
});

describe("the estimate of the cost", () => {
  const use: Readonly<Record<string, number>> = {
    // Requests of the API, and of the function.
    Count: 2_000_000,
    Invocations: 1_000_000,
    // 100 ms each, in milliseconds.
    Duration: 100_000_000,
    // 80 ms each, in microseconds.
    ModelLatency: 80_000_000_000,
    CPUUtilization: 35,
  };

  it("is the measured use, multiplied by the list prices", () => {
    // Act
    const [cost] = valuesOf(graph(dashboardBody(SOURCES), "Estimated cost (USD)"), (metric) => use[metric]);

    // Assess
    const sageMaker = 80_000 * 3 * 0.00002 + 1.5 * 0.115;
    const lambda = 0.2 + 100_000 * 0.5 * 0.0000133334;
    expect(cost).toBeCloseTo(sageMaker + lambda + 2 * 3.5, 6);
  });

  it("has one running total for each service", () => {
    // Act
    const shown = graph(
      dashboardBody(SOURCES),
      "Estimated cost of the last month to date (USD), running total",
    );
    const [sageMaker, lambda, api] = valuesOf(shown, (metric) => use[metric]);

    // Assess
    expect(sageMaker).toBeCloseTo(80_000 * 3 * 0.00002 + 1.5 * 0.115, 6);
    expect(lambda).toBeCloseTo(0.2 + 100_000 * 0.5 * 0.0000133334, 6);
    expect(api).toBeCloseTo(7, 6);
    expect(shown.start).toBe("-P1M");
  });

  it("counts provisioned concurrency for the whole period", () => {
    // Prepare
    const compute = { kind: "serverless", memorySizeInMb: 2048, provisionedConcurrency: 2 } as const;
    const model = { ...GATEWAY, endpoint: { ...GATEWAY.endpoint, compute } };
    const body = dashboardBody({ ...SOURCES, models: [model] });

    // Act
    const [cost] = valuesOf(
      graph(body, "Estimated cost (USD)"),
      (metric) => ({ Count: 0, ModelLatency: 5_000_000 })[metric],
      86_400,
    );

    // Assess
    expect(cost).toBeCloseTo(2 * 86_400 * 0.0000233 + 5 * 0.00001, 6);
  });

  it("names what has no known price", () => {
    // Prepare
    const compute = { kind: "instances", instanceType: "ml.g6.xlarge", count: 1 } as const;
    const model = { ...GATEWAY, endpoint: { ...GATEWAY.endpoint, compute } };

    // Act
    const { widgets } = dashboardBody({ ...SOURCES, models: [HANDLER, model] });

    // Assess
    expect(JSON.stringify(widgets)).toContain(
      "Without a known price: direct: instances of the type ml.g6.xlarge.",
    );
  });

  it("does not exist in a region without prices", () => {
    // Act
    const body = dashboardBody({ ...SOURCES, region: "eu-central-1" });

    // Assess
    expect(JSON.stringify(body)).toContain("The engine knows no prices of eu-central-1");
    expect(graphsOf(body).map(({ title }) => title)).not.toContain("Estimated cost (USD)");
    expect(JSON.stringify(body)).not.toContain("RUNNING_SUM");
  });

  it("counts instances only while they exist, and says from when provisioned concurrency counts", () => {
    // Prepare
    const body = dashboardBody({ ...SOURCES, models: [GATEWAY] });
    const [row, day] = [graph(body, "Estimated cost of the last month to date (USD), running total"), 86_400];
    const serverless = { kind: "serverless", memorySizeInMb: 2048, provisionedConcurrency: 2 } as const;
    const provisioned = { ...GATEWAY, endpoint: { ...GATEWAY.endpoint, compute: serverless } };

    // Act
    const [running] = valuesOf(row, (metric) => ({ Count: 0, CPUUtilization: 35 })[metric], day);
    const [absent] = valuesOf(row, (metric) => ({ Count: 0 })[metric], day);
    const text = JSON.stringify(dashboardBody({ ...SOURCES, models: [provisioned] }));

    // Assess
    expect(running).toBeCloseTo(1.5 * 24 * 0.115, 6);
    expect(absent).toBe(0);
    expect(JSON.stringify(body)).toContain("Instances: the smallest number of the present settings, while");
    expect(JSON.stringify(body)).not.toContain("in the whole time range");
    expect(text).toContain(
      "Provisioned concurrency: the smallest amount of the present settings, in the whole",
    );
  });

  it("counts the requests and the duration of the authorizer", () => {
    // Prepare
    const size = { memorySizeInMb: 256, architecture: "arm64" };
    const authorizer = { name: "dev-authorizer", hasMetrics: false, size };
    const body = dashboardBody({ ...SOURCES, models: [GATEWAY], authorizer });

    // Act
    const [cost] = valuesOf(
      graph(body, "Estimated cost (USD)"),
      (metric) => ({ Invocations: 1_000_000, Duration: 40_000_000 })[metric],
    );

    // Assess
    expect(cost).toBeCloseTo(0.2 + 40_000 * 0.25 * 0.0000133334, 6);
  });
});

describe("the largest dashboard", () => {
  it.each([false, true])(
    "has at most 2,500 metrics, 500 in one graph and 500 widgets, with queues: %s",
    (isAsync) => {
      // Prepare
      // Functions and endpoints of different sizes have different prices, and each price has its own expression.
      const models = Array.from({ length: MAX_DASHBOARD_MODELS }, (_, index): DashboardModel => {
        const size = { memorySizeInMb: 128 + index, architecture: "arm64" };
        // Asynchronous requests need instances.
        const compute: Compute = isAsync
          ? { kind: "instances", instanceType: "ml.m5.large", count: index }
          : { kind: "serverless", memorySizeInMb: 1024 + index, provisionedConcurrency: 0 };
        return {
          model: `m${index}`,
          title: `Model ${index}`,
          function: { name: `dev-m${index}`, hasMetrics: true, size },
          endpoint: { name: `dev-m${index}`, variant: "AllTraffic", compute, isAsync },
        };
      });

      // Act
      const { widgets } = dashboardBody({ ...SOURCES, models });

      // Assess
      const counts = graphsOf({ start: "", periodOverride: "auto", widgets }).map(
        ({ metrics }) => metrics.length,
      );
      expect(Math.max(...counts)).toBeLessThanOrEqual(500);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2_500);
      expect(widgets.length).toBeLessThanOrEqual(500);
    },
  );
});

describe("the permissions for a dashboard", () => {
  it("are limited to the dashboard of the environment, and a plan only reads it", () => {
    // Act
    const statements = (policies: object) =>
      Object.values(policies as Record<string, { Statement: { Sid: string }[] }>)
        .flatMap(({ Statement }) => Statement)
        .filter(({ Sid }) => Sid === "ManageDashboard");

    // Assess
    const Resource = ["arn:aws:cloudwatch::111122223333:dashboard/mixed-models"];
    expect(
      statements(deployerPolicies({ ...mixed, models: { "loan-default": exampleModel } }, ACCOUNT)),
    ).toEqual([
      {
        Sid: "ManageDashboard",
        Effect: "Allow",
        Action: ["cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard"],
        Resource,
      },
    ]);
    expect(
      statements(plannerPolicies({ ...mixed, models: { "loan-default": exampleModel } }, ACCOUNT)),
    ).toEqual([{ Sid: "ManageDashboard", Effect: "Allow", Action: ["cloudwatch:GetDashboard"], Resource }]);
  });

  it("are within the boundary of the deploy role, which names no other dashboard", () => {
    // Act
    const { Statement } = deployLimits({ ...operations, permissionsBoundary: true }, ACCOUNT);

    // Assess
    const resources = Statement.flatMap(({ Resource: named = [] }) => named);
    expect(resources.filter((arn) => arn.includes(":dashboard/"))).toEqual([
      "arn:aws:cloudwatch::111122223333:dashboard/operations-models",
    ]);
  });
});
