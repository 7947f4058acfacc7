import { describe, expect, it } from "@jest/globals";
import type { EnvironmentReport } from "../../src/review/environment-report";
import { readPlan } from "../../src/review/reading/plan";
import { toMarkdown } from "../../src/review/rendering/render";
import { reportOf } from "../../src/review/report";
import { type PlanParts, planJson, type ResourceJson } from "./support/plan-json";

const stays: ResourceJson = {
  address: "aws_vpc.stays",
  actions: ["no-op"],
  before: { id: "1" },
  after: { id: "1" },
};

interface Reviewed {
  readonly gates: string;
  readonly verdict: string;
  readonly text: string;
  readonly report: EnvironmentReport;
}

/** The review of a plan with these resources, and members that {@link planJson} does not know. */
function review(
  resources: readonly ResourceJson[],
  others: PlanParts & { readonly checks?: unknown } = {},
): Reviewed {
  const { checks, ...parts } = others;
  const json = JSON.parse(planJson({ ...parts, resources: [stays, ...resources] })) as object;
  const { verdict, environments, differences } = reportOf([
    readPlan(JSON.stringify({ ...json, checks }), "dev.json"),
  ]);
  const [report] = environments;
  if (report === undefined) throw new Error("there is one environment");
  const { destroy, widen, public: isPublic } = report.flags;
  const gates = `${destroy ? "D" : "-"}${widen ? "W" : "-"}${isPublic ? "P" : "-"}`;
  return { gates, verdict, text: toMarkdown({ verdict, environments, differences }), report };
}

function update(address: string, before: object, after: object): ResourceJson {
  return { address, actions: ["update"], before, after };
}

function statement(members: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...members }] });
}

