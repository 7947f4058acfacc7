import { isObject, type JsonObject, parseJson } from "../../lib/json";
import { type Condition, condition, inOrder } from "./condition";
import type { Grant, Place, Principal, StatementValue } from "./grant";

/** The values that a policy document omits, because its resource defines them. */
export interface DocumentContext {
  /** The principal of statements that name no principal. */
  readonly principal: Principal;
  /** The resource of statements that name no resource. */
  readonly resource: string;
  readonly places: readonly Place[];
}

/**
 * The grants of a policy document; undefined if the text is no policy document of IAM's grammar
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).
 */
export function readDocument(text: string, context: DocumentContext): readonly Grant[] | undefined {
  return readParsed(parseJson(text), context);
}

/** The grants of a parsed policy document: see {@link readDocument}. */
export function readParsed(document: unknown, context: DocumentContext): readonly Grant[] | undefined {
  if (!isObject(document) || document.Statement === undefined) return undefined;
  const { Version: version = WITHOUT_VARIABLES } = document;
  if (version !== WITH_VARIABLES && version !== WITHOUT_VARIABLES) return undefined;
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  const grants: Grant[] = [];
  for (const statement of statements) {
    const read = readStatement(statement, context, version === WITH_VARIABLES);
    if (read === undefined) return undefined;
    grants.push(read);
  }
  return grants;
}

/** Versions of IAM's grammar. The older version is the default and has no variables: `${…}` is a literal text. */
const WITH_VARIABLES = "2012-10-17";
const WITHOUT_VARIABLES = "2008-10-17";
/** `${$}` as a replacement text, in which each dollar sign is doubled. */
const VARIABLE_OF_ITS_SIGN = "$${$$}";

/** Whether a text is a policy document. The document can be unsupported. */
export function isDocument(text: string): boolean {
  if (!text.includes('"Statement"')) return false;
  const parsed = parseJson(text);
  return isObject(parsed) && parsed.Statement !== undefined;
}

const MEMBERS = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

function readStatement(
  statement: unknown,
  context: DocumentContext,
  hasVariables: boolean,
): Grant | undefined {
  if (!isObject(statement) || !Object.keys(statement).every((member) => MEMBERS.has(member)))
    return undefined;
  const { Effect: effect } = statement;
  if (effect !== "Allow" && effect !== "Deny") return undefined;
  const principals = readPrincipals(statement, context);
  const actions = readValues(statement.Action, statement.NotAction);
  const resources =
    statement.Resource === undefined && statement.NotResource === undefined
      ? [{ kind: "pattern" as const, text: context.resource }]
      : readValues(statement.Resource, statement.NotResource, hasVariables);
  const conditions = readConditions(statement.Condition, hasVariables);
  if (
    principals === undefined ||
    actions === undefined ||
    resources === undefined ||
    conditions === undefined
  ) {
    return undefined;
  }
  return { effect, principals, actions, resources, conditions, places: context.places };
}

function readValues(named: unknown, notNamed: unknown, hasVariables = true): StatementValue[] | undefined {
  if (named !== undefined && notNamed !== undefined) return undefined;
  if (notNamed !== undefined) {
    const texts = textsOf(notNamed, hasVariables);
    return texts === undefined ? undefined : [{ kind: "not", texts: [...new Set(texts)].sort() }];
  }
  return textsOf(named, hasVariables)?.map((text) => ({ kind: "pattern", text }));
}

function readPrincipals(statement: JsonObject, context: DocumentContext): Principal[] | undefined {
  const { Principal: named, NotPrincipal: notNamed } = statement;
  if (named === undefined && notNamed === undefined) return [context.principal];
  if (named !== undefined && notNamed !== undefined) return undefined;
  const principals = membersOf(named ?? notNamed);
  if (principals === undefined || named !== undefined) return principals;
  const names = principals.map(({ name }) => name).sort();
  return [{ kind: "everyone except", name: names.join(", ") }];
}

const KINDS: ReadonlyMap<string, Principal["kind"]> = new Map([
  ["AWS", "AWS"],
  ["Service", "service"],
  ["Federated", "federated"],
  ["CanonicalUser", "canonical user"],
]);

function membersOf(principal: unknown): Principal[] | undefined {
  if (principal === "*") return [{ kind: "anyone", name: "*" }];
  if (!isObject(principal)) return undefined;
  const found: Principal[] = [];
  for (const [member, value] of Object.entries(principal)) {
    const kind = KINDS.get(member);
    const names = textsOf(value);
    if (kind === undefined || names === undefined) return undefined;
    found.push(...names.map((name) => (kind === "AWS" ? awsPrincipal(name) : { kind, name })));
  }
  return found;
}

/** The principal of the member `AWS`: an account (12 digits or the ARN of its root), everyone, or another ARN. */
export function awsPrincipal(name: string): Principal {
  if (name === "*") return { kind: "anyone", name };
  const account = /^(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];
  return account === undefined ? { kind: "AWS", name } : { kind: "account", name: account };
}

function readConditions(conditions: unknown, hasVariables: boolean): readonly Condition[] | undefined {
  if (conditions === undefined) return [];
  if (!isObject(conditions)) return undefined;
  const found: Condition[] = [];
  for (const [operator, byKey] of Object.entries(conditions)) {
    if (!isObject(byKey)) return undefined;
    for (const [key, value] of Object.entries(byKey)) {
      const values = textsOf(value, hasVariables);
      if (values === undefined) return undefined;
      found.push(condition(operator, key, values));
    }
  }
  return inOrder(found);
}

/**
 * IAM accepts a value instead of a list with one value, and numbers and booleans instead of texts in conditions.
 * Without variables, a literal `$` is written as `${$}`, as the newer version of the grammar requires.
 */
function textsOf(value: unknown, hasVariables = true): string[] | undefined {
  const found: string[] = [];
  for (const one of Array.isArray(value) ? value : [value]) {
    if (typeof one !== "string" && typeof one !== "number" && typeof one !== "boolean") return undefined;
    found.push(hasVariables ? String(one) : String(one).replaceAll(/\$(?=\{)/g, VARIABLE_OF_ITS_SIGN));
  }
  return found;
}
