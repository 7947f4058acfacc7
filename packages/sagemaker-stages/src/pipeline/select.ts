import type { DeployableEnvironment } from "./deployable-environments";
import { PipelineError, PLAN_AGAIN } from "./errors";
import type { PlanRecord } from "./plan-record";

/** An environment with a plan to apply. */
export interface Deployment
  extends Pick<DeployableEnvironment, "name" | "region" | "accountId" | "deployRoleArn"> {
  /** The digest of the reviewed plan. */
  readonly digest: string;
  /** The commit from which the plan was made. It has the same files as the deployed commit. */
  readonly commit: string;
}

/** The environments to deploy, and the environments without changes. */
export interface Selection {
  /** The plans to apply, in the order of `environments`. */
  readonly deployments: readonly Deployment[];
  /** Names of the environments without changes. */
  readonly unchanged: readonly string[];
}

/**
 * Selects the plans that a deployment applies from the plans of a run.
 *
 * @param tree - the Git tree of the checked-out sources
 * @throws PipelineError if a plan was made from other sources, or if plans and environments do not match
 */
export function select(
  plans: readonly PlanRecord[],
  deployable: readonly DeployableEnvironment[],
  tree: string,
): Selection {
  const faults = [
    ...deployable
      .filter(({ name }) => !plans.some(({ environment }) => environment === name))
      .map(({ name }) => `${name} has no plan in this run.`),
    ...plans
      .filter(({ environment }) => !deployable.some(({ name }) => name === environment))
      .map(({ environment }) => `${environment} is planned, but this repository cannot deploy it.`),
    ...plans
      .filter((plan) => plan.tree !== tree)
      .map(
        ({ environment, commit }) =>
          `${environment} was planned from other sources (${commit}), because another change was merged in the meantime.`,
      ),
  ];
  if (faults.length > 0) throw new PipelineError([...faults, PLAN_AGAIN].join("\n"));

  const pairs = deployable.flatMap((target) =>
    plans.filter(({ environment }) => environment === target.name).map((plan) => ({ target, plan })),
  );
  return {
    deployments: pairs
      .filter(({ plan }) => plan.changes)
      .map(({ target: { name, region, accountId, deployRoleArn }, plan }) => ({
        name,
        region,
        accountId,
        deployRoleArn,
        digest: plan.digest,
        commit: plan.commit,
      })),
    unchanged: pairs.filter(({ plan }) => !plan.changes).map(({ target }) => target.name),
  };
}
