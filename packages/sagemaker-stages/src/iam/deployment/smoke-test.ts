import { ArnFactory } from "../../aws/arn";
import { type Environment, namePrefix } from "../../environment/environment";
import { routeAccess } from "../../environment/model-settings";
import type { ModelRoutes } from "../../models";
import type { PolicyDocument } from "../policy-document";
import { callerPolicy } from "../workload/caller";

/**
 * What whoever smoke-tests an environment may do as a caller who signs: each route whose access is `AWS_IAM`, and each
 * function URL. It stands before there is an API, whose id API Gateway makes up: the routes are those of any API of the
 * account whose stage is named by the environment's prefix.
 *
 * @param accountId - 12 digits
 * @param routes - where each model is reached
 * @returns `undefined` where nothing wants signed requests
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
