import { describe, expect, it } from "@jest/globals";
import { RESERVE_IN_MS } from "../../src/runtime/handler";
import { example } from "./support/environments";
import { synthesizeOne } from "./support/synthesized";

/** What SageMaker gives one invocation: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html */
const ENDPOINT_IN_MS = 60_000;
/** Without a raised quota: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const LEAST_AND_MOST_OF_GATEWAY_IN_MS = [50, 29_000] as const;
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MOST_OF_FUNCTION_IN_SECONDS = 900;

describe("the time that a request has", () => {
  const stack = synthesizeOne(example);
  const functionInSeconds = stack.one("aws_lambda_function").values.timeout;
  const gatewayInMs =
    stack.openApi().paths["/loan-default"]?.post?.["x-amazon-apigateway-integration"].timeoutInMillis ?? 0;

  it("grows shorter from station to station, so that each can say what the next one did not", () => {
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

  it("leaves a second for the way between gateway and function, and the handler less than that", () => {
    // Act
    const way = gatewayInMs - functionInSeconds * 1000;

    // Assess
    expect(way).toBeGreaterThanOrEqual(1000);
    expect(RESERVE_IN_MS).toBeLessThan(way);
  });

  it("ends before SageMaker's for one invocation: it is the handler that speaks of a time-out", () => {
    // Act
    const handlerInMs = functionInSeconds * 1000 - RESERVE_IN_MS;

    // Assess
    expect(handlerInMs).toBeLessThan(ENDPOINT_IN_MS);
  });

  it("is within what API Gateway and Lambda take", () => {
    // Act
    const [least, most] = LEAST_AND_MOST_OF_GATEWAY_IN_MS;

    // Assess
    expect(gatewayInMs).toBeGreaterThanOrEqual(least);
    expect(gatewayInMs).toBeLessThanOrEqual(most);
    expect(Number.isInteger(functionInSeconds)).toBe(true);
    expect(functionInSeconds).toBeLessThanOrEqual(MOST_OF_FUNCTION_IN_SECONDS);
  });

  it("is the time that the gateway's own answer names", () => {
    // Act
    const answer = stack.openApi()["x-amazon-apigateway-gateway-responses"].INTEGRATION_TIMEOUT;

    // Assess
    expect(answer?.responseTemplates["application/json"]).toContain(`within ${gatewayInMs / 1000} seconds`);
  });
});
