/** What can be wrong with a stack's policies. */
export const FAULTS = [
  "refused",
  "used, not granted",
  "granted, not used",
  "granted twice",
  "another action",
  "a wildcard",
  "near miss",
  "other context",
  "other requester",
  "abuse",
  "condition without purpose",
] as const;
/** One of {@link FAULTS}. */
export type Fault = (typeof FAULTS)[number];

/** Something wrong, and about whom. */
export interface Finding {
  readonly fault: Fault;
  /** As in `Policy.subject`. */
  readonly subject: string;
  readonly text: string;
}
