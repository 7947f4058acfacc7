import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { findApiKey } from "../../src/smoke/credentials";
import { DEV } from "../local/support/environments";

const OUTPUTS = {
  stageUrl: "https://abcdefghij.execute-api.us-east-1.amazonaws.com/dev",
  functionUrls: new Map<string, string>(),
  apiKeyId: "key1234567",
};

const VARIABLES = ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SMOKE_API_KEY"];

describe("the API key of a smoke test", () => {
  const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
  const requestedPaths: (string | undefined)[] = [];
  let status = 200;
  const apiGateway = http.createServer((request, response) => {
    requestedPaths.push(request.url);
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(status === 200 ? { value: "of-the-stage" } : { message: "not authorized" }));
  });

  beforeEach(async () => {
    await new Promise<void>((resolve) => apiGateway.listen(0, "127.0.0.1", resolve));
    const { port } = apiGateway.address() as AddressInfo;
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
    process.env.AWS_ACCESS_KEY_ID = "test";
    process.env.AWS_SECRET_ACCESS_KEY = "test";
    delete process.env.SMOKE_API_KEY;
    requestedPaths.length = 0;
    status = 200;
  });

  afterEach(async () => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    apiGateway.closeAllConnections();
    await new Promise((resolve) => apiGateway.close(resolve));
  });

  it("the key is read from API Gateway by the id in the stack's outputs", async () => {
    // Act
    const key = await findApiKey(DEV, OUTPUTS);

    // Assess
    expect(key).toBe("of-the-stage");
    expect(requestedPaths).toEqual(["/apikeys/key1234567?includeValue=true"]);
  });

  it("the key is SMOKE_API_KEY when the variable is set", async () => {
    // Prepare
    process.env.SMOKE_API_KEY = "given";

    // Act
    const key = await findApiKey(DEV, OUTPUTS);

    // Assess
    expect(key).toBe("given");
    expect(requestedPaths).toEqual([]);
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
    status = 403;

    // Act
    const finding = findApiKey(DEV, OUTPUTS);

    // Assess
    await expect(finding).rejects.toThrow(
      /^The API key cannot be read: .*not authorized.* Or set SMOKE_API_KEY\.$/s,
    );
  });
});
