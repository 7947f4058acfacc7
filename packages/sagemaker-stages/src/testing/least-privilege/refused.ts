/**
 * A part of the Terraform that no rule of the proof reads. The proof refuses the stack, because the part can grant
 * permissions.
 */
export class Refused extends Error {
  override readonly name = "Refused";
}
