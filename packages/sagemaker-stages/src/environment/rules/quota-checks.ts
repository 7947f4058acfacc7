import { REST_API_LIMITS } from "../../aws/api-gateway-limits";
import { GATEWAY_TIMEOUT_IN_SECONDS } from "../../aws/time-budget";
import type { ModelRoutes } from "../../models";
import { asyncOf, routesOf } from "../async-requests";
import type { CustomerSettings, Environment, QuotaSettings } from "../environment";
import type { Fault } from "../fault-collector";
import { type ModelSettings, routeAccess, type ServerlessSettings } from "../model-settings";
import { keepsRules } from "../settings/check-rules";
import { MAX_CONCURRENCY } from "../settings/endpoint/serverless";
import { quotaValue } from "../settings/quotas";
import { bearerModels, keyedModels } from "./customer-checks";
import { hasAuthorizer, hasCustomers, hasTokensOfIssuers } from "./model/access-checks";

/** The scope of a quota: an account in one region, an account in all regions, or one environment. */
type ScopeKind = "region" | "account" | "environment";

/** A quota of AWS. All environments of an account, or of an account and region, share the quota. */
interface Quota {
  /** @default "region" */
  readonly scope?: ScopeKind;
  /** AWS's name of the quota. */
  readonly name: string;
  /** AWS's default value. */
  readonly default: number;
  /**
   * The part of the quota that no environment can use.
   *
   * @default 0
   */
  readonly reservedByAws?: number;
  /** AWS's page about the quota. */
  readonly source: string;
  /** The setting with another value; `undefined` for a quota that AWS does not increase. */
  readonly setting: keyof QuotaSettings | undefined;
  /** The setting that determines the use of the quota. */
  readonly field: string;
  /** The use of the quota by an environment, in parts. */
  readonly needs: (environment: Environment, routes: ModelRoutes) => readonly Need[];
}

interface Need {
  /** The part of the environment, e.g. a model's name; absent for the environment as a whole. */
  readonly what?: string;
  readonly count: number;
}

const SERVERLESS_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html";
const LAMBDA_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html";

const WAF_SOURCE = "https://docs.aws.amazon.com/waf/latest/developerguide/limits.html";

/** Concurrent executions that Lambda keeps for functions without reserved concurrency (LAMBDA_SOURCE). */
const UNRESERVED_CONCURRENCY = 100;

