import type { AccessRequest, AllowedRequest } from "../request";
import { alarmTopic } from "./alarm-topic";
import { authorizer } from "./authorizer";
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
import { signedInRole } from "./signed-in-role";
import { stage } from "./stage";
import { vpcEndpoint } from "./vpc-endpoint";

/** The rules of every kind of principal and resource in a stack. */
export const RULES: readonly PrincipalRules[] = [
  functionRole,
  endpointRole,
  existingFunction,
  gatewayRole,
  stage,
  authorizer,
  functionUrl,
  caller,
  signedInRole,
  bucket,
  alarmTopic,
  vpcEndpoint,
];

/** The requests with which a proof compares policies. */
export interface Requests {
  readonly allowedRequests: readonly AllowedRequest[];
  readonly deniedRequests: readonly AccessRequest[];
}

/**
 * The requests that the policies of a stack must allow, and the requests that they must deny.
 *
 * @param more - rules of principals that an app adds
 * @throws Refused if no rule reads a part of the Terraform
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