const url = (type: string): object => ({ function_name: "page", authorization_type: type, cors: [] });
const bucketPolicy = (Principal: unknown, others: object = {}): object => ({
  bucket: "b",
  policy: statement({ Principal, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*", ...others }),
});
const rolePolicy = (Action: readonly string[], Resource = "*"): object => ({
  name: "p",
  role: "r",
  policy: statement({ Action, Resource }),
});
const method = (members: object): object => ({
  http_method: "POST",
  authorization: "NONE",
  api_key_required: false,
  ...members,
});

describe("the verdict about several openings", () => {
  it("names a URL, a bucket and a database", () => {
    // Act
    const { gates, verdict } = review([
      update("aws_lambda_function_url.u", url("AWS_IAM"), url("NONE")),
      update("aws_s3_bucket_policy.b", bucketPolicy({ AWS: "111122223333" }), bucketPolicy("*")),
      update(
        "aws_db_instance.d",
        { identifier: "d", publicly_accessible: false },
        { identifier: "d", publicly_accessible: true },
      ),
    ]);

    // Assess
    expect(gates).toBe("-WP");
    expect(verdict).toContain(
      "1 URL opened to the public (function URL of page no longer requires a signature)",
    );
    expect(verdict).toContain("anyone can now read every object of the bucket b");
    expect(verdict).toContain("database d is reachable from the internet");
  });

  it("names a URL and its permission once", () => {
    // Act
    const { verdict } = review([
      { address: "aws_lambda_function_url.u", actions: ["create"], after: url("NONE") },
      {
        address: "aws_lambda_permission.p",
        actions: ["create"],
        after: {
          function_name: "page",
          principal: "*",
          action: "lambda:InvokeFunctionUrl",
          function_url_auth_type: "NONE",
        },
      },
    ]);

    // Assess
    expect(verdict).not.toContain("anyone");
  });
});

describe("a method or a route that is a separate resource", () => {
  const resources: readonly ResourceJson[] = [
    {
      address: "aws_api_gateway_resource.x",
      actions: ["no-op"],
      before: { id: "r1", path: "/x" },
      after: { id: "r1", path: "/x" },
    },
  ];

  it.each<[string, string, object, object, string, RegExp]>([
    [
      "no longer requires a signature",
      "aws_api_gateway_method.m",
      method({ authorization: "AWS_IAM" }),
      method({}),
      "-WP",
      /POST \/x no longer requires a signature/,
    ],
    [
      "requires only a key",
      "aws_api_gateway_method.m",
      method({ authorization: "AWS_IAM", api_key_required: true }),
      method({ api_key_required: true }),
      "-WP",
      /no longer requires a signature/,
    ],
    [
      "no longer requires a key",
      "aws_api_gateway_method.m",
      method({ api_key_required: true }),
      method({}),
      "-WP",
      /POST \/x no longer requires an API key/,
    ],
    [
      "requires a signature without a key",
      "aws_api_gateway_method.m",
      method({ authorization: "AWS_IAM", api_key_required: true }),
      method({ authorization: "AWS_IAM" }),
      "-W-",
      /weaker authorization \(POST \/x no longer requires an API key\)/,
    ],
    [
      "no longer requires an authorizer",
      "aws_api_gateway_method.m",
      method({ authorization: "CUSTOM", authorizer_id: "a" }),
      method({}),
      "-WP",
      /no longer requires an authorizer/,
    ],
    [
      "requires an authorizer instead of a signature",
      "aws_api_gateway_method.m",
      method({ authorization: "AWS_IAM" }),
      method({ authorization: "CUSTOM", authorizer_id: "a" }),
      "-WP",
      /undetermined: POST \/x/,
    ],
    [
      "requires a signature",
      "aws_api_gateway_method.m",
      method({}),
      method({ authorization: "AWS_IAM" }),
      "---",
      /closed to the public: POST \/x/,
    ],
    [
      "of an HTTP API no longer requires a token",
      "aws_apigatewayv2_route.r",
      { route_key: "GET /y", authorization_type: "JWT", authorizer_id: "a" },
      { route_key: "GET /y", authorization_type: "NONE" },
      "-WP",
      /GET \/y no longer requires an authorizer/,
    ],
    [
      "of an HTTP API requires a signature",
      "aws_apigatewayv2_route.r",
      { route_key: "GET /y", authorization_type: "NONE" },
      { route_key: "GET /y", authorization_type: "AWS_IAM" },
      "---",
      /closed to the public: GET \/y/,
    ],
  ])("is reported when it %s", (_, address, before, after, gates, pattern) => {
    // Act
    const reviewed = review([
      ...resources,
      update(address, { resource_id: "r1", ...before }, { resource_id: "r1", ...after }),
    ]);

    // Assess
    expect([reviewed.gates, reviewed.verdict]).toEqual([gates, expect.stringMatching(pattern)]);
  });
});

describe("the access list of a bucket or an object", () => {
  const group = (name: string): object => ({
    type: "Group",
    uri: `http://acs.amazonaws.com/groups/global/${name}`,
  });
  const listed = (name: string, permission: string): object => ({
    bucket: "b",
    access_control_policy: [{ owner: [{ id: "o" }], grant: [{ grantee: [group(name)], permission }] }],
  });

  it.each<[string, object, object, string, RegExp]>([
    [
      "aws_s3_bucket_acl.a",
      { bucket: "b", acl: "private" },
      { bucket: "b", acl: "public-read" },
      "-WP",
      /anyone can now list the bucket b/,
    ],
    [
      "aws_s3_bucket_acl.a",
      { bucket: "b", acl: "private" },
      { bucket: "b", acl: "authenticated-read" },
      "-WP",
      /anyone with an AWS account can now list/,
    ],
    [
      "aws_s3_bucket_acl.a",
      { bucket: "b", acl: "public-read" },
      { bucket: "b", acl: "private" },
      "---",
      /anyone can no longer list/,
    ],
    [
      "aws_s3_bucket.a",
      { bucket: "b", acl: "private" },
      { bucket: "b", acl: "public-read-write" },
      "-WP",
      /anyone can now list and write objects to the bucket b/,
    ],
    [
      "aws_s3_bucket.a",
      { bucket: "b", grant: [] },
      { bucket: "b", grant: [{ ...group("AllUsers"), permissions: ["READ_ACP"] }] },
      "-WP",
      /anyone can now read the access list of the bucket b/,
    ],
    [
      "aws_s3_bucket_acl.a",
      { bucket: "b", acl: "private" },
      listed("AllUsers", "FULL_CONTROL"),
      "-WP",
      /anyone can now .*write objects to/,
    ],
    [
      "aws_s3_bucket_acl.a",
      { bucket: "b", acl: "private" },
      listed("AuthenticatedUsers", "WRITE"),
      "-WP",
      /anyone with an AWS account can now write objects to/,
    ],
    [
      "aws_s3_bucket_acl.a",
      { bucket: "b", acl: "private" },
      { bucket: "b", acl: "log-delivery-write" },
      "-W-",
      /service logging\.s3\.amazonaws\.com can now .*write objects to the bucket b/,
    ],
    [
      "aws_s3_object.a",
      { key: "k", acl: "private" },
      { key: "k", acl: "public-read" },
      "-WP",
      /anyone can now read/,
    ],
  ])("%s %j → %j: %s", (address, before, after, gates, pattern) => {
    // Act
    const reviewed = review([update(address, before, after)]);

    // Assess
    expect([reviewed.gates, reviewed.verdict]).toEqual([gates, expect.stringMatching(pattern)]);
  });
});

describe("the policy of a resource", () => {
  const types: readonly (readonly [type: string, attribute: string, action: string, values: object])[] = [
    ["aws_backup_vault_policy", "policy", "backup:CopyIntoBackupVault", { backup_vault_name: "v" }],
    ["aws_ecr_repository_policy", "policy", "ecr:BatchGetImage", { repository: "r" }],
    ["aws_efs_file_system_policy", "policy", "elasticfilesystem:ClientMount", { file_system_id: "fs-1" }],
    ["aws_kms_key", "policy", "kms:Decrypt", { key_id: "k" }],
    ["aws_kms_key_policy", "policy", "kms:Decrypt", { key_id: "k" }],
    ["aws_opensearch_domain", "access_policies", "es:ESHttpGet", { domain_name: "d" }],
    [
      "aws_secretsmanager_secret_policy",
      "policy",
      "secretsmanager:GetSecretValue",
      { secret_arn: "arn:aws:secretsmanager:eu-west-1:1:secret:s" },
    ],
    ["aws_sns_topic_policy", "policy", "sns:Publish", { arn: "arn:aws:sns:eu-west-1:1:t" }],
    ["aws_sqs_queue_policy", "policy", "sqs:SendMessage", { queue_url: "https://q" }],
  ];

  it.each(types)("%s is public: opened, closed, undetermined", (type, attribute, Action, values) => {
    // Prepare
    const of = (Principal: unknown): object => ({
      ...values,
      [attribute]: statement({ Principal, Action, Resource: "*" }),
    });
    const [own, open] = [of({ AWS: "111122223333" }), of("*")];

    // Act
    const opened = review([update(`${type}.p`, own, open)]);
    const closed = review([update(`${type}.p`, open, own)]);
    const unknown = review([
      { address: `${type}.p`, actions: ["create"], after: values, unknown: { [attribute]: true } },
    ]);

    // Assess
    expect([opened.gates, opened.verdict]).toEqual(["-WP", expect.stringMatching(/anyone can now .* the /)]);
    expect(opened.verdict).not.toContain("every resource");
    expect([closed.gates, closed.verdict]).toEqual(["---", expect.stringMatching(/anyone can no longer /)]);
    expect([unknown.gates, unknown.verdict]).toEqual([
      "-WP",
      expect.stringMatching(/undetermined: access to /),
    ]);
  });

  it("is public only when no Deny excludes the public", () => {
    // Prepare
    const withDeny = (Condition: object): object => ({
      bucket: "b",
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" },
          { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*", Condition },
        ],
      }),
    });

    // Act
    const kept = review([
      update(
        "aws_s3_bucket_policy.b",
        bucketPolicy({ AWS: "111122223333" }),
        withDeny({ StringNotEquals: { "aws:SourceVpce": "vpce-1" } }),
      ),
    ]);
    const gone = ["aws:PrincipalTag/team", "aws:Referer", "aws:PrincipalArn", "aws:PrincipalOrgID"].map(
      (key) =>
        review([
          update("aws_s3_bucket_policy.b", withDeny({ StringNotEquals: { [key]: "*" } }), bucketPolicy("*")),
        ]),
    );

    // Assess
    expect(kept.gates).toBe("-W-");
    expect(gone.map(({ gates }) => gates)).toEqual(["-WP", "-WP", "-WP", "-WP"]);
  });
});

