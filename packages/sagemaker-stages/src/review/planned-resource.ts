import type { Configured } from "./configuration";
import type { Values } from "./values";

/** What Terraform would do, as its plan says it (https://developer.hashicorp.com/terraform/internals/json-format#change-representation). */
export type Action = "no-op" | "create" | "read" | "update" | "delete" | "forget";

/** A resource that Terraform manages, before and after. */
export interface PlannedResource {
  /** As Terraform writes it, e.g. `aws_lambda_function.ticket-urgency_function_A1B2C3D4`. */
  readonly address: string;
  /** The path of its construct in the stack, e.g. `churn/function`; the address where nobody told it. */
  readonly path: string;
  readonly type: string;
  /** In Terraform's order: `["delete", "create"]` and `["create", "delete"]` are replacements. */
  readonly actions: readonly Action[];
  /** What it is now; undefined where it does not exist. */
  readonly before: Values | undefined;
  /** What it will be; undefined where it will not exist. */
  readonly after: Values | undefined;
  /** What its configuration sets; undefined where the plan has none of it, e.g. because it was taken out. */
  readonly configured: Configured | undefined;
  /** Attributes that force its replacement, e.g. `["name"]` or `["vpc_config", 0, "subnets"]`. */
  readonly replacePaths: readonly (readonly (string | number)[])[];
  /** Terraform's word for why it is replaced or deleted, e.g. `delete_because_no_resource_config`. */
  readonly reason: string | undefined;
  /** Where the resource stood before, if it moved. */
  readonly previousAddress: string | undefined;
  /** Whether it exists in AWS and comes under Terraform's care with this plan. */
  readonly imported: boolean;
  /** Marks an object that was left over from a replacement that failed. */
  readonly deposed: string | undefined;
}
