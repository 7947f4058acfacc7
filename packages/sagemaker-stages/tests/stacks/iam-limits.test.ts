import { describe, expect, it } from "@jest/globals";
import {
  findPolicyFaults,
  MAX_CHARACTERS,
  type NamedPolicy,
  sizeOf,
  splitPolicy,
} from "../../src/iam/iam-limits";
import { allow, policyDocument, type Statement } from "../../src/iam/policy-document";

const OWNER = { name: "dev", remedy: "Fewer callers." };
const IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

/** A statement with a number of resources, of 50 characters each. */
function statement(sid: string, resources: number, length = 50): Statement {
  return allow(
    sid,
    ["s3:GetObject"],
    Array.from({ length: resources }, (_, index) => `arn:aws:s3:::${sid}/${index}-`.padEnd(length, "x")),
    { StringEquals: { "aws:PrincipalAccount": "111122223333" } },
  );
}

function named(...statements: readonly Statement[]): NamedPolicy {
  return { name: "reading", policy: policyDocument(...statements) };
}

/** Each action on each resource, with its condition. */
function rightsOf(policies: readonly NamedPolicy[]): string[] {
  return policies
    .flatMap(({ policy }) => policy.Statement)
    .flatMap(({ Effect, Action, Resource = [], Condition }) =>
      Action.flatMap((action) =>
        Resource.map((resource) => `${Effect} ${action} ${resource} ${JSON.stringify(Condition)}`),
      ),
    );
}

describe("a policy", () => {
  it("is not split when IAM accepts it", () => {
    // Prepare
    const policy = named(statement("A", 50), statement("B", 50));

    // Act
    const policies = splitPolicy(policy);

    // Assess
    expect(policies).toEqual([policy]);
  });

  it.each<[what: string, policy: NamedPolicy]>([
    [
      "whose statements together are too long",
      named(statement("A", 80), statement("B", 80), statement("C", 80)),
    ],
    ["with one statement that is too long", named(statement("A", 400))],
    ["with long and short statements", named(statement("A", 3), statement("B", 500), statement("C", 2))],
    ["with resources of many lengths", named(statement("A", 60, 150), statement("B", 9, 600))],
  ])("%s is split into policies with the same permissions", (_, policy) => {
    // Act
    const policies = splitPolicy(policy);

    // Assess
    expect(policies.length).toBeGreaterThan(1);
    expect(policies.map(({ name }) => name)).toEqual(
      policies.map((_policy, index) => (index === 0 ? "reading" : `reading-${index + 1}`)),
    );
    expect(
      policies.filter(({ policy: { Statement } }) => sizeOf(policyDocument(...Statement)) > MAX_CHARACTERS),
    ).toEqual([]);
    expect(rightsOf(policies)).toEqual(rightsOf([policy]));
    const sids = policies.flatMap(({ policy: { Statement } }) => Statement.map(({ Sid }) => Sid));
    expect(new Set(sids).size).toBe(sids.length);
  });

  it("with a long condition is not split, because the policy is too long even with one resource", () => {
    // Prepare
    const values = Array.from({ length: 200 }, (_, index) => `value-${index}`.padEnd(50, "x"));
    const condition = { StringEquals: { "aws:PrincipalAccount": values } };
    const policy = named(allow("A", ["s3:GetObject"], ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"], condition));

    // Act
    const policies = splitPolicy(policy);

    // Assess
    expect(policies).toEqual([policy]);
    expect(findPolicyFaults("deployer", policies, OWNER)).toHaveLength(1);
  });

  it("is split into full policies: two of three policies have no room for another resource", () => {
    // Act
    const policies = splitPolicy(named(statement("A", 300)));

    // Assess
    const full = policies.slice(0, -1).map(({ policy }) => sizeOf(policy));
    expect(policies).toHaveLength(3);
    for (const size of full) expect(size).toBeGreaterThan(MAX_CHARACTERS - 60);
  });
});

describe("a fault of a policy", () => {
  it.each<[what: string, policy: NamedPolicy, got: string, allowed: string]>([
    [
      "a policy that is too long",
      named(statement("A", 200)),
      "a policy of 10775 characters",
      "6144 characters, without whitespace. Fewer callers.",
    ],
    [
      "a character",
      named(allow("A", ["s3:GetObject"], ["arn:aws:s3:::bucket/→"])),
      'the character "→" (U+2192)',
      "characters from U+0020 to U+00FF, except control characters",
    ],
    [
      "two statements with the same id",
      named(statement("A", 1), statement("A", 1)),
      "two statements A",
      "each statement id once",
    ],
    [
      "a statement without a resource",
      named(statement("A", 0)),
      "the statement A without an action or a resource",
      "statements with actions and resources",
    ],
    ["a policy without a statement", named(), "no statement", "statements with actions and resources"],
  ])("is reported for %s", (_, policy, got, allowed) => {
    // Act
    const faults = findPolicyFaults("deployer", [policy], OWNER);

    // Assess
    expect(faults).toEqual([
      { environment: "dev", field: "reading", got, allowed, because: expect.stringMatching(/^https:/) },
    ]);
  });

  it("is reported for the eleventh policy of a role", () => {
    // Prepare
    const policies = Array.from({ length: 11 }, (_, index) => ({
      ...named(statement("A", 1)),
      name: `p${index}`,
    }));

    // Act
    const [ten, eleven] = [10, 11].map((count) =>
      findPolicyFaults("deployer", policies.slice(0, count), OWNER),
    );

    // Assess
    expect(ten).toEqual([]);
    expect(eleven).toEqual([
      {
        environment: "dev",
        field: "deployer",
        got: "11 policies: p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10",
        allowed: "at most 10 managed policies of one role. Fewer callers.",
        because: IAM,
      },
    ]);
  });

  it("is not reported for whitespace", () => {
    // Prepare
    const spaced = allow("A", ["s3:GetObject"], [`arn:aws:s3:::bucket/${" ".repeat(7_000)}`]);

    // Act
    const faults = findPolicyFaults("deployer", [named(spaced)], OWNER);

    // Assess
    expect(faults).toEqual([]);
  });
});
