import { App } from "cdktf";
import { AccountStack } from "../constructs/account-stack";
import { InferenceStack } from "../constructs/inference-stack";
import type { AccountSettings } from "../environment/account";
import { checkEnvironments, InvalidEnvironments } from "../environment/checks";
import type { Environment } from "../environment/environment";
import { parseAccount, parseEnvironment } from "../environment/parse";
import { withoutUndefined } from "../environment/present";
import type { Fault } from "../environment/report";
import { findNetworkPolicyFaults } from "../iam/deployment/network-limits";
import { findPipelinePolicyFaults } from "../iam/deployment/pipeline-policies";
import type { Models } from "../models";
import { checkCatalog, InvalidCatalog } from "./catalog-checks";
import { findUncheckedSchemas } from "./gateway-schema-checks";
import { findPlaceholders } from "./placeholder-checks";
import { writePages } from "./write-pages";

/** A class that makes an environment's stack: the engine's {@link InferenceStack}, or a subclass of the app. */
export type InferenceStackClass = new (
  ...args: ConstructorParameters<typeof InferenceStack>
) => InferenceStack;

/** A class that makes an account's stack: the engine's {@link AccountStack}, or a subclass of the app. */
export type AccountStackClass = new (...args: ConstructorParameters<typeof AccountStack>) => AccountStack;

/** What an app is made of. */
export interface AppProps {
  /** The app's models, `functions/index.ts`. */
  readonly models: Models;
  /** The app's environments, `environments/index.ts`. A property that is `undefined` counts as absent. */
  readonly environments: readonly Environment[];
  /**
   * The app's accounts, with the resources that an account has once, `environments/accounts.ts`.
   *
   * @default - none
   */
  readonly accounts?: readonly AccountSettings[];
  /**
   * The class of the environments' stacks.
   *
   * @default InferenceStack
   */
  readonly InferenceStack?: InferenceStackClass;
  /**
   * The class of the accounts' stacks.
   *
   * @default AccountStack
   */
  readonly AccountStack?: AccountStackClass;
  /**
   * Whether the stacks of accounts are checked and made. The local stage serves environments alone, and a fault of an
   * account does not stop it: it sets the variable `SYNTHESIZE` to `environments`.
   *
   * @default - false where the variable `SYNTHESIZE` is `environments`, else true
   */
  readonly accountStacks?: boolean;
  /**
   * Whether the page of each environment is written for the local stage, to `pages/` in the output folder.
   *
   * @default - true where the variable `SYNTHESIZE` is `environments`, else false
   */
  readonly pages?: boolean;
  /**
   * Whether environments can hold the placeholders that `sagemaker-stages new-model` writes. The local stage downloads no
   * model, and starts with them; a deployment needs the values.
   *
   * @default - true where the variable `SYNTHESIZE` is `environments`, else false
   */
  readonly placeholders?: boolean;
  /**
   * The folder that `synth()` writes to.
   *
   * @default - CDKTF_OUTDIR or `cdktf.out`
   */
  readonly outdir?: string;
}

/**
 * Creates the CDKTF app: one stack per environment, and one per account. The process runs in the app's folder, which
 * holds `functions/` and `stacks/`.
 *
 * @throws InvalidCatalog or InvalidEnvironments with every fault, before anything is written
 * @example createApp({ models, environments, accounts }).synth();
 */
export function createApp(props: AppProps): App {
  const {
    models,
    InferenceStack: EnvironmentStack = InferenceStack,
    AccountStack: StackOfAccount = AccountStack,
    accountStacks = process.env.SYNTHESIZE !== "environments",
    pages = process.env.SYNTHESIZE === "environments",
    placeholders = process.env.SYNTHESIZE === "environments",
    outdir,
  } = props;
  const environments = props.environments.map(withoutUndefined<Environment>);
  const accounts = (props.accounts ?? []).map(withoutUndefined<AccountSettings>);
  const described = accountStacks ? accounts : [];
  const faults = checkEnvironments(environments, { models, accounts: described });
  const faultsOfModels = checkCatalog(models, undefined, faults.length === 0 ? environments : []);
  if (faultsOfModels.length > 0) throw new InvalidCatalog(faultsOfModels, faults);
  if (faults.length > 0) throw new InvalidEnvironments(faults);
  const faultsOfDeployment = [
    ...(placeholders ? [] : findPlaceholders(environments)),
    ...findFaultsOfDeployment(environments, described, models),
  ];
  if (faultsOfDeployment.length > 0) throw new InvalidEnvironments(faultsOfDeployment);

  const app = new App(outdir === undefined ? {} : { outdir });
  const parsed = environments.map((environment) => parseEnvironment(environment, accounts));
  for (const environment of parsed) {
    new EnvironmentStack(app, environment, models);
  }
  if (pages) writePages(parsed, models, app.outdir);
  for (const account of described) {
    new StackOfAccount(app, parseAccount(account), { environments: parsed, models });
  }
  return app;
}

/**
 * Rules of contracts that nothing would check, and policies that AWS would refuse in the middle of an apply, of
 * environments and accounts without a fault.
 */
function findFaultsOfDeployment(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[],
  models: Models,
): Fault[] {
  return [
    ...findUncheckedSchemas(environments, models),
    ...environments.flatMap(findNetworkPolicyFaults),
    ...accounts.flatMap((account) => findPipelinePolicyFaults(account, environments, models)),
  ];
}
