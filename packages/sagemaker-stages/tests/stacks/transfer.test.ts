import { describe, expect, it } from "@jest/globals";
import { example, exampleModel, exampleWith, named } from "./support/environments";
import { synthesize } from "./support/synthesized";

const synthesized = synthesize([
  named("plain", exampleWith({ functionUrl: {} })),
  named("buffer", exampleWith({ functionUrl: {}, responseTransferMode: "buffer", timeoutInSeconds: 29 })),
  named("streamed", exampleWith({ functionUrl: {}, responseTransferMode: "stream" })),
  named("shorter", exampleWith({ responseTransferMode: "stream", timeoutInSeconds: 90 })),
  named("mixed", {
    ...example,
    quotas: { integrationTimeoutInSeconds: 60 },
    models: {
      "loan-default": { ...exampleModel, responseTransferMode: "stream", timeoutInSeconds: 120 },
      "energy-demand": { ...exampleModel, timeoutInSeconds: 10 },
      "house-price": { ...exampleModel, via: "gateway", timeoutInSeconds: 60 },
    },
  }),
]);

function integrationOf(stack: string, path: string) {
  return synthesized.stack(stack).openApi().paths[path]?.post?.["x-amazon-apigateway-integration"];
}

function timedOut(stack: string): string {
  const responses = synthesized.stack(stack).openApi()["x-amazon-apigateway-gateway-responses"];
  return responses.INTEGRATION_TIMEOUT?.responseTemplates["application/json"] ?? "";
}

describe("a route in stream mode", () => {
  it("has API Gateway's streamed integration", () => {
    // Act
    const integration = integrationOf("streamed", "/loan-default");

    // Assess
    expect(integration).toEqual({
      type: "aws_proxy",
      httpMethod: "POST",
      uri: "arn:aws:apigateway:eu-central-1:lambda:path/2021-11-15/functions/arn:aws:lambda:eu-central-1:111122223333:function:streamed-loan-default/response-streaming-invocations",
      passthroughBehavior: "when_no_match",
      timeoutInMillis: 300_000,
      responseTransferMode: "STREAM",
    });
  });

  it("has a function that times out one second before API Gateway", () => {
    // Act
    const timeouts = ["plain", "streamed", "shorter"].map(
      (stack) => synthesized.stack(stack).one("aws_lambda_function").values.timeout,
    );

    // Assess
    expect(timeouts).toEqual([28, 299, 89]);
    expect(integrationOf("shorter", "/loan-default")).toMatchObject({ timeoutInMillis: 90_000 });
  });

  it("has a function URL in the same mode", () => {
    // Act
    const modes = ["plain", "streamed"].map(
      (stack) => synthesized.stack(stack).one("aws_lambda_function_url").values.invoke_mode,
    );

    // Assess
    expect(modes).toEqual([undefined, "RESPONSE_STREAM"]);
  });

  it("has the permission of a buffered route, because Lambda requires the same action for streams", () => {
    // Act
    const actions = ["plain", "streamed"].map(
      (stack) => synthesized.stack(stack).one("aws_lambda_permission").values.action,
    );

    // Assess
    expect(actions).toEqual(["lambda:InvokeFunction", "lambda:InvokeFunction"]);
  });
});

describe("a buffered route", () => {
  it("does not change when the environment states the defaults", () => {
    // Act
    const [stated, unstated] = ["buffer", "plain"].map((stack) => synthesized.stack(stack).text);

    // Assess
    expect(stated?.replaceAll("buffer", "plain")).toEqual(unstated);
  });

  it("waits for its own time, also without a function", () => {
    // Act
    const integrations = ["/energy-demand", "/house-price"].map((path) => integrationOf("mixed", path));

    // Assess
    expect(integrations).toMatchObject([{ timeoutInMillis: 10_000 }, { timeoutInMillis: 60_000 }]);
    expect(integrations.map((one) => one?.responseTransferMode)).toEqual([undefined, undefined]);
  });
});

describe("API Gateway's answer after a timeout", () => {
  it("names the time of the routes", () => {
    // Act
    const texts = ["plain", "streamed", "mixed"].map(timedOut);

    // Assess
    expect(texts).toEqual([
      expect.stringContaining("the function did not answer within 29 seconds. Try again."),
      expect.stringContaining("the function did not answer within 300 seconds. Try again."),
      expect.stringContaining(
        "the function or the endpoint did not answer within the time of the route, 10 to 120 seconds. Try again.",
      ),
    ]);
  });
});
