import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { objectiveAlarmNames } from "../../src/environment/alarm-names";
import type { Environment } from "../../src/environment/environment";
import { deniedToDeployer } from "./support/deployer";
import { Deployment } from "./support/deployment";
import {
  withExistingTopic,
  withObjectives,
  withOtherObjectives,
  withoutAnyObjectives,
} from "./support/environments";
import { succeeded } from "./support/project";
import { requireRecorded } from "./support/recordings";

const TIMEOUT_IN_MS = 600_000;
const TOPIC = "arn:aws:sns:eu-central-1:111122223333:objectives-alarms";

/** The alarms, topics and subscriptions of a list of resources. */
function alarmsIn(resources: readonly string[]): string[] {
  return resources.filter((one) => /^(?:alarm|composite alarm|topic|subscription) /.test(one));
}

/** The names of the alarms of an environment, without their kinds. */
function namesIn(resources: readonly string[]): string[] {
  return resources.flatMap((one) => /^(?:composite )?alarm (.+)$/.exec(one)?.[1] ?? []).sort();
}

function expectedNames(environment: Environment): string[] {
  return objectiveAlarmNames(environment)
    .map(({ name }) => name)
    .sort();
}

// The tests run in order: each test continues with the deployment of the test before.
describe("the lifecycle of an environment with objectives", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(withObjectives);
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  it(
    "has alarms, a topic with its policy, and a subscription after the first apply",
    async () => {
      // Act
      succeeded(await deployment.project.deploy(withObjectives.name));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      expect(namesIn(made)).toEqual(expectedNames(withObjectives));
      expect(made.filter((one) => /^(?:topic|subscription) /.test(one))).toEqual([
        expect.stringMatching(`^subscription ${TOPIC}:`),
        `topic ${TOPIC}`,
      ]);
      const deployed = await deployment.deployed();
      expect(Object.keys(deployed.topics)).toEqual([TOPIC]);
      expect(deployed).toEqual(await deployment.synthesized());
      expect(await deployment.project.plan(withObjectives.name)).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "loses the alarms of a model without objectives, although the composite alarm named them",
    async () => {
      // Prepare
      deployment.project.setEnvironments(withOtherObjectives);

      // Act
      succeeded(await deployment.project.deploy(withObjectives.name));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      expect(namesIn(made)).toEqual(expectedNames(withOtherObjectives));
      expect(await deployment.project.plan(withObjectives.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "keeps its alarms when an existing topic replaces the topic",
    async () => {
      // Prepare
      deployment.project.setEnvironments(withExistingTopic);

      // Act
      succeeded(await deployment.project.deploy(withObjectives.name));

      // Assess
      const made = await deployment.createdResources();
      expect(namesIn(made)).toEqual(expectedNames(withOtherObjectives));
      expect(made.filter((one) => /^(?:topic|subscription) /.test(one))).toEqual([]);
      expect(await deployment.project.plan(withObjectives.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "loses all alarms when no model has objectives, and keeps its functions",
    async () => {
      // Prepare
      deployment.project.setEnvironments(withoutAnyObjectives);

      // Act
      succeeded(await deployment.project.deploy(withObjectives.name));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      expect(alarmsIn(made)).toEqual([]);
      expect(made.filter((one) => one.startsWith("function "))).toHaveLength(2);
      expect(await deployment.project.plan(withObjectives.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "destroys all its resources, also with alarms",
    async () => {
      // Prepare
      deployment.project.setEnvironments(withObjectives);
      succeeded(await deployment.project.deploy(withObjectives.name));

      // Act
      succeeded(await deployment.project.destroy(withObjectives.name));

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
    const toExisting = ({ context }: (typeof recording)[number]): boolean =>
      Object.values(context).includes("arn:aws:sns:eu-central-1:111122223333:on-call");
    expect(
      deniedToDeployer(
        withObjectives,
        "111122223333",
        recording.filter((one) => !toExisting(one)),
      ),
    ).toEqual([]);
    expect(deniedToDeployer(withExistingTopic, "111122223333", recording.filter(toExisting))).toEqual([]);
    requireRecorded("objectives", recording);
  });
});
