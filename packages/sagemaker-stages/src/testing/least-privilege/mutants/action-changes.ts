import type { Fault } from "../finding";
import { type Change, type ChangeContext, canLoseStatement } from "./change";
import { texts } from "./mutant";

/** Changes of the actions of an allow. */
export function actionChanges({ statement, document, iamData }: ChangeContext): Change[] {
  const actions = texts(statement.Action);
  const withActions = (changed: readonly string[]) => [{ ...statement, Action: [...changed] }];
  // If requests of the other action never have the condition's key, the proof refuses the statement.
  const orRefused = (fault: Fault): Fault[] =>
    statement.Condition === undefined ? [fault] : [fault, "refused"];
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
          detail: `${service}:*`,
          statements: replaced(`${service}:*`),
          killedBy: orRefused("wildcard"),
        },
        {
          kind: "every action of AWS",
          detail: "*",
          statements: replaced("*"),
          killedBy: orRefused("wildcard"),
        },
        {
          kind: "actions with a prefix",
          detail: `${action}*`,
          statements: replaced(`${action}*`),
          killedBy: orRefused("wildcard"),
        },
        {
          kind: "actions with a wildcard for one letter",
          detail: `${service}:?${name.slice(1)}`,
          statements: replaced(`${service}:?${name.slice(1)}`),
          killedBy: ["wildcard"],
        },
        {
          kind: "an action removed",
          detail: `no ${action}`,
          statements: actions.length > 1 ? withActions(actions.toSpliced(index, 1)) : [],
          killedBy: ["used, not granted"],
        },
        {
          kind: "another action instead",
          detail: `${foreign} for ${action}`,
          statements: replaced(foreign ?? "sts:GetCallerIdentity"),
          killedBy: orRefused("used, not granted"),
        },
        {
          kind: "an action twice",
          detail: `${action.toLowerCase()}, too`,
          statements: withActions([...actions, action.toLowerCase()]),
          killedBy: ["granted twice"],
        },
        ...(index > 0
          ? []
          : [
              {
                kind: "another action of the service",
                detail: `${foreign}, too`,
                statements: withActions([...actions, foreign ?? "sts:GetCallerIdentity"]),
                killedBy: orRefused("granted, not used"),
              },
              {
                kind: "another service",
                detail: "iam:PassRole, too",
                statements: withActions([...actions, "iam:PassRole"]),
                killedBy: orRefused("granted, not used"),
              },
            ]),
      ];
    })
    .filter(({ statements }) => statements.length > 0 || canLoseStatement(document));
}
