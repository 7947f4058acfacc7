import { isDeepStrictEqual } from "node:util";
import { Refused as RefusedCredential } from "../../authorizer/credential";
import { CUSTOMER_KEYS, type CustomerRoutes, customers } from "../../authorizer/customers";
import type { RouteName } from "../../authorizer/event";
import { policyOf } from "../../authorizer/policy";
import { invocationUri } from "../../constructs/api/security-schemes";
import type { Environment } from "../../environment/environment";
import { AUTHORIZER } from "../../environment/rules/name-checks";
import { type Json, type JsonObject, parseEmbedded } from "../terraform";
import { type PolicyKind, readPolicy, requireMembers, requireNames, type Statement } from "./policy";
import type { ApiKey, Policy, PolicySet, RequiredToken, Route } from "./policy-set";
import { Refused } from "./refused";
import { type ResolvedStack, type Resource, readOnce } from "./resolved-stack";

/**
 * Reads every policy of a stack. A policy that cannot be read is refused, never ignored.
 *
 * @param otherTypes - types that the app adds and that contain no policy
 * @param authorizer - the code of the environment's authorizer. Default: the environment needs no authorizer, or only a part
 * of the policy set is read that does not depend on the code
 * @throws Refused if no rule reads a type, an argument or a part of a policy
 */
export function readPolicySet(
  stack: ResolvedStack,
  otherTypes: readonly string[],
  authorizer?: EnvironmentAuthorizer,
): PolicySet {
  requireKnownTypes(stack, otherTypes);
  if (authorizer !== undefined) requirePackage(stack, authorizer);
  requireSafeSignIn(stack);
  const routes = readRoutes(stack, authorizer);
  return {
    accountId: stack.account.id,
    policies: [
      ...readRoles(stack),
      ...readManagedPolicies(stack),
      ...readPermissions(stack),
      ...readBucketPolicies(stack),
      ...readTopicPolicies(stack),
      ...readVpcEndpoints(stack),
    ],
    routes,
    keys: readKeys(stack, routes, authorizer),
    functionUrls: readFunctionUrls(stack),
    openUserPools: new Set(
      stack
        .all("aws_cognito_user_pool")
        .filter((pool) => pool.get("admin_create_user_config.allow_admin_create_user_only") !== true)
        .map((pool) => pool.text("arn")),
    ),
  };
}

/** Types that grant permissions. Each type is read below. */
const TYPES_WITH_PERMISSIONS = [
  "aws_api_gateway_api_key",
  "aws_api_gateway_rest_api",
  "aws_cognito_identity_pool",
  "aws_cognito_identity_pool_roles_attachment",
  "aws_cognito_user_pool",
  "aws_cognito_user_pool_client",
  "aws_api_gateway_usage_plan",
  "aws_api_gateway_usage_plan_key",
  "aws_iam_group_policy_attachment",
  "aws_iam_policy",
  "aws_iam_role",
  "aws_iam_role_policy",
  "aws_iam_role_policy_attachment",
  "aws_iam_user_policy_attachment",
  "aws_lambda_function_url",
  "aws_lambda_permission",
  "aws_s3_bucket",
  "aws_s3_bucket_policy",
  "aws_sns_topic",
  "aws_sns_topic_policy",
  "aws_sns_topic_subscription",
  "aws_vpc_endpoint",
];

/** Types that grant no permission. The rules in `principals/` derive requests from some of these types. */
const TYPES_WITHOUT_PERMISSIONS = [
  "aws_acm_certificate",
  "aws_acm_certificate_validation",
  "aws_api_gateway_base_path_mapping",
  "aws_api_gateway_deployment",
  // The policy of a private domain name would grant permissions: see readRoutes.
  "aws_api_gateway_domain_name",
  "aws_api_gateway_method_settings",
  "aws_api_gateway_stage",
  "aws_appautoscaling_policy",
  "aws_appautoscaling_scheduled_action",
  "aws_appautoscaling_target",
  "aws_budgets_budget",
  "aws_cloudfront_distribution",
  "aws_cloudfront_origin_access_control",
  "aws_cloudfront_response_headers_policy",
  "aws_cloudwatch_dashboard",
  "aws_cloudwatch_log_group",
  "aws_cloudwatch_composite_alarm",
  "aws_cloudwatch_metric_alarm",
  "aws_cognito_user_pool_domain",
  "aws_default_security_group",
  "aws_lambda_function",
  "aws_route53_record",
  "aws_route_table",
  "aws_route_table_association",
  "aws_s3_bucket_cors_configuration",
  "aws_s3_bucket_lifecycle_configuration",
  "aws_s3_bucket_ownership_controls",
  "aws_s3_bucket_public_access_block",
  "aws_s3_bucket_server_side_encryption_configuration",
  "aws_s3_bucket_versioning",
  "aws_s3_object",
  "aws_s3_object_copy",
  "aws_sagemaker_endpoint",
  "aws_sagemaker_endpoint_configuration",
  "aws_sagemaker_model",
  "aws_security_group",
  "aws_subnet",
  "aws_vpc",
  "aws_vpc_security_group_egress_rule",
  "aws_vpc_security_group_ingress_rule",
  "aws_wafv2_web_acl",
  "aws_wafv2_web_acl_association",
  "terraform_data",
];

