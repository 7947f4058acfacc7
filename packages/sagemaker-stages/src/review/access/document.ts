import { isObject, type JsonObject, parseJson } from "../../lib/json";
import { type Condition, condition, inOrder } from "./condition";
import type { Grant, Named, Place, Principal } from "./grant";

/** What a document leaves out, because it is clear from where it stands. */
export interface Standing {
  /** Who, where statements name no principal. */
  readonly principal: Principal;
  /** On what, where statements name no resource. */
  readonly resource: string;
  readonly places: readonly Place[];
}

/**
 * What a policy document says; undefined where it is none, or says what IAM's grammar does not know
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).
 */
export function readDocument(text: string, standing: Standing): readonly Grant[] | undefined {
  return readParsed(parseJson(text), standing);
}

/** The same of a document that is parsed already. */
export function readParsed(document: unknown, standing: Standing): readonly Grant[] | undefined {
  if (!isObject(document) || document.Statement === undefined) return undefined;
  const { Version: version = WITHOUT_VARIABLES } = document;
  if (version !== WITH_VARIABLES && version !== WITHOUT_VARIABLES) return undefined;
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  const grants: Grant[] = [];
  for (const statement of statements) {
    const read = readStatement(statement, standing, version === WITH_VARIABLES);
    if (read === undefined) return undefined;
    grants.push(read);
  }
  return grants;
}

/** Versions of IAM's grammar: in the older one, which is the default, `${…}` is a text as any other. */
const WITH_VARIABLES = "2012-10-17";
const WITHOUT_VARIABLES = "2008-10-17";
/** `${$}`, as a replacement, in which the sign stands twice. */
const VARIABLE_OF_ITS_SIGN = "$${$$}";

/** Whether a text is a policy document, whether it is understood or not. */
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

function readStatement(statement: unknown, standing: Standing, hasVariables: boolean): Grant | undefined {
  if (!isObject(statement) || !Object.keys(statement).every((member) => MEMBERS.has(member)))
    return undefined;
  const { Effect: effect } = statement;
  if (effect !== "Allow" && effect !== "Deny") return undefined;
  const principals = readPrincipals(statement, standing);
  const actions = readNamed(statement.Action, statement.NotAction);
  const resources =
    statement.Resource === undefined && statement.NotResource === undefined
      ? [{ kind: "one" as const, text: standing.resource }]
      : readNamed(statement.Resource, statement.NotResource, hasVariables);
  const conditions = readConditions(statement.Condition, hasVariables);
  if (
    principals === undefined ||
    actions === undefined ||
    resources === undefined ||
    conditions === undefined
  ) {
    return undefined;
  }
  return { effect, principals, actions, resources, conditions, places: standing.places };
}

function readNamed(named: unknown, notNamed: unknown, hasVariables = true): Named[] | undefined {
  if (named !== undefined && notNamed !== undefined) return undefined;
  if (notNamed !== undefined) {
    const texts = textsOf(notNamed, hasVariables);
    return texts === undefined ? undefined : [{ kind: "not", texts: [...new Set(texts)].sort() }];
  }
  return textsOf(named, hasVariables)?.map((text) => ({ kind: "one", text }));
}

function readPrincipals(statement: JsonObject, standing: Standing): Principal[] | undefined {
  const { Principal: named, NotPrincipal: notNamed } = statement;
  if (named === undefined && notNamed === undefined) return [standing.principal];
  if (named !== undefined && notNamed !== undefined) return undefined;
  const principals = membersOf(named ?? notNamed);
  if (principals === undefined || named !== undefined) return principals;
  const names = principals.map(({ name }) => name).sort();
  return [{ kind: "everyone but", name: names.join(", ") }];
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

/** An account, which is written in two ways, everybody, or an ARN. */
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
 * IAM takes one in place of a list of one, and in conditions numbers and truths in place of their texts. Where there are
 * no variables, `${$}` stands for their sign, as in the newer version of the grammar.
 */
function textsOf(value: unknown, hasVariables = true): string[] | undefined {
  const found: string[] = [];
  for (const one of Array.isArray(value) ? value : [value]) {
    if (typeof one !== "string" && typeof one !== "number" && typeof one !== "boolean") return undefined;
    found.push(hasVariables ? String(one) : String(one).replaceAll(/\$(?=\{)/g, VARIABLE_OF_ITS_SIGN));
  }
  return found;
}
