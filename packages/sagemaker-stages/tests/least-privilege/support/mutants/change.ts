import type { JsonObject } from "../../../stacks/support/synthesized";
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
  /** Name of the stack. */
  readonly environment: string;
}

/** A statement without one of its members. */
export function withoutMember(statement: JsonObject, member: string): JsonObject {
  const { [member]: _, ...others } = statement;
  return others;
}