function requireKnownTypes(stack: ResolvedStack, otherTypes: readonly string[]): void {
  if ("module" in stack.terraform) {
    throw new Refused(
      `${stack.name}: got a Terraform module, whose resources no rule reads; allowed: resources`,
    );
  }
  const known = [...TYPES_WITH_PERMISSIONS, ...TYPES_WITHOUT_PERMISSIONS, ...otherTypes];
  const unknown = stack.types().filter((type) => !known.includes(type));
  if (unknown.length > 0) {
    throw new Refused(
      `${stack.name}: got resources of the type ${unknown.join(", ")}; allowed: the types of the engine's stacks ` +
        "(read-policy-set.ts), types that grant no permission in the option typesWithoutPermissions of " +
        "proveLeastPrivilege, and types that a rule in the option rules reads",
    );
  }
}

function requireArguments({ address, set }: Resource, ...known: readonly string[]): void {
  requireNames(set, known, address);
}

/** The statements of the policy in an argument. @throws Refused as {@link readPolicy} */
function statementsOf(
  stack: ResolvedStack,
  resource: Resource,
  argument: string,
  kind: PolicyKind,
): readonly Statement[] {
  return readOnce(stack, `${resource.address}.${argument}`, resource.text(argument), (text, place) =>
    readPolicy(text, kind, place),
  );
}

/**
 * The sign-in decides who is a signed-in user. No policy shows these settings, so that any other value is refused: identities
 * without a sign-in, a role that the caller chooses, other roles, other ways to sign in, and addresses other than the page.
 */
function requireSafeSignIn(stack: ResolvedStack): void {
  const pages = stack
    .all("aws_cloudfront_distribution")
    .flatMap((distribution) => [distribution.text("domain_name"), ...aliasesOf(distribution)])
    .map((host) => `https://${host}/`);
  for (const pool of stack.all("aws_cognito_identity_pool")) {
    requireArguments(pool, ...IDENTITY_POOL_ARGUMENTS);
    requireValue(pool, "allow_unauthenticated_identities", false);
    requireValue(pool, "allow_classic_flow", false);
    const client = stack.all("aws_cognito_user_pool_client").map((one) => one.text("id"));
    const userPool = stack.all("aws_cognito_user_pool").map((one) => one.text("endpoint"));
    requireValue(pool, "cognito_identity_providers", [
      { client_id: client[0] ?? "", provider_name: userPool[0] ?? "", server_side_token_check: true },
    ]);
  }
  for (const attachment of stack.all("aws_cognito_identity_pool_roles_attachment")) {
    requireArguments(attachment, "identity_pool_id", "roles");
    const { authenticated = null, ...others } = (attachment.get("roles") ?? {}) as JsonObject;
    requireMembers(others, [], `${attachment.address}.roles`);
    const roles: Json[] = stack.all("aws_iam_role").map((role) => stack.account.roleArn(role.text("name")));
    if (!roles.includes(authenticated)) {
      throw new Refused(`${attachment.address}: got the role ${authenticated}; allowed: roles of the stack`);
    }
  }
  for (const pool of stack.all("aws_cognito_user_pool")) requireArguments(pool, ...USER_POOL_ARGUMENTS);
  for (const client of stack.all("aws_cognito_user_pool_client")) {
    requireArguments(client, ...CLIENT_ARGUMENTS);
    requireValue(client, "allowed_oauth_flows", ["code"]);
    requireValue(client, "allowed_oauth_scopes", ["openid"]);
    requireValue(client, "explicit_auth_flows", ["ALLOW_REFRESH_TOKEN_AUTH"]);
    requireValue(client, "supported_identity_providers", ["COGNITO"]);
    requireValue(client, "enable_token_revocation", true);
    for (const token of ["access_token_validity", "id_token_validity", "refresh_token_validity"]) {
      requireValue(client, token, TOKEN_VALIDITY_IN_MINUTES);
    }
    requireValue(client, "token_validity_units", [
      { access_token: "minutes", id_token: "minutes", refresh_token: "minutes" },
    ]);
    requireValue(client, "prevent_user_existence_errors", "ENABLED");
    for (const argument of ["callback_urls", "logout_urls"]) {
      const others = asList(client.get(argument)).filter((url) => !pages.includes(String(url)));
      if (others.length > 0) {
        throw new Refused(
          `${client.address}.${argument}: got ${others.join(", ")}; allowed: ${pages.join(", ")}, the addresses of the page`,
        );
      }
    }
  }
}

