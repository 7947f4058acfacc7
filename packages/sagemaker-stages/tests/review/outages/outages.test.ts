import { describe, expect, it } from "@jest/globals";
import { openApi } from "../../../src/constructs/api/openapi";
import { toJson } from "../../../src/review/rendering/json";
import { toMarkdown } from "../../../src/review/rendering/render";
import { readSections } from "../../../src/review/rendering/sections";
import { reportOf } from "../../../src/review/report";
import { models } from "../../fixtures/app/functions";
import { planOf } from "../support/plan-json";
import { type PlannedChange, planned } from "../support/planned";
import { type RecordedPlan, recordedPlan } from "../support/recorded-plans";
import { apiOf, switchedRoute } from "../support/switched-route";

type Values = Readonly<Record<string, unknown>>;

const REPLACED = ["delete", "create"];

const API = "aws_api_gateway_rest_api";
const CONFIGURATION = "aws_sagemaker_endpoint_configuration";
const ENDPOINT = "aws_sagemaker_endpoint";
const FUNCTION = "aws_lambda_function";
const KEY = "aws_api_gateway_api_key";
const MAPPING = "aws_api_gateway_base_path_mapping";
const MODEL = "aws_sagemaker_model";
const URL = "aws_lambda_function_url";
const USAGE_PLAN = "aws_api_gateway_usage_plan";
const LINK = "aws_api_gateway_usage_plan_key";
const VPC_ENDPOINT = "aws_vpc_endpoint";

/** A resource that stays, so that the plan is neither of a new nor of a destroyed environment. */
const stays: PlannedChange = { type: "aws_vpc", name: "stays", before: { id: "1" }, after: { id: "1" } };

/** What the review says about the outages of a plan with these changes, and the gate. */
function review(...changes: readonly PlannedChange[]) {
  const report = reportOf([planned([stays, ...changes])]);
  const json = JSON.parse(toJson(report)) as {
    readonly environments: readonly {
      readonly flags: { readonly outage: boolean };
      readonly outages: readonly {
        readonly lasts: string;
        readonly message: string;
        readonly undetermined: boolean;
      }[];
    }[];
  };
  const [environment] = json.environments;
  return {
    gate: environment?.flags.outage,
    outages: environment?.outages.map(
      ({ lasts, message, undetermined }) => `${undetermined ? "undetermined, " : ""}${lasts}: ${message}`,
    ),
    verdict: report.verdict.replace(/^[^:]+: /, ""),
    text: toMarkdown(report),
  };
}

function change(type: string, before: Values | undefined, after: Values | undefined, name?: string) {
  return {
    type,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(name === undefined ? {} : { name }),
  };
}

/** A resource that Terraform deletes first, and then creates again. */
function replaced(type: string, before: Values, after: Values = before): PlannedChange {
  return { ...change(type, before, after), actions: REPLACED };
}

/** An API with the routes and the requirement of each. */
function api(
  routes: Readonly<Record<string, "PUBLIC" | "AWS_IAM" | "API_KEY">>,
  part: Values = {},
  corsAllowOrigin = "*",
): Values {
  const document = openApi({
    title: "prod-inference",
    region: "us-east-1",
    partition: "aws",
    corsAllowOrigin,
    routes: Object.entries(routes).map(([path, access]) => ({
      contract: {
        ...models["house-price"],
        route: { ...models["house-price"].route, path: `/${path.slice(1)}` as const },
      },
      access,
      functionArn: `arn:aws:lambda:us-east-1:111122223333:function:prod${path.replaceAll("/", "-")}`,
    })),
  });
  const endpoint_configuration = [{ types: ["REGIONAL"] }];
  return {
    id: "a1",
    name: "prod-inference",
    body: JSON.stringify(document),
    endpoint_configuration,
    ...part,
  };
}

/** The usage plan of a customer with the route `POST /price` and another limit. */
function limitedTo(other: Values): Values {
  const { api_stages: _, ...plan } = customer([]);
  const price = { path: "/price/POST", rate_limit: 5, burst_limit: 9 };
  return { ...plan, api_stages: [{ api_id: "a1", stage: "prod", throttle: [other, price] }] };
}

function customer(routes: readonly string[]): Values {
  return {
    name: "prod-acme-customer",
    tags: { Customer: "acme" },
    api_stages: [
      {
        api_id: "a1",
        stage: "prod",
        throttle: routes.map((path) => ({ path, rate_limit: 5, burst_limit: 9 })),
      },
    ],
  };
}

const endpoint = (part: Values = {}): Values => ({
  name: "prod-churn",
  endpoint_config_name: "prod-churn-1",
  ...part,
});
const fn = (part: Values = {}): Values => ({ function_name: "prod-churn", memory_size: 256, ...part });
const inVpc = (vpc_id: string): Values => fn({ vpc_config: [{ vpc_id, subnet_ids: ["subnet-1"] }] });
const runtimeEndpoint = (part: Values = {}): Values => ({
  vpc_id: "vpc-1",
  service_name: "com.amazonaws.us-east-1.sagemaker.runtime",
  ...part,
});
const LOSES_VPC_ENDPOINT =
  "function prod-churn loses the VPC endpoint through which it calls its endpoint: Terraform deletes the VPC endpoint before it updates the function";
const STAGE = { rest_api_id: "a1", stage_name: "prod" };
/** A new setting of a route, by default with a limit of 0. */
const addsSetting = (method_path: string, setting: Values = { throttling_rate_limit: 0 }): PlannedChange =>
  change(
    "aws_api_gateway_method_settings",
    undefined,
    { ...STAGE, method_path, settings: [setting] },
    "settings",
  );
const calling = (name: string): Values => fn({ environment: [{ variables: { ENDPOINT_NAME: name } }] });
const viaGateway = (name: string): Values => ({
  ...api({}),
  body: apiOf("gateway", "AWS_IAM").body.replaceAll("prod-house-price", name),
});
const ROLE_ARN = "arn:aws:iam::111122223333:role/prod-churn-function";
const withRole = (endpointName = "prod-churn"): Values => ({ ...calling(endpointName), role: ROLE_ARN });
const allowing = (...actions: readonly string[]): Values => ({
  role: "prod-churn-function",
  policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] }),
});
const INVOKES = allowing("sagemaker:InvokeEndpoint", "logs:PutLogEvents");
const LOGS_ONLY = allowing("logs:PutLogEvents");
const ROLE_POLICY = "aws_iam_role_policy";
const ROLE: Values = { name: "prod-churn-function" };
const keepsRole = (part: Values = {}): PlannedChange =>
  change("aws_iam_role", { ...ROLE, ...part }, { ...ROLE, ...part }, "role");
