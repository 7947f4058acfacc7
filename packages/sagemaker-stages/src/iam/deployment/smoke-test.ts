import { ArnFactory } from "../../aws/arn";
import { type Environment, namePrefix } from "../../environment/environment";
import { routeAccess } from "../../environment/model-settings";
import type { ModelRoutes } from "../../models";
import type { PolicyDocument } from "../policy-document";
import { callerPolicy } from "../workload/caller";

/**
 * Policy of the smoke test of an environment: call each route with the access `AWS_IAM`, and each function URL. The policy
 * is created before the API, whose id API Gateway assigns. It therefore names the routes of any API of the account whose
 * stage has the environment's prefix as its name.
 *
 * @param accountId - 12 digits
 * @param routes - the route of each model
 * @returns `undefined` if no route and no URL requires signed requests
 */
export function smokeTestPolicy(
  environment: Environment,
  accountId: string,
  routes: ModelRoutes,
): PolicyDocument | undefined {
  const { region, models } = environment;
  const prefix = namePrefix(environment);
  const arns = new ArnFactory(region, accountId);
  const served = Object.entries(models);
  const policy = callerPolicy({
    routeArns: served
      .filter(([, settings]) => routeAccess(settings) === "AWS_IAM")
      .flatMap(([model]) => routes[model]?.route ?? [])
      .map(({ method, path }) => arns.arn("execute-api", `*/${prefix}/${method}${path}`)),
    functionArns: served
      .filter(([, { functionUrl }]) => functionUrl !== undefined)
      .map(([model]) => arns.arn("lambda", `function:${prefix}-${model}`)),
    endpoints: [],
  });
  return policy.Statement.length === 0 ? undefined : policy;
}
