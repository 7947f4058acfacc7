import { describe, expect, it } from "@jest/globals";
import { examples } from "../../../examples";
import { chat } from "../../../examples/chat";
import { openApi } from "../../../src/constructs/api/openapi";
import type { Environment } from "../../../src/environment/environment";
import type { ParsedRouteAccess } from "../../../src/environment/model-settings";
import type { SurfaceChange } from "../../../src/review/surface";
import { surfaceChanges } from "../../../src/review/surface";
import { synthesize } from "../../../src/testing/synthesize";
import { type ModelName, models } from "../../fixtures/app/functions";
import { models as allModels } from "../../support/app";
import { type PlannedChange, planned } from "../support/planned";
import { surfaceText } from "../support/texts";

const API = "aws_api_gateway_rest_api";

/** The document that the stack makes. */
function body(
  access: Partial<Record<ModelName, ParsedRouteAccess>>,
  corsAllowOrigin: string | readonly string[] = "https://example.com",
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

/** A document with one route that was not written by the package. */
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
  const flags = (
    ["opened", "public", "undetermined", "widenedCors", "raisedThrottling", "raisedTimeout"] as const
  ).filter((flag) => change[flag]);
  const { subject, before, after } = surfaceText(change);
  return `${change.kind} ${subject}: ${before} → ${after}${flags.map((flag) => ` !${flag}`).join("")}`;
}

