import {
  type AccountSettings,
  accountName,
  boundaryName,
  type DeployableEnvironment,
  deployableEnvironments,
  deployRoleName,
  driftRoleName,
  planRoleName,
} from "../../environment/account";
import { type Environment, namePrefix } from "../../environment/environment";
import type { Fault } from "../../environment/fault-collector";
import type { ModelRoutes } from "../../models";
import {
  findDocumentFaults,
  findPolicyFaults,
  type NamedPolicy,
  type PolicyOwner,
  splitPolicy,
} from "../iam-limits";
import type { PolicyDocument } from "../policy-document";
import { boundaryPolicy } from "./boundary";
import { dailyChecksPolicy } from "./daily-checks";
import { deployLimits } from "./deploy-limits";
import { deployerPolicies } from "./deployer";
import { plannerPolicies } from "./planner";
import { smokeTestPolicy } from "./smoke-test";

/** A role of a pipeline that an administrator creates: it deploys one environment, or only plans the environment. */
export type PipelineRole = "deployer" | "planner";

const POLICIES_OF_ROLE = { deployer: deployerPolicies, planner: plannerPolicies };

/**
 * The role's managed policies by topic. A topic that is too long for one policy continues in `<topic>-2`, and so on.
 *
 * @param accountId - 12 digits
 * @throws UserError as {@link deployerPolicies}
 */
export function rolePolicies(role: PipelineRole, environment: Environment, accountId: string): NamedPolicy[] {
  return partsOf(POLICIES_OF_ROLE[role](environment, accountId)).flatMap(splitPolicy);
}

/** Finds the reasons for which IAM would refuse {@link rolePolicies} as the policies of one role. */
export function findRoleFaults(role: PipelineRole, environment: Environment, accountId: string): Fault[] {
  return findPolicyFaults(role, rolePolicies(role, environment, accountId), ownerOf(environment));
}

/** Managed policies of the role with which workflows deploy and smoke-test an environment. */
export function deployRolePolicies(environment: DeployableEnvironment, routes: ModelRoutes): NamedPolicy[] {
  const { accountId } = environment;
  const smokeTest = smokeTestPolicy(environment, accountId, routes);
  return [
    ...partsOf(deployerPolicies(environment, accountId)),
    ...(smokeTest === undefined ? [] : [{ name: "smoke-test", policy: smokeTest }]),
  ].flatMap(({ name, policy }) => splitPolicy({ name: `${deployRoleName(environment)}-${name}`, policy }));
}

/** Managed policies with which workflows plan one environment. */
export function planRolePolicies(environment: DeployableEnvironment): NamedPolicy[] {
  return partsOf(plannerPolicies(environment, environment.accountId)).flatMap(({ name, policy }) =>
    splitPolicy({ name: `${namePrefix(environment)}-plan-${name}`, policy }),
  );
}

/**
 * Managed policies of the role with which the workflow `drift` checks an environment every day.
 *
 * @param registryOf - see {@link boundaryPolicy}
 */
export function driftRolePolicies(
  environment: DeployableEnvironment,
  routes: ModelRoutes,
  registryOf: (algorithm: string) => string,
): NamedPolicy[] {
  const policy = dailyChecksPolicy(environment, environment.accountId, routes, registryOf);
  if (policy === undefined) return [];
  return splitPolicy({ name: `${driftRoleName(environment)}-checks`, policy });
}

/** The deploy role's own permissions boundary. */
export function deployLimitsPolicy(environment: DeployableEnvironment): NamedPolicy {
  return {
    name: `${deployRoleName(environment)}-limits`,
    policy: deployLimits(environment, environment.accountId),
  };
}

/** The permissions boundary of the environment's roles. @param registryOf - see {@link boundaryPolicy} */
export function environmentBoundary(
  environment: DeployableEnvironment,
  routes: ModelRoutes,
  registryOf: (algorithm: string) => string,
): NamedPolicy {
  return {
    name: boundaryName(environment),
    policy: boundaryPolicy(environment, environment.accountId, routes, registryOf),
  };
}

/** Finds the reasons for which IAM would refuse the policies that an account's stack creates for pipelines. */
export function findPipelinePolicyFaults(
  account: AccountSettings,
  environments: readonly Environment[],
  routes: ModelRoutes,
): Fault[] {
  const deployable = deployableEnvironments(account, environments);
  const boundaries = deployable.flatMap((environment) =>
    [deployLimitsPolicy(environment), environmentBoundary(environment, routes, () => "123456789012")].flatMap(
      (policy) => findDocumentFaults(policy, ownerOf(environment)),
    ),
  );
  return [
    ...boundaries,
    ...deployable.flatMap((environment) =>
      findPolicyFaults(
        deployRoleName(environment),
        deployRolePolicies(environment, routes),
        ownerOf(environment),
      ),
    ),
    ...deployable.flatMap((environment) =>
      findPolicyFaults(
        driftRoleName(environment),
        driftRolePolicies(environment, routes, () => "123456789012"),
        ownerOf(environment),
      ),
    ),
    ...findPolicyFaults(planRoleName(account), deployable.flatMap(planRolePolicies), {
      name: accountName(account),
      remedy: "The account needs fewer policies if fewer of its environments keep their state in S3.",
    }),
  ];
}

function ownerOf({ name }: Environment): PolicyOwner {
  return {
    name,
    remedy:
      "Fewer callers, principals of callers, buckets, image repositories, existing functions or existing endpoints in the environment make the policy shorter, and so do shorter names, or domain names with certificateArn in place of hostedZone.",
  };
}

function partsOf(policies: Readonly<Partial<Record<string, PolicyDocument>>>): NamedPolicy[] {
  return Object.entries(policies).flatMap(([name, policy]) =>
    policy === undefined ? [] : [{ name, policy }],
  );
}