/** The quotas that several environments share. AWS checks these quotas during the creation of resources. */
export const QUOTAS: readonly Quota[] = [
  {
    // L-96300102 in Service Quotas. AWS counts the configured concurrency, not the used concurrency, and refuses to
    // create or update an endpoint that exceeds the quota. 200 is the lowest default that AWS has documented for
    // accounts in use. Some regions have a higher default, and new accounts can start with 10
    // (https://repost.aws/questions/QUY0gXNLrdTH6eqqA4hv5FeA/total-concurrency-for-serverless-infernece-is-not-200-only-10).
    name: "Maximum total concurrency that can be allocated across all serverless endpoints",
    default: 200,
    source: SERVERLESS_SOURCE,
    setting: "serverlessConcurrency",
    field: "models.*.serverless.maxConcurrency",
    needs: ({ models }) =>
      serverlessOf(models).map(([what, serverless]) => ({ what, count: concurrencyOf(serverless) })),
  },
  {
    name: "Serverless endpoints in a region",
    default: 50,
    source: SERVERLESS_SOURCE,
    setting: "serverlessEndpoints",
    field: "models",
    needs: ({ models }) => [{ count: serverlessOf(models).length }],
  },
  {
    // L-B99A9384 in Service Quotas. Lambda refuses a reservation that leaves less than 100 unreserved. The deployment of
    // a function without reserved concurrency does not use the quota.
    name: "Concurrent executions",
    default: 1_000,
    reservedByAws: UNRESERVED_CONCURRENCY,
    source: LAMBDA_SOURCE,
    setting: "lambdaConcurrency",
    field: "models.*.function.reservedConcurrency",
    needs: ({ models, stage }) => [
      ...entriesOf(models).map(([what, settings]) => ({
        what,
        count: validConcurrency(settings.function?.reservedConcurrency),
      })),
      {
        what: "stage.authorizerReservedConcurrency",
        count: validConcurrency(stage.authorizerReservedConcurrency),
      },
    ],
  },
  {
    name: "Regional APIs per Region",
    default: 600,
    source: REST_API_LIMITS,
    setting: undefined,
    field: "stage",
    needs: () => [{ count: 1 }],
  },
  {
    name: "Usage plans per account per Region",
    default: 300,
    source: REST_API_LIMITS,
    setting: "usagePlans",
    field: "models.*.access",
    needs: (environment) => {
      const { length } = customersOf(environment);
      return [{ count: length === 0 ? sharedKeysOf(environment) : length }];
    },
  },
  {
    name: "API keys per account per Region",
    default: 10_000,
    source: REST_API_LIMITS,
    setting: undefined,
    field: "customers",
    needs: (environment) => {
      const customers = customersOf(environment);
      if (customers.length === 0) return [{ count: sharedKeysOf(environment) }];
      return [{ count: customers.reduce((sum, { keys = [""] }) => sum + keys.length, 0) }];
    },
  },
  {
    name: "Maximum web ACLs per account in WAF for regional",
    default: 100,
    source: WAF_SOURCE,
    setting: "webAcls",
    field: "stage.firewall",
    needs: ({ stage }) => [{ count: stage.firewall === undefined ? 0 : 1 }],
  },
  {
    scope: "account",
    name: "Maximum web ACLs per account in WAF for CloudFront",
    default: 100,
    source: WAF_SOURCE,
    setting: "cloudFrontWebAcls",
    field: "website.firewall",
    needs: ({ website }) => [{ count: website?.firewall === undefined ? 0 : 1 }],
  },
  {
    scope: "environment",
    name: "Resources per API",
    default: 300,
    source: REST_API_LIMITS,
    setting: "apiResources",
    field: "models",
    needs: ({ models }, routes) => [{ count: resourcesOf(models, routes) }],
  },
  {
    // Routes do not share this quota: each route may wait that long (rules/model/transfer-checks.ts). Here, environments of one
    // account must only state the same value.
    name: "Maximum integration timeout in milliseconds",
    default: GATEWAY_TIMEOUT_IN_SECONDS,
    source: REST_API_LIMITS,
    setting: "integrationTimeoutInSeconds",
    field: "models.*.timeoutInSeconds",
    needs: () => [],
  },
  {
    scope: "environment",
    name: "Authorizers per API",
    default: 10,
    source: REST_API_LIMITS,
    setting: "authorizers",
    field: "models.*.access",
    needs: (environment, routes) => [{ count: authorizersOf(environment, routes) }],
  },
  {
    scope: "account",
    name: "Roles in an AWS account",
    default: 1_000,
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    setting: "roles",
    field: "models",
    needs: (environment) => [{ count: rolesOf(environment.models) + (hasAuthorizer(environment) ? 1 : 0) }],
  },
];

/** Environments that share a quota. */
interface Scope {
  /** For messages, e.g. `eu-central-1 of account 111122223333`, or `account 111122223333`. */
  readonly name: string;
  readonly environments: Environment[];
}

/**
 * Finds quotas that the environments of one account and region exceed in total, and quotas with different values in
 * several environments.
 *
 * The account of an environment without `accountId` depends on the credentials. All such environments of one region are
 * counted together, as in one account, and separately from environments with `accountId`.
 */
export function findQuotaFaults(environments: readonly Environment[], routes: ModelRoutes): Fault[] {
  return QUOTAS.flatMap((quota) =>
    scopesOf(environments, quota.scope ?? "region").flatMap((scope) => [
      ...findDifferentValues(quota, scope),
      ...findExcess(quota, scope, routes),
    ]),
  );
}

/** A model of an environment. */
interface ModelOfEnvironment {
  /** Name of the environment. */
  readonly environment: string;
  readonly model: string;
}

/**
 * The concurrency that a model can use at most, because the other models of its account and region use the rest of a quota.
 *
 * @param setting - the quota
 * @param environments - all environments of the app
 */
