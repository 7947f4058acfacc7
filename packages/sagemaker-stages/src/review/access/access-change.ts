import type { Life } from "./difference";
import type { Place } from "./grant";
import type { Mark } from "./marks";
import type { PolicyKind, Unjudged } from "./policy";
import type { ShownCondition } from "./shown-condition";

/** What somebody can do now, or can do no longer. */
export interface AccessChange {
  /**
   * - `granted`, `withdrawn`: a right that is new, or gone;
   * - `refused`, `no longer refused`: a Deny that is new, or gone;
   * - `changed`: a right, or a Deny, on other conditions;
   * - `unjudged`: a policy that nobody can judge, because it is known after the apply alone, masked, or not understood.
   */
  readonly change: "granted" | "withdrawn" | "refused" | "no longer refused" | "changed" | "unjudged";
  /** Whether somebody can do what they could not, or nobody can say that they cannot. */
  readonly widens: boolean;
  /**
   * Whether it widens, and nothing says for whom: anyone in the world. Also true of a policy that nobody can judge, and
   * that can name everyone.
   */
  readonly public: boolean;
  /** What there is to look at in the right. */
  readonly marks: readonly Mark[];
  /** Undefined where the change is `unjudged`. */
  readonly effect: "Allow" | "Deny" | undefined;
  /** E.g. `role dev-churn-function`, `service lambda.amazonaws.com`, `anyone`. Each has the same rights. */
  readonly principals: readonly string[];
  /** As the policy writes them; each is allowed on each of the resources. Empty where the change is `unjudged`. */
  readonly actions: readonly string[];
  /** As the policy writes them, or e.g. `role dev-churn-function` where it names none. */
  readonly resources: readonly string[];
  /** Conditions before and after: any one of the lists is enough, and of a list all are needed. Undefined: no right. */
  readonly before: readonly (readonly ShownCondition[])[] | undefined;
  readonly after: readonly (readonly ShownCondition[])[] | undefined;
  /** The conditions as a text, `a → b` where they change; empty where there are none. */
  readonly condition: string;
  /** Of what the policies are: `kind`, whose, and whether that is created or destroyed with this plan. */
  readonly of: { readonly kind: PolicyKind; readonly thing: string; readonly life: Life };
  /** Why nobody can judge it. */
  readonly unjudged: Unjudged | undefined;
  /** One sentence, with code in backticks. */
  readonly words: string;
  /** The resources in which it stands. */
  readonly where: readonly Place[];
}
