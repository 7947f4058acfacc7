import { describe, expect, it } from "@jest/globals";
import { judge } from "../../src/testing/least-privilege/evaluator";
import { readPolicy } from "../../src/testing/least-privilege/policy";
import { isAllowed, type Policy, type PolicySet } from "../../src/testing/least-privilege/policy-set";
import { Refused } from "../../src/testing/least-privilege/refused";
import { type AccessRequest, only } from "../../src/testing/least-privilege/request";

const ROLE = "arn:aws:iam::111122223333:role/r";
const FOREIGN = "arn:aws:iam::999999999999:role/r";
const ENDPOINT = "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/e";
const BUCKET = "arn:aws:s3:::b";

const request: AccessRequest = {
  subject: "role r",
  principal: { kind: "principal", arn: ROLE },
  action: "sagemaker:InvokeEndpoint",
  resource: only(ENDPOINT),
  context: {},
  reason: "a test asks",
  source: "this test",
};

const allow = { Sid: "S", Effect: "Allow", Action: ["sagemaker:InvokeEndpoint"], Resource: [ENDPOINT] };
const everybody = { ...allow, Principal: "*" };

function document(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

// Expected by https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html and its neighbours.
describe("a statement", () => {
  const conditioned = (operator: string, values: object) => ({ ...allow, Condition: { [operator]: values } });
  const source = (arn: string) => ({ context: { "aws:SourceArn": only(arn) } });

  it.each<readonly [string, object, Partial<AccessRequest>, string]>([
    ["names its action on its resource", allow, {}, "allowed"],
    ["names actions without regard to case", { ...allow, Action: "SAGEMAKER:invokeendpoint" }, {}, "allowed"],
    ["names no other action", allow, { action: "sagemaker:InvokeEndpointAsync" }, "not mentioned"],
    ["has * for any run of letters", { ...allow, Action: "sagemaker:Invoke*" }, {}, "allowed"],
    ["has ? for one letter", { ...allow, Action: "sagemaker:InvokeEndpoin?" }, {}, "allowed"],
    ["has ? for no fewer", { ...allow, Action: "sagemaker:InvokeEndpoint?" }, {}, "not mentioned"],
    [
      "names resources with regard to case",
      allow,
      { resource: only(ENDPOINT.replace("/e", "/E")) },
      "not mentioned",
    ],
    ["takes a dot for a dot", { ...allow, Resource: ENDPOINT.replace("/e", "/.") }, {}, "not mentioned"],
    [
      "has * in one part of an ARN",
      { ...allow, Resource: ENDPOINT.replace("eu-central-1", "*") },
      {},
      "allowed",
    ],
    [
      "has no * that reaches from one part into the next",
      { ...allow, Resource: "arn:aws:sagemaker:*:endpoint/e:x" },
      {},
      "not mentioned",
    ],
    [
      "has * at the end for colons, too",
      { ...allow, Resource: "arn:aws:sagemaker:eu-central-1:111122223333:*" },
      { resource: only("arn:aws:sagemaker:eu-central-1:111122223333:a:b") },
      "allowed",
    ],
    ["has * alone for what has no ARN", { ...allow, Resource: "*" }, { resource: only("*") }, "allowed"],
    ["has an ARN for nothing that has none", allow, { resource: only("*") }, "not mentioned"],
    [
      "asks for a key that the request lacks in vain",
      conditioned("StringEquals", { "aws:SourceAccount": "1" }),
      {},
      "not mentioned",
    ],
    [
      "asks for keys without regard to case",
      conditioned("StringEquals", { "AWS:sourceaccount": "1" }),
      { context: { "aws:SourceAccount": only("1") } },
      "allowed",
    ],
    [
      "takes one of several values",
      conditioned("StringEquals", { "aws:SourceAccount": ["2", "1"] }),
      { context: { "aws:SourceAccount": only("1") } },
      "allowed",
    ],
    [
      "takes * in StringEquals for a star",
      conditioned("StringEquals", { "aws:SourceAccount": "*" }),
      { context: { "aws:SourceAccount": only("1") } },
      "not mentioned",
    ],
    [
      "wants every key",
      conditioned("StringEquals", { "aws:SourceAccount": "1", "aws:SourceArn": "a" }),
      { context: { "aws:SourceAccount": only("1"), "aws:SourceArn": only("b") } },
      "not mentioned",
    ],
    [
      "has wildcards in ArnLike",
      conditioned("ArnLike", { "aws:SourceArn": `${BUCKET}*` }),
      source(`${BUCKET}c`),
      "allowed",
    ],
    [
      "has them in ArnEquals, too",
      conditioned("ArnEquals", { "aws:SourceArn": `${BUCKET}*` }),
      source(`${BUCKET}c`),
      "allowed",
    ],
    [
      "takes no text for an ARN",
      conditioned("ArnLike", { "aws:SourceArn": "arn:aws:s3:*:*:b" }),
      source("b"),
      "not mentioned",
    ],
    [
      "reads Bool without regard to case",
      conditioned("Bool", { "aws:SecureTransport": "TRUE" }),
      {},
      "allowed",
    ],
    [
      "takes the asker's own ARN from the request",
      conditioned("ArnEquals", { "aws:PrincipalArn": ROLE }),
      {},
      "allowed",
    ],
  ])("%s", (_, statement, difference, expected) => {
    // Prepare
    const statements = readPolicy(document(statement), "identity", "the policy");

    // Act
    const verdict = judge(statements, { ...request, ...difference });

    // Assess
    expect(verdict).toBe(expected);
  });
});

describe("a denial", () => {
  const plainHttp = { Bool: { "aws:SecureTransport": "false" } };

  it.each<readonly [string, readonly object[], string]>([
    ["wins over what comes before", [allow, { ...allow, Effect: "Deny" }], "denied"],
    ["wins over what comes after", [{ ...allow, Effect: "Deny" }, allow], "denied"],
    [
      "says nothing where its condition does not hold",
      [{ ...allow, Effect: "Deny", Condition: plainHttp }, allow],
      "allowed",
    ],
    [
      "says nothing where the request lacks its key",
      [{ ...allow, Effect: "Deny", Condition: { ArnEquals: { "lambda:SourceFunctionArn": ROLE } } }, allow],
      "allowed",
    ],
  ])("%s", (_, statements, expected) => {
    // Prepare
    const policy = readPolicy(document(...statements), "identity", "the policy");

    // Act
    const verdict = judge(policy, request);

    // Assess
    expect(verdict).toBe(expected);
  });
});

describe("what no rule reads is refused:", () => {
  it.each<readonly [string, object, RegExp]>([
    ["NotAction", { ...allow, Action: undefined, NotAction: ["s3:*"] }, /no rule reads NotAction/],
    ["NotResource", { ...allow, Resource: undefined, NotResource: ["*"] }, /no rule reads NotResource/],
    ["NotPrincipal", { ...allow, NotPrincipal: "*" }, /no rule reads NotPrincipal/],
    ["a principal where none belongs", everybody, /no rule reads Principal/],
    ["a negation", { ...allow, Condition: { StringNotEquals: { a: "b" } } }, /the operator StringNotEquals/],
    [
      "an operator that passes over",
      { ...allow, Condition: { BoolIfExists: { a: "true" } } },
      /the operator BoolIfExists/,
    ],
    [
      "an operator over sets",
      { ...allow, Condition: { "ForAnyValue:StringEquals": { a: "b" } } },
      /the operator ForAnyValue/,
    ],
    [
      "a policy variable",
      { ...allow, Resource: [`${BUCKET}/$\{aws:username}`] },
      /the variables of policies/,
    ],
    ["a list with nothing in it", { ...allow, Action: [] }, /an empty list/],
    ["a number in place of text", { ...allow, Action: [1] }, /1 in place of text/],
    ["no effect", { ...allow, Effect: undefined }, /it has no Effect/],
    ["no resource", { ...allow, Resource: undefined }, /it has no Resource/],
  ])("%s", (_, statement, words) => {
    // Act
    const act = () => readPolicy(document(statement), "identity", "the policy");

    // Assess
    expect(act).toThrow(Refused);
    expect(act).toThrow(words);
  });

  it.each([
    ["an account as the principal", { AWS: "999999999999" }, /no rule reads AWS/],
    ["a federation as the principal", { Federated: "accounts.google.com" }, /no rule reads Federated/],
  ])("%s", (_, principal, words) => {
    // Act
    const act = () => readPolicy(document({ ...allow, Principal: principal }), "resource", "the policy");

    // Assess
    expect(act).toThrow(words);
  });

  it.each([
    ["an ARN with too few parts", { ...allow, Resource: "arn:aws:sagemaker:*" }, /no ARN of 6 parts/],
    [
      "a Bool that is none",
      { ...allow, Condition: { Bool: { "aws:SecureTransport": "yes" } } },
      /neither true nor false/,
    ],
  ])("%s", (_, statement, words) => {
    // Prepare
    const statements = readPolicy(document(statement), "identity", "the policy");

    // Act
    const act = () => judge(statements, request);

    // Assess
    expect(act).toThrow(words);
  });

  it("another version of the language", () => {
    // Act
    const act = () => readPolicy('{"Version":"2008-10-17","Statement":[]}', "identity", "the policy");

    // Assess
    expect(act).toThrow(/the version 2008-10-17/);
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
describe("several policies", () => {
  const object = only(`${BUCKET}/k`);
  const read = { Sid: "Read", Effect: "Allow", Action: ["s3:GetObject"], Resource: [`${BUCKET}/*`] };
  const own: Policy = policy("identity", [ROLE], read);
  const open: Policy = policy("resource", [BUCKET], { ...read, Principal: "*" });
  const closed: Policy = policy("resource", [BUCKET], { ...read, Principal: "*", Effect: "Deny" });
  const way: Policy = { ...policy("resource", [], { ...read, Principal: "*" }), vpcEndpoint: "s3" };
  const narrowWay: Policy = { ...policy("resource", [], everybody), vpcEndpoint: "s3" };
  const trust: Policy = {
    subject: "role r",
    kind: "trust",
    of: [ROLE],
    statements: readPolicy(
      document({
        Sid: "T",
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
      "trust",
      "the trust",
    ),
  };
  const reading: AccessRequest = { ...request, action: "s3:GetObject", resource: object };
  const taking: AccessRequest = { ...request, action: "sts:AssumeRole", resource: only(ROLE) };
  const foreign = { kind: "principal with every permission", arn: FOREIGN } as const;
  const lambda = { kind: "service", name: "lambda.amazonaws.com" } as const;

  it.each<readonly [string, readonly Policy[], AccessRequest, boolean]>([
    ["let nobody in by default", [], reading, false],
    ["let a principal in by its own", [own], reading, true],
    ["let a principal of the account in by the resource's alone", [open], reading, true],
    ["keep another account's out without the resource's", [own], { ...reading, principal: foreign }, false],
    ["let another account's in by both", [open], { ...reading, principal: foreign }, true],
    [
      "keep another account's out without its own",
      [open],
      { ...reading, principal: { kind: "principal without permissions", arn: FOREIGN } },
      false,
    ],
    ["let the unsigned in by the resource's", [open], { ...reading, principal: { kind: "anonymous" } }, true],
    ["keep the unsigned out otherwise", [own], { ...reading, principal: { kind: "anonymous" } }, false],
    ["keep everybody out whom one denies", [own, closed], reading, false],
    ["let through what the way lets through", [own, way], { ...reading, vpcEndpoint: "s3" }, true],
    ["hold up what the way does not name", [own, narrowWay], { ...reading, vpcEndpoint: "s3" }, false],
    ["hold up nothing on a way without a policy", [own], { ...reading, vpcEndpoint: "s3" }, true],
    ["give nobody anything by the way alone", [way], { ...reading, vpcEndpoint: "s3" }, false],
    ["let a role be taken by its trust", [trust], { ...taking, principal: lambda }, true],
    [
      "let a role be taken by nobody else, whatever his rights",
      [trust],
      { ...taking, principal: { kind: "principal with every permission", arn: ROLE } },
      false,
    ],
    ["ask no trust about anything else", [trust], { ...reading, principal: lambda }, false],
  ])("%s", (_, policies, asked, expected) => {
    // Prepare
    const policySet = policySetOf({ policies });

    // Act
    const allowed = isAllowed(policySet, asked);

    // Assess
    expect(allowed).toBe(expected);
  });

  it("of one resource are refused", () => {
    // Prepare
    const policySet = policySetOf({ policies: [open, closed] });

    // Act
    const act = () => isAllowed(policySet, reading);

    // Assess
    expect(act).toThrow(/has two policies/);
  });

  function policy(kind: "identity" | "resource", of: readonly string[], statement: object): Policy {
    return { subject: "a test", kind, of, statements: readPolicy(document(statement), kind, "the policy") };
  }
});

describe("a route and a function URL", () => {
  const route = "arn:aws:execute-api:eu-central-1:111122223333:api/dev/POST/m";
  const fn = "arn:aws:lambda:eu-central-1:111122223333:function:f";
  const call: AccessRequest = { ...request, action: "execute-api:Invoke", resource: only(route) };
  const url: AccessRequest = { ...request, action: "lambda:InvokeFunctionUrl", resource: only(fn) };
  const anonymous = { kind: "anonymous" } as const;
  const signed = { kind: "principal with every permission", arn: ROLE } as const;
  const foreign = { kind: "principal with every permission", arn: FOREIGN } as const;

  it.each<readonly [string, Partial<PolicySet>, AccessRequest, boolean]>([
    ["public: by anybody", routes("PUBLIC"), { ...call, principal: anonymous }, true],
    ["with a key: not without it", routes("API_KEY"), { ...call, principal: signed }, false],
    ["with a key: with it", routes("API_KEY"), { ...call, principal: anonymous, withApiKey: true }, true],
    [
      "signed: not with a key alone",
      routes("AWS_IAM"),
      { ...call, principal: anonymous, withApiKey: true },
      false,
    ],
    ["signed: by who may", routes("AWS_IAM"), { ...call, principal: signed }, true],
    ["signed: not by another account", routes("AWS_IAM"), { ...call, principal: foreign }, false],
    ["not where there is no route", {}, { ...call, principal: signed }, false],
    ["signed URL: not by anybody", urls("AWS_IAM"), { ...url, principal: anonymous }, false],
    ["signed URL: by who may", urls("AWS_IAM"), { ...url, principal: signed }, true],
    ["open URL: by anybody", urls("NONE"), { ...url, principal: anonymous }, true],
    ["not where there is no URL", {}, { ...url, principal: signed }, false],
  ])("are called, %s", (_, policySet, asked, expected) => {
    // Prepare
    const whole = policySetOf(policySet);

    // Act
    const allowed = isAllowed(whole, asked);

    // Assess
    expect(allowed).toBe(expected);
  });

  function routes(access: "AWS_IAM" | "API_KEY" | "PUBLIC"): Partial<PolicySet> {
    return { routes: [{ arn: route, access }] };
  }

  function urls(authorization: string): Partial<PolicySet> {
    return { functionUrls: new Map([[fn, authorization]]) };
  }
});

function policySetOf(parts: Partial<PolicySet>): PolicySet {
  return { policies: [], routes: [], functionUrls: new Map(), accountId: "111122223333", ...parts };
}