/**
 * Whether users need one-time codes decides how easily someone else signs in as a user, and no policy shows the setting. The
 * value must be the value of the environment.
 *
 * @throws Refused if a user pool has another value
 */
export function requireOneTimeCodes(stack: ResolvedStack, environment: Environment): void {
  const { mfa = "ON" } = environment.website?.signIn ?? {};
  for (const pool of stack.all("aws_cognito_user_pool")) {
    requireValue(pool, "mfa_configuration", mfa);
    if (mfa === "ON") requireValue(pool, "software_token_mfa_configuration", { enabled: true });
  }
}

function aliasesOf(distribution: Resource): string[] {
  return asList(distribution.get("aliases")).map(String);
}

function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** The shortest lifetime of a refresh token. A longer lifetime of a token gives someone who copies the token more time. */
const TOKEN_VALIDITY_IN_MINUTES = 60;

const IDENTITY_POOL_ARGUMENTS = [
  "identity_pool_name",
  "allow_unauthenticated_identities",
  "allow_classic_flow",
  "cognito_identity_providers",
  "tags",
];

/** Other arguments can add ways to sign in, e.g. `lambda_config` and `sign_in_policy`. */
const USER_POOL_ARGUMENTS = [
  "name",
  "account_recovery_setting",
  "admin_create_user_config",
  "auto_verified_attributes",
  "deletion_protection",
  "lifecycle",
  "mfa_configuration",
  "password_policy",
  "software_token_mfa_configuration",
  "tags",
  "username_attributes",
  "username_configuration",
];

const CLIENT_ARGUMENTS = [
  "name",
  "user_pool_id",
  "access_token_validity",
  "allowed_oauth_flows",
  "allowed_oauth_flows_user_pool_client",
  "allowed_oauth_scopes",
  "callback_urls",
  "enable_token_revocation",
  "explicit_auth_flows",
  "generate_secret",
  "id_token_validity",
  "logout_urls",
  "prevent_user_existence_errors",
  "read_attributes",
  "refresh_token_validity",
  "supported_identity_providers",
  "token_validity_units",
];

function requireValue(resource: Resource, argument: string, allowed: Json): void {
  const got = JSON.stringify(resource.get(argument));
  if (got !== JSON.stringify(allowed)) {
    throw new Refused(`${resource.address}.${argument}: got ${got}; allowed: ${JSON.stringify(allowed)}`);
  }
}

function readRoles(stack: ResolvedStack): Policy[] {
  const roles = stack.all("aws_iam_role").map((role): Policy & { name: string } => {
    // A permissions boundary only removes permissions. tests/stacks/boundary.test.ts shows the remaining permissions.
    requireArguments(role, "name", "description", "assume_role_policy", "permissions_boundary", "tags");
    return {
      name: role.text("name"),
      subject: `role ${role.text("name")}`,
      kind: "trust",
      of: [stack.account.globalArn("iam", `role/${role.text("name")}`)],
      statements: statementsOf(stack, role, "assume_role_policy", "trust"),
    };
  });
  const policies = stack.all("aws_iam_role_policy").map((policy): Policy => {
    requireArguments(policy, "name", "role", "policy", "lifecycle");
    const name = policy.text("role");
    const of = roles.find((role) => role.name === name)?.of ?? existingRoleNamed(name, stack);
    if (of === undefined)
      throw new Refused(
        `${policy.address}: got the role ${name}; allowed: roles of the stack, and roles of the functions that the stack names`,
      );
    const statements = statementsOf(stack, policy, "policy", "identity");
    return { subject: `role ${name}`, kind: "identity", of, statements };
  });
  return [...roles, ...policies];
}

