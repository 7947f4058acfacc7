import { CreateNetworkInterfaceCommand, DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import { CreatePolicyCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import { CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import { boundaryName } from "../../src/environment/account";
import { boundaryPolicy } from "../../src/iam/deployment/boundary";
import { functionRoleTrust } from "../../src/iam/workload/function-role";
import { Deployment } from "./support/deployment";
import { everythingChanged as changed, everything as first, SCORING } from "./support/environments";
import { succeeded } from "./support/project";
import { requireRecorded } from "./support/recordings";

const TIMEOUT_IN_MS = 600_000;

// The tests run in order: each test continues with the deployment of the test before.
describe("the lifecycle of an environment with a network, scaling, alarms and a key", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(first, async ({ iam, lambda }) => {
      for (const PolicyName of [boundaryName(first), "other-boundary"]) {
        await iam.send(
          new CreatePolicyCommand({
            PolicyName,
            PolicyDocument: JSON.stringify(boundaryPolicy(first, first.accountId ?? "")),
          }),
        );
      }
      const { Role } = await iam.send(
        new CreateRoleCommand({
          RoleName: SCORING,
          AssumeRolePolicyDocument: JSON.stringify(functionRoleTrust({ accountId: first.accountId ?? "" })),
          PermissionsBoundary: `arn:aws:iam::${first.accountId}:policy/other-boundary`,
        }),
      );
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName: SCORING,
          Role: Role?.Arn,
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Code: { ZipFile: zipSync({ "index.js": strToU8("exports.handler = async () => {};") }) },
          Environment: { Variables: { ENDPOINT_NAME: "shared" } },
        }),
      );
    });
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  it(
    "has exactly the resources in the state and the synthesized permissions after the first apply",
    async () => {
      // Act
      succeeded(await deployment.project.deploy(first.name));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      const kinds = [
        "alarm",
        "scalable target",
        "scaling policy",
        "VPC endpoint",
        "security group rule",
        "subnet",
      ];
      expect(kinds.map((kind) => countOf(made, kind))).toEqual([2, 2, 2, 2, 3, 2]);
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(await deployment.project.plan(first.name)).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "keeps its network, endpoints and alarms when settings change",
    async () => {
      // Prepare
      const before = await deployment.createdResources();
      deployment.project.setEnvironments(changed);

      // Act
      succeeded(await deployment.project.deploy(first.name));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      const lost = before.filter((entry) => !made.includes(entry));
      expect(
        lost.filter((entry) => !/^(?:deployment|endpoint configuration|model|policy) /.test(entry)),
      ).toEqual([]);
      expect(await deployment.project.plan(first.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "destroys all its resources, even if Lambda left a network interface",
    async () => {
      // Prepare
      const { resources } = await deployment.project.state(first.name);
      const group = resources.find(({ values }) => values.name === `${first.name}-functions`)?.values.id;
      const { Subnets = [] } = await deployment.clients.ec2.send(
        new DescribeSubnetsCommand({ Filters: [{ Name: "tag:Environment", Values: [first.name] }] }),
      );
      await deployment.clients.ec2.send(
        new CreateNetworkInterfaceCommand({
          SubnetId: Subnets[0]?.SubnetId,
          Groups: [String(group)],
          Description: `AWS Lambda VPC ENI-${first.name}-energy-demand`,
        }),
      );

      // Act
      succeeded(await deployment.project.destroy(first.name));

      // Assess
      expect(await deployment.createdResources()).toEqual([]);
      expect(await deployment.lostResources()).toEqual([]);
      expect(await deployment.resourcesInState()).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it("needs exactly the recorded IAM authorizations", async () => {
    // Act
    const recording = await deployment.recording();

    // Assess
    requireRecorded("everything", recording);
  });
});

/** The number of entries of a kind. */
function countOf(entries: readonly string[], beginning: string): number {
  return entries.filter((entry) => entry.startsWith(`${beginning} `)).length;
}
