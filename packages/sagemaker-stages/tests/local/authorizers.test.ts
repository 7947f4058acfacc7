import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { MAX_AUTHORIZER_RESULT_BYTES } from "../../src/aws/api-gateway-limits";
import type { HttpRequest } from "../../src/local/http";
import type { InvocationResult, RouteFunction } from "../../src/local/lambda/function";
import { Authorizers } from "../../src/local/rest-api/authorizers";
import type { FunctionAuthorizer } from "../../src/local/rest-api/method-authorizer";
import { received } from "./support/http-requests";

const API = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij";
const ROUTE = `${API}/dev/POST/loan-default`;
const OTHER_ROUTE = `${API}/dev/POST/ticket-urgency`;
const FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:dev-authorizer";

const AUTHORIZER: FunctionAuthorizer = {
  kind: "function",
  name: "tokens",
  functionArn: FUNCTION_ARN,
  identityHeaders: ["authorization"],
  cacheInSeconds: 60,
};

/** A policy that allows requests to the resources. */
function allow(...resources: string[]): object {
  return policy({ Effect: "Allow", Action: "execute-api:Invoke", Resource: resources });
}

function policy(...statements: object[]): object {
  return { principalId: "caller", policyDocument: { Version: "2012-10-17", Statement: statements } };
}

/** A policy that allows the request, with this size in bytes. */
function sized(bytes: number): object {
  const { length } = JSON.stringify(allow(ROUTE, ""));
  return allow(ROUTE, "x".repeat(bytes - length));
}

/** Authorizers with a clock and a function that counts its events. */
class Fixture {
  time = 1_000_000;
  readonly events: Record<string, unknown>[] = [];
  result: InvocationResult = { ok: true, payload: JSON.stringify(allow(ROUTE)) };
  invocableFor = [`${API}/authorizers/*`];

  private readonly fn: Pick<RouteFunction, "definition" | "invoke"> = {
    definition: { invocableFor: this.invocableFor },
    invoke: async (payload) => {
      this.events.push(JSON.parse(payload));
      return this.result;
    },
  };

  readonly authorizers = new Authorizers(
    { executionArn: `${API}/dev` },
    new Map([[FUNCTION_ARN, this.fn]]),
    undefined,
    () => this.time,
  );

  async run(request: HttpRequest, methodArn = ROUTE, authorizer = AUTHORIZER): Promise<string> {
    const event = { resource: "/loan-default", httpMethod: "POST", body: "secret", isBase64Encoded: false };
    const { error } = await this.authorizers.runFunction(authorizer, request, methodArn, event);
    return error?.responseType ?? "accepted";
  }
}

function withToken(...tokens: string[]): HttpRequest {
  const request = received({ path: "/dev/loan-default" });
  return {
    ...request,
    headers: [...request.headers, ...tokens.map((token) => ["Authorization", token] as const)],
  };
}

let fixture: Fixture;

beforeEach(() => {
  fixture = new Fixture();
  jest.spyOn(console, "error").mockImplementation(() => {});
});

afterEach(() => {
  jest.restoreAllMocks();
});

