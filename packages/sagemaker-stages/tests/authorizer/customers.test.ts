import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import type { Caller } from "../../src/authorizer/credential";
import { Refused } from "../../src/authorizer/credential";
import {
  CUSTOMER_KEYS,
  type CustomerRoutes,
  customers,
  DIGEST_CHARACTERS,
  digestOf,
  readCustomerKeys,
} from "../../src/authorizer/customers";
import type { AuthorizerEvent } from "../../src/authorizer/event";

const ACME_KEY = "acme00000000000000000000000000000000001a";
const ACME_SECOND_KEY = "acme00000000000000000000000000000000002b";
const GLOBEX_KEY = "globex000000000000000000000000000000001c";

const ROUTES: CustomerRoutes = {
  acme: ["POST /loan-default", "GET /ticket-urgency"],
  globex: ["POST /loan-default"],
};

const VARIABLE = `acme:${digestOf(ACME_KEY)}:${digestOf(ACME_SECOND_KEY)},globex:${digestOf(GLOBEX_KEY)}`;

function requestWith(
  multiValueHeaders: AuthorizerEvent["multiValueHeaders"],
  part: Partial<AuthorizerEvent> = {},
): AuthorizerEvent {
  return {
    type: "REQUEST",
    methodArn: "arn:aws:execute-api:eu-central-1:111122223333:abcdefghij/dev/POST/loan-default",
    httpMethod: "POST",
    resource: "/loan-default",
    multiValueHeaders: multiValueHeaders ?? null,
    ...part,
  };
}

function withKey(key: string): AuthorizerEvent {
  return requestWith({ "x-api-key": [key] });
}

/** The result of the check, or the reason of the refusal. */
async function check(
  event: AuthorizerEvent,
  routes: CustomerRoutes = ROUTES,
  variable = VARIABLE,
): Promise<Caller | string> {
  try {
    return await customers(routes, variable).check(event);
  } catch (error) {
    if (error instanceof Refused) return error.reason;
    throw error;
  }
}

