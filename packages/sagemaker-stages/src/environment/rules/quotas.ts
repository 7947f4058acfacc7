import type { ModelRoutes } from "../../models";
import type { Environment, QuotaSettings } from "../environment";
import type { ModelSettings, ServerlessSettings } from "../model-settings";
import type { Fault } from "../report";
import { keepsRules } from "../settings/check-rules";
import { quotaValue } from "../settings/quotas";
import { MAX_CONCURRENCY } from "../settings/serverless";

/** What AWS counts together: what an account has in one region or in all of them, or one environment by itself. */
type Scope = "region" | "account" | "environment";

/** What may be in one scope, over all environments of it. */
interface Quota {
  /** @default "region" */
  readonly scope?: Scope;
  /** AWS's words for it. */
  readonly name: string;
  /** What it is where nobody asked for more. */
  readonly default: number;
  /**
   * The part of it that no environment can use.
   *
   * @default 0
   */
  readonly keptByAws?: number;
  /** AWS's page. */
  readonly source: string;
  /** Where an environment states another value; `undefined` where AWS does not raise it. */
  readonly setting: keyof QuotaSettings | undefined;
  /** What an environment has to change to need less. */
  readonly field: string;
  /** What an environment needs of it, by what needs it. */
  readonly needs: (environment: Environment, routes: ModelRoutes) => readonly Need[];
}

interface Need {
  /** What needs it, e.g. a model's name; nothing where it is the environment itself. */
  readonly what?: string;
  readonly count: number;
}

const SERVERLESS_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html";
const LAMBDA_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html";
const REST_API_SOURCE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html";

/** Concurrent executions that Lambda keeps for functions without reserved concurrency (LAMBDA_SOURCE). */
const UNRESERVED_CONCURRENCY = 100;

/** The quotas that more than one environment uses up, and that AWS holds against what is created. */
export const QUOTAS: readonly Quota[] = [
  {
    // L-96300102 in Service Quotas. AWS counts what endpoints may use, not what they use, and refuses to create or
    // update the endpoint that goes beyond. 200, in every region, is the lowest default that AWS has documented for
    // accounts in use; a large region may have more by default, and new accounts are known to start with 10
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
    // L-B99A9384 in Service Quotas. Lambda refuses a reservation that leaves less than 100 unreserved. Functions
    // without reserved concurrency need nothing of it when they are deployed.
    name: "Concurrent executions",
    default: 1_000,
    keptByAws: UNRESERVED_CONCURRENCY,
    source: LAMBDA_SOURCE,
    setting: "lambdaConcurrency",
    field: "models.*.function.reservedConcurrency",
    needs: ({ models }) =>
      entriesOf(models).map(([what, settings]) => ({ what, count: reservedConcurrencyOf(settings) })),
  },
  {
    name: "Regional APIs per Region",
    default: 600,
    source: REST_API_SOURCE,
    setting: undefined,
    field: "stage",
    needs: () => [{ count: 1 }],
  },
  {
    name: "Usage plans per account per Region",
    default: 300,
    source: REST_API_SOURCE,
    setting: "usagePlans",
    field: "models.*.access",
    needs: ({ models }) => {
      const accesses = entriesOf(models).map(([, { access }]) => access);
      return [{ count: accesses.includes("API_KEY") ? 1 : 0 }];
    },
  },
  {
    scope: "environment",
    name: "Resources per API",
    default: 300,
    source: REST_API_SOURCE,
    setting: "apiResources",
    field: "models",
    needs: ({ models }, routes) => [{ count: resourcesOf(Object.keys(models), routes) }],
  },
  {
    scope: "account",
    name: "Roles in an AWS account",
    default: 1_000,
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    setting: "roles",
    field: "models",
    needs: ({ models }) => [{ count: rolesOf(models) }],
  },
];

/** Environments that use up the same quota. */
interface Place {
  /** For messages, e.g. `eu-central-1 of account 111122223333`, or `account 111122223333`. */
  readonly name: string;
  readonly environments: Environment[];
}

/**
 * Quotas that the environments of one account and region go beyond together, and quotas of which they state
 * different values.
 *
 * An environment without `accountId` may land in any account. Those of one region are counted together, as in one
 * account of their own, and apart from those that name one: credentials decide, and nothing here knows them.
 */
export function findQuotaFaults(environments: readonly Environment[], routes: ModelRoutes): Fault[] {
  return QUOTAS.flatMap((quota) =>
    placesOf(environments, quota.scope ?? "region").flatMap((place) => [
      ...differentValues(quota, place),
      ...exceeded(quota, place, routes),
    ]),
  );
}