const url = (authorization_type: string): Values => ({ function_name: "prod-churn", authorization_type });
const mapping = (part: Values = {}): Values => ({
  api_id: "a1",
  stage_name: "prod",
  domain_name: "api.example.com",
  base_path: "",
  ...part,
});
const key = (part: Values = {}): Values => ({
  id: "k1",
  name: "prod-acme",
  enabled: true,
  value: "k",
  ...part,
});
const usageLink = { key_id: "k1", usage_plan_id: "u1" };
const sharedPlan = { id: "u1", name: "prod-shared", api_stages: [{ api_id: "a1", stage: "prod" }] };
const KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab";
const kmsKey = { id: KEY_ID, key_id: KEY_ID, arn: `arn:aws:kms:us-east-1:111122223333:key/${KEY_ID}` };
const page = (part: Values = {}): Values => ({
  enabled: true,
  aliases: [],
  default_cache_behavior: [{}],
  ...part,
});
const alias = (part: Values = {}): Values => ({
  name: "api.example.com",
  type: "A",
  alias: [{ name: "d-1.execute-api.us-east-1.amazonaws.com" }],
  ...part,
});
const configuration = (async: boolean, name = "prod-churn-1"): Values => ({
  name,
  production_variants: [{ variant_name: "AllTraffic", model_name: "prod-churn-a" }],
  async_inference_config: async ? [{ output_config: [{ s3_output_path: "s3://b/results" }] }] : [],
});
const model = (mode: string, name: string): Values => ({ name, primary_container: [{ mode }] });

