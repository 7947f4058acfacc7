import { describe, expect, it } from "@jest/globals";
import { type PlannedChange, planned } from "../support/planned";
import { recordedPlan } from "../support/recorded-plans";
import { surfaceTexts } from "../support/texts";

const STAGE = { type: "aws_api_gateway_stage", name: "stage" };
const stage: PlannedChange = { ...STAGE, before: { stage_name: "prod" }, after: { stage_name: "prod" } };

function settings(rate: number, burst: number): Record<string, unknown> {
  return {
    stage_name: "prod",
    method_path: "*/*",
    settings: [{ throttling_rate_limit: rate, throttling_burst_limit: burst }],
  };
}

function url(
  authorization: string,
  origins: readonly string[] = ["https://example.com"],
): Record<string, unknown> {
  return {
    function_name: "prod-language-check",
    authorization_type: authorization,
    cors: [{ allow_origins: origins, allow_methods: ["*"], allow_credentials: false }],
  };
}

describe("throttling of a stage", () => {
  const type = "aws_api_gateway_method_settings";

  it.each<[string, PlannedChange, { before?: string; after: string; raisedThrottling: boolean }]>([
    [
      "raised",
      { type, before: settings(100, 200), after: settings(500, 200) },
      {
        before: "100 requests per second, burst 200",
        after: "500 requests per second, burst 200",
        raisedThrottling: true,
      },
    ],
    [
      "lowered",
      { type, before: settings(100, 200), after: settings(100, 50) },
      {
        before: "100 requests per second, burst 200",
        after: "100 requests per second, burst 50",
        raisedThrottling: false,
      },
    ],
    [
      "removed from the settings",
      { type, before: settings(100, 200), after: settings(-1, -1) },
      {
        before: "100 requests per second, burst 200",
        after: "only the account's limit",
        raisedThrottling: true,
      },
    ],
    [
      "deleted while the stage stays",
      { type, before: settings(100, 200) },
      {
        before: "100 requests per second, burst 200",
        after: "only the account's limit",
        raisedThrottling: true,
      },
    ],
    [
      "new",
      { type, after: settings(100, 200) },
      { after: "100 requests per second, burst 200", raisedThrottling: false },
    ],
  ])("is reported when it is %s", (_, change, expected) => {
    // Act
    const changes = surfaceTexts(planned([stage, change]));

    // Assess
    expect(changes).toEqual([
      {
        path: "stack/it",
        address: `${type}.it`,
        subject: "every route of stage prod",
        kind: "throttling changed",
        before: undefined,
        opened: false,
        public: false,
        undetermined: false,
        widenedCors: false,
        raisedTimeout: false,
        refuses: false,
        ...expected,
      },
    ]);
  });

  it("is not reported when it is removed with its stage", () => {
    // Act
    const changes = surfaceTexts(
      planned([
        { ...STAGE, before: { stage_name: "prod" } },
        { type, before: settings(100, 200) },
      ]),
    );

    // Assess
    expect(changes).toEqual([]);
  });

  it("of a usage plan is reported for its keys", () => {
    // Prepare
    const plan = (rate: number) => ({
      name: "prod",
      throttle_settings: [{ rate_limit: rate, burst_limit: 9 }],
    });

    // Act
    const changes = surfaceTexts(
      planned([{ type: "aws_api_gateway_usage_plan", before: plan(5), after: plan(6) }]),
    );

    // Assess
    expect(changes).toMatchObject([
      {
        subject: "each key of usage plan prod",
        before: "5 requests per second, burst 9",
        raisedThrottling: true,
      },
    ]);
  });
});