export function concurrencyLeftFor(
  setting: "serverlessConcurrency" | "lambdaConcurrency",
  environments: readonly Environment[],
  { environment, model }: ModelOfEnvironment,
  routes: ModelRoutes,
): number {
  const quota = QUOTAS.find((candidate) => candidate.setting === setting);
  const scope = scopesOf(environments, "region").find((candidate) =>
    candidate.environments.some(({ name }) => name === environment),
  );
  if (quota === undefined || scope === undefined) throw new Error(`no quota ${setting} of ${environment}`);
  const others = scope.environments.flatMap((one) =>
    quota.needs(one, routes).filter(({ what }) => one.name !== environment || what !== model),
  );
  const granted = Math.max(...statedValues(setting, scope).map(({ value }) => value), 0) || quota.default;
  return Math.max(
    0,
    granted - (quota.reservedByAws ?? 0) - others.reduce((sum, { count }) => sum + count, 0),
  );
}

/**
 * The value of a quota in an environment's account and region; `undefined` if no environment of both states the quota.
 *
 * @param environments - all environments of the app
 */
export function statedQuota(
  setting: keyof QuotaSettings,
  environment: Environment,
  environments: readonly Environment[],
): number | undefined {
  const scope = scopesOf(environments, "region").find((candidate) =>
    candidate.environments.includes(environment),
  );
  const values = scope === undefined ? [] : statedValues(setting, scope).map(({ value }) => value);
  // Different values already have a fault.
  return values.length === 0 ? undefined : Math.max(...values);
}

function scopesOf(environments: readonly Environment[], kind: ScopeKind): Scope[] {
  const scopes = new Map<string, Scope>();
  for (const environment of environments) {
    const { region, accountId } = environment;
    const account = accountId === undefined ? "the account of the credentials" : `account ${accountId}`;
    const name = {
      region: `${region} of ${account}`,
      account,
      environment: `the API of ${environment.name}`,
    }[kind];
    const scope = scopes.get(name) ?? { name, environments: [] };
    scope.environments.push(environment);
    scopes.set(name, scope);
  }
  return [...scopes.values()];
}

function findDifferentValues({ setting, name }: Quota, scope: Scope): Fault[] {
  if (setting === undefined) return [];
  const [first, ...others] = statedValues(setting, scope);
  return others
    .filter(({ value }) => value !== first?.value)
    .map(({ environment, value }) => ({
      environment,
      field: `quotas.${setting}`,
      got: String(value),
      allowed: `${first?.value}, as ${first?.environment} states it`,
      because: `both are in ${scope.name}, which has one quota "${name}"`,
    }));
}

function findExcess(quota: Quota, scope: Scope, routes: ModelRoutes): Fault[] {
  const { name, source, setting, field, needs, reservedByAws = 0 } = quota;
  const stated = setting === undefined ? [] : statedValues(setting, scope);
  // Different values already have a fault. The highest value avoids a second fault.
  const granted = stated.length === 0 ? quota.default : Math.max(...stated.map(({ value }) => value));
  const max = Math.max(0, granted - reservedByAws);
  let sum = 0;
  let beyond: string | undefined;
  for (const environment of scope.environments) {
    for (const { count } of needs(environment, routes)) sum += count;
    if (sum > max) beyond ??= environment.name;
  }
  if (beyond === undefined) return [];

  const origin = stated.length === 0 ? "AWS's default" : `quotas.${setting}`;
  const reduced =
    reservedByAws === 0 ? origin : `${origin} (${granted}) minus the ${reservedByAws} that AWS reserves`;
  return [
    {
      environment: beyond,
      field,
      got: `${sum} in ${scope.name} (${scope.environments.flatMap((one) => describeNeeds(one, needs(one, routes))).join("; ")})`,
      allowed: `at most ${max} in total, ${reduced} of "${name}"`,
      because:
        setting === undefined
          ? `${source}; AWS does not increase this quota`
          : `${source}; request an increase in Service Quotas, then set quotas.${setting}`,
    },
  ];
}

/** The number of models that a message lists. */
const MAX_NEEDS_SHOWN = 10;