describe("the gate outage stops a plan in which", () => {
  it.each<[string, readonly PlannedChange[], readonly string[]]>([
    // Endpoints.
    [
      "an endpoint is removed",
      [change(ENDPOINT, endpoint(), undefined)],
      ["permanent: endpoint prod-churn is removed"],
    ],
    [
      "an endpoint is deleted and created again with the same name",
      [replaced(ENDPOINT, endpoint())],
      ["apply: endpoint prod-churn is deleted and created again"],
    ],
    [
      "an endpoint gets another name",
      [replaced(ENDPOINT, endpoint(), endpoint({ name: "prod-churn-v2" }))],
      ["permanent: endpoint prod-churn is replaced, and has another address afterwards"],
    ],
    [
      "an endpoint is created again at another address in Terraform",
      [change(ENDPOINT, endpoint(), undefined, "old"), change(ENDPOINT, undefined, endpoint(), "new")],
      ["apply: endpoint prod-churn is deleted and created again"],
    ],
    [
      "an endpoint becomes asynchronous, which is listed once",
      [
        {
          ...change(CONFIGURATION, configuration(false), configuration(true)),
          actions: ["create", "delete"],
        },
        replaced(ENDPOINT, endpoint()),
      ],
      [
        "apply: endpoint prod-churn changes from real-time to asynchronous requests: the endpoint is replaced, and the model does not answer until the new endpoint is in service",
      ],
    ],
    [
      "an endpoint answers in real time again, which is listed once",
      [
        {
          ...change(CONFIGURATION, configuration(true), configuration(false)),
          actions: ["create", "delete"],
        },
        change(ENDPOINT, endpoint(), undefined, "async-endpoint"),
        change(ENDPOINT, undefined, endpoint(), "endpoint"),
      ],
      [
        "apply: endpoint prod-churn changes from asynchronous to real-time requests: the endpoint is replaced, waiting requests are lost, and the model does not answer until the new endpoint is in service",
      ],
    ],
    [
      "SageMaker would refuse the update of an asynchronous endpoint, with which the function no longer works",
      [
        {
          ...change(CONFIGURATION, configuration(true), configuration(false)),
          actions: ["create", "delete"],
        },
        change(ENDPOINT, endpoint(), endpoint({ endpoint_config_name: "prod-churn-2" })),
      ],
      [
        "permanent: endpoint prod-churn changes from asynchronous to real-time requests, which SageMaker refuses for an existing endpoint: replace the endpoint in the same apply with -replace=aws_sagemaker_endpoint.it",
      ],
    ],
    [
      "an endpoint serves many models instead of one",
      [
        {
          ...change(MODEL, model("SingleModel", "prod-churn-a"), model("MultiModel", "prod-churn-b")),
          actions: ["create", "delete"],
        },
        {
          ...change(CONFIGURATION, configuration(false), configuration(false, "prod-churn-2")),
          actions: ["create", "delete"],
        },
        change(ENDPOINT, endpoint(), endpoint({ endpoint_config_name: "prod-churn-2" })),
      ],
      [
        "apply: endpoint prod-churn serves many models instead of one: the model's route fails until the update of its endpoint is complete, some minutes later",
      ],
    ],
    [
      "an asynchronous endpoint can have no instance any more",
      [
        change(
          "aws_appautoscaling_target",
          { resource_id: "endpoint/prod-churn", max_capacity: 2 },
          { resource_id: "endpoint/prod-churn", max_capacity: 0 },
        ),
      ],
      ["permanent: scaling target stack/it cannot scale above 0"],
    ],
    // Functions.
    [
      "a function is replaced",
      [replaced(FUNCTION, fn())],
      ["apply: function prod-churn is deleted and created again"],
    ],
    [
      "a function gets another name",
      [replaced(FUNCTION, fn(), fn({ function_name: "prod-churn-v2" }))],
      ["apply: function prod-churn is deleted and created again"],
    ],
    [
      "a function may run no invocation",
      [
        change(
          FUNCTION,
          fn({ reserved_concurrent_executions: 5 }),
          fn({ reserved_concurrent_executions: 0 }),
        ),
      ],
      ["permanent: function prod-churn is switched off: no invocation can run"],
    ],
    [
      "a route changes from its function to the endpoint",
      switchedRoute("lambda", "gateway"),
      [
        "apply: POST /house-price changes between a function and an endpoint, or gets another function: requests fail if Terraform deletes the function or the role of the old integration before it updates the stage",
      ],
    ],
    [
      "a route changes from the endpoint to a function",
      switchedRoute("gateway", "lambda"),
      [
        "apply: POST /house-price changes between a function and an endpoint, or gets another function: requests fail if Terraform deletes the function or the role of the old integration before it updates the stage",
      ],
    ],
    [
      "a route gets another function, and its function is removed",
      [
        change(API, apiOf("lambda", "AWS_IAM"), {
          body: apiOf("lambda", "AWS_IAM").body.replaceAll(":prod-house-price", ":prod-other"),
        }),
        change(FUNCTION, fn({ function_name: "prod-house-price" }), undefined),
      ],
      [
        "apply: POST /house-price changes between a function and an endpoint, or gets another function: requests fail if Terraform deletes the function or the role of the old integration before it updates the stage",
      ],
    ],
    [
      "a function leaves the VPC of the environment, whose VPC endpoint is deleted",
      [
        change(VPC_ENDPOINT, runtimeEndpoint(), undefined),
        change(FUNCTION, inVpc("vpc-1"), fn({ vpc_config: [] })),
      ],
      [`apply: ${LOSES_VPC_ENDPOINT}`],
    ],
    [
      "the VPC of a function is replaced",
      [
        {
          ...replaced(VPC_ENDPOINT, runtimeEndpoint(), {
            service_name: "com.amazonaws.us-east-1.sagemaker.runtime",
          }),
          unknown: { vpc_id: true },
        },
        { ...change(FUNCTION, inVpc("vpc-1"), fn()), unknown: { vpc_config: true } },
      ],
      [`apply: ${LOSES_VPC_ENDPOINT}`],
    ],
    [
      "a function stays in a VPC whose VPC endpoint is deleted",
      [change(VPC_ENDPOINT, runtimeEndpoint(), undefined), change(FUNCTION, inVpc("vpc-1"), inVpc("vpc-1"))],
      [`permanent: ${LOSES_VPC_ENDPOINT}`],
    ],
    // Function URLs.
    [
      "a function URL is removed",
      [change(URL, url("AWS_IAM"), undefined)],
      ["permanent: function URL of prod-churn is removed"],
    ],
    [
      "a function URL is replaced",
      [replaced(URL, url("AWS_IAM"))],
      ["permanent: function URL of prod-churn is replaced, and has another address afterwards"],
    ],
    [
      "a function URL requires a signature",
      [change(URL, url("NONE"), url("AWS_IAM"))],
      ["permanent: function URL of prod-churn can refuse requests that it accepted before"],
    ],
    [
      "the mode of a function URL changes",
      [
        change(
          URL,
          { ...url("AWS_IAM"), invoke_mode: "BUFFERED" },
          { ...url("AWS_IAM"), invoke_mode: "RESPONSE_STREAM" },
        ),
      ],
      [
        "apply: function URL of prod-churn changes its transfer mode: requests fail with 502 for a few seconds, between the update of the function and the update of the API",
      ],
    ],
    // Routes.
    [
      "a route is removed",
      [change(API, api({ "/churn": "AWS_IAM", "/price": "AWS_IAM" }), api({ "/price": "AWS_IAM" }))],
      ["permanent: POST /churn is removed"],
    ],
    [
      "a route has another path",
      [change(API, api({ "/churn": "AWS_IAM" }), api({ "/v2/churn": "AWS_IAM" }))],
      ["permanent: POST /churn is removed"],
    ],
    [
      "a route requires a signature instead of a key",
      [change(API, api({ "/churn": "API_KEY" }), api({ "/churn": "AWS_IAM" }))],
      ["permanent: POST /churn can refuse requests that it accepted before"],
    ],
    [
      "a route requires a key instead of a signature",
      [change(API, api({ "/churn": "AWS_IAM" }), api({ "/churn": "API_KEY" }))],
      ["permanent: POST /churn can refuse requests that it accepted before"],
    ],
    [
      "pages of an origin may no longer call a route",
      [
        change(
          API,
          api({ "/churn": "AWS_IAM" }, {}, "https://old.example.com"),
          api({ "/churn": "AWS_IAM" }, {}, "https://new.example.com"),
        ),
      ],
      ["permanent: /churn can refuse requests that it accepted before"],
    ],
    [
      "the document of a deployed API is known after apply",
      [{ ...change(API, api({ "/churn": "AWS_IAM" }), { id: "a1" }), unknown: { body: true } }],
      [
        "undetermined, permanent: every route of the API may refuse requests: the document of the API is known after apply, e.g. because it contains the address of a new page",
      ],
    ],
    [
      "a method requires an authorizer whose code is elsewhere",
      [
        change(
          "aws_api_gateway_method",
          { http_method: "POST", authorization: "AWS_IAM" },
          { http_method: "POST", authorization: "CUSTOM", authorizer_id: "z" },
        ),
      ],
      [
        "undetermined, permanent: POST stack/it may refuse requests: the plan does not show the effect of the change",
      ],
    ],
    [
      "a method that is a separate resource is removed",
      [change("aws_api_gateway_method", { http_method: "POST", authorization: "NONE" }, undefined)],
      ["permanent: POST stack/it is removed"],
    ],
    [
      "a route of an HTTP API is removed",
      [change("aws_apigatewayv2_route", { route_key: "POST /churn", authorization_type: "NONE" }, undefined)],
      ["permanent: POST /churn is removed"],
    ],
    [
      "every route of a stage rejects every request",
      [
        change(
          "aws_api_gateway_method_settings",
          { stage_name: "prod", method_path: "*/*", settings: [{ throttling_rate_limit: 10 }] },
          { stage_name: "prod", method_path: "*/*", settings: [{ throttling_rate_limit: 0 }] },
        ),
      ],
      ["permanent: method setting stack/it rejects every request (0 requests per second)"],
    ],
    [
      "a new setting makes a route of a deployed stage reject every request",
      [change("aws_api_gateway_stage", STAGE, STAGE), addsSetting("price/POST")],
      ["permanent: method setting stack/settings rejects every request (0 requests per second)"],
    ],
    ...["churn/POST", "*/*", "churn/*"].map(
      (method_path): [string, readonly PlannedChange[], readonly string[]] => [
        `a new setting of ${method_path} makes an existing route reject every request`,
        [
          change(
            API,
            { ...api({ "/churn": "AWS_IAM" }), id: "a1" },
            { ...api({ "/churn": "AWS_IAM" }), id: "a1" },
          ),
          change("aws_api_gateway_stage", STAGE, STAGE),
          addsSetting(method_path),
        ],
        ["permanent: method setting stack/settings rejects every request (0 requests per second)"],
      ],
    ),
    [
      "a key is disabled that a function no longer names after the plan",
      [
        change("aws_kms_key", { ...kmsKey, is_enabled: true }, { ...kmsKey, is_enabled: false }, "key"),
        change(FUNCTION, fn({ kms_key_arn: kmsKey.arn }), fn({ kms_key_arn: "" })),
      ],
      ["apply: key stack/key is disabled: the key can neither encrypt nor decrypt"],
    ],
    [
      "a key of an endpoint is disabled",
      [
        change("aws_kms_key", { ...kmsKey, is_enabled: true }, { ...kmsKey, is_enabled: false }, "key"),
        change(CONFIGURATION, { name: "c", kms_key_arn: kmsKey.arn }, { name: "c", kms_key_arn: kmsKey.arn }),
      ],
      ["permanent: key stack/key is disabled: the key can neither encrypt nor decrypt"],
    ],
    [
      "a key of an endpoint is disabled, which the endpoint names by an alias",
      [
        change("aws_kms_key", { ...kmsKey, is_enabled: true }, { ...kmsKey, is_enabled: false }, "key"),
        change(
          "aws_kms_alias",
          { name: "alias/a", target_key_id: KEY_ID },
          { name: "alias/a", target_key_id: KEY_ID },
        ),
        change(CONFIGURATION, { name: "c", kms_key_arn: "alias/a" }, { name: "c", kms_key_arn: "alias/a" }),
      ],
      ["permanent: key stack/key is disabled: the key can neither encrypt nor decrypt"],
    ],
    [
      "a function gets another endpoint, and its endpoint is removed",
      [
        change(FUNCTION, calling("prod-churn"), calling("shared-churn")),
        change(ENDPOINT, endpoint(), undefined),
      ],
      [
        "permanent: endpoint prod-churn is removed",
        "apply: function prod-churn gets another endpoint: requests fail if Terraform deletes the old endpoint before it updates the route or the function",
      ],
    ],
    ...[
      ["the policy of a function no longer allows to invoke its endpoint", LOGS_ONLY] as const,
      ["the policy of a function is removed", undefined] as const,
    ].map(([what, after]): [string, readonly PlannedChange[], readonly string[]] => [
      what,
      [change(FUNCTION, withRole(), withRole()), keepsRole(), change(ROLE_POLICY, INVOKES, after)],
      [
        "permanent: function prod-churn loses the permission to invoke its endpoint: no policy of its role grants the permission after the apply",
      ],
    ]),
    [
      "a route without a function gets another endpoint, and its endpoint is removed",
      [
        change(API, viaGateway("prod-churn"), viaGateway("shared-churn")),
        change(ENDPOINT, endpoint(), undefined),
      ],
      [
        "permanent: endpoint prod-churn is removed",
        "apply: POST /house-price gets another endpoint: requests fail if Terraform deletes the old endpoint before it updates the route or the function",
      ],
    ],
    // APIs, stages and addresses.
    [
      "an API is removed, whose routes are listed in its place",
      [
        change(API, api({ "/churn": "AWS_IAM" }), undefined),
        change("aws_api_gateway_stage", { rest_api_id: "a1", stage_name: "prod" }, undefined),
      ],
      ["permanent: POST /churn is removed"],
    ],
    [
      "an API is replaced, whose stage is not listed, too",
      [
        replaced(API, api({ "/churn": "AWS_IAM" })),
        replaced("aws_api_gateway_stage", { rest_api_id: "a1", stage_name: "prod" }),
      ],
      ["permanent: API prod-inference is replaced, and has another address afterwards"],
    ],
    [
      "a stage has another name",
      [
        replaced(
          "aws_api_gateway_stage",
          { rest_api_id: "a1", stage_name: "prod" },
          { rest_api_id: "a1", stage_name: "v2" },
        ),
      ],
      ["permanent: stage prod is replaced, and has another address afterwards"],
    ],
    [
      "the default address is closed",
      [
        change(
          API,
          api({ "/churn": "AWS_IAM" }, { disable_execute_api_endpoint: false }),
          api({ "/churn": "AWS_IAM" }, { disable_execute_api_endpoint: true }),
        ),
      ],
      ["permanent: default address (execute-api) of the API can refuse requests that it accepted before"],
    ],
    [
      "an API becomes private",
      [
        change(
          API,
          api({ "/churn": "AWS_IAM" }),
          api({ "/churn": "AWS_IAM" }, { endpoint_configuration: [{ types: ["PRIVATE"] }] }),
        ),
      ],
      ["permanent: endpoint type of the API can refuse requests that it accepted before"],
    ],
    [
      "a domain name is removed, with its mapping and its record",
      [
        change("aws_api_gateway_domain_name", { domain_name: "api.example.com" }, undefined),
        change(MAPPING, mapping(), undefined),
        change("aws_route53_record", alias(), undefined),
      ],
      ["permanent: domain name api.example.com is removed"],
    ],
    [
      "the base path of a domain name changes",
      [change(MAPPING, mapping(), mapping({ base_path: "v1" }))],
      ["permanent: domain name api.example.com can refuse requests that it accepted before"],
    ],
    [
      "a mapping is replaced by the mapping of another domain name",
      [replaced(MAPPING, mapping(), mapping({ domain_name: "new.example.com" }))],
      ["permanent: domain name api.example.com is replaced, and has another address afterwards"],
    ],
    [
      "an alias record is deleted and created again",
      [replaced("aws_route53_record", alias())],
      ["apply: domain name api.example.com is deleted and created again"],
    ],
    [
      "a mapping is removed, and the domain name gets a mapping of another base path",
      [
        change(MAPPING, mapping({ base_path: "v1" }), undefined, "old"),
        change(MAPPING, undefined, mapping({ base_path: "v2" }), "new"),
      ],
      ["permanent: domain name api.example.com is removed"],
    ],
    [
      "a mapping without a base path is created again at another address in Terraform",
      [
        change(MAPPING, mapping(), undefined, "old"),
        change(MAPPING, undefined, mapping({ base_path: null }), "new"),
      ],
      ["apply: domain name api.example.com is deleted and created again"],
    ],
    [
      "an alias record for IPv4 is removed, and a record for IPv6 is created",
      [
        change("aws_route53_record", alias(), undefined, "v4"),
        change("aws_route53_record", undefined, alias({ type: "AAAA" }), "v6"),
      ],
      ["permanent: domain name api.example.com is removed"],
    ],
    [
      "the mapping of an HTTP API gets another key",
      [
        change(
          "aws_apigatewayv2_api_mapping",
          { domain_name: "api.example.com", api_mapping_key: "v1" },
          undefined,
          "old",
        ),
        change(
          "aws_apigatewayv2_api_mapping",
          undefined,
          { domain_name: "api.example.com", api_mapping_key: "v2" },
          "new",
        ),
      ],
      ["permanent: domain name api.example.com is removed"],
    ],
    [
      "an authorizer that is a separate resource invokes another function",
      [
        change(
          "aws_api_gateway_authorizer",
          { name: "a", authorizer_uri: "1" },
          { name: "a", authorizer_uri: "2" },
        ),
      ],
      [
        "undetermined, permanent: authorizer a may refuse requests: the plan does not show the effect of the change",
      ],
    ],
    // Pages.
    [
      "a page is replaced",
      [replaced("aws_cloudfront_distribution", page())],
      ["permanent: page (CloudFront distribution) is replaced, and has another address afterwards"],
    ],
    [
      "a page is switched off, which is listed once",
      [change("aws_cloudfront_distribution", page(), page({ enabled: false }))],
      ["permanent: distribution stack/it is switched off"],
    ],
    [
      "a page loses a domain name",
      [change("aws_cloudfront_distribution", page({ aliases: ["www.example.com"] }), page())],
      ["permanent: domain name www.example.com is removed"],
    ],
    // Credentials.
    ["a key is removed", [change(KEY, key(), undefined)], ["permanent: API key prod-acme is removed"]],
    [
      "a key gets another value",
      [replaced(KEY, key(), key({ value: "another" }))],
      ["permanent: API key prod-acme is replaced, and has another value afterwards"],
    ],
    [
      "a key is disabled",
      [change(KEY, key(), key({ enabled: false }))],
      ["permanent: API key prod-acme is switched off"],
    ],
    [
      "a customer is removed, with its keys",
      [
        change(USAGE_PLAN, customer(["/churn/POST"]), undefined),
        change(KEY, key({ tags: { Customer: "acme" } }), undefined),
      ],
      ["permanent: customer acme is removed"],
    ],
    [
      "a customer loses a route",
      [change(USAGE_PLAN, customer(["/churn/POST", "/price/POST"]), customer(["/price/POST"]))],
      ["permanent: customer acme can refuse requests that it accepted before"],
    ],
    [
      "a key loses its usage plan",
      [change(LINK, usageLink, undefined), change(KEY, key(), key())],
      [
        "permanent: API key prod-acme is removed from its usage plan, without which API Gateway refuses the key",
      ],
    ],
    [
      "the usage plan of a key is replaced, whose key is listed in its place",
      [
        replaced(USAGE_PLAN, sharedPlan, { ...sharedPlan, id: "u2" }),
        replaced(LINK, usageLink, { ...usageLink, usage_plan_id: "u2" }),
        change(KEY, key(), key()),
      ],
      ["apply: API key prod-acme is removed from its usage plan, without which API Gateway refuses the key"],
    ],
    [
      "a usage plan is removed, whose keys Terraform does not manage",
      [change(USAGE_PLAN, sharedPlan, undefined)],
      ["permanent: usage plan prod-shared is removed"],
    ],
    [
      "a customer is removed, whose key stays",
      [
        change(USAGE_PLAN, { ...customer(["/churn/POST"]), id: "u1" }, undefined),
        change(LINK, usageLink, undefined),
        change(KEY, key(), key()),
      ],
      ["permanent: customer acme is removed"],
    ],
    [
      "the limit of a customer for one route becomes 0",
      [
        change(
          USAGE_PLAN,
          customer(["/price/POST", "/churn/POST"]),
          limitedTo({ path: "/churn/POST", rate_limit: 5, burst_limit: 0 }),
        ),
      ],
      ["permanent: usage plan prod-acme-customer rejects every request of its keys to a route"],
    ],
    [
      "a key of AWS KMS is removed that a function still names",
      [
        change("aws_kms_key", kmsKey, undefined),
        change(FUNCTION, fn({ kms_key_arn: kmsKey.arn }), fn({ kms_key_arn: kmsKey.arn })),
      ],
      ["permanent: key stack/it is removed"],
    ],
    [
      "a key of AWS KMS is removed that an endpoint no longer uses",
      [
        change("aws_kms_key", kmsKey, undefined),
        change(
          CONFIGURATION,
          { ...configuration(false), kms_key_arn: kmsKey.arn },
          { ...configuration(false), kms_key_arn: "" },
        ),
      ],
      ["apply: key stack/it is removed"],
    ],
    [
      "the reserved concurrency of a function is known after apply",
      [
        {
          ...change(FUNCTION, fn({ reserved_concurrent_executions: 5 }), fn()),
          unknown: { reserved_concurrent_executions: true },
        },
      ],
      ["undetermined, permanent: function prod-churn may be switched off: no invocation can run"],
    ],
  ])("%s", (_, changes, outages) => {
    // Act
    const found = review(...changes);

    // Assess
    expect(found.outages).toEqual(outages);
    expect(found.gate).toBe(true);
    expect(found.text).toContain(`### Calls that fail: ${outages.length}`);
  });
});

