import { describe, expect, it } from "@jest/globals";
import { changesOf } from "../../review/changes";
import { differencesOf } from "../../review/differences";
import { planOf, type ResourceJson } from "./support/plan-json";

const kept = { actions: ["no-op"], before: {}, after: {} };
const same: ResourceJson = { address: "aws_iam_role.same", ...kept };

/** The differences of environments with these resources. */
function differences(environments: Readonly<Record<string, readonly ResourceJson[]>>) {
  const plans = Object.entries(environments).map(([environment, resources]) =>
    planOf({ environment, resources }),
  );
  return differencesOf(plans.map((plan) => ({ plan, changes: changesOf(plan) })));
}

function sized(from: number, to: number): ResourceJson {
  return {
    address: "aws_lambda_function.a",
    actions: from === to ? ["no-op"] : ["update"],
    before: { memory_size: from },
    after: { memory_size: to },
  };
}

describe("environments differ", () => {
  it("where one changes and another does not", () => {
    // Act
    const found = differences({ dev: [sized(1, 2)], staging: [sized(1, 2)], prod: [sized(1, 1)] });

    // Assess
    expect(found).toEqual([
      {
        path: "aws_lambda_function.a",
        by: { dev: "update: memory_size", staging: "update: memory_size", prod: "unchanged" },
      },
    ]);
  });

  it("where another attribute changes", () => {
    // Prepare
    const other = { ...sized(1, 2), before: { timeout: 1 }, after: { timeout: 2 } };

    // Act
    const found = differences({ dev: [sized(1, 2)], prod: [other] });

    // Assess
    expect(found.map(({ by }) => by)).toEqual([{ dev: "update: memory_size", prod: "update: timeout" }]);
  });

  it("and it is told which does not have it at all", () => {
    // Act
    const found = differences({ dev: [same], staging: [same, sized(1, 2)], prod: [same, sized(1, 1)] });

    // Assess
    expect(found.map(({ by }) => by)).toEqual([
      { dev: "not there", staging: "update: memory_size", prod: "unchanged" },
    ]);
  });
});

describe("environments do not differ", () => {
  it.each<[string, Readonly<Record<string, readonly ResourceJson[]>>]>([
    ["in values", { dev: [sized(1, 2)], prod: [sized(3, 4)] }],
    ["in what only one of them has", { dev: [same, sized(1, 2)], prod: [same] }],
    [
      "from one that is new",
      { dev: [sized(1, 1)], prod: [{ address: "aws_lambda_function.a", actions: ["create"], after: {} }] },
    ],
    [
      "from one that goes",
      { dev: [sized(1, 1)], prod: [{ address: "aws_lambda_function.a", actions: ["delete"], before: {} }] },
    ],
    [
      "in what follows an artifact's content",
      {
        dev: [{ address: "aws_s3_object.a-0123456789abcdef_0A1B2C3D", ...kept }],
        prod: [{ address: "aws_s3_object.a-fedcba9876543210_3D2C1B0A", ...kept }],
      },
    ],
    ["where there is one alone", { dev: [sized(1, 2)] }],
  ])("%s", (_, environments) => {
    // Act and assess
    expect(differences(environments)).toEqual([]);
  });
});
