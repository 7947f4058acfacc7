import { describe, expect, it } from "@jest/globals";
import * as z from "zod/mini";
import { checkModels } from "../../src/app/catalog-checks";
import type { EndpointRequest, PassThrough } from "../../src/model";
import type { ContractModel, Model } from "../../src/models";

/** A model without faults. */
function iris(changes: Partial<Model> = {}): Model {
  return {
    model: "iris",
    route: { method: "POST", path: "/iris" },
    schema: z.strictObject({ petal: z.string() }),
    limits: { rows: 1, payloadInBytes: 1_000 },
    encode: () => ({ contentType: "text/csv", accept: "text/csv", body: "1.4", rows: 1 }),
    decode: (body) => body,
    title: "Iris",
    description: "Names the species of an iris.",
    allowed: '{"petal": "<cm>"}',
    example: { request: { petal: "1.4" }, answer: "setosa" },
    ...changes,
  };
}

const read = () => ({ petal: "1" });
const PASS = { accept: "text/csv" } as const;

/** Members of a model whose `encode` has the effect of `passThrough`. */
function passing(passThrough: PassThrough): Partial<ContractModel> {
  const { contentType = "application/json", accept } = passThrough;
  return {
    passThrough,
    encode: (request) => ({ contentType, accept, body: JSON.stringify(request), rows: 1 }),
  };
}

