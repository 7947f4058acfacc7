/** No rule reads a part of a policy: the policy is refused, because it can grant permissions that the proof does not know. */
export class Refused extends Error {
  override readonly name = "Refused";
}
