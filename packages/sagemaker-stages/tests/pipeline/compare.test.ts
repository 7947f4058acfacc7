import { describe, expect, it } from "@jest/globals";
import { compare } from "../../src/pipeline/compare";
import { PipelineError } from "../../src/pipeline/errors";
import type { StateVersion } from "../../src/pipeline/plan-record";

const resource = (address: string, after: unknown) => ({
  address,
  mode: "managed",
  change: { actions: ["update"], after },
});

const REVIEWED = {
  format_version: "1.2",
  timestamp: "2026-11-20T10:00:00Z",
  prior_state: { values: { outputs: {} } },
  configuration: { root_module: { resources: [{ address: "aws_iam_role.a" }] } },
  resource_changes: [resource("aws_iam_role.a", { name: "a" }), resource("aws_iam_role.b", { name: "b" })],
  output_changes: { url: { actions: ["no-op"] } },
};

const STATE = { lineage: "6f3d", serial: 7 };

describe("a new plan", () => {
  it("passes when only times, the order of changes and values that were read differ", () => {
    // Prepare
    const again = {
      ...REVIEWED,
      timestamp: "2026-11-21T10:00:00Z",
      prior_state: { values: { outputs: { of: "another run" } } },
      resource_changes: REVIEWED.resource_changes.toReversed(),
    };

    // Act
    const act = () => compare("prod", { plan: REVIEWED, state: STATE }, { plan: again, state: { ...STATE } });

    // Assess
    expect(act).not.toThrow();
  });

  it.each<[what: string, again: object, fault: string]>([
    [
      "another value",
      {
        ...REVIEWED,
        resource_changes: [resource("aws_iam_role.a", { name: "private" }), REVIEWED.resource_changes[1]],
      },
      "aws_iam_role.a",
    ],
    [
      "one resource less",
      { ...REVIEWED, resource_changes: [REVIEWED.resource_changes[0]] },
      "aws_iam_role.b",
    ],
    [
      "one resource more",
      { ...REVIEWED, resource_changes: [...REVIEWED.resource_changes, resource("aws_iam_user.c", {})] },
      "aws_iam_user.c",
    ],
    ["a provisioner", { ...REVIEWED, configuration: { provisioners: [] } }, "the configuration"],
    ["another output", { ...REVIEWED, output_changes: {} }, "the outputs"],
  ])("the plan is refused when it has %s, and the message contains no value", (_, again, fault) => {
    // Act
    const act = () => compare("prod", { plan: REVIEWED, state: STATE }, { plan: again, state: STATE });

    // Assess
    expect(act).toThrow(PipelineError);
    expect(act).toThrow(
      new RegExp(`^prod: the new plan differs from the reviewed plan: ${fault}\\.\nPlan again: `),
    );
  });

  it.each<[what: string, before: StateVersion | null, now: StateVersion | null, fault: string]>([
    ["has a new serial", STATE, { ...STATE, serial: 8 }, "from serial 7 of 6f3d to serial 8 of 6f3d"],
    ["is another state", STATE, { lineage: "9a1b", serial: 7 }, "from serial 7 of 6f3d to serial 7 of 9a1b"],
    ["was removed", STATE, null, "from serial 7 of 6f3d to none"],
    ["was created", null, STATE, "from none to serial 7 of 6f3d"],
  ])("the plan is refused when the plans are equal but the state %s", (_, before, now, fault) => {
    // Act
    const act = () => compare("prod", { plan: REVIEWED, state: before }, { plan: REVIEWED, state: now });

    // Assess
    expect(act).toThrow(PipelineError);
    expect(act).toThrow(`reviewed plan: the state, which has changed ${fault}.\nPlan again: `);
  });

  it("passes when neither plan had a state", () => {
    // Act
    const act = () => compare("prod", { plan: REVIEWED, state: null }, { plan: REVIEWED, state: null });

    // Assess
    expect(act).not.toThrow();
  });
});
