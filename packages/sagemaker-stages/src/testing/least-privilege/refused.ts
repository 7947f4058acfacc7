/** What no rule reads: the policy is refused, for it may grant what nobody looked at. */
export class Refused extends Error {
  override readonly name = "Refused";
}
