import * as z from "zod";
import { matchesArn } from "../../aws/arn-pattern";
import { matchesPattern } from "../../aws/wildcards";

/** A statement of a role's policy or trust policy. */
export type RoleStatement = z.infer<typeof statement>;

/** The values of condition keys in a request. A key can have several values. */
export type RequestContext = Readonly<Record<string, readonly string[]>>;

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const statement = z.object({
  Sid: z.optional(z.string()),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.optional(z.object({ Federated: z.optional(texts), Service: z.optional(texts) })),
  Action: texts,
  Resource: z.optional(texts),
  Condition: z.optional(z.record(z.string(), z.record(z.string(), texts))),
});

const policy = z.object({ Statement: z.array(statement) });

/** The statements of a policy document. @throws ZodError if the document has another form */
export function statementsOf(document: string): RoleStatement[] {
  return policy.parse(JSON.parse(document)).Statement;
}

/** A request of a role's session. */
export interface RoleRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

/**
 * Evaluates the policy of a role as IAM does: a Deny has priority, and without an Allow the request is denied. An operator that
 * this function does not know never allows a request, and does not weaken a Deny.
 */
export function isAllowedByRole(statements: readonly RoleStatement[], request: RoleRequest): boolean {
  const matching = statements.filter(
    ({ Action, Resource = [] }) =>
      Action.some((pattern) => matchesPattern(pattern.toLowerCase(), request.action.toLowerCase())) &&
      Resource.some((pattern) => pattern === "*" || matchesArn(pattern, request.resource)),
  );
  const holds = ({ Effect, Condition = {} }: RoleStatement): boolean =>
    conditionsHold(Condition, request.context, Effect === "Deny");
  if (matching.some((one) => one.Effect === "Deny" && holds(one))) return false;
  return matching.some((one) => one.Effect === "Allow" && holds(one));
}

/** Whether a trust policy lets users of an identity pool assume the role. */
export function canAssumeRole(trust: readonly RoleStatement[], context: RequestContext): boolean {
  const matching = trust.filter(
    ({ Action, Principal }) =>
      Action.includes("sts:AssumeRoleWithWebIdentity") &&
      Principal?.Federated?.includes("cognito-identity.amazonaws.com") === true,
  );
  if (matching.some((one) => one.Effect === "Deny" && conditionsHold(one.Condition ?? {}, context, true))) {
    return false;
  }
  return matching.some(
    (one) => one.Effect === "Allow" && conditionsHold(one.Condition ?? {}, context, false),
  );
}

type Operator = (wanted: string, value: string) => boolean;

const equals: Operator = (wanted, value) => wanted === value;

/** The operators of this project's policies. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: equals,
  StringLike: matchesPattern,
  Bool: equals,
  "ForAnyValue:StringEquals": equals,
  "ForAnyValue:StringLike": matchesPattern,
};

/** @param otherwise - the result for an operator that is not known */
function conditionsHold(
  conditions: NonNullable<RoleStatement["Condition"]>,
  context: RequestContext,
  otherwise: boolean,
): boolean {
  return Object.entries(conditions).every(([name, keys]) => {
    const operator = OPERATORS[name];
    if (operator === undefined) return otherwise;
    return Object.entries(keys).every(([key, wanted]) =>
      (context[key] ?? []).some((value) => wanted.some((one) => operator(one, value))),
    );
  });
}
