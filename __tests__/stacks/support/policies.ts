import { type Block, perModelText } from "./per-model";
import { type Json, type JsonObject, parseEmbedded, type SynthesizedStack } from "./synthesized";

/** One statement, with every action and resource it names. */
export interface Statement {
  /** Roles' denials stand apart, in {@link Role}. */
  readonly effect: "Allow" | "Deny";
  /** A service, or `*` in a denial and in a VPC endpoint's policy. Roles' policies have none. */
  readonly principal: string | undefined;
  readonly actions: readonly string[];
  /** Empty in trust policies. */
  readonly resources: readonly string[];
  /** `<operator> <key>` → values. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
}

/** A role: who may take it, and what it may do. */
export interface Role {
  readonly name: string;
  readonly trust: readonly Statement[];
  /** What it allows. */
  readonly policy: readonly Statement[];
  /** What it denies. */
  readonly denials: readonly Statement[];
}

/** A function's resource policy: who else may invoke it. */
export interface Permission {
  readonly functionName: string;
  readonly principal: string;
  readonly action: string;
  readonly sourceArn: string;
}

/** A bucket: who may do what with it. */
export interface Bucket {
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** A VPC's way to one of AWS's services: what may pass it. */
export interface VpcEndpoint {
  /** E.g. `com.amazonaws.eu-central-1.s3`. */
  readonly service: string;
  readonly statements: readonly Statement[];
}

/** A function's own URL. */
export interface FunctionUrl {
  readonly functionName: string;
  /** `AWS_IAM` or `NONE`. */
  readonly authorization: string;
}

/** A managed policy: what it lets, and whom. */
export interface Caller {
  /** Name of the policy. */
  readonly policyName: string;
  readonly policy: readonly Statement[];
  /** `role <name>`, `user <name>` or `group <name>`. */
  readonly principals: readonly string[];
}

/** Everything in a stack that is allowed to do something, or that lets others. */
export interface Principals {
  readonly roles: readonly Role[];
  readonly permissions: readonly Permission[];
  readonly buckets: readonly Bucket[];
  readonly functionUrls: readonly FunctionUrl[];
  readonly callers: readonly Caller[];
  readonly vpcEndpoints: readonly VpcEndpoint[];
}

const STATEMENT_MEMBERS = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];
const ROLE_ARGUMENTS = ["name", "description", "assume_role_policy", "tags"];
const POLICY_ARGUMENTS = ["name", "role", "policy", "lifecycle"];
const PERMISSION_ARGUMENTS = ["action", "function_name", "principal", "source_arn", "statement_id"];
const BUCKET_POLICY_ARGUMENTS = ["bucket", "policy", "depends_on"];
const FUNCTION_URL_ARGUMENTS = ["function_name", "authorization_type", "cors"];
const MANAGED_POLICY_ARGUMENTS = ["name", "description", "policy"];
const ATTACHED_TO = ["role", "user", "group"] as const;
const IAM_TYPES = [
  "aws_iam_role",
  "aws_iam_role_policy",
  "aws_iam_policy",
  ...ATTACHED_TO.map((kind) => `aws_iam_${kind}_policy_attachment`),
];
const VPC_ENDPOINT_ARGUMENTS = [
  "depends_on",
  "policy",
  "private_dns_enabled",
  "route_table_ids",
  "security_group_ids",
  "service_name",
  "subnet_ids",
  "tags",
  "vpc_endpoint_type",
  "vpc_id",
];

/**
 * Reads every principal of a stack. What these tests cannot judge is an error, never a pass: another kind of IAM
 * resource, an argument that grants something by itself, NotAction, NotResource, NotPrincipal, a Deny
 * in a trust.
 */
export function readPrincipals(stack: SynthesizedStack): Principals {
  const iamTypes = stack.types().filter((type) => type.startsWith("aws_iam_"));
  const unknown = iamTypes.filter((type) => !IAM_TYPES.includes(type));
  if (unknown.length > 0) throw new Error(`${stack.name}: no rule reads ${unknown.join(", ")}`);

  const policies = stack.find("aws_iam_role_policy").map(({ address, values }) => {
    requireOnlyMembers(values, POLICY_ARGUMENTS, address);
    return { role: values.role, statements: readStatements(values.policy, `${address}.policy`) };
  });
  const roles = stack.find("aws_iam_role").map(({ address, values }): Role => {
    requireOnlyMembers(values, ROLE_ARGUMENTS, address);
    const own = policies.filter(({ role }) => role === `\${${address}.name}`);
    if (own.length !== 1) throw new Error(`${address} has ${own.length} policies, not 1`);
    const statements = own.flatMap((policy) => policy.statements);
    return {
      name: values.name,
      trust: readAllowing(values.assume_role_policy, `${address}.assume_role_policy`),
      policy: statements.filter(({ effect }) => effect === "Allow"),
      denials: statements.filter(({ effect }) => effect === "Deny"),
    };
  });
  if (policies.length !== roles.length) throw new Error(`${stack.name}: a policy belongs to no role`);

  const permissions = stack.find("aws_lambda_permission").map(({ address, values }): Permission => {
    requireOnlyMembers(values, PERMISSION_ARGUMENTS, address);
    return {
      functionName: functionNameOf(stack, address, values.function_name),
      principal: values.principal,
      action: values.action,
      sourceArn: shorten(values.source_arn ?? "(any source)"),
    };
  });
  const functionUrls = stack.find("aws_lambda_function_url").map(({ address, values }): FunctionUrl => {
    requireOnlyMembers(values, FUNCTION_URL_ARGUMENTS, address);
    const functionName = functionNameOf(stack, address, values.function_name);
    return { functionName, authorization: values.authorization_type };
  });
  const [buckets, callers, vpcEndpoints] = [readBuckets(stack), readCallers(stack), readVpcEndpoints(stack)];
  return { roles, permissions, buckets, functionUrls, callers, vpcEndpoints };
}

/** Only policies of the stack, attached only to principals that it does not make. */
function readCallers(stack: SynthesizedStack): Caller[] {
  const policies = stack.find("aws_iam_policy");
  const attachments = readAttachments(stack);
  for (const { address, policyArn, name } of attachments) {
    if (!policies.some((policy) => policyArn === `\${${policy.address}.arn}`)) {
      throw new Error(`${address}: no rule reads the policy ${policyArn}`);
    }
    const own = stack.find("aws_iam_role").map(({ values }) => values.name);
    if (/[^\w+=,.@-]/.test(name) || own.includes(name)) {
      throw new Error(`${address}: ${name} is no principal from outside of the stack`);
    }
  }
  return policies.map(({ address, values }): Caller => {
    requireOnlyMembers(values, MANAGED_POLICY_ARGUMENTS, address);
    return {
      policyName: values.name,
      policy: readAllowing(values.policy, `${address}.policy`),
      principals: attachments
        .filter(({ policyArn }) => policyArn === `\${${address}.arn}`)
        .map(({ kind, name }) => `${kind} ${name}`),
    };
  });
}

interface Attachment {
  readonly address: string;
  readonly kind: (typeof ATTACHED_TO)[number];
  readonly name: string;
  readonly policyArn: string;
}

function readAttachments(stack: SynthesizedStack): Attachment[] {
  return ATTACHED_TO.flatMap((kind) =>
    stack.find(`aws_iam_${kind}_policy_attachment`).map(({ address, values }): Attachment => {
      requireOnlyMembers(values, [kind, "policy_arn"], address);
      const name = new Map<string, string>(Object.entries(values)).get(kind) ?? "";
      return { address, kind, name, policyArn: values.policy_arn };
    }),
  );
}

/** Without a policy everything passes: such an endpoint cannot be read. */
function readVpcEndpoints(stack: SynthesizedStack): VpcEndpoint[] {
  return stack.find("aws_vpc_endpoint").map(({ address, values }): VpcEndpoint => {
    requireOnlyMembers(values, VPC_ENDPOINT_ARGUMENTS, address);
    if (values.policy === undefined) throw new Error(`${address} has no policy`);
    return {
      service: values.service_name,
      statements: readStatements(values.policy, `${address}.policy`, "everybody may be allowed"),
    };
  });
}

function functionNameOf(stack: SynthesizedStack, address: string, reference: string): string {
  const functions = stack.find("aws_lambda_function");
  const own = functions.find((fn) => reference === `\${${fn.address}.function_name}`);
  if (own === undefined) throw new Error(`${address} is for no function of the stack`);
  return own.values.function_name;
}

function readBuckets(stack: SynthesizedStack): Bucket[] {
  const policies = stack.find("aws_s3_bucket_policy").map(({ address, values }) => {
    requireOnlyMembers(values, BUCKET_POLICY_ARGUMENTS, address);
    return { bucket: values.bucket, statements: readStatements(values.policy, `${address}.policy`) };
  });
  const buckets = stack.find("aws_s3_bucket").map(({ address, values }): Bucket => {
    const own = policies.filter(({ bucket }) => bucket === `\${${address}.id}`);
    if (own.length !== 1) throw new Error(`${address} has ${own.length} policies, not 1`);
    return {
      name: shorten(values.bucket),
      statements: own.flatMap(({ statements }) => statements),
    };
  });
  if (policies.length !== buckets.length) throw new Error(`${stack.name}: a policy belongs to no bucket`);
  return buckets;
}

/** The statements of a trust or of a caller, which deny nothing. */
function readAllowing(text: string, place: string): Statement[] {
  const statements = readStatements(text, place);
  const denial = statements.find(({ effect }) => effect !== "Allow");
  if (denial !== undefined) throw new Error(`${place}: no rule reads the effect ${denial.effect}`);
  return statements;
}

/** Who may stand as `*` in an Allow. */
type Everybody = "everybody may be allowed" | "everybody may only be denied";

function readStatements(
  text: string,
  place: string,
  everybody: Everybody = "everybody may only be denied",
): Statement[] {
  const document = parseEmbedded(text, place);
  requireOnlyMembers(document, ["Version", "Statement"], place);
  if (document.Version !== "2012-10-17") throw new Error(`${place}: Version is ${document.Version}`);
  if (!Array.isArray(document.Statement)) throw new Error(`${place}: Statement is no list`);
  return document.Statement.map((statement) => readStatement(asObject(statement, place), place, everybody));
}

function readStatement(statement: JsonObject, place: string, everybody: Everybody): Statement {
  requireOnlyMembers(statement, STATEMENT_MEMBERS, place);
  const { Effect: effect } = statement;
  if (effect !== "Allow" && effect !== "Deny")
    throw new Error(`${place}: no rule reads the effect ${effect}`);
  const isEverybody =
    (effect === "Deny" || everybody === "everybody may be allowed") && statement.Principal === "*";
  return {
    effect,
    principal:
      statement.Principal === undefined || isEverybody
        ? (statement.Principal as string | undefined)
        : readService(statement.Principal, place),
    actions: asTexts(statement.Action ?? [], place),
    resources: asTexts(statement.Resource ?? [], place),
    conditions: readConditions(statement.Condition ?? {}, place),
  };
}

function readService(principal: Json, place: string): string {
  const members = asObject(principal, `${place}: the principal ${JSON.stringify(principal)}`);
  requireOnlyMembers(members, ["Service"], `${place}: the principal`);
  if (typeof members.Service !== "string") throw new Error(`${place}: the principal is not one service`);
  return members.Service;
}

function readConditions(condition: Json, place: string): Record<string, string[]> {
  const conditions: Record<string, string[]> = {};
  for (const [operator, keys] of Object.entries(asObject(condition, place))) {
    for (const [key, values] of Object.entries(asObject(keys, place))) {
      conditions[`${operator} ${key}`] = asTexts(values, place);
    }
  }
  return conditions;
}

function asObject(value: Json, place: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new Error(`${place} is no object: ${JSON.stringify(value)}`);
}

function asTexts(value: Json, place: string): string[] {
  return (Array.isArray(value) ? value : [value]).map((item) => {
    if (typeof item === "string") return shorten(item);
    throw new Error(`${place} holds ${JSON.stringify(item)} in place of text`);
  });
}

function requireOnlyMembers(value: object, known: readonly string[], place: string): void {
  const unknown = Object.keys(value).filter((member) => !known.includes(member));
  if (unknown.length > 0) throw new Error(`${place}: no rule reads ${unknown.join(", ")}`);
}

/** What Terraform fills in, in short. */
function shorten(text: string): string {
  return text
    .replace(/\$\{data\.aws_caller_identity\.[\w-]+\.account_id\}/g, "<account>")
    .replace(/\$\{data\.aws_sagemaker_prebuilt_ecr_image\.[\w-]+\.registry_id\}/g, "<registry>")
    .replace(/\$\{aws_api_gateway_rest_api\.[\w-]+\.execution_arn\}/g, "<api>")
    .replace(/\$\{aws_s3_bucket\.[\w-]+\.arn\}/g, "<bucket>")
    .replace(/\$\{aws_cloudfront_distribution\.[\w-]+\.arn\}/g, "<distribution>");
}

/** Who may do what, in a form to read and review; models that are alike told once. */
export function principalsText(principals: Principals, models: readonly string[]): string {
  const { roles, permissions, buckets, functionUrls, callers, vpcEndpoints } = principals;
  return perModelText(
    [
      ...roles.flatMap(roleBlocks),
      ...permissions.map(permissionBlock),
      ...functionUrls.map(functionUrlBlock),
      ...callers.flatMap(callerBlocks),
      ...buckets.map((bucket) => resourceBlock(`the bucket ${bucket.name}`, bucket.statements)),
      ...vpcEndpoints.map(({ service, statements }) =>
        resourceBlock(`the VPC's way to ${service}`, statements),
      ),
    ],
    models,
  );
}

function roleBlocks({ name, trust, policy, denials }: Role): Block[] {
  const takers = trust.map(
    ({ principal, actions, conditions }) =>
      `${principal} by ${actions.join(", ")}${conditionsText(conditions)}`,
  );
  return [
    { title: `${name} may`, lines: policy.flatMap(grantLines) },
    ...(denials.length === 0 ? [] : [{ title: `${name} may not`, lines: denials.flatMap(grantLines) }]),
    { title: `${name} may be taken by`, lines: takers },
  ];
}

function grantLines({ actions, resources, conditions }: Statement): string[] {
  return actions.flatMap((action) =>
    resources.map((resource) => `${action} on ${resource}${conditionsText(conditions)}`),
  );
}

function permissionBlock({ functionName, principal, action, sourceArn }: Permission): Block {
  return {
    title: `the function ${functionName} may be used by`,
    lines: [`${principal} by ${action} if the source is ${sourceArn}`],
  };
}

function functionUrlBlock({ functionName, authorization }: FunctionUrl): Block {
  return { title: `the function URL of ${functionName} may be called by`, lines: [authorization] };
}

function resourceBlock(title: string, statements: readonly Statement[]): Block {
  return {
    title,
    lines: statements.flatMap((statement) =>
      grantLines(statement).map(
        (grant) => `${statement.effect === "Allow" ? "lets" : "refuses"} ${statement.principal}: ${grant}`,
      ),
    ),
  };
}

function callerBlocks({ policyName, policy, principals }: Caller): Block[] {
  return [
    { title: `who has ${policyName} may`, lines: policy.flatMap(grantLines) },
    { title: `${policyName} belongs to`, lines: principals.length > 0 ? principals : ["(nobody yet)"] },
  ];
}

function conditionsText(conditions: Statement["conditions"]): string {
  return Object.entries(conditions)
    .map(([operatorAndKey, values]) => ` if ${operatorAndKey} is ${values.join(" or ")}`)
    .join("");
}
