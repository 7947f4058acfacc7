import type { ModelRoutes } from "../../../models";
import type { Environment } from "../../environment";
import type { FaultCollector } from "../../fault-collector";
import { accessKind, type ModelSettings, routeAccess } from "../../model-settings";
import { requirePolicySize } from "../policy-size";

/** Checks the access of a route by tokens. @param collector - collects the faults of the model */
export function checkAccess(
  settings: ModelSettings,
  { website }: Environment,
  collector: FaultCollector,
): void {
  const access = routeAccess(settings);
  if (typeof access === "string" || !("cognito" in access)) return;
  const { userPoolArn, scopes } = access.cognito;
  collector.require(
    userPoolArn !== undefined || website?.signIn !== undefined,
    "access.cognito.userPoolArn",
    userPoolArn,
    "the ARN of a user pool, or no ARN together with website.signIn, whose user pool is the default",
    "API Gateway checks the signature of a token with the keys of one user pool",
  );
  collector.require(
    userPoolArn !== undefined || scopes.length === 0,
    "access.cognito.scopes",
    scopes,
    "no scopes, or the ARN of a user pool with these scopes",
    "the user pool of website.signIn has no resource server, and only a resource server defines scopes: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html",
  );
}

/** Whether an environment has an authorizer function. */
export function hasAuthorizer(environment: Pick<Environment, "models" | "customers">): boolean {
  return hasTokensOfIssuers(environment) || hasCustomers(environment);
}

/** Whether a route of an environment requires a token of `jwt`. */
export function hasTokensOfIssuers({ models }: Pick<Environment, "models">): boolean {
  return Object.values<ModelSettings>(models).some((settings) => accessKind(routeAccess(settings)) === "JWT");
}

/** Whether the keys of an environment belong to customers. */
export function hasCustomers({ customers = {} }: Pick<Environment, "customers">): boolean {
  return Object.keys(customers).length > 0;
}

/**
 * Checks the settings of an environment that depend on tokens.
 *
 * @param routes - the route of each model
 */
export function checkTokens(environment: Environment, routes: ModelRoutes, collector: FaultCollector): void {
  const { models, stage } = environment;
  collector.require(
    stage.logCallers !== true || stage.accessLogs !== false,
    "stage.logCallers",
    stage.logCallers,
    "false, or true together with stage.accessLogs: true",
    "the access log contains the ids",
  );
  collector.require(
    stage.authorizerReservedConcurrency === undefined || hasAuthorizer(environment),
    "stage.authorizerReservedConcurrency",
    stage.authorizerReservedConcurrency,
    "no value, or a value together with a route with access.jwt or with customers",
    "only these routes have an authorizer function",
  );
  for (const [issuer, ofIssuer] of modelsByIssuer(models)) {
    requirePolicySize(
      {
        field: "models.*.access.jwt",
        models: ofIssuer,
        remedy: `fewer routes of the issuer ${issuer}, or two environments. A token can contain every audience and scope of its issuer`,
      },
      environment,
      routes,
      collector,
    );
  }
}

/** The models whose routes require tokens of an issuer, by issuer. */
function modelsByIssuer(models: Environment["models"]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [model, settings] of Object.entries<ModelSettings>(models)) {
    const access = routeAccess(settings);
    if (typeof access === "string" || !("jwt" in access)) continue;
    const { issuer } = access.jwt;
    found.set(issuer, [...(found.get(issuer) ?? []), model]);
  }
  return found;
}
