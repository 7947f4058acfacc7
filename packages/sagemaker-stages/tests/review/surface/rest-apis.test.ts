import { describe, expect, it } from "@jest/globals";
import { openApi } from "../../../src/constructs/api/openapi";
import type { RouteAccess } from "../../../src/environment/model-settings";
import { type SurfaceChange, surfaceChanges } from "../../../src/review/surface";
import { type ModelName, models } from "../../fixtures/app/functions";
import { type PlannedChange, planned } from "../support/planned";

const API = "aws_api_gateway_rest_api";

/** The document that the stack makes. */
function body(
  access: Partial<Record<ModelName, RouteAccess>>,
  corsAllowOrigin = "https://example.com",
): string {
  return JSON.stringify(
    openApi({
      title: "prod-inference",
      region: "us-east-1",
      partition: "aws",
      corsAllowOrigin,
      routes: (["ticket-urgency", "language-check"] as const).flatMap((model) => {
        const given = access[model];
        return given === undefined
          ? []
          : [
              {
                contract: models[model],
                access: given,
                functionArn: `arn:aws:lambda:us-east-1:1:function:${model}`,
              },
            ];
      }),
    }),
  );
}

const integration = {
  "x-amazon-apigateway-integration": { type: "aws_proxy", httpMethod: "POST", uri: "arn" },
};

const KEY = { type: "apiKey", name: "x-api-key", in: "header" };
const SIGV4 = {
  type: "apiKey",
  name: "Authorization",
  in: "header",
  "x-amazon-apigateway-authtype": "awsSigv4",
};
const users = (uri: string) => ({
  type: "apiKey",
  name: "Authorization",
  in: "header",
  "x-amazon-apigateway-authtype": "custom",
  "x-amazon-apigateway-authorizer": { type: "token", authorizerUri: uri },
});

