import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { examples } from "../../examples";
import { callers } from "../../examples/callers";
import { existingEndpoint } from "../../examples/existing-endpoint";
import { existingFunction } from "../../examples/existing-function";
import { models as exampleModels } from "../../examples/functions";
import { instances } from "../../examples/instances";
import { provisionedConcurrency } from "../../examples/provisioned-concurrency";
import { banner } from "../../src/local/banner";
import { exampleStandIns } from "../../src/local/example-stand-ins";
import { loadSamples } from "../../src/local/samples";
import { LocalStage } from "../../src/local/stage";
import type { Deployment } from "../../src/local/terraform/deployment";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { problemOf, send } from "./support/client";
import { ContainerServer } from "./support/container-server";
import { paste } from "./support/curl";
import { DEV } from "./support/environments";
import { ProjectCopy } from "./support/project";
import { REPAID_ROW } from "./support/rows";
import { RunningStage } from "./support/running-stage";
import { sign } from "./support/signing";
import { only, Stacks } from "./support/terraform";

const START_TIMEOUT_IN_MS = 90_000;

const samples = new Map([
  ...exampleStandIns(exampleModels),
  ...loadSamples(process.cwd(), { blazingText: false }),
]);
const REGION = "eu-central-1";

let stacks: Stacks;
let deployments: readonly Deployment[];
let stage: LocalStage;
let log = "";

beforeAll(async () => {
  stacks = new Stacks();
  deployments = examples.map((example) => readDeployment(example.name, stacks.synthesize(example)));
  stage = new LocalStage({
    port: 0,
    containers: samples,
    log: (text) => {
      log += text;
    },
  });
  await stage.listen();
  await stage.serve(deployments);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.close();
  stacks?.remove();
});

function deploymentOf({ name }: { readonly name: string }): Deployment {
  const deployment = deployments.find((candidate) => candidate.name === name);
  if (deployment === undefined) throw new Error(`${name} is not an example`);
  return deployment;
}

/** The lines of an environment's banner. */
function bannerOf(example: { readonly name: string }): string[] {
  return banner(stage, [deploymentOf(example)], samples)
    .split("\n")
    .map((line) => line.trim());
}

async function callLoanDefault(url: string, stageName: string, region = REGION) {
  const request = {
    path: `/${stageName}/loan-default`,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ data: REPAID_ROW }),
  };
  return send(url, await sign(url, request, { region }));
}

/** Sends InvokeEndpoint as a client of the SageMaker runtime. */
async function invokeEndpoint(name: string, body: string) {
  const request = {
    path: `/endpoints/${name}/invocations`,
    headers: { "Content-Type": "text/csv", Accept: "application/json" },
    body,
  };
  return send(stage.url, await sign(stage.url, request, { service: "sagemaker", region: REGION }));
}