describe("an endpoint that is replaced at another address", () => {
  it("is no rollout when it answers in real time again", () => {
    // Prepare
    const configuration = "aws_sagemaker_endpoint_configuration.c";
    const place = [{ output_config: [{ s3_output_path: "s3://b/dev-churn/results" }] }];
    const replaced = (before: object, after: object): ResourceJson => ({
      address: configuration,
      actions: ["create", "delete"],
      before: { name: "dev-churn-1", ...before },
      after: { name: "dev-churn-2", ...after },
    });
    const endpoints: ResourceJson[] = [
      {
        address: "aws_sagemaker_endpoint.async",
        actions: ["delete"],
        before: { name: "dev-churn", endpoint_config_name: "dev-churn-1" },
      },
      {
        address: "aws_sagemaker_endpoint.e",
        actions: ["create"],
        after: { name: "dev-churn", endpoint_config_name: "dev-churn-2" },
      },
    ];

    // Act
    const realTime = review([
      replaced({ async_inference_config: place }, { async_inference_config: [] }),
      ...endpoints,
    ]);
    const rolledOut = review([replaced({}, {})]);

    // Assess
    expect([realTime.gates, realTime.verdict]).toEqual([
      "D--",
      expect.stringMatching(/1 endpoint destroyed/),
    ]);
    expect(realTime.verdict).toMatch(/changes from asynchronous to real-time requests/);
    expect(realTime.verdict).not.toMatch(/rollout/);
    expect(rolledOut.verdict).toMatch(/1 endpoint rollout/);
  });
});

