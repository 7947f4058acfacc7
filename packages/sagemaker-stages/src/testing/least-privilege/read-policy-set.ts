import { parseEmbedded } from "../terraform";
import { readPolicy, requireMembers, type Statement } from "./policy";
import type { Policy, PolicySet, Route } from "./policy-set";
import { Refused } from "./refused";
import type { ResolvedStack, Resource } from "./resolved-stack";

/**
 * Reads every policy of a stack. A policy that cannot be read is refused, never ignored.
 *
 * @param otherTypes - types that the app adds and that contain no policy
 * @throws Refused if no rule reads a type, an argument or a part of a policy
 */
export function readPolicySet(stack: ResolvedStack, otherTypes: readonly string[]): PolicySet {
  requireKnownTypes(stack, otherTypes);
  return {
    accountId: stack.account.id,
    policies: [
      ...readRoles(stack),
      ...readManagedPolicies(stack),
      ...readPermissions(stack),
      ...readBucketPolicies(stack),
      ...readVpcEndpoints(stack),
    ],
    routes: readRoutes(stack),
    functionUrls: readFunctionUrls(stack),
  };
}

/** Types that grant permissions. Each type is read below. */
const TYPES_WITH_PERMISSIONS = [
  "aws_api_gateway_rest_api",
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
  "aws_vpc_endpoint",
];

/** Types that grant no permission. The rules in `principals/` derive requests from some of these types. */
const TYPES_WITHOUT_PERMISSIONS = [
  "aws_api_gateway_api_key",
  "aws_api_gateway_deployment",
  "aws_api_gateway_method_settings",
  "aws_api_gateway_stage",
  "aws_api_gateway_usage_plan",
  "aws_api_gateway_usage_plan_key",
  "aws_appautoscaling_policy",
  "aws_appautoscaling_target",
  "aws_cloudfront_distribution",
  "aws_cloudfront_origin_access_control",
  "aws_cloudfront_response_headers_policy",
  "aws_cloudwatch_log_group",
  "aws_cloudwatch_metric_alarm",
  "aws_default_security_group",
  "aws_lambda_function",
  "aws_route_table",
  "aws_route_table_association",
  "aws_s3_bucket_ownership_controls",
  "aws_s3_bucket_public_access_block",
  "aws_s3_bucket_server_side_encryption_configuration",
  "aws_s3_bucket_versioning",
  "aws_s3_object",
  "aws_sagemaker_endpoint",
  "aws_sagemaker_endpoint_configuration",
  "aws_sagemaker_model",
  "aws_security_group",
  "aws_subnet",
  "aws_vpc",
  "aws_vpc_security_group_egress_rule",
  "aws_vpc_security_group_ingress_rule",
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
  requireMembers(Object.fromEntries(set.map((name) => [name, true])), known, address);
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
      statements: readPolicy(role.text("assume_role_policy"), "trust", `${role.address}.assume_role_policy`),
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
    const statements = readPolicy(policy.text("policy"), "identity", `${policy.address}.policy`);
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
      statements: readPolicy(policy.text("policy"), "identity", `${policy.address}.policy`),
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
    requireArguments(bucket, "bucket", "force_destroy", "tags");
  return stack.all("aws_s3_bucket_policy").map((policy): Policy => {
    requireArguments(policy, "bucket", "policy", "depends_on");
    const name = policy.text("bucket");
    return {
      subject: `bucket ${name}`,
      kind: "resource",
      of: [stack.account.bucketArn(name)],
      statements: readPolicy(policy.text("policy"), "resource", `${policy.address}.policy`),
    };
  });
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
        ? readPolicy(vpcEndpoint.text("policy"), "resource", `${vpcEndpoint.address}.policy`)
        : [],
    };
  });
}

function readFunctionUrls(stack: ResolvedStack): Map<string, string> {
  return new Map(
    stack.all("aws_lambda_function_url").map((url) => {
      requireArguments(url, "function_name", "authorization_type", "cors");
      return [
        stack.account.arn("lambda", `function:${url.text("function_name")}`),
        url.text("authorization_type"),
      ];
    }),
  );
}

/** One route of the API's document. */
interface Operation {
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly "x-amazon-apigateway-integration"?: { readonly type?: string };
}

/** Other members can grant access, e.g. `x-amazon-apigateway-policy`, or change the routes that require a key. */
const DOCUMENT_MEMBERS = [
  "openapi",
  "info",
  "paths",
  "components",
  "x-amazon-apigateway-binary-media-types",
  "x-amazon-apigateway-request-validators",
  "x-amazon-apigateway-gateway-responses",
];

/**
 * Routes that invoke a function or an endpoint. API Gateway itself answers preflight requests, so these requests need
 * no permission.
 */
function readRoutes(stack: ResolvedStack): Route[] {
  return stack.all("aws_api_gateway_rest_api").flatMap((api) => {
    requireArguments(api, "name", "body", "depends_on", "endpoint_configuration", "lifecycle");
    const document = parseEmbedded(api.text("body"), `${api.address}.body`);
    requireMembers(document, DOCUMENT_MEMBERS, `${api.address}.body`);
    const paths = document.paths as unknown as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    const schemes = (
      document.components as { securitySchemes?: Readonly<Record<string, unknown>> } | undefined
    )?.securitySchemes;
    return stack.all("aws_api_gateway_stage").flatMap((stage) =>
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods)
          .filter(([, operation]) => operation["x-amazon-apigateway-integration"]?.type !== "mock")
          .map(([method, { security }]): Route => {
            const place = `${api.address}.body: ${method} ${path}`;
            return {
              arn: stack.account.arn(
                "execute-api",
                `${stack.account.generatedName(api.address, "<api>")}/${stage.text("stage_name")}/${method.toUpperCase()}${path}`,
              ),
              access: readAccess(security ?? [], schemes ?? {}, place),
            };
          }),
      ),
    );
  });
}

function readAccess(
  security: NonNullable<Operation["security"]>,
  schemes: Readonly<Record<string, unknown>>,
  place: string,
): Route["access"] {
  if (security.length === 0) return "PUBLIC";
  const [name, ...others] = security.flatMap((requirement) => Object.keys(requirement));
  const scheme = JSON.stringify(schemes[name ?? ""] ?? {});
  if (others.length === 0 && scheme.includes('"x-amazon-apigateway-authtype":"awsSigv4"')) return "AWS_IAM";
  if (others.length === 0 && scheme.includes('"name":"x-api-key"')) return "API_KEY";
  throw new Refused(`${place}: no rule reads the security ${JSON.stringify(security)}`);
}
