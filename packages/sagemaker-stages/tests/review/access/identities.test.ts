import { describe, expect, it } from "@jest/globals";
import { MASK } from "../../../src/review/masking/masking";
import { ACCOUNT, allow, changesOf, type Given, policy, role, rolePolicy, sentences } from "./support/plans";

const read = (key: string) => allow("s3:GetObject", `arn:aws:s3:::models/${key}`);
const CALLERS = `arn:aws:iam::${ACCOUNT}:policy/callers`;
const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/** An inline policy of the role. */
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

describe("the inline policies of a role", () => {
  it("are compared together: a renamed policy reports only the difference", () => {
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
        change: "revoked",
        widens: false,
        actions: ["s3:GetObject"],
        resources: ["arn:aws:s3:::models/1"],
        where: [{ address: "aws_iam_role_policy.endpoint-1", path: "aws_iam_role_policy.endpoint-1" }],
      },
    ]);
  });

  it("are compared separately from the policies of another role", () => {
    // Prepare
    const other = { ...inline("other", undefined, undefined) };

    // Act
    const changes = changesOf(rolePolicy(policy(read("1")), undefined), {
      ...other,
      after: { name: "other", role: "other", policy: policy(read("1")) },
    });

    // Assess
    expect(sentences(changes)).toEqual([
      "+ Role `other` can now read the object `s3://models/1`.",
      "  Role `scoring` can no longer read the object `s3://models/1`.",
    ]);
  });

  it("are one sentence for several actions and resources", () => {
    // Act
    const changes = changesOf(
      rolePolicy(
        undefined,
        policy(allow(["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::a/x", "arn:aws:s3:::b/x"])),
      ),
    );

    // Assess
    expect(sentences(changes)).toEqual([
      "+ Role `scoring` can now read and write the object `s3://a/x` and the object `s3://b/x`.",
    ]);
  });

  it("exclude the copies that Terraform's provider mirrors in the role", () => {
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
    expect(sentences(mirrored)).toEqual(["  Role `scoring` can no longer read the object `s3://models/1`."]);
    expect(configured).toEqual([]);
  });

  it("include the policies of a dynamic block, which the configuration in the plan omits", () => {
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
    expect(sentences(changed)[0]).toContain("Role `scoring` can now call every action on every resource");
    expect(sentences(created)).toEqual(["+ Role `scoring` can now read the object `s3://models/1`."]);
    expect(unknown.map(({ widens, undetermined }) => [widens, undetermined])).toEqual([
      [true, "known after apply"],
    ]);
    expect(computed).toEqual([]);
  });

  it("widen no access when the plan destroys the role, even if they denied access", () => {
    // Prepare
    const { before } = role("scoring");

    // Act
    const changes = changesOf(
      { address: "aws_iam_role.scoring", before },
      rolePolicy(policy(read("1"), { ...read("2"), Effect: "Deny" }), undefined),
    );

    // Assess
    expect(changes.map(({ change, widens, subject }) => [change, widens, subject.lifecycle])).toEqual([
      ["revoked", false, "destroyed"],
      ["no longer denied", false, "destroyed"],
    ]);
  });
});

describe("a managed policy", () => {
  it("grants its permissions only to the role to which the plan attaches it", () => {
    // Prepare
    const content = policy(read("1"));

    // Act
    const changes = changesOf(
      managed(content, content),
      attached("a", CALLERS, "both"),
      attached("b", CALLERS, "after"),
    );

    // Assess
    expect(sentences(changes)).toEqual(["+ Role `b` can now read the object `s3://models/1`."]);
    expect(changes[0]?.where.map(({ address }) => address)).toEqual([
      "aws_iam_policy.callers",
      "aws_iam_role_policy_attachment.b",
    ]);
  });

  it("is found by the references of the configuration when the plan creates and attaches it", () => {
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
    expect(sentences(changes)).toEqual(["+ Role `a` can now read the object `s3://models/1`."]);
  });

  it("is reported for all principals with the policy when the plan attaches it to no principal", () => {
    // Act
    const changes = changesOf(managed(policy(read("1")), policy(read("1"), read("2"))));

    // Assess
    expect(sentences(changes)).toEqual([
      "+ Principals with the managed policy `callers` can now read the object `s3://models/2`.",
    ]);
  });

  it("is reported by its ARN when the plan does not contain its document", () => {
    // Act
    const changes = changesOf(
      attached("a", READ_ONLY, "before"),
      attached("b", "arn:aws:iam::aws:policy/AdministratorAccess", "after"),
    );

    // Assess
    expect(changes.map(({ widens, riskFlags, actions }) => [widens, riskFlags, actions])).toEqual([
      [
        true,
        ["every action", "permissions management"],
        ["permissions of the managed policy arn:aws:iam::aws:policy/AdministratorAccess"],
      ],
      [false, [], [`permissions of the managed policy ${READ_ONLY}`]],
    ]);
  });

  it("is attached by an exclusive list of attachments", () => {
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
      { principals: ["role a"], widens: true, riskFlags: ["every action", "permissions management"] },
    ]);
  });

  it("is undetermined when its ARN is known after apply", () => {
    // Act
    const changes = changesOf({
      address: "aws_iam_role_policy_attachment.a",
      after: { role: "a" },
      unknown: { policy_arn: true },
    });

    // Assess
    expect(
      changes.map(({ change, widens, undetermined, principals }) => [
        change,
        widens,
        undetermined,
        ...principals,
      ]),
    ).toEqual([["undetermined", true, "known after apply", "role a"]]);
  });
});

