import type { At, Change } from "./change";
import { texts } from "./mutant";

/** Changes of what a statement denies. */
export function ofDenials({ statement, document }: At): Change[] {
  const actions = texts(statement.Action);
  const resources = texts(statement.Resource);
  return [
    {
      kind: "a denial removed",
      what: "gone",
      statements: [],
      killedBy: ["allowed, must be denied"],
    },
    {
      kind: "a denial that allows",
      what: "Allow",
      statements: [{ ...statement, Effect: "Allow" }],
      killedBy: ["allowed, must be denied"],
    },
    {
      kind: "a denial twice",
      what: "again",
      statements: [statement, { ...statement, Sid: `${statement.Sid}Again` }],
      killedBy: ["granted twice"],
    },
    ...(actions.length > 1
      ? actions.map((action, index) => ({
          kind: "a denial without an action",
          what: `not ${action}`,
          statements: [{ ...statement, Action: actions.toSpliced(index, 1) }],
          killedBy: ["allowed, must be denied"] as const,
        }))
      : []),
    // Where nothing is allowed beside the denial, one of fewer actions denies as much.
    ...actions
      .filter((action) => action.endsWith(":*") && !document.subject.startsWith("VPC endpoint"))
      .map((action) => ({
        kind: "a denial of fewer actions",
        what: action.replace("*", "Put*"),
        statements: [{ ...statement, Action: [action.replace("*", "Put*")] }],
        killedBy: ["allowed, must be denied"] as const,
      })),
    ...(resources.length > 1
      ? resources.map((resource, index) => ({
          kind: "a denial without a resource",
          what: `not ${resource}`,
          statements: [{ ...statement, Resource: resources.toSpliced(index, 1) }],
          killedBy: ["allowed, must be denied"] as const,
        }))
      : []),
  ];
}
