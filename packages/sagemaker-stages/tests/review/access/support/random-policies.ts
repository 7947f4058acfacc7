import { ACCOUNT, type Given, OTHER_ACCOUNT, policy } from "./plans";
import type { Caller, PolicyRequest, PolicyStatement } from "./second-evaluator";

/** The kinds of policies for which pairs are generated. */
export type PolicyKind = "identity" | "trust" | "bucket" | "key";

/** A source of random numbers that a seed determines (mulberry32, public domain). */
export class Random {
  constructor(private state: number) {}

  /** An integer from 0 to `count - 1`. */
  below(count: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * count);
  }

  one<T>(all: readonly T[]): T {
    const found = all[this.below(all.length)];
    if (found === undefined) throw new RangeError("nothing to choose from");
    return found;
  }

  some<T>(all: readonly T[], max = 2): T[] {
    return [...new Set(Array.from({ length: 1 + this.below(max) }, () => this.one(all)))];
  }

  happens(percent: number): boolean {
    return this.below(100) < percent;
  }
}

const EXTERNAL_ACCOUNT = "999988887777";
const ORGANIZATION = "o-ownorgan1";
const BUCKET = "arn:aws:s3:::models";
const KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/k`;

interface World {
  readonly actions: readonly string[];
  readonly patterns: readonly string[];
  readonly resources: readonly string[];
  readonly resourcePatterns: readonly string[];
}

const WORLDS: Readonly<Record<PolicyKind, World>> = {
  identity: {
    actions: ["s3:GetObject", "s3:PutObject", "sqs:SendMessage"],
    patterns: ["s3:GetObject", "s3:PutObject", "s3:*", "*", "s3:Get*", "sqs:SendMessage", "S3:getobject"],
    resources: [`${BUCKET}/a`, `${BUCKET}/b`, "arn:aws:s3:::other/a"],
    resourcePatterns: [`${BUCKET}/a`, `${BUCKET}/b`, `${BUCKET}/*`, "*", "arn:aws:s3:::*", `${BUCKET}/?`],
  },
  trust: {
    actions: ["sts:AssumeRole", "sts:TagSession"],
    patterns: ["sts:AssumeRole", "sts:*", "sts:TagSession", "sts:AssumeRole"],
    resources: ["role"],
    resourcePatterns: [],
  },
  bucket: {
    actions: ["s3:GetObject", "s3:PutObject"],
    patterns: ["s3:GetObject", "s3:PutObject", "s3:*", "*", "s3:Get*"],
    resources: [`${BUCKET}/a`, `${BUCKET}/b`],
    resourcePatterns: [`${BUCKET}/a`, `${BUCKET}/b`, `${BUCKET}/*`, "*"],
  },
  key: {
    actions: ["kms:Decrypt", "kms:Encrypt"],
    patterns: ["kms:Decrypt", "kms:Encrypt", "kms:*", "*", "kms:De*"],
    resources: [KEY],
    resourcePatterns: ["*", KEY],
  },
};

const PRINCIPALS: readonly NonNullable<PolicyStatement["Principal"]>[] = [
  "*",
  "*",
  { AWS: "*" },
  { AWS: ACCOUNT },
  { AWS: [`arn:aws:iam::${ACCOUNT}:role/own`] },
  { AWS: [OTHER_ACCOUNT, `arn:aws:iam::${ACCOUNT}:role/own`] },
  { Service: "lambda.amazonaws.com" },
];

type Maker = (random: Random) => PolicyStatement["Condition"];

const of =
  (operators: readonly string[], key: string, values: readonly string[]): Maker =>
  (random) => ({ [random.one(operators)]: { [key]: random.some(values) } });

const CONDITIONS: readonly Maker[] = [
  of(["StringEquals", "StringLike", "StringEqualsIfExists"], "aws:PrincipalAccount", [
    ACCOUNT,
    OTHER_ACCOUNT,
  ]),
  of(["StringEquals", "StringLike"], "aws:PrincipalOrgID", [ORGANIZATION, "o-*"]),
  of(["ArnLike", "ArnEquals", "StringLike", "StringEquals"], "aws:PrincipalArn", [
    `arn:aws:iam::${ACCOUNT}:role/own`,
    `arn:aws:iam::${ACCOUNT}:*`,
    "*",
  ]),
  of(["StringEquals", "StringLike", "StringEqualsIfExists"], "aws:PrincipalTag/team", ["ml", "m*", "*"]),
  of(["StringEquals", "StringLike"], "aws:Referer", [
    "https://www.example.com/",
    "https://*.example.com/*",
    "*",
  ]),
  of(["IpAddress"], "aws:SourceIp", ["203.0.113.0/24", "203.0.113.9/32", "0.0.0.0/0"]),
  of(["StringEquals"], "aws:SourceVpce", ["vpce-0a1b2c3d"]),
  of(["Bool"], "aws:SecureTransport", ["true"]),
  of(["Null"], "aws:PrincipalTag/team", ["true", "false"]),
];

/** Conditions of a Deny that excludes external callers. */
const NEGATIONS: readonly Maker[] = [
  of(["StringNotEquals", "StringNotLike", "StringNotEqualsIfExists"], "aws:PrincipalAccount", [
    ACCOUNT,
    OTHER_ACCOUNT,
  ]),
  of(["StringNotEquals", "StringNotLike"], "aws:PrincipalOrgID", [ORGANIZATION, "*"]),
  of(["ArnNotLike", "ArnNotEquals", "StringNotLike", "StringNotEquals"], "aws:PrincipalArn", [
    `arn:aws:iam::${ACCOUNT}:role/own`,
    `arn:aws:iam::${ACCOUNT}:*`,
    "*",
  ]),
  of(["StringNotEquals", "StringNotLike", "StringNotEqualsIfExists"], "aws:PrincipalTag/team", [
    "ml",
    "m*",
    "*",
  ]),
  of(["StringNotEquals", "StringNotLike"], "aws:Referer", [
    "https://www.example.com/",
    "https://*.example.com/*",
    "*",
  ]),
  of(["NotIpAddress"], "aws:SourceIp", ["203.0.113.0/24", "203.0.113.9/32", "0.0.0.0/0"]),
  of(["StringNotEquals"], "aws:SourceVpce", ["vpce-0a1b2c3d", "*"]),
  of(["Bool"], "aws:SecureTransport", ["false"]),
  of(["Null"], "aws:PrincipalTag/team", ["true"]),
];

