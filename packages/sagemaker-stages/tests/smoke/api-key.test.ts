import { describe, expect, it } from "@jest/globals";
import { findApiKey } from "../../src/smoke/credentials";
import { DEV } from "../local/support/environments";
import { serveKeys } from "./support/key-server";

const OUTPUTS = {
  stageUrl: "https://abcdefghij.execute-api.us-east-1.amazonaws.com/dev",
  functionUrls: new Map<string, string>(),
  apiKeyId: "key1234567",
};

describe("the API key of a smoke test", () => {
  const apiGateway = serveKeys("SMOKE_API_KEY", () => "of-the-stage");

  it("the key is read from API Gateway by the id in the stack's outputs", async () => {
    // Act
    const key = await findApiKey(DEV, OUTPUTS);

    // Assess
    expect(key).toBe("of-the-stage");
    expect(apiGateway.requestedPaths).toEqual(["/apikeys/key1234567?includeValue=true"]);
  });

  it("the key is SMOKE_API_KEY when the variable is set", async () => {
    // Prepare
    process.env.SMOKE_API_KEY = "given";

    // Act
    const key = await findApiKey(DEV, OUTPUTS);

    // Assess
    expect(key).toBe("given");
    expect(apiGateway.requestedPaths).toEqual([]);
  });

  it("the key is refused without its value when a header cannot contain it", async () => {
    // Prepare
    process.env.SMOKE_API_KEY = "a-secret\n";

    // Act
    const finding = findApiKey(DEV, OUTPUTS);

    // Assess
    await expect(finding).rejects.toThrow(/^SMOKE_API_KEY: got characters that a header cannot contain/);
    await expect(finding).rejects.not.toThrow("a-secret");
  });

  it("the key is required as SMOKE_API_KEY when API Gateway refuses to return the key", async () => {
    // Prepare
    apiGateway.status = 403;

    // Act
    const finding = findApiKey(DEV, OUTPUTS);

    // Assess
    await expect(finding).rejects.toThrow(
      /^The API key cannot be read: .*not authorized.* Or set SMOKE_API_KEY\.$/s,
    );
  });
});
