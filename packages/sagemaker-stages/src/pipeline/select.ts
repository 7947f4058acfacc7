import type { Deployable } from "./deployable";
import { PLAN_AGAIN, Refused } from "./errors";
import type { Kept } from "./planned";

/** An environment with a plan to apply. */
export interface Deployment extends Pick<Deployable, "name" | "region" | "accountId" | "deployRoleArn"> {
  /** Of the plan that was reviewed. */
  readonly digest: string;
  /** That it was made of: one with the same files. */
  readonly commit: string;
}

/** What is deployed, and what need not be. */
export interface Selection {
  /** In the order of `environments`. */
  readonly deployments: readonly Deployment[];
  /** Names of the environments without changes. */
  readonly unchanged: readonly string[];
}

/**
 * What of a run's plans is applied.
 *
 * @param tree - of the sources that are checked out
 * @throws Refused where the plans are not of exactly these sources and environments
 */
export function select(plans: readonly Kept[], deployable: readonly Deployable[], tree: string): Selection {
  const faults = [
    ...deployable
      .filter(({ name }) => !plans.some(({ environment }) => environment === name))
      .map(({ name }) => `${name} has no plan in that run.`),
    ...plans
      .filter(({ environment }) => !deployable.some(({ name }) => name === environment))
      .map(({ environment }) => `${environment} is planned, but cannot be deployed from here.`),
    ...plans
      .filter((plan) => plan.tree !== tree)
      .map(
        ({ environment, commit }) =>
          `${environment} was planned from other sources (${commit}): something else was merged in between.`,
      ),
  ];
  if (faults.length > 0) throw new Refused([...faults, PLAN_AGAIN].join("\n"));

  const pairs = deployable.flatMap((one) =>
    plans.filter(({ environment }) => environment === one.name).map((plan) => ({ one, plan })),
  );
  return {
    deployments: pairs
      .filter(({ plan }) => plan.changes)
      .map(({ one: { name, region, accountId, deployRoleArn }, plan }) => ({
        name,
        region,
        accountId,
        deployRoleArn,
        digest: plan.digest,
        commit: plan.commit,
      })),
    unchanged: pairs.filter(({ plan }) => !plan.changes).map(({ one }) => one.name),
  };
}
