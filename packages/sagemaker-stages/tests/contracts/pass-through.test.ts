import { afterEach, describe, expect, it } from "@jest/globals";
import { checkModels } from "../../src/app/catalog-checks";
import { EXAMPLE_FILES } from "../../src/contracts/example-files";
import { type PassThroughOptions, passThrough } from "../../src/contracts/pass-through";
import { defineModels } from "../../src/models";
import { restHttpEvent } from "../../src/testing/events";
import { answering, answeringText, type StandInContainer } from "./support/containers";
import { DeployedModel } from "./support/deployed-model";

let deployed: DeployedModel | undefined;

afterEach(async () => {
  await deployed?.close();
  deployed = undefined;
});

async function deploy(options: PassThroughOptions, container: StandInContainer): Promise<DeployedModel> {
  deployed = await DeployedModel.of(passThrough(options), container);
  return deployed;
}

const echo: StandInContainer = ({ body }) => ({ headers: { "content-type": "application/json" }, body });
const RAW: PassThroughOptions = {
  takes: "application/json",
  example: { request: { x: 1 }, answer: { x: 1 } },
};

describe("passThrough", () => {
  it.each([{ a: [1, null, true, "ü"] }, [], "text", 0, null])(
    "passes %j to the model and back",
    async (request) => {
      // Prepare
      const model = await deploy(RAW, echo);

      // Act
      const received = await model.post(request);

      // Assess
      expect(received).toEqual({ status: 200, contentType: "application/json", body: request });
      expect(model.endpoint.onlyRequest.headers["content-type"]).toBe("application/json");
    },
  );

  it("keeps the notation of numbers, in both directions", async () => {
    // Prepare
    const model = await deploy(RAW, echo);
    const body = '{"x": 1.0, "id": 12345678901234567890}';

    // Act
    const answer = await model.invoke(restHttpEvent(model.model.route, { body }));

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body });
    expect(model.endpoint.onlyRequest.body).toBe(body);
  });

  it("uses a file of the first media type as the example when the example has no request", () => {
    // Act
    const { images } = defineModels({
      images: passThrough({ takes: ["image/png", "image/jpeg"], example: { answer: { faces: 2 } } }),
    });

    // Assess
    expect(images.example).toEqual({
      request: { contentType: "image/png", base64: EXAMPLE_FILES["image/png"] },
      answer: { faces: 2 },
    });
    expect(checkModels({ images })).toEqual([]);
  });

  it.each([
    ["application/json", "application/json"],
    ["a media type without an example file", ["application/pdf"]],
  ])("refuses an example without a request when it takes %s", (_, takes) => {
    // Prepare
    const options = { takes, example: { answer: 1 } } as unknown as PassThroughOptions;

    // Act
    const act = () => defineModels({ images: passThrough(options) });

    // Assess
    expect(act).toThrow("images: example: got an object; allowed: an object with request and answer");
  });

  it("passes bytes to the model and back, unchanged", async () => {
    // Prepare
    const options: PassThroughOptions = {
      takes: ["application/x-npy"],
      answers: ["application/x-npy"],
      example: {
        request: { contentType: "application/x-npy", base64: "AAH/" },
        answer: { contentType: "application/x-npy", base64: "AAH/" },
      },
    };
    const model = await deploy(options, () => ({
      headers: { "content-type": "application/x-npy" },
      body: Buffer.from([0, 1, 255]),
    }));

    // Act
    const answer = await model.invoke(
      restHttpEvent(model.model.route, {
        body: "AAH/",
        isBase64Encoded: true,
        contentType: "application/x-npy",
        headers: { Accept: "application/x-npy" },
      }),
    );

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: "AAH/", isBase64Encoded: true });
    expect(model.endpoint.onlyRequest.headers).toMatchObject({
      "content-type": "application/x-npy",
      "content-length": "3",
    });
  });

  it("validates the request with a JSON Schema, and reports the fault", async () => {
    // Prepare
    const schema = {
      type: "object",
      properties: {
        x: { type: "number", minimum: 0 },
        tags: { type: "array", items: { type: "string" }, maxItems: 2 },
      },
      required: ["x"],
      additionalProperties: false,
    } as const;
    const model = await deploy({ ...RAW, schema }, echo);

    // Act
    const [good, faults] = [await model.post({ x: 1 }), await model.problemOf({ x: -1, tags: ["a", 2] })];

    // Assess
    expect(good.body).toEqual({ x: 1 });
    expect(faults).toBe(
      "400 x: got the number -1; allowed: at least 0; tags[1]: got the number 2; allowed: a string",
    );
    expect(model.endpoint.requests).toHaveLength(1);
  });

  it("refuses a body above the limit", async () => {
    // Prepare
    const model = await deploy({ ...RAW, maxBytes: 20 }, answering({}));

    // Act
    const [least, detail] = [
      await model.post({ x: "0123456789ab" }),
      await model.problemOf({ x: "0123456789abc" }),
    ];

    // Assess
    expect(least.status).toBe(200);
    expect(detail).toBe("413 body: got 21 bytes; allowed: at most 20");
  });

  it("answers 502 when the model's answer is not JSON", async () => {
    // Prepare
    const model = await deploy(RAW, answeringText("<html>", "application/json"));

    // Act
    const received = await model.post({ x: 1 });

    // Assess
    expect(received.status).toBe(502);
  });

  it("sets passThrough, so that a stage can serve the model without a function", async () => {
    // Act
    const model = await deploy(RAW, echo);

    // Assess
    expect(model.model.passThrough).toEqual({ contentType: "application/json", accept: "application/json" });
  });
});
