import { partitionOf } from "../aws/partition";
import { UserError } from "../lib/user-error";
import type { ModelRoutes } from "../models";
import { type AccountSettings, accountName } from "./account";
import { anyEnvironment, type Environment, namePrefix } from "./environment";
import {
  DEFAULT_ENVIRONMENT_VARIABLE_NAME,
  functionNameOf,
  isViaGateway,
  type ModelSettings,
  routeAccess,
} from "./model-settings";
import { checkNames, checkNamesTogether } from "./names";
import { withoutUndefined } from "./present";
import { describeFaults, type Fault, inOrderOf, inWords, Report, show } from "./report";
import { checkAccounts, findAccountShapeFaults } from "./rules/account-checks";
import { checkBinaryTypes } from "./rules/binary-type-checks";
import { checkCallers, checkCallersTogether, checkExistingRoles } from "./rules/caller-checks";
import { checkVia } from "./rules/gateway-checks";
import { checkHandler } from "./rules/handler-checks";
import { checkModel } from "./rules/model-checks";
import { checkNetwork } from "./rules/network-checks";
import { checkPayload } from "./rules/payload-checks";
import { findQuotaFaults } from "./rules/quotas";
import { findSharedStacks } from "./rules/state-checks";
import { checkTags } from "./rules/tag-checks";
import { checkChoiceOfTarget } from "./rules/target-checks";
import { checkRules } from "./settings/check-rules";
import { findFaultsOfShape, type ShapeFault } from "./shape";

/** Thrown where environments break rules; `message` is the whole list. */
export class InvalidEnvironments extends UserError {
  override readonly name = "InvalidEnvironments";

  constructor(readonly faults: readonly Fault[]) {
    super(describeFaults("environments/", faults));
  }
}

