import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { together } from "../../examples/together";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { functionRoleTrust } from "../../src/iam/workload/function-role";
import { deniedToDeployer } from "./support/deployer";
import { Deployment } from "./support/deployment";
import { isAllowed } from "./support/evaluation";
import { succeeded } from "./support/project";

const TIMEOUT_IN_MS = 600_000;
const ACCOUNT = "111122223333";

// The tests run in order: each test continues with the deployment of the test before.
describe("the lifecycle of an environment with every kind of caller", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(together, async ({ iam }) => {
      const AssumeRolePolicyDocument = JSON.stringify(functionRoleTrust({ accountId: ACCOUNT }));
      await iam.send(new CreateRoleCommand({ RoleName: "backend", AssumeRolePolicyDocument }));
    });
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment?.stop(), TIMEOUT_IN_MS);

  it(
    "has exactly the synthesized resources and permissions after the apply",
    async () => {
      // Act
      succeeded(await deployment.project.deploy(together.name));

      // Assess
      expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "has an empty plan after the apply, for which the planner has every permission",
    async () => {
      // Act
      let plan: readonly unknown[] | undefined;
      const operations = await deployment.operationsOf(async () => {
        plan = await deployment.project.plan(together.name);
      });

      // Assess
      const planner = Object.values(plannerPolicies(together, ACCOUNT));
      const requested = (await deployment.recording()).filter(({ action }) =>
        operations.some(({ service, operation }) => action === `${service}:${operation}`),
      );
      expect(plan).toEqual([]);
      expect(new Set(requested.map(({ action }) => action.replace(/:.*/, "")))).toEqual(
        new Set([
          "acm",
          "cloudfront",
          "cognito-identity",
          "cognito-idp",
          "iam",
          "lambda",
          "logs",
          "route53",
          "s3",
          "sagemaker",
          "wafv2",
        ]),
      );
      expect(requested.filter((one) => !isAllowed(planner, one))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "leaves nothing after the destruction, and needs only the deployer's permissions",
    async () => {
      // Act
      succeeded(await deployment.project.destroy(together.name));

      // Assess
      const requested = await deployment.recording();
      expect(await deployment.createdResources()).toEqual([]);
      expect(await deployment.resourcesInState()).toEqual([]);
      expect(await deployment.lostResources()).toEqual([]);
      expect(requested.length).toBeGreaterThan(150);
      expect(deniedToDeployer(together, ACCOUNT, requested)).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );
});
