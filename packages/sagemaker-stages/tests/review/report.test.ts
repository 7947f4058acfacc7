import { describe, expect, it } from "@jest/globals";
import type { EnvironmentReport } from "../../src/review/environment-report";
import { readPlan } from "../../src/review/reading/plan";
import { MAX_COMMENT_CHARACTERS } from "../../src/review/rendering/document";
import { toMarkdown } from "../../src/review/rendering/render";
import { reportOf } from "../../src/review/report";
import { largePlans } from "./support/large-plans";
import { type PlanParts, planOf, type ResourceJson } from "./support/plan-json";
import { type RecordedPlan, recordedPlan, recordedText, withPaths } from "./support/recorded-plans";

/** What is said of one environment. */
function reportOn(parts: PlanParts): { verdict: string; report: EnvironmentReport } {
  const { verdict, environments } = reportOf([planOf(parts)]);
  const [report] = environments;
  if (report === undefined) throw new Error("there is one environment");
  return { verdict, report };
}

const stays: ResourceJson = {
  address: "aws_vpc.a",
  actions: ["no-op"],
  before: { id: "1" },
  after: { id: "1" },
};

describe("the verdict", () => {
  it.each<[string, PlanParts]>([
    [
      "dev: 1 created · nothing destroyed",
      { resources: [stays, { address: "aws_vpc.b", actions: ["create"], after: {} }] },
    ],
    [
      "dev: 2 updated · nothing destroyed",
      {
        resources: [
          { address: "aws_vpc.b", actions: ["update"], before: { a: 1 }, after: { a: 2 } },
          { address: "aws_vpc.c", actions: ["update"], before: { a: 1 }, after: { a: 2 } },
        ],
      },
    ],
    [
      "dev: 1 with changed tags · nothing destroyed",
      {
        resources: [
          {
            address: "aws_vpc.b",
            actions: ["update"],
            before: { tags: { A: "1" } },
            after: { tags: { A: "2" } },
          },
        ],
      },
    ],
    [
      "dev: 1 VPC destroyed",
      { resources: [stays, { address: "aws_vpc.b", actions: ["delete"], before: {} }] },
    ],
    [
      "dev: 1 bucket replaced · 1 created",
      {
        resources: [
          { address: "aws_s3_bucket.b", actions: ["delete", "create"], before: {}, after: {} },
          { address: "aws_vpc.c", actions: ["create"], after: {} },
        ],
      },
    ],
    [
      "dev: outputs change · nothing destroyed",
      { resources: [stays], outputs: { url: { actions: ["update"], before: "a", after: "b" } } },
    ],
    [
      "dev: the plan failed and cannot be applied · nothing else changes",
      { resources: [stays], errored: true },
    ],
    ["dev: nothing changes", { resources: [stays] }],
    [
      "dev: +$1.00 per month · 1 created · nothing destroyed",
      { resources: [stays, { address: "aws_kms_key.b", actions: ["create"], after: { policy: "" } }] },
    ],
  ])("%s", (said, parts) => {
    // Act and assess
    expect(reportOn(parts).verdict).toBe(said);
  });

  it("combines environments with equal changes", () => {
    // Prepare
    const updated: ResourceJson = {
      address: "aws_vpc.b",
      actions: ["update"],
      before: { a: 1 },
      after: { a: 2 },
    };
    const plans = ["dev", "staging", "prod"].map((environment) =>
      planOf({ environment, resources: environment === "prod" ? [stays] : [stays, updated] }),
    );

    // Act
    const { verdict } = reportOf(plans);

    // Assess
    expect(verdict).toBe("dev, staging: 1 updated · nothing destroyed — prod: nothing changes");
  });
});

/** A function's URL as it is authorized. */
function functionUrl(before: string, after: string): ResourceJson {
  const url = (type: string): object => ({ function_name: "f", authorization_type: type, cors: [] });
  return {
    address: "aws_lambda_function_url.u",
    actions: ["update"],
    before: url(before),
    after: url(after),
  };
}