describe("a load balancer", () => {
  const balancer = (internal: boolean, others: object = {}): object => ({ name: "l", internal, ...others });

  it.each<[string, ResourceJson, string, RegExp]>([
    [
      "that faces the internet is undetermined",
      { address: "aws_lb.l", actions: ["create"], after: balancer(false) },
      "-WP",
      /undetermined: load balancer l/,
    ],
    [
      "that is internal opens nothing to the public",
      { address: "aws_lb.l", actions: ["create"], after: balancer(true) },
      "---",
      /1 created/,
    ],
    [
      "that is replaced by an internet-facing load balancer",
      { address: "aws_lb.l", actions: ["delete", "create"], before: balancer(true), after: balancer(false) },
      "DWP",
      /load balancer l is reachable from the internet/,
    ],
    [
      "whose idle time changes",
      update("aws_lb.l", balancer(false, { idle_timeout: 60 }), balancer(false, { idle_timeout: 90 })),
      "---",
      /1 updated/,
    ],
  ])("%s", (_, resource, gates, pattern) => {
    // Act
    const reviewed = review([resource]);

    // Assess
    expect([reviewed.gates, reviewed.verdict]).toEqual([gates, expect.stringMatching(pattern)]);
  });
});

describe("the block of public access", () => {
  const block = (ignore_public_acls: boolean): object => ({ bucket: "b", ignore_public_acls });
  const open: ResourceJson = {
    address: "aws_s3_bucket_acl.a",
    actions: ["no-op"],
    before: { bucket: "b", acl: "public-read" },
    after: { bucket: "b", acl: "public-read" },
  };

  it("opens a bucket with a public access list when the block is removed", () => {
    // Act
    const { gates, verdict } = review([
      open,
      update("aws_s3_bucket_public_access_block.p", block(true), block(false)),
    ]);

    // Assess
    expect([gates, verdict]).toEqual(["-WP", expect.stringContaining("ignore_public_acls is off")]);
  });

  it("excludes the public when it stays, independent of the access list", () => {
    // Act
    const { gates } = review([
      {
        address: "aws_s3_bucket_public_access_block.p",
        actions: ["no-op"],
        before: block(true),
        after: block(true),
      },
      update("aws_s3_bucket_acl.a", { bucket: "b", acl: "private" }, { bucket: "b", acl: "public-read" }),
    ]);

    // Assess
    expect(gates).toBe("-W-");
  });
});

describe("an object that Terraform forgets and creates again", () => {
  it.each([[["create", "forget"]], [["forget", "create"]]])(
    "%j: both objects have their access",
    (actions) => {
      // Act
      const { gates, report } = review([
        {
          address: "aws_iam_role_policy.p",
          actions,
          before: { ...rolePolicy(["s3:GetObject"]), name: "a" },
          after: { ...rolePolicy(["*"]), name: "b" },
        },
      ]);

      // Assess
      expect(gates).toBe("-W-");
      expect(report.changes.map(({ kind }) => kind)).toEqual(["forget", "create"]);
      expect(report.access.filter(({ change }) => change === "revoked")).toEqual([]);
      expect(report.planned).toEqual({ import: 0, add: 1, change: 0, destroy: 0, forget: 1 });
    },
  );
});

