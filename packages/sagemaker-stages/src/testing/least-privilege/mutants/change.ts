import type { JsonObject } from "../../terraform";
import type { Fault } from "../finding";
import type { IamData } from "../iam-data";
import type { Document } from "./mutant";

/** A change of one statement. */
export interface Change {
  readonly kind: string;
  /** The changed part, e.g. `no s3:GetObject`. */
  readonly detail: string;
  /** The statements that replace the statement. */
  readonly statements: readonly JsonObject[];
  readonly killedBy: readonly Fault[];
}

/** The statement to change, with its document and stack. */
export interface ChangeContext {
  readonly document: Document;
  readonly statement: JsonObject;
  readonly iamData: IamData;
  /** The region of the stack, and another region. */
  readonly regions: readonly [own: string, other: string];
  /** The prefix of names in the stack, and the prefix of names in another environment. */
  readonly prefixes: readonly [own: string, other: string];
}

/**
 * Whether a mutant can remove a statement of the document. A trust policy or the policy of a VPC endpoint must keep at
 * least one statement. Another mutant removes the whole policy of a VPC endpoint.
 */
export function canLoseStatement({ kind, subject, statements }: Document): boolean {
  return kind !== "trust" && (statements.length > 1 || !subject.startsWith("VPC endpoint"));
}

/** A statement without one of its members. */
export function withoutMember(statement: JsonObject, member: string): JsonObject {
  const { [member]: _, ...others } = statement;
  return others;
}