describe("the result of an authorizer", () => {
  it("is used again for the same credential until its time ends, also for another route", async () => {
    // Act
    const results = [
      await fixture.run(withToken("one")),
      await fixture.run(withToken("one"), OTHER_ROUTE),
      await fixture.run(withToken("two")),
    ];
    fixture.time += 60_000;
    results.push(await fixture.run(withToken("one")));

    // Assess
    expect(results).toEqual(["accepted", "ACCESS_DENIED", "accepted", "accepted"]);
    expect(fixture.events).toHaveLength(3);
  });

  it("is not used again without a cache", async () => {
    // Act
    for (let request = 0; request < 3; request++) {
      await fixture.run(withToken("one"), ROUTE, { ...AUTHORIZER, cacheInSeconds: 0 });
    }

    // Assess
    expect(fixture.events).toHaveLength(3);
  });

  it("is not used for a request with one more value of the header", async () => {
    // Act
    await fixture.run(withToken("one"));
    await fixture.run(withToken("one", "two"));

    // Assess
    expect(fixture.events).toHaveLength(2);
  });

  it("is not kept when the function refuses the credential", async () => {
    // Prepare
    fixture.result = { ok: false, error: { errorType: "Error", errorMessage: "Unauthorized" } };

    // Act
    const results = [await fixture.run(withToken("one")), await fixture.run(withToken("one"))];

    // Assess
    expect(results).toEqual(["UNAUTHORIZED", "UNAUTHORIZED"]);
    expect(fixture.events).toHaveLength(2);
  });

  it.each<[string, object, string]>([
    ["allows the request", allow(ROUTE), "accepted"],
    ["allows a pattern", allow(`${API}/*/POST/*`), "accepted"],
    ["allows another method", allow(ROUTE.replace("POST", "GET")), "ACCESS_DENIED"],
    ["allows another stage", allow(ROUTE.replace("/dev/", "/prod/")), "ACCESS_DENIED"],
    [
      "allows another action",
      policy({ Effect: "Allow", Action: "execute-api:ManageConnections", Resource: ROUTE }),
      "ACCESS_DENIED",
    ],
    [
      "allows and denies",
      policy(
        { Effect: "Allow", Action: "*", Resource: "*" },
        { Effect: "Deny", Action: "execute-api:*", Resource: ROUTE },
      ),
      "ACCESS_DENIED",
    ],
    ["has no statement", policy(), "ACCESS_DENIED"],
    [
      "has a condition, which this machine does not evaluate",
      policy({ Effect: "Allow", Action: "*", Resource: "*", Condition: {} }),
      "AUTHORIZER_CONFIGURATION_ERROR",
    ],
    ["has the maximum size", sized(MAX_AUTHORIZER_RESULT_BYTES), "accepted"],
    [
      "is larger than API Gateway's limit",
      sized(MAX_AUTHORIZER_RESULT_BYTES + 1),
      "AUTHORIZER_CONFIGURATION_ERROR",
    ],
    ["has no principal", { policyDocument: { Statement: [] } }, "AUTHORIZER_CONFIGURATION_ERROR"],
    [
      "has an object as context",
      { ...allow(ROUTE), context: { claims: {} } },
      "AUTHORIZER_CONFIGURATION_ERROR",
    ],
  ])("decides when it %s", async (_, answer, expected) => {
    // Prepare
    fixture.result = { ok: true, payload: JSON.stringify(answer) };

    // Act
    const result = await fixture.run(withToken("one"));

    // Assess
    expect(result).toBe(expected);
  });
});

describe("the function of an authorizer", () => {
  it("gets the request without its body", async () => {
    // Act
    await fixture.run(withToken("one"));

    // Assess
    expect(fixture.events).toEqual([
      { type: "REQUEST", methodArn: ROUTE, resource: "/loan-default", httpMethod: "POST" },
    ]);
  });

  it("is not invoked without a value of the identity source", async () => {
    // Act
    const results = [await fixture.run(withToken()), await fixture.run(withToken(""))];

    // Assess
    expect(results).toEqual(["UNAUTHORIZED", "UNAUTHORIZED"]);
    expect(fixture.events).toEqual([]);
  });

  it("is not invoked without a permission for authorizers", async () => {
    // Prepare
    fixture.invocableFor.splice(0, 1, `${API}/*/POST/*`);

    // Act
    const result = await fixture.run(withToken("one"));

    // Assess
    expect(result).toBe("AUTHORIZER_CONFIGURATION_ERROR");
    expect(fixture.events).toEqual([]);
  });

  it.each<[string, InvocationResult]>([
    [
      "fails",
      { ok: false, error: { errorType: "Error", errorMessage: "The credential could not be checked" } },
    ],
    ["times out", { ok: false, error: { errorType: "Sandbox.Timedout", errorMessage: "Task timed out" } }],
  ])("never opens the route when it %s", async (_, result) => {
    // Prepare
    fixture.result = result;

    // Act
    const outcome = await fixture.run(withToken("one"));

    // Assess
    expect(outcome).toBe("AUTHORIZER_FAILURE");
  });
});