const SERVICE: Caller = { kind: "Service", name: "lambda.amazonaws.com", context: {} };

function principal(
  account: string,
  organization: string,
  context: Readonly<Record<string, string>> = {},
): Caller {
  const name = `arn:aws:iam::${account}:role/${account === ACCOUNT ? "own" : "theirs"}`;
  return {
    kind: "AWS",
    name,
    context: {
      "aws:PrincipalAccount": account,
      "aws:PrincipalArn": name,
      "aws:PrincipalOrgID": organization,
      "aws:SourceIp": "198.51.100.7",
      ...context,
    },
  };
}

/** External callers without any claim. */
export const PLAIN_EXTERNAL_CALLERS: readonly Caller[] = [
  { kind: "anonymous", name: "", context: { "aws:SourceIp": "198.51.100.7" } },
  principal(EXTERNAL_ACCOUNT, "o-theirorgan"),
];

/** External callers that choose values to meet conditions: a header, a tag. */
export const CRAFTY_EXTERNAL_CALLERS: readonly Caller[] = [
  {
    kind: "anonymous",
    name: "",
    context: { "aws:SourceIp": "198.51.100.7", "aws:Referer": "https://www.example.com/" },
  },
  principal(EXTERNAL_ACCOUNT, "o-theirorgan", {
    "aws:PrincipalTag/team": "ml",
    "aws:Referer": "https://www.example.com/",
  }),
  principal(EXTERNAL_ACCOUNT, "o-theirorgan", {
    "aws:PrincipalTag/team": "other",
    "aws:Referer": "https://elsewhere.org/",
  }),
];

