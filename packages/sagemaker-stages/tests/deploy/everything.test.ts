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

// One life: each test goes on where the one before it ended.
describe("the life of an environment with a network, scaling, alarms and a key", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(first, async ({ iam, lambda }) => {
      for (const PolicyName of [boundaryName(first), "boundary-of-others"]) {
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
          PermissionsBoundary: `arn:aws:iam::${first.accountId}:policy/boundary-of-others`,
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
    "begins with an apply, after which everything exists, and everybody may do what was synthesized",
    async () => {
      // Act
      succeeded(await deployment.project.deploy(first.name));

      // Assess
      const made = await deployment.made();
      expect(made).toEqual(await deployment.remembered());
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
    "keeps its network, its endpoints and its alarms through a change",
    async () => {
      // Prepare
      const before = await deployment.made();
      deployment.project.setEnvironments(changed);

      // Act
      succeeded(await deployment.project.deploy(first.name));

      // Assess
      const made = await deployment.made();
      expect(made).toEqual(await deployment.remembered());
      const lost = before.filter((entry) => !made.includes(entry));
      expect(
        lost.filter((entry) => !/^(?:deployment|endpoint configuration|model|policy) /.test(entry)),
      ).toEqual([]);
      expect(await deployment.project.plan(first.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "can be destroyed, with what Lambda left in its network, and leaves nothing behind",
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
      expect(await deployment.made()).toEqual([]);
      expect(await deployment.lost()).toEqual([]);
      expect(await deployment.remembered()).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it("asked of IAM what its recording says", async () => {
    // Act
    const recording = await deployment.recording();

    // Assess
    requireRecorded("everything", recording);
  });
});

/** How many begin so. */
function countOf(entries: readonly string[], beginning: string): number {
  return entries.filter((entry) => entry.startsWith(`${beginning} `)).length;
}