describe("a usage plan's quota", () => {
  const limited = (limit?: number, period?: string) => ({
    name: "prod",
    throttle_settings: [{ rate_limit: 5, burst_limit: 9 }],
    quota_settings: limit === undefined ? [] : [{ limit, period, offset: 0 }],
  });
  const NO_QUOTA = "5 requests per second, burst 9";

  it.each([
    ["is removed", limited(1000, "DAY"), limited(), `${NO_QUOTA}, 1,000 requests per day`, NO_QUOTA, true],
    ["is added", limited(), limited(1000, "DAY"), NO_QUOTA, `${NO_QUOTA}, 1,000 requests per day`, false],
    [
      "is for a shorter period",
      limited(1000, "MONTH"),
      limited(1000, "DAY"),
      `${NO_QUOTA}, 1,000 requests per month`,
      `${NO_QUOTA}, 1,000 requests per day`,
      true,
    ],
    [
      "permits more requests at once",
      limited(10, "DAY"),
      limited(300, "MONTH"),
      `${NO_QUOTA}, 10 requests per day`,
      `${NO_QUOTA}, 300 requests per month`,
      true,
    ],
    [
      "is lowered",
      limited(1000, "DAY"),
      limited(10, "DAY"),
      `${NO_QUOTA}, 1,000 requests per day`,
      `${NO_QUOTA}, 10 requests per day`,
      false,
    ],
  ])("is reported when it %s", (_, before, after, was, is, raisedThrottling) => {
    // Act
    const changes = surfaceTexts(planned([{ type: "aws_api_gateway_usage_plan", before, after }]));

    // Assess
    expect(changes).toMatchObject([{ before: was, after: is, raisedThrottling }]);
  });
});

describe("the limits of a usage plan that are partly known after apply", () => {
  const usagePlan = (throttling: object, quota: object) => ({
    name: "prod",
    throttle_settings: [throttling],
    quota_settings: [quota],
  });
  const before = usagePlan({ rate_limit: 5, burst_limit: 9 }, { limit: 1_000, period: "MONTH" });
  const quota = { limit: 1_000_000, period: "MONTH" };

  it.each<[string, object, object, string]>([
    [
      "rate and burst",
      usagePlan({}, quota),
      { throttle_settings: [{ rate_limit: true, burst_limit: true }] },
      "limits known after apply, 1,000,000 requests per month",
    ],
    [
      "rate",
      usagePlan({ burst_limit: 9 }, quota),
      { throttle_settings: [{ rate_limit: true }] },
      "rate known after apply, burst 9, 1,000,000 requests per month",
    ],
    [
      "burst",
      usagePlan({ rate_limit: -1 }, quota),
      { throttle_settings: [{ burst_limit: true }] },
      "no rate limit, burst known after apply, 1,000,000 requests per month",
    ],
    [
      "period",
      usagePlan({ rate_limit: 5, burst_limit: 9 }, { limit: 1_000_000 }),
      { quota_settings: [{ period: true }] },
      "5 requests per second, burst 9, 1,000,000 requests per period known after apply",
    ],
    [
      "quota",
      usagePlan({ rate_limit: 5, burst_limit: 9 }, {}),
      { quota_settings: true },
      "5 requests per second, burst 9, quota known after apply",
    ],
  ])("are shown without their unknown part: %s", (_, after, unknown, text) => {
    // Act
    const changes = surfaceTexts(
      planned([{ type: "aws_api_gateway_usage_plan", before, after: { ...after }, unknown: { ...unknown } }]),
    );

    // Assess
    expect(changes).toMatchObject([{ after: text, raisedThrottling: true }]);
  });
});

