import { afterEach, describe, expect, it } from "@jest/globals";
import { bytes } from "../../src/contracts/bytes";
import { EXAMPLE_FILES } from "../../src/contracts/example-files";
import { typesWithFirstBytes } from "../../src/contracts/media-types";
import type { ModelDefinition } from "../../src/models";
import { restHttpEvent } from "../../src/testing/events";
import { answering, answeringText, type StandInContainer } from "./support/containers";
import { DeployedModel } from "./support/deployed-model";

let deployed: DeployedModel | undefined;

afterEach(async () => {
  await deployed?.close();
  deployed = undefined;
});

async function deploy(definition: ModelDefinition, container: StandInContainer): Promise<DeployedModel> {
  deployed = await DeployedModel.of(definition, container);
  return deployed;
}

const FACES = bytes({
  takes: ["image/jpeg", "image/png"],
  maxBytes: 1_000,
  answerSchema: { type: "object", properties: { faces: { type: "integer" } }, required: ["faces"] },
  example: { answer: { faces: 2 } },
});

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, value) => value));

describe("bytes", () => {
  it("sends every value of a byte with the media type of the caller", async () => {
    // Prepare
    const model = await deploy(FACES, answering({ faces: 3 }));

    // Act
    const answer = await model.invoke({ contentType: "image/png", base64: EVERY_BYTE.toString("base64") });

    // Assess
    const { headers } = model.endpoint.onlyRequest;
    expect(answer).toEqual({ faces: 3 });
    expect(headers).toMatchObject({ "content-type": "image/png", "content-length": "256" });
  });

  it.each<[string, unknown, string]>([
    [
      "another media type",
      { contentType: "image/gif", base64: "AAAA" },
      'contentType: got "image/gif"; allowed: "image/jpeg" or "image/png"',
    ],
    [
      "a value that is not base64",
      { contentType: "image/png", base64: "A*AA" },
      'base64: got "A*AA"; allowed: base64 with padding, of at least one byte',
    ],
    [
      "base64 without padding",
      { contentType: "image/png", base64: "AAA" },
      'base64: got "AAA"; allowed: base64 with padding, of at least one byte',
    ],
    [
      "zero bytes",
      { contentType: "image/png", base64: "" },
      'base64: got ""; allowed: base64 with padding, of at least one byte',
    ],
    [
      "more bytes than the limit",
      { contentType: "image/png", base64: Buffer.alloc(1_001).toString("base64") },
      "body: got 1001 bytes; allowed: at most 1000",
    ],
  ])("refuses %s and names the fault", async (_, request, detail) => {
    // Prepare
    const model = await deploy(FACES, answering({ faces: 1 }));

    // Act
    const answer = await model.invoke(request);

    // Assess
    expect(answer).toMatchObject({ detail });
    expect(model.endpoint.requests).toEqual([]);
  });

  it.each<[string, StandInContainer]>([
    ["a text that is not JSON", answeringText("3 faces")],
    ["JSON that answerSchema refuses", answering({ faces: "three" })],
  ])("answers 502 when the container answers %s", async (_, container) => {
    // Prepare
    const model = await deploy(FACES, container);

    // Act
    const answer = await model.invoke({ contentType: "image/png", base64: "AAAA" });

    // Assess
    expect(answer).toMatchObject({ status: 502 });
  });

  it("accepts the bytes as the body of a request, and returns bytes unchanged", async () => {
    // Prepare
    const definition = bytes({
      takes: ["image/png"],
      answer: ["image/png", "application/x-npy"],
      example: { answer: { contentType: "image/png", base64: "AAAA" } },
    });
    const model = await deploy(definition, ({ headers }) => ({
      headers: { "content-type": headers.accept ?? "" },
      body: EVERY_BYTE,
    }));
    const event = restHttpEvent(model.model.route, {
      body: EVERY_BYTE.toString("base64"),
      isBase64Encoded: true,
      contentType: "image/png",
      headers: { Accept: "application/x-npy" },
    });

    // Act
    const [overHttp, directly] = [
      await model.invoke(event),
      await model.invoke({ contentType: "image/png", base64: EVERY_BYTE.toString("base64") }),
    ];

    // Assess
    const base64 = EVERY_BYTE.toString("base64");
    expect(overHttp).toMatchObject({
      statusCode: 200,
      headers: { "Content-Type": "application/x-npy" },
      body: base64,
      isBase64Encoded: true,
    });
    expect(directly).toEqual({ contentType: "image/png", base64 });
    expect(model.endpoint.requests.map(({ headers }) => headers["content-length"])).toEqual(["256", "256"]);
  });

  it("answers 502 when the contract does not list the type of the container's answer", async () => {
    // Prepare
    const definition = bytes({
      takes: ["image/png"],
      answer: ["image/png"],
      example: { answer: { contentType: "image/png", base64: "AAAA" } },
    });
    const model = await deploy(definition, answeringText("GIF89a", "image/gif"));

    // Act
    const answer = await model.invoke({ contentType: "image/png", base64: "AAAA" });

    // Assess
    expect(answer).toMatchObject({ status: 502 });
  });

  it("has example files that begin like files of their media type", () => {
    // Act
    const begins = Object.fromEntries(
      Object.entries(EXAMPLE_FILES).map(([type, file]) => [
        type,
        Buffer.from(file, "base64").toString("latin1", 0, 4),
      ]),
    );

    // Assess
    expect(begins).toEqual({
      "image/jpeg": "\xff\xd8\xff\xe0",
      "image/png": "\x89PNG",
      "audio/wav": "RIFF",
      "audio/wave": "RIFF",
      "application/x-npy": "\x93NUM",
      "text/csv": "1,2,",
    });
  });
});