describe("the check of a customer's key", () => {
  it.each([
    { key: "first", value: ACME_KEY },
    { key: "second", value: ACME_SECOND_KEY },
  ])("names exactly the routes of the customer when the customer's $key key is sent", async ({ value }) => {
    // Act
    const caller = await check(withKey(value));

    // Assess
    expect(caller).toEqual({ id: "acme", routes: ["POST /loan-default", "GET /ticket-urgency"] });
  });

  it("does not depend on the called route, because API Gateway caches the policy by the key", async () => {
    // Prepare
    const ofOtherRoute = { ...withKey(GLOBEX_KEY), httpMethod: "GET", resource: "/ticket-urgency" };

    // Act
    const caller = await check(ofOtherRoute);

    // Assess
    expect(caller).toEqual({ id: "globex", routes: ["POST /loan-default"] });
  });

  it("finds the header in every spelling", async () => {
    // Act
    const caller = await check(requestWith({ "X-Api-Key": [ACME_KEY] }));

    // Assess
    expect(caller).toMatchObject({ id: "acme" });
  });

  it("accepts the key that API Gateway reads", async () => {
    // Prepare
    const event = { ...withKey(ACME_KEY), requestContext: { identity: { apiKey: ACME_KEY } } };

    // Act
    const caller = await check(event);

    // Assess
    expect(caller).toMatchObject({ id: "acme" });
  });

  it.each<{ what: string; event: AuthorizerEvent; reason: string }>([
    { what: "no header", event: requestWith({}), reason: "no key" },
    { what: "no headers at all", event: requestWith(null), reason: "no key" },
    { what: "an empty key", event: withKey(""), reason: "no key" },
    {
      what: "the key in another header",
      event: requestWith({ authorization: [ACME_KEY] }),
      reason: "no key",
    },
    { what: "an unknown key", event: withKey("unknown"), reason: "unknown key" },
    {
      what: "the digest of a key in place of the key",
      event: withKey(digestOf(ACME_KEY)),
      reason: "unknown key",
    },
    { what: "a key in another case", event: withKey(ACME_KEY.toUpperCase()), reason: "unknown key" },
    { what: "a key with a space", event: withKey(`${ACME_KEY} `), reason: "unknown key" },
    { what: "a part of a key", event: withKey(ACME_KEY.slice(0, -1)), reason: "unknown key" },
    { what: "the name of a customer", event: withKey("acme"), reason: "unknown key" },
    { what: "the name of a member of objects", event: withKey("constructor"), reason: "unknown key" },
    {
      what: "two keys",
      event: requestWith({ "x-api-key": [ACME_KEY, GLOBEX_KEY] }),
      reason: "several keys",
    },
    {
      what: "one key twice",
      event: requestWith({ "x-api-key": [ACME_KEY, ACME_KEY] }),
      reason: "several keys",
    },
    {
      what: "two spellings of the header",
      event: requestWith({ "x-api-key": [GLOBEX_KEY], "X-API-Key": [ACME_KEY] }),
      reason: "several keys",
    },
    {
      what: "another key than API Gateway reads",
      event: { ...withKey(ACME_KEY), requestContext: { identity: { apiKey: GLOBEX_KEY } } },
      reason: "several keys",
    },
  ])("refuses a request with $what", async ({ event, reason }) => {
    // Act
    const result = await check(event);

    // Assess
    expect(result).toBe(reason);
  });

  it("refuses a key when the code does not know the customer of the key yet", async () => {
    // Act
    const result = await check(withKey(ACME_KEY), { globex: ["POST /loan-default"] });

    // Assess
    expect(result).toBe("unknown key");
  });

  it("gives a key no other customer's routes when the code and the variable are of different deployments", async () => {
    // Prepare: the variable has a new first customer, and the code has only the previous customers.
    const variable = `aaron:${digestOf("key-of-aaron")},${VARIABLE}`;

    // Act
    const results = [
      await check(withKey("key-of-aaron"), ROUTES, variable),
      await check(withKey(GLOBEX_KEY), ROUTES, variable),
    ];

    // Assess
    expect(results).toEqual(["unknown key", { id: "globex", routes: ["POST /loan-default"] }]);
  });

  it("is for each route of a customer", () => {
    // Act
    const { routes } = customers(ROUTES, VARIABLE);

    // Assess
    expect(routes).toEqual(["POST /loan-default", "GET /ticket-urgency"]);
  });

  it("fails, and opens no route, when the function has no variable", async () => {
    // Act
    const checking = check(withKey(ACME_KEY), ROUTES, "");

    // Assess
    await expect(checking).rejects.toThrow("CUSTOMER_KEYS: got an entry without name or digest");
  });
});

describe("the digest of a key", () => {
  it("is what Terraform computes: substr(base64sha256(value), 0, 16)", () => {
    // Act
    const digest = digestOf(ACME_KEY);

    // Assess
    expect(digest).toBe(
      createHash("sha256").update(ACME_KEY, "utf8").digest("base64").substring(0, DIGEST_CHARACTERS),
    );
  });
});

describe(CUSTOMER_KEYS, () => {
  const digest = digestOf(ACME_KEY);

  it.each([
    {
      what: "an empty text",
      text: "",
      message: "got an entry without name or digest; allowed: <name>:<digest>",
    },
    { what: "a name without a digest", text: "acme", message: "got an entry without name or digest" },
    { what: "a digest without a name", text: `:${digest}`, message: "got an entry without name or digest" },
    { what: "an entry too many", text: `acme:${digest},`, message: "got an entry without name or digest" },
    { what: "an empty digest", text: "acme:", message: "acme: got a digest of 0 characters; allowed: 16" },
    {
      what: "a digest of another length",
      text: `acme:${digest}x`,
      message: "acme: got a digest of 17 characters; allowed: 16",
    },
    {
      what: "two keys with the same digest",
      text: `acme:${digest},globex:${digest}`,
      message: "globex: got the digest of another key",
    },
  ])("is refused, without a digest in the message, when it contains $what", ({ text, message }) => {
    // Act
    let thrown = "";
    try {
      readCustomerKeys(text);
    } catch (error) {
      thrown = String(error);
    }

    // Assess
    expect(thrown).toContain(message);
    expect(thrown).not.toContain(digest);
  });
});
