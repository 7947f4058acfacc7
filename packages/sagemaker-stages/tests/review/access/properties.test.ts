import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { AccessChange } from "../../../src/review/access/access-change";
import { evaluateRequest } from "../../../src/testing/least-privilege/evaluator";
import { readPolicy } from "../../../src/testing/least-privilege/policy";
import { type AccessRequest, only } from "../../../src/testing/least-privilege/request";
import { changesOf, policy, rolePolicy, type Statement } from "./support/plans";

const ACTIONS = ["s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "sqs:SendMessage"];
const RESOURCES = ["arn:aws:s3:::models/a", "arn:aws:s3:::models/ab", "arn:aws:s3:::other/a"];
const REGIONS = ["us-east-1", "us-east-2", "eu-central-1"];

const some = (texts: readonly string[]) =>
  fc.uniqueArray(fc.constantFrom(...texts), { minLength: 1, maxLength: 3 });

const condition = fc.oneof(
  fc.constant({}),
  fc.record({ StringEquals: fc.record({ "aws:RequestedRegion": some(REGIONS) }) }),
  fc.record({
    ArnLike: fc.record({ "aws:SourceArn": some([...RESOURCES, "arn:aws:s3:::models/*", "arn:aws:s3:::*"]) }),
  }),
  fc.record({
    StringEquals: fc.record({ "aws:RequestedRegion": some(REGIONS) }),
    Bool: fc.record({ "aws:SecureTransport": fc.constantFrom("true", "false") }),
  }),
);

const statement = fc.record({
  Sid: fc.constantFrom("A", "B"),
  Effect: fc.constantFrom("Allow", "Allow", "Allow", "Deny"),
  Action: some([...ACTIONS, "*", "s3:*", "s3:Get*", "s3:?etObject", "S3:getobject"]),
  Resource: some([...RESOURCES, "*", "arn:aws:s3:::models/*", "arn:aws:s3:::models/a?", "arn:aws:s3:::*"]),
  Condition: condition,
});
const statements = fc.array(statement, { maxLength: 5 });

/** The same statements, split and in another order, with other Sids. */
const rewritten = statements.chain((given) =>
  fc
    .tuple(
      fc.shuffledSubarray([...given.keys()], { minLength: given.length }),
      fc.array(fc.nat(2), { minLength: given.length, maxLength: given.length }),
    )
    .map(([order, ways]): [Statement[], Statement[]] => [
      given,
      order.flatMap((index) => {
        const one = given[index];
        return one === undefined ? [] : inOtherWords(one, ways[index] ?? 0);
      }),
    ]),
);

function inOtherWords(
  one: { readonly Action: readonly string[]; readonly Resource: readonly string[] },
  way: number,
): Statement[] {
  if (way === 0) return [{ ...one, Sid: "Other", Resource: [...one.Resource].reverse() }];
  if (way === 1) return one.Action.map((Action) => ({ ...one, Action: Action.toUpperCase() }));
  return one.Resource.flatMap((Resource) => [
    { ...one, Resource },
    { ...one, Resource: [Resource, Resource] },
  ]);
}

/** Requests for which every statement above changes a decision. */
const requests: readonly AccessRequest[] = ACTIONS.flatMap((action) =>
  [...RESOURCES, "arn:aws:s3:::models/a1"].flatMap((resource) =>
    REGIONS.flatMap((region) =>
      ["true", "false"].flatMap((secure) =>
        ["arn:aws:s3:::models/a", "arn:aws:s3:::other/a"].map((source) => ({
          subject: "role scoring",
          principal: { kind: "principal" as const, arn: "arn:aws:iam::111122223333:role/scoring" },
          action,
          resource: only(resource),
          context: {
            "aws:RequestedRegion": only(region),
            "aws:SecureTransport": only(secure),
            "aws:SourceArn": only(source),
          },
          reason: "",
          source: "",
        })),
      ),
    ),
  ),
);

function diff(before: readonly Statement[], after: readonly Statement[]): AccessChange[] {
  return changesOf(rolePolicy(policy(...before), policy(...after)));
}

const MIRRORED: Readonly<Record<AccessChange["change"], AccessChange["change"]>> = {
  granted: "revoked",
  revoked: "granted",
  denied: "no longer denied",
  "no longer denied": "denied",
  changed: "changed",
  undetermined: "undetermined",
};

/** A change in a form that is equal in both directions, permission by permission. */
function outline(changes: readonly AccessChange[], isMirrored: boolean): string[] {
  return changes
    .flatMap(({ change, effect, actions, resources, before, after }) => {
      const sides = isMirrored ? [after, before] : [before, after];
      const sorted = sides.map((side) => side?.map((one) => JSON.stringify(one)).sort());
      const kind = isMirrored ? MIRRORED[change] : change;
      return actions.flatMap((action) =>
        resources.map((resource) => JSON.stringify([kind, effect, action.toLowerCase(), resource, sorted])),
      );
    })
    .sort();
}

describe("the changes of a policy", () => {
  it("are empty for an equivalent policy", () => {
    fc.assert(
      fc.property(rewritten, ([before, after]) => {
        expect(diff(before, after)).toEqual([]);
      }),
    );
  });

  it("are symmetric: a permission granted in one direction is revoked in the other", () => {
    fc.assert(
      fc.property(statements, statements, (one, other) => {
        expect(outline(diff(one, other), false)).toEqual(outline(diff(other, one), true));
      }),
    );
  });

  it("do not depend on the order of the statements", () => {
    fc.assert(
      fc.property(statements, statements, (before, after) => {
        expect(diff([...before].reverse(), [...after].reverse())).toEqual(diff(before, after));
      }),
    );
  });

  it("do not depend on the order when a statement repeats a part of another statement", () => {
    // Prepare
    const on = (Action: string[], ...Resource: string[]): Statement => ({ Effect: "Deny", Action, Resource });
    const [a, b, c] = ["arn:aws:s3:::models/a", "arn:aws:s3:::other/a", "arn:aws:s3:::models/a?"] as const;
    const condition = { ArnLike: { "aws:SourceArn": [a] } };
    const before = [{ ...on(["*"], b, a), Condition: condition }, on(["*", "s3:GetObject"], b, a, c)];
    const after = [{ ...on(["s3:GetObject"], a), Condition: { Bool: { "aws:SecureTransport": "true" } } }];

    // Act and assess
    expect(diff([...before].reverse(), after)).toEqual(diff(before, after));
  });

  it("never hide a request that is allowed only after the change", () => {
    // Prepare
    const letThrough = (given: readonly Statement[]) => {
      const read = readPolicy(policy(...given), "identity", "the policy");
      return new Set(requests.filter((request) => evaluateRequest(read, request) === "allowed"));
    };

    fc.assert(
      fc.property(statements, statements, (before, after) => {
        // Act
        const widens = diff(before, after).some((change) => change.widens);

        // Assess
        const already = letThrough(before);
        const letIn = [...letThrough(after)].filter((request) => !already.has(request));
        expect(widens || letIn.length === 0).toBe(true);
      }),
    );
  });
});