/** The role of an existing function. The role's other policies are not part of the stack. */
function existingRoleNamed(name: string, stack: ResolvedStack): string[] | undefined {
  const arns = stack.all("data.aws_lambda_function").map((fn) => fn.text("role"));
  const arn = arns.find((candidate) => candidate.endsWith(`/${name}`));
  return arn === undefined ? undefined : [arn];
}

const ATTACHED_TO = ["role", "user", "group"] as const;

/** Managed policies with their principals. A policy without principals gets the principal of {@link unattachedHolder}. */
function readManagedPolicies(stack: ResolvedStack): Policy[] {
  const attachments = ATTACHED_TO.flatMap((kind) =>
    stack.all(`aws_iam_${kind}_policy_attachment`).map((attachment) => {
      requireArguments(attachment, kind, "policy_arn");
      const policyArn = attachment.text("policy_arn");
      return {
        address: attachment.address,
        holder: stack.account.globalArn("iam", `${kind}/${attachment.text(kind)}`),
        policyArn,
      };
    }),
  );
  const policies = stack.all("aws_iam_policy").map((policy): Policy & { arn: string } => {
    requireArguments(policy, "name", "description", "policy");
    const arn = stack.account.globalArn("iam", `policy/${policy.text("name")}`);
    const holders = attachments.filter(({ policyArn }) => policyArn === arn).map(({ holder }) => holder);
    return {
      arn,
      subject: managedPolicySubject(policy.text("name")),
      kind: "identity",
      of: holders.length > 0 ? holders : [unattachedHolder(stack, policy.text("name"))],
      statements: statementsOf(stack, policy, "policy", "identity"),
    };
  });
  for (const { address, policyArn } of attachments) {
    if (!policies.some(({ arn }) => arn === policyArn)) {
      throw new Refused(`${address}: got the policy ${policyArn}; allowed: policies of the stack`);
    }
  }
  return policies;
}

/**
 * The subject of a managed policy. If a caller has several policies (`…-caller`, `…-caller-2`), they have one subject.
 */
export function managedPolicySubject(name: string): string {
  return `policy ${firstPolicyOf(name)}`;
}

/** The name of the caller's first policy, from the name of any policy of the caller. */
function firstPolicyOf(name: string): string {
  return name.replace(/-caller-\d+$/, "-caller");
}

/** The start of the name of {@link unattachedHolder}. */
export const UNATTACHED_HOLDER = "role/holder-of-";

/** The ARN of a role that represents every principal to which a team attaches the policies of a caller later. */
export function unattachedHolder({ account }: ResolvedStack, policyName: string): string {
  return account.globalArn("iam", `${UNATTACHED_HOLDER}${firstPolicyOf(policyName)}`);
}

