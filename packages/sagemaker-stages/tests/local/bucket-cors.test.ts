import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import type { HttpRequest } from "../../src/local/http";
import { answerAsyncObjects, type BucketCorsRule, filesOf } from "../../src/local/s3/async-objects";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";

const folder = makeTempFolder();

afterAll(() => removeFolder(folder));

const BUCKET = {
  bucketName: "dev-async",
  environment: "dev",
  region: "us-east-1",
  accountId: "111122223333",
  expirations: [],
  roles: new Map(),
};

function ruleOf(changes: Partial<BucketCorsRule>): BucketCorsRule {
  return {
    allowedOrigins: ["https://app.example.com"],
    allowedMethods: ["GET"],
    allowedHeaders: [],
    maxAgeInSeconds: undefined,
    ...changes,
  };
}

/** The answer to a request of a page. */
function answer(
  rules: readonly BucketCorsRule[],
  method: string,
  headers: Readonly<Record<string, string>>,
): { readonly status: number; readonly headers: Readonly<Record<string, unknown>> } {
  const path = "/_s3/dev-async/dev-churn/results/1.out";
  const request: HttpRequest = {
    method,
    path,
    target: path,
    query: "",
    headers: Object.entries(headers),
    body: Buffer.alloc(0),
    sourceIp: "127.0.0.1",
  };
  const response = answerAsyncObjects(
    request,
    { ...BUCKET, cors: rules },
    filesOf(BUCKET, join(folder, "async")),
    () => undefined,
  );
  return { status: response.status, headers: response.headers as Readonly<Record<string, unknown>> };
}

describe("the local S3 with a CORS rule", () => {
  it.each([
    {
      origin: "https://app.example.com",
      named: "https://app.example.com",
      allowed: "https://app.example.com",
    },
    { origin: "null", named: "https://app.example.com", allowed: undefined },
    { origin: "null", named: "*", allowed: "*" },
    { origin: "https://a.example.com", named: "https://*.example.com", allowed: "https://a.example.com" },
    { origin: "https://a.example.org", named: "https://*.example.com", allowed: undefined },
    { origin: "https://.example.com", named: "https://a*.example.com", allowed: undefined },
  ])("permits to $origin what a rule for $named permits: $allowed", ({ origin, named, allowed }) => {
    // Act
    const { headers } = answer([ruleOf({ allowedOrigins: [named] })], "GET", { Origin: origin });

    // Assess
    expect(headers["Access-Control-Allow-Origin"]).toBe(allowed);
  });

  it.each([
    { what: "a header that the rule names", names: "Content-Type", status: 200 },
    { what: "headers that the rule names by their beginning", names: "x-amz-a, x-amz-b", status: 200 },
    { what: "another header", names: "content-type,authorization", status: 403 },
  ])("answers $status to a preflight for $what", ({ names, status }) => {
    // Prepare
    const rules = [ruleOf({ allowedHeaders: ["content-type", "x-amz-*"] })];

    // Act
    const { status: got } = answer(rules, "OPTIONS", {
      Origin: "https://app.example.com",
      "Access-Control-Request-Method": "GET",
      "Access-Control-Request-Headers": names,
    });

    // Assess
    expect(got).toBe(status);
  });

  it("uses the first rule that permits the method, and names the headers that a page may read", () => {
    // Prepare
    const rules = [ruleOf({ allowedMethods: ["PUT"] }), ruleOf({ exposedHeaders: ["ETag"] })];

    // Act
    const { headers } = answer(rules, "GET", { Origin: "https://app.example.com" });

    // Assess
    expect(headers).toMatchObject({
      "Access-Control-Allow-Methods": "GET",
      "Access-Control-Expose-Headers": "ETag",
    });
  });
});