describe("an example environment of a serving mode", () => {
  it.each(examples.map((example) => [example.name, example] as const))(
    "the environment has no unreported difference from AWS: %s",
    (_name, example) => {
      // Act
      const { unsupported, stages } = deploymentOf(example);

      // Assess
      expect(unsupported.filter((line) => /NOT (SERVED|INTERPRETED)/.test(line))).toEqual([]);
      expect(stages.map(({ stageName }) => stageName)).toEqual([example.name]);
    },
  );

  it.each(
    examples
      .filter((example) => example !== existingFunction)
      .map((example) => [example.name, example] as const),
  )("the environment answers every curl line of its banner: %s", async (_name, example) => {
    // Prepare
    const lines = bannerOf(example)
      .filter((line) => line.startsWith("curl "))
      // The ids and files of asynchronous requests: tests/local/async-routes.test.ts runs these lines.
      .filter((line) => !/\/ID'|< FILE/.test(line))
      .map((line) => line.replace("@FILE", `@${join(process.cwd(), "model.tar.gz")}`));
    const routes = Object.keys(example.models).length;

    // Act
    const answers = await Promise.all(lines.map(paste));

    // Assess
    expect(lines.length).toBeGreaterThanOrEqual(routes);
    expect(answers.map(({ status }) => status)).toEqual(
      lines.map(() => (example.name === "async" ? 202 : 200)),
    );
  });
});

describe("an endpoint on instances", () => {
  it("the banner names the endpoint's compute and differences from AWS", () => {
    // Act
    const lines = bannerOf(instances);

    // Assess
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^instances-energy-demand: sample model: .* \(on AWS: 2 × ml\.m5\.large\)$/),
        expect.stringContaining("aws_appautoscaling_target (1): no scaling"),
        "- aws_appautoscaling_policy (1): see aws_appautoscaling_target",
        "- aws_cloudwatch_metric_alarm (2): the states are evaluated here; the actions, e.g. notifications, exist only on AWS",
        "- data capture: neither requests nor answers are written to S3",
        "- volume encryption: an endpoint has no volume here",
        "- network isolation: on this machine, the container of a model has network access",
        "- blue/green deployment: a change takes effect at once, and no alarm rolls it back",
        "- instances: one container answers for all instances of an endpoint, without throttling",
      ]),
    );
  });

  it("the banner of a serverless endpoint names the concurrency, and does not mention instances", () => {
    // Act
    const lines = bannerOf(callers);

    // Assess
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^called-language-check: .* \(on AWS: serverless, up to 5 concurrent invocations\)$/,
      ),
    );
    expect(lines.join("\n")).not.toMatch(/instances|capture|blue\/green|VPC|isolation/);
  });

  it("reports arguments that are not interpreted", () => {
    // Prepare
    const changed = stacks.change(stacks.synthesize(instances), (terraform) => {
      const configuration = only(terraform, "aws_sagemaker_endpoint_configuration");
      const [variant] = configuration.production_variants as object[];
      Object.assign(variant ?? {}, { routing_config: { routing_strategy: "RANDOM" } });
    });

    // Act
    const { unsupported, endpoints } = readDeployment("instances", changed);

    // Assess
    expect(endpoints.map(({ compute }) => compute)).toEqual([
      { kind: "instances", instanceType: "ml.m5.large", initialInstanceCount: 2 },
    ]);
    expect(unsupported.filter((line) => line.includes("NOT"))).toEqual([
      expect.stringContaining("production_variants.0.routing_config is NOT INTERPRETED"),
    ]);
  });

  it("the endpoint is refused when the Terraform lacks its compute", () => {
    // Prepare
    const changed = stacks.change(stacks.synthesize(instances), (terraform) => {
      only(terraform, "aws_sagemaker_endpoint_configuration").production_variants = [
        { variant_name: "AllTraffic", model_name: "energy-demand" },
      ];
    });

    // Act
    const reading = () => readDeployment("instances", changed);

    // Assess
    expect(reading).toThrow(
      "a variant must have a serverless_config, or both an instance_type and an initial_instance_count",
    );
  });
});

describe("a value that only AWS knows", () => {
  it("causes no error when the local stage does not need the value", () => {
    // Prepare
    const unknown = `\${element(regexall("[^/]+$", data.aws_lambda_function.x.role), 0)}`;
    const changed = stacks.change(stacks.synthesize(instances), (terraform) => {
      const [model, configuration, endpoint, fn] = [
        only(terraform, "aws_sagemaker_model"),
        only(terraform, "aws_sagemaker_endpoint_configuration"),
        only(terraform, "aws_sagemaker_endpoint"),
        only(terraform, "aws_lambda_function"),
      ];
      Object.assign(model, { vpc_config: { subnets: [unknown], security_group_ids: [unknown] } });
      Object.assign(model.primary_container ?? {}, { environment: { KEY: unknown } });
      Object.assign(configuration, { kms_key_arn: unknown, data_capture_config: { kms_key_id: unknown } });
      Object.assign(endpoint, { deployment_config: { alarms: [unknown] } });
      Object.assign(fn, { description: unknown, tags: { Model: "energy-demand", Owner: unknown } });
    });

    // Act
    const { endpoints } = readDeployment("instances", changed);

    // Assess
    expect(endpoints.map(({ model }) => model)).toEqual(["energy-demand"]);
  });
});

