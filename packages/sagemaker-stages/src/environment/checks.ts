import { omitUndefinedDeep } from "../lib/omit-undefined";
import { UserError } from "../lib/user-error";
import type { ModelRoutes } from "../models";
import { type AccountSettings, accountName, hasBoundary } from "./account";
import { anyEnvironment, type Environment } from "./environment";
import { describeFaults, type Fault, FaultCollector, raw, show, sortBySettings } from "./fault-collector";
import { isViaGateway, type ModelSettings } from "./model-settings";
import { withReleases } from "./releases";
import { checkAccounts, findAccountSchemaFaults } from "./rules/account-checks";
import { checkBoundary } from "./rules/boundary-checks";
import { checkBucketRegions } from "./rules/bucket-region-checks";
import { checkBudget } from "./rules/budget-checks";
import { checkCallers, checkCallersTogether, checkExistingRoles } from "./rules/caller-checks";
import { checkConstructIds } from "./rules/construct-id-checks";
import { checkCustomers } from "./rules/customer-checks";
import { checkDashboard } from "./rules/dashboard-checks";
import { checkDomains, checkDomainsTogether } from "./rules/domain-checks";
import { checkAsyncKeys, checkAsyncModel, checkAsyncPaths } from "./rules/endpoint/async-checks";
import { checkChoiceOfTarget } from "./rules/endpoint/target-checks";
import { checkLogCallers } from "./rules/log-checks";
import { checkAccess, checkTokens } from "./rules/model/access-checks";
import { checkBinaryTypes } from "./rules/model/binary-type-checks";
import { checkCapture, checkCapturePrefixes } from "./rules/model/capture-checks";
import { checkColumns } from "./rules/model/column-checks";
import { checkHandler, checkSharedFunctions } from "./rules/model/function-checks";
import { checkVia } from "./rules/model/gateway-checks";
import { checkModel } from "./rules/model/model-checks";
import { checkPayload } from "./rules/model/payload-checks";
import { checkTransfer } from "./rules/model/transfer-checks";
import { checkNames, checkNamesTogether } from "./rules/name-checks";
import { checkNetwork } from "./rules/network-checks";
import { checkObjectives } from "./rules/objective-checks";
import { checkPromotions, checkReleaseFiles } from "./rules/promotion-checks";
import { findQuotaFaults, statedQuota } from "./rules/quota-checks";
import { checkSignInsTogether } from "./rules/sign-in-checks";
import { findSharedStacks } from "./rules/state-checks";
import { checkTags } from "./rules/tag-checks";
import { checkWebsite } from "./rules/website-checks";
import { findSchemaFaults, type SchemaFault } from "./schema-faults";
import { checkRules } from "./settings/check-rules";

/** Environments or accounts have faults; `message` lists every fault. */
export class InvalidEnvironments extends UserError {
  override readonly name = "InvalidEnvironments";

  constructor(readonly faults: readonly Fault[]) {
    super(describeFaults("environments/", faults));
  }
}

/** The parts of an app that the rules of environments read. */
export interface EnvironmentContext {
  /** The app's models. An environment can serve only these models. */
  readonly models: ModelRoutes;
  /**
   * The app's accounts. A property that is `undefined` counts as absent.
   *
   * @default - none
   */
  readonly accounts?: readonly AccountSettings[];
}

/**
 * Every fault of every environment and account. Values are checked only in environments and accounts whose properties
 * have the right types.
 *
 * @param given - a property that is `undefined` counts as absent
 * @returns an empty list if all rules are satisfied
 */
export function checkEnvironments(
  given: readonly Environment[],
  { models, accounts: givenAccounts = [] }: EnvironmentContext,
): Fault[] {
  const [schemaFaults, environments] = checkSchemas(
    given.map(omitUndefinedDeep<Environment>).map(withReleases),
    findEnvironmentSchemaFaults,
  );
  const [accountSchemaFaults, accounts] = checkSchemas(
    givenAccounts.map(omitUndefinedDeep<AccountSettings>),
    findAccountSchemaFaults,
    "account",
  );
  return [
    ...schemaFaults,
    ...accountSchemaFaults,
    ...environments.flatMap((environment) => checkEnvironment(environment, models, environments)),
    ...findSharedStacks([
      ...environments,
      ...accounts.map((account) => ({ name: accountName(account), state: account.state })),
    ]),
    ...checkTogether(environments, accounts, models),
    ...checkAccounts(accounts, environments),
  ];
}

/**
 * The properties that are unknown, missing or of another type than {@link Environment} requires. The compiler finds the
 * same faults, but nothing runs the compiler before a deployment, and a misspelt `protected` protects nothing.
 */
function findEnvironmentSchemaFaults(environment: Environment): SchemaFault[] {
  return findSchemaFaults(anyEnvironment, environment, "the type Environment of sagemaker-stages");
}

/**
 * Separates settings with faults of their types from valid settings.
 *
 * @param unnamed - the name that faults show for settings without a name
 * @returns the faults, and the settings without a fault
 */