describe("the routes of the stack's own document", () => {
  it.each<[string, Parameters<typeof body>[0], Parameters<typeof body>[0], string[]]>([
    [
      "opened from AWS_IAM to the public",
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
      "opened from a key to the public",
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
      "added for the public",
      { "ticket-urgency": "AWS_IAM" },
      { "ticket-urgency": "AWS_IAM", "language-check": "PUBLIC" },
      [
        "added GET /language-check: undefined → NONE; CORS https://example.com (GET, OPTIONS) !opened !public",
      ],
    ],
    ["unchanged", { "ticket-urgency": "PUBLIC" }, { "ticket-urgency": "PUBLIC" }, []],
  ])("are reported when a route is %s", (_, before, after, expected) => {
    // Act
    const changes = changesOf({ body: body(before) }, { body: body(after) });

    // Assess
    expect(changes.map(line)).toEqual(expected);
  });

  it("are added with a new API, open routes first", () => {
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

  it("are removed with the API, which opens nothing", () => {
    // Act
    const changes = changesOf({ body: body({ "ticket-urgency": "PUBLIC" }) }, undefined);

    // Assess
    expect(changes.map(line)).toEqual([
      "removed POST /ticket-urgency: NONE; CORS https://example.com (OPTIONS, POST) → undefined",
    ]);
  });

  it("stay when Terraform only forgets the API", () => {
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

  it("contain no other text of the document", () => {
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
  ])(
    "is compared in preflight responses and in responses that API Gateway generates: %s",
    (_, before, after, isWidened) => {
      // Act
      const changes = changesOf(
        { body: body({ "ticket-urgency": "AWS_IAM" }, before) },
        { body: body({ "ticket-urgency": "AWS_IAM" }, after) },
      );

      // Assess
      const flag = isWidened ? " !widenedCors" : "";
      expect(changes.map(line)).toEqual([
        `CORS changed responses that API Gateway generates: CORS ${before} → CORS ${after}${flag}`,
        `CORS changed /ticket-urgency: CORS ${before} (OPTIONS, POST) → CORS ${after} (OPTIONS, POST)${flag}`,
      ]);
    },
  );
});

describe("CORS of several origins", () => {
  const APP = "https://app.example.com";
  const OTHER = "https://www.example.org";

  it.each([
    ["to several origins", APP, [APP, OTHER], `CORS ${APP}, ${OTHER}`, " !widenedCors", "CORS *"],
    ["to fewer origins", [APP, OTHER, "https://c.example"], [APP, OTHER], `CORS ${APP}, ${OTHER}`, "", ""],
    [
      "to another origin in the list",
      [APP, "https://c.example"],
      [APP, OTHER],
      `CORS ${APP}, ${OTHER}`,
      " !widenedCors",
      "",
    ],
  ])("is read from the template of the preflight: %s", (_, before, after, expected, flag, own) => {
    // Act
    const changes = changesOf(
      { body: body({ "ticket-urgency": "AWS_IAM" }, before) },
      { body: body({ "ticket-urgency": "AWS_IAM" }, after) },
    ).map(line);

    // Assess
    const [path = ""] = changes.filter((change) => change.startsWith("CORS changed /ticket-urgency"));
    expect(path).toContain(`→ ${expected} (OPTIONS, POST)`);
    expect(path.endsWith(`)${flag}`)).toBe(true);
    expect(changes.filter((change) => change.includes("API Gateway generates")).join()).toContain(own);
  });

  it.each([
    ["every origin", "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)"],
    [
      "a pattern",
      '#if($origin.matches(".*"))#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end',
    ],
  ])("is known only at run time when another template permits %s", (_, template) => {
    // Prepare
    const document = JSON.parse(body({ "ticket-urgency": "AWS_IAM" }, [APP, OTHER]));
    const { responses } = document.paths["/ticket-urgency"].options["x-amazon-apigateway-integration"];
    responses.default.responseTemplates["application/json"] = template;

    // Act
    const changes = changesOf(
      { body: body({ "ticket-urgency": "AWS_IAM" }, [APP, OTHER]) },
      { body: JSON.stringify(document) },
    ).map(line);

    // Assess
    expect(changes.join()).toMatch(/→ CORS known at run time \(OPTIONS, POST\) !widenedCors/);
  });

  it("is known only at run time when a template continues after the comparison", () => {
    // Prepare
    const document = JSON.parse(body({ "ticket-urgency": "AWS_IAM" }, [APP, OTHER]));
    const { responses } = document.paths["/ticket-urgency"].options["x-amazon-apigateway-integration"];
    responses.default.responseTemplates["application/json"] +=
      '#set($context.responseOverride.header.access-control-allow-origin = "*")';

    // Act
    const changes = changesOf(
      { body: body({ "ticket-urgency": "AWS_IAM" }, [APP, OTHER]) },
      { body: JSON.stringify(document) },
    ).map(line);

    // Assess
    expect(changes.join()).toContain("known at run time");
  });
});

describe("the routes of another document", () => {
  it.each([
    ["by x-amazon-apigateway-auth", { "x-amazon-apigateway-auth": { type: "aws_iam" } }, "AWS_IAM", ""],
    [
      "by nothing, with the type NONE",
      { "x-amazon-apigateway-auth": { type: "NONE" } },
      "NONE",
      " !opened !public",
    ],
    [
      "by a type that does not exist",
      { "x-amazon-apigateway-auth": { type: "IAM" } },
      "NONE (API Gateway does not support the type IAM)",
      " !opened !public",
    ],
    ["by an authorizer", { security: [{ users: [] }] }, "authorizer users", ""],
    ["by an authorizer's scopes", { security: [{ users: ["b", "a"] }] }, "authorizer users [a, b]", ""],
    ["by a key and a signature", { security: [{ key: [] }, { sigv4: [] }] }, "API_KEY + AWS_IAM", ""],
    ["by an optional requirement", { security: [{ sigv4: [] }, {}] }, "AWS_IAM + NONE", " !opened !public"],
    [
      "by a scheme that API Gateway ignores",
      { security: [{ http: [] }] },
      "NONE (API Gateway ignores http)",
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
    ["one of two requirements is removed", [{ key: [] }, { sigv4: [] }], [{ key: [] }]],
    ["an alternative requirement is added", [{ sigv4: [] }], [{ sigv4: [] }, { key: [] }]],
    ["a key is no longer required in addition to a signature", [{ key: [], sigv4: [] }], [{ sigv4: [] }]],
    ["two requirements become alternatives", [{ key: [], sigv4: [] }], [{ key: [] }, { sigv4: [] }]],
    ["a token no longer needs a scope", [{ users: ["a"] }], [{ users: [] }]],
    ["a token can have another scope", [{ users: ["a"] }], [{ users: ["a", "b"] }]],
  ])("are opened when %s", (_, before, after) => {
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
      "gets another definition under the same name",
      [{ users: [] }],
      [{ users: [] }],
      { users: users("arn:two") },
      "authorizer users → authorizer users, with another definition",
    ],
    ["replaces a signature", [{ sigv4: [] }], [{ users: [] }], undefined, "AWS_IAM → authorizer users"],
    ["replaces a key", [{ key: [] }], [{ users: [] }], undefined, "API_KEY → authorizer users"],
    [
      "is added as an alternative",
      [{ sigv4: [] }],
      [{ sigv4: [] }, { users: [] }],
      undefined,
      "AWS_IAM → AWS_IAM + authorizer users",
    ],
    [
      "is the only remaining alternative",
      [{ sigv4: [] }, { users: [] }],
      [{ users: [] }],
      undefined,
      "AWS_IAM + authorizer users → authorizer users",
    ],
    [
      "is replaced by another authorizer",
      [{ users: [] }],
      [{ people: [] }],
      two,
      "authorizer users → authorizer people",
    ],
  ])("are undetermined when an authorizer %s", (_, before, after, schemes, words) => {
    // Act
    const changes = changesOf(
      { body: foreign({ security: before }) },
      { body: foreign({ security: after }, "/a", "get", schemes) },
    );

    // Assess
    expect(changes.map(line)).toEqual([
      `authorization changed GET /a: ${words} !opened !public !undetermined`,
    ]);
  });

  it.each<[string, object[], object[], object, string[]]>([
    [
      "nothing was required before",
      [],
      [{ users: [] }],
      {},
      ["authorization changed GET /a: NONE → authorizer users"],
    ],
    [
      "a key was required, and still is",
      [{ key: [] }],
      [{ key: [], users: [] }],
      {},
      ["authorization changed GET /a: API_KEY → API_KEY + authorizer users"],
    ],
    [
      "only its name changes",
      [{ users: [] }],
      [{ people: [] }],
      { people: one },
      ["authorization changed GET /a: authorizer users → authorizer people"],
    ],
    [
      "a signature replaces the authorizer",
      [{ users: [] }],
      [{ sigv4: [] }],
      {},
      ["authorization changed GET /a: authorizer users → AWS_IAM"],
    ],
    [
      "only the order of its definition changes",
      [{ users: [] }],
      [{ users: [] }],
      { users: Object.fromEntries(Object.entries(one).reverse()) },
      [],
    ],
  ])("are not opened by an authorizer when %s", (_, before, after, schemes, expected) => {
    // Act
    const changes = changesOf(
      { body: foreign({ security: before }) },
      { body: foreign({ security: after }, "/a", "get", schemes) },
    );

    // Assess
    expect(changes.map(line)).toEqual(expected);
  });

  it.each([
    ["to another function", "NONE, invokes function admin", lambda("admin")],
    ["with a role", "NONE, invokes function it with a role", { ...lambda("it"), credentials: "arn:role" }],
    [
      "to an address",
      "NONE, invokes an integration of type http_proxy",
      { type: "http_proxy", uri: "https://a.example" },
    ],
  ])("are opened when an open route changes its target %s", (_, words, integrationAfter) => {
    // Prepare
    const to = (integrated: object) => foreign({ "x-amazon-apigateway-integration": integrated });

    // Act
    const changes = changesOf({ body: to(lambda("it")) }, { body: to(integrationAfter) });

    // Assess
    expect(changes.map(line)).toEqual([
      `target changed GET /a: NONE, invokes function it → ${words} !opened !public`,
    ]);
  });

  it.each([
    ["requires a signature", { security: [{ sigv4: [] }] }, lambda("admin")],
    ["invokes another version of its function", {}, lambda("it:2")],
  ])("are not opened by another target when the route %s", (_, operation, integrationAfter) => {
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
  ])("are opened when a signed route is removed and %s answers anyone", (_, path, method, name) => {
    // Prepare
    const open = JSON.parse(foreign({}, path, method));
    const both = JSON.parse(foreign({}, path, method));
    both.paths["/a"] = { ...both.paths["/a"], get: { ...integration, security: [{ sigv4: [] }] } };

    // Act
    const changes = changesOf({ body: JSON.stringify(both) }, { body: JSON.stringify(open) });

    // Assess
    expect(changes.map(line)).toEqual([
      `authorization changed GET /a: AWS_IAM; no CORS → NONE, answered by ${name} !opened !public`,
    ]);
  });
});

describe("a route that anyone could already call", () => {
  it("is not opened by a separate open operation", () => {
    // Prepare
    const any = JSON.parse(foreign({}, "/a", "x-amazon-apigateway-any-method"));
    const both = structuredClone(any);
    both.paths["/a"].get = integration;

    // Act
    const changes = changesOf({ body: JSON.stringify(any) }, { body: JSON.stringify(both) });

    // Assess
    expect(changes.map(line)).toEqual(["added GET /a: NONE, answered by ANY /a → NONE; no CORS"]);
  });
});

describe("an undetermined document", () => {
  const LATER = "the API's OpenAPI document is known only after apply, so its routes are undetermined";

  it.each<[string, object | undefined, object, Record<string, unknown> | undefined, string]>([
    ["is known after apply", undefined, {}, { body: true }, `undefined → ${LATER}`],
    ["becomes unknown", { body: foreign({}) }, {}, { body: true }, `1 route → ${LATER}`],
    [
      "is not JSON",
      undefined,
      { body: "openapi: 3.0.1\npaths: {}" },
      undefined,
      "undefined → the API's document is not OpenAPI in JSON, so its routes are undetermined",
    ],
    [
      "refers to a path in another document",
      undefined,
      { body: JSON.stringify({ openapi: "3.0.1", paths: { "/a": { $ref: "#/x" } } }) },
      undefined,
      "undefined → the API's document is not OpenAPI in JSON, so its routes are undetermined",
    ],
  ])("stops the gates when it %s", (_, before, after, unknown, words) => {
    // Act
    const changes = changesOf(before, after, unknown);

    // Assess
    expect(changes.map(line)).toEqual([
      `undetermined every route of the API: ${words} !public !undetermined`,
    ]);
  });
});

describe("a masked document", () => {
  it.each([
    ["the same document", foreign({}), []],
    [
      "another document",
      foreign({ security: [{ sigv4: [] }] }),
      [
        "undetermined every route of the API: the API's document is masked, so its routes are undetermined → the API's document is masked, so its routes are undetermined !public !undetermined",
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
  it("removes no route", () => {
    // Act
    const changes = changesOf(
      { body: body({ "ticket-urgency": "PUBLIC" }) },
      { body: body({ "language-check": "AWS_IAM" }), put_rest_api_mode: "merge" },
    );

    // Assess
    expect(changes.map(({ kind, subject }) => [kind, subject])).toEqual([
      ["added", { kind: "route", route: "GET /language-check" }],
    ]);
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
      "is a further address of its API's open routes",
      [api(foreign({})), newStage],
      ["added stage two: undefined → no authorization (NONE): GET /a !opened !public"],
    ],
    [
      "opens nothing when each route requires a signature",
      [api(foreign({ security: [{ sigv4: [] }] })), newStage],
      [],
    ],
    [
      "is undetermined when its API is not in the plan",
      [newStage],
      [
        "undetermined stage two: undefined → the API is not in the plan: check its routes !public !undetermined",
      ],
    ],
    [
      "is not reported in addition to the routes of a new API",
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

  it("opens its open routes to the public when it leaves the VPC", () => {
    // Prepare
    const open = { body: foreign({}) };

    // Act
    const changes = changesOf({ ...inVpc, ...open }, { ...regional, ...open });

    // Assess
    expect(changes.map(line)).toEqual([
      "address changed endpoint type of the API: PRIVATE → REGIONAL !opened !public",
    ]);
  });

  it("keeps a new open route private when it is in a VPC", () => {
    // Act
    const changes = changesOf(undefined, { ...inVpc, body: foreign({}) });

    // Assess
    expect(changes.map(line)).toEqual(["added GET /a: undefined → NONE; no CORS !opened"]);
  });

  it("is reported when it is enabled again", () => {
    // Prepare
    const signed = { ...regional, body: foreign({ security: [{ sigv4: [] }] }) };

    // Act
    const changes = changesOf(
      { ...signed, disable_execute_api_endpoint: true },
      { ...signed, disable_execute_api_endpoint: false },
    );

    // Assess
    expect(changes.map(line)).toEqual([
      "address changed default address (execute-api) of the API: disabled → enabled !opened",
    ]);
  });
});

describe("the document of an API that the engine makes", () => {
  it("is readable for every example, although the review masks texts that look like credentials", () => {
    // Prepare: with one kind of routes, the API's own answers end with the placeholder of the key
    const onlyChat: Environment = {
      ...chat,
      name: "only-chat",
      state: { local: { path: "terraform.only-chat.tfstate" } },
      models: { llama: { ...chat.models.llama } },
      customers: { acme: { models: ["llama"] } },
    };
    const environments = [...examples, onlyChat];
    const stacks = synthesize({ models: allModels, environments });

    // Act
    const unreadable = environments.filter(({ name }) => {
      const { values } = stacks.stack(name).resource(API);
      const changes = planned([{ type: API, name: "api", after: { body: values.body } }]);
      return surfaceChanges(changes).some(({ subject }) => subject.kind === "all routes");
    });

    // Assess
    expect(unreadable.map(({ name }) => name)).toEqual([]);
  });
});
