import type { JsonObject } from "../../terraform";
import { OTHER_ACCOUNT } from "../account";
import type { Fault } from "../finding";
import { actionChanges } from "./action-changes";
import { type Change, type ChangeContext, withoutMember } from "./change";
import { conditionChanges } from "./condition-changes";
import { denyChanges } from "./deny-changes";
import { type Document, type Mutant, texts } from "./mutant";
import { resourceChanges } from "./resource-changes";

/** In two parts, because the linter reports a template placeholder in a string. */
const VARIABLE = "$" + "{aws:PrincipalTag/team}";

/** Every change of every statement of every document. */
export function mutantsOfStatements(
  documents: readonly Document[],
  given: Omit<ChangeContext, "document" | "statement">,
): Mutant[] {
  return documents.flatMap((document) =>
    document.statements.flatMap((statement, index) => {
      const at = { ...given, document, statement };
      const changes =
        statement.Effect === "Deny"
          ? [...denyChanges(at), ...conditionChanges(at), ...effectChanges(at)]
          : [
              ...actionChanges(at),
              ...resourceChanges(at),
              ...conditionChanges(at),
              ...principalChanges(at),
              ...wholeStatementChanges(at),
              ...effectChanges(at),
            ];
      return changes.map(
        ({ kind, detail, statements, killedBy }): Mutant => ({
          kind,
          description: `${document.subject}, ${statement.Sid}: ${detail}`,
          subject: document.subject,
          change: document.replaced([
            ...document.statements.slice(0, index),
            ...statements,
            ...document.statements.slice(index + 1),
          ]),
          killedBy,
        }),
      );
    }),
  );
}

function principalChanges({ statement }: ChangeContext): Change[] {
  const { Principal: principal } = statement;
  if (principal === undefined) return [];
  const change = (kind: string, other: JsonObject | string, killedBy: readonly Fault[]): Change => ({
    kind,
    detail: JSON.stringify(other),
    statements: [{ ...statement, Principal: other }],
    killedBy,
  });
  const refused = [
    change("an account as the principal", { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` }, ["refused"]),
    change("a federation as the principal", { Federated: "accounts.google.com" }, ["refused"]),
  ];
  if (principal === "*") return refused;
  const { Service: own = [], ...others } = principal as JsonObject;
  return [
    ...refused,
    change("every principal", "*", ["other principal"]),
    change("another service instead", { Service: "ec2.amazonaws.com" }, ["used, not granted"]),
    change("another service, too", { ...others, Service: [...texts(own), "ec2.amazonaws.com"] }, [
      "other principal",
    ]),
    {
      kind: "every principal except one",
      detail: "NotPrincipal",
      statements: [
        {
          ...withoutMember(statement, "Principal"),
          NotPrincipal: { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` },
        },
      ],
      killedBy: ["refused"],
    },
  ];
}

function wholeStatementChanges({ statement, document }: ChangeContext): Change[] {
  return [
    {
      kind: "a statement twice",
      detail: "again",
      statements: [statement, { ...statement, Sid: `${statement.Sid}Again` }],
      killedBy: ["granted twice"],
    },
    {
      kind: "a statement that denies",
      detail: "Deny",
      statements: [{ ...statement, Effect: "Deny" }],
      killedBy: ["used, not granted"],
    },
    ...(document.statements.length > 1
      ? [
          {
            kind: "a statement removed",
            detail: "removed",
            statements: [],
            killedBy: ["used, not granted"] as const,
          },
        ]
      : []),
    {
      kind: "every action except one",
      detail: "NotAction",
      statements: [{ ...withoutMember(statement, "Action"), NotAction: ["iam:CreateUser"] }],
      killedBy: ["refused"],
    },
    ...(statement.Resource === undefined
      ? []
      : [
          {
            kind: "every resource except one",
            detail: "NotResource",
            statements: [{ ...withoutMember(statement, "Resource"), NotResource: ["arn:aws:s3:::b/k"] }],
            killedBy: ["refused"] as const,
          },
          {
            kind: "a policy variable",
            detail: VARIABLE,
            statements: [{ ...statement, Resource: [`arn:aws:s3:::${VARIABLE}/k`] }],
            killedBy: ["refused"] as const,
          },
        ]),
  ];
}

/** A value of Effect that IAM does not have. */
function effectChanges({ statement }: ChangeContext): Change[] {
  return [
    {
      kind: "an unknown effect",
      detail: "effect allow",
      statements: [{ ...statement, Effect: "allow" }],
      killedBy: ["refused"],
    },
  ];
}