describe("the review also contains", () => {
  const group = (days: number): object => ({ name: "/l", retention_in_days: days });

  it("imports with their changes, and Terraform's sentence", () => {
    // Act
    const { verdict, text } = review([
      {
        ...update("aws_vpc.a", { id: "2", enable_dns_support: true }, { id: "2", enable_dns_support: false }),
        importing: { id: "2" },
      },
      { address: "aws_vpc.b", actions: ["create"], after: {} },
      { address: "aws_vpc.c", actions: ["delete", "create"], before: {}, after: {} },
    ]);

    // Assess
    expect(verdict).toContain("1 imported");
    expect(text).toContain("\nPlan: 1 to import, 2 to add, 1 to change, 1 to destroy.\n");
    expect(text).toContain("imported: the resource exists in AWS");
    expect(text).toContain("`enable_dns_support`: `true` → `false`");
  });

  it("changes outside of Terraform, without changes of the notation only", () => {
    // Act
    const { verdict, text } = review([], {
      drift: [
        { address: "aws_cloudwatch_log_group.a", actions: ["delete"], before: group(7) },
        update("aws_cloudwatch_log_group.b", group(7), group(1)),
        update("aws_cloudwatch_log_group.c", { name: "c", tags: null }, { name: "c", tags: {} }),
      ],
    });

    // Assess
    expect(verdict).toBe(
      "dev: 1 resource deleted outside of Terraform (aws_cloudwatch_log_group.a) · 1 resource changed outside of Terraform (aws_cloudwatch_log_group.b) · nothing else changes",
    );
    expect(text).toContain("`retention_in_days`: `7` → `1`");
  });

  it("failed checks, with their messages without secrets", () => {
    // Act
    const { verdict, text } = review([update("aws_vpc.a", { a: 1 }, { a: 2 })], {
      checks: [
        {
          address: { kind: "check", to_display: "check.health" },
          status: "fail",
          instances: [{ problems: [{ message: "got AKIAIOSFODNN7EXAMPLE, retention too long" }] }],
        },
        { address: { to_display: "check.fine" }, status: "pass" },
      ],
    });

    // Assess
    expect(verdict).toBe("dev: 1 check failed (check.health) · 1 updated · nothing destroyed");
    expect(text).toContain("retention too long");
    expect(text).not.toContain("AKIAIOSFODNN7EXAMPLE");
  });

  it("resources of other providers and of types without rules as not determined", () => {
    // Act
    const { verdict, text } = review([
      { address: "google_storage_bucket_iam_member.all", actions: ["create"], after: { member: "allUsers" } },
      { address: "aws_glue_job.j", actions: ["create"], after: { name: "j" } },
      { address: "random_id.r", actions: ["create"], after: {} },
    ]);

    // Assess
    expect(verdict).toContain("1 change not determined (google_storage_bucket_iam_member)");
    expect(text).toContain(
      "not determined: changes of aws\\_glue\\_job (1), google\\_storage\\_bucket\\_iam\\_member (1).",
    );
  });
});

describe("the verdict about a route of a document", () => {
  const KEY = { type: "apiKey", name: "x-api-key", in: "header" };
  const api = (...security: readonly object[]): object => ({
    name: "api",
    body: JSON.stringify({
      openapi: "3.0.1",
      paths: { "/a": { get: { "x-amazon-apigateway-integration": {}, security } } },
      components: { securitySchemes: { key: KEY, other: { type: "http" }, sigv4: SIGV4 } },
    }),
  });
  const SIGV4 = { ...KEY, name: "Authorization", "x-amazon-apigateway-authtype": "awsSigv4" };

  it.each<[string, readonly object[], readonly object[], boolean]>([
    ["no requirement", [], [{ sigv4: [] }], true],
    ["an optional signature", [{ sigv4: [] }, {}], [{ sigv4: [] }], true],
    ["an ignored scheme", [{ other: [] }], [{ sigv4: [] }], true],
    ["a key and an ignored scheme", [{ key: [], other: [] }], [{ sigv4: [] }], false],
    ["no requirement, and still an optional signature", [], [{ sigv4: [] }, {}], false],
  ])(
    "that had %s: closed to the public only if anyone could call the route",
    (_, before, after, isClosed) => {
      // Act
      const { verdict } = review([update("aws_api_gateway_rest_api.api", api(...before), api(...after))]);

      // Assess
      expect(verdict.includes("closed to the public: GET /a")).toBe(isClosed);
    },
  );
});