function logGroup(before: number, after: number): ResourceJson {
  const address = "aws_cloudwatch_log_group.l";
  return {
    address,
    actions: ["update"],
    before: { name: "l", retention_in_days: before },
    after: { name: "l", retention_in_days: after },
  };
}

/** A role that comes with the plan, and what it may do. */
function newRole(Action: string, Principal: object): readonly ResourceJson[] {
  const policy = (statement: object): string =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
  return [
    {
      address: "aws_iam_role.r",
      actions: ["create"],
      after: { name: "r", assume_role_policy: policy({ Principal, Action: "sts:AssumeRole" }) },
    },
    {
      address: "aws_iam_role_policy.p",
      actions: ["create"],
      after: { role: "r", name: "p", policy: policy({ Action, Resource: "*" }) },
    },
  ];
}

function variant(instance_type: string, initial_instance_count: number): object {
  return { variant_name: "AllTraffic", instance_type, initial_instance_count };
}

describe("the verdict names important changes:", () => {
  const lambda = { Service: "lambda.amazonaws.com" };

  it.each<[string, PlanParts]>([
    [
      "dev: 1 URL opened to the public (function URL of f no longer requires a signature) · nothing destroyed",
      { resources: [stays, functionUrl("AWS_IAM", "NONE")] },
    ],
    [
      "dev: 1 endpoint rollout · cost partly unknown · nothing destroyed",
      {
        resources: [
          stays,
          {
            address: "aws_sagemaker_endpoint_configuration.c",
            actions: ["create", "delete"],
            before: { production_variants: [variant("ml.m5.large", 1)] },
            after: { production_variants: [variant("ml.p4d.24xlarge", 4)] },
          },
        ],
      },
    ],
    [
      "dev: log group l keeps log events for a shorter time, and AWS deletes older events",
      { resources: [stays, logGroup(365, 1)] },
    ],
    [
      "dev: log group l keeps log events for a shorter time, and AWS deletes older events",
      { resources: [stays, logGroup(0, 30)] },
    ],
    ["dev: 1 updated · nothing destroyed", { resources: [stays, logGroup(30, 365)] }],
    [
      "dev: new code for 1 function · nothing destroyed",
      {
        resources: [
          stays,
          {
            address: "aws_lambda_function.f",
            actions: ["update"],
            before: { source_code_hash: "a" },
            after: { source_code_hash: "b" },
          },
        ],
      },
    ],
    [
      "dev: new environment, 2 resources, $0.00 a month without requests · check: every action, other account, permissions management · nothing destroyed",
      { resources: newRole("*", { AWS: "arn:aws:iam::999988887777:root" }) },
    ],
    [
      "dev: new environment, 2 resources, $0.00 a month without requests · nothing destroyed",
      { resources: newRole("xray:PutTraceSegments", lambda) },
    ],
    [
      "dev: new environment, 1 resource, monthly price without requests unknown · nothing destroyed",
      {
        resources: [
          {
            address: "aws_sagemaker_endpoint_configuration.c",
            actions: ["create"],
            after: { production_variants: [variant("ml.p4d.24xlarge", 4)] },
          },
        ],
      },
    ],
    [
      "dev: 1 imported · nothing destroyed",
      {
        resources: [
          stays,
          { address: "aws_vpc.b", actions: ["no-op"], before: {}, after: {}, importing: { id: "1" } },
        ],
      },
    ],
    [
      "dev: 1 no longer managed by Terraform · nothing destroyed",
      { resources: [stays, { address: "aws_vpc.b", actions: ["forget"], before: {} }] },
    ],
    [
      "dev: 1 VPC destroyed · 1 no longer managed by Terraform",
      {
        resources: [
          { address: "aws_vpc.b", actions: ["delete"], before: {} },
          { address: "aws_vpc.c", actions: ["forget"], before: {} },
        ],
      },
    ],
    [
      "dev: 1 destroyed after a failed rollout · nothing destroyed",
      {
        resources: [
          stays,
          {
            address: "aws_sagemaker_endpoint_configuration.c",
            actions: ["delete"],
            before: {},
            deposed: "1a2b3c4d",
          },
        ],
      },
    ],
  ])("%s", (said, parts) => {
    // Act and assess
    expect(reportOn(parts).verdict).toBe(said);
  });
});

