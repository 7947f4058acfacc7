import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { afterEach, describe, expect, it } from "@jest/globals";
import { endpointTargets } from "../../examples/endpoint-targets";
import { fiveModels } from "../../examples/five-models";
import { frameworkImages } from "../../examples/framework-images";
import { models as exampleModels } from "../../examples/functions";
import { gateway } from "../../examples/gateway";
import { hubModels } from "../../examples/hub-models";
import { prefix } from "../../examples/prefix";
import { series } from "../../examples/series";
import { principalName } from "../../src/environment/patterns";
import { functionRoleTrust } from "../../src/iam/workload/function-role";
import { Deployment } from "./support/deployment";
import { succeeded } from "./support/project";

const TIMEOUT_IN_MS = 600_000;
const ACCOUNT = "123456789012";

/**
 * Examples that no other test deploys. `registry` is omitted: its plan reads the approval of a package with the Cloud
 * Control API, and the emulator does not have this API.
 */
const deployed = [endpointTargets, fiveModels, frameworkImages, gateway, hubModels, prefix, series];

let deployment: Deployment | undefined;

afterEach(() => deployment?.stop(), TIMEOUT_IN_MS);

describe("an example", () => {
  it.each(deployed.map((example) => [example.name, example] as const))(
    "has an empty plan after the apply, and no resources after the destruction: %s",
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
      expect(made).toEqual(remembered);
      expect(actual).toEqual(synthesized);
      expect(plan).toEqual([]);
      expect(await deployment.createdResources()).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );
});
