import { describe, expect, it } from "@jest/globals";
import { createKeyAuthorizer, type KeyedAnswer } from "../../src/authorizer/bearer-keys";
import { digestOf } from "../../src/authorizer/customers";
import type { AuthorizerEvent } from "../../src/authorizer/event";
import type { AuthorizerLogLine } from "../../src/authorizer/handler";

const ACME_KEY = "acme00000000000000000000000000000000001a";
const GLOBEX_KEY = "globex000000000000000000000000000000001c";
const STAGE = "arn:aws:execute-api:eu-central-1:111122223333:abcdefghij/dev";
const CHAT = "POST /v1/chat/completions";
const LOANS = "POST /loan-default";
const TICKETS = "POST /ticket-urgency";

interface Request {
  readonly route?: string;
  readonly headers?: AuthorizerEvent["multiValueHeaders"];
  /** The key that API Gateway itself has read. */
  readonly apiKey?: string;
}

function eventOf({ route = CHAT, headers, apiKey }: Request): AuthorizerEvent {
  const [httpMethod = "", resource = ""] = route.split(" ");
  return {
    type: "REQUEST",
    methodArn: `${STAGE}/${httpMethod}${resource}`,
    httpMethod,
    resource,
    multiValueHeaders: headers ?? null,
    requestContext: { requestId: "request-1", ...(apiKey === undefined ? {} : { identity: { apiKey } }) },
  };
}

async function decide(request: Request): Promise<{ answer: KeyedAnswer | string; line: AuthorizerLogLine }> {
  const lines: AuthorizerLogLine[] = [];
  const authorize = createKeyAuthorizer(
    {
      customers: { acme: [CHAT, LOANS], globex: [LOANS] },
      bearerRoutes: [CHAT],
      others: [{ name: "token", routes: [TICKETS], check: () => ({ id: "user", routes: [TICKETS] }) }],
      variable: `acme:${digestOf(ACME_KEY)},globex:${digestOf(GLOBEX_KEY)}`,
    },
    { write: (line) => lines.push(line) },
  );
  const answer = await authorize(eventOf(request)).catch((error: Error) => error.message);
  const [line] = lines;
  if (line === undefined || lines.length > 1) throw new Error(`got ${lines.length} lines`);
  return { answer, line };
}

function allowed(answer: KeyedAnswer | string): readonly string[] {
  if (typeof answer === "string") return [answer];
  return answer.policyDocument.Statement.flatMap(({ Effect, Resource }) =>
    Effect === "Allow" ? [...Resource] : [],
  );
}

const bearer = (...values: string[]) => ({ Authorization: values });

describe("the key of a customer as a bearer token", () => {
  it.each([`Bearer ${ACME_KEY}`, `bearer ${ACME_KEY}`, `Bearer   ${ACME_KEY}  `])(
    "opens exactly the routes of the customer, for the header %j",
    async (value) => {
      // Act
      const { answer, line } = await decide({ headers: bearer(value) });

      // Assess
      expect(answer).toMatchObject({ principalId: "acme", usageIdentifierKey: ACME_KEY });
      expect(allowed(answer)).toEqual([`${STAGE}/POST/v1/chat/completions`, `${STAGE}/POST/loan-default`]);
      expect(line).toMatchObject({ credential: "bearer key", outcome: "accepted", routes: 2 });
    },
  );

  it("does not open a route that the customer has not bought", async () => {
    // Act
    const { answer } = await decide({ headers: bearer(`Bearer ${GLOBEX_KEY}`) });

    // Assess
    expect(allowed(answer)).toEqual([`${STAGE}/POST/loan-default`]);
    expect(answer).toMatchObject({ usageIdentifierKey: GLOBEX_KEY });
  });

  it("ignores x-api-key, which API Gateway does not use for the cache of this route", async () => {
    // Act
    const { answer } = await decide({
      headers: { ...bearer(`Bearer ${GLOBEX_KEY}`), "x-api-key": [ACME_KEY] },
      apiKey: ACME_KEY,
    });

    // Assess
    expect(answer).toMatchObject({ principalId: "globex", usageIdentifierKey: GLOBEX_KEY });
  });
});