describe("the gate outage passes a plan in which", () => {
  it.each<[string, readonly PlannedChange[]]>([
    // Endpoints.
    ["an endpoint is new", [change(ENDPOINT, undefined, endpoint())]],
    [
      "an endpoint rolls out another configuration and another model",
      [
        {
          ...change(MODEL, model("SingleModel", "prod-churn-a"), model("SingleModel", "prod-churn-b")),
          actions: ["create", "delete"],
        },
        {
          ...change(CONFIGURATION, configuration(false), configuration(false, "prod-churn-2")),
          actions: ["create", "delete"],
        },
        change(ENDPOINT, endpoint(), endpoint({ endpoint_config_name: "prod-churn-2" })),
      ],
    ],
    [
      "the rest of a failed replacement of an endpoint is deleted",
      [{ ...change(ENDPOINT, endpoint(), undefined), deposed: "1a2b3c4d" }],
    ],
    [
      "an endpoint is no longer managed by Terraform",
      [{ ...change(ENDPOINT, endpoint(), undefined), actions: ["forget"] }],
    ],
    [
      "an endpoint is new with asynchronous requests",
      [change(CONFIGURATION, undefined, configuration(true)), change(ENDPOINT, undefined, endpoint())],
    ],
    [
      "an endpoint starts with fewer instances",
      [
        change(
          CONFIGURATION,
          { name: "c", production_variants: [{ variant_name: "a", initial_instance_count: 2 }] },
          { name: "c", production_variants: [{ variant_name: "a", initial_instance_count: 1 }] },
        ),
      ],
    ],
    [
      "an asynchronous endpoint scales to zero while no request waits",
      [
        change(
          "aws_appautoscaling_target",
          { resource_id: "endpoint/prod-churn", min_capacity: 1, max_capacity: 2 },
          { resource_id: "endpoint/prod-churn", min_capacity: 0, max_capacity: 2 },
        ),
      ],
    ],
    [
      "only the tags of an endpoint change",
      [change(ENDPOINT, endpoint({ tags: { a: "1" } }), endpoint({ tags: { a: "2" } }))],
    ],
    // Functions.
    ["a function has more memory", [change(FUNCTION, fn(), fn({ memory_size: 512 }))]],
    [
      "a function has new code",
      [change(FUNCTION, fn({ source_code_hash: "a" }), fn({ source_code_hash: "b" }))],
    ],
    [
      "a function has fewer concurrent executions",
      [
        change(
          FUNCTION,
          fn({ reserved_concurrent_executions: 5 }),
          fn({ reserved_concurrent_executions: 1 }),
        ),
      ],
    ],
    ["a function that no route invokes is removed", [change(FUNCTION, fn(), undefined)]],
    [
      "a route gets another function, and its function stays",
      [
        change(API, apiOf("lambda", "AWS_IAM"), {
          body: apiOf("lambda", "AWS_IAM").body.replaceAll(":prod-house-price", ":prod-other"),
        }),
      ],
    ],
    [
      "a worker and a schedule are switched off",
      [
        change("aws_lambda_event_source_mapping", { enabled: true }, { enabled: false }),
        change("aws_cloudwatch_event_rule", { state: "ENABLED" }, { state: "DISABLED" }),
        change("aws_ecs_service", { desired_count: 2 }, { desired_count: 0 }),
      ],
    ],
    [
      "a function leaves an existing VPC, or its VPC keeps another VPC endpoint, or loses another kind of VPC endpoint",
      [
        change(VPC_ENDPOINT, runtimeEndpoint({ vpc_id: "vpc-2" }), undefined, "old"),
        change(
          VPC_ENDPOINT,
          runtimeEndpoint({ vpc_id: "vpc-2" }),
          runtimeEndpoint({ vpc_id: "vpc-2" }),
          "new",
        ),
        change(
          VPC_ENDPOINT,
          runtimeEndpoint({ service_name: "com.amazonaws.us-east-1.s3" }),
          undefined,
          "s3",
        ),
        change(FUNCTION, inVpc("vpc-1"), fn({ vpc_config: [] }), "one"),
        change(FUNCTION, inVpc("vpc-2"), inVpc("vpc-2"), "other"),
      ],
    ],
    // Routes.
    [
      "a route is new",
      [change(API, api({ "/churn": "AWS_IAM" }), api({ "/churn": "AWS_IAM", "/price": "AWS_IAM" }))],
    ],
    ["a route requires less", [change(API, api({ "/churn": "AWS_IAM" }), api({ "/churn": "PUBLIC" }))]],
    [
      "pages of one more origin may call a route",
      [
        change(
          API,
          api({ "/churn": "AWS_IAM" }, {}, "https://old.example.com"),
          api({ "/churn": "AWS_IAM" }, {}, "*"),
        ),
      ],
    ],
    [
      "a policy that restricted the callers of an API is removed",
      [
        change("aws_api_gateway_rest_api_policy", { rest_api_id: "a1" }, undefined),
        change(API, api({ "/churn": "AWS_IAM" }), api({ "/churn": "AWS_IAM" }), "api"),
      ],
    ],
    ["a function URL is opened", [change(URL, url("AWS_IAM"), url("NONE"))]],
    [
      "a stage permits fewer requests",
      [
        change(
          "aws_api_gateway_method_settings",
          { stage_name: "prod", method_path: "*/*", settings: [{ throttling_rate_limit: 10 }] },
          { stage_name: "prod", method_path: "*/*", settings: [{ throttling_rate_limit: 1 }] },
        ),
      ],
    ],
    ...Object.entries({
      "a function loses one of two ways to invoke its endpoint": [
        change(
          ROLE_POLICY,
          allowing("sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"),
          allowing("sagemaker:InvokeEndpoint"),
        ),
      ],
      "another policy allows a function to invoke its endpoint": [
        change(ROLE_POLICY, INVOKES, undefined, "old"),
        change(ROLE_POLICY, undefined, allowing("sagemaker:Invoke*"), "new"),
      ],
      "another policy of a function is known after apply": [
        change(ROLE_POLICY, INVOKES, undefined, "old"),
        {
          ...change(ROLE_POLICY, undefined, { role: "prod-churn-function" }, "new"),
          unknown: { policy: true },
        },
      ],
      "a function loses a policy, and has an attached policy": [
        change(ROLE_POLICY, INVOKES, LOGS_ONLY),
        change(
          "aws_iam_role_policy_attachment",
          { role: "prod-churn-function", policy_arn: "arn:aws:iam::111122223333:policy/a" },
          { role: "prod-churn-function", policy_arn: "arn:aws:iam::111122223333:policy/a" },
        ),
      ],
      "the role of another function loses its permission": [
        change(ROLE_POLICY, { ...INVOKES, role: "other" }, { ...LOGS_ONLY, role: "other" }),
      ],
    }).map(([what, changes]): [string, readonly PlannedChange[]] => [
      what,
      [change(FUNCTION, withRole(), withRole()), keepsRole(), ...changes],
    ]),
    [
      "a function loses a policy, and has a managed policy",
      [
        change(FUNCTION, withRole(), withRole()),
        keepsRole({ managed_policy_arns: ["arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"] }),
        change(ROLE_POLICY, INVOKES, LOGS_ONLY),
      ],
    ],
    [
      "a function loses a policy, and its role is managed elsewhere",
      [change(FUNCTION, withRole(), withRole()), change(ROLE_POLICY, INVOKES, LOGS_ONLY)],
    ],
    [
      "a function without a permission gets another endpoint",
      [
        change(FUNCTION, withRole(), withRole("shared-churn")),
        keepsRole(),
        change(ROLE_POLICY, INVOKES, LOGS_ONLY),
      ],
    ],
    [
      "a new stage rejects every request of a route",
      [change("aws_api_gateway_stage", undefined, STAGE), addsSetting("*/*")],
    ],
    [
      "a new route rejects every request",
      [
        change(
          API,
          { ...api({ "/churn": "AWS_IAM" }), id: "a1" },
          { ...api({ "/churn": "AWS_IAM", "/price": "AWS_IAM" }), id: "a1" },
        ),
        change("aws_api_gateway_stage", STAGE, STAGE),
        addsSetting("price/POST"),
      ],
    ],
    [
      "a setting that already rejected every request gets another address in Terraform",
      [
        change("aws_api_gateway_stage", STAGE, STAGE),
        change(
          "aws_api_gateway_method_settings",
          { ...STAGE, method_path: "*/*", settings: [{ throttling_rate_limit: 0 }] },
          undefined,
          "old",
        ),
        addsSetting("*/*"),
      ],
    ],
    [
      "a new setting limits a route",
      [
        change("aws_api_gateway_stage", STAGE, STAGE),
        addsSetting("*/*", { throttling_rate_limit: 5, throttling_burst_limit: -1 }),
      ],
    ],
    ...Object.entries({
      "a log group": change(
        "aws_cloudwatch_log_group",
        { kms_key_id: kmsKey.arn },
        { kms_key_id: kmsKey.arn },
      ),
      "a tag": change(FUNCTION, fn({ tags: { key: kmsKey.arn } }), fn({ tags: { key: kmsKey.arn } })),
      "a new function": change(FUNCTION, undefined, fn({ kms_key_arn: kmsKey.arn })),
    }).map(([user, changed]): [string, readonly PlannedChange[]] => [
      `a key is disabled that only ${user} names`,
      [change("aws_kms_key", { ...kmsKey, is_enabled: true }, { ...kmsKey, is_enabled: false }), changed],
    ]),
    [
      "a key is disabled that only a policy names",
      [
        change("aws_kms_key", { ...kmsKey, is_enabled: true }, { ...kmsKey, is_enabled: false }),
        change("aws_kms_key_policy", { key_id: KEY_ID }, { key_id: KEY_ID }),
        change(
          "aws_iam_role_policy",
          { policy: `{"Resource":"${kmsKey.arn}"}` },
          { policy: `{"Resource":"${kmsKey.arn}"}` },
        ),
      ],
    ],
    [
      "a function and a route get other endpoints, and their endpoints stay",
      [
        change(FUNCTION, calling("prod-churn"), calling("shared-churn")),
        change(API, viaGateway("prod-churn"), viaGateway("shared-churn")),
        change(ENDPOINT, endpoint(), endpoint()),
      ],
    ],
    [
      "a deployment is replaced",
      [{ ...change("aws_api_gateway_deployment", { id: "1" }, { id: "2" }), actions: ["create", "delete"] }],
    ],
    // APIs, stages and addresses.
    [
      "the default address is opened, and an API becomes reachable outside of its VPC",
      [
        change(
          API,
          api(
            { "/churn": "AWS_IAM" },
            { disable_execute_api_endpoint: true, endpoint_configuration: [{ types: ["PRIVATE"] }] },
          ),
          api({ "/churn": "AWS_IAM" }, { disable_execute_api_endpoint: false }),
        ),
      ],
    ],
    [
      "a domain name is added",
      [
        change(API, api({ "/churn": "AWS_IAM" }), api({ "/churn": "AWS_IAM" }), "api"),
        change(MAPPING, undefined, mapping()),
      ],
    ],
    [
      "the record that validates a certificate is removed",
      [
        change(
          "aws_route53_record",
          { name: "_1.api.example.com", type: "CNAME", records: ["x"] },
          undefined,
        ),
      ],
    ],
    // Pages.
    [
      "a page gets a domain name",
      [change("aws_cloudfront_distribution", page(), page({ aliases: ["www.example.com"] }))],
    ],
    ["a page is switched on", [change("aws_cloudfront_distribution", page({ enabled: false }), page())]],
    // Credentials.
    ["a key is new", [change(KEY, undefined, key())]],
    ["a key is enabled", [change(KEY, key({ enabled: false }), key())]],
    [
      "a customer gets a route",
      [change(USAGE_PLAN, customer(["/churn/POST"]), customer(["/churn/POST", "/price/POST"]))],
    ],
    // Other resources.
    [
      "arguments change that make a resource refuse no caller",
      [
        change(
          "aws_apigatewayv2_stage",
          { name: "prod", access_log_settings: [] },
          { name: "prod", access_log_settings: [{ destination_arn: "a", format: "f" }] },
        ),
        change(
          "aws_api_gateway_gateway_response",
          { response_type: "UNAUTHORIZED", status_code: "401" },
          { response_type: "UNAUTHORIZED", status_code: "403" },
        ),
        change(
          "aws_appsync_graphql_api",
          { name: "a", xray_enabled: false },
          { name: "a", xray_enabled: true },
        ),
        change(
          "aws_apprunner_service",
          { service_name: "a", instance_configuration: [{ cpu: "1024" }] },
          { service_name: "a", instance_configuration: [{ cpu: "2048" }] },
        ),
        change(
          "aws_api_gateway_authorizer",
          { name: "a", authorizer_result_ttl_in_seconds: 300 },
          { name: "a", authorizer_result_ttl_in_seconds: 0 },
        ),
      ],
    ],
    [
      "a key of AWS KMS is removed that only a log group names",
      [
        change("aws_kms_key", kmsKey, undefined),
        change("aws_cloudwatch_log_group", { kms_key_id: kmsKey.arn }, { kms_key_id: "" }),
        change(FUNCTION, fn(), fn()),
      ],
    ],
    [
      "the provisioned concurrency of a function can no longer scale",
      [
        change(
          "aws_appautoscaling_target",
          { resource_id: "function:prod-churn:live", max_capacity: 2 },
          { resource_id: "function:prod-churn:live", max_capacity: 0 },
        ),
      ],
    ],
    [
      "a log group, a role and a bucket are removed",
      [
        change("aws_cloudwatch_log_group", { name: "l" }, undefined),
        change("aws_iam_role", { name: "r" }, undefined),
        change("aws_s3_bucket", { bucket: "b" }, undefined),
      ],
    ],
    [
      "the sign-in of a page and the CORS of a bucket change",
      [
        change(
          "aws_cognito_user_pool_client",
          { name: "c", callback_urls: ["https://a"] },
          { name: "c", callback_urls: ["https://b"] },
        ),
        change(
          "aws_s3_bucket_cors_configuration",
          { bucket: "b", cors_rule: [{ allowed_origins: ["*"], allowed_methods: ["PUT"] }] },
          { bucket: "b", cors_rule: [{ allowed_origins: ["https://a"], allowed_methods: ["PUT"] }] },
        ),
      ],
    ],
  ])("%s", (_, changes) => {
    // Act
    const { gate, outages, text } = review(...changes);

    // Assess
    expect({ gate, outages }).toEqual({ gate: false, outages: [] });
    expect(text).not.toContain("Calls that fail");
    expect(text).not.toContain("| outages |");
  });

  it("a whole environment is new", () => {
    // Act
    const [report] = reportOf([recordedPlan("new-environment")]).environments;

    // Assess
    expect(report?.flags.outage).toBe(false);
  });
});

