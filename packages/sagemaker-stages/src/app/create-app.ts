import { App } from "cdktf";
import { AccountStack } from "../constructs/account-stack";
import { InferenceStack } from "../constructs/inference-stack";
import type { AccountSettings } from "../environment/account";
import { checkEnvironments, InvalidEnvironments } from "../environment/checks";
import type { Environment } from "../environment/environment";
import type { Fault } from "../environment/fault-collector";
import { parseAccount, parseEnvironment } from "../environment/parse";
import { withReleases } from "../environment/releases";
import { describePrice } from "../environment/settings/firewall";
import { findPipelinePolicyFaults } from "../iam/deployment/pipeline-policies";
import { findNetworkPolicyFaults } from "../iam/network-limits";
import { omitUndefinedDeep } from "../lib/omit-undefined";
import { isForDeployment, isForLocalStage } from "../lib/synthesis-purpose";
import type { Models } from "../models";
import { findAsyncFaults } from "./async-checks";
import { findCaptureFaults } from "./capture-checks";
import { checkCatalog, InvalidCatalog } from "./catalog-checks";
import { checkContractFiles } from "./contract-file-checks";
import { findUncheckedSchemas } from "./gateway-schema-checks";
import { printNotice } from "./notice";
import { findPlaceholders } from "./placeholder-checks";
import {
  type AppWithRuntimes,
  acceptedRuntimes,
  findBlockedRuntimes,
  reportRuntimes,
} from "./runtimes-in-use";
import { withoutTokenTraces } from "./token-traces";
import { writePages } from "./write-pages";

/** The class of an environment's stack: the engine's {@link InferenceStack}, or a subclass in the app. */
export type InferenceStackClass = new (
  ...args: ConstructorParameters<typeof InferenceStack>
) => InferenceStack;

/** The class of an account's stack: the engine's {@link AccountStack}, or a subclass in the app. */
export type AccountStackClass = new (...args: ConstructorParameters<typeof AccountStack>) => AccountStack;

/** The parts of an app, for {@link createApp}. */
export interface AppProps {
  /** The app's models: `models` of `functions/index.ts`. */
  readonly models: Models;
  /** The app's environments: `environments` of `environments/index.ts`. A property that is `undefined` counts as absent. */
  readonly environments: readonly Environment[];
  /**
   * The app's accounts, whose stacks contain the resources that exist once per account: `accounts` of
   * `environments/accounts.ts`.
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
   * Whether to check accounts and create their stacks. The local stage serves only environments, and a fault of an account
   * must not stop the local stage: it sets the variable `SYNTHESIZE` to `environments`.
   *
   * @default - false if the variable `SYNTHESIZE` is `environments`, else true
   */
  readonly accountStacks?: boolean;
  /**
   * Whether to write the page of each environment to `pages/` in the output folder, for the local stage.
   *
   * @default - true if the variable `SYNTHESIZE` is `environments`, else false
   */
  readonly pages?: boolean;
  /**
   * Whether to accept the placeholders that `sagemaker-stages new-model` writes to environments. The local stage,
   * `providers-lock` and the functions of `sagemaker-stages/testing` download no model, and accept placeholders. A deployment
   * requires the real values.
   *
   * @default - true if the variable `SYNTHESIZE` is `environments` or `providers`, else false
   */
  readonly placeholders?: boolean;
  /**
   * The time with which the dates of Lambda's runtimes are compared: from one year before the end of a runtime, a printed
   * warning names the functions; when Lambda refuses new functions, `createApp` throws. The Terraform code does not
   * depend on the time. The local stage and `providers-lock` compare no dates.
   *
   * @default - the time of the call
   */
  readonly now?: Date;
  /**
   * Runtimes for which Lambda refuses new functions, and that nevertheless are no fault: for a rollback, a destroy, or a
   * change of other resources. A warning then names the functions. The names are those of `docs/runtimes.md`, and of the
   * runtimes that ended before.
   *
   * @default - the variable `ACCEPT_BLOCKED_RUNTIMES`, separated by commas, else none
   */
  readonly acceptBlockedRuntimes?: readonly string[];
  /**
   * The folder that `synth()` writes to.
   *
   * @default - the variable `CDKTF_OUTDIR`, or `cdktf.out`
   */
  readonly outdir?: string;
}