/** What the rules of environments compare environments with. */
export interface EnvironmentContext {
  /** The app's models: an environment can serve these models. */
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
 * @returns an empty list where every rule holds
 */
export function checkEnvironments(
  given: readonly Environment[],
  { models, accounts: givenAccounts = [] }: EnvironmentContext,
): Fault[] {
  const [misshapen, environments] = checkShapes(
    given.map(withoutUndefined<Environment>),
    findEnvironmentShapeFaults,
  );
  const [misshapenAccounts, accounts] = checkShapes(
    givenAccounts.map(withoutUndefined<AccountSettings>),
    findAccountShapeFaults,
    "account",
  );
  return [
    ...misshapen,
    ...misshapenAccounts,
    ...environments.flatMap((environment) => checkEnvironment(environment, models)),
    ...findSharedStacks([
      ...environments,
      ...accounts.map((account) => ({ name: accountName(account), state: account.state })),
    ]),
    ...checkTogether(environments, accounts, models),
    ...checkAccounts(accounts, environments),
  ];
}

/**
 * Where a value does not have the type {@link Environment}: properties that are missing, misspelt or of another type.
 * The compiler says the same, but nothing runs the compiler before a deployment, and a misspelt `protected` protects
 * nothing.
 */
function findEnvironmentShapeFaults(environment: Environment): ShapeFault[] {
  return findFaultsOfShape(anyEnvironment, environment, "the type Environment of sagemaker-stages");
}

/** The faults of shape, and the settings without such a fault. @param unnamed - the name of settings without a name */
function checkShapes<Settings extends Environment | AccountSettings>(
  given: readonly Settings[],
  find: (settings: Settings) => ShapeFault[],
  unnamed = "(without a name)",
): [Fault[], Settings[]] {
  const found = given.map((settings) => ({ settings, shape: find(settings) }));
  const faults = found.flatMap(({ settings, shape }) =>
    shape.map(({ field, got, allowed }) => ({
      environment: String(settings?.name ?? unnamed),
      field,
      got: show(got),
      allowed,
      because: "a property that is missing, misspelt or of another type would not do what it says",
    })),
  );
  return [faults, found.filter(({ shape }) => shape.length === 0).map(({ settings }) => settings)];
}

function checkEnvironment(environment: Environment, routes: ModelRoutes): Fault[] {
  const faults: Fault[] = [];
  const { name, accountId, models } = environment;
  const report = new Report(String(name), faults);

  checkRules(anyEnvironment, environment, "", report);
  checkNames(environment, report);
  if (accountId === undefined) {
    report.require(
      environment.protected !== true,
      "accountId",
      accountId,
      "12 digits, as text",
      "a protected environment is pinned to its account",
    );
    report.require(
      environment.permissionsBoundary !== true,
      "accountId",
      accountId,
      "12 digits, as text",
      "a permissions boundary is a policy of one account",
    );
  }
  checkTags(environment.tags ?? {}, report);
  checkWebsite(environment, report);
  checkNetwork(environment, report.in("network"));
  report.require(
    environment.network === undefined ||
      Object.keys(models).length === 0 ||
      Object.values(models).some(isInNetwork),
    "network",
    inWords("network beside existing functions alone"),
    "no network, or a new function or an endpoint with inNetwork: true to be in it",
    "existing functions stay in the network that they are in",
  );

  report.require(
    Object.keys(models).length > 0,
    "models",
    models,
    "at least one model",
    "a stage without routes cannot be deployed",
  );
  for (const [model, settings] of Object.entries(models)) {
    const known = Object.keys(routes);
    report.require(
      known.includes(model),
      `models.${model}`,
      model,
      known.join(", ") || "no model, because the app has none",
      "functions/index.ts",
    );
    const route = Object.hasOwn(routes, model) ? routes[model] : undefined;
    const below = report.in(`models.${model}`);
    checkModel(settings, environment, below);
    checkVia(settings, route, below);
    checkChoiceOfTarget(settings, route, below);
    checkPayload(settings, route, below);
    checkHandler(settings, route?.python !== undefined, below);
  }
  checkBinaryTypes(environment, routes, report.in("models"));
  checkCallers(environment, report.in("callers"));
  return inOrderOf(environment, faults);
}

/** New functions all are; endpoints say so. */
function isInNetwork(settings: ModelSettings): boolean {
  const hasNewFunction = settings.existingFunction === undefined && !isViaGateway(settings);
  return hasNewFunction || ("inNetwork" in settings && settings.inNetwork === true);
}

function checkWebsite({ website, region, stage, models }: Environment, report: Report): void {
  if (website === undefined) return;
  report.require(
    partitionOf(region) === "aws",
    "website",
    website,
    `no website in ${region}`,
    "CloudFront is not in AWS GovCloud (US), and a service of its own in China: https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/setting-up-cloudfront.html, https://docs.amazonaws.cn/en_us/AmazonCloudFront/latest/DeveloperGuide/cloudfront-in-china-how-works.html",
  );
  const accesses = Object.values(models).map(routeAccess);
  report.require(
    accesses.includes("PUBLIC"),
    "website",
    website,
    "no website, or a model with the access PUBLIC",
    "the page can call public routes alone",
  );
  report.require(
    stage.corsAllowOrigin === undefined,
    "stage.corsAllowOrigin",
    stage.corsAllowOrigin,
    "nothing beside a website",
    "the stage then answers the page's origin",
  );
}

/** Rules between environments. */
function checkTogether(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[],
  routes: ModelRoutes,
): Fault[] {
  const faults: Fault[] = [];
  checkNamesTogether(environments, accounts, (name) => new Report(name, faults));
  checkExistingFunctions(environments, faults);
  faults.push(...findQuotaFaults(environments, routes));
  checkCallersTogether(environments, (name) => new Report(name, faults).in("callers"));
  checkExistingRoles(environments, (name) => new Report(name, faults));
  return faults;
}

/** A function has one value of each variable, and can look for one endpoint in it. */
function checkExistingFunctions(environments: readonly Environment[], faults: Fault[]): void {
  const known = new Map<string, { readonly endpoint: string; readonly where: string }>();
  for (const environment of environments) {
    const { name, region, accountId = "", models } = environment;
    for (const [model, settings] of Object.entries(models)) {
      const {
        existingFunction,
        sagemakerEnvironmentVariableName: variable = DEFAULT_ENVIRONMENT_VARIABLE_NAME,
      } = settings;
      if (existingFunction === undefined) continue;
      const place = [accountId, region, functionNameOf(existingFunction), variable].join();
      const endpoint =
        "existingEndpoint" in settings ? settings.existingEndpoint : `${namePrefix(environment)}-${model}`;
      const other = known.get(place);
      new Report(name, faults).require(
        other === undefined || other.endpoint === endpoint,
        `models.${model}.existingFunction`,
        existingFunction,
        "another function, or another sagemakerEnvironmentVariableName",
        `its variable ${variable} cannot name ${endpoint} and ${other?.endpoint}, which ${other?.where} asks`,
      );
      known.set(place, { endpoint, where: `models.${model} of ${name}` });
    }
  }
}
