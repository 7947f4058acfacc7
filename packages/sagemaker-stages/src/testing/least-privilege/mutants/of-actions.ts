import type { Fault } from "../finding";
import { type At, type Change, canLoseStatement } from "./change";
import { texts } from "./mutant";

/** Changes of what a statement lets somebody do. */
export function ofActions({ statement, document, iamData }: At): Change[] {
  const actions = texts(statement.Action);
  const withActions = (changed: readonly string[]) => [{ ...statement, Action: [...changed] }];
  // The statement's condition may be one that the other actions do not know.
  const or = (fault: Fault): Fault[] => (statement.Condition === undefined ? [fault] : [fault, "refused"]);
  return actions
    .flatMap((action, index): Change[] => {
      const [service = "", name = ""] = action.split(":");
      const replaced = (other: string) => withActions(actions.with(index, other));
      const foreign = iamData
        .actionsOf(service)
        .map((facts) => facts.name)
        .find((other) => !actions.includes(other) && !/AssumeRole/.test(other));
      return [
        {
          kind: "every action of a service",
          what: `${service}:*`,
          statements: replaced(`${service}:*`),
          killedBy: or("wildcard"),
        },
        { kind: "every action of AWS", what: "*", statements: replaced("*"), killedBy: or("wildcard") },
        {
          kind: "actions by their beginning",
          what: `${action}*`,
          statements: replaced(`${action}*`),
          killedBy: or("wildcard"),
        },
        {
          kind: "actions by a letter",
          what: `${service}:?${name.slice(1)}`,
          statements: replaced(`${service}:?${name.slice(1)}`),
          killedBy: ["wildcard"],
        },
        {
          kind: "an action removed",
          what: `no ${action}`,
          statements: actions.length > 1 ? withActions(actions.toSpliced(index, 1)) : [],
          killedBy: ["used, not granted"],
        },
        {
          kind: "another action in its place",
          what: `${foreign} for ${action}`,
          statements: replaced(foreign ?? "sts:GetCallerIdentity"),
          killedBy: or("used, not granted"),
        },
        {
          kind: "an action twice",
          what: `${action.toLowerCase()}, too`,
          statements: withActions([...actions, action.toLowerCase()]),
          killedBy: ["granted twice"],
        },
        ...(index > 0
          ? []
          : [
              {
                kind: "another action of the service",
                what: `${foreign}, too`,
                statements: withActions([...actions, foreign ?? "sts:GetCallerIdentity"]),
                killedBy: or("granted, not used"),
              },
              {
                kind: "another service",
                what: "iam:PassRole, too",
                statements: withActions([...actions, "iam:PassRole"]),
                killedBy: or("granted, not used"),
              },
            ]),
      ];
    })
    .filter(({ statements }) => statements.length > 0 || canLoseStatement(document));
}