function describeNeeds({ name }: Environment, needs: readonly Need[]): string[] {
  const used = needs.filter(({ count }) => count > 0);
  const parts = used
    .slice(0, MAX_NEEDS_SHOWN)
    .map(({ what, count }) => (what === undefined ? `${count}` : `${what} ${count}`));
  const others = used.slice(MAX_NEEDS_SHOWN);
  if (others.length > 0) {
    parts.push(`${others.length} others ${others.reduce((sum, { count }) => sum + count, 0)}`);
  }
  return parts.length === 0 ? [] : [`${name}: ${parts.join(", ")}`];
}

function statedValues(
  setting: keyof QuotaSettings,
  { environments }: Scope,
): { environment: string; value: number }[] {
  return environments.flatMap(({ name, quotas }) => {
    const value = quotas?.[setting];
    // An invalid value already has a fault.
    return value === undefined || !keepsRules(quotaValue, value) ? [] : [{ environment: name, value }];
  });
}

/**
 * The concurrency that AWS counts. Provisioned concurrency is a part of the maximum, and does not count separately. An
 * invalid maximum already has a fault, and is not counted.
 */
function concurrencyOf({ maxConcurrency }: ServerlessSettings): number {
  return maxConcurrency > MAX_CONCURRENCY || maxConcurrency < 1 ? 0 : maxConcurrency;
}

/** The reserved concurrency of a function. An invalid value already has a fault, and is not counted. */
function validConcurrency(reservedConcurrency = 0): number {
  return keepsRules(quotaValue, reservedConcurrency) ? reservedConcurrency : 0;
}

function customersOf({ customers = {} }: Environment): CustomerSettings[] {
  return Object.values(customers);
}

/** The number of shared keys of an environment without customers. */
function sharedKeysOf({ models }: Environment): number {
  return entriesOf(models).some(([, { access }]) => access === "API_KEY") ? 1 : 0;
}

function entriesOf(models: Environment["models"]): [string, ModelSettings][] {
  return Object.entries(models);
}

/**
 * The serverless endpoints. Endpoints on instances and existing endpoints do not use the quotas of serverless
 * endpoints.
 */
function serverlessOf(models: Environment["models"]): [string, ServerlessSettings][] {
  return entriesOf(models).flatMap(([name, settings]) =>
    "serverless" in settings ? [[name, settings.serverless]] : [],
  );
}

/**
 * Counts the resources of an API: the root, and one for each part of a path. Routes share equal parts. An asynchronous model has
 * several paths.
 */
function resourcesOf(models: Environment["models"], routes: ModelRoutes): number {
  const paths = entriesOf(models).flatMap(([model, settings]) => {
    const route = Object.hasOwn(routes, model) ? routes[model]?.route : undefined;
    if (route === undefined) return [];
    return routesOf(route, asyncOf(settings) !== undefined).map(({ path }) => path);
  });
  const resources = paths.flatMap((path) => {
    const parts = path.split("/").filter((part) => part !== "");
    return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  });
  return 1 + new Set(resources).size;
}

/**
 * Counts the authorizers: one for the tokens of other issuers, one for each header with keys of customers, and one for each
 * user pool.
 */
function authorizersOf(environment: Environment, routes: ModelRoutes): number {
  const pools = entriesOf(environment.models).flatMap(([, settings]) => {
    const access = routeAccess(settings);
    return typeof access !== "string" && "cognito" in access ? [access.cognito.userPoolArn] : [];
  });
  const bearer = bearerModels(environment.models, routes);
  const ofFunction = [
    hasTokensOfIssuers(environment),
    hasCustomers(environment) && keyedModels(environment.models).some((model) => !bearer.includes(model)),
    hasCustomers(environment) && bearer.length > 0,
  ].filter(Boolean);
  return new Set(pools).size + ofFunction.length;
}

/** Counts the roles: one for each new function or route via API Gateway, and one for each new endpoint. */
function rolesOf(models: Environment["models"]): number {
  return entriesOf(models).reduce(
    (sum, [, settings]) =>
      sum + (settings.existingFunction === undefined ? 1 : 0) + ("existingEndpoint" in settings ? 0 : 1),
    0,
  );
}
