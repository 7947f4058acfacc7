import type { JsonObject } from "../../terraform";
import type { Fault } from "../finding";
import type { IamData } from "../iam-data";
import type { Document } from "./mutant";

/** A change of one statement. */
export interface Change {
  readonly kind: string;
  /** What changes, in a few words. */
  readonly what: string;
  /** What stands in the statement's place. */
  readonly statements: readonly JsonObject[];
  readonly killedBy: readonly Fault[];
}

/** What a change needs to know. */
export interface At {
  readonly document: Document;
  readonly statement: JsonObject;
  readonly iamData: IamData;
  /** Region of the stack, and another one. */
  readonly regions: readonly [own: string, other: string];
  /** Prefix of the names in the stack, and of the names in another environment. */
  readonly prefixes: readonly [own: string, other: string];
}

/**
 * Whether a statement of the document can be removed: a trust or a VPC endpoint's policy without statements is no policy,
 * and another mutant removes the whole policy of a VPC endpoint.
 */
export function canLoseStatement({ kind, subject, statements }: Document): boolean {
  return kind !== "trust" && (statements.length > 1 || !subject.startsWith("VPC endpoint"));
}

/** A statement without one of its members. */
export function withoutMember(statement: JsonObject, member: string): JsonObject {
  const { [member]: _, ...others } = statement;
  return others;
}
