import { describe, expect, it } from "@jest/globals";
import { surfaceChanges } from "../../../src/review/surface";
import { type PlannedChange, planned } from "../support/planned";
import { recordedPlan } from "../support/recorded-plans";

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
      { before: "100 a second, 200 at once", after: "500 a second, 200 at once", raisedThrottling: true },
    ],
    [
      "lowered",
      { type, before: settings(100, 200), after: settings(100, 50) },
      { before: "100 a second, 200 at once", after: "100 a second, 50 at once", raisedThrottling: false },
    ],
    [
      "given up",
      { type, before: settings(100, 200), after: settings(-1, -1) },
      { before: "100 a second, 200 at once", after: "no limit but the account's", raisedThrottling: true },
    ],
    [
      "deleted while the stage stays",
      { type, before: settings(100, 200) },
      { before: "100 a second, 200 at once", after: "no limit but the account's", raisedThrottling: true },
    ],
    [
      "new",
      { type, after: settings(100, 200) },
      { after: "100 a second, 200 at once", raisedThrottling: false },
    ],
  ])("is told where it is %s", (_, change, expected) => {
    // Act
    const changes = surfaceChanges(planned([stage, change]));

    // Assess
    expect(changes).toEqual([
      {
        path: "stack/it",
        address: `${type}.it`,
        what: "every route of stage prod",
        kind: "throttling changed",
        before: undefined,
        opened: false,
        public: false,
        unjudged: false,
        widenedCors: false,
        ...expected,
      },
    ]);
  });

  it("is not told where it goes with its stage", () => {
    // Act
    const changes = surfaceChanges(
      planned([
        { ...STAGE, before: { stage_name: "prod" } },
        { type, before: settings(100, 200) },
      ]),
    );

    // Assess
    expect(changes).toEqual([]);
  });

  it("of a usage plan is told for its keys", () => {
    // Prepare
    const plan = (rate: number) => ({
      name: "prod",
      throttle_settings: [{ rate_limit: rate, burst_limit: 9 }],
    });

    // Act
    const changes = surfaceChanges(
      planned([{ type: "aws_api_gateway_usage_plan", before: plan(5), after: plan(6) }]),
    );

    // Assess
    expect(changes).toMatchObject([
      { what: "each key of usage plan prod", before: "5 a second, 9 at once", raisedThrottling: true },
    ]);
  });
});

describe("a usage plan's quota", () => {
  const limited = (limit?: number, period?: string) => ({
    name: "prod",
    throttle_settings: [{ rate_limit: 5, burst_limit: 9 }],
    quota_settings: limit === undefined ? [] : [{ limit, period, offset: 0 }],
  });
  const NO_QUOTA = "5 a second, 9 at once";

  it.each([
    ["is taken away", limited(1000, "DAY"), limited(), `${NO_QUOTA}, 1000 a day`, NO_QUOTA, true],
    ["comes", limited(), limited(1000, "DAY"), NO_QUOTA, `${NO_QUOTA}, 1000 a day`, false],
    [
      "is for a shorter period",
      limited(1000, "MONTH"),
      limited(1000, "DAY"),
      `${NO_QUOTA}, 1000 a month`,
      `${NO_QUOTA}, 1000 a day`,
      true,
    ],
    [
      "may be used up at once",
      limited(10, "DAY"),
      limited(300, "MONTH"),
      `${NO_QUOTA}, 10 a day`,
      `${NO_QUOTA}, 300 a month`,
      true,
    ],
    [
      "is lowered",
      limited(1000, "DAY"),
      limited(10, "DAY"),
      `${NO_QUOTA}, 1000 a day`,
      `${NO_QUOTA}, 10 a day`,
      false,
    ],
  ])("is told where it %s", (_, before, after, was, is, raisedThrottling) => {
    // Act
    const changes = surfaceChanges(planned([{ type: "aws_api_gateway_usage_plan", before, after }]));

    // Assess
    expect(changes).toMatchObject([{ before: was, after: is, raisedThrottling }]);
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
      "gone",
      { before: url("NONE") },
      { kind: "removed", before: `NONE; ${WORDS}`, after: undefined, opened: false, public: false },
    ],
    [
      "open to more pages",
      { before: url("AWS_IAM"), after: url("AWS_IAM", ["*"]) },
      { kind: "CORS changed", before: WORDS, after: "CORS * (*)", widenedCors: true, public: false },
    ],
    [
      "not yet known",
      { after: { function_name: "prod-language-check" }, unknown: { authorization_type: true } },
      { kind: "not understood", after: "known after apply", public: true, unjudged: true },
    ],
  ])("is told where it is %s", (_, change, expected) => {
    // Act
    const changes = surfaceChanges(planned([{ type, ...change }]));

    // Assess
    expect(changes).toMatchObject([{ what: "function URL of prod-language-check", ...expected }]);
  });
});

