import type { Environment } from "../../../src/environment/environment";
import { deployLimits } from "../../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../../src/iam/deployment/deployer";
import type { AuthorizationCheck } from "./authorization";
import { isAllowed } from "./evaluation";

/**
 * The requests that the deployer of an environment may not send: by its policies, or by the boundary of the deploy role for
 * GitHub's workflows. The boundary requires that roles have the environment's boundary; without the setting
 * `permissionsBoundary`, only the requests for roles are not compared with the boundary.
 */
export function deniedToDeployer(
  environment: Environment,
  accountId: string,
  requested: readonly AuthorizationCheck[],
): readonly AuthorizationCheck[] {
  const policies = Object.values(deployerPolicies(environment, accountId));
  const limits = [deployLimits(environment, accountId)];
  const isCompared = ({ action, resource }: AuthorizationCheck): boolean =>
    environment.permissionsBoundary === true || !action.startsWith("iam:") || !resource.includes(":role/");
  return requested.filter((one) => !isAllowed(policies, one) || (isCompared(one) && !isAllowed(limits, one)));
}