/** The resource-based policy of each function. Lambda writes one statement for each permission. */
function readPermissions(stack: ResolvedStack): Policy[] {
  const permissions = stack.all("aws_lambda_permission").map((permission) => {
    requireArguments(permission, "action", "function_name", "principal", "source_arn", "statement_id");
    const fn = permission.text("function_name");
    const types = ["aws_lambda_function", "data.aws_lambda_function"];
    if (types.every((type) => stack.find(type, "function_name", fn) === undefined)) {
      throw new Refused(`${permission.address}: got the function ${fn}; allowed: functions of the stack`);
    }
    const principal = permission.text("principal");
    if (principal !== "*" && !/^[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(principal)) {
      throw new Refused(`${permission.address}: no rule reads the principal ${principal}`);
    }
    const arn = stack.account.arn("lambda", `function:${fn}`);
    const statement: Statement = {
      place: permission.address,
      sid: permission.text("statement_id"),
      effect: "Allow",
      principal: principal === "*" ? principal : [principal],
      actions: [permission.text("action")],
      resources: [arn],
      conditions: permission.set.includes("source_arn")
        ? [{ operator: "ArnLike", key: "aws:SourceArn", values: [permission.text("source_arn")] }]
        : [],
    };
    return { arn, fn, statement };
  });
  return [...new Set(permissions.map(({ fn }) => fn))].map((name) => {
    const own = permissions.filter(({ fn }) => fn === name);
    return {
      subject: `function ${name}`,
      kind: "resource" as const,
      of: own.slice(0, 1).map(({ arn }) => arn),
      statements: own.map(({ statement }) => statement),
    };
  });
}

function readBucketPolicies(stack: ResolvedStack): Policy[] {
  for (const bucket of stack.all("aws_s3_bucket"))
    requireArguments(bucket, "bucket", "force_destroy", "tags", "lifecycle");
  return stack.all("aws_s3_bucket_policy").map((policy): Policy => {
    requireArguments(policy, "bucket", "policy", "depends_on");
    const name = policy.text("bucket");
    return {
      subject: `bucket ${name}`,
      kind: "resource",
      of: [stack.account.bucketArn(name)],
      statements: statementsOf(stack, policy, "policy", "resource"),
    };
  });
}

/** The topics of notifications. Without a policy in the stack, a topic has SNS's default policy, which permits no service. */
function readTopicPolicies(stack: ResolvedStack): Policy[] {
  for (const topic of stack.all("aws_sns_topic")) requireArguments(topic, "name", "tags");
  return stack.all("aws_sns_topic_policy").map((policy): Policy => {
    requireArguments(policy, "arn", "policy");
    const arn = policy.text("arn");
    if (!stack.all("aws_sns_topic").some((topic) => topic.text("arn") === arn)) {
      throw new Refused(`${policy.address}: got the topic ${arn}; allowed: topics of the stack`);
    }
    return {
      subject: `topic ${arn}`,
      kind: "resource",
      of: [arn],
      statements: statementsOf(stack, policy, "policy", "resource"),
    };
  });
}

/**
 * A subscription sends every message of a topic to its endpoint, and no policy shows the endpoint. The only endpoint must be
 * the address of the environment.
 *
 * @throws Refused if a subscription has another endpoint
 */
export function requireSubscriber(stack: ResolvedStack, { notify }: Environment): void {
  for (const subscription of stack.all("aws_sns_topic_subscription")) {
    requireArguments(subscription, "topic_arn", "protocol", "endpoint");
    requireValue(subscription, "protocol", "email");
    requireValue(subscription, "endpoint", notify !== undefined && "email" in notify ? notify.email : null);
  }
}

function readVpcEndpoints(stack: ResolvedStack): Policy[] {
  return stack.all("aws_vpc_endpoint").map((vpcEndpoint): Policy => {
    const service = vpcEndpoint.text("service_name");
    return {
      subject: `VPC endpoint ${service}`,
      kind: "resource",
      of: [],
      vpcEndpoint: service,
      statements: vpcEndpoint.set.includes("policy")
        ? statementsOf(stack, vpcEndpoint, "policy", "resource")
        : [],
    };
  });
}

function readFunctionUrls(stack: ResolvedStack): Map<string, string> {
  return new Map(
    stack.all("aws_lambda_function_url").map((url) => {
      requireArguments(url, "function_name", "authorization_type", "cors", "invoke_mode");
      return [
        stack.account.arn("lambda", `function:${url.text("function_name")}`),
        url.text("authorization_type"),
      ];
    }),
  );
}

/** One route of the API's document. */
interface Operation {
  readonly "x-required-token"?: Omit<RequiredToken, "required">;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly "x-amazon-apigateway-integration"?: { readonly type?: string };
}

/** Other members can grant access, e.g. `x-amazon-apigateway-policy`, or change the routes that require a key. */
const DOCUMENT_MEMBERS = [
  "openapi",
  "info",
  "paths",
  "components",
  "x-amazon-apigateway-api-key-source",
  "x-amazon-apigateway-binary-media-types",
  "x-amazon-apigateway-request-validators",
  "x-amazon-apigateway-gateway-responses",
];

/**
 * Routes that invoke a function or an endpoint. API Gateway itself answers preflight requests, so these requests need
 * no permission.
 */
function readRoutes(stack: ResolvedStack, authorizer: EnvironmentAuthorizer | undefined): Route[] {
  for (const domainName of stack.all("aws_api_gateway_domain_name")) {
    requireArguments(
      domainName,
      "domain_name",
      "endpoint_access_mode",
      "endpoint_configuration",
      "lifecycle",
      "regional_certificate_arn",
      "security_policy",
    );
  }
  return stack.all("aws_api_gateway_rest_api").flatMap((api) => {
    requireArguments(
      api,
      "name",
      "body",
      "depends_on",
      "disable_execute_api_endpoint",
      "endpoint_access_mode",
      "endpoint_configuration",
      "lifecycle",
      "security_policy",
    );
    const document = readOnce(stack, `${api.address}.body`, api.text("body"), parseEmbedded);
    requireMembers(document, DOCUMENT_MEMBERS, `${api.address}.body`);
    if (authorizer !== undefined) requireKeySource(api, document, authorizer);
    const paths = document.paths as unknown as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    const schemes = (
      document.components as { securitySchemes?: Readonly<Record<string, unknown>> } | undefined
    )?.securitySchemes;
    return stack.all("aws_api_gateway_stage").flatMap((stage) =>
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods)
          .filter(([, operation]) => operation["x-amazon-apigateway-integration"]?.type !== "mock")
          .map(([method, { security, "x-required-token": token }]): Route => {
            const place = `${api.address}.body: ${method} ${path}`;
            return {
              arn: stack.account.arn(
                "execute-api",
                `${stack.account.generatedName(api.address, "<api>")}/${stage.text("stage_name")}/${method.toUpperCase()}${path}`,
              ),
              ...readAccess(security ?? [], {
                schemes: schemes ?? {},
                authorizerUri: authorizerUriOf(stack, stage.text("stage_name")),
                keyHeaders: keyHeadersOf(`${method.toUpperCase()} ${path}`, authorizer),
                token,
                place,
              }),
            };
          }),
      ),
    );
  });
}