function checkSchemas<Settings extends Environment | AccountSettings>(
  given: readonly Settings[],
  find: (settings: Settings) => SchemaFault[],
  unnamed = "(without a name)",
): [Fault[], Settings[]] {
  const found = given.map((settings) => ({ settings, schemaFaults: find(settings) }));
  const faults = found.flatMap(({ settings, schemaFaults }) =>
    schemaFaults.map(({ field, got, allowed }) => ({
      environment: String(settings?.name ?? unnamed),
      field,
      got: show(got),
      allowed,
      because:
        "unknown, missing or mistyped properties are rejected, so that a typo cannot silently disable a setting",
    })),
  );
  const valid = found.filter(({ schemaFaults }) => schemaFaults.length === 0);
  return [faults, valid.map(({ settings }) => settings)];
}

function checkEnvironment(
  environment: Environment,
  routes: ModelRoutes,
  environments: readonly Environment[],
): Fault[] {
  const faults: Fault[] = [];
  const { name, accountId, models } = environment;
  const collector = new FaultCollector(String(name), faults);

  checkRules(anyEnvironment, environment, "", collector);
  checkNames(environment, collector);
  if (accountId === undefined) {
    collector.require(
      environment.protected !== true,
      "accountId",
      accountId,
      "12 digits, as a string",
      "a protected environment must name its account",
    );
    collector.require(
      !hasBoundary(environment),
      "accountId",
      accountId,
      "12 digits, as a string",
      "a permissions boundary is a policy of one account",
    );
  }
  checkBoundary(environment, collector);
  checkTags(environment.tags ?? {}, collector);
  checkWebsite(environment, collector);
  checkDomains(environment, routes, collector);
  checkDashboard(environment, collector);
  checkBudget(environment, collector);
  checkNetwork(environment, collector.in("network"));
  collector.require(
    environment.network === undefined ||
      Object.keys(models).length === 0 ||
      Object.values(models).some(isInNetwork),
    "network",
    raw("network, but no new function and no endpoint with inNetwork"),
    "no network, or a model with a new function, or an endpoint with inNetwork: true",
    "an existing function stays in its network",
  );

  collector.require(
    Object.keys(models).length > 0,
    "models",
    models,
    "at least one model",
    "a stage without routes cannot be deployed",
  );
  const integrationTimeout = statedQuota("integrationTimeoutInSeconds", environment, environments);
  for (const [model, settings] of Object.entries(models)) {
    const known = Object.keys(routes);
    collector.require(
      known.includes(model),
      `models.${model}`,
      model,
      known.join(", ") || "no model, because the app has none",
      "functions/index.ts lists the models: delete the entry, or add the model there",
    );
    const route = Object.hasOwn(routes, model) ? routes[model] : undefined;
    const below = collector.in(`models.${model}`);
    checkModel(settings, environment, below);
    checkAccess(settings, environment, below);
    checkVia(settings, route, below);
    checkChoiceOfTarget(settings, route, below);
    checkColumns(settings, route, below);
    checkPayload(settings, route, below);
    checkTransfer(settings, route, environment, integrationTimeout, below);
    checkCapture(settings, route, environment, below);
    checkAsyncModel(settings, route, environment, below);
    checkHandler(settings, route?.python !== undefined, below);
  }
  checkCapturePrefixes(environment, collector);
  checkAsyncPaths(environment, routes, collector);
  checkAsyncKeys(environment, collector);
  checkObjectives(environment, collector);
  checkReleaseFiles(environment, collector.in("models"));
  checkConstructIds(environment, collector.in("models"));
  checkTokens(environment, routes, collector);
  checkBinaryTypes(environment, routes, collector.in("models"));
  checkCallers(environment, collector.in("callers"));
  checkCustomers(environment, routes, collector);
  return sortBySettings(environment, faults);
}

/** Whether a part of a model is in the environment's network: its new function, or its endpoint with `inNetwork`. */
function isInNetwork(settings: ModelSettings): boolean {
  const hasNewFunction = settings.existingFunction === undefined && !isViaGateway(settings);
  return hasNewFunction || ("inNetwork" in settings && settings.inNetwork === true);
}

/** Checks environments and accounts against each other. */
function checkTogether(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[],
  routes: ModelRoutes,
): Fault[] {
  const faults: Fault[] = [];
  checkNamesTogether(environments, accounts, (name) => new FaultCollector(name, faults));
  checkDomainsTogether(environments, (name) => new FaultCollector(name, faults));
  checkBucketRegions(environments, accounts, (name) => new FaultCollector(name, faults));
  checkSharedFunctions(environments, faults);
  checkPromotions(environments, (name) => new FaultCollector(name, faults));
  checkLogCallers(environments, accounts, (name) => new FaultCollector(name, faults));
  faults.push(...findQuotaFaults(environments, routes));
  checkCallersTogether(environments, (name) => new FaultCollector(name, faults).in("callers"));
  checkExistingRoles(environments, (name) => new FaultCollector(name, faults));
  checkSignInsTogether(environments, (name) => new FaultCollector(name, faults));
  return faults;
}