describe("a page", () => {
  const type = "aws_cloudfront_distribution";
  const signed = { enabled: true, default_cache_behavior: [{ trusted_key_groups: ["group"] }] };
  const open = { enabled: true, default_cache_behavior: [{ trusted_key_groups: [] }] };

  it.each<[string, Omit<PlannedChange, "type">, Record<string, unknown>]>([
    ["comes", { after: open }, { kind: "added", after: "anybody may read it", opened: true, public: true }],
    [
      "goes",
      { before: open },
      { kind: "removed", before: "anybody may read it", opened: false, public: false },
    ],
    [
      "is switched on",
      { before: { ...open, enabled: false }, after: open },
      {
        kind: "authorization changed",
        before: "off",
        after: "anybody may read it",
        opened: true,
        public: true,
      },
    ],
    [
      "asks for no signature any more",
      { before: signed, after: open },
      {
        kind: "authorization changed",
        before: "who has a signed URL or cookie may read it",
        after: "anybody may read it",
        opened: true,
        public: true,
      },
    ],
  ])("is told where it %s", (_, change, expected) => {
    // Act
    const changes = surfaceChanges(planned([{ type, ...change }]));

    // Assess
    expect(changes).toMatchObject([expected]);
  });
});

describe("a part of a page", () => {
  const SIGNED = "who has a signed URL or cookie may read it";
  const OPEN = "anybody may read it";
  const open = (path_pattern: string) => ({ path_pattern, trusted_key_groups: [] });
  const signed = (path_pattern: string) => ({ path_pattern, trusted_key_groups: ["group"] });
  const page = (whole: object, ...parts: object[]) => ({
    enabled: true,
    default_cache_behavior: [whole],
    ordered_cache_behavior: parts,
  });

  it.each([
    ["asks for no signature any more", page(open(""), signed("/a/*")), page(open(""), open("/a/*"))],
    ["loses its behavior to an open page", page(open(""), signed("/a/*")), page(open(""))],
    ["gets an open behavior in a signed page", page(signed("")), page(signed(""), open("/a/*"))],
    [
      "is answered by an open behavior that stands before its own",
      page(open(""), signed("a/*"), open("/*")),
      page(open(""), open("/*"), signed("/a/*")),
    ],
  ])("is opened where it %s", (_, before, after) => {
    // Act
    const changes = surfaceChanges(planned([{ type: "aws_cloudfront_distribution", before, after }]));

    // Assess
    expect(changes).toMatchObject([
      {
        what: "page (CloudFront distribution), /a/*",
        kind: "authorization changed",
        before: SIGNED,
        after: OPEN,
        opened: true,
        public: true,
      },
    ]);
  });

  it("is not told again where it changes with the whole page", () => {
    // Act
    const changes = surfaceChanges(
      planned([{ type: "aws_cloudfront_distribution", after: page(open(""), open("/a/*"), signed("/b/*")) }]),
    );

    // Assess
    expect(changes.map(({ what, after }) => [what, after])).toEqual([
      ["page (CloudFront distribution)", OPEN],
      ["page (CloudFront distribution), /b/*", SIGNED],
    ]);
  });
});

describe("what is not understood", () => {
  const api = { type: "aws_api_gateway_rest_api", name: "api", before: { id: "a" } };

  it.each<[string, string, PlannedChange[], boolean]>([
    ["opens nothing where it goes", "aws_appsync_graphql_api", [], false],
    [
      "cannot be judged where it kept callers out",
      "aws_api_gateway_rest_api_policy",
      [{ ...api, after: { id: "a" } }],
      true,
    ],
    ["opens nothing where its API goes, too", "aws_api_gateway_rest_api_policy", [api], false],
  ])("%s", (_, type, others, isUnjudged) => {
    // Act
    const changes = surfaceChanges(planned([{ type, before: { rest_api_id: "a" } }, ...others]));

    // Assess
    expect(changes).toMatchObject([
      { before: "there", public: isUnjudged, unjudged: isUnjudged, opened: false },
    ]);
  });

  it("is named, and does not pass a gate silently", () => {
    // Prepare
    const type = "aws_apigatewayv2_authorizer";

    // Act
    const changes = surfaceChanges(
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
        what: `${type} a`,
        kind: "not understood",
        after: "new; not understood here: look at it",
        public: true,
        unjudged: true,
      },
    ]);
  });
});

describe("the order", () => {
  it("is by weight, then by name, whatever the plan's", () => {
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
      surfaceChanges(planned([stage, ...order])).map(({ path }) => path),
    );

    // Assess
    expect(forwards).toEqual(["stack/a", "stack/b", "stack/c", "stack/d", "stack/e"]);
    expect(backwards).toEqual(forwards);
  });

  it("of secrets is none: what looks like a credential is masked wherever it stands", () => {
    // Prepare
    const token = "AKIAIOSFODNN7EXAMPLE";

    // Act
    const changes = surfaceChanges(
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
  ] as const)("tells the surface's changes: %s", (name, expected) => {
    // Act
    const changes = surfaceChanges(recordedPlan(name));

    // Assess
    expect(changes.map(({ kind, before, after }) => [kind, before, after])).toEqual(expected);
    expect(changes.filter((change) => !change.opened || !change.public)).toEqual([]);
  });
});
