import { describe, expect, it } from "@jest/globals";
import { accessChanges } from "../../../src/review/access/access";
import type { AccessChange } from "../../../src/review/access/access-change";
import { type RecordedPlan, recordedPlan } from "../support/recorded-plans";
import { sentences } from "./support/plans";

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
  ])("%s: reports exactly the differences", (name, words) => {
    // Act
    const changes = changesIn(name);

    // Assess
    expect(sentences(changes)).toEqual(words);
  });

  it("of a new environment grants permissions only to created resources, and is determined", () => {
    // Act
    const changes = changesIn("new-environment");

    // Assess
    expect(
      new Set(changes.map(({ change, widens, subject }) => `${change} ${widens} ${subject.lifecycle}`)),
    ).toEqual(new Set(["granted true created"]));
    expect(sentences(changes)).toContain(
      "+ Role `prod-ticket-urgency-function` can now invoke the SageMaker endpoint `prod-ticket-urgency`.",
    );
    expect(changes.filter((one) => one.public)).toEqual([]);
  });

  it("of a destroyed environment revokes the same permissions, and widens no access", () => {
    // Prepare
    const rights = (changes: readonly AccessChange[]) =>
      changes.map(({ principals, actions, resources }) => [principals, actions, resources].join(" ")).sort();

    // Act
    const changes = changesIn("destroyed");

    // Assess
    expect(
      new Set(changes.map(({ change, widens, subject }) => `${change} ${widens} ${subject.lifecycle}`)),
    ).toEqual(new Set(["revoked false destroyed"]));
    expect(rights(changes)).toEqual(rights(changesIn("new-environment")));
  });

  it("of a renamed role grants permissions to the new role and revokes them from the old role", () => {
    // Act
    const changes = changesIn("renamed");

    // Assess
    const rights = (change: string) =>
      changes.filter((one) => one.change === change).map(({ actions }) => actions.join());
    expect(rights("granted").sort()).toEqual(rights("revoked").sort());
    expect(changes).toHaveLength(rights("granted").length * 2);
  });
});
