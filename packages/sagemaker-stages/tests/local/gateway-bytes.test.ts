import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { StandIn } from "../support/containers/stand-in";
import { problemOf, type Response, send } from "./support/client";
import { DEV } from "./support/environments";
import { ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";

const START_TIMEOUT_IN_MS = 90_000;
const MEGABYTE = 1024 * 1024;

/** A contract for pictures, which changes neither the bytes nor the answer. */
const PICTURES = `
import { type About, type Bytes, type Contract, parseJson } from "sagemaker-stages/model";
import * as z from "zod/mini";

export const contract = {
  model: "pictures",
  route: { method: "POST", path: "/pictures" },
  schema: z.strictObject({ contentType: z.string(), base64: z.string() }),
  limits: { rows: 1, payloadInBytes: 4 * 1024 * 1024 },
  bytes: { takes: ["image/jpeg", "image/png"], read: (bytes) => bytes },
  passThrough: { accept: "application/json" },
  encode: ({ contentType, base64 }) => ({
    contentType, accept: "application/json", body: Buffer.from(base64, "base64"), rows: 1,
  }),
  decode: (body) => parseJson(body),
} satisfies Contract<Bytes, unknown>;

export const about: About<Bytes, unknown> = {
  title: "Pictures",
  description: "Says what a picture shows.",
  allowed: "a picture as image/jpeg or image/png",
  example: { request: { contentType: "image/png", base64: "iVBORw0KGgo=" }, answer: { sha256: "" } },
};
`;

/** Answers with a description of the received body. Refuses text and JSON. */
const container = new StandIn(({ contentType, body }) => {
  if (contentType === "image/x-answers-bytes") return { status: 200, contentType: "image/png", body };
  if (contentType === "image/x-answers-latin-1") return { status: 200, contentType: "text/plain", body };
  return /^text|json$/.test(contentType)
    ? { status: 415, contentType: "text/plain", body: `${contentType} is not supported` }
    : {
        status: 200,
        contentType: "application/json",
        body: JSON.stringify({ sha256: sha256(body), bytes: body.length, contentType }),
      };
});

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  await container.listen();
  project = new ProjectCopy();
  project.write("functions/pictures/contract.ts", PICTURES);
  project.edit("functions/index.ts", (text) =>
    text
      .replace("import *", 'import * as pictures from "./pictures/contract";\nimport *')
      .replace("defineModels({", "defineModels({\n  pictures,"),
  );
  project.setEnvironments({
    ...DEV,
    models: { pictures: { existingEndpoint: "pictures", via: "gateway", access: "PUBLIC" } },
  });
  stage = await RunningStage.serve(project, ["dev", "--container", `pictures=${container.url}`]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
  await container.close();
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function post(body: Buffer, contentType: string, accept = "*/*"): Promise<Response> {
  const headers = { "Content-Type": contentType, Accept: accept };
  return send(stage.url, { path: "/dev/pictures", headers, body });
}

describe("a route for files via API Gateway", () => {
  it.each([
    ["one byte", Buffer.from([0xff])],
    ["every byte value", Buffer.from(Array.from({ length: 256 }, (_, value) => value))],
    ["4 MB, which a serverless endpoint takes", Buffer.alloc(4 * MEGABYTE, 0xd8)],
  ])("sends %s unchanged, with the caller's media type", async (_, body) => {
    // Act
    const response = await post(body, "image/jpeg");

    // Assess
    expect(response.status).toBe(200);
    expect(response.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(response.body)).toEqual({
      sha256: sha256(body),
      bytes: body.length,
      contentType: "image/jpeg",
    });
    expect(container.invocations.at(-1)).toMatchObject({ accept: "application/json" });
  });

  it.each([
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "multipart/form-data; boundary=x",
    "image/jpg",
    "image/heic",
  ])("sends bytes unchanged with the type %s, which the contract does not name", async (contentType) => {
    // Prepare
    const body = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);

    // Act
    const response = await post(body, contentType);

    // Assess
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toEqual({ sha256: sha256(body), bytes: 4, contentType });
  });

  it("sends UTF-8 text instead of the bytes with a media type for text", async () => {
    // Act
    await post(Buffer.from([0xff]), "text/csv");

    // Assess
    expect(String(container.invocations.at(-1)?.body)).toBe("\ufffd");
  });

  it.each(["image/jpeg", "application/octet-stream"])(
    "answers JSON unchanged when the caller accepts %s, a binary media type of the API",
    async (accept) => {
      // Act
      const response = await post(Buffer.from([0xff]), "image/jpeg", accept);

      // Assess
      expect(response.status).toBe(200);
      expect(JSON.parse(response.body)).toMatchObject({ bytes: 1 });
    },
  );

  it.each([
    ["a binary media type of the API", "in base64", "image/x-answers-bytes", "/9g="],
    ["another media type", "as UTF-8 text", "image/x-answers-latin-1", "\ufffd\ufffd"],
  ])("answers bytes of %s %s", async (_, __, contentType, expected) => {
    // Act
    const response = await post(Buffer.from([0xff, 0xd8]), contentType, "image/png");

    // Assess
    expect(response).toMatchObject({ status: 200, body: expected });
  });

  it.each(["application/json", "text/plain"])(
    "lets the container refuse a body of the type %s, and answers 502",
    async (type) => {
      // Act
      const response = await post(Buffer.from('{"contentType":"image/png","base64":"iVBORw0KGgo="}'), type);

      // Assess
      expect(container.invocations.at(-1)?.contentType).toBe(type);
      expect(response.status).toBe(502);
      expect(problemOf(response).detail).not.toContain("supported");
    },
  );

  it("answers 413 above API Gateway's 10 MB", async () => {
    // Act
    const response = await post(Buffer.alloc(10 * MEGABYTE + 1), "image/jpeg");

    // Assess
    expect(response).toMatchObject({ status: 413, body: "HTTP content length exceeded 10485760 bytes." });
  });
});
