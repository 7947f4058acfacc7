import { describe, expect, it } from "@jest/globals";
import { RESERVE_IN_MS } from "../../src/runtime/limits";
import { example } from "./support/environments";
import { synthesizeOne } from "./support/synthesized";

/** SageMaker's time limit of an invocation: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html */
const ENDPOINT_IN_MS = 60_000;
/** API Gateway's limit without a raised quota: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const GATEWAY_TIMEOUT_RANGE_IN_MS = [50, 29_000] as const;
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_FUNCTION_TIMEOUT_IN_SECONDS = 900;

describe("the time limits of a request", () => {
  const stack = synthesizeOne(example);
  const functionInSeconds = stack.one("aws_lambda_function").values.timeout;
  const gatewayInMs =
    stack.openApi().paths["/loan-default"]?.post?.["x-amazon-apigateway-integration"].timeoutInMillis ?? 0;

  it("are shorter for each component than for its caller, so that the caller receives the most specific error", () => {
    // Act
    const [gateway, fn, endpoint] = [
      gatewayInMs,
      functionInSeconds * 1000,
      functionInSeconds * 1000 - RESERVE_IN_MS,
    ];

    // Assess
    expect(gateway).toBeGreaterThan(fn);
    expect(fn).toBeGreaterThan(endpoint);
    expect(endpoint).toBeGreaterThan(0);
  });

  it("leave one second for the invocation of the function, and less than one second for the handler", () => {
    // Act
    const way = gatewayInMs - functionInSeconds * 1000;

    // Assess
    expect(way).toBeGreaterThanOrEqual(1000);
    expect(RESERVE_IN_MS).toBeLessThan(way);
  });

  it("are shorter than SageMaker's limit, so that the handler reports a timeout", () => {
    // Act
    const handlerInMs = functionInSeconds * 1000 - RESERVE_IN_MS;

    // Assess
    expect(handlerInMs).toBeLessThan(ENDPOINT_IN_MS);
  });

  it("are within the limits of API Gateway and Lambda", () => {
    // Act
    const [least, most] = GATEWAY_TIMEOUT_RANGE_IN_MS;

    // Assess
    expect(gatewayInMs).toBeGreaterThanOrEqual(least);
    expect(gatewayInMs).toBeLessThanOrEqual(most);
    expect(Number.isInteger(functionInSeconds)).toBe(true);
    expect(functionInSeconds).toBeLessThanOrEqual(MAX_FUNCTION_TIMEOUT_IN_SECONDS);
  });

  it("are named in API Gateway's own response", () => {
    // Act
    const answer = stack.openApi()["x-amazon-apigateway-gateway-responses"].INTEGRATION_TIMEOUT;

    // Assess
    expect(answer?.responseTemplates["application/json"]).toContain(`within ${gatewayInMs / 1000} seconds`);
  });
});