describe("variables of a container", () => {
  it("the variables are reported by name, without their values, for the user's container", () => {
    // Act
    const { unsupported } = deploymentOf(provisionedConcurrency);

    // Assess
    expect(unsupported.filter((line) => line.includes("SAGEMAKER_NUM_MODEL_WORKERS"))).toEqual([
      "ticket-urgency: the sample model ignores environment variables; start your own container with SAGEMAKER_NUM_MODEL_WORKERS",
    ]);
  });
});

describe("variables of a container that --container names", () => {
  it("the variables are not reported, because the user's container answers", () => {
    // Act
    const { unsupported } = readDeployment(
      provisionedConcurrency.name,
      stacks.synthesize(provisionedConcurrency),
      ["ticket-urgency"],
    );

    // Assess
    expect(unsupported.filter((line) => line.includes("ignores environment variables"))).toEqual([]);
    expect(unsupported).not.toEqual([]);
  });
});

describe("an existing endpoint", () => {
  const NAME = "linear-learner-2026-11-20-08-15-30-123";

  it("the endpoint is emulated by the sample model, which one line of the banner reports", () => {
    // Act
    const lines = bannerOf(existingEndpoint);

    // Assess
    expect(lines.filter((line) => line.includes(NAME))).toEqual([
      `${NAME}: sample model: logistic regression with chosen weights (on AWS: an existing endpoint)`,
      `- endpoint ${NAME}: exists only on AWS and is never invoked from here: the sample model of loan-default answers instead, or your --container`,
    ]);
  });

  it("the endpoint answers its route and clients of the SageMaker runtime", async () => {
    // Act
    const ofRoute = await callLoanDefault(stage.url, "notebook");
    const ofClient = await invokeEndpoint(NAME, REPAID_ROW);

    // Assess
    expect([ofRoute.status, ofRoute.body]).toEqual([200, '"repaid"']);
    expect(ofClient.status).toBe(200);
    expect(ofClient.headers["x-amzn-invoked-production-variant"]).toBe("AllTraffic");
    expect(JSON.parse(ofClient.body)).toEqual({
      predictions: [{ score: expect.any(Number), predicted_label: 0 }],
    });
  });

  it("two functions that invoke the endpoint share one endpoint, and the banner reports the model that answers", () => {
    // Prepare
    const twice = stacks.synthesize({
      ...existingEndpoint,
      models: { "loan-default": { existingEndpoint: NAME }, "ticket-urgency": { existingEndpoint: NAME } },
    });

    // Act
    const { endpoints, unsupported } = readDeployment("notebook", twice);

    // Assess
    expect(endpoints.map(({ name, model }) => [name, model])).toEqual([[NAME, "loan-default"]]);
    expect(unsupported).toContain(
      `function notebook-ticket-urgency: its endpoint ${NAME} answers here as loan-default, not as ticket-urgency`,
    );
  });
});

