import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Deployment } from "./support/deployment";
import { withFirewalls, withOtherFirewalls, withoutFirewalls } from "./support/environments";
import { succeeded } from "./support/project";
import { requireRecorded } from "./support/recordings";

const TIMEOUT_IN_MS = 600_000;

// The tests run in order: each test continues with the deployment of the test before.
describe("the lifecycle of an environment with firewalls", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(withFirewalls);
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  it(
    "has a web ACL of the stage and a web ACL of the page in us-east-1 after the first apply",
    async () => {
      // Act
      succeeded(await deployment.project.deploy(withFirewalls.name));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      expect(made.filter((entry) => entry.startsWith("web ACL "))).toEqual([
        expect.stringMatching(
          /^web ACL arn:aws:wafv2:eu-central-1:111122223333:regional\/webacl\/firewall-stage\//,
        ),
        expect.stringMatching(
          /^web ACL arn:aws:wafv2:us-east-1:111122223333:global\/webacl\/firewall-website\//,
        ),
      ]);
      expect(await deployment.project.plan(withFirewalls.name)).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "keeps its web ACLs when their rules change",
    async () => {
      // Prepare
      const before = await deployment.createdResources();
      deployment.project.setEnvironments(withOtherFirewalls);

      // Act
      succeeded(await deployment.project.deploy(withFirewalls.name));

      // Assess
      const made = await deployment.createdResources();
      const acls = (entries: readonly string[]) => entries.filter((entry) => entry.startsWith("web ACL "));
      expect(acls(made)).toEqual(acls(before));
      expect(await deployment.project.plan(withFirewalls.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "loses its web ACLs when the environment has no firewall, and keeps its page",
    async () => {
      // Prepare
      deployment.project.setEnvironments(withoutFirewalls);

      // Act
      succeeded(await deployment.project.deploy(withFirewalls.name));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      expect(made.filter((entry) => entry.startsWith("web ACL "))).toEqual([]);
      expect(made.filter((entry) => entry.startsWith("distribution "))).toHaveLength(1);
      expect(await deployment.project.plan(withFirewalls.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "destroys all its resources",
    async () => {
      // Act
      succeeded(await deployment.project.destroy(withFirewalls.name));

      // Assess
      expect(await deployment.createdResources()).toEqual([]);
      expect(await deployment.resourcesInState()).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it("needs exactly the recorded IAM authorizations", async () => {
    // Act
    const recording = await deployment.recording();

    // Assess
    requireRecorded("firewall", recording);
  });
});
