import { describe, expect, it } from "@jest/globals";
import { evaluateRequest } from "../../src/testing/least-privilege/evaluator";
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
  reason: "a test sends the request",
  source: "this test",
};

const allow = { Sid: "S", Effect: "Allow", Action: ["sagemaker:InvokeEndpoint"], Resource: [ENDPOINT] };
const everyPrincipal = { ...allow, Principal: "*" };

function document(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

// The verdicts are from https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html and its subpages.
describe("a statement", () => {
  const conditioned = (operator: string, values: object) => ({ ...allow, Condition: { [operator]: values } });
  const source = (arn: string) => ({ context: { "aws:SourceArn": only(arn) } });

  it.each<readonly [string, object, Partial<AccessRequest>, string]>([
    ["allows its action on its resource", allow, {}, "allowed"],
    [
      "compares actions without regard to case",
      { ...allow, Action: "SAGEMAKER:invokeendpoint" },
      {},
      "allowed",
    ],
    ["allows no other action", allow, { action: "sagemaker:InvokeEndpointAsync" }, "not mentioned"],
    ["reads * as any characters", { ...allow, Action: "sagemaker:Invoke*" }, {}, "allowed"],
    ["reads ? as one character", { ...allow, Action: "sagemaker:InvokeEndpoin?" }, {}, "allowed"],
    [
      "does not read ? as no character",
      { ...allow, Action: "sagemaker:InvokeEndpoint?" },
      {},
      "not mentioned",
    ],
    [
      "compares resources with regard to case",
      allow,
      { resource: only(ENDPOINT.replace("/e", "/E")) },
      "not mentioned",
    ],
    ["reads a dot as a dot", { ...allow, Resource: ENDPOINT.replace("/e", "/.") }, {}, "not mentioned"],
    [
      "reads * in a part of an ARN",
      { ...allow, Resource: ENDPOINT.replace("eu-central-1", "*") },
      {},
      "allowed",
    ],
    [
      "does not extend * from one part of an ARN to the next part",
      { ...allow, Resource: "arn:aws:sagemaker:*:endpoint/e:x" },
      {},
      "not mentioned",
    ],
    [
      "reads * at the end of an ARN as any characters, including colons",
      { ...allow, Resource: "arn:aws:sagemaker:eu-central-1:111122223333:*" },
      { resource: only("arn:aws:sagemaker:eu-central-1:111122223333:a:b") },
      "allowed",
    ],
    [
      "matches an action without an ARN when the resource is *",
      { ...allow, Resource: "*" },
      { resource: only("*") },
      "allowed",
    ],
    [
      "does not match an action without an ARN when the resource is an ARN",
      allow,
      { resource: only("*") },
      "not mentioned",
    ],
    [
      "does not apply when the request lacks the condition's key",
      conditioned("StringEquals", { "aws:SourceAccount": "1" }),
      {},
      "not mentioned",
    ],
    [
      "compares names of keys without regard to case",
      conditioned("StringEquals", { "AWS:sourceaccount": "1" }),
      { context: { "aws:SourceAccount": only("1") } },
      "allowed",
    ],
    [
      "applies when one of several values matches",
      conditioned("StringEquals", { "aws:SourceAccount": ["2", "1"] }),
      { context: { "aws:SourceAccount": only("1") } },
      "allowed",
    ],
    [
      "reads * in StringEquals as the character *",
      conditioned("StringEquals", { "aws:SourceAccount": "*" }),
      { context: { "aws:SourceAccount": only("1") } },
      "not mentioned",
    ],
    [
      "applies only when every key matches",
      conditioned("StringEquals", { "aws:SourceAccount": "1", "aws:SourceArn": "a" }),
      { context: { "aws:SourceAccount": only("1"), "aws:SourceArn": only("b") } },
      "not mentioned",
    ],
    [
      "reads wildcards in ArnLike",
      conditioned("ArnLike", { "aws:SourceArn": `${BUCKET}*` }),
      source(`${BUCKET}c`),
      "allowed",
    ],
    [
      "reads wildcards in ArnEquals",
      conditioned("ArnEquals", { "aws:SourceArn": `${BUCKET}*` }),
      source(`${BUCKET}c`),
      "allowed",
    ],
    [
      "does not match a text that is not an ARN in ArnLike",
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
      "compares aws:PrincipalArn with the principal of the request",
      conditioned("ArnEquals", { "aws:PrincipalArn": ROLE }),
      {},
      "allowed",
    ],
  ])("%s", (_, statement, difference, expected) => {
    // Prepare
    const statements = readPolicy(document(statement), "identity", "the policy");

    // Act
    const verdict = evaluateRequest(statements, { ...request, ...difference });

    // Assess
    expect(verdict).toBe(expected);
  });
});

describe("a deny", () => {
  const plainHttp = { Bool: { "aws:SecureTransport": "false" } };

  it.each<readonly [string, readonly object[], string]>([
    ["overrides an allow before it", [allow, { ...allow, Effect: "Deny" }], "denied"],
    ["overrides an allow after it", [{ ...allow, Effect: "Deny" }, allow], "denied"],
    [
      "does not apply when its condition does not hold",
      [{ ...allow, Effect: "Deny", Condition: plainHttp }, allow],
      "allowed",
    ],
    [
      "does not apply when the request lacks the condition's key",
      [{ ...allow, Effect: "Deny", Condition: { ArnEquals: { "lambda:SourceFunctionArn": ROLE } } }, allow],
      "allowed",
    ],
  ])("%s", (_, statements, expected) => {
    // Prepare
    const policy = readPolicy(document(...statements), "identity", "the policy");

    // Act
    const verdict = evaluateRequest(policy, request);

    // Assess
    expect(verdict).toBe(expected);
  });
});

describe("a part of a policy without a rule is refused:", () => {
  it.each<readonly [string, object, RegExp]>([
    ["NotAction", { ...allow, Action: undefined, NotAction: ["s3:*"] }, /no rule reads NotAction/],
    ["NotResource", { ...allow, Resource: undefined, NotResource: ["*"] }, /no rule reads NotResource/],
    ["NotPrincipal", { ...allow, NotPrincipal: "*" }, /no rule reads NotPrincipal/],
    ["a principal in an identity policy", everyPrincipal, /no rule reads Principal/],
    [
      "a negated operator",
      { ...allow, Condition: { StringNotEquals: { a: "b" } } },
      /the operator StringNotEquals/,
    ],
    [
      "an operator that holds without the key",
      { ...allow, Condition: { BoolIfExists: { a: "true" } } },
      /the operator BoolIfExists/,
    ],
    [
      "an operator for multivalued keys",
      { ...allow, Condition: { "ForAnyValue:StringEquals": { a: "b" } } },
      /the operator ForAnyValue/,
    ],
    ["a policy variable", { ...allow, Resource: [`${BUCKET}/$\{aws:username}`] }, /policy variables/],
    ["an empty list", { ...allow, Action: [] }, /an empty list/],
    ["a number in place of text", { ...allow, Action: [1] }, /1 in place of a text/],
    ["no effect", { ...allow, Effect: undefined }, /the statement has no Effect/],
    ["no resource", { ...allow, Resource: undefined }, /the statement has no Resource/],
  ])("%s", (_, statement, message) => {
    // Act
    const act = () => readPolicy(document(statement), "identity", "the policy");

    // Assess
    expect(act).toThrow(Refused);
    expect(act).toThrow(message);
  });

  it.each([
    ["an account as the principal", { AWS: "999999999999" }, /no rule reads AWS/],
    [
      "a federation as the principal",
      { Federated: "accounts.google.com" },
      /no rule reads the federation accounts\.google\.com/,
    ],
  ])("%s", (_, principal, message) => {
    // Act
    const act = () => readPolicy(document({ ...allow, Principal: principal }), "resource", "the policy");

    // Assess
    expect(act).toThrow(message);
  });

  it.each([
    ["an ARN with too few parts", { ...allow, Resource: "arn:aws:sagemaker:*" }, /not an ARN with 6 parts/],
    [
      "a value of Bool that is neither true nor false",
      { ...allow, Condition: { Bool: { "aws:SecureTransport": "yes" } } },
      /neither true nor false/,
    ],
  ])("%s", (_, statement, message) => {
    // Prepare
    const statements = readPolicy(document(statement), "identity", "the policy");

    // Act
    const act = () => evaluateRequest(statements, request);

    // Assess
    expect(act).toThrow(message);
  });

  it("another version of the policy language", () => {
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
  const vpcEndpointPolicy: Policy = {
    ...policy("resource", [], { ...read, Principal: "*" }),
    vpcEndpoint: "s3",
  };
  const narrowVpcEndpointPolicy: Policy = { ...policy("resource", [], everyPrincipal), vpcEndpoint: "s3" };
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
  const assuming: AccessRequest = { ...request, action: "sts:AssumeRole", resource: only(ROLE) };
  const foreign = { kind: "principal with every permission", arn: FOREIGN } as const;
  const lambda = { kind: "service", name: "lambda.amazonaws.com" } as const;

  it.each<readonly [string, readonly Policy[], AccessRequest, boolean]>([
    ["deny every request by default", [], reading, false],
    ["allow a principal with an identity policy", [own], reading, true],
    ["allow a principal of the account with a resource policy alone", [open], reading, true],
    [
      "deny a principal of another account without a resource policy",
      [own],
      { ...reading, principal: foreign },
      false,
    ],
    [
      "allow a principal of another account with both policies",
      [open],
      { ...reading, principal: foreign },
      true,
    ],
    [
      "deny a principal of another account without an identity policy",
      [open],
      { ...reading, principal: { kind: "principal without permissions", arn: FOREIGN } },
      false,
    ],
    [
      "allow an unsigned request with a resource policy for every principal",
      [open],
      { ...reading, principal: { kind: "anonymous" } },
      true,
    ],
    [
      "deny an unsigned request without a resource policy",
      [own],
      { ...reading, principal: { kind: "anonymous" } },
      false,
    ],
    ["deny a request that one of the policies denies", [own, closed], reading, false],
    [
      "allow a request that the policy of the VPC endpoint allows",
      [own, vpcEndpointPolicy],
      { ...reading, vpcEndpoint: "s3" },
      true,
    ],
    [
      "deny a request that the policy of the VPC endpoint does not allow",
      [own, narrowVpcEndpointPolicy],
      { ...reading, vpcEndpoint: "s3" },
      false,
    ],
    [
      "allow a request through a VPC endpoint without a policy",
      [own],
      { ...reading, vpcEndpoint: "s3" },
      true,
    ],
    [
      "deny a request that only the policy of the VPC endpoint allows",
      [vpcEndpointPolicy],
      { ...reading, vpcEndpoint: "s3" },
      false,
    ],
    [
      "allow a service that the trust policy names to assume the role",
      [trust],
      { ...assuming, principal: lambda },
      true,
    ],
    [
      "deny every other principal to assume the role, even with every permission",
      [trust],
      { ...assuming, principal: { kind: "principal with every permission", arn: ROLE } },
      false,
    ],
    ["do not apply the trust policy to other actions", [trust], { ...reading, principal: lambda }, false],
  ])("%s", (_, policies, sent, expected) => {
    // Prepare
    const policySet = policySetOf({ policies });

    // Act
    const allowed = isAllowed(policySet, sent);

    // Assess
    expect(allowed).toBe(expected);
  });

  it("are refused when one resource has two policies", () => {
    // Prepare
    const policySet = policySetOf({ policies: [open, closed] });

    // Act
    const act = () => isAllowed(policySet, reading);

    // Assess
    expect(act).toThrow(/got two policies; allowed: one/);
  });

  function policy(kind: "identity" | "resource", of: readonly string[], statement: object): Policy {
    return { subject: "a test", kind, of, statements: readPolicy(document(statement), kind, "the policy") };
  }
});

describe("a call of a route or a function URL", () => {
  const route = "arn:aws:execute-api:eu-central-1:111122223333:api/dev/POST/m";
  const fn = "arn:aws:lambda:eu-central-1:111122223333:function:f";
  const call: AccessRequest = { ...request, action: "execute-api:Invoke", resource: only(route) };
  const url: AccessRequest = { ...request, action: "lambda:InvokeFunctionUrl", resource: only(fn) };
  const anonymous = { kind: "anonymous" } as const;
  const signed = { kind: "principal with every permission", arn: ROLE } as const;
  const foreign = { kind: "principal with every permission", arn: FOREIGN } as const;

  it.each<readonly [string, Partial<PolicySet>, AccessRequest, boolean]>([
    [
      "is allowed without authorization on a public route",
      routes("PUBLIC"),
      { ...call, principal: anonymous },
      true,
    ],
    [
      "is denied without the key on a route with a key, even with a signature",
      routes("API_KEY"),
      { ...call, principal: signed },
      false,
    ],
    [
      "is allowed with the key on a route with a key",
      routes("API_KEY"),
      { ...call, principal: anonymous, withApiKey: true },
      true,
    ],
    [
      "is denied without a signature on a route with a signature, even with a key",
      routes("AWS_IAM"),
      { ...call, principal: anonymous, withApiKey: true },
      false,
    ],
    [
      "is allowed to a principal with the permission on a route with a signature",
      routes("AWS_IAM"),
      { ...call, principal: signed },
      true,
    ],
    [
      "is denied to a principal of another account on a route with a signature",
      routes("AWS_IAM"),
      { ...call, principal: foreign },
      false,
    ],
    ["is denied on a path without a route", {}, { ...call, principal: signed }, false],
    [
      "is denied without a signature on a URL with a signature",
      urls("AWS_IAM"),
      { ...url, principal: anonymous },
      false,
    ],
    [
      "is allowed to a principal with the permission on a URL with a signature",
      urls("AWS_IAM"),
      { ...url, principal: signed },
      true,
    ],
    [
      "is allowed without authorization on a public URL",
      urls("NONE"),
      { ...url, principal: anonymous },
      true,
    ],
    ["is denied for a function without a URL", {}, { ...url, principal: signed }, false],
  ])("%s", (_, policySet, sent, expected) => {
    // Prepare
    const whole = policySetOf(policySet);

    // Act
    const allowed = isAllowed(whole, sent);

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
  return {
    policies: [],
    routes: [],
    keys: [],
    functionUrls: new Map(),
    openUserPools: new Set(),
    accountId: "111122223333",
    ...parts,
  };
}