describe("the gate outage on a route whose authorization changes", () => {
  const ACCESS = ["PUBLIC", "API_KEY", "AWS_IAM"] as const;

  it.each(ACCESS.flatMap((before) => ACCESS.map((after) => [before, after] as const)))(
    "from %s to %s stops the plan only if a caller needs another credential",
    (before, after) => {
      // Act
      const { gate } = review(change(API, api({ "/churn": before }), api({ "/churn": after })));

      // Assess
      expect(gate).toBe(before !== after && after !== "PUBLIC");
    },
  );

  const tokenRoute = (audience: readonly string[], scopes: readonly string[]): Values => ({
    body: JSON.stringify({
      openapi: "3.0.1",
      paths: {
        "/churn": {
          post: {
            security: [{ pool: scopes }],
            "x-required-token": { issuer: "https://i", audience, scopes },
          },
        },
      },
      components: {
        securitySchemes: {
          pool: {
            type: "apiKey",
            name: "Authorization",
            in: "header",
            "x-amazon-apigateway-authorizer": {
              type: "cognito_user_pools",
              providerARNs: audience.map(
                (name) => `arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_${name}`,
              ),
            },
          },
        },
      },
    }),
  });

  const signedRoute = (...more: readonly object[]): Values => ({
    body: JSON.stringify({
      openapi: "3.0.1",
      paths: { "/churn": { post: { security: [{ sigv4: [] }, ...more] } } },
      components: {
        securitySchemes: {
          sigv4: { type: "apiKey", in: "header", "x-amazon-apigateway-authtype": "awsSigv4" },
          elsewhere: { type: "apiKey", in: "header", "x-amazon-apigateway-authtype": "custom" },
        },
      },
    }),
  });

  it.each<[string, Values, Values, boolean]>([
    [
      "also accepts an authorizer whose code is elsewhere",
      signedRoute(),
      signedRoute({ elsewhere: [] }),
      false,
    ],
    [
      "no longer accepts an authorizer whose code is elsewhere",
      signedRoute({ elsewhere: [] }),
      signedRoute(),
      true,
    ],
    ["accepts tokens of one more user pool", tokenRoute(["a"], []), tokenRoute(["a", "b"], []), false],
    ["accepts tokens of fewer user pools", tokenRoute(["a", "b"], []), tokenRoute(["a"], []), true],
    ["accepts tokens of another user pool", tokenRoute(["a"], []), tokenRoute(["b"], []), true],
    ["requires a scope", tokenRoute(["a"], []), tokenRoute(["a"], ["read"]), true],
    ["no longer requires a scope", tokenRoute(["a"], ["read"]), tokenRoute(["a"], []), false],
    ["accepts one more scope", tokenRoute(["a"], ["read"]), tokenRoute(["a"], ["read", "write"]), false],
    ["accepts fewer scopes", tokenRoute(["a"], ["read", "write"]), tokenRoute(["a"], ["read"]), true],
  ])("that %s", (_, before, after, stops) => {
    // Act
    const { gate } = review(change(API, before, after));

    // Assess
    expect(gate).toBe(stops);
  });
});

