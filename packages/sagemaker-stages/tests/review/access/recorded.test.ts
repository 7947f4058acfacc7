import { describe, expect, it } from "@jest/globals";
import { accessChanges } from "../../../src/review/access/access";
import type { AccessChange } from "../../../src/review/access/access-change";
import { type RecordedPlan, recordedPlan } from "../support/recorded-plans";
import { told } from "./support/plans";

const changesIn = (name: RecordedPlan): AccessChange[] => accessChanges(recordedPlan(name));

describe("a plan that Terraform made", () => {
  it.each<[RecordedPlan, string[]]>([
    ["nothing", []],
    ["opened", []],
    [
      "new-artifact",
      [
        "+ Role `prod-ticket-urgency-endpoint` can now read the object `s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-21/model.tar.gz`.",
        "  Role `prod-ticket-urgency-endpoint` can no longer read the object `s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-20/model.tar.gz`.",
      ],
    ],
    [
      "widened",
      [
        "+ Role `prod-language-check-function` can now call `sagemaker:InvokeEndpointAsync` on the SageMaker endpoint `prod-language-check`.",
        "+ Role `prod-ticket-urgency-function` can now call `sagemaker:InvokeEndpointAsync` on the SageMaker endpoint `prod-ticket-urgency`.",
      ],
    ],
  ])("tells of %s what is different, and no more", (name, words) => {
    // Act
    const changes = changesIn(name);

    // Assess
    expect(told(changes)).toEqual(words);
  });

  it("of a new environment grants everything to what it creates, and all of it can be judged", () => {
    // Act
    const changes = changesIn("new-environment");

    // Assess
    expect(new Set(changes.map(({ change, widens, of }) => `${change} ${widens} ${of.life}`))).toEqual(
      new Set(["granted true created"]),
    );
    expect(told(changes)).toContain(
      "+ Role `prod-ticket-urgency-function` can now invoke the SageMaker endpoint `prod-ticket-urgency`.",
    );
    expect(changes.filter((one) => one.public)).toEqual([]);
  });

  it("of a destroyed environment takes the same away, and widens nothing", () => {
    // Prepare
    const rights = (changes: readonly AccessChange[]) =>
      changes.map(({ principals, actions, resources }) => [principals, actions, resources].join(" ")).sort();

    // Act
    const changes = changesIn("destroyed");

    // Assess
    expect(new Set(changes.map(({ change, widens, of }) => `${change} ${widens} ${of.life}`))).toEqual(
      new Set(["withdrawn false destroyed"]),
    );
    expect(rights(changes)).toEqual(rights(changesIn("new-environment")));
  });

  it("of a renamed role grants to the one and withdraws from the other", () => {
    // Act
    const changes = changesIn("renamed");

    // Assess
    const rights = (change: string) =>
      changes.filter((one) => one.change === change).map(({ actions }) => actions.join());
    expect(rights("granted").sort()).toEqual(rights("withdrawn").sort());
    expect(changes).toHaveLength(rights("granted").length * 2);
  });
});