function placesOf(environments: readonly Environment[], scope: Scope): Place[] {
  const places = new Map<string, Place>();
  for (const environment of environments) {
    const { region, accountId } = environment;
    const account =
      accountId === undefined ? "whichever account the credentials belong to" : `account ${accountId}`;
    const name = {
      region: `${region} of ${account}`,
      account,
      environment: `the API of ${environment.name}`,
    }[scope];
    const place = places.get(name) ?? { name, environments: [] };
    place.environments.push(environment);
    places.set(name, place);
  }
  return [...places.values()];
}

function differentValues({ setting, name }: Quota, place: Place): Fault[] {
  if (setting === undefined) return [];
  const [first, ...others] = statedValues(setting, place);
  return others
    .filter(({ value }) => value !== first?.value)
    .map(({ environment, value }) => ({
      environment,
      field: `quotas.${setting}`,
      got: String(value),
      allowed: `${first?.value}, as ${first?.environment} states it`,
      because: `both are in ${place.name}, which has one quota "${name}"`,
    }));
}

function exceeded(quota: Quota, place: Place, routes: ModelRoutes): Fault[] {
  const { name, source, setting, field, needs, keptByAws = 0 } = quota;
  const stated = setting === undefined ? [] : statedValues(setting, place);
  // Values that differ have a fault already; the highest of them leaves no second one to tell.
  const granted = stated.length === 0 ? quota.default : Math.max(...stated.map(({ value }) => value));
  const most = Math.max(0, granted - keptByAws);
  let sum = 0;
  let beyond: string | undefined;
  for (const environment of place.environments) {
    for (const { count } of needs(environment, routes)) sum += count;
    if (sum > most) beyond ??= environment.name;
  }
  if (beyond === undefined) return [];

  const origin = stated.length === 0 ? "AWS's default" : `quotas.${setting}`;
  const reduced = keptByAws === 0 ? origin : `${origin} (${granted}) minus the ${keptByAws} that AWS keeps`;
  return [
    {
      environment: beyond,
      field,
      got: `${sum} in ${place.name} (${place.environments.flatMap((one) => describeNeeds(one, needs(one, routes))).join("; ")})`,
      allowed: `at most ${most} in total, ${reduced} of "${name}"`,
      because:
        setting === undefined
          ? `${source}; AWS does not raise it`
          : `${source}; ask for more in Service Quotas, then state it as quotas.${setting}`,
    },
  ];
}

/** A message names so many models one by one. */
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
  { environments }: Place,
): { environment: string; value: number }[] {
  return environments.flatMap(({ name, quotas }) => {
    const value = quotas?.[setting];
    // A value that breaks its own rule has a fault already.
    return value === undefined || !keepsRules(quotaValue, value) ? [] : [{ environment: name, value }];
  });
}

/**
 * Provisioned concurrency is the part of the maximum that is kept warm, and adds nothing to it. A maximum that no
 * endpoint can have has a fault of its own already, and is not counted.
 */
function concurrencyOf({ maxConcurrency }: ServerlessSettings): number {
  return maxConcurrency > MAX_CONCURRENCY || maxConcurrency < 1 ? 0 : maxConcurrency;
}

/** A value that breaks its own rule has a fault already, and is not counted. */
function reservedConcurrencyOf({ function: settings }: ModelSettings): number {
  const { reservedConcurrency = 0 } = settings ?? {};
  return keepsRules(quotaValue, reservedConcurrency) ? reservedConcurrency : 0;
}

function entriesOf(models: Environment["models"]): [string, ModelSettings][] {
  return Object.entries(models);
}

/** Neither instances nor endpoints that others made use up quotas that are known here. */
function serverlessOf(models: Environment["models"]): [string, ServerlessSettings][] {
  return entriesOf(models).flatMap(([name, settings]) =>
    "serverless" in settings ? [[name, settings.serverless]] : [],
  );
}

/** API Gateway has one resource for the root, and one for each part of a path; routes share those that are alike. */
function resourcesOf(models: readonly string[], routes: ModelRoutes): number {
  const paths = Object.entries(routes).flatMap(([model, { route }]) =>
    models.includes(model) ? [route.path] : [],
  );
  const resources = paths.flatMap((path) => {
    const parts = path.split("/").filter((part) => part !== "");
    return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  });
  return 1 + new Set(resources).size;
}

/** One for each new function or route via API Gateway, and one for each new endpoint. */
function rolesOf(models: Environment["models"]): number {
  return entriesOf(models).reduce(
    (sum, [, settings]) =>
      sum + (settings.existingFunction === undefined ? 1 : 0) + ("existingEndpoint" in settings ? 0 : 1),
    0,
  );
}
