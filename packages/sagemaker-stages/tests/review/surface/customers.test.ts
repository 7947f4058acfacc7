import { describe, expect, it } from "@jest/globals";
import { openApi } from "../../../src/constructs/api/openapi";
import { reportOf } from "../../../src/review/report";
import { models } from "../../fixtures/app/functions";
import { planOf } from "../support/plan-json";
import { type PlannedChange, planned } from "../support/planned";
import { surfaceTexts } from "../support/texts";

const TYPE = "aws_api_gateway_usage_plan";

interface CustomerPlan {
  readonly routes?: readonly string[];
  readonly stage?: string;
  readonly quota?: number;
  readonly customer?: string;
}

/** The arguments of a customer's usage plan, as Terraform plans them. */
function usagePlan({
  routes = ["/churn/POST"],
  stage = "prod",
  quota = 1000,
  customer = "acme",
}: CustomerPlan = {}) {
  return {
    name: `prod-${customer}-customer`,
    tags: { Customer: customer },
    api_stages: [
      {
        api_id: "abcdefghij",
        stage,
        throttle: routes.map((path) => ({ path, rate_limit: 5, burst_limit: 9 })),
      },
    ],
    throttle_settings: [{ rate_limit: 5, burst_limit: 9 }],
    quota_settings: [{ limit: quota, period: "MONTH", offset: 0 }],
  };
}

/** The verdict and the flags of a plan with this change, beside an unchanged stage. */
function review(change: Omit<PlannedChange, "type">) {
  const stage = { stage_name: "prod" };
  const plan = planned([
    { type: "aws_api_gateway_stage", before: stage, after: stage },
    { type: TYPE, ...change },
  ]);
  const { verdict, environments } = reportOf([plan]);
  return { verdict: verdict.replace(/^[^:]+: /, ""), flags: environments[0]?.flags };
}

describe("the routes of a customer", () => {
  it.each<[string, Omit<PlannedChange, "type">, object]>([
    [
      "a new customer",
      { after: usagePlan() },
      { kind: "added", before: undefined, after: "POST /prod/churn", opened: true },
    ],
    [
      "a removed customer",
      { before: usagePlan() },
      { kind: "removed", before: "POST /prod/churn", after: undefined, opened: false },
    ],
    [
      "a customer with one more route",
      { before: usagePlan(), after: usagePlan({ routes: ["/churn/POST", "/v1/search/GET"] }) },
      {
        kind: "routes changed",
        before: "POST /prod/churn",
        after: "GET /prod/v1/search and POST /prod/churn",
        opened: true,
      },
    ],
    [
      "a customer with another route",
      { before: usagePlan(), after: usagePlan({ routes: ["/search/GET"] }) },
      { kind: "routes changed", before: "POST /prod/churn", after: "GET /prod/search", opened: true },
    ],
    [
      "a customer with fewer routes",
      { before: usagePlan({ routes: ["/churn/POST", "/search/GET"] }), after: usagePlan() },
      {
        kind: "routes changed",
        before: "GET /prod/search and POST /prod/churn",
        after: "POST /prod/churn",
        opened: false,
      },
    ],
    [
      "a customer on another stage",
      { before: usagePlan(), after: usagePlan({ stage: "other" }) },
      { kind: "routes changed", before: "POST /prod/churn", after: "POST /other/churn", opened: true },
    ],
    [
      "a customer without limited routes",
      { before: usagePlan(), after: usagePlan({ routes: [] }) },
      {
        kind: "routes changed",
        before: "POST /prod/churn",
        after: "every route of stage prod",
        opened: true,
      },
    ],
    [
      "a customer whose routes are not known yet",
      {
        before: usagePlan(),
        after: { ...usagePlan(), api_stages: undefined },
        unknown: { api_stages: true },
      },
      { kind: "routes changed", before: "POST /prod/churn", after: "known after apply", opened: true },
    ],
  ])("are reported: %s", (_, change, expected) => {
    // Act
    const [found] = surfaceTexts(planned([{ type: TYPE, ...change }]));

    // Assess
    expect(found).toMatchObject({
      subject: "customer acme",
      public: false,
      undetermined: false,
      ...expected,
    });
  });

  it("are not reported when only a limit changes", () => {
    // Act
    const changes = surfaceTexts(
      planned([{ type: TYPE, before: usagePlan({ quota: 1000 }), after: usagePlan({ quota: 2000 }) }]),
    );

    // Assess
    expect(changes).toMatchObject([
      {
        subject: "each key of usage plan prod-acme-customer",
        kind: "throttling changed",
        opened: false,
        raisedThrottling: true,
      },
    ]);
  });
});

