import type { AccessRequest, Use } from "../request";
import { bucket } from "./bucket";
import { caller } from "./caller";
import { endpointRole } from "./endpoint-role";
import { existingFunction } from "./existing-function";
import { functionRole } from "./function-role";
import { functionUrl } from "./function-url";
import { type PrincipalRules, requireKnownArguments, requireUsesOfAnswers, type Sources } from "./principal";
import { stage } from "./stage";
import { vpcEndpoint } from "./vpc-endpoint";

/** Every kind of principal or resource that a stack may have. */
export const RULES: readonly PrincipalRules[] = [
  functionRole,
  endpointRole,
  existingFunction,
  stage,
  functionUrl,
  caller,
  bucket,
  vpcEndpoint,
];

/** What policies are held against. */
export interface Requests {
  readonly uses: readonly Use[];
  readonly abuses: readonly AccessRequest[];
}

/**
 * What must get through in a stack, and what must not.
 *
 * @param more - rules of principals that an app adds
 * @throws Refused where the Terraform says something from which no rule derives requests
 */
export function requestsOf(sources: Sources, more: readonly PrincipalRules[] = []): Requests {
  const all = [...RULES, ...more];
  for (const rules of all) {
    requireKnownArguments(rules, sources);
    requireUsesOfAnswers(rules, sources);
  }
  return {
    uses: all.flatMap((rules) => rules.uses(sources)),
    abuses: all.flatMap((rules) => rules.abuses(sources)),
  };
}
