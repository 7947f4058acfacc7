import { describe, expect, it } from "@jest/globals";
import { openApi } from "../../src/constructs/api/openapi";
import { toMarkdown } from "../../src/review/rendering/render";
import { reportOf } from "../../src/review/report";
import { models } from "../fixtures/app/functions";
import { type PlannedChange, planned } from "./support/planned";
import { costTexts, surfaceTexts } from "./support/texts";

const FUNCTION = {
  function_name: "prod-churn",
  memory_size: 256,
  architectures: ["arm64"],
  ephemeral_storage: [{ size: 512 }],
};

interface RouteSettings {
  readonly isStreamed?: boolean;
  readonly timeoutInSeconds?: number;
}

/** The arguments of an API with the route `POST /loan-default`. */
function apiOf(settings: RouteSettings): { readonly body: string } {
  const document = openApi({
    title: "prod-inference",
    region: "us-east-1",
    partition: "aws",
    corsAllowOrigin: "*",
    routes: [
      {
        contract: models["loan-default"],
        access: "PUBLIC",
        functionArn: "arn:aws:lambda:us-east-1:111122223333:function:prod-churn",
        ...settings,
      },
    ],
  });
  return { body: JSON.stringify(document) };
}

function functionOf(timeout: unknown): object {
  return { ...FUNCTION, timeout };
}

/** The changes of a plan in which a route gets other settings, and the function another timeout. */
function changed(
  before: RouteSettings | undefined,
  after: RouteSettings,
  timeouts: readonly [number | undefined, number] = [28, (after.timeoutInSeconds ?? 29) - 1],
): PlannedChange[] {
  const [was, is] = timeouts;
  return [
    {
      type: "aws_api_gateway_rest_api",
      name: "api",
      ...(before === undefined ? {} : { before: apiOf(before) }),
      after: apiOf(after),
    },
    {
      type: "aws_lambda_function",
      name: "function",
      ...(was === undefined || before === undefined ? {} : { before: { ...functionOf(was) } }),
      after: { ...functionOf(is) },
    },
  ];
}

const LONG: RouteSettings = { isStreamed: true, timeoutInSeconds: 300 };

describe("the review of a route that becomes long", () => {
  it("names the route, its mode and its wait, and opens nothing", () => {
    // Act
    const changes = surfaceTexts(planned(changed({}, LONG)));

    // Assess
    expect(changes).toMatchObject([
      {
        subject: "POST /loan-default",
        kind: "transfer changed",
        before: "buffered, waits 29 seconds",
        after: "streamed, waits 300 seconds",
        raisedTimeout: true,
        opened: false,
        public: false,
        undetermined: false,
      },
    ]);
  });

  it("has the possible cost of a thousand requests that wait for the whole timeout", () => {
    // Act
    const { perThousandLongRequests } = costTexts(planned(changed({}, LONG)));

    // Assess: 299,000 s × 0.25 GB × 0.0000133334
    expect(perThousandLongRequests).toMatchObject([
      {
        what: "POST /loan-default: the function waits for its whole timeout",
        before: null,
        after: { usd: 0.9967, calculation: "1,000 × 299 s × 0.25 GB × $0.0000133334 (Lambda on arm64)" },
        difference: 0.9967,
      },
    ]);
  });

  it("names the route and the cost of a new API", () => {
    // Act
    const plan = planned(changed(undefined, LONG));

    // Assess
    expect(surfaceTexts(plan)).toMatchObject([
      { kind: "added", subject: "POST /loan-default" },
      {
        kind: "transfer changed",
        before: undefined,
        after: "streamed, waits 300 seconds",
        raisedTimeout: true,
      },
    ]);
    expect(costTexts(plan).perThousandLongRequests).toMatchObject([{ before: null, difference: 0.9967 }]);
  });

  it("has the difference when a long route becomes longer", () => {
    // Act
    const { perThousandLongRequests } = costTexts(
      planned(changed({ isStreamed: true, timeoutInSeconds: 100 }, LONG, [99, 299])),
    );

    // Assess
    expect(perThousandLongRequests).toMatchObject([{ difference: 0.6667 }]);
  });

  it("says in the verdict which requests cost more, and which fail during the apply", () => {
    // Act
    const { verdict, environments, differences } = reportOf([planned(changed({}, LONG))]);

    // Assess
    expect(verdict).toContain("longer waits, which cost more: POST /loan-default");
    expect(verdict).toContain(
      "502 for a few seconds during the apply, because the transfer mode changes: POST /loan-default",
    );
    expect(toMarkdown({ verdict, environments, differences })).toContain("1,000 requests at the timeout");
  });

  it("names the missing function when the function is not in the plan", () => {
    // Prepare
    const [api] = changed({}, LONG);

    // Act
    const { notCounted } = costTexts(planned(api === undefined ? [] : [api]));

    // Assess
    expect(notCounted).toMatchObject([
      {
        what: "POST /loan-default: the function waits for its whole timeout",
        after: { reason: "the function is not in the plan" },
      },
    ]);
  });

  it("does not count a timeout that is known after apply", () => {
    // Prepare
    const [api, fn] = changed({}, LONG) as [PlannedChange, PlannedChange];
    const { timeout: _, ...after } = functionOf(0) as Record<string, unknown>;

    // Act
    const { notCounted } = costTexts(planned([api, { ...fn, after, unknown: { timeout: true } }]));

    // Assess
    expect(notCounted).toContainEqual(
      expect.objectContaining({
        what: "POST /loan-default: the function waits for its whole timeout",
        after: { reason: "known after apply" },
      }),
    );
  });
});

