import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { deniedToDeployer } from "./support/deployer";
import { Deployment } from "./support/deployment";
import { withOtherSignIn, withSignIn } from "./support/environments";
import { isAllowed } from "./support/evaluation";
import { succeeded } from "./support/project";
import { requireRecorded } from "./support/recordings";

const TIMEOUT_IN_MS = 600_000;

// The tests run in order: each test continues with the deployment of the test before.
describe("the lifecycle of an environment with a sign-in", () => {
  let deployment: Deployment;
  /** The resources of the sign-in, without the ids that Cognito assigns. */
  const signInResources = (entries: readonly string[]): readonly string[] =>
    entries.filter((entry) => /^(?:user pool|client|domain|identity pool) /.test(entry));

  beforeAll(async () => {
    deployment = await Deployment.start(withSignIn);
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment?.stop(), TIMEOUT_IN_MS);

  it(
    "has one user pool with one client and one domain, and one identity pool with one role, after the first apply",
    async () => {
      // Act
      succeeded(await deployment.project.deploy(withSignIn.name));

      // Assess
      const made = await deployment.createdResources();
      const deployed = await deployment.deployed();
      expect(made).toEqual(await deployment.resourcesInState());
      expect(signInResources(made)).toEqual([
        expect.stringMatching(/^client \w+ of user pool eu-central-1_\w+$/),
        expect.stringMatching(/^domain sign-in-[0-9a-f]{8} of user pool eu-central-1_\w+$/),
        expect.stringMatching(/^identity pool eu-central-1:[0-9a-f-]{36}$/),
        expect.stringMatching(/^user pool eu-central-1_\w+$/),
      ]);
      expect(deployed).toEqual(await deployment.synthesized());
      expect(deployed.identityPools).toEqual({
        "sign-in-website": {
          allowsUnauthenticated: false,
          allowsClassicFlow: false,
          clients: [expect.any(String)],
          roles: { authenticated: "arn:aws:iam::123456789012:role/sign-in-website-signed-in" },
        },
      });
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "has an empty plan after the first apply, for which the planner has every permission",
    async () => {
      // Act
      let plan: readonly unknown[] | undefined;
      const operations = await deployment.operationsOf(async () => {
        plan = await deployment.project.plan(withSignIn.name);
      });

      // Assess
      const planner = Object.values(plannerPolicies(withSignIn, deployment.emulator.accountId));
      const requested = (await deployment.recording()).filter(({ action }) =>
        operations.some(({ service, operation }) => action === `${service}:${operation}`),
      );
      expect(plan).toEqual([]);
      expect(requested.filter(({ action }) => action.startsWith("cognito-")).length).toBeGreaterThan(3);
      expect(requested.filter((one) => !isAllowed(planner, one))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "keeps its user pool, client and identity pool when the settings of the sign-in and the tags change",
    async () => {
      // Prepare
      const pools = (entries: readonly string[]) => entries.filter((entry) => !entry.startsWith("domain "));
      const before = signInResources(await deployment.createdResources());
      deployment.project.setEnvironments(withOtherSignIn);

      // Act
      succeeded(await deployment.project.deploy(withSignIn.name));
      const plan = await deployment.project.plan(withSignIn.name);

      // Assess
      const after = signInResources(await deployment.createdResources());
      expect(pools(after)).toEqual(pools(before));
      expect(after).toEqual([
        expect.stringMatching(/^client /),
        expect.stringMatching(/^domain example-org-texts of user pool /),
        expect.stringMatching(/^identity pool /),
        expect.stringMatching(/^user pool /),
      ]);
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(plan).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "leaves nothing after the destruction, and needs only the deployer's permissions",
    async () => {
      // Act
      succeeded(await deployment.project.destroy(withSignIn.name));

      // Assess
      const requested = await deployment.recording();
      expect(await deployment.createdResources()).toEqual([]);
      expect(await deployment.resourcesInState()).toEqual([]);
      expect(deniedToDeployer(withOtherSignIn, deployment.emulator.accountId, requested)).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it("needs exactly the recorded IAM authorizations", async () => {
    // Act
    const recording = await deployment.recording();

    // Assess
    requireRecorded("sign-in", recording);
  });
});
