import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { findAsyncFaults } from "../../src/app/async-checks";
import type { Environment } from "../../src/environment/environment";
import { defineModels, python } from "../../src/models";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { models } from "../fixtures/app/functions";
import { checkEnvironments } from "../support/app";

const INSTANCES = { instanceType: "ml.m5.large", initialInstanceCount: 1 };
const MODEL = {
  artifact: "s3://amzn-s3-demo-bucket/model.tar.gz",
  image: { algorithm: "linear-learner", tag: "1" },
};
const TOPICS = "arn:aws:sns:eu-central-1:111122223333";

function environmentOf(settings: Record<string, unknown>, more: object = {}): Environment {
  return {
    name: "test",
    region: "eu-central-1",
    accountId: "111122223333",
    state: { local: { path: "terraform.test.tfstate" } },
    stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
    models: settings as Environment["models"],
    ...more,
  };
}

function withAsync(asynchronous: object, instances: object = {}, more: object = {}): Environment {
  return environmentOf({
    "energy-demand": { ...MODEL, instances: { ...INSTANCES, ...instances, async: asynchronous }, ...more },
  });
}

function foundIn(environment: Environment, served = models): string[] {
  return checkEnvironments([environment], [], served).map(
    ({ field, got, allowed }) => `${field}: got ${got}; allowed: ${allowed}`,
  );
}

