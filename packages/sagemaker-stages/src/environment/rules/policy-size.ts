import { MAX_AUTHORIZER_RESULT_BYTES, REST_API_LIMITS } from "../../aws/api-gateway-limits";
import type { ModelRoutes } from "../../models";
import { type Environment, namePrefix } from "../environment";
import { type FaultCollector, raw } from "../fault-collector";

/** The size of an authorizer's result without ARNs, with a caller's id of at most 32 characters. */
const RESULT_BYTES_WITHOUT_ARNS = 512;

/** A policy that the environment's authorizer returns. */
export interface AuthorizerPolicy {
  /** The setting of the credential. */
  readonly field: string;
  /** The models whose routes one credential can open. */
  readonly models: readonly string[];
  /** The change that makes the policy smaller. */
  readonly remedy: string;
}

/**
 * Requires that API Gateway accepts a policy of the environment's authorizer: with a larger result, API Gateway answers 500
 * to every request with this credential. The ids of the account and of the API are not known yet, but their lengths are.
 */
export function requirePolicySize(
  { field, models, remedy }: AuthorizerPolicy,
  environment: Environment,
  routes: ModelRoutes,
  collector: FaultCollector,
): void {
  const start = `arn:aws-us-gov:execute-api:${environment.region}:123456789012:abcdefghij/${namePrefix(environment)}/`;
  const arns = models.flatMap((model) => {
    const route = Object.hasOwn(routes, model) ? routes[model]?.route : undefined;
    return route === undefined ? [] : [`${start}${route.method}${route.path}`];
  });
  const bytes = RESULT_BYTES_WITHOUT_ARNS + Buffer.byteLength(JSON.stringify(arns));
  collector.require(
    bytes <= MAX_AUTHORIZER_RESULT_BYTES,
    field,
    raw(`${models.length} models, whose routes need a policy of ${bytes} bytes`),
    `a policy of at most ${MAX_AUTHORIZER_RESULT_BYTES} bytes: ${remedy}`,
    `API Gateway limits the result of an authorizer: ${REST_API_LIMITS}`,
  );
}