/** What calls a function. */
const lambda = (name: string) => ({
  type: "aws_proxy",
  httpMethod: "POST",
  uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:${name}/invocations`,
});

/** A document that somebody else could write, with one route. */
function foreign(operation: object, path = "/a", method = "get", securitySchemes: object = {}): string {
  const schemes = {
    key: KEY,
    sigv4: SIGV4,
    users: users("arn:one"),
    http: { type: "http" },
    ...securitySchemes,
  };
  return JSON.stringify({
    openapi: "3.0.1",
    paths: { [path]: { [method]: { ...integration, ...operation } } },
    components: { securitySchemes: schemes },
  });
}

function changesOf(before: object | undefined, after: object | undefined, unknown?: Record<string, unknown>) {
  return surfaceChanges(
    planned([
      {
        type: API,
        ...(before && { before: { ...before } }),
        ...(after && { after: { ...after } }),
        ...(unknown && { unknown }),
      },
    ]),
  );
}

/** A change in one line, with the flags that are raised. */
function line(change: SurfaceChange): string {
  const flags = (["opened", "public", "unjudged", "widenedCors", "raisedThrottling"] as const).filter(
    (flag) => change[flag],
  );
  return `${change.kind} ${change.what}: ${change.before} → ${change.after}${flags.map((flag) => ` !${flag}`).join("")}`;
}

describe("the routes of the stack's own document", () => {
  it.each<[string, Parameters<typeof body>[0], Parameters<typeof body>[0], string[]]>([
    [
      "opened from AWS_IAM to everybody",
      { "ticket-urgency": "AWS_IAM" },
      { "ticket-urgency": "PUBLIC" },
      ["authorization changed POST /ticket-urgency: AWS_IAM → NONE !opened !public"],
    ],
    [
      "weakened from AWS_IAM to a key",
      { "ticket-urgency": "AWS_IAM" },
      { "ticket-urgency": "API_KEY" },
      ["authorization changed POST /ticket-urgency: AWS_IAM → API_KEY !opened"],
    ],
    [
      "opened from a key to everybody",
      { "ticket-urgency": "API_KEY" },
      { "ticket-urgency": "PUBLIC" },
      ["authorization changed POST /ticket-urgency: API_KEY → NONE !opened !public"],
    ],
    [
      "closed",
      { "ticket-urgency": "PUBLIC" },
      { "ticket-urgency": "AWS_IAM" },
      ["authorization changed POST /ticket-urgency: NONE → AWS_IAM"],
    ],
    [
      "added and removed",
      { "ticket-urgency": "API_KEY" },
      { "language-check": "AWS_IAM" },
      [
        "added GET /language-check: undefined → AWS_IAM; CORS https://example.com (GET, OPTIONS)",
        "removed POST /ticket-urgency: API_KEY; CORS https://example.com (OPTIONS, POST) → undefined",
      ],
    ],
    [
      "added for everybody",
      { "ticket-urgency": "AWS_IAM" },
      { "ticket-urgency": "AWS_IAM", "language-check": "PUBLIC" },
      [
        "added GET /language-check: undefined → NONE; CORS https://example.com (GET, OPTIONS) !opened !public",
      ],
    ],
    ["as they were", { "ticket-urgency": "PUBLIC" }, { "ticket-urgency": "PUBLIC" }, []],
  ])("are told where one is %s", (_, before, after, expected) => {
    // Act
    const changes = changesOf({ body: body(before) }, { body: body(after) });

    // Assess
    expect(changes.map(line)).toEqual(expected);
  });

  it("are added with a new API, what is open first", () => {
    // Act
    const changes = changesOf(undefined, {
      body: body({ "ticket-urgency": "PUBLIC", "language-check": "AWS_IAM" }),
    });

    // Assess
    expect(changes.map(line)).toEqual([
      "added POST /ticket-urgency: undefined → NONE; CORS https://example.com (OPTIONS, POST) !opened !public",
      "added GET /language-check: undefined → AWS_IAM; CORS https://example.com (GET, OPTIONS)",
    ]);
  });

  it("go with the API, which opens nothing", () => {
    // Act
    const changes = changesOf({ body: body({ "ticket-urgency": "PUBLIC" }) }, undefined);

    // Assess
    expect(changes.map(line)).toEqual([
      "removed POST /ticket-urgency: NONE; CORS https://example.com (OPTIONS, POST) → undefined",
    ]);
  });

  it("stay where Terraform only forgets the API", () => {
    // Prepare
    const plan = planned([
      { type: API, before: { body: body({ "ticket-urgency": "PUBLIC" }) }, actions: ["forget"] },
    ]);

    // Act
    const changes = surfaceChanges(plan);

    // Assess
    expect(changes).toEqual([]);
  });

  it("do not change with the document's format and order", () => {
    // Prepare
    const document = JSON.parse(body({ "ticket-urgency": "AWS_IAM", "language-check": "API_KEY" }));
    const turned = Object.fromEntries(Object.entries(document).reverse());
    turned.paths = Object.fromEntries(Object.entries(document.paths).reverse());

    // Act
    const changes = changesOf(
      { body: JSON.stringify(document) },
      { body: JSON.stringify(turned, undefined, 2) },
    );

    // Assess
    expect(changes).toEqual([]);
  });

  it("tell nothing of the document but the surface", () => {
    // Prepare
    const withSecret = body({ "ticket-urgency": "PUBLIC" }).replaceAll(
      "The answer",
      "ghp_0123456789abcdefghijABCDEFGHIJ",
    );

    // Act
    const changes = changesOf(undefined, { body: withSecret });

    // Assess
    expect(withSecret).toContain("ghp_");
    expect(JSON.stringify(changes)).not.toMatch(/ghp_|review|arn:/);
  });
});

describe("CORS", () => {
  it.each([
    ["from one origin to all", "https://example.com", "*", true],
    ["from all origins to one", "*", "https://example.com", false],
    ["to another origin", "https://example.com", "https://other.example.com", true],
  ])("is compared in preflights and in API Gateway's own answers: %s", (_, before, after, isWidened) => {
    // Act
    const changes = changesOf(
      { body: body({ "ticket-urgency": "AWS_IAM" }, before) },
      { body: body({ "ticket-urgency": "AWS_IAM" }, after) },
    );

    // Assess
    const flag = isWidened ? " !widenedCors" : "";
    expect(changes.map(line)).toEqual([
      `CORS changed /ticket-urgency: CORS ${before} (OPTIONS, POST) → CORS ${after} (OPTIONS, POST)${flag}`,
      `CORS changed what API Gateway answers by itself: CORS ${before} → CORS ${after}${flag}`,
    ]);
  });
});

describe("the routes of anybody's document", () => {
  it.each([
    ["by x-amazon-apigateway-auth", { "x-amazon-apigateway-auth": { type: "aws_iam" } }, "AWS_IAM", ""],
    [
      "by nothing, where it says NONE",
      { "x-amazon-apigateway-auth": { type: "NONE" } },
      "NONE",
      " !opened !public",
    ],
    [
      "by a type that does not exist",
      { "x-amazon-apigateway-auth": { type: "IAM" } },
      "NONE (API Gateway knows no type IAM)",
      " !opened !public",
    ],
    ["by an authorizer", { security: [{ users: [] }] }, "authorizer users", ""],
    ["by an authorizer's scopes", { security: [{ users: ["b", "a"] }] }, "authorizer users [a, b]", ""],
    ["by a key and a signature", { security: [{ key: [] }, { sigv4: [] }] }, "API_KEY + AWS_IAM", ""],
    ["by what may be left out", { security: [{ sigv4: [] }, {}] }, "AWS_IAM + NONE", " !opened !public"],
    [
      "by what API Gateway does not check",
      { security: [{ http: [] }] },
      "NONE (API Gateway checks nothing of http)",
      " !opened !public",
    ],
    ["by nothing", {}, "NONE", " !opened !public"],
  ])("are authorized %s", (_, operation, words, flags) => {
    // Act
    const changes = changesOf(undefined, { body: foreign(operation) });

    // Assess
    expect(changes.map(line)).toEqual([`added GET /a: undefined → ${words}; no CORS${flags}`]);
  });

  it.each([
    ["one of two requirements goes", [{ key: [] }, { sigv4: [] }], [{ key: [] }]],
    ["another requirement comes, which may do instead", [{ sigv4: [] }], [{ sigv4: [] }, { key: [] }]],
    ["a key is asked no more beside a signature", [{ key: [], sigv4: [] }], [{ sigv4: [] }]],
    ["what was asked together is asked in turn", [{ key: [], sigv4: [] }], [{ key: [] }, { sigv4: [] }]],
    ["a token needs no scope any more", [{ users: ["a"] }], [{ users: [] }]],
    ["a token may have another scope", [{ users: ["a"] }], [{ users: ["a", "b"] }]],
  ])("are opened where %s", (_, before, after) => {
    // Act
    const [change] = changesOf(
      { body: foreign({ security: before }) },
      { body: foreign({ security: after }) },
    );

    // Assess
    expect(change).toMatchObject({ kind: "authorization changed", opened: true, public: false });
  });

  const one = users("arn:one");
  const two = { people: users("arn:two") };

  it.each<[string, object[], object[], object | undefined, string]>([
    [
      "is another one under the same name",
      [{ users: [] }],
      [{ users: [] }],
      { users: users("arn:two") },
      "authorizer users → authorizer users, defined otherwise",
    ],
    [
      "comes in place of a signature",
      [{ sigv4: [] }],
      [{ users: [] }],
      undefined,
      "AWS_IAM → authorizer users",
    ],
    ["comes in place of a key", [{ key: [] }], [{ users: [] }], undefined, "API_KEY → authorizer users"],
    [
      "comes as a second way in",
      [{ sigv4: [] }],
      [{ sigv4: [] }, { users: [] }],
      undefined,
      "AWS_IAM → AWS_IAM + authorizer users",
    ],
    [
      "is all that is left beside a signature",
      [{ sigv4: [] }, { users: [] }],
      [{ users: [] }],
      undefined,
      "AWS_IAM + authorizer users → authorizer users",
    ],
    [
      "gives way to another one",
      [{ users: [] }],
      [{ people: [] }],
      two,
      "authorizer users → authorizer people",
    ],
  ])("cannot be judged where an authorizer %s", (_, before, after, schemes, words) => {
    // Act
    const changes = changesOf(
      { body: foreign({ security: before }) },
      { body: foreign({ security: after }, "/a", "get", schemes) },
    );

    // Assess
    expect(changes.map(line)).toEqual([`authorization changed GET /a: ${words} !opened !public !unjudged`]);
  });

  it.each<[string, object[], object[], object, string[]]>([
    [
      "nobody was asked before",
      [],
      [{ users: [] }],
      {},
      ["authorization changed GET /a: NONE → authorizer users"],
    ],
    [
      "a key was asked, and still is",
      [{ key: [] }],
      [{ key: [], users: [] }],
      {},
      ["authorization changed GET /a: API_KEY → API_KEY + authorizer users"],
    ],
    [
      "it has another name alone",
      [{ users: [] }],
      [{ people: [] }],
      { people: one },
      ["authorization changed GET /a: authorizer users → authorizer people"],
    ],
    [
      "a signature comes in its place",
      [{ users: [] }],
      [{ sigv4: [] }],
      {},
      ["authorization changed GET /a: authorizer users → AWS_IAM"],
    ],
    [
      "its definition stands in another order",
      [{ users: [] }],
      [{ users: [] }],
      { users: Object.fromEntries(Object.entries(one).reverse()) },
      [],
    ],
  ])("are not opened by an authorizer where %s", (_, before, after, schemes, expected) => {
    // Act
    const changes = changesOf(
      { body: foreign({ security: before }) },
      { body: foreign({ security: after }, "/a", "get", schemes) },
    );

    // Assess
    expect(changes.map(line)).toEqual(expected);
  });

  it.each([
    ["to another function", "NONE, to function admin", lambda("admin")],
    [
      "with a role's rights",
      "NONE, to function it, with a role's rights",
      { ...lambda("it"), credentials: "arn:role" },
    ],
    [
      "to an address",
      "NONE, to an integration of type http_proxy",
      { type: "http_proxy", uri: "https://a.example" },
    ],
  ])("open what was closed where an open one leads %s", (_, words, integrationAfter) => {
    // Prepare
    const to = (integrated: object) => foreign({ "x-amazon-apigateway-integration": integrated });

    // Act
    const changes = changesOf({ body: to(lambda("it")) }, { body: to(integrationAfter) });

    // Assess
    expect(changes.map(line)).toEqual([
      `target changed GET /a: NONE, to function it → ${words} !opened !public`,
    ]);
  });

  it.each([
    ["asks for a signature", { security: [{ sigv4: [] }] }, lambda("admin")],
    ["leads to another version of its function", {}, lambda("it:2")],
  ])("open nothing by their target where the route %s", (_, operation, integrationAfter) => {
    // Prepare
    const to = (integrated: object) =>
      foreign({ ...operation, "x-amazon-apigateway-integration": integrated });

    // Act
    const changes = changesOf({ body: to(lambda("it:1")) }, { body: to(integrationAfter) });

    // Assess
    expect(changes).toEqual([]);
  });

  it.each([
    ["ANY of its path", "/a", "x-amazon-apigateway-any-method", "ANY /a"],
    ["a path above it", "/{proxy+}", "x-amazon-apigateway-any-method", "ANY /{proxy+}"],
  ])("are opened where a signed one goes and %s answers everybody", (_, path, method, name) => {
    // Prepare
    const open = JSON.parse(foreign({}, path, method));
    const both = JSON.parse(foreign({}, path, method));
    both.paths["/a"] = { ...both.paths["/a"], get: { ...integration, security: [{ sigv4: [] }] } };

    // Act
    const changes = changesOf({ body: JSON.stringify(both) }, { body: JSON.stringify(open) });

    // Assess
    expect(changes.map(line)).toEqual([
      `authorization changed GET /a: AWS_IAM; no CORS → NONE, by ${name} !opened !public`,
    ]);
  });
});

describe("a route for which everybody had an answer already", () => {
  it("is not opened where it gets an open operation of its own", () => {
    // Prepare
    const any = JSON.parse(foreign({}, "/a", "x-amazon-apigateway-any-method"));
    const both = structuredClone(any);
    both.paths["/a"].get = integration;

    // Act
    const changes = changesOf({ body: JSON.stringify(any) }, { body: JSON.stringify(both) });

    // Assess
    expect(changes.map(line)).toEqual(["added GET /a: NONE, by ANY /a → NONE; no CORS"]);
  });
});

describe("a document that cannot be judged", () => {
  const LATER = "the API's document is known after apply: its routes cannot be reviewed";

  it.each<[string, object | undefined, object, Record<string, unknown> | undefined, string]>([
    ["is known after apply", undefined, {}, { body: true }, `undefined → ${LATER}`],
    ["becomes unknown", { body: foreign({}) }, {}, { body: true }, `1 route → ${LATER}`],
    [
      "is no JSON",
      undefined,
      { body: "openapi: 3.0.1\npaths: {}" },
      undefined,
      "undefined → the API's document is no OpenAPI in JSON: its routes cannot be reviewed",
    ],
    [
      "has a path that stands elsewhere",
      undefined,
      { body: JSON.stringify({ openapi: "3.0.1", paths: { "/a": { $ref: "#/x" } } }) },
      undefined,
      "undefined → the API's document is no OpenAPI in JSON: its routes cannot be reviewed",
    ],
  ])("does not pass a gate silently where it %s", (_, before, after, unknown, words) => {
    // Act
    const changes = changesOf(before, after, unknown);

    // Assess
    expect(changes.map(line)).toEqual([`not understood every route of the API: ${words} !public !unjudged`]);
  });
});

describe("a masked document", () => {
  it.each([
    ["the same", foreign({}), []],
    [
      "another one",
      foreign({ security: [{ sigv4: [] }] }),
      [
        "not understood every route of the API: the API's document is masked: its routes cannot be reviewed → the API's document is masked: its routes cannot be reviewed !public !unjudged",
      ],
    ],
  ])("is compared without being read: %s", (_, after, expected) => {
    // Prepare
    const change = {
      type: API,
      before: { body: foreign({}) },
      after: { body: after },
      sensitive: { body: true },
    };

    // Act
    const changes = surfaceChanges(planned([change]));

    // Assess
    expect(changes.map(line)).toEqual(expected);
  });
});

describe("a document that is merged into its API", () => {
  it("takes no route away", () => {
    // Act
    const changes = changesOf(
      { body: body({ "ticket-urgency": "PUBLIC" }) },
      { body: body({ "language-check": "AWS_IAM" }), put_rest_api_mode: "merge" },
    );

    // Assess
    expect(changes.map(({ kind, what }) => [kind, what])).toEqual([["added", "GET /language-check"]]);
  });
});

describe("a new stage", () => {
  const STAGE = { type: "aws_api_gateway_stage", name: "stage" };
  const api = (body: string): PlannedChange => ({
    type: API,
    before: { id: "a", body },
    after: { id: "a", body },
  });
  const newStage: PlannedChange = { ...STAGE, after: { stage_name: "two", rest_api_id: "a" } };

  it.each<[string, PlannedChange[], string[]]>([
    [
      "is one more address of its API's open routes",
      [api(foreign({})), newStage],
      ["added stage two: undefined → NONE for GET /a !opened !public"],
    ],
    [
      "opens nothing where each route asks who calls",
      [api(foreign({ security: [{ sigv4: [] }] })), newStage],
      [],
    ],
    [
      "cannot be judged where its API is elsewhere",
      [newStage],
      [
        "not understood stage two: undefined → of an API that is not in the plan: look at its routes !public !unjudged",
      ],
    ],
    [
      "is told by its routes where its API is new, too",
      [
        { type: API, after: { body: foreign({}) }, unknown: { id: true } },
        { ...STAGE, after: { stage_name: "two" }, unknown: { rest_api_id: true } },
      ],
      ["added GET /a: undefined → NONE; no CORS !opened !public"],
    ],
  ])("%s", (_, changed, expected) => {
    // Act
    const changes = surfaceChanges(planned(changed));

    // Assess
    expect(changes.map(line)).toEqual(expected);
  });
});

describe("an API's address", () => {
  const regional = { endpoint_configuration: [{ types: ["REGIONAL"] }] };
  const inVpc = { endpoint_configuration: [{ types: ["PRIVATE"] }] };

  it("opens its open routes to the public where it leaves the VPC", () => {
    // Prepare
    const open = { body: foreign({}) };

    // Act
    const changes = changesOf({ ...inVpc, ...open }, { ...regional, ...open });

    // Assess
    expect(changes.map(line)).toEqual([
      "address changed the API's endpoint type: PRIVATE → REGIONAL !opened !public",
    ]);
  });

  it("keeps a new open route from the public where it is in a VPC", () => {
    // Act
    const changes = changesOf(undefined, { ...inVpc, body: foreign({}) });

    // Assess
    expect(changes.map(line)).toEqual(["added GET /a: undefined → NONE; no CORS !opened"]);
  });

  it("is told where it is switched on again", () => {
    // Prepare
    const signed = { ...regional, body: foreign({ security: [{ sigv4: [] }] }) };

    // Act
    const changes = changesOf(
      { ...signed, disable_execute_api_endpoint: true },
      { ...signed, disable_execute_api_endpoint: false },
    );

    // Assess
    expect(changes.map(line)).toEqual([
      "address changed the API's own address (execute-api): off → on !opened",
    ]);
  });
});