describe("a contract's media types and headers", () => {
  it("have no fault when each media type and header is allowed", () => {
    // Act
    const faults = checkModels({
      iris: iris({
        bytes: {
          takes: [
            "image/jpeg",
            "image/svg+xml",
            "application/x-npy",
            "application/vnd.a_b.c-d",
            "application/vnd.sagemaker-triton.binary+json",
          ],
          read,
        },
        answerTypes: ["image/png", "text/csv"],
        callerHeaders: ["x-correlation-id", "traceparent", "user-agent"],
        answerHeaders: ["x-model-version", "cache-control", "etag"],
      }),
    });

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[field: string, changes: Partial<Model>]>([
    ["bytes.takes", { bytes: { takes: [], read } }],
    ["bytes.takes[0]", { bytes: { takes: ["image"], read } }],
    ["bytes.takes[0]", { bytes: { takes: ["image/*"], read } }],
    ["bytes.takes[0]", { bytes: { takes: ["*/*"], read } }],
    ["bytes.takes[0]", { bytes: { takes: ["Image/JPEG"], read } }],
    ["bytes.takes[0]", { bytes: { takes: ["image/jpeg; q=1"], read } }],
    ["bytes.takes[0]", { bytes: { takes: ["image/jpeg, image/png"], read } }],
    ["bytes.takes[1]", { bytes: { takes: ["image/jpeg", "image/jpeg"], read } }],
    ["bytes.takes[0]", { bytes: { takes: ["application/json"], read } }],
    ["bytes.takes[0]", { bytes: { takes: ["application/geo+json"], read } }],
    ["bytes.takes[0]", { bytes: { takes: ["text/plain"], read } }],
    ["bytes.takes[0]", { bytes: { takes: ["multipart/form-data"], read } }],
    ["bytes.takes[0]", { bytes: { takes: ["application/x-www-form-urlencoded"], read } }],
    ["bytes", { bytes: { takes: ["image/png"], read }, route: { method: "GET", path: "/iris" } }],
    ["passThrough", { passThrough: PASS, route: { method: "GET", path: "/iris" } }],
    ["answerTypes", { answerTypes: [] }],
    ["answerTypes[0]", { answerTypes: ["application/json"] }],
    ["answerTypes[0]", { answerTypes: ["image/*"] }],
    ["passThrough.accept", passing({ accept: "*/*" })],
    ["passThrough.contentType", passing({ ...PASS, contentType: "csv" })],
    ["text", { ...passing(PASS), text: { read, write: String } }],
    ["callerHeaders", { ...passing(PASS), callerHeaders: ["x-tag"] }],
    ["answerHeaders", { ...passing(PASS), answerHeaders: ["x-tag"] }],
    ...[
      "authorization",
      "proxy-authorization",
      "cookie",
      "x-api-key",
      "x-amz-security-token",
      "x-amzn-trace-id",
      "host",
      "accept",
      "content-type",
      "content-length",
      "connection",
      "transfer-encoding",
      "sec-fetch-site",
    ].map((name): [string, Partial<Model>] => ["callerHeaders[0]", { callerHeaders: [name] }]),
    ["callerHeaders[0]", { callerHeaders: ["X-Tag"] }],
    ["callerHeaders[0]", { callerHeaders: ["x tag"] }],
    ["callerHeaders[0]", { callerHeaders: [""] }],
    ["callerHeaders[1]", { callerHeaders: ["x-tag", "x-tag"] }],
    ...[
      "set-cookie",
      "access-control-allow-origin",
      "content-type",
      "content-disposition",
      "transfer-encoding",
      "x-amzn-requestid",
      "x-amz-id",
      "connection",
      "date",
      "server",
      "www-authenticate",
      "retry-after",
    ].map((name): [string, Partial<Model>] => ["answerHeaders[0]", { answerHeaders: [name] }]),
    ["answerHeaders[0]", { answerHeaders: ["x-tag\r\nset-cookie"] }],
  ])("have one fault, in %s, for %j", (field, changes) => {
    // Act
    const faults = checkModels({ iris: iris(changes) });

    // Assess
    expect(faults.map((fault) => `${fault.environment}: ${fault.field}`)).toEqual([
      `functions/iris/contract.ts: ${field}`,
    ]);
  });

  it("are reported with all faults at once", () => {
    // Act
    const faults = checkModels({
      iris: iris({
        bytes: { takes: ["image/*"], read },
        answerTypes: ["image"],
        callerHeaders: ["cookie"],
        answerHeaders: ["set-cookie"],
      }),
    });

    // Assess
    expect(faults.map(({ field }) => field)).toEqual([
      "bytes.takes[0]",
      "answerTypes[0]",
      "callerHeaders[0]",
      "answerHeaders[0]",
    ]);
  });
});

describe("encode together with passThrough", () => {
  const NPY = { contentType: "application/x-npy", base64: "AAH/" };
  const csv = passing(PASS);
  const encoded: EndpointRequest = {
    contentType: "application/json",
    accept: "text/csv",
    body: '{ "petal": "1.4" }',
    rows: 1,
  };
  const ofBytes: Partial<ContractModel> = {
    schema: z.strictObject({ contentType: z.string(), base64: z.string() }),
    bytes: { takes: ["application/x-npy"], read: (bytes) => bytes },
    passThrough: PASS,
    example: { request: NPY, answer: 1 },
  };
  const encodedBytes: EndpointRequest = {
    contentType: "application/x-npy",
    accept: "text/csv",
    body: Uint8Array.of(0, 1, 255),
    rows: 1,
  };

  it.each<[what: string, changes: Partial<ContractModel>]>([
    ["JSON of another spelling", { ...csv, encode: () => encoded }],
    ["JSON as bytes", { ...csv, encode: () => ({ ...encoded, body: Buffer.from('{"petal":"1.4"}') }) }],
    ["bytes", { ...ofBytes, encode: () => encodedBytes }],
    [
      "bytes whose request has another form",
      {
        bytes: { takes: ["text/csv"], read: ({ base64 }) => ({ petal: atob(base64) }) },
        passThrough: PASS,
        encode: (request) => ({ ...encoded, contentType: "text/csv", body: Object(request).petal }),
      },
    ],
  ])("has no fault when encode returns the body that passes through: %s", (_, changes) => {
    // Act
    const faults = checkModels({ iris: iris(changes) });

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[field: string, changes: Partial<ContractModel>]>([
    ["headers", { ...csv, encode: () => ({ ...encoded, headers: { targetModel: "eu/iris" } }) }],
    ["contentType", { ...csv, encode: () => ({ ...encoded, contentType: "text/csv" }) }],
    ["accept", { ...csv, encode: () => ({ ...encoded, accept: "application/json" }) }],
    ["body", { ...csv, encode: () => ({ ...encoded, body: '{"instances":["1.4"]}' }) }],
    ["body", { ...csv, encode: () => ({ ...encoded, body: "1.4" }) }],
  ])("has a fault when JSON passes through without its %s", (field, changes) => {
    // Act
    const faults = checkModels({ iris: iris(changes) });

    // Assess
    expect(faults.map((fault) => fault.field)).toEqual([`encode(example.request).${field}`]);
  });

  it.each<[field: string, encode: ContractModel["encode"]]>([
    ["headers", () => ({ ...encodedBytes, headers: { sessionId: "NEW_SESSION" } })],
    ["contentType", () => ({ ...encodedBytes, contentType: "application/octet-stream" })],
    ["accept", () => ({ ...encodedBytes, accept: "application/json" })],
    ["body", () => ({ ...encodedBytes, body: "AAH/" })],
  ])("has a fault when bytes pass through without its %s", (field, encode) => {
    // Act
    const faults = checkModels({ iris: iris({ ...ofBytes, encode }) });

    // Assess
    expect(faults.map((fault) => fault.field)).toEqual([`encode(bytes.read(example.request)).${field}`]);
  });
});