describe("the gate outage on an API whose shared key becomes the key of a customer", () => {
  const documentOf = (hasCustomers: boolean, header: "x-api-key" | "authorization"): Values => ({
    id: "a1",
    body: JSON.stringify(
      openApi({
        title: "prod-inference",
        region: "us-east-1",
        partition: "aws",
        corsAllowOrigin: "*",
        hasCustomers,
        routes: (["/churn", "/price"] as const).map((path) => ({
          contract: {
            ...models["house-price"],
            keyHeader: header,
            route: { ...models["house-price"].route, path },
          },
          access: "API_KEY",
          functionArn: "arn:aws:lambda:us-east-1:111122223333:function:prod-price",
        })),
        ...(hasCustomers && {
          authorizer: {
            functionArn: "arn:aws:lambda:us-east-1:111122223333:function:prod-authorizer",
            cacheInSeconds: 60,
          },
        }),
      }),
    ),
  });
  const link = { key_id: "k1", usage_plan_id: "u1" };
  const shared = { id: "u1", name: "prod-inference", api_stages: [{ api_id: "a1", stage: "prod" }] };

  /** The outages of the first apply with customers. */
  function outagesWith(
    usagePlan: Values | undefined,
    keyAfter: Values | undefined,
    header: "x-api-key" | "authorization" = "x-api-key",
  ) {
    const changed = (type: string, before: Values, after: Values | undefined) => ({
      address: `${type}.it`,
      actions: [after === undefined ? "delete" : "update"],
      before,
      after: after ?? null,
    });
    const plan = planOf({
      environment: "prod",
      accountId: "111122223333",
      resources: [
        changed(API, documentOf(false, header), documentOf(true, header)),
        changed(USAGE_PLAN, shared, usagePlan),
        changed(KEY, key(), keyAfter),
        changed(LINK, link, keyAfter && link),
      ],
    });
    const [environment] = reportOf([plan]).environments;
    return environment?.outages.map(({ cause, subject }) => ({ cause, subject }));
  }

  it("passes the plan if the customer has every route and the key stays", () => {
    // Act
    const outages = outagesWith(customer(["/churn/POST", "/price/POST"]), key({ name: "prod-everyone" }));

    // Assess
    expect(outages).toEqual([]);
  });

  it("stops the plan if the customer does not have a route", () => {
    // Act
    const outages = outagesWith(customer(["/churn/POST"]), key());

    // Assess
    expect(outages).toEqual([{ cause: "refused", subject: { kind: "customer", customer: "acme" } }]);
  });

  it("stops the plan if the key is removed, and names the key instead of each route", () => {
    // Act
    const outages = outagesWith(undefined, undefined);

    // Assess
    expect(outages).toEqual([
      { cause: "destroyed", subject: { kind: "resource", type: KEY, name: "prod-acme" } },
    ]);
  });

  it.each<[string, Values, "x-api-key" | "authorization"]>([
    ["the usage plan belongs to no customer", { ...shared, description: "b" }, "x-api-key"],
    [
      "the customers send their keys in another header",
      customer(["/churn/POST", "/price/POST"]),
      "authorization",
    ],
  ])("stops the plan for each route if %s", (_, usagePlan, header) => {
    // Act
    const outages = outagesWith(usagePlan, key(), header);

    // Assess
    expect(outages).toEqual([
      { cause: "refused", subject: { kind: "route", route: "POST /churn" } },
      { cause: "refused", subject: { kind: "route", route: "POST /price" } },
    ]);
  });
});

