import { type EvaluatedRequest, evaluate, matchesAction, type Verdict } from "./iam-evaluator";
import type { Statement } from "./policy";
import { type AccessRequest, type Principal, textOf } from "./request";

/**
 * What statements say to a request.
 *
 * @throws Refused where a statement has what is not evaluated
 */
export function judge(statements: readonly Statement[], request: AccessRequest): Verdict {
  return evaluate(
    statements.filter((statement) => namesPrincipal(statement, request.principal)),
    toEvaluated(request),
  );
}

/** Actions are compared without regard to case. */
export function namesAction({ actions }: Pick<Statement, "actions">, action: string): boolean {
  return actions.some((pattern) => matchesAction(pattern, action));
}

function namesPrincipal({ principal: named }: Statement, principal: Principal): boolean {
  if (named === undefined || named === "everybody") return true;
  return principal.kind === "service" && named.includes(principal.name);
}

function toEvaluated(request: AccessRequest): EvaluatedRequest {
  const { action, resource } = request;
  return { action, resource: textOf(resource), contextValue: (key) => valueOfKey(request, key) };
}

/** The names of keys are compared without regard to case. */
function valueOfKey({ context, principal }: AccessRequest, key: string): string | undefined {
  const wanted = key.toLowerCase();
  for (const [name, value] of Object.entries(context)) {
    if (name.toLowerCase() === wanted) return textOf(value);
  }
  if (wanted === "aws:securetransport") return "true";
  if (wanted === "aws:principalarn" && "arn" in principal) return principal.arn;
  return undefined;
}
