import { openApi } from "../../../src/constructs/api/openapi";
import type { ParsedRouteAccess, Via } from "../../../src/environment/model-settings";
import { models } from "../../fixtures/app/functions";
import type { PlannedChange } from "./planned";

const FUNCTION_ARN = "arn:aws:lambda:us-east-1:111122223333:function:prod-house-price";
const ROLE_ARN = "arn:aws:iam::111122223333:role/prod-house-price-gateway";

/** The arguments of an API with the route `POST /house-price`, as the stack defines them. */
export function apiOf(via: Via, access: ParsedRouteAccess): { readonly body: string } {
  const route = { contract: models["house-price"], access };
  const document = openApi({
    title: "prod-inference",
    region: "us-east-1",
    partition: "aws",
    corsAllowOrigin: "*",
    routes: [
      via === "lambda"
        ? { ...route, functionArn: FUNCTION_ARN }
        : { ...route, endpoint: { endpointName: "prod-house-price", roleArn: ROLE_ARN } },
    ],
  });
  return { body: JSON.stringify(document) };
}

/** The function of the route, with the defaults of the settings. */
const FUNCTION = {
  function_name: "prod-house-price",
  memory_size: 256,
  architectures: ["arm64"],
  ephemeral_storage: [{ size: 512 }],
};

/** The changes of a plan in which the integration of a route changes. */
export function switchedRoute(
  from: Via,
  to: Via,
  access: ParsedRouteAccess = "AWS_IAM",
): readonly [api: PlannedChange, fn: PlannedChange] {
  const fn = { type: "aws_lambda_function", name: "function" };
  return [
    { type: "aws_api_gateway_rest_api", name: "api", before: apiOf(from, access), after: apiOf(to, access) },
    from === "lambda" ? { ...fn, before: FUNCTION } : { ...fn, after: FUNCTION },
  ];
}
