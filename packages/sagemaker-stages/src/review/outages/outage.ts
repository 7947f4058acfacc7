import type { Risk } from "../risks";
import type { SurfaceSubject } from "../surface";

/** Why calls fail. */
export type OutageCause =
  /** A setting, which is a risk with the gate `outage`. */
  | "setting"
  /** The resource or the address no longer exists. */
  | "destroyed"
  /** Terraform deletes the resource, and creates the resource again with the same address. */
  | "replaced"
  /** Terraform deletes the resource, and creates a resource with another address. */
  | "other address"
  /** Terraform deletes the credential, and creates another credential. */
  | "other credential"
  /** Terraform deletes the link of a key to its usage plan, and the key stays. */
  | "usage plan"
  /** Callers that were accepted before are refused. */
  | "refused"
  /** A route and its function change their transfer mode one after the other. */
  | "transfer mode"
  /** The function or the role of a route's old integration is deleted, while API Gateway can still use it. */
  | "integration"
  /** The endpoint of a route or a function is deleted, while the route or the function can still call it. */
  | "other endpoint"
  /** The role of a function loses the permission to invoke its endpoint. */
  | "permission"
  /** Terraform deletes the VPC endpoint through which a function calls its endpoint, before it updates the function. */
  | "network"
  /** The document of a deployed API is known after apply: the plan does not show whether callers are refused. */
  | "document"
  /** The plan does not show whether callers are refused. */
  | "undetermined";

/** A route, an endpoint or another address whose callers receive errors during or after the apply. */
export type Outage = {
  /** What callers call. A resource has its type and its name before the plan. */
  readonly subject: SurfaceSubject;
  /**
   * `apply`: calls succeed again when the apply is complete. `permanent`: calls fail until the callers or the environment
   * change.
   */
  readonly lasts: "apply" | "permanent";
  /** Whether the plan does not show the effect of the change. */
  readonly undetermined: boolean;
  /** Path of the construct that changes. */
  readonly path: string;
  /** Address of the resource in Terraform. */
  readonly address: string;
} & (
  | {
      readonly cause: "setting";
      /** The risk that is the reason. */
      readonly setting: Risk;
    }
  | { readonly cause: Exclude<OutageCause, "setting"> }
);
