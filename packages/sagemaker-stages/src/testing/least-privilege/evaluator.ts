import { type EvaluatedRequest, evaluate, matchesAction, type Verdict } from "./iam-evaluator";
import type { Statement } from "./policy";
import { type AccessRequest, type Requester, textOf } from "./request";

/**
 * What statements say to a request.
 *
 * @throws Refused where a statement has what is not evaluated
 */
export function judge(statements: readonly Statement[], request: AccessRequest): Verdict {
  return evaluate(
    statements.filter((statement) => namesPrincipal(statement, request.who)),
    toEvaluated(request),
  );
}

/** Actions are compared without regard to case. */
export function namesAction({ actions }: Pick<Statement, "actions">, action: string): boolean {
  return actions.some((pattern) => matchesAction(pattern, action));
}

function namesPrincipal({ principal }: Statement, who: Requester): boolean {
  if (principal === undefined || principal === "everybody") return true;
  return who.kind === "service" && principal.includes(who.name);
}

function toEvaluated(request: AccessRequest): EvaluatedRequest {
  const { action, resource } = request;
  return { action, resource: textOf(resource), contextValue: (key) => valueOfKey(request, key) };
}

/** The names of keys are compared without regard to case. */
function valueOfKey({ context, who }: AccessRequest, key: string): string | undefined {
  const wanted = key.toLowerCase();
  for (const [name, value] of Object.entries(context)) {
    if (name.toLowerCase() === wanted) return textOf(value);
  }
  if (wanted === "aws:securetransport") return "true";
  if (wanted === "aws:principalarn" && "arn" in who) return who.arn;
  return undefined;
}
