import type { AccessRequest, Use } from "../request";
import { bucket } from "./bucket";
import { caller } from "./caller";
import { endpointRole } from "./endpoint-role";
import { existingFunction } from "./existing-function";
import { functionRole } from "./function-role";
import { functionUrl } from "./function-url";
import { type PrincipalRules, requireKnownArguments, type Sources } from "./principal";
import { stage } from "./stage";
import { wayOut } from "./way-out";

/** Every kind of principal or resource that a stack may have. */
export const RULES: readonly PrincipalRules[] = [
  functionRole,
  endpointRole,
  existingFunction,
  stage,
  functionUrl,
  caller,
  bucket,
  wayOut,
];

/** What policies are held against. */
export interface Requests {
  readonly uses: readonly Use[];
  readonly abuses: readonly AccessRequest[];
}

/**
 * What must get through in a stack, and what must not.
 *
 * @throws Refused where the Terraform says something from which no rule derives requests
 */
export function requestsOf(sources: Sources): Requests {
  for (const rules of RULES) requireKnownArguments(rules, sources);
  return {
    uses: RULES.flatMap((rules) => rules.uses(sources)),
    abuses: RULES.flatMap((rules) => rules.abuses(sources)),
  };
}
