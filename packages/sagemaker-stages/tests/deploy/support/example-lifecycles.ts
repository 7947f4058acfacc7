import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { afterEach, expect, it } from "@jest/globals";
import { models as exampleModels } from "../../../examples/functions";
import type { Environment } from "../../../src/environment/environment";
import { principalName } from "../../../src/environment/patterns";
import { functionRoleTrust } from "../../../src/iam/workload/function-role";
import { deniedToDeployer } from "./deployer";
import { Deployment } from "./deployment";
import { succeeded } from "./project";

const TIMEOUT_IN_MS = 600_000;
const ACCOUNT = "123456789012";

/** Defines a test for each example. Each test has its own account. */
export function testLifecycles(examples: readonly Environment[]): void {
  let deployment: Deployment | undefined;

  afterEach(() => deployment?.stop(), TIMEOUT_IN_MS);

  it.each(examples.map((example) => [example.name, example] as const))(
    "has an empty plan after the apply, no resources after the destruction, and needs only the deployer's permissions: %s",
    async (_, example) => {
      // Prepare
      const roles = Object.values(example.callers ?? {}).flatMap(({ roles: named = [] }) => named);
      deployment = await Deployment.start(example, async ({ iam }) => {
        const AssumeRolePolicyDocument = JSON.stringify(functionRoleTrust({ accountId: ACCOUNT }));
        for (const role of roles) {
          await iam.send(new CreateRoleCommand({ RoleName: principalName(role), AssumeRolePolicyDocument }));
        }
      });
      if (Object.keys(example.models).some((model) => model in exampleModels)) {
        deployment.project.setExampleModels();
      }

      // Act
      succeeded(await deployment.project.deploy(example.name));
      const made = await deployment.createdResources();
      const remembered = await deployment.resourcesInState();
      const [actual, synthesized] = [await deployment.deployed(), await deployment.synthesized()];
      const plan = await deployment.project.plan(example.name);
      succeeded(await deployment.project.destroy(example.name));

      // Assess
      const requested = await deployment.recording();
      expect(requested.length).toBeGreaterThan(50);
      expect(deniedToDeployer(example, deployment.emulator.accountId, requested)).toEqual([]);
      expect(made).toEqual(remembered);
      expect(actual).toEqual(synthesized);
      expect(plan).toEqual([]);
      expect(await deployment.createdResources()).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );
}