describe("no gate passes", () => {
  const all = { destroy: true, widen: true, public: true, outage: true };

  it.each<[string, PlanParts, EnvironmentReport["flags"]]>([
    ["a plan that failed", { resources: [stays], errored: true }, all],
    ["a plan of some resources only", { resources: [stays], complete: false }, all],
    ["a plan whose changes are deferred", { resources: [stays], deferred: [{}] }, all],
    ["a plan that invokes actions", { resources: [stays], invocations: [{}] }, all],
    [
      "a weaker authorization",
      {
        resources: [
          {
            address: "aws_api_gateway_rest_api.api",
            actions: ["update"],
            before: { body: routeOf("AWS_IAM") },
            after: { body: routeOf("NONE", true) },
          },
        ],
      },
      { destroy: false, widen: true, public: false, outage: true },
    ],
  ])("%s", (_, parts, flags) => {
    // Act and assess
    expect(reportOn(parts).report.flags).toEqual(flags);
  });

  function routeOf(type: string, withKey = false): string {
    const route = withKey ? { security: [{ key: [] }] } : { "x-amazon-apigateway-auth": { type } };
    return JSON.stringify({
      openapi: "3.0.1",
      components: { securitySchemes: { key: { type: "apiKey", name: "x-api-key", in: "header" } } },
      paths: { "/a": { post: route } },
    });
  }

  it("an incomplete plan, which the verdict names", () => {
    // Act and assess
    expect(reportOn({ resources: [stays], complete: false }).verdict).toBe(
      "dev: the plan is not complete (-target, or deferred changes) · nothing else changes",
    );
  });
});

describe("a gate fails", () => {
  it.each<[RecordedPlan, EnvironmentReport["flags"]]>([
    ["nothing", { destroy: false, widen: false, public: false, outage: false }],
    ["new-environment", { destroy: false, widen: true, public: false, outage: false }],
    ["new-artifact", { destroy: false, widen: false, public: false, outage: false }],
    ["opened", { destroy: false, widen: true, public: true, outage: false }],
    ["widened", { destroy: false, widen: true, public: false, outage: false }],
    ["renamed", { destroy: true, widen: true, public: false, outage: true }],
    ["destroyed", { destroy: true, widen: false, public: false, outage: true }],
  ])("on %s: %j", (name, flags) => {
    // Act
    const [report] = reportOf([recordedPlan(name)]).environments;

    // Assess
    expect(report?.flags).toEqual(flags);
  });
});

describe("a rollout widens access", () => {
  /** The recorded rollout, with another text in its plan. */
  function rollout(from: string, to: string): boolean | undefined {
    const text = recordedText("new-artifact");
    expect(text).toContain(from);
    const plan = withPaths(readPlan(text.replaceAll(from, to), "prod.json"));
    return reportOf([plan]).environments[0]?.flags.widen;
  }

  const artifact = "amzn-s3-demo-bucket/ticket-urgency/2026-11-21/model.tar.gz";

  it.each([
    ["not when its role reads the new artifact instead of the old artifact", artifact, artifact, false],
    ["when the new artifact is in another bucket", artifact, artifact.replace("demo", "other"), true],
    [
      "when the role can read another object instead of the artifact",
      `arn:aws:s3:::${artifact}`,
      "arn:aws:s3:::amzn-s3-demo-bucket/secrets",
      true,
    ],
    [
      "when the role can read more than the artifact",
      `arn:aws:s3:::${artifact}`,
      "arn:aws:s3:::amzn-s3-demo-bucket/*",
      true,
    ],
  ])("%s", (_, from, to, widens) => {
    // Act and assess
    expect(rollout(from, to)).toBe(widens);
  });
});

