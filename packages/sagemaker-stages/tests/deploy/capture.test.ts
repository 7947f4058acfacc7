import { GetBucketLifecycleConfigurationCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { deniedToDeployer } from "./support/deployer";
import { Deployment } from "./support/deployment";
import { withCapture, withOtherCapture, withoutCapture } from "./support/environments";
import { succeeded } from "./support/project";
import { requireRecorded } from "./support/recordings";

const TIMEOUT_IN_MS = 600_000;

const BUCKET = "capture-capture-111122223333-eu-central-1";

// The tests run in order: each test continues with the deployment of the test before.
describe("the lifecycle of an environment whose functions store requests", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(withCapture);
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  async function daysByPrefix(): Promise<unknown> {
    const { Rules = [] } = await deployment.clients.s3.send(
      new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }),
    );
    return Rules.map(({ Filter, Expiration, Status }) => [Filter?.Prefix ?? "", Expiration?.Days, Status]);
  }

  it(
    "has a bucket that deletes the objects of each endpoint after the first apply",
    async () => {
      // Act
      succeeded(await deployment.project.deploy(withCapture.name));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      expect(made.filter((entry) => entry.startsWith("bucket "))).toEqual([`bucket ${BUCKET}`]);
      expect(await daysByPrefix()).toEqual([
        ["capture-energy-demand/AllTraffic/", 90, "Enabled"],
        ["loan-default-2026/AllTraffic/", 30, "Enabled"],
        ["", 90, "Enabled"],
      ]);
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(await deployment.project.plan(withCapture.name)).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "keeps its bucket with the stored requests when fields and days change",
    async () => {
      // Prepare
      const Key = "loan-default-2026/AllTraffic/2026/11/30/07/00-00-000-0123abcd.jsonl";
      await deployment.clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "{}\n" }));
      deployment.project.setEnvironments(withOtherCapture);

      // Act
      succeeded(await deployment.project.deploy(withCapture.name));

      // Assess
      expect(await deployment.createdResources()).toContain(`object ${Key} in ${BUCKET}`);
      expect(await daysByPrefix()).toEqual([
        ["capture-energy-demand/AllTraffic/", 7, "Enabled"],
        ["loan-default-2026/AllTraffic/", 7, "Enabled"],
        ["", 7, "Enabled"],
      ]);
      expect(await deployment.project.plan(withCapture.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "loses its bucket with the stored requests when no model has capture",
    async () => {
      // Prepare
      deployment.project.setEnvironments(withoutCapture);

      // Act
      succeeded(await deployment.project.deploy(withCapture.name));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      expect(made.filter((entry) => /bucket|object/.test(entry))).toEqual([]);
      expect(await deployment.project.plan(withCapture.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "destroys all its resources",
    async () => {
      // Act
      succeeded(await deployment.project.destroy(withCapture.name));

      // Assess
      expect(await deployment.createdResources()).toEqual([]);
      expect(await deployment.resourcesInState()).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it("needs exactly the recorded IAM authorizations, which the deployer has", async () => {
    // Act
    const recording = await deployment.recording();

    // Assess
    expect(deniedToDeployer(withCapture, deployment.emulator.accountId, recording)).toEqual([]);
    requireRecorded("capture", recording);
  });
});