describe("a permissions boundary", () => {
  const boundary = (before: object, after: object): Given => ({
    address: "aws_iam_role.scoring",
    before: { name: "scoring", assume_role_policy: policy(), ...before },
    after: { name: "scoring", assume_role_policy: policy(), ...after },
  });
  const [one, other] = [{ permissions_boundary: CALLERS }, { permissions_boundary: READ_ONLY }];
  const GONE = `+ Role \`scoring\` is no longer limited by the permissions boundary \`${CALLERS}\`.`;

  it.each<[string, object, object, string[]]>([
    ["is removed", one, {}, [GONE]],
    ["is added", {}, one, [`  Role \`scoring\` is now limited by the permissions boundary \`${CALLERS}\`.`]],
    [
      "is replaced",
      one,
      other,
      [GONE, `  Role \`scoring\` is now limited by the permissions boundary \`${READ_ONLY}\`.`],
    ],
  ])("%s", (_, before, after, words) => {
    // Act
    const changes = changesOf(boundary(before, after));

    // Assess
    expect(sentences(changes)).toEqual(words);
  });
});

describe("an undetermined policy", () => {
  const known = { name: "scoring", role: "scoring", policy: policy(read("1")) };
  const SECRET = policy(allow("s3:GetObject", "arn:aws:s3:::hidden-from-all"));

  it("widens access when it is known after apply, and hides what the plan revokes", () => {
    // Act
    const changes = changesOf({
      address: "aws_iam_role_policy.scoring",
      before: known,
      after: { name: "scoring", role: "scoring" },
      unknown: { policy: true },
    });

    // Assess
    expect(sentences(changes)).toEqual([
      "+ The permissions of the role `scoring` are undetermined: the policy in `aws_iam_role_policy.scoring` is known only after apply.",
    ]);
  });

  it("makes revoked permissions of other policies uncertain", () => {
    // Act
    const changes = changesOf(inline("old", policy(read("1")), undefined), {
      address: "aws_iam_role_policy.new",
      after: { role: "scoring" },
      unknown: { policy: true },
    });

    // Assess
    expect(sentences(changes)[1]).toBe(
      "  Role `scoring` can no longer read the object `s3://models/1`, unless an undetermined policy still allows it.",
    );
  });

  it.each<[string, string, string, number]>([
    ["an unchanged policy", SECRET, SECRET, 0],
    ["a changed policy", policy(read("1")), SECRET, 1],
  ])("is masked: %s", (_, before, after, count) => {
    // Prepare
    const masked = { before: { policy: true }, after: { policy: true } };

    // Act
    const changes = changesOf({ ...rolePolicy(before, after), sensitive: masked });

    // Assess
    expect(changes.map(({ widens, undetermined }) => [widens, undetermined])).toEqual(
      Array(count).fill([true, "masked"]),
    );
    expect(JSON.stringify(changes)).not.toContain("hidden-from-all");
  });

  it.each<[string, string]>([
    ["is not JSON", '{"Statement": ['],
    ["has an unknown member", policy({ ...read("2"), Colour: "red" })],
    ["has no effect", policy({ Action: "*", Resource: "*" })],
  ])("is unsupported if it %s", (_, after) => {
    // Act
    const changes = changesOf(rolePolicy(policy(read("1")), after));

    // Assess
    expect(changes.map(({ widens, undetermined }) => [widens, undetermined])).toEqual([
      [true, "unsupported"],
    ]);
  });

  it("is no change if the policy was the same before", () => {
    // Act
    const changes = changesOf(rolePolicy("{", "{"));

    // Assess
    expect(changes).toEqual([]);
  });
});

describe("the values of condition keys", () => {
  it.each<[string, string]>([
    ["aws:Referer", "StringEquals"],
    ["sts:ExternalId", "StringEquals"],
    ["aws:ResourceTag/ApiToken", "StringLike"],
    ["custom:anything", "StringEquals"],
  ])("are masked for %s, and a change is still visible", (key, operator) => {
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
  ])("are shown for %s", (key) => {
    // Act
    const changes = changesOf(
      rolePolicy(undefined, policy(allow("s3:GetObject", "*", { StringEquals: { [key]: "shown-value" } }))),
    );

    // Assess
    expect(changes.map(({ condition }) => condition)).toEqual([`${key} StringEquals shown-value`]);
  });
});