describe("a function URL", () => {
  const type = "aws_lambda_function_url";
  const WORDS = "CORS https://example.com (*)";

  it.each<[string, Omit<PlannedChange, "type">, Record<string, unknown>]>([
    [
      "new and open",
      { after: url("NONE") },
      { kind: "added", before: undefined, after: `NONE; ${WORDS}`, opened: true, public: true },
    ],
    [
      "new and signed",
      { after: url("AWS_IAM") },
      { kind: "added", before: undefined, after: `AWS_IAM; ${WORDS}`, opened: false, public: false },
    ],
    [
      "opened",
      { before: url("AWS_IAM"), after: url("NONE") },
      { kind: "authorization changed", before: "AWS_IAM", after: "NONE", opened: true, public: true },
    ],
    [
      "closed",
      { before: url("NONE"), after: url("AWS_IAM") },
      { kind: "authorization changed", before: "NONE", after: "AWS_IAM", opened: false, public: false },
    ],
    [
      "removed",
      { before: url("NONE") },
      { kind: "removed", before: `NONE; ${WORDS}`, after: undefined, opened: false, public: false },
    ],
    [
      "readable from more origins",
      { before: url("AWS_IAM"), after: url("AWS_IAM", ["*"]) },
      { kind: "CORS changed", before: WORDS, after: "CORS * (*)", widenedCors: true, public: false },
    ],
    [
      "known after apply",
      { after: { function_name: "prod-language-check" }, unknown: { authorization_type: true } },
      { kind: "undetermined", after: "known after apply", public: true, undetermined: true },
    ],
  ])("is reported when it is %s", (_, change, expected) => {
    // Act
    const changes = surfaceTexts(planned([{ type, ...change }]));

    // Assess
    expect(changes).toMatchObject([{ subject: "function URL of prod-language-check", ...expected }]);
  });
});

describe("a page", () => {
  const type = "aws_cloudfront_distribution";
  const signed = { enabled: true, default_cache_behavior: [{ trusted_key_groups: ["group"] }] };
  const open = { enabled: true, default_cache_behavior: [{ trusted_key_groups: [] }] };

  it.each<[string, Omit<PlannedChange, "type">, Record<string, unknown>]>([
    ["is added", { after: open }, { kind: "added", after: "readable by anyone", opened: true, public: true }],
    [
      "is removed",
      { before: open },
      { kind: "removed", before: "readable by anyone", opened: false, public: false },
    ],
    [
      "is switched on",
      { before: { ...open, enabled: false }, after: open },
      {
        kind: "authorization changed",
        before: "disabled",
        after: "readable by anyone",
        opened: true,
        public: true,
      },
    ],
    [
      "no longer requires a signature",
      { before: signed, after: open },
      {
        kind: "authorization changed",
        before: "readable with a signed URL or cookie",
        after: "readable by anyone",
        opened: true,
        public: true,
      },
    ],
  ])("is reported when it %s", (_, change, expected) => {
    // Act
    const changes = surfaceTexts(planned([{ type, ...change }]));

    // Assess
    expect(changes).toMatchObject([expected]);
  });
});

describe("a part of a page", () => {
  const SIGNED = "readable with a signed URL or cookie";
  const OPEN = "readable by anyone";
  const open = (path_pattern: string) => ({ path_pattern, trusted_key_groups: [] });
  const signed = (path_pattern: string) => ({ path_pattern, trusted_key_groups: ["group"] });
  const page = (whole: object, ...parts: object[]) => ({
    enabled: true,
    default_cache_behavior: [whole],
    ordered_cache_behavior: parts,
  });

  it.each([
    ["no longer requires a signature", page(open(""), signed("/a/*")), page(open(""), open("/a/*"))],
    ["loses its behavior to an open page", page(open(""), signed("/a/*")), page(open(""))],
    ["gets an open behavior in a signed page", page(signed("")), page(signed(""), open("/a/*"))],
    [
      "is matched by an open behavior before its own behavior",
      page(open(""), signed("a/*"), open("/*")),
      page(open(""), open("/*"), signed("/a/*")),
    ],
  ])("is opened when it %s", (_, before, after) => {
    // Act
    const changes = surfaceTexts(planned([{ type: "aws_cloudfront_distribution", before, after }]));

    // Assess
    expect(changes).toMatchObject([
      {
        subject: "page (CloudFront distribution), /a/*",
        kind: "authorization changed",
        before: SIGNED,
        after: OPEN,
        opened: true,
        public: true,
      },
    ]);
  });

  it("is not repeated when it changes with the whole page", () => {
    // Act
    const changes = surfaceTexts(
      planned([{ type: "aws_cloudfront_distribution", after: page(open(""), open("/a/*"), signed("/b/*")) }]),
    );

    // Assess
    expect(changes.map(({ subject, after }) => [subject, after])).toEqual([
      ["page (CloudFront distribution)", OPEN],
      ["page (CloudFront distribution), /b/*", SIGNED],
    ]);
  });
});

