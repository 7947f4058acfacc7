/**
 * The program that runs in place of `terraform`, e.g. `tofu` for OpenTofu: the value of `TERRAFORM_BINARY_NAME`. CDKTF reads the
 * same variable, and also ignores an empty value.
 */
export function terraformProgram(): string {
  return process.env.TERRAFORM_BINARY_NAME || "terraform";
}