/** The URI of the environment's authorizer. The stage's name is the environment's prefix. */
function authorizerUriOf({ account }: ResolvedStack, stageName: string): string {
  return invocationUri(account.arn("lambda", `function:${stageName}-${AUTHORIZER}`), account);
}

/** The parts of a security scheme that differ between environments. */
interface Scheme {
  readonly "x-amazon-apigateway-authorizer"?: {
    readonly providerARNs?: readonly string[];
    readonly authorizerResultTtlInSeconds?: number;
  };
}

/** The security scheme of a credential in a header. */
function headerScheme(name: string): JsonObject {
  return { type: "apiKey", name, in: "header" };
}

/** The member of the API's document that determines from where API Gateway reads keys. */
const KEY_SOURCE = "x-amazon-apigateway-api-key-source";
const AUTHORIZATION = "Authorization";
const KEY = "x-api-key";
const KEY_SCHEME = headerScheme(KEY);
const SIGNATURE_SCHEME = { ...headerScheme(AUTHORIZATION), "x-amazon-apigateway-authtype": "awsSigv4" };

/**
 * Whether a scheme is the environment's authorizer for the credential in a header. API Gateway uses a result again for every
 * request with the same identity source, so that the credential must be the identity source.
 */
function isAuthorizer(scheme: unknown, header: string, authorizerUri: string): boolean {
  const ttl = (scheme as Scheme | undefined)?.["x-amazon-apigateway-authorizer"]
    ?.authorizerResultTtlInSeconds;
  return (
    Number.isInteger(ttl) &&
    isDeepStrictEqual(scheme, {
      ...headerScheme(header),
      "x-amazon-apigateway-authtype": "custom",
      "x-amazon-apigateway-authorizer": {
        type: "request",
        identitySource: `method.request.header.${header}`,
        authorizerUri,
        authorizerResultTtlInSeconds: ttl,
      },
    })
  );
}

/** The only user pool of a scheme; `undefined` for another scheme. */
function userPoolOf(scheme: unknown): string | undefined {
  const [pool] = (scheme as Scheme | undefined)?.["x-amazon-apigateway-authorizer"]?.providerARNs ?? [];
  const expected = {
    ...headerScheme(AUTHORIZATION),
    "x-amazon-apigateway-authtype": "cognito_user_pools",
    "x-amazon-apigateway-authorizer": { type: "cognito_user_pools", providerARNs: [pool] },
  };
  return isDeepStrictEqual(scheme, expected) ? pool : undefined;
}

interface RouteContext {
  readonly schemes: Readonly<Record<string, unknown>>;
  /** The URI of the environment's authorizer. */
  readonly authorizerUri: string;
  /**
   * The header in which the environment's authorizer reads the key for the route. With another header as the identity source,
   * one customer's request would open the route for every caller who sends the same text in that header.
   */
  readonly keyHeaders: readonly string[];
  readonly token: Operation["x-required-token"];
  /** The route in the Terraform, for messages. */
  readonly place: string;
}

