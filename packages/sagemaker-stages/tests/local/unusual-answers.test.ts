import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { LocalStage } from "../../src/local/stage";
import { type Response, send } from "./support/client";
import { publicStage, ROUTE_ARN, withAwsAnswers } from "./support/inference-api";
import { Lambda } from "./support/lambda";

let lambda: Lambda;
let stage: LocalStage;

beforeAll(async () => {
  lambda = new Lambda();
  stage = new LocalStage({ port: 0, containers: new Map(), log: () => {} });
  await stage.listen();
});

afterAll(async () => {
  await stage.close();
  await lambda.close();
});

/** Serves one function that answers what `expression` comes to, and asks it. */
async function askFor(expression: string): Promise<Response> {
  const code = `exports.handler = async () => (${expression});`;
  const definition = lambda.define(code, { invocableFor: [ROUTE_ARN] });
  await stage.serve([
    {
      name: "dev",
      region: "us-east-1",
      accountId: "123456789012",
      functions: [definition],
      existingFunctions: [],
      endpoints: [],
      stages: [withAwsAnswers(publicStage(definition))],
      functionUrls: [],
      notDone: [],
    },
  ]);
  return await send(stage.url, { path: "/dev/loan-default", body: '{"data":"1"}' });
}

describe("a function's answer", () => {
  it.each([
    ["a line break in a header", '"X-Note": "a\\nb"'],
    ["a header's name that HTTP does not allow", '"X Note": "a"'],
    ["a character that a header cannot hold", '"X-Note": "✓"'],
  ])("that cannot be sent is a 502, and the stage lives on: %s", async (_case, header) => {
    // Act
    const response = await askFor(`{ statusCode: 200, headers: { ${header} }, body: "" }`);

    // Assess
    expect(response.status).toBe(502);
    expect(response.headers["x-amzn-errortype"]).toBe("InternalServerErrorException");
  });

  it("is sent whole where the function counts its bytes itself", async () => {
    // Act
    const response = await askFor('{ headers: { "content-length": "2" }, body: "größer" }');

    // Assess
    expect(response.status).toBe(200);
    expect(response.body).toBe("größer");
  });

  it("cannot claim the request's id, which is API Gateway's to give", async () => {
    // Act
    const response = await askFor('{ headers: { "x-amzn-requestid": "mine" }, body: "" }');

    // Assess
    expect(response.headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers["x-amzn-remapped-x-amzn-requestid"]).toBe("mine");
  });

  it("keeps under another name what is API Gateway's to say, in either map", async () => {
    // Act
    const response = await askFor(`{
      headers: { Connection: "close", Date: "today", "WWW-Authenticate": "Basic", "Transfer-Encoding": "chunked" },
      multiValueHeaders: { Server: ["Express"], "X-Amz-Apigw-Id": ["mine"] },
      body: "whole",
    }`);

    // Assess
    expect(response.status).toBe(200);
    expect(response.body).toBe("whole");
    expect(response.headers).toMatchObject({
      "x-amzn-remapped-connection": "close",
      "x-amzn-remapped-date": "today",
      "x-amzn-remapped-server": "Express",
      "x-amzn-remapped-www-authenticate": "Basic",
    });
    expect(response.headers).not.toHaveProperty("server");
    expect(response.headers).not.toHaveProperty("www-authenticate");
    expect(response.headers).not.toHaveProperty("transfer-encoding");
    expect(Date.parse(response.headers.date ?? "")).not.toBeNaN();
    expect(response.headers["x-amz-apigw-id"]).not.toContain("mine");
  });

  it("is a 502 where its status is no answer yet, which a caller would wait after", async () => {
    // Act
    const response = await askFor("{ statusCode: 103 }");

    // Assess
    expect(response.status).toBe(502);
  });
});
