import { describe, expect, it } from "@jest/globals";
import { MASK } from "../../../src/review/masking";
import { ACCOUNT, allow, changesOf, type Given, policy, role, rolePolicy, told } from "./support/plans";

const read = (key: string) => allow("s3:GetObject", `arn:aws:s3:::models/${key}`);
const CALLERS = `arn:aws:iam::${ACCOUNT}:policy/callers`;
const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/** A policy of the role under a name of its own. */
function inline(name: string, before: string | undefined, after: string | undefined): Given {
  const of = (document: string | undefined) =>
    document === undefined ? undefined : { name, role: "scoring", policy: document };
  return { address: `aws_iam_role_policy.${name}`, before: of(before), after: of(after) };
}

function managed(before: string, after: string): Given {
  const of = (document: string) => ({ arn: CALLERS, name: "callers", policy: document });
  return { address: "aws_iam_policy.callers", before: of(before), after: of(after) };
}

function attached(to: string, arn: string, side: "before" | "after" | "both"): Given {
  const values = { role: to, policy_arn: arn };
  return {
    address: `aws_iam_role_policy_attachment.${to}`,
    ...(side === "after" ? {} : { before: values }),
    ...(side === "before" ? {} : { after: values }),
  };
}

describe("the policies of one role", () => {
  it("are one: a policy with another name tells the difference alone", () => {
    // Act
    const changes = changesOf(
      inline("endpoint-1", policy(read("1"), allow("ecr:BatchGetImage", "*")), undefined),
      inline("endpoint-2", undefined, policy(allow("ecr:BatchGetImage", "*"), read("2"))),
      inline("logs", policy(allow("logs:PutLogEvents", "*")), policy(allow("logs:PutLogEvents", "*"))),
    );

    // Assess
    expect(
      changes.map(({ change, widens, actions, resources, where }) => ({
        change,
        widens,
        actions,
        resources,
        where,
      })),
    ).toEqual([
      {
        change: "granted",
        widens: true,
        actions: ["s3:GetObject"],
        resources: ["arn:aws:s3:::models/2"],
        where: [{ address: "aws_iam_role_policy.endpoint-2", path: "aws_iam_role_policy.endpoint-2" }],
      },
      {
        change: "withdrawn",
        widens: false,
        actions: ["s3:GetObject"],
        resources: ["arn:aws:s3:::models/1"],
        where: [{ address: "aws_iam_role_policy.endpoint-1", path: "aws_iam_role_policy.endpoint-1" }],
      },
    ]);
  });

  it("are not those of another one", () => {
    // Prepare
    const other = { ...inline("other", undefined, undefined) };

    // Act
    const changes = changesOf(rolePolicy(policy(read("1")), undefined), {
      ...other,
      after: { name: "other", role: "other", policy: policy(read("1")) },
    });

    // Assess
    expect(told(changes)).toEqual([
      "+ Role `other` can now read the object `s3://models/1`.",
      "  Role `scoring` can no longer read the object `s3://models/1`.",
    ]);
  });

  it("are told once where actions and resources are many", () => {
    // Act
    const changes = changesOf(
      rolePolicy(
        undefined,
        policy(allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::a/x", "arn:aws:s3:::b/x"])),
      ),
    );

    // Assess
    expect(told(changes)).toEqual([
      "+ Role `scoring` can now read and write the object `s3://a/x` and the object `s3://b/x`.",
    ]);
  });

  it("are not what Terraform's provider mirrors of them in the role as it was at the last refresh", () => {
    // Prepare
    const mirror = { inline_policy: [{ name: "endpoint-1", policy: policy(read("1")) }] };
    const kept = role("scoring", mirror);

    // Act
    const mirrored = changesOf(
      { ...kept, sets: { assume_role_policy: [] } },
      rolePolicy(policy(read("1")), undefined),
    );
    const configured = changesOf(
      { ...kept, sets: { inline_policy: [] } },
      rolePolicy(policy(read("1")), undefined),
    );

    // Assess
    expect(told(mirrored)).toEqual(["  Role `scoring` can no longer read the object `s3://models/1`."]);
    expect(configured).toEqual([]);
  });

  it("are those of a dynamic block, too, which Terraform leaves out of the configuration", () => {
    // Prepare
    const of = (document: string) => ({
      name: "scoring",
      assume_role_policy: policy(),
      inline_policy: [{ name: "endpoint", policy: document }],
    });
    const sets = { assume_role_policy: [] };
    const before = of(policy(read("1")));

    // Act
    const changed = changesOf({
      address: "aws_iam_role.scoring",
      before,
      after: of(policy(allow("*", "*"))),
      sets,
    });
    const created = changesOf({ address: "aws_iam_role.scoring", after: before, sets });
    const unknown = changesOf({
      address: "aws_iam_role.scoring",
      before,
      after: { name: "scoring", assume_role_policy: policy() },
      unknown: { inline_policy: true },
      sets,
    });
    const computed = changesOf({
      address: "aws_iam_role.scoring",
      after: { name: "scoring", assume_role_policy: policy() },
      unknown: { inline_policy: true },
      sets,
    });

    // Assess
    expect(told(changed)[0]).toContain("Role `scoring` can now do everything on every resource");
    expect(told(created)).toEqual(["+ Role `scoring` can now read the object `s3://models/1`."]);
    expect(unknown.map(({ widens, unjudged }) => [widens, unjudged])).toEqual([[true, "known after apply"]]);
    expect(computed).toEqual([]);
  });

  it("go with the role, which widens nothing, not even where they denied", () => {
    // Prepare
    const { before } = role("scoring");

    // Act
    const changes = changesOf(
      { address: "aws_iam_role.scoring", before },
      rolePolicy(policy(read("1"), { ...read("2"), Effect: "Deny" }), undefined),
    );

    // Assess
    expect(changes.map(({ change, widens, of }) => [change, widens, of.life])).toEqual([
      ["withdrawn", false, "destroyed"],
      ["no longer refused", false, "destroyed"],
    ]);
  });
});

describe("a managed policy", () => {
  it("gives its rights to a further role that it is attached to, and nobody else anything", () => {
    // Prepare
    const content = policy(read("1"));

    // Act
    const changes = changesOf(
      managed(content, content),
      attached("a", CALLERS, "both"),
      attached("b", CALLERS, "after"),
    );

    // Assess
    expect(told(changes)).toEqual(["+ Role `b` can now read the object `s3://models/1`."]);
    expect(changes[0]?.where.map(({ address }) => address)).toEqual([
      "aws_iam_policy.callers",
      "aws_iam_role_policy_attachment.b",
    ]);
  });

  it("that is new and attached in the same plan is found by what the configuration refers to", () => {
    // Act
    const changes = changesOf(
      {
        address: "aws_iam_policy.callers",
        after: { name: "callers", policy: policy(read("1")) },
        unknown: { arn: true },
        sets: { name: [], policy: [] },
      },
      {
        address: "aws_iam_role_policy_attachment.a",
        after: { role: "a" },
        unknown: { policy_arn: true },
        sets: { role: [], policy_arn: ["aws_iam_policy.callers.arn", "aws_iam_policy.callers"] },
      },
    );

    // Assess
    expect(told(changes)).toEqual(["+ Role `a` can now read the object `s3://models/1`."]);
  });

  it("is told of whoever has it where the plan attaches it to nobody", () => {
    // Act
    const changes = changesOf(managed(policy(read("1")), policy(read("1"), read("2"))));

    // Assess
    expect(told(changes)).toEqual([
      "+ Whoever has the managed policy `callers` can now read the object `s3://models/2`.",
    ]);
  });

  it("whose content is not in the plan is told by its ARN", () => {
    // Act
    const changes = changesOf(
      attached("a", READ_ONLY, "before"),
      attached("b", "arn:aws:iam::aws:policy/AdministratorAccess", "after"),
    );

    // Assess
    expect(changes.map(({ widens, marks, actions }) => [widens, marks, actions])).toEqual([
      [
        true,
        ["every action", "permissions management"],
        ["what the managed policy allows: arn:aws:iam::aws:policy/AdministratorAccess"],
      ],
      [false, [], [`what the managed policy allows: ${READ_ONLY}`]],
    ]);
  });

  it("is attached by the list of all that somebody has, too", () => {
    // Prepare
    const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    const values = (...policy_arns: readonly string[]) => ({ role_name: "a", policy_arns });

    // Act
    const changes = changesOf({
      address: "aws_iam_role_policy_attachments_exclusive.a",
      before: values(READ_ONLY),
      after: values(READ_ONLY, admin),
    });

    // Assess
    expect(changes).toMatchObject([
      { principals: ["role a"], widens: true, marks: ["every action", "permissions management"] },
    ]);
  });

  it("that nobody knows before the apply is nobody's to judge", () => {
    // Act
    const changes = changesOf({
      address: "aws_iam_role_policy_attachment.a",
      after: { role: "a" },
      unknown: { policy_arn: true },
    });

    // Assess
    expect(
      changes.map(({ change, widens, unjudged, principals }) => [change, widens, unjudged, ...principals]),
    ).toEqual([["unjudged", true, "known after apply", "role a"]]);
  });
});

describe("a permissions boundary", () => {
  const boundary = (before: object, after: object): Given => ({
    address: "aws_iam_role.scoring",
    before: { name: "scoring", assume_role_policy: policy(), ...before },
    after: { name: "scoring", assume_role_policy: policy(), ...after },
  });
  const [one, other] = [{ permissions_boundary: CALLERS }, { permissions_boundary: READ_ONLY }];
  const GONE = `+ Role \`scoring\` is no longer kept within the permissions boundary \`${CALLERS}\`.`;

  it.each<[string, object, object, string[]]>([
    ["goes", one, {}, [GONE]],
    ["comes", {}, one, [`  Role \`scoring\` is now kept within the permissions boundary \`${CALLERS}\`.`]],
    [
      "is another one",
      one,
      other,
      [GONE, `  Role \`scoring\` is now kept within the permissions boundary \`${READ_ONLY}\`.`],
    ],
  ])("%s", (_, before, after, words) => {
    // Act
    const changes = changesOf(boundary(before, after));

    // Assess
    expect(told(changes)).toEqual(words);
  });
});

describe("a policy that nobody can judge", () => {
  const known = { name: "scoring", role: "scoring", policy: policy(read("1")) };
  const SECRET = policy(allow("s3:GetObject", "arn:aws:s3:::hidden-from-all"));

  it("widens where it is known after the apply, and says nothing of what goes", () => {
    // Act
    const changes = changesOf({
      address: "aws_iam_role_policy.scoring",
      before: known,
      after: { name: "scoring", role: "scoring" },
      unknown: { policy: true },
    });

    // Assess
    expect(told(changes)).toEqual([
      "+ What the role `scoring` may do is known after the apply alone (`aws_iam_role_policy.scoring`): nobody can judge it here.",
    ]);
  });

  it("makes it uncertain what else goes", () => {
    // Act
    const changes = changesOf(inline("old", policy(read("1")), undefined), {
      address: "aws_iam_role_policy.new",
      after: { role: "scoring" },
      unknown: { policy: true },
    });

    // Assess
    expect(told(changes)[1]).toBe(
      "  Role `scoring` can no longer read the object `s3://models/1`, unless a policy that nobody can judge says so again.",
    );
  });

  it.each<[string, string, string, number]>([
    ["the same", SECRET, SECRET, 0],
    ["another one", policy(read("1")), SECRET, 1],
  ])("is masked: %s", (_, before, after, count) => {
    // Prepare
    const masked = { before: { policy: true }, after: { policy: true } };

    // Act
    const changes = changesOf({ ...rolePolicy(before, after), sensitive: masked });

    // Assess
    expect(changes.map(({ widens, unjudged }) => [widens, unjudged])).toEqual(
      Array(count).fill([true, "masked"]),
    );
    expect(JSON.stringify(changes)).not.toContain("hidden-from-all");
  });

  it.each<[string, string]>([
    ["is no JSON", '{"Statement": ['],
    ["has a member that IAM does not know", policy({ ...read("2"), Colour: "red" })],
    ["has no effect", policy({ Action: "*", Resource: "*" })],
  ])("is not understood: it %s", (_, after) => {
    // Act
    const changes = changesOf(rolePolicy(policy(read("1")), after));

    // Assess
    expect(changes.map(({ widens, unjudged }) => [widens, unjudged])).toEqual([[true, "not understood"]]);
  });

  it("is no change where it was the same before", () => {
    // Act
    const changes = changesOf(rolePolicy("{", "{"));

    // Assess
    expect(changes).toEqual([]);
  });
});

describe("values of conditions", () => {
  it.each<[string, string]>([
    ["aws:Referer", "StringEquals"],
    ["sts:ExternalId", "StringEquals"],
    ["aws:ResourceTag/ApiToken", "StringLike"],
    ["custom:anything", "StringEquals"],
  ])("of %s are masked, and are another all the same", (key, operator) => {
    // Prepare
    const of = (value: string) => policy(allow("s3:GetObject", "*", { [operator]: { [key]: value } }));

    // Act
    const [change, ...others] = changesOf(rolePolicy(of("token-4711"), of("token-4712")));

    // Assess
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      change: "changed",
      widens: true,
      condition: `${key} ${operator} ${MASK} → ${key} ${operator} ${MASK} (another value)`,
    });
    expect(JSON.stringify(change)).not.toContain("token-47");
  });

  it.each([
    "aws:SourceArn",
    "AWS:sourceaccount",
    "aws:ResourceTag/Environment",
    "iam:PassedToService",
    "sagemaker:TargetModel",
  ])("of %s are shown", (key) => {
    // Act
    const changes = changesOf(
      rolePolicy(undefined, policy(allow("s3:GetObject", "*", { StringEquals: { [key]: "shown-value" } }))),
    );

    // Assess
    expect(changes.map(({ condition }) => condition)).toEqual([`${key} StringEquals shown-value`]);
  });
});
