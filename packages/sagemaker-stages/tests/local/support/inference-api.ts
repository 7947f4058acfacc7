import { openApi } from "../../../src/constructs/api/openapi";
import { readOpenApi } from "../../../src/local/rest-api/openapi";
import type { FunctionDefinition, StageDefinition } from "../../../src/local/terraform/deployment";
import type { ContractModel } from "../../../src/models";
import { models } from "../../fixtures/app/functions";

/** A stage with the public route `POST /loan-default`, as the stacks make it. */
export function publicStage(
  fn: Pick<FunctionDefinition, "arn">,
  settings: Partial<StageDefinition> = {},
  contract: ContractModel = models["loan-default"],
): StageDefinition {
  const document = openApi({
    title: "dev-inference",
    region: "us-east-1",
    partition: "aws",
    corsAllowOrigin: "*",
    routes: [{ contract, access: "PUBLIC", functionArn: fn.arn }],
  });
  return {
    stageName: "dev",
    apiId: "abcdefghij",
    executionArn: "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev",
    openApi: readOpenApi(JSON.stringify(document)),
    throttling: undefined,
    apiKeys: [],
    accessLogFormat: undefined,
    ...settings,
  };
}

/** `stage` without gateway responses, so that AWS's default answers apply. */
export function withAwsAnswers(stage: StageDefinition): StageDefinition {
  return { ...stage, openApi: { ...stage.openApi, gatewayResponses: {} } };
}

/** The ARN of the route in {@link publicStage}. */
export const ROUTE_ARN = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/POST/loan-default";
