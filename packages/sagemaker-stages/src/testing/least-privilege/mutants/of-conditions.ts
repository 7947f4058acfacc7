import type { JsonObject } from "../../terraform";
import type { Fault } from "../finding";
import { type At, type Change, withoutMember } from "./change";
import { texts } from "./mutant";

/** Everything that gets in too much. */
const TOO_MUCH: readonly Fault[] = [
  "near miss",
  "other context",
  "other principal",
  "allowed, must be denied",
  "another action",
];

/** Changes of a statement's conditions. */
export function ofConditions({ statement }: At): Change[] {
  const isDeny = statement.Effect === "Deny";
  const condition = (statement.Condition ?? {}) as Readonly<
    Record<string, Readonly<Record<string, unknown>>>
  >;
  return Object.entries(condition).flatMap(([operator, byKey]) =>
    Object.entries(byKey).flatMap(([key, value]): Change[] => {
      const { [operator]: _, ...others } = condition;
      const with_ = (changed: object) => [{ ...statement, Condition: changed } as JsonObject];
      const valued = (other: unknown) => with_({ ...others, [operator]: { [key]: other } });
      const values = texts(value);
      const isArn = operator.startsWith("Arn");
      const one = values[0] ?? "";
      const another =
        one === "true" ? "false" : one === "false" ? "true" : isArn ? `${one}2` : `${one}-of-somebody`;
      return [
        {
          kind: isDeny ? "a denial without its condition" : "a condition dropped",
          what: `no ${key}`,
          statements:
            Object.keys(others).length > 0 ? with_(others) : [withoutMember(statement, "Condition")],
          killedBy: isDeny ? ["used, not granted"] : TOO_MUCH,
        },
        {
          kind: "a condition that passes where the key is absent",
          what: `${operator}IfExists ${key}`,
          statements: with_({ ...others, [`${operator}IfExists`]: byKey }),
          killedBy: ["refused"],
        },
        {
          kind: "a condition that is the opposite",
          what: `${operator.replace(/^(String|Arn|Bool)/, "$1Not")} ${key}`,
          statements: with_({ ...others, [operator.replace(/^(String|Arn|Bool)/, "$1Not")]: byKey }),
          killedBy: ["refused"],
        },
        {
          kind: "a condition on a key that no request has",
          what: `ec2:Vpc for ${key}`,
          statements: with_({ ...others, StringEquals: { "ec2:Vpc": "vpc-1" } }),
          killedBy: [
            "refused",
            ...(isDeny
              ? (["used, not granted", "allowed, must be denied"] as const)
              : (["used, not granted"] as const)),
          ],
        },
        // A denial of more than it must be takes nothing away from anybody here.
        ...((isArn || operator === "StringLike") && !isDeny && !values.includes("*")
          ? [
              {
                kind: "every value of a condition",
                what: `${key} *`,
                statements: valued("*"),
                killedBy: TOO_MUCH,
              },
            ]
          : []),
        {
          kind: "another value of a condition",
          what: `${key} ${another}`,
          statements: valued(another),
          killedBy: isDeny ? ["allowed, must be denied"] : ["used, not granted"],
        },
        {
          kind: "one value more of a condition",
          what: `${key} ${another}, too`,
          statements: valued([...values, another]),
          killedBy: isDeny
            ? ["condition without purpose", "used, not granted"]
            : ["condition without purpose", ...TOO_MUCH],
        },
        ...(values.length < 2
          ? []
          : values.map((gone, index) => ({
              kind: "one value less of a condition",
              what: `${key} without ${gone}`,
              statements: valued(values.toSpliced(index, 1)),
              killedBy: ["used, not granted"] as const,
            }))),
      ];
    }),
  );
}