describe("the verdict about a trust policy", () => {
  const trust = (Principal: unknown, others: object = {}): object => ({
    name: "deploy",
    assume_role_policy: statement({ Action: "sts:AssumeRole", Principal, ...others }),
  });
  const CONDITIONS = {
    StringEquals: { "sts:ExternalId": "shared", "aws:PrincipalOrgID": "o-abcdefghij" },
    ArnLike: {
      "aws:PrincipalArn": "arn:aws:iam::999988887777:role/delivery/deployment-of-the-platform-team-*",
    },
    Bool: { "aws:MultiFactorAuthPresent": "true" },
  };

  it.each([
    ["999988887777", "the account 999988887777 can now assume the role deploy"],
    ["*", "anyone can now assume the role deploy"],
  ])("names the principal %s without the conditions when the sentence is long", (AWS, expected) => {
    // Act
    const { verdict } = review([
      update("aws_iam_role.r", trust({ AWS: "111122223333" }), trust({ AWS }, { Condition: CONDITIONS })),
    ]);

    // Assess
    expect(verdict.split(" · ").map((part) => part.replace("dev: ", ""))).toContain(expected);
  });

  it("names the principal whose Deny with conditions is removed", () => {
    // Prepare
    const withStatements = (...statements: readonly object[]): object => ({
      name: "deploy",
      assume_role_policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
    });
    const own = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: "111122223333" } };
    const deny = {
      ...own,
      Effect: "Deny",
      Principal: { AWS: "arn:aws:iam::111122223333:role/ci" },
      Condition: CONDITIONS,
    };

    // Act
    const { verdict } = review([update("aws_iam_role.r", withStatements(own, deny), withStatements(own))]);

    // Assess
    expect(verdict).toContain(
      "arn:aws:iam::111122223333:role/ci is no longer denied permission to assume the role deploy ·",
    );
  });

  it("names the principal when the conditions of its permission are widened", () => {
    // Act
    const { verdict } = review([
      update(
        "aws_iam_role.r",
        trust({ AWS: "999988887777" }, { Condition: CONDITIONS }),
        trust({ AWS: "999988887777" }, { Condition: { ...CONDITIONS, Bool: {} } }),
      ),
    ]);

    // Assess
    expect(verdict).toContain("the account 999988887777 can now assume the role deploy ·");
  });
});

describe("the verdict contains improvements:", () => {
  it.each<[string, readonly ResourceJson[], string]>([
    [
      "a revoked permission",
      [
        update(
          "aws_iam_role_policy.p",
          rolePolicy(["s3:GetObject", "sqs:SendMessage"]),
          rolePolicy(["s3:GetObject"]),
        ),
      ],
      "dev: role r can no longer call sqs:SendMessage on every resource · nothing destroyed",
    ],
    [
      "a closed URL",
      [update("aws_lambda_function_url.u", url("NONE"), url("AWS_IAM"))],
      "dev: closed to the public: function URL of page · nothing destroyed",
    ],
    [
      "a closed bucket",
      [
        update(
          "aws_s3_bucket_policy.b",
          bucketPolicy("*"),
          bucketPolicy("*", { Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } } }),
        ),
      ],
      "dev: anyone can still read every object of the bucket b, but only if aws:SourceVpce is vpce-1; before: without a condition · nothing destroyed",
    ],
    [
      "a deployment",
      [
        {
          address: "aws_api_gateway_deployment.d",
          actions: ["create", "delete"],
          before: { triggers: { x: "1" } },
          after: { triggers: { x: "2" } },
        },
      ],
      "dev: 1 deployment rolled out · nothing destroyed",
    ],
  ])("%s", (_, resources, expected) => {
    // Act
    const { gates, verdict } = review(resources);

    // Assess
    expect([gates, verdict]).toEqual(["---", expected]);
  });
});