describe("a near miss of a bearer key", () => {
  it.each<[string, Request["headers"], string]>([
    ["no header", {}, "no key"],
    ["an empty header", bearer(""), "no key"],
    ["the scheme alone", bearer("Bearer"), "no key"],
    ["the scheme and a space", bearer("Bearer "), "no key"],
    ["the key without the scheme", bearer(ACME_KEY), "no key"],
    ["the scheme without a space", bearer(`Bearer${ACME_KEY}`), "no key"],
    ["a tab in place of the space", bearer(`Bearer\t${ACME_KEY}`), "no key"],
    ["another scheme", bearer(`Basic ${ACME_KEY}`), "no key"],
    ["a text before the scheme", bearer(`x Bearer ${ACME_KEY}`), "no key"],
    ["a key and a further word", bearer(`Bearer ${ACME_KEY} x`), "no key"],
    ["two keys with a comma", bearer(`Bearer ${ACME_KEY},${GLOBEX_KEY}`), "no key"],
    ["two credentials in one header", bearer(`Bearer ${ACME_KEY}, Bearer ${GLOBEX_KEY}`), "no key"],
    ["a comma after the key", bearer(`Bearer ${ACME_KEY},`), "no key"],
    ["a line break after the key", bearer(`Bearer ${ACME_KEY}\n`), "no key"],
    ["two headers", bearer(`Bearer ${ACME_KEY}`, `Bearer ${GLOBEX_KEY}`), "several authorization headers"],
    [
      "the same header twice",
      bearer(`Bearer ${ACME_KEY}`, `Bearer ${ACME_KEY}`),
      "several authorization headers",
    ],
    [
      "two headers whose names differ in case",
      { Authorization: [`Bearer ${ACME_KEY}`], authorization: [`Bearer ${GLOBEX_KEY}`] },
      "several authorization headers",
    ],
    ["the key in x-api-key", { "x-api-key": [ACME_KEY] }, "no key"],
    ["an unknown key", bearer("Bearer unknown"), "unknown key"],
    ["a key without its last character", bearer(`Bearer ${ACME_KEY.slice(0, -1)}`), "unknown key"],
    ["a key with one more character", bearer(`Bearer ${ACME_KEY}0`), "unknown key"],
    ["a key in upper case", bearer(`Bearer ${ACME_KEY.toUpperCase()}`), "unknown key"],
    ["a digest in place of a key", bearer(`Bearer ${digestOf(ACME_KEY)}`), "unknown key"],
    ["the name of a customer", bearer("Bearer acme"), "unknown key"],
    ["a name of a property of every object", bearer("Bearer __proto__"), "unknown key"],
  ])("is unauthorized: %s", async (_, headers, reason) => {
    // Act
    const { answer, line } = await decide({ headers });

    // Assess
    expect(answer).toBe("Unauthorized");
    expect(line).toMatchObject({ credential: "bearer key", outcome: "refused", reason });
    expect(JSON.stringify(line)).not.toContain("acme0");
  });
});

describe("the other credentials of the same API", () => {
  it("returns the key of x-api-key, because API Gateway reads no header", async () => {
    // Act
    const { answer, line } = await decide({ route: LOANS, headers: { "X-Api-Key": [GLOBEX_KEY] } });

    // Assess
    expect(answer).toMatchObject({ principalId: "globex", usageIdentifierKey: GLOBEX_KEY });
    expect(allowed(answer)).toEqual([`${STAGE}/POST/loan-default`]);
    expect(line).toMatchObject({ credential: "key", outcome: "accepted" });
  });

  it.each<[string, Request["headers"], string]>([
    ["a bearer key", bearer(`Bearer ${ACME_KEY}`), "no key"],
    ["two keys", { "x-api-key": [ACME_KEY, GLOBEX_KEY] }, "several keys"],
  ])("refuses %s on a route that reads x-api-key", async (_, headers, reason) => {
    // Act
    const { answer, line } = await decide({ route: LOANS, headers });

    // Assess
    expect(answer).toBe("Unauthorized");
    expect(line).toMatchObject({ credential: "key", reason });
  });

  it("returns no key for a route that requires a token", async () => {
    // Act
    const { answer } = await decide({ route: TICKETS, headers: bearer(`Bearer ${ACME_KEY}`) });

    // Assess
    expect(answer).toEqual({ principalId: "user", policyDocument: expect.anything() });
  });

  it("fails for a route that requires no credential, and returns no key", async () => {
    // Act
    const { answer, line } = await decide({ route: "POST /other", headers: bearer(`Bearer ${ACME_KEY}`) });

    // Assess
    expect(answer).toBe("The credential could not be checked");
    expect(line.outcome).toBe("failed");
  });
});
