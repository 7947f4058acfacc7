import {
  type AccountSettings,
  accountName,
  deployableEnvironments,
  deployRoleArn,
  driftRoleArn,
  planRoleArn,
  repositoryName,
} from "../environment/account";
import type { Environment } from "../environment/environment";

/** An environment that this repository's workflows can plan and deploy. */
export interface DeployableEnvironment {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly planRoleArn: string;
  readonly deployRoleArn: string;
  readonly driftRoleArn: string;
}

/** The GitHub repository of a workflow. */
export interface Repository {
  /** The name of the repository, as `<owner>/<name>`. */
  readonly name: string;
  /** `public`, `private` or `internal`, from GitHub's event. */
  readonly visibility: string;
}

/** The environments that can be planned, and the reasons why the others cannot. */
export interface PlannableEnvironments {
  readonly deployable: readonly DeployableEnvironment[];
  /** One notice for each environment that is not planned. */
  readonly notices: readonly string[];
}

/** Finds the environments that a repository's workflows can plan and deploy, in the order of `environments`. */
export function findDeployableEnvironments(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[],
  repository: Repository,
): PlannableEnvironments {
  if (repository.visibility !== "private") {
    return {
      deployable: [],
      notices: [
        `Nothing is planned: the repository is ${repository.visibility}. Every reader of the repository could read the plans, which contain values of the state, such as the API key. Use a private repository.`,
      ],
    };
  }
  const all = environments.map((environment) => findOne(environment, accounts, repository));
  return {
    deployable: all.filter((one) => typeof one !== "string"),
    notices: all.filter((one) => typeof one === "string"),
  };
}

/** @returns the environment, or the reason why the workflows cannot plan it */
function findOne(
  environment: Environment,
  accounts: readonly AccountSettings[],
  repository: Repository,
): DeployableEnvironment | string {
  const { name, accountId, state } = environment;
  if (accountId === undefined) return `${name} is not planned: it has no accountId.`;
  if (!("s3" in state))
    return `${name} is not planned: its state is a local file, which workflows cannot read.`;

  const known = accounts.flatMap((account) =>
    deployableEnvironments(account, [environment]).map((deployable) => ({ account, deployable })),
  );
  const [found] = known;
  if (found === undefined) {
    return `${name} is not planned: environments/accounts.ts does not set github for the account of ${name}.`;
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
    driftRoleArn: driftRoleArn(deployable),
  };
}