describe("an existing function", () => {
  const ROUTE = "POST /shared/loan-default  (signed requests)";

  it("the function causes no error, and is reported beside its route and in one line", () => {
    // Act
    const lines = bannerOf(existingFunction);

    // Assess
    expect(lines.filter((line) => line.includes("scoring"))).toEqual([
      `${ROUTE}  NOT ANSWERED: the function scoring exists only on AWS`,
      "- function scoring: exists only on AWS: its routes answer as API Gateway does when a function fails",
    ]);
    expect(lines).toContainEqual(expect.stringMatching(/^shared-loan-default: sample model: /));
  });

  it("answers as API Gateway does when a function fails, and the terminal shows the reason", async () => {
    // Prepare
    const before = log.length;

    // Act
    const response = await callLoanDefault(stage.url, "shared");

    // Assess
    expect(response.status).toBe(502);
    expect(response.headers["x-amzn-errortype"]).toBe("InternalServerErrorException");
    expect(problemOf(response)).toMatchObject({
      title: "The request failed",
      detail: "Internal server error",
      requestId: response.headers["x-amzn-requestid"],
    });
    expect(log.slice(before)).toMatch(/^scoring: this function exists only on AWS\. .+\n$/);
  });

  it("the function is not invoked by unauthorized callers, and the environment's new endpoint answers clients", async () => {
    // Prepare
    const before = log.length;
    const request = { path: "/shared/loan-default", body: JSON.stringify({ data: REPAID_ROW }) };

    // Act
    const unsigned = await send(stage.url, request);
    const ofClient = await invokeEndpoint("shared-loan-default", REPAID_ROW);

    // Assess
    expect(unsigned.status).toBe(403);
    expect(log.slice(before)).toBe("");
    expect(ofClient.status).toBe(200);
  });

  it("fails in the same way in each environment that has the function", async () => {
    // Prepare
    const names = ["one", "two"];
    let log = "";
    const both = new LocalStage({
      port: 0,
      containers: samples,
      log: (text) => {
        log += text;
      },
    });
    await both.listen();
    await both.serve(
      names.map((name) => readDeployment(name, stacks.synthesize({ ...existingFunction, name }))),
    );

    // Act
    const answers = await Promise.all(names.map((name) => callLoanDefault(both.url, name)));
    await both.close();

    // Assess
    // A 500 would mean that API Gateway has no permission to invoke the function.
    expect(answers.map(({ status }) => status)).toEqual([502, 502]);
    expect(log.match(/^scoring: /gm)).toHaveLength(2);
  });

  it("the function with an existing endpoint leaves no endpoint to serve", () => {
    // Prepare
    const folder = stacks.synthesize({
      ...existingFunction,
      models: { "loan-default": { existingFunction: "scoring", existingEndpoint: "linear-learner" } },
    });

    // Act
    const deployment = readDeployment("shared", folder);
    const lines = banner(stage, [deployment], samples);

    // Assess
    expect([deployment.functions, deployment.endpoints]).toEqual([[], []]);
    expect(lines).toContain(ROUTE);
    expect(lines).not.toContain("SageMaker runtime");
  });
});

describe("npm start with the user's container for an existing endpoint", () => {
  let project: ProjectCopy;
  let container: ContainerServer;
  let started: RunningStage;
  let refused: RunningStage;

  beforeAll(async () => {
    project = new ProjectCopy();
    project.setEnvironments({ ...DEV, models: existingEndpoint.models }, existingFunction, {
      ...existingFunction,
      name: "elsewhere",
      state: { local: { path: "terraform.elsewhere.tfstate" } },
      models: { "loan-default": { existingFunction: "scoring", existingEndpoint: "linear-learner" } },
    });
    container = new ContainerServer();
    await container.listen();
    container.answer = () => ({
      body: JSON.stringify({ predictions: [{ score: 0.9, predicted_label: 1 }] }),
    });
    const words = ["--container", `loan-default=${container.url}`];
    started = await RunningStage.serve(project, ["dev", "shared", ...words]);
    refused = new RunningStage(project, ["elsewhere", "--port", "0", ...words]);
    await refused.ended;
  }, START_TIMEOUT_IN_MS);

  afterAll(async () => {
    await started?.kill();
    await refused?.kill();
    await container?.close();
    project?.remove();
  });

  it("sends the function's request to the container", async () => {
    // Act
    const response = await callLoanDefault(started.url, "dev", DEV.region);

    // Assess
    expect([response.status, response.body]).toEqual([200, '"defaulted"']);
    expect(container.invocations.map(({ body }) => body)).toEqual([REPAID_ROW]);
    expect(started.output).toContain(`linear-learner-2026-11-20-08-15-30-123: container at ${container.url}`);
  });

  it("prints the reason why the route of an existing function fails", async () => {
    // Act
    const response = await callLoanDefault(started.url, "shared");

    // Assess
    expect(response.status).toBe(502);
    await started.printed("scoring: this function exists only on AWS.");
  });

  it("refuses --container in one line when no endpoint is served", async () => {
    // Act
    const end = await refused.ended;

    // Assess
    expect(end).toEqual({ status: 2, signal: null });
    expect(refused.errors).toBe(
      "--container: got the model loan-default; allowed: none, because no endpoint is served\nFor the usage: npx sagemaker-stages start --help\n",
    );
  });
});
