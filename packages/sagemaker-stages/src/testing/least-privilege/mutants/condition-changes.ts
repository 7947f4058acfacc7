import type { JsonObject } from "../../terraform";
import type { Fault } from "../finding";
import { type Change, type ChangeContext, withoutMember } from "./change";
import { texts } from "./mutant";

/** Findings about requests that a statement must not allow. */
const ALLOWED_TOO_MUCH: readonly Fault[] = [
  "near miss",
  "other context",
  "other principal",
  "allowed, must be denied",
  "another action",
];

/** Changes of a statement's conditions. */
export function conditionChanges({ statement }: ChangeContext): Change[] {
  const isDeny = statement.Effect === "Deny";
  const condition = (statement.Condition ?? {}) as Readonly<
    Record<string, Readonly<Record<string, unknown>>>
  >;
  return Object.entries(condition).flatMap(([operator, byKey]) =>
    Object.entries(byKey).flatMap(([key, value]): Change[] => {
      const { [operator]: _, ...others } = condition;
      const withCondition = (changed: object) => [{ ...statement, Condition: changed } as JsonObject];
      const withValue = (other: unknown) => withCondition({ ...others, [operator]: { [key]: other } });
      const values = texts(value);
      const isArn = operator.startsWith("Arn");
      const opposite = operator.replace(/^(ForAnyValue:)?(String|Arn|Bool)/, "$1$2Not");
      const first = values[0] ?? "";
      const another =
        first === "true" ? "false" : first === "false" ? "true" : isArn ? `${first}2` : `${first}-other`;
      return [
        {
          kind: isDeny ? "a deny without its condition" : "a condition dropped",
          detail: `no ${key}`,
          statements:
            Object.keys(others).length > 0 ? withCondition(others) : [withoutMember(statement, "Condition")],
          killedBy: isDeny ? ["used, not granted"] : ALLOWED_TOO_MUCH,
        },
        {
          kind: "a condition that holds without the key",
          detail: `${operator}IfExists ${key}`,
          statements: withCondition({ ...others, [`${operator}IfExists`]: byKey }),
          killedBy: ["refused"],
        },
        {
          kind: "a condition that is the opposite",
          detail: `${opposite} ${key}`,
          statements: withCondition({ ...others, [opposite]: byKey }),
          killedBy: ["refused"],
        },
        {
          kind: "a condition on a key that no request has",
          detail: `ec2:Vpc for ${key}`,
          statements: withCondition({ ...others, StringEquals: { "ec2:Vpc": "vpc-1" } }),
          killedBy: [
            "refused",
            ...(isDeny
              ? (["used, not granted", "allowed, must be denied"] as const)
              : (["used, not granted"] as const)),
          ],
        },
        // In a deny, this change has no finding: the deny matches more requests, but none that a principal needs.
        ...((isArn || operator.endsWith("StringLike")) && !isDeny && !values.includes("*")
          ? [
              {
                kind: "every value of a condition",
                detail: `${key} *`,
                statements: withValue("*"),
                killedBy: ALLOWED_TOO_MUCH,
              },
            ]
          : []),
        {
          kind: "another value of a condition",
          detail: `${key} ${another}`,
          statements: withValue(another),
          killedBy: isDeny ? ["allowed, must be denied"] : ["used, not granted"],
        },
        {
          kind: "one value more of a condition",
          detail: `${key} ${another}, too`,
          statements: withValue([...values, another]),
          killedBy: isDeny
            ? ["condition without purpose", "used, not granted"]
            : ["condition without purpose", ...ALLOWED_TOO_MUCH],
        },
        ...(values.length < 2
          ? []
          : values.map((gone, index) => ({
              kind: "one value less of a condition",
              detail: `${key} without ${gone}`,
              statements: withValue(values.toSpliced(index, 1)),
              killedBy: ["used, not granted"] as const,
            }))),
      ];
    }),
  );
}
