import { UserError } from "../lib/user-error";

/**
 * The Terraform requires a feature that the local stage does not support. The message names the resource and the
 * argument.
 */
export class UnsupportedTerraform extends UserError {
  override readonly name = "UnsupportedTerraform";
}
