/** What a setting endangers: stored data, access, availability, or a protection that nothing has needed yet. */
export type RiskKind = "data loss" | "exposure" | "outage" | "weaker protection";

/** A gate of `--fail-on` in which a change counts. */
export type Gate = "destroy" | "widen" | "public";

/** One setting that a plan changes to a more dangerous value, or to a safer one. */
export interface Risk {
  readonly kind: RiskKind;
  /** `undetermined`: the value is known after the apply, or masked. */
  readonly direction: "worse" | "better" | "undetermined";
  /** The gates in which it counts: none where it gets better. */
  readonly gates: readonly Gate[];
  /** Path of the construct. */
  readonly path: string;
  /** Its address in Terraform. */
  readonly address: string;
  /** E.g. `function scoring`. */
  readonly subject: string;
  /** E.g. `is switched off`: with the subject, a sentence. */
  readonly says: string;
  /** As Terraform writes it. */
  readonly attribute: string;
  readonly before: string;
  readonly after: string;
}

/** A risk as its finder says it. */
export type Finding = Pick<Risk, "kind" | "direction" | "gates" | "says" | "attribute" | "before" | "after">;
