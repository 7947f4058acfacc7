import type { Change, ChangeContext } from "./change";
import { texts } from "./mutant";

/** Changes of a deny. */
export function denyChanges({ statement, document }: ChangeContext): Change[] {
  const actions = texts(statement.Action);
  const resources = texts(statement.Resource);
  return [
    {
      kind: "a deny removed",
      detail: "removed",
      statements: [],
      killedBy: ["allowed, must be denied"],
    },
    {
      kind: "a deny that allows",
      detail: "Allow",
      statements: [{ ...statement, Effect: "Allow" }],
      killedBy: ["allowed, must be denied"],
    },
    {
      kind: "a deny twice",
      detail: "again",
      statements: [statement, { ...statement, Sid: `${statement.Sid}Again` }],
      killedBy: ["granted twice"],
    },
    ...(actions.length > 1
      ? actions.map((action, index) => ({
          kind: "a deny without an action",
          detail: `not ${action}`,
          statements: [{ ...statement, Action: actions.toSpliced(index, 1) }],
          killedBy: ["allowed, must be denied"] as const,
        }))
      : []),
    // A VPC endpoint's policy allows no other action, so that a deny of fewer actions has the same effect.
    ...actions
      .filter((action) => action.endsWith(":*") && !document.subject.startsWith("VPC endpoint"))
      .map((action) => ({
        kind: "a deny of fewer actions",
        detail: action.replace("*", "Put*"),
        statements: [{ ...statement, Action: [action.replace("*", "Put*")] }],
        killedBy: ["allowed, must be denied"] as const,
      })),
    ...(resources.length > 1
      ? resources.map((resource, index) => ({
          kind: "a deny without a resource",
          detail: `not ${resource}`,
          statements: [{ ...statement, Resource: resources.toSpliced(index, 1) }],
          killedBy: ["allowed, must be denied"] as const,
        }))
      : []),
  ];
}