describe("bytes with checkFirstBytes", () => {
  const CHECKED = bytes({
    takes: ["image/jpeg", "image/png", "application/pdf"],
    checkFirstBytes: true,
    example: {
      request: { contentType: "image/jpeg", base64: EXAMPLE_FILES["image/jpeg"] },
      answer: 1,
    },
  });
  const FILES: Readonly<Record<string, string>> = {
    ...EXAMPLE_FILES,
    "image/gif": Buffer.from("GIF89a…").toString("base64"),
    "image/webp": Buffer.from("RIFF….WEBP").toString("base64"),
  };

  it("refuses a PNG that a caller sends as a JPEG, before the model receives the file", async () => {
    // Prepare
    const model = await deploy(CHECKED, answering(1));
    const body = EXAMPLE_FILES["image/png"];

    // Act
    const answer = await model.invoke(
      restHttpEvent(model.model.route, { body, isBase64Encoded: true, contentType: "image/jpeg" }),
    );

    // Assess
    expect(answer).toMatchObject({ statusCode: 400 });
    expect(JSON.parse((answer as { readonly body: string }).body)).toMatchObject({
      detail: "request: got a file that does not begin like a file of its type; allowed: image/jpeg",
    });
    expect(model.endpoint.requests).toEqual([]);
  });

  it("accepts a file that begins like a file of its type, and every file of a type whose first bytes are not known", async () => {
    // Prepare
    const model = await deploy(CHECKED, answering(1));

    // Act
    const answers = [
      await model.invoke({ contentType: "image/png", base64: EXAMPLE_FILES["image/png"] }),
      await model.invoke({ contentType: "application/pdf", base64: "AAAA" }),
    ];

    // Assess
    expect(answers).toEqual([1, 1]);
  });

  it.each(typesWithFirstBytes())("knows the first bytes of %s", async (type) => {
    // Prepare
    const { schema } = bytes({
      takes: [type],
      checkFirstBytes: true,
      example: { request: { contentType: type, base64: FILES[type] ?? "" }, answer: 1 },
    }).as("files").contract;

    // Act
    const [file, other] = [FILES[type], "AAAA"].map((base64) =>
      schema.safeParse({ contentType: type, base64 }),
    );

    // Assess
    expect([file?.success, other?.success]).toEqual([true, false]);
  });

  it.each([
    ["image/webp", "RIFF....WAVE"],
    ["audio/wav", "RIFF....WEBP"],
    ["audio/wave", "RIFF....AVI "],
    ["audio/wav", "RIFF"],
  ])("refuses another file in the container format of %s: %s", (type, file) => {
    // Prepare
    const { schema } = bytes({
      takes: [type],
      checkFirstBytes: true,
      example: { request: { contentType: type, base64: FILES[type] ?? "" }, answer: 1 },
    }).as("files").contract;

    // Act
    const { success } = schema.safeParse({ contentType: type, base64: Buffer.from(file).toString("base64") });

    // Assess
    expect(success).toBe(false);
  });

  it.each(["", "no base64"])("names one fault of base64: %p", (base64) => {
    // Act
    const { error } = CHECKED.as("files").contract.schema.safeParse({ contentType: "image/png", base64 });

    // Assess
    expect(error?.issues).toHaveLength(1);
  });

  it.each([
    ["its first bytes are those of another type", { contentType: "image/jpeg", base64: "AAAA" }],
    ["it has no bytes", { contentType: "image/jpeg", base64: "" }],
    ["its type is not taken", { contentType: "image/png", base64: EXAMPLE_FILES["image/png"] }],
  ])("refuses the example's request when %s", (_, request) => {
    // Act
    const faults = bytes({
      takes: ["image/jpeg"],
      checkFirstBytes: true,
      example: { request, answer: 1 },
    }).describeFaults("files");

    // Assess
    expect(faults).toEqual([
      expect.stringMatching(
        /^files: example\.request: got .*; allowed: .*image\/jpeg.* begins like a file of its type/,
      ),
    ]);
  });

  it("is refused for media types whose first bytes are not known", () => {
    // Act
    const faults = bytes({
      takes: ["application/pdf"],
      checkFirstBytes: true,
      example: { request: { contentType: "application/pdf", base64: "AAAA" }, answer: 1 },
    }).describeFaults("files");

    // Assess
    expect(faults).toEqual([
      expect.stringContaining("files: checkFirstBytes: got the boolean true; allowed: true or false"),
    ]);
  });
});
