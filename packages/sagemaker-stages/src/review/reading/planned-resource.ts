import type { Configured } from "./configuration";
import type { Values } from "./values";

/** An action in a plan (https://developer.hashicorp.com/terraform/internals/json-format#change-representation). */
export type Action = "no-op" | "create" | "read" | "update" | "delete" | "forget";

/** A resource that Terraform manages, before and after the plan. */
export interface PlannedResource {
  /** Terraform's address, e.g. `aws_lambda_function.ticket-urgency_function_A1B2C3D4`. */
  readonly address: string;
  /** The path of the construct in the stack, e.g. `churn/function`; the address if the path is unknown. */
  readonly path: string;
  readonly type: string;
  /** In Terraform's order: `["delete", "create"]` and `["create", "delete"]` are replacements. */
  readonly actions: readonly Action[];
  /** The values before the plan; undefined if the resource does not exist. */
  readonly before: Values | undefined;
  /** The values after the plan; undefined if the plan removes the resource. */
  readonly after: Values | undefined;
  /** The configuration; undefined if the plan contains none, e.g. because the resource was removed from it. */
  readonly configured: Configured | undefined;
  /** Attributes that force the replacement, e.g. `["name"]` or `["vpc_config", 0, "subnets"]`. */
  readonly replacePaths: readonly (readonly (string | number)[])[];
  /** Terraform's reason for a replacement or a deletion, e.g. `delete_because_no_resource_config`. */
  readonly reason: string | undefined;
  /** The address before, if the resource moved. */
  readonly previousAddress: string | undefined;
  /** Whether the plan imports an existing resource. */
  readonly imported: boolean;
  /** The key of a deposed object: the remainder of a failed replacement. */
  readonly deposed: string | undefined;
}