describe("a type that the review does not support", () => {
  const api = { type: "aws_api_gateway_rest_api", name: "api", before: { id: "a" } };

  it.each<[string, string, PlannedChange[], boolean]>([
    ["opens nothing when the resource is removed", "aws_appsync_graphql_api", [], false],
    [
      "is undetermined when it restricted callers and its API stays",
      "aws_api_gateway_rest_api_policy",
      [{ ...api, after: { id: "a" } }],
      true,
    ],
    ["opens nothing when its API is removed, too", "aws_api_gateway_rest_api_policy", [api], false],
  ])("%s", (_, type, others, isUndetermined) => {
    // Act
    const changes = surfaceTexts(planned([{ type, before: { rest_api_id: "a" } }, ...others]));

    // Assess
    expect(changes).toMatchObject([
      { before: "exists", public: isUndetermined, undetermined: isUndetermined, opened: false },
    ]);
  });

  it("is named and stops the gates", () => {
    // Prepare
    const type = "aws_apigatewayv2_authorizer";

    // Act
    const changes = surfaceTexts(
      planned([
        { type, name: "new", after: { name: "a" } },
        {
          type,
          name: "same",
          before: { tags: { a: "b" }, api_id: "x" },
          after: { tags: { a: "c" }, api_id: "x" },
        },
      ]),
    );

    // Assess
    expect(changes).toMatchObject([
      {
        path: "stack/new",
        subject: `${type} a`,
        kind: "undetermined",
        after: "new; the review does not support this type: check the resource",
        public: true,
        undetermined: true,
      },
    ]);
  });
});

describe("the order", () => {
  it("is by weight, then by name, independent of the plan's order", () => {
    // Prepare
    const changes: PlannedChange[] = [
      { type: "aws_api_gateway_method_settings", name: "e", before: settings(1, 1), after: settings(1, 0) },
      { type: "aws_api_gateway_method_settings", name: "d", before: settings(1, 1), after: settings(2, 1) },
      { type: "aws_lb", name: "c", after: { name: "lb" } },
      { type: "aws_lambda_function_url", name: "b", after: url("NONE") },
      { type: "aws_lambda_function_url", name: "a", after: url("NONE") },
    ];

    // Act
    const [forwards, backwards] = [changes, [...changes].reverse()].map((order) =>
      surfaceTexts(planned([stage, ...order])).map(({ path }) => path),
    );

    // Assess
    expect(forwards).toEqual(["stack/a", "stack/b", "stack/c", "stack/d", "stack/e"]);
    expect(backwards).toEqual(forwards);
  });

  it("does not matter for credentials, which are masked everywhere", () => {
    // Prepare
    const token = "AKIAIOSFODNN7EXAMPLE";

    // Act
    const changes = surfaceTexts(
      planned([{ type: "aws_lambda_function_url", after: url("AWS_IAM", [`https://${token}.example.com`]) }]),
    );

    // Assess
    expect(changes).toHaveLength(1);
    expect(JSON.stringify(changes)).not.toContain(token);
  });
});

describe("a plan that real Terraform made", () => {
  it.each([
    ["nothing", []],
    ["widened", []],
    ["new-artifact", []],
    ["opened", [["authorization changed", "AWS_IAM", "NONE"]]],
  ] as const)("has the expected surface changes: %s", (name, expected) => {
    // Act
    const changes = surfaceTexts(recordedPlan(name));

    // Assess
    expect(changes.map(({ kind, before, after }) => [kind, before, after])).toEqual(expected);
    expect(changes.filter((change) => !change.opened || !change.public)).toEqual([]);
  });
});
