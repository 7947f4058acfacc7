import { describe, expect, it } from "@jest/globals";
import { checkDefinitionSize } from "../../src/constructs/api/definition-size";
import { InvalidEnvironments } from "../../src/environment/checks";

describe("an API's document", () => {
  it("may have a size of 6 MB, the limit of API Gateway", () => {
    // Act
    const act = (): void => checkDefinitionSize("x".repeat(6_000_000), 100, "prod");

    // Assess
    expect(act).not.toThrow();
  });

  it("may not have one byte more than the limit, even if it has fewer characters", () => {
    // Act
    const act = (): void => checkDefinitionSize(`${"é".repeat(3_000_000)}x`, 100, "prod");

    // Assess
    expect(act).toThrow(
      new InvalidEnvironments([
        {
          environment: "prod",
          field: "models",
          got: "an OpenAPI document of 6000001 bytes for 100 models",
          allowed: "at most 6000000 bytes: fewer models, or shorter schemas, examples and descriptions",
          because: "https://docs.aws.amazon.com/apigateway/latest/api/API_PutRestApi.html",
        },
      ]),
    );
  });
});
