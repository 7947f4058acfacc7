import { createHash } from "node:crypto";
import {
  canonical,
  type Deployed,
  type DeployedApi,
  type DeployedIdentityPool,
  type DeployedRole,
} from "./deployed";
import type { StateResource } from "./state";

/** A synthesized resource with resolved references. */
interface Synthesized {
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The expected result of {@link readDeployed} after an apply, from `cdk.tf.json`. The values of references, such as ids
 * and ARNs, come from Terraform's state. Permissions never come from the state.
 */
export function expectedOf(cdkTfJson: string, state: readonly StateResource[]): Deployed {
  const resources = resolve(cdkTfJson, state);
  const all = (type: string): Readonly<Record<string, string>>[] =>
    resources
      .filter((resource) => resource.type === type)
      .map(({ values }) => values as Readonly<Record<string, string>>);
  const unread = new Set(
    resources.map(({ type }) => type).filter((type) => GRANTS.test(type) && !READ.includes(type)),
  );
  if (unread.size > 0) throw new Error(`expected.ts and deployed.ts do not read ${[...unread].join(", ")}`);

  const attachments = all("aws_iam_role_policy_attachment");
  const permissions = all("aws_lambda_permission");
  const bucketPolicies = all("aws_s3_bucket_policy");
  const stages = all("aws_api_gateway_stage");
  const roles = all("aws_iam_role").map((role): [string, DeployedRole] => {
    const { name = "", assume_role_policy = "", permissions_boundary: boundary = null } = role;
    return [
      name,
      {
        trust: canonical(assume_role_policy),
        inline: Object.fromEntries(
          all("aws_iam_role_policy")
            .filter(({ role }) => role === name)
            .map((policy) => [policy.name, canonical(policy.policy ?? "")]),
        ),
        attached: attachments
          .filter(({ role }) => role === name)
          .map(({ policy_arn = "" }) => policy_arn)
          .sort(),
        boundary,
      },
    ];
  });
  const functionArn = (name: string): unknown =>
    state.find(({ type, values }) => type === "aws_lambda_function" && values.function_name === name)?.values
      .arn;
  return {
    roles: Object.fromEntries(roles),
    managedPolicies: Object.fromEntries(
      all("aws_iam_policy").map(({ name, policy = "" }) => [
        state.find(({ type, values }) => type === "aws_iam_policy" && values.name === name)?.values.arn,
        canonical(policy),
      ]),
    ),
    oidcProviders: Object.fromEntries(
      resources
        .filter(({ type }) => type === "aws_iam_openid_connect_provider")
        .map(({ values }) => [
          state.find(
            // IAM keeps the URL without its scheme.
            (known) =>
              known.type === "aws_iam_openid_connect_provider" &&
              `https://${known.values.url}` === values.url,
          )?.values.arn,
          values.client_id_list as readonly string[],
        ]),
    ),
    functions: Object.fromEntries(
      all("aws_lambda_function").map(({ function_name = "" }) => [
        function_name,
        canonical(
          JSON.stringify({
            Version: "2012-10-17",
            Statement: permissions
              .filter((permission) => permission.function_name === function_name)
              .map(({ statement_id, principal, action, source_arn }) => ({
                Sid: statement_id,
                Effect: "Allow",
                Principal: { Service: principal },
                Action: action,
                Resource: functionArn(function_name),
                Condition: { ArnLike: { "AWS:SourceArn": source_arn } },
              })),
          }),
        ),
      ]),
    ),
    functionUrls: Object.fromEntries(
      all("aws_lambda_function_url").map(({ function_name, authorization_type = "" }) => [
        function_name,
        authorization_type,
      ]),
    ),
    buckets: Object.fromEntries(
      all("aws_s3_bucket").map(({ bucket }) => {
        const policy = bucketPolicies.find((of) => of.bucket === bucket)?.policy;
        return [bucket, policy === undefined ? null : canonical(policy)];
      }),
    ),
    topics: Object.fromEntries(
      all("aws_sns_topic_policy").map(({ arn, policy = "" }) => [arn, canonical(policy)]),
    ),
    apis: Object.fromEntries(
      all("aws_api_gateway_rest_api").map(({ name, body = "" }) => [
        name,
        expectedApi(
          JSON.parse(body),
          stages.map(({ stage_name = "" }) => stage_name),
        ),
      ]),
    ),
    identityPools: Object.fromEntries(
      resources
        .filter(({ type }) => type === "aws_cognito_identity_pool")
        .map(({ values }) => [values.identity_pool_name, expectedIdentityPool(values, resources)]),
    ),
  };
}

/** An environment has at most one identity pool. */
function expectedIdentityPool(
  pool: Synthesized["values"],
  resources: readonly Synthesized[],
): DeployedIdentityPool {
  const attachment = resources.find(({ type }) => type === "aws_cognito_identity_pool_roles_attachment");
  return {
    allowsUnauthenticated: pool.allow_unauthenticated_identities as boolean,
    allowsClassicFlow: pool.allow_classic_flow as boolean,
    clients: (pool.cognito_identity_providers as readonly { readonly client_id: string }[]).map(
      ({ client_id }) => client_id,
    ),
    roles: (attachment?.values.roles ?? {}) as Readonly<Record<string, string>>,
  };
}

/** Types that can grant permissions. */
const GRANTS =
  /^aws_iam_|_policy$|_permission$|_(policy|roles)_attachment$|^aws_api_gateway_(rest_api|authorizer)|_url$/;

/** Types that {@link readDeployed} reads, or that grant no permission. */
const READ = [
  "aws_api_gateway_rest_api",
  "aws_cognito_identity_pool_roles_attachment",
  "aws_iam_openid_connect_provider",
  "aws_iam_policy",
  "aws_iam_role",
  "aws_iam_role_policy",
  "aws_iam_role_policy_attachment",
  "aws_lambda_function_url",
  "aws_lambda_permission",
  "aws_s3_bucket_policy",
  "aws_sns_topic_policy",
  // Grants no permission: the scaling of an endpoint.
  "aws_appautoscaling_policy",
  // Grants no permission: the headers of the page's answers.
  "aws_cloudfront_response_headers_policy",
];

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
  readonly components: {
    readonly securitySchemes?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  readonly "x-amazon-apigateway-gateway-responses": Readonly<Record<string, unknown>>;
}

interface DocumentOperation {
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly "x-amazon-apigateway-integration": { readonly type: string; readonly uri?: string };
}

function expectedApi(document: Document, stages: readonly string[]): DeployedApi {
  const schemes = document.components.securitySchemes ?? {};
  const methods = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([verb, operation]) => {
      const names = operation.security.flatMap((choice) => Object.keys(choice));
      const uses = (key: string, value: string): boolean =>
        names.some((name) => schemes[name]?.[key] === value);
      const { type, uri } = operation["x-amazon-apigateway-integration"];
      return [
        `${verb.toUpperCase()} ${path}`,
        {
          authorization: uses("x-amazon-apigateway-authtype", "awsSigv4") ? "AWS_IAM" : "NONE",
          apiKeyRequired: uses("name", "x-api-key"),
          integration: type,
          uri,
        },
      ];
    }),
  );
  return {
    methods: Object.fromEntries(methods),
    gatewayResponses: document["x-amazon-apigateway-gateway-responses"],
    stages,
  };
}