describe("the review of a route that does not become long", () => {
  it.each<[string, RouteSettings, RouteSettings, string, string]>([
    [
      "becomes shorter",
      LONG,
      { ...LONG, timeoutInSeconds: 60 },
      "streamed, waits 300 seconds",
      "streamed, waits 60 seconds",
    ],
    [
      "waits longer, but not longer than the default",
      { timeoutInSeconds: 5 },
      {},
      "buffered, waits 5 seconds",
      "buffered, waits 29 seconds",
    ],
    [
      "changes only its mode",
      {},
      { isStreamed: true },
      "buffered, waits 29 seconds",
      "streamed, waits 29 seconds",
    ],
  ])("names the change without a warning when the route %s", (_, before, after, was, is) => {
    // Act
    const changes = surfaceTexts(planned(changed(before, after)));

    // Assess
    expect(changes).toMatchObject([
      { kind: "transfer changed", before: was, after: is, raisedTimeout: false },
    ]);
  });

  it("has neither a change nor a cost when nothing changes, or a new route has the default", () => {
    // Act
    const plans = [planned(changed({}, {})), planned(changed(LONG, LONG, [299, 299]))];
    const added = planned(changed(undefined, {}));

    // Assess
    expect(plans.flatMap(surfaceTexts)).toEqual([]);
    expect(surfaceTexts(added)).toMatchObject([{ kind: "added" }]);
    expect([...plans, added].flatMap((plan) => costTexts(plan).perThousandLongRequests)).toEqual([]);
  });
});

describe("the review of a function URL", () => {
  it.each([
    ["RESPONSE_STREAM", "buffered", "streamed"],
    ["BUFFERED", "streamed", "buffered"],
  ])("names its new mode %s", (after, was, is) => {
    // Prepare
    const url = { function_name: "prod-churn", authorization_type: "AWS_IAM", cors: [] };
    const before = after === "BUFFERED" ? "RESPONSE_STREAM" : "BUFFERED";

    // Act
    const changes = surfaceTexts(
      planned([
        {
          type: "aws_lambda_function_url",
          before: { ...url, invoke_mode: before },
          after: { ...url, invoke_mode: after },
        },
      ]),
    );

    // Assess
    expect(changes).toMatchObject([
      { subject: "function URL of prod-churn", kind: "transfer changed", before: was, after: is },
    ]);
  });
});
