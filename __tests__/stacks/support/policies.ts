import { type Json, type JsonObject, parseEmbedded, type SynthesizedStack } from "./synthesized";

/** One statement, with every action and resource it names. */
export interface Statement {
  /** Trust policies alone have one. */
  readonly service: string | undefined;
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
  readonly policy: readonly Statement[];
}

/** A function's resource policy: who else may invoke it. */
export interface Permission {
  readonly functionName: string;
  readonly principal: string;
  readonly action: string;
  readonly sourceArn: string;
}

/** Everything in a stack that is allowed to do something. */
export interface Principals {
  readonly roles: readonly Role[];
  readonly permissions: readonly Permission[];
}

const STATEMENT_MEMBERS = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];
const ROLE_ARGUMENTS = ["name", "description", "assume_role_policy", "tags"];
const POLICY_ARGUMENTS = ["name", "role", "policy"];
const PERMISSION_ARGUMENTS = ["action", "function_name", "principal", "source_arn", "statement_id"];
const IAM_TYPES = ["aws_iam_role", "aws_iam_role_policy"];

/**
 * Reads every principal of a stack. What these tests cannot judge is an error, never a pass: another kind of IAM
 * resource, an argument that grants something by itself, NotAction, NotResource, NotPrincipal, Deny.
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
    return {
      name: values.name,
      trust: readStatements(values.assume_role_policy, `${address}.assume_role_policy`),
      policy: own.flatMap(({ statements }) => statements),
    };
  });
  if (policies.length !== roles.length) throw new Error(`${stack.name}: a policy belongs to no role`);

  const functions = stack.find("aws_lambda_function");
  const permissions = stack.find("aws_lambda_permission").map(({ address, values }): Permission => {
    requireOnlyMembers(values, PERMISSION_ARGUMENTS, address);
    const own = functions.find((fn) => values.function_name === `\${${fn.address}.function_name}`);
    if (own === undefined) throw new Error(`${address} is for no function of the stack`);
    return {
      functionName: own.values.function_name,
      principal: values.principal,
      action: values.action,
      sourceArn: shorten(values.source_arn ?? "(any source)"),
    };
  });
  return { roles, permissions };
}

function readStatements(text: string, place: string): Statement[] {
  const document = parseEmbedded(text, place);
  requireOnlyMembers(document, ["Version", "Statement"], place);
  if (document.Version !== "2012-10-17") throw new Error(`${place}: Version is ${document.Version}`);
  if (!Array.isArray(document.Statement)) throw new Error(`${place}: Statement is no list`);
  return document.Statement.map((statement) => readStatement(asObject(statement, place), place));
}

function readStatement(statement: JsonObject, place: string): Statement {
  requireOnlyMembers(statement, STATEMENT_MEMBERS, place);
  if (statement.Effect !== "Allow") throw new Error(`${place}: no rule reads the effect ${statement.Effect}`);
  return {
    service: statement.Principal === undefined ? undefined : readService(statement.Principal, place),
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
    .replace(/\$\{aws_api_gateway_rest_api\.[\w-]+\.execution_arn\}/g, "<api>");
}

/** Who may do what, in a form to read and review. */
export function principalsText({ roles, permissions }: Principals): string {
  return [...roles.map(roleText), ...permissions.map(permissionText)].join("\n\n");
}

function roleText({ name, trust, policy }: Role): string {
  const takers = trust.flatMap(({ service, actions, conditions }) => [
    `  ${service} by ${actions.join(", ")}`,
    ...conditionLines(conditions),
  ]);
  const grants = policy.flatMap(({ actions, resources, conditions }) =>
    actions.flatMap((action) =>
      resources.flatMap((resource) => [`  ${action} on ${resource}`, ...conditionLines(conditions)]),
    ),
  );
  return [`${name} may`, ...grants, `${name} may be taken by`, ...takers].join("\n");
}

function permissionText({ functionName, principal, action, sourceArn }: Permission): string {
  return `${principal} may\n  ${action} on ${functionName}\n    if the source is ${sourceArn}`;
}

function conditionLines(conditions: Statement["conditions"]): string[] {
  return Object.entries(conditions).map(
    ([operatorAndKey, values]) => `    if ${operatorAndKey} is ${values.join(" or ")}`,
  );
}