describe("the asynchronous requests of a model", () => {
  it.each([
    { what: "days only", asynchronous: { days: 1 } },
    { what: "instances from zero", asynchronous: { days: 30, scaling: { minCapacity: 0, maxCapacity: 9 } } },
    {
      what: "instances that always run",
      asynchronous: { days: 7, scaling: { minCapacity: 1, maxCapacity: 1, targetBacklogPerInstance: 0.5 } },
    },
    {
      what: "limits and topics",
      asynchronous: {
        days: 7,
        timeoutInSeconds: 3600,
        maxConcurrentRequestsPerInstance: 1000,
        successTopicArn: `${TOPICS}:results`,
        failureTopicArn: `${TOPICS}:failures`,
      },
    },
  ])("are accepted with $what", ({ asynchronous }) => {
    // Act
    const faults = foundIn(withAsync(asynchronous));

    // Assess
    expect(faults).toEqual([]);
  });

  it.each([
    { asynchronous: {}, fault: "async.days: got nothing" },
    { asynchronous: { days: 0 }, fault: "async.days: got 0" },
    { asynchronous: { days: 1.5 }, fault: "async.days: got 1.5" },
    { asynchronous: { days: 1, timeoutInSeconds: 3601 }, fault: "async.timeoutInSeconds: got 3601" },
    { asynchronous: { days: 1, timeoutInSeconds: 0 }, fault: "async.timeoutInSeconds: got 0" },
    {
      asynchronous: { days: 1, maxConcurrentRequestsPerInstance: 1001 },
      fault: "async.maxConcurrentRequestsPerInstance: got 1001",
    },
    {
      asynchronous: { days: 1, successTopicArn: `${TOPICS}:results.fifo` },
      fault: `async.successTopicArn: got "${TOPICS}:results.fifo"; allowed: the ARN of a standard topic`,
    },
    {
      asynchronous: { days: 1, failureTopicArn: "arn:aws:sns:us-east-1:111122223333:failures" },
      fault:
        'async.failureTopicArn: got "arn:aws:sns:us-east-1:111122223333:failures"; allowed: a topic in eu-central-1',
    },
    {
      asynchronous: { days: 1, scaling: { minCapacity: -1, maxCapacity: 2 } },
      fault: "async.scaling.minCapacity: got -1",
    },
    {
      asynchronous: { days: 1, scaling: { minCapacity: 0, maxCapacity: 0 } },
      fault: "async.scaling.maxCapacity: got 0",
    },
    {
      asynchronous: { days: 1, scaling: { minCapacity: 2, maxCapacity: 3 } },
      fault: "async.scaling.minCapacity: got 2 to 3 with initialInstanceCount 1",
    },
    {
      asynchronous: { days: 1, scaling: { minCapacity: 0, maxCapacity: 2, targetBacklogPerInstance: 0 } },
      fault: "async.scaling.targetBacklogPerInstance: got 0",
    },
    { asynchronous: { days: 1, scaleToZero: true }, fault: "async.scaleToZero: got true" },
  ])("are refused: $fault", ({ asynchronous, fault }) => {
    // Act
    const faults = foundIn(withAsync(asynchronous));

    // Assess
    expect(faults).toEqual([expect.stringContaining(`models.energy-demand.instances.${fault}`)]);
  });

  it.each([
    {
      what: "autoscaling by invocations",
      environment: withAsync(
        { days: 1 },
        { autoscaling: { minCapacity: 1, maxCapacity: 2, targetInvocationsPerInstance: 100 } },
      ),
      fault: "instances.async: got async together with autoscaling",
    },
    {
      what: "a schedule",
      environment: withAsync(
        { days: 1 },
        {
          schedule: {
            actions: {
              morning: { cron: "0 7 * * ? *", minCapacity: 1, maxCapacity: 1 },
              evening: { cron: "0 19 * * ? *", minCapacity: 1, maxCapacity: 1 },
            },
          },
        },
      ),
      fault: "instances.async: got async together with schedule",
    },
    {
      what: "Inferentia of the first generation",
      environment: withAsync({ days: 1 }, { instanceType: "ml.inf1.xlarge" }),
      fault: "instances.async: got async together with instanceType ml.inf1.xlarge",
    },
    {
      what: "burstable instances",
      environment: withAsync({ days: 1 }, { instanceType: "ml.t2.medium" }),
      fault: "instances.async: got async together with instanceType ml.t2.medium",
    },
    {
      what: "a deployment",
      environment: withAsync({ days: 1 }, {}, { deployment: { terminationWaitInSeconds: 60 } }),
      fault: "instances.async: got async together with deployment; allowed: no async, or no deployment",
    },
    {
      what: "data capture",
      environment: withAsync(
        { days: 1 },
        {},
        { dataCapture: { destination: "s3://amzn-s3-demo-bucket/captured", samplingPercentage: 1 } },
      ),
      fault: "instances.async: got async together with dataCapture",
    },
    {
      what: "capture",
      environment: withAsync({ days: 1 }, {}, { capture: { percent: 1 } }),
      fault: "instances.async: got async together with capture",
    },
    {
      what: "an existing function",
      environment: withAsync({ days: 1 }, {}, { existingFunction: "scoring" }),
      fault: "instances.async: got async together with existingFunction",
    },
    {
      what: "a caller that invokes the endpoint",
      environment: {
        ...withAsync({ days: 1 }),
        callers: { shop: { mayInvoke: [{ model: "energy-demand", by: "endpoint" as const }] } },
      },
      fault:
        'callers.shop.mayInvoke.0.by: got "endpoint"; allowed: route, or functionUrl for a model with functionUrl',
    },
    {
      what: "the only public model of a page",
      environment: { ...withAsync({ days: 1 }, {}, { access: "PUBLIC" }), website: {} },
      fault: "website: got {}; allowed: no website, or a model with the access PUBLIC, or website.signIn",
    },
    {
      what: "a form for signed-in users",
      environment: {
        ...withAsync({ days: 1 }),
        website: { signIn: { models: [{ model: "energy-demand", by: "route" as const }] } },
      },
      fault: 'website.signIn.models.0.model: got "energy-demand"; allowed: a model without instances.async',
    },
  ])("are refused with $what", ({ environment, fault }) => {
    // Act
    const faults = foundIn(environment);

    // Assess
    expect(faults).toEqual([
      expect.stringContaining(fault.startsWith("instances") ? `models.energy-demand.${fault}` : fault),
    ]);
  });

  it("are refused for a streamed route and for a contract that streams", () => {
    // Prepare
    const stream = { answerType: "text/event-stream" };
    const served = { ...models, "energy-demand": { ...models["energy-demand"], stream } };
    const streamed = withAsync({ days: 1 }, {}, { responseTransferMode: "stream" });

    // Act
    const [ofRoute, ofContract] = [foundIn(streamed), foundIn(withAsync({ days: 1 }), served)];

    // Assess
    expect(ofRoute).toEqual([
      'models.energy-demand.instances.async: got async together with responseTransferMode: "stream"; allowed: no async, or responseTransferMode: "buffer"',
    ]);
    expect(ofContract).toEqual([
      "models.energy-demand.instances.async: got async for a contract that answers in a stream; allowed: no async, or a contract without stream",
    ]);
  });

  it('are refused for via: "gateway"', () => {
    // Prepare
    const settings = { ...MODEL, instances: { ...INSTANCES, async: { days: 1 } } };

    // Act
    const faults = foundIn(environmentOf({ "house-price": { ...settings, via: "gateway" } }));

    // Assess
    expect(faults).toEqual([
      'models.house-price.instances.async: got async together with via: "gateway"; allowed: no async, or via: "lambda"',
    ]);
  });

  it("are refused for a handler in Python and for a GET", () => {
    // Prepare
    const settings = { ...MODEL, instances: { ...INSTANCES, async: { days: 1 } } };
    const own = defineModels({
      churn: python({
        method: "POST",
        path: "/churn",
        title: "Churn",
        description: "Predicts churn.",
        allowed: "JSON",
        example: { request: {}, answer: {} },
      }),
    });
    const served = {
      ...own,
      "energy-demand": {
        ...models["energy-demand"],
        route: { method: "GET" as const, path: "/energy-demand" as const },
      },
    };

    // Act
    const faults = checkEnvironments(
      [environmentOf({ churn: settings, "energy-demand": settings })],
      [],
      served,
    );

    // Assess
    expect(faults.map(({ field, got }) => `${field}: ${got}`)).toEqual([
      "models.churn.instances.async: async for a model with handler.py",
      "models.energy-demand.instances.async: async for the route GET /energy-demand",
    ]);
  });

  it("are refused for a model with handler.ts, which is the model's own code", () => {
    // Prepare
    const environment = withAsync({ days: 1 });
    const folder = makeTempFolder();
    mkdirSync(join(folder, "functions/energy-demand"), { recursive: true });
    writeFileSync(join(folder, "functions/energy-demand/handler.ts"), "export const handler = null;\n");

    // Act
    const [own, generated] = [folder, join(folder, "none")].map((root) =>
      findAsyncFaults([environment], root),
    );
    removeFolder(folder);

    // Assess
    expect(own).toMatchObject([
      { field: "models.energy-demand.instances.async", got: "async for a model with handler.ts" },
    ]);
    expect(generated).toEqual([]);
  });

  it.each([
    "/energy-demand/uploads",
    "/energy-demand/uploads/prices",
    "/energy-demand/uploads/a/b",
    "/energy-demand/requests",
    "/energy-demand/requests/prices",
  ] as const)("are refused if another model has the path %s, which their permissions open", (path) => {
    // Prepare
    const environment = withOtherModel();

    // Act
    const faults = foundIn(environment, servedAt(path));

    // Assess
    expect(faults).toEqual([
      `models.house-price: got the path ${path}, which belongs to the asynchronous requests of energy-demand; allowed: another path in one of the contracts`,
    ]);
  });

  it.each(["/energy-demand/prices", "/energy-demand/uploads-of-prices", "/requests/energy-demand"] as const)(
    "are accepted if another model has the path %s",
    (path) => {
      // Act
      const faults = foundIn(withOtherModel(), servedAt(path));

      // Assess
      expect(faults).toEqual([]);
    },
  );
});

function withOtherModel(): Environment {
  return environmentOf({
    "energy-demand": { ...MODEL, instances: { ...INSTANCES, async: { days: 1 } } },
    "house-price": { ...MODEL, serverless: { memorySizeInMb: 2048, maxConcurrency: 5 } },
  });
}

function servedAt(path: `/${string}`): typeof models {
  return { ...models, "house-price": { ...models["house-price"], route: { method: "POST", path } } };
}
