import type { Lifecycle } from "./difference";
import type { Place } from "./grant";
import type { PolicyKind, UndeterminedReason } from "./policy";
import type { RiskFlag } from "./risk-flags";
import type { ShownCondition } from "./shown-condition";

/** A permission or a denial that the plan adds, removes or changes. */
export interface AccessChange {
  /**
   * - `granted`, `revoked`: the plan adds or removes a permission;
   * - `denied`, `no longer denied`: the plan adds or removes a Deny;
   * - `changed`: the conditions of a permission or a Deny change;
   * - `undetermined`: the effect of a policy is unknown: see {@link undetermined}.
   */
  readonly change: "granted" | "revoked" | "denied" | "no longer denied" | "changed" | "undetermined";
  /** Whether a principal gains access, or may gain access if the change is `undetermined`. */
  readonly widens: boolean;
  /**
   * Whether the change widens access for the public. Also true for an `undetermined` policy that can name everyone.
   */
  readonly public: boolean;
  /** The properties that make the permission dangerous. */
  readonly riskFlags: readonly RiskFlag[];
  /** Undefined where the change is `undetermined`. */
  readonly effect: "Allow" | "Deny" | undefined;
  /** E.g. `role dev-churn-function`, `service lambda.amazonaws.com`, `anyone`. All have the same permissions. */
  readonly principals: readonly string[];
  /** Actions as the policy writes them; each applies to every resource. Empty where the change is `undetermined`. */
  readonly actions: readonly string[];
  /** Resources as the policy writes them, or e.g. `role dev-churn-function` if the policy names no resource. */
  readonly resources: readonly string[];
  /** Alternatives before the plan: a request must meet every condition of one list. Undefined: no permission. */
  readonly before: readonly (readonly ShownCondition[])[] | undefined;
  /** Alternatives after the plan. */
  readonly after: readonly (readonly ShownCondition[])[] | undefined;
  /** The conditions as a text, `a → b` if the conditions change; empty without conditions. */
  readonly condition: string;
  /** The kind of the policy, the resource that has the policy, and what the plan does with that resource. */
  readonly subject: { readonly kind: PolicyKind; readonly resource: string; readonly lifecycle: Lifecycle };
  /** Why the effect of the policy is unknown. */
  readonly undetermined: UndeterminedReason | undefined;
  /** The change as one sentence, with code in backticks. */
  readonly sentence: string;
  /** The sentence of wider access without its conditions, for the verdict; of another change, the sentence. */
  readonly shortSentence: string;
  /** The resources of the plan that contain the policy. */
  readonly where: readonly Place[];
}
