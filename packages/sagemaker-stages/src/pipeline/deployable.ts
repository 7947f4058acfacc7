import {
  type AccountSettings,
  accountName,
  deployableEnvironments,
  deployRoleArn,
  planRoleArn,
  repositoryName,
} from "../environment/account";
import type { Environment } from "../environment/environment";

/** An environment that this repository's workflows can plan and deploy. */
export interface Deployable {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly planRoleArn: string;
  readonly deployRoleArn: string;
}

/** Where a workflow runs. */
export interface Repository {
  /** `<owner>/<name>` */
  readonly name: string;
  /** `public`, `private` or `internal`, as GitHub's events say it. */
  readonly visibility: string;
}

/** What can be planned, and why the rest cannot. */
export interface Planning {
  readonly deployable: readonly Deployable[];
  /** One a thing that is not planned. */
  readonly notices: readonly string[];
}

/** Which environments the workflows of a repository can plan and deploy, in the order of `environments`. */
export function findDeployable(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[],
  repository: Repository,
): Planning {
  if (repository.visibility !== "private") {
    return {
      deployable: [],
      notices: [
        `Nothing is planned: the repository is ${repository.visibility}. Whoever reads it could read the plans, which hold values of the state such as the API key. Plan in a private one.`,
      ],
    };
  }
  const all = environments.map((environment) => findOne(environment, accounts, repository));
  return {
    deployable: all.filter((one) => typeof one !== "string"),
    notices: all.filter((one) => typeof one === "string"),
  };
}

/** @returns why it cannot be deployed, where it cannot */
function findOne(
  environment: Environment,
  accounts: readonly AccountSettings[],
  repository: Repository,
): Deployable | string {
  const { name, accountId, state } = environment;
  if (accountId === undefined) return `${name} is not planned: it has no accountId.`;
  if (!("s3" in state)) return `${name} is not planned: its state is a file, which no workflow has.`;

  const known = accounts.flatMap((account) =>
    deployableEnvironments(account, [environment]).map((deployable) => ({ account, deployable })),
  );
  const [found] = known;
  if (found === undefined) {
    return `${name} is not planned: no entry of environments/accounts.ts with github is of its account.`;
  }
  const { account, deployable } = found;
  const trusted = account.github === undefined ? "none" : repositoryName(account.github);
  if (trusted.toLowerCase() !== repository.name.toLowerCase()) {
    return `${name} is not planned: ${accountName(account)} trusts the repository ${trusted}, not ${repository.name}.`;
  }
  return {
    name,
    region: deployable.region,
    accountId: deployable.accountId,
    planRoleArn: planRoleArn(account),
    deployRoleArn: deployRoleArn(deployable),
  };
}
