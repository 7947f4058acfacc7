import { RegisterScalableTargetCommand } from "@aws-sdk/client-application-auto-scaling";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { operations } from "../../examples/operations";
import type { Environment } from "../../src/environment/environment";
import { deniedToDeployer } from "./support/deployer";
import { Deployment } from "./support/deployment";
import { succeeded } from "./support/project";

const TIMEOUT_IN_MS = 600_000;

const { budget: _budget, dashboard: _dashboard, notify: _notify, ...withoutBudget } = operations;

/** The environment with another budget, another recipient and another schedule. */
const changed: Environment = {
  ...operations,
  budget: { monthlyInUsd: 500, notifyAtPercent: [90] },
  notify: { email: "platform@example.com" },
  models: {
    ...operations.models,
    "energy-demand": withInstances({
      day: { cron: "0 7 * * ? *", minCapacity: 2, maxCapacity: 2 },
      night: { cron: "0 20 * * ? *", minCapacity: 1, maxCapacity: 1 },
    }),
  },
};

/** The environment without a budget, a dashboard and the schedule of one model. */
const reduced: Environment = {
  ...withoutBudget,
  models: { ...operations.models, "energy-demand": withInstances(undefined) },
};

/** The model on instances with other scheduled actions. */
function withInstances(actions: NonNullable<Instances["schedule"]>["actions"] | undefined): Model {
  const model = operations.models["energy-demand"];
  if (model === undefined || !("instances" in model)) throw new Error("energy-demand runs on instances");
  const { schedule: _schedule, ...instances } = model.instances;
  return {
    ...model,
    instances: { ...instances, ...(actions === undefined ? {} : { schedule: { actions } }) },
  };
}

type Model = Environment["models"][string];
type Instances = Extract<Model, { readonly instances: unknown }>["instances"];

// The tests run in order: each test continues with the deployment of the test before.
describe("the lifecycle of an environment with a dashboard, a budget and schedules", () => {
  let deployment: Deployment;

  const created = async (): Promise<readonly string[]> =>
    (await deployment.createdResources()).filter((one) =>
      /^(?:budget|dashboard|scheduled action) /.test(one),
    );

  beforeAll(async () => {
    deployment = await Deployment.start(operations);
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  it(
    "creates the dashboard, the budget and the scheduled actions, and plans no further change",
    async () => {
      // Act
      succeeded(await deployment.project.deploy(operations.name));

      // Assess
      expect(await created()).toEqual([
        "budget operations-monthly",
        "dashboard operations-models",
        "scheduled action operations-energy-demand-day of endpoint/operations-energy-demand/variant/AllTraffic",
        "scheduled action operations-energy-demand-night of endpoint/operations-energy-demand/variant/AllTraffic",
        "scheduled action operations-loan-default-evening of endpoint/operations-loan-default/variant/AllTraffic",
        "scheduled action operations-loan-default-working-day of endpoint/operations-loan-default/variant/AllTraffic",
      ]);
      expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());
      expect(await deployment.project.plan(operations.name)).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "plans no change when a scheduled action has changed the capacity",
    async () => {
      // Prepare
      await deployment.clients.applicationAutoScaling.send(
        new RegisterScalableTargetCommand({
          ServiceNamespace: "sagemaker",
          ResourceId: "endpoint/operations-energy-demand/variant/AllTraffic",
          ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
          MinCapacity: 2,
          MaxCapacity: 2,
        }),
      );

      // Act
      const plan = await deployment.project.plan(operations.name);

      // Assess
      expect(plan).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "updates the budget, its recipient and an action in place",
    async () => {
      // Prepare
      deployment.project.setEnvironments(changed);
      const before = await created();

      // Act
      succeeded(await deployment.project.deploy(operations.name));

      // Assess
      expect(await created()).toEqual(before);
      expect(await deployment.project.plan(operations.name)).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "removes what the environment no longer has",
    async () => {
      // Prepare
      deployment.project.setEnvironments(reduced);

      // Act
      succeeded(await deployment.project.deploy(operations.name));

      // Assess
      expect(await created()).toEqual([
        "scheduled action operations-loan-default-evening of endpoint/operations-loan-default/variant/AllTraffic",
        "scheduled action operations-loan-default-working-day of endpoint/operations-loan-default/variant/AllTraffic",
      ]);
      expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());
      expect(await deployment.project.plan(operations.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "destroys all its resources, and needed only the deployer's permissions",
    async () => {
      // Act
      succeeded(await deployment.project.destroy(operations.name));

      // Assess
      expect(await deployment.createdResources()).toEqual([]);
      expect(
        deniedToDeployer(operations, deployment.emulator.accountId, await deployment.recording()),
      ).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );
});