/**
 * Creates the CDKTF app: one stack per environment, and one per account. The process runs in the app's folder, which
 * holds `functions/` and `stacks/`.
 *
 * @throws InvalidCatalog or InvalidEnvironments with every fault, before anything is written; also if Lambda refuses new
 * functions with the runtime of a new function. UserError if `acceptBlockedRuntimes` or its variable contains an unknown name
 *
 * @example main.ts with the engine's stacks
 * createApp({ models, environments, accounts }).synth();
 *
 * @example main.ts with a stack of the app that adds resources
 * class Stack extends InferenceStack {
 *   constructor(...args: ConstructorParameters<typeof InferenceStack>) {
 *     super(...args);
 *     new SnsTopic(this, "alerts", { name: `${this.prefix}-alerts` });
 *   }
 * }
 *
 * createApp({ models, environments, InferenceStack: Stack }).synth();
 */
export function createApp(props: AppProps): App {
  const {
    models,
    InferenceStack: EnvironmentStack = InferenceStack,
    AccountStack: StackOfAccount = AccountStack,
    accountStacks = !isForLocalStage(),
    pages = isForLocalStage(),
    placeholders = !isForDeployment(),
    now = new Date(),
    acceptBlockedRuntimes,
    outdir,
  } = props;
  const environments = props.environments.map(omitUndefinedDeep<Environment>).map(withReleases);
  const accounts = (props.accounts ?? []).map(omitUndefinedDeep<AccountSettings>);
  const checkedAccounts = accountStacks ? accounts : [];
  const faults = checkEnvironments(environments, { models, accounts: checkedAccounts });
  const ofCatalog = checkCatalog(models, undefined, faults.length === 0 ? environments : []);
  const modelFaults = [...ofCatalog, ...checkContractFiles(models)];
  if (modelFaults.length > 0) throw new InvalidCatalog(modelFaults, faults);
  if (faults.length > 0) throw new InvalidEnvironments(faults);
  const deploymentFaults = [
    ...(placeholders ? [] : findPlaceholders(environments)),
    ...findDeploymentFaults(environments, checkedAccounts, models),
    ...(isForDeployment()
      ? findBlockedRuntimes({ environments, models }, now, acceptedRuntimes(acceptBlockedRuntimes))
      : []),
  ];
  if (deploymentFaults.length > 0) throw new InvalidEnvironments(deploymentFaults);
  if (isForDeployment()) warnOfEndingRuntimes({ environments, models }, now);
  if (isForDeployment()) showPrices(environments, accounts);

  return withoutTokenTraces(() => {
    const app = new StagesApp(outdir === undefined ? {} : { outdir });
    const parsed = environments.map((environment) => parseEnvironment(environment, accounts));
    for (const environment of parsed) {
      new EnvironmentStack(app, environment, models);
    }
    if (pages) writePages(parsed, models, app.outdir);
    for (const account of checkedAccounts) {
      new StackOfAccount(app, parseAccount(account), { environments: parsed, models });
    }
    return app;
  });
}

/** The app. Its synthesis resolves tokens, and creates further tokens. */
class StagesApp extends App {
  override synth(): void {
    withoutTokenTraces(() => super.synth());
  }
}

/** The number of functions that a warning names. */
const MAX_FUNCTIONS_IN_WARNING = 5;

/** Prints one line for each runtime that ends within one year. The output of a synthesis stays the same. */
function warnOfEndingRuntimes(app: AppWithRuntimes, now: Date): void {
  const { lines } = reportRuntimes(app, now, { maxFunctions: MAX_FUNCTIONS_IN_WARNING });
  for (const line of lines) printNotice(`warning: ${line}`);
}

/** Prints one line for each firewall with its price. The output of a synthesis stays the same. */
function showPrices(environments: readonly Environment[], accounts: readonly AccountSettings[]): void {
  for (const environment of environments) {
    const { name, stage, website } = parseEnvironment(environment, accounts);
    const firewalls = { "stage.firewall": stage.firewall, "website.firewall": website?.firewall };
    for (const [setting, firewall] of Object.entries(firewalls)) {
      if (firewall === undefined) continue;
      printNotice(
        `price: ${name}: ${setting}: ${describePrice(firewall)} (https://aws.amazon.com/waf/pricing/)`,
      );
    }
  }
}

/**
 * Finds faults that only a deployment would reveal: rules of contracts that neither API Gateway nor a function checks, and
 * policies that AWS would refuse during an apply. The environments and accounts have no other faults.
 */
function findDeploymentFaults(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[],
  models: Models,
): Fault[] {
  return [
    ...findUncheckedSchemas(environments, models),
    ...findCaptureFaults(environments, models),
    ...findAsyncFaults(environments),
    ...environments.flatMap((environment) => findNetworkPolicyFaults(environment, models)),
    ...accounts.flatMap((account) => findPipelinePolicyFaults(account, environments, models)),
  ];
}