describe("the keys of a usage plan without a customer", () => {
  it("open the routes of another stage when the plan gets the stage", () => {
    // Prepare
    const { tags: _, ...before } = usagePlan();
    const after = { ...before, api_stages: [...before.api_stages, { api_id: "abcdefghij", stage: "dev" }] };

    // Act
    const changes = surfaceTexts(planned([{ type: TYPE, before, after }]));

    // Assess
    expect(changes).toMatchObject([
      {
        subject: "each key of usage plan prod-acme-customer",
        kind: "routes changed",
        before: "every route of stage prod",
        after: "every route of stage dev and every route of stage prod",
        opened: true,
      },
    ]);
  });
});

describe("the review of a customer", () => {
  it.each([
    {
      what: "is added",
      change: { after: usagePlan() },
      text: "keys open more routes (customer acme: POST /prod/churn)",
      widen: true,
    },
    {
      what: "gets a route",
      change: { before: usagePlan(), after: usagePlan({ routes: ["/churn/POST", "/search/GET"] }) },
      text: "keys open more routes (customer acme: GET /prod/search)",
      widen: true,
    },
    { what: "is removed", change: { before: usagePlan() }, text: "1 usage plan destroyed", widen: false },
    {
      what: "gets a higher quota",
      change: { before: usagePlan(), after: usagePlan({ quota: 2000 }) },
      text: "wider CORS or higher limits: each key of usage plan prod-acme-customer",
      widen: false,
    },
    {
      what: "gets a lower quota",
      change: { before: usagePlan(), after: usagePlan({ quota: 500 }) },
      text: "1 change",
      widen: false,
    },
  ])("names the change, and the gate widen knows it, when a customer $what", ({ change, text, widen }) => {
    // Act
    const { verdict, flags } = review(change);

    // Assess
    expect(verdict).toContain(text);
    expect(flags).toMatchObject({ widen, public: false });
  });
});

describe("a route that requires a key and the authorizer of customers", () => {
  const api = (security: readonly object[]) => ({
    body: JSON.stringify({
      openapi: "3.0.1",
      paths: { "/churn": { post: { security, "x-amazon-apigateway-integration": { type: "aws_proxy" } } } },
      components: {
        securitySchemes: {
          api_key: { type: "apiKey", name: "x-api-key", in: "header" },
          customers: {
            type: "apiKey",
            name: "x-api-key",
            in: "header",
            "x-amazon-apigateway-authtype": "custom",
            "x-amazon-apigateway-authorizer": { type: "request", authorizerUri: "arn" },
          },
        },
      },
    }),
  });
  const KEY = [{ api_key: [] }];
  const KEY_AND_AUTHORIZER = [{ customers: [] }, { api_key: [] }];

  it.each([
    {
      what: "gets the authorizer",
      before: KEY,
      after: KEY_AND_AUTHORIZER,
      text: "API_KEY + authorizer customers",
      opened: false,
    },
    {
      what: "loses the authorizer",
      before: KEY_AND_AUTHORIZER,
      after: KEY,
      text: "API_KEY",
      opened: true,
    },
    {
      what: "loses the key",
      before: KEY_AND_AUTHORIZER,
      after: [{ customers: [] }],
      text: "authorizer customers",
      opened: true,
    },
  ])("is reported when the route $what", ({ before, after, text, opened }) => {
    // Act
    const changes = surfaceTexts(
      planned([{ type: "aws_api_gateway_rest_api", before: api(before), after: api(after) }]),
    );

    // Assess
    expect(changes).toMatchObject([{ kind: "authorization changed", after: text, opened }]);
  });
});

