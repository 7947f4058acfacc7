import { type EvaluatedRequest, evaluate, matchesAction, type Verdict } from "./iam-evaluator";
import { federationName, type Statement } from "./policy";
import { type AccessRequest, type Principal, textOf } from "./request";

/**
 * The verdict of statements on a request.
 *
 * @throws Refused if this evaluator does not support a part of a statement
 */
export function evaluateRequest(statements: readonly Statement[], request: AccessRequest): Verdict {
  return evaluate(
    statements.filter((statement) => namesPrincipal(statement, request.principal)),
    toEvaluated(request),
  );
}

/** Whether a statement has an action. Upper and lower case do not matter. */
export function namesAction({ actions }: Pick<Statement, "actions">, action: string): boolean {
  return actions.some((pattern) => matchesAction(pattern, action));
}

function namesPrincipal({ principal: named }: Statement, principal: Principal): boolean {
  if (named === undefined || named === "*") return true;
  if (principal.kind === "federation") return named.includes(federationName(principal.name));
  return principal.kind === "service" && named.includes(principal.name);
}

function toEvaluated(request: AccessRequest): EvaluatedRequest {
  const { action, resource } = request;
  return { action, resource: textOf(resource), contextValue: (key) => valueOfKey(request, key) };
}

/** The value of a condition key. Upper and lower case of the key's name do not matter. */
function valueOfKey({ context, principal }: AccessRequest, key: string): string | undefined {
  const wanted = key.toLowerCase();
  for (const [name, value] of Object.entries(context)) {
    if (name.toLowerCase() === wanted) return textOf(value);
  }
  if (wanted === "aws:securetransport") return "true";
  if (wanted === "aws:principalarn" && "arn" in principal) return principal.arn;
  return undefined;
}
