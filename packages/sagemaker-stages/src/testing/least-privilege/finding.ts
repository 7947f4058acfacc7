/** What can be wrong with a stack's policies. */
export const FAULTS = [
  "refused",
  "used, not granted",
  "granted, not used",
  "granted twice",
  "another action",
  "wildcard",
  "near miss",
  "other context",
  "other principal",
  "allowed, must be denied",
  "condition without purpose",
] as const;
/** One of {@link FAULTS}. */
export type Fault = (typeof FAULTS)[number];

/** A fault of one subject's policies. */
export interface Finding {
  readonly fault: Fault;
  /** As in `Policy.subject`. */
  readonly subject: string;
  /** The statements that have the fault: `<address>.<argument>, statement <Sid>`. Empty where a statement is missing. */
  readonly statements: readonly string[];
  readonly text: string;
}