describe("the authorizer of customers", () => {
  const ACCOUNT = "111122223333";
  const documentWith = (functionName: string, cacheInSeconds = 60) =>
    JSON.stringify(
      openApi({
        title: "prod-inference",
        region: "us-east-1",
        partition: "aws",
        corsAllowOrigin: "*",
        hasCustomers: true,
        routes: [
          {
            contract: models["ticket-urgency"],
            access: "API_KEY",
            functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:prod-ticket-urgency`,
          },
        ],
        authorizer: {
          functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${functionName}`,
          cacheInSeconds,
        },
      }),
    );
  const before = documentWith("prod-authorizer");
  const reviewOf = (after: string) => {
    const address = "aws_api_gateway_rest_api.it";
    const plan = planOf({
      environment: "prod",
      accountId: ACCOUNT,
      resources: [{ address, actions: ["update"], before: { body: before }, after: { body: after } }],
    });
    return { changes: surfaceTexts(plan), flags: reportOf([plan]).environments[0]?.flags };
  };

  it.each([
    {
      what: "uses a result again for every caller with the same Accept header",
      after: before.replace("method.request.header.x-api-key", "method.request.header.Accept"),
    },
    { what: "is a function of another name", after: documentWith("own-authorizer") },
    {
      what: "is a function of another account",
      after: before.replace(`${ACCOUNT}:function:prod-authorizer`, "999999999999:function:prod-authorizer"),
    },
  ])("is undetermined when it $what", ({ after }) => {
    // Act
    const { changes, flags } = reviewOf(after);

    // Assess
    expect(changes).toMatchObject([
      {
        after: "API_KEY + authorizer customers, with another definition",
        opened: true,
        public: true,
        undetermined: true,
      },
    ]);
    expect(flags).toMatchObject({ widen: true, public: true });
  });

  it("is unchanged when only its cache changes", () => {
    // Act
    const { changes, flags } = reviewOf(documentWith("prod-authorizer", 0));

    // Assess
    expect(changes).toEqual([]);
    expect(flags).toMatchObject({ widen: false, public: false });
  });
});

describe("the authorizer of customers who send their keys as bearer tokens", () => {
  const ACCOUNT = "111122223333";
  const documentWith = (keyHeader: "authorization" | "x-api-key", functionName = "prod-authorizer") =>
    JSON.stringify(
      openApi({
        title: "prod-inference",
        region: "us-east-1",
        partition: "aws",
        corsAllowOrigin: "*",
        hasCustomers: true,
        routes: [
          {
            contract: { ...models["ticket-urgency"], keyHeader },
            access: "API_KEY",
            functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:prod-ticket-urgency`,
          },
        ],
        authorizer: {
          functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${functionName}`,
          cacheInSeconds: 60,
        },
      }),
    );
  const changesOf = (before: string, after: string) =>
    surfaceTexts(
      planOf({
        environment: "prod",
        accountId: ACCOUNT,
        resources: [
          {
            address: "aws_api_gateway_rest_api.it",
            actions: ["update"],
            before: { body: before },
            after: { body: after },
          },
        ],
      }),
    );
  const bearer = documentWith("authorization");

  it.each([
    [
      "another identity source",
      bearer.replace("method.request.header.Authorization", "method.request.header.Accept"),
    ],
    ["a function of another name", documentWith("authorization", "own-authorizer")],
    ["the header x-api-key in place of Authorization", documentWith("x-api-key")],
  ])("is undetermined when the route gets %s", (_, after) => {
    // Act
    const changes = changesOf(bearer, after);

    // Assess
    expect(changes).toMatchObject([{ undetermined: true }]);
  });

  it("is undetermined when an authorizer that the engine did not write becomes the source of keys", () => {
    // Prepare
    const own = documentWith("x-api-key", "own-authorizer");
    const after = JSON.stringify({ ...JSON.parse(own), "x-amazon-apigateway-api-key-source": "AUTHORIZER" });

    // Act
    const changes = changesOf(own, after);

    // Assess
    expect(changes).toMatchObject([{ kind: "authorization changed", undetermined: true }]);
  });

  it("is unchanged for x-api-key when another route makes the authorizer the source of keys", () => {
    // Prepare
    const header = documentWith("x-api-key");
    const after = JSON.stringify({
      ...JSON.parse(header),
      "x-amazon-apigateway-api-key-source": "AUTHORIZER",
    });

    // Act
    const changes = changesOf(header, after);

    // Assess
    expect(changes).toEqual([]);
  });
});