function readAccess(
  security: NonNullable<Operation["security"]>,
  { schemes, authorizerUri, keyHeaders, token, place }: RouteContext,
): Pick<Route, "access" | "token"> {
  if (security.length === 0) return { access: "PUBLIC" };
  const [[name = "", scopes] = [], ...others] = security.flatMap((requirement) =>
    Object.entries(requirement),
  );
  const scheme = schemes[name];
  if (others.length === 0 && isDeepStrictEqual(scheme, SIGNATURE_SCHEME)) return { access: "AWS_IAM" };
  if (others.length === 0 && isDeepStrictEqual(scheme, KEY_SCHEME)) return { access: "API_KEY" };
  const isKeyAndAuthorizer =
    others.length === 1 &&
    keyHeaders.some((header) => isAuthorizer(scheme, header, authorizerUri)) &&
    isDeepStrictEqual(schemes[others[0]?.[0] ?? ""], KEY_SCHEME);
  if (isKeyAndAuthorizer) return { access: "CUSTOMER" };
  if (others.length === 0 && token !== undefined && isAuthorizer(scheme, AUTHORIZATION, authorizerUri)) {
    return { access: "TOKEN", token: { ...token, required: "all scopes" } };
  }
  const userPoolArn = userPoolOf(scheme);
  if (others.length === 0 && userPoolArn !== undefined) {
    const required = { issuer: userPoolArn, scopes: (scopes ?? []) as string[] };
    return { access: "TOKEN", token: { ...required, required: "one scope" } };
  }
  throw new Refused(
    `${place}: no rule reads the security ${JSON.stringify(security)} with the scheme ${JSON.stringify(scheme)}`,
  );
}

/** The header of a route's key: one header for a known authorizer, otherwise each header with which the route can be read. */
function keyHeadersOf(route: RouteName, authorizer: EnvironmentAuthorizer | undefined): readonly string[] {
  if (authorizer === undefined) return [KEY, AUTHORIZATION];
  return [authorizer.bearerRoutes?.includes(route) === true ? AUTHORIZATION : KEY];
}

/** The code of an environment's authorizer. */
export interface EnvironmentAuthorizer {
  /** The function's name. */
  readonly functionName: string;
  /** The SHA-256 of the package with the required tokens and the customers' routes. */
  readonly sha256: string;
  /** The routes of each customer. @default - the environment has no customers */
  readonly routes?: CustomerRoutes | undefined;
  /** The routes of customers whose callers send the key as a bearer token. @default - none */
  readonly bearerRoutes?: readonly RouteName[] | undefined;
}

/**
 * An authorizer that returns keys needs an API that uses them. An API that reads keys from the answers of another authorizer
 * would give each caller the key that the authorizer returns.
 */
function requireKeySource(
  api: Resource,
  document: JsonObject,
  { bearerRoutes = [] }: EnvironmentAuthorizer,
): void {
  const got = document[KEY_SOURCE];
  const expected = bearerRoutes.length > 0 ? "AUTHORIZER" : undefined;
  if (got === expected) return;
  throw new Refused(
    `${api.address}.body: ${KEY_SOURCE}: got ${JSON.stringify(got) ?? "nothing"}; allowed: ${JSON.stringify(expected) ?? "nothing"}`,
  );
}

/** The package decides which tokens and keys open a route. */
function requirePackage(stack: ResolvedStack, { functionName, sha256 }: EnvironmentAuthorizer): void {
  const fn = stack.find("aws_lambda_function", "function_name", functionName);
  if (fn?.text("source_code_hash") === sha256) return;
  throw new Refused(
    `function ${functionName}: got another package; allowed: the package that the engine makes for the environment's tokens and customers`,
  );
}

/** The keys, with the stages of their usage plans, and with the decisions of the authorizer's code. */
function readKeys(
  stack: ResolvedStack,
  routes: readonly Route[],
  authorizer: EnvironmentAuthorizer | undefined,
): ApiKey[] {
  const plans = stack.all("aws_api_gateway_usage_plan");
  for (const plan of plans) {
    requireArguments(plan, "name", "tags", "api_stages", "quota_settings", "throttle_settings");
  }
  const links = stack.all("aws_api_gateway_usage_plan_key").map((link) => {
    requireArguments(link, "key_id", "key_type", "usage_plan_id");
    return { keyId: link.text("key_id"), planId: link.text("usage_plan_id") };
  });
  const ofCustomers = authorizer?.routes;
  const decide = ofCustomers && decisionsOf(stack, routes, authorizer.functionName, ofCustomers);
  return stack.all("aws_api_gateway_api_key").map((key): ApiKey => {
    // A value in the Terraform would be in the plan, and could be a value that others know.
    requireArguments(key, "name", "tags");
    const planIds = links.filter(({ keyId }) => keyId === key.text("id")).map(({ planId }) => planId);
    const own = plans.filter((plan) => planIds.includes(plan.text("id")));
    const { customer, allowedRouteArns } = decide?.(key.text("value")) ?? NO_DECISION;
    if (customer !== undefined) for (const resource of [key, ...own]) requireCustomer(resource, customer);
    if (decide !== undefined) for (const plan of own) requireSameRoutes(plan, allowedRouteArns);
    return {
      name: key.text("name"),
      stageArns: own.flatMap((plan) => stagesOf(plan, stack)),
      allowedRouteArns,
    };
  });
}