/** Every resource of `cdk.tf.json`, with resolved references. */
function resolve(cdkTfJson: string, state: readonly StateResource[]): readonly Synthesized[] {
  const { resource } = JSON.parse(cdkTfJson) as {
    readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  };
  return Object.entries(resource).flatMap(([type, byId]) =>
    Object.values(byId).map((values) => ({ type, values: follow(values, state) as Synthesized["values"] })),
  );
}

function follow(value: unknown, state: readonly StateResource[]): unknown {
  if (typeof value === "string") return followText(value, state);
  if (Array.isArray(value)) return value.map((item) => follow(item, state));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // Meta-arguments of Terraform can have expressions that are not references.
      .filter(([key]) => !["lifecycle", "depends_on", "provider", "//"].includes(key))
      .map(([key, member]) => [key, follow(member, state)]),
  );
}

function followText(text: string, state: readonly StateResource[]): string {
  return text
    .replaceAll(/(\$?)\$\{([^}]*)\}/g, (found, escaped: string, expression: string) =>
      escaped === "$" ? found.slice(1) : evaluate(expression, state),
    )
    .replaceAll("%%{", "%{");
}

/** The value of `<address>.<attribute>`, or of a function of Terraform that the stacks use. */
function evaluate(expression: string, state: readonly StateResource[]): string {
  const start = /^substr\((.*), 0, (\d+)\)$/.exec(expression);
  if (start !== null) return evaluate(start[1] ?? "", state).slice(0, Number(start[2]));
  const [, call, argument = ""] = /^(nonsensitive|base64sha256)\((.*)\)$/.exec(expression) ?? [];
  if (call === "nonsensitive") return evaluate(argument, state);
  if (call === "base64sha256") {
    return createHash("sha256").update(evaluate(argument, state)).digest("base64");
  }
  const last = /^element\(regexall\("\[\^\/\]\+\$", (.*)\), 0\)$/.exec(expression);
  if (last !== null) return evaluate(last[1] ?? "", state).replace(/.*\//, "");
  // The hash of the API's document triggers deployments, and grants no permission.
  if (/^sha256\(.*\)$/.test(expression)) return expression;
  const ofList = /^tolist\((.+)\.(\w+)\)\.(\d+)\.(\w+)$/.exec(expression);
  const [, address, attribute = "", index = "", property = ""] =
    ofList ?? /^((?:data\.)?\w+\.[\w-]+)\.(\w+)$/.exec(expression) ?? [];
  const values = state.find((resource) => resource.address === address)?.values;
  const value = ofList === null ? values?.[attribute] : Object(values?.[attribute])[index]?.[property];
  if (typeof value !== "string") {
    throw new Error(
      `expected.ts, \${${expression}}: got ${JSON.stringify(value)} in the state; allowed: a text`,
    );
  }
  return value;
}
