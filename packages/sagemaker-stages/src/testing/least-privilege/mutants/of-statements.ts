import type { JsonObject } from "../../terraform";
import { OTHER_ACCOUNT } from "../account";
import type { Fault } from "../finding";
import { type At, type Change, withoutMember } from "./change";
import { type Document, type Mutant, texts } from "./mutant";
import { ofActions } from "./of-actions";
import { ofResources } from "./of-arns";
import { ofConditions } from "./of-conditions";
import { ofDenials } from "./of-denials";

/** As text, because the linter takes it for a mistake. */
const VARIABLE = "$" + "{aws:PrincipalTag/team}";

/** Every rule, for every statement of every document. */
export function mutantsOfStatements(
  documents: readonly Document[],
  given: Omit<At, "document" | "statement">,
): Mutant[] {
  return documents.flatMap((document) =>
    document.statements.flatMap((statement, index) => {
      const at = { ...given, document, statement };
      const changes =
        statement.Effect === "Deny"
          ? [...ofDenials(at), ...ofConditions(at), ...ofForm(at)]
          : [
              ...ofActions(at),
              ...ofResources(at),
              ...ofConditions(at),
              ...ofPrincipals(at),
              ...ofWhole(at),
              ...ofForm(at),
            ];
      return changes.map(
        ({ kind, what, statements, killedBy }): Mutant => ({
          kind,
          description: `${document.subject}, ${statement.Sid}: ${what}`,
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

function ofPrincipals({ statement }: At): Change[] {
  const { Principal: principal } = statement;
  if (principal === undefined) return [];
  const change = (kind: string, other: JsonObject | string, killedBy: readonly Fault[]): Change => ({
    kind,
    what: JSON.stringify(other),
    statements: [{ ...statement, Principal: other }],
    killedBy,
  });
  const refused = [
    change("an account as the principal", { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` }, ["refused"]),
    change("a federation as the principal", { Federated: "accounts.google.com" }, ["refused"]),
  ];
  if (principal === "*") return refused;
  const { Service: own } = principal as JsonObject;
  return [
    ...refused,
    change("everybody as the principal", "*", ["other principal"]),
    change("another service in its place", { Service: "ec2.amazonaws.com" }, ["used, not granted"]),
    change("another service beside it", { Service: [...texts(own), "ec2.amazonaws.com"] }, [
      "other principal",
    ]),
    {
      kind: "everybody but one",
      what: "NotPrincipal",
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

function ofWhole({ statement, document }: At): Change[] {
  return [
    {
      kind: "a statement twice",
      what: "again",
      statements: [statement, { ...statement, Sid: `${statement.Sid}Again` }],
      killedBy: ["granted twice"],
    },
    {
      kind: "a statement that denies",
      what: "Deny",
      statements: [{ ...statement, Effect: "Deny" }],
      killedBy: ["used, not granted"],
    },
    ...(document.statements.length > 1
      ? [
          {
            kind: "a statement removed",
            what: "gone",
            statements: [],
            killedBy: ["used, not granted"] as const,
          },
        ]
      : []),
    {
      kind: "everything but an action",
      what: "NotAction",
      statements: [{ ...withoutMember(statement, "Action"), NotAction: ["iam:CreateUser"] }],
      killedBy: ["refused"],
    },
    ...(statement.Resource === undefined
      ? []
      : [
          {
            kind: "everything but a resource",
            what: "NotResource",
            statements: [{ ...withoutMember(statement, "Resource"), NotResource: ["arn:aws:s3:::b/k"] }],
            killedBy: ["refused"] as const,
          },
          {
            kind: "a variable of policies",
            what: VARIABLE,
            statements: [{ ...statement, Resource: [`arn:aws:s3:::${VARIABLE}/k`] }],
            killedBy: ["refused"] as const,
          },
        ]),
  ];
}

/** What no grammar has. */
function ofForm({ statement }: At): Change[] {
  return [
    {
      kind: "an effect that IAM does not have",
      what: "effect allow",
      statements: [{ ...statement, Effect: "allow" }],
      killedBy: ["refused"],
    },
  ];
}