describe("the gate outage on a plan of Terraform", () => {
  it.each<[RecordedPlan, readonly string[]]>([
    ["nothing", []],
    ["new-artifact", []],
    ["opened", []],
    ["widened", []],
    [
      "renamed",
      [
        "permanent ticket-urgency/endpoint/endpoint: other address",
        "apply ticket-urgency/function/function: replaced",
      ],
    ],
    [
      "destroyed",
      [
        "permanent language-check-function-url/url: destroyed",
        "permanent language-check/endpoint/endpoint: destroyed",
        "permanent ticket-urgency/endpoint/endpoint: destroyed",
        "permanent stage/api: destroyed",
        "permanent stage/api: destroyed",
      ],
    ],
  ])("%s", (name, outages) => {
    // Act
    const [report] = reportOf([recordedPlan(name)]).environments;

    // Assess
    expect(report?.outages.map(({ lasts, path, cause }) => `${lasts} ${path}: ${cause}`)).toEqual(outages);
    expect(report?.flags.outage).toBe(outages.length > 0);
  });
});

describe("the outages of a plan are shown", () => {
  const report = () =>
    reportOf([
      planned([
        stays,
        change(API, api({ "/churn": "API_KEY", "/price": "AWS_IAM" }), api({ "/churn": "AWS_IAM" })),
        replaced(ENDPOINT, endpoint()),
        change(KEY, key(), key({ enabled: false })),
      ]),
    ]);

  it("in the verdict, by their duration, in which a setting has its own part", () => {
    // Act
    const { verdict } = report();

    // Assess
    expect(verdict).toContain(
      "API key prod-acme is switched off · calls fail after the apply: POST /churn and POST /price · calls fail during the apply: 1 endpoint",
    );
  });

  it("in the summary as a number", () => {
    // Act
    const text = toMarkdown(report(), { layout: readSections(["summary"]) });

    // Assess
    expect(text).toMatch(/\| replace \| destroy \| outages \| permissions \|/);
    expect(text).toMatch(/\| \*\*1\*\* \| {2}\| \*\*4\*\* \| {2}\|/);
  });

  it("in their section, and then not among the risks", () => {
    // Act
    const [both, alone] = [["outages,risks"], ["risks"]].map((sections) =>
      toMarkdown(report(), { layout: readSections(sections) }),
    );

    // Assess
    expect(both).toContain(
      "- ⚠ after the apply: API key prod-acme is switched off (`enabled`: `true` → `false`; in `stack/it`).",
    );
    expect(both?.match(/is switched off \(/g)).toHaveLength(1);
    expect(alone).toContain("- ⚠ outage: API key prod-acme is switched off");
  });

  it("without the value of a key", () => {
    // Act
    const text = toMarkdown(reportOf([planned([stays, replaced(KEY, key({ value: "SECRET" }), key())])]));

    // Assess
    expect(text).toContain("Calls that fail: 1");
    expect(text).not.toContain("SECRET");
  });
});