describe("a plan seeded with secrets", () => {
  const secrets = [
    "hunter2-variable",
    "hunter2-container",
    "hunter2-output",
    "hunter2-token",
    "hunter2-sensitive",
    "hunter2-before",
  ];
  const plan = planOf({
    resources: [
      {
        address: "aws_lambda_function.f",
        actions: ["delete", "create"],
        before: { function_name: "f", environment: [{ variables: { KEY: "hunter2-before" } }] },
        after: { function_name: "g", environment: [{ variables: { KEY: "hunter2-variable" } }] },
        replacePaths: [["function_name"], ["environment", 0, "variables", "KEY"]],
      },
      {
        address: "aws_sagemaker_model.m",
        actions: ["create"],
        after: { primary_container: [{ environment: { TOKEN: "hunter2-container" } }] },
      },
      {
        address: "terraform_data.r",
        actions: ["create", "delete"],
        before: { triggers_replace: { environment: { TOKEN: "hunter2-before" } } },
        after: { triggers_replace: { environment: { TOKEN: "hunter2-container" } } },
        replacePaths: [["triggers_replace"]],
      },
      {
        address: "aws_s3_bucket_policy.p",
        actions: ["update"],
        before: { bucket: "b", policy: policy("hunter2-before") },
        after: { bucket: "b", policy: policy("hunter2-token") },
      },
      {
        address: "aws_cloudfront_distribution.d",
        actions: ["update"],
        before: { comment: "old" },
        after: { comment: "see hunter2-sensitive", origin_secret: "hunter2-sensitive" },
        sensitive: { after: { origin_secret: true } },
      },
    ],
    outputs: {
      password: { actions: ["update"], before: "hunter2-before", after: "hunter2-output", sensitive: true },
      plain: { actions: ["update"], before: "AKIAIOSFODNN7EXAMPLE", after: "it is hunter2-output" },
    },
  });

  function policy(token: string): string {
    return JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: "*",
          Action: "s3:GetObject",
          Resource: "arn:aws:s3:::b/*",
          Condition: { StringEquals: { "aws:Referer": token } },
        },
      ],
    });
  }

  it.each([
    ["Markdown", () => toMarkdown(reportOf([plan]))],
    ["JSON", () => JSON.stringify(reportOf([plan]))],
  ])("does not contain their values in %s, only that they change", (_, write) => {
    // Act
    const text = write();

    // Assess
    for (const secret of [...secrets, "AKIAIOSFODNN7EXAMPLE"]) expect(text).not.toContain(secret);
    expect(text).toContain("aws:Referer");
    expect(text).toContain("environment[0].variables.KEY");
    expect(text).toContain("‹masked›, another value");
  });
});

describe("plans of twelve environments with 3 MB", () => {
  const plans = largePlans(12, 3).map(({ name, text }) => ({
    name,
    size: text.length,
    plan: readPlan(text, `${name}.json`),
  }));

  it("fit into one comment with all destroyed and replaced resources", () => {
    // Act
    const review = toMarkdown(reportOf(plans.map(({ plan }) => plan)));

    // Assess
    expect(plans.reduce((sum, { size }) => sum + size, 0)).toBeGreaterThan(3_000_000);
    expect(review.length).toBeLessThanOrEqual(MAX_COMMENT_CHARACTERS);
    expect(review.match(/✖ replaced/g)).toHaveLength(12 * 24);
    expect(review).toMatch(/\*\d+ of \d+ rows are left out/);
    expect(review.split("\n")[0]).toContain(
      `${plans.map(({ name }) => name).join(", ")}: 3 endpoints, 6 log groups, 3 functions and 12 more replaced · permissions for 6 new principals`,
    );
  });
});
