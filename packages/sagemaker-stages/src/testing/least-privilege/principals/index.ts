import type { AccessRequest, AllowedRequest } from "../request";
import { bucket } from "./bucket";
import { caller } from "./caller";
import { endpointRole } from "./endpoint-role";
import { existingFunction } from "./existing-function";
import { functionRole } from "./function-role";
import { functionUrl } from "./function-url";
import { gatewayRole } from "./gateway-role";
import {
  type PrincipalRules,
  requireKnownArguments,
  requireRequestsOfAnswers,
  type Sources,
} from "./principal";
import { stage } from "./stage";
import { vpcEndpoint } from "./vpc-endpoint";

/** Every kind of principal or resource that a stack may have. */
export const RULES: readonly PrincipalRules[] = [
  functionRole,
  endpointRole,
  existingFunction,
  gatewayRole,
  stage,
  functionUrl,
  caller,
  bucket,
  vpcEndpoint,
];

/** What policies are held against. */
export interface Requests {
  readonly allowedRequests: readonly AllowedRequest[];
  readonly deniedRequests: readonly AccessRequest[];
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
    requireRequestsOfAnswers(rules, sources);
  }
  return {
    allowedRequests: all.flatMap((rules) => rules.allowedRequests(sources)),
    deniedRequests: all.flatMap((rules) => rules.deniedRequests(sources)),
  };
}