interface PlannedStage {
  readonly api_id: string;
  readonly stage: string;
  readonly throttle?: readonly { readonly path: string }[];
}

function plannedStages(plan: Resource): readonly PlannedStage[] {
  return plan.get("api_stages") as unknown as readonly PlannedStage[];
}

function stagesOf(plan: Resource, { account }: ResolvedStack): string[] {
  return plannedStages(plan).map(({ api_id, stage }) => account.arn("execute-api", `${api_id}/${stage}`));
}

/**
 * The authorizer's customer is the caller in the access log, and the owner of asynchronous requests: two customers of the same
 * routes must not have each other's keys.
 */
function requireCustomer(resource: Resource, customer: string): void {
  const tagged = resource.get("tags.Customer");
  if (tagged === customer) return;
  throw new Refused(
    `${resource.address}: got the customer ${customer} from the authorizer; allowed: ${JSON.stringify(tagged) ?? "a customer in the tag Customer"}`,
  );
}

/** The review reads the routes of a customer from the usage plan, so that the plan must limit exactly the opened routes. */
function requireSameRoutes(plan: Resource, allowedRouteArns: readonly string[]): void {
  const limited = plannedStages(plan).flatMap(({ stage, throttle = [] }) =>
    throttle.map(({ path }) => {
      const slash = path.lastIndexOf("/");
      return `/${stage}/${path.slice(slash + 1)}${path.slice(0, slash)}`;
    }),
  );
  const opened = allowedRouteArns.map((arn) => arn.slice(arn.indexOf("/")));
  if (JSON.stringify([...limited].sort()) === JSON.stringify([...opened].sort())) return;
  throw new Refused(
    `${plan.address}: got limits for ${limited.join(", ") || "no route"}; allowed: limits for exactly the routes that the authorizer opens for the plan's keys: ${opened.join(", ") || "none"}`,
  );
}

/** The authorizer's answer to a key. */
interface Decision {
  /** The customer of the key. @default - the authorizer does not know the key */
  readonly customer?: string;
  /** The ARNs of the routes that the authorizer's policy allows. */
  readonly allowedRouteArns: readonly string[];
}

const NO_DECISION: Decision = { allowedRouteArns: [] };

/** A function that returns the authorizer's answer to a key. */
function decisionsOf(
  stack: ResolvedStack,
  routes: readonly Route[],
  functionName: string,
  ofCustomers: CustomerRoutes,
): (key: string) => Decision {
  const fn = stack.find("aws_lambda_function", "function_name", functionName);
  if (fn === undefined) throw new Refused(`${stack.name}: got no function ${functionName}`);
  const kind = customers(ofCustomers, fn.text(`environment.variables.${CUSTOMER_KEYS}`));
  const [methodArn = ""] = routes.map(({ arn }) => arn);
  return (key) => {
    const event = {
      type: "REQUEST",
      methodArn,
      httpMethod: "",
      resource: "",
      multiValueHeaders: { "x-api-key": [key] },
    };
    try {
      const caller = kind.check(event);
      if (caller instanceof Promise)
        throw new Refused(`function ${functionName}: the check of a key must not wait`);
      const { Statement } = policyOf(caller, methodArn).policyDocument;
      const allowedRouteArns = withoutPatterns(
        Statement.flatMap(({ Effect, Resource }) => (Effect === "Allow" ? Resource : [])),
      );
      return { customer: caller.id, allowedRouteArns };
    } catch (error) {
      if (error instanceof RefusedCredential) return NO_DECISION;
      throw error instanceof Refused ? error : new Refused(`function ${functionName}: ${String(error)}`);
    }
  };
}

/**
 * The ARNs of a policy, with one ARN for each route. A route with a parameter, e.g. `{id}`, is open only if the policy also has the
 * ARN with an asterisk in place of the parameter: requests contain a value. Any other ARN with an asterisk stays, and is no route.
 */
function withoutPatterns(arns: readonly string[]): string[] {
  const patternOf = (arn: string): string => arn.replace(/\{[^}]+\}/g, "*");
  const named = arns.filter((arn) => patternOf(arn) !== arn);
  const patterns = new Set(named.map(patternOf));
  return arns.filter((arn) => (named.includes(arn) ? arns.includes(patternOf(arn)) : !patterns.has(arn)));
}
