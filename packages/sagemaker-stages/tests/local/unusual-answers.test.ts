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

/** Serves a function that returns the value of `expression`, and calls its route. */
async function callWith(expression: string): Promise<Response> {
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
      unsupported: [],
    },
  ]);
  return await send(stage.url, { path: "/dev/loan-default", body: '{"data":"1"}' });
}

describe("a function's answer", () => {
  it.each([
    ["a line break in a header", '"X-Note": "a\\nb"'],
    ["a header's name that HTTP does not allow", '"X Note": "a"'],
    ["a character that a header cannot hold", '"X-Note": "✓"'],
  ])("an answer becomes a 502 when it cannot be sent, and the stage continues: %s", async (_case, header) => {
    // Act
    const response = await callWith(`{ statusCode: 200, headers: { ${header} }, body: "" }`);

    // Assess
    expect(response.status).toBe(502);
    expect(response.headers["x-amzn-errortype"]).toBe("InternalServerErrorException");
  });

  it("the answer is sent completely when the function sets a wrong length", async () => {
    // Act
    const response = await callWith('{ headers: { "content-length": "2" }, body: "größer" }');

    // Assess
    expect(response.status).toBe(200);
    expect(response.body).toBe("größer");
  });

  it("the answer cannot override the request's id of API Gateway", async () => {
    // Act
    const response = await callWith('{ headers: { "x-amzn-requestid": "mine" }, body: "" }');

    // Assess
    expect(response.headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers["x-amzn-remapped-x-amzn-requestid"]).toBe("mine");
  });

  it("the answer has remapped names for headers that API Gateway sets, in both maps", async () => {
    // Act
    const response = await callWith(`{
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

  it("an answer becomes a 502 when its status is 1xx, because the caller would wait for another answer", async () => {
    // Act
    const response = await callWith("{ statusCode: 103 }");

    // Assess
    expect(response.status).toBe(502);
  });
});
