import { describe, expect, it } from "@jest/globals";
import { compare } from "../../src/pipeline/compare";
import { Refused } from "../../src/pipeline/errors";
import type { StateVersion } from "../../src/pipeline/planned";

const resource = (address: string, after: unknown) => ({
  address,
  mode: "managed",
  change: { actions: ["update"], after },
});

const KEPT = {
  format_version: "1.2",
  timestamp: "2026-11-20T10:00:00Z",
  prior_state: { values: { outputs: {} } },
  configuration: { root_module: { resources: [{ address: "aws_iam_role.a" }] } },
  resource_changes: [resource("aws_iam_role.a", { name: "a" }), resource("aws_iam_role.b", { name: "b" })],
  output_changes: { url: { actions: ["no-op"] } },
};

const STATE = { lineage: "6f3d", serial: 7 };

describe("a plan that is made again", () => {
  it("does the same, whenever it is made, in whatever order it is told, and whoever made it", () => {
    // Prepare
    const again = {
      ...KEPT,
      timestamp: "2026-11-21T10:00:00Z",
      prior_state: { values: { outputs: { of: "somebody else" } } },
      resource_changes: KEPT.resource_changes.toReversed(),
    };

    // Act
    const act = () => compare("prod", { plan: KEPT, state: STATE }, { plan: again, state: { ...STATE } });

    // Assess
    expect(act).not.toThrow();
  });

  it.each<[what: string, again: object, fault: string]>([
    [
      "another value",
      {
        ...KEPT,
        resource_changes: [resource("aws_iam_role.a", { name: "private" }), KEPT.resource_changes[1]],
      },
      "aws_iam_role.a",
    ],
    ["a resource less", { ...KEPT, resource_changes: [KEPT.resource_changes[0]] }, "aws_iam_role.b"],
    [
      "a resource more",
      { ...KEPT, resource_changes: [...KEPT.resource_changes, resource("aws_iam_user.c", {})] },
      "aws_iam_user.c",
    ],
    ["a provisioner", { ...KEPT, configuration: { provisioners: [] } }, "the configuration"],
    ["another output", { ...KEPT, output_changes: {} }, "the outputs"],
  ])("is refused where it has %s, without a value", (_, again, fault) => {
    // Act
    const act = () => compare("prod", { plan: KEPT, state: STATE }, { plan: again, state: STATE });

    // Assess
    expect(act).toThrow(Refused);
    expect(act).toThrow(
      new RegExp(
        `^prod: planned again, it is not the plan that was read any more: ${fault}\\.\nPlan again: `,
      ),
    );
  });

  it.each<[what: string, before: StateVersion | null, now: StateVersion | null, fault: string]>([
    ["moved on", STATE, { ...STATE, serial: 8 }, "from serial 7 of 6f3d to serial 8 of 6f3d"],
    ["is another", STATE, { lineage: "9a1b", serial: 7 }, "from serial 7 of 6f3d to serial 7 of 9a1b"],
    ["is gone", STATE, null, "from serial 7 of 6f3d to none"],
    ["has come", null, STATE, "from none to serial 7 of 6f3d"],
  ])("is refused where it does the same, but the state %s", (_, before, now, fault) => {
    // Act
    const act = () => compare("prod", { plan: KEPT, state: before }, { plan: KEPT, state: now });

    // Assess
    expect(act).toThrow(Refused);
    expect(act).toThrow(`any more: the state, which has moved on ${fault}.\nPlan again: `);
  });

  it("does the same where there was no state, and is none", () => {
    // Act
    const act = () => compare("prod", { plan: KEPT, state: null }, { plan: KEPT, state: null });

    // Assess
    expect(act).not.toThrow();
  });
});
