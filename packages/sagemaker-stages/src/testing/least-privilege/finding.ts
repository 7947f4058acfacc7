/** The kinds of faults that policies of a stack can have. */
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
/**
 * The kind of a fault: one of {@link FAULTS}.
 *
 * @example
 * const fault: Fault = "near miss";
 */
export type Fault = (typeof FAULTS)[number];

/**
 * A fault of a subject's policies.
 *
 * @example
 * const faults = findings.filter(({ fault }: Finding) => fault === "wildcard");
 */
export interface Finding {
  readonly fault: Fault;
  /** The subject of the policies, as in `Policy.subject`. */
  readonly subject: string;
  /** The statements that have the fault: `<address>.<argument>, statement <Sid>`. Empty if a statement is missing. */
  readonly statements: readonly string[];
  /** The principal, the action and the resource of the fault, and the repair of the policy. */
  readonly text: string;
}