const INSIDERS: readonly Caller[] = [
  principal(ACCOUNT, ORGANIZATION),
  principal(ACCOUNT, ORGANIZATION, { "aws:PrincipalTag/team": "ml", "aws:SourceVpce": "vpce-0a1b2c3d" }),
  principal(OTHER_ACCOUNT, "o-another111", { "aws:SourceIp": "203.0.113.9" }),
  SERVICE,
];

/** Every request of these callers for which policies of the kind can decide differently. */
export function requestsOf(kind: PolicyKind, callers: readonly Caller[]): readonly PolicyRequest[] {
  const { actions, resources } = WORLDS[kind];
  return callers.flatMap((caller) =>
    actions.flatMap((action) =>
      resources.flatMap((resource) =>
        ["true", "false"].map((secure) => ({
          caller,
          action,
          resource,
          context: { "aws:SecureTransport": secure },
        })),
      ),
    ),
  );
}

/** All callers of a kind of policy. The caller of an identity policy is the identity. */
export function callersOf(kind: PolicyKind): readonly Caller[] {
  return kind === "identity"
    ? INSIDERS.filter((one) => one.kind === "AWS")
    : [...PLAIN_EXTERNAL_CALLERS, ...CRAFTY_EXTERNAL_CALLERS, ...INSIDERS];
}

function statement(kind: PolicyKind, random: Random): PolicyStatement {
  const { patterns, resourcePatterns } = WORLDS[kind];
  const Effect = random.happens(35) ? "Deny" : "Allow";
  const condition = random.happens(Effect === "Deny" ? 80 : 40)
    ? random.one(Effect === "Deny" ? NEGATIONS : CONDITIONS)(random)
    : undefined;
  const resources = resourcePatterns.length === 0 ? {} : { Resource: random.some(resourcePatterns) };
  return {
    Effect,
    ...(kind === "identity"
      ? {}
      : { Principal: Effect === "Deny" && random.happens(70) ? "*" : random.one(PRINCIPALS) }),
    Action: random.some(patterns),
    ...resources,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

/** Two policies of a kind. The second is a variant of the first (a statement added, removed or changed), or unrelated. */
export function pairOf(
  kind: PolicyKind,
  random: Random,
): readonly [before: readonly PolicyStatement[], after: readonly PolicyStatement[]] {
  const many = (count: number): PolicyStatement[] =>
    Array.from({ length: count }, () => statement(kind, random));
  const before = many(1 + random.below(3));
  const way = random.below(5);
  if (way === 0) return [before, [...before, statement(kind, random)]];
  if (way === 1) return [[...before, statement(kind, random)], before];
  if (way === 2) return [before, before.with(random.below(before.length), statement(kind, random))];
  if (way === 3) return [before, [...before].reverse()];
  return [before, many(1 + random.below(3))];
}

/** The resource of a plan that contains such a policy. */
export function resourceOf(
  kind: PolicyKind,
  before: readonly PolicyStatement[],
  after: readonly PolicyStatement[],
): Given {
  const [old, next] = [before, after].map((statements) => policy(...statements.map((one) => ({ ...one }))));
  const sides = (values: object, attribute: string): Pick<Given, "before" | "after"> => ({
    before: { ...values, [attribute]: old },
    after: { ...values, [attribute]: next },
  });
  switch (kind) {
    case "identity":
      return { address: "aws_iam_role_policy.own", ...sides({ name: "own", role: "own" }, "policy") };
    case "trust":
      return {
        address: "aws_iam_role.own",
        ...sides({ name: "own", arn: `arn:aws:iam::${ACCOUNT}:role/own` }, "assume_role_policy"),
      };
    case "bucket":
      return { address: "aws_s3_bucket_policy.models", ...sides({ bucket: "models" }, "policy") };
    default:
      return { address: "aws_kms_key.k", ...sides({ key_id: "k", arn: KEY, description: "k" }, "policy") };
  }
}
