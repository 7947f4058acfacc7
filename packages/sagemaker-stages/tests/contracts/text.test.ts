import { afterEach, describe, expect, it } from "@jest/globals";
import { type TextOptions, text } from "../../src/contracts/text";
import { restHttpEvent } from "../../src/testing/events";
import { answering, answeringText, blazingText, type StandInContainer } from "./support/containers";
import { DeployedModel } from "./support/deployed-model";

const UNREADABLE =
  "502 The function could not read the model's answer. See the logs of the function and the endpoint.";

let deployed: DeployedModel | undefined;

afterEach(async () => {
  await deployed?.close();
  deployed = undefined;
});

async function deploy(options: TextOptions, container: StandInContainer): Promise<DeployedModel> {
  deployed = await DeployedModel.of(text(options), container);
  return deployed;
}

const LABELS: TextOptions = {
  sends: "instances",
  answer: "labels",
  example: { text: "a good match", answer: [{ label: "sport", score: 0.9 }] },
};
const TRANSLATION: TextOptions = { answer: "text", example: { text: "two", answer: { text: "zwei" } } };

describe("text", () => {
  it("answers BlazingText's labels without their prefix", async () => {
    // Prepare
    const model = await deploy(
      LABELS,
      blazingText((sent) => (sent.includes("match") ? { sport: 0.9, news: 0.1 } : { news: 0.8 })),
    );

    // Act
    const received = await model.post({ text: "a good match" });

    // Assess
    expect(received.body).toEqual([
      { label: "sport", score: 0.9 },
      { label: "news", score: 0.1 },
    ]);
    expect(model.endpoint.onlyRequest.body).toBe('{"instances":["a good match"]}');
  });

  it("accepts and answers text/plain, with every character of Unicode", async () => {
    // Prepare
    const model = await deploy(TRANSLATION, (request) => ({
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: request.body.toUpperCase(),
    }));

    // Act
    const answer = await model.invoke(
      restHttpEvent(model.model.route, { body: "grüße 👋", contentType: "text/plain" }),
    );

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: "GRÜSSE 👋" });
    expect(model.endpoint.onlyRequest.headers["content-type"]).toBe("text/plain");
  });

  it("answers the text in JSON to a caller that sends JSON", async () => {
    // Prepare
    const model = await deploy(TRANSLATION, answeringText("zwei"));

    // Act
    const received = await model.post({ text: "two" });

    // Assess
    expect(received).toEqual({ status: 200, contentType: "application/json", body: { text: "zwei" } });
  });

  it("answers every member of an answer in JSON to a text/plain request", async () => {
    // Prepare
    const answered = { text: "hi", language: "en", chunks: [1, 2] };
    const model = await deploy(
      { answer: "json", example: { text: "x", answer: answered } },
      answering(answered),
    );

    // Act
    const answer = await model.invoke(
      restHttpEvent(model.model.route, { body: "x", contentType: "text/plain" }),
    );

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: JSON.stringify(answered) });
  });

  it("answers 502 when the answer does not match answerSchema", async () => {
    // Prepare
    const answerSchema = {
      type: "object",
      required: ["topic"],
      properties: { topic: { type: "string" } },
    } as const;
    const model = await deploy(
      { sends: "inputs", answer: "json", answerSchema, example: { text: "x", answer: { topic: "y" } } },
      (request) => answering(request.body.includes("good") ? { topic: "sport" } : { topic: 3 })(request),
    );

    // Act
    const [good, other] = [await model.post({ text: "good" }), await model.problemOf({ text: "other" })];

    // Assess
    expect(good.body).toEqual({ topic: "sport" });
    expect(other).toBe(UNREADABLE);
  });

  it.each<[string, unknown, string]>([
    ["an empty text", { text: "\n" }, "400 text: got an empty text; allowed: a text"],
    ["a number", { text: 3 }, "400 text: got the number 3; allowed: a string"],
  ])("refuses %s and names the fault", async (_, request, expected) => {
    // Prepare
    const model = await deploy(LABELS, answering([]));

    // Act
    const detail = await model.problemOf(request);

    // Assess
    expect(detail).toBe(expected);
  });

  it.each<[string, unknown]>([
    [
      "labels of two texts",
      [
        { label: [], prob: [] },
        { label: [], prob: [] },
      ],
    ],
    ["fewer probabilities than labels", [{ label: ["a", "b"], prob: [1] }]],
    ["a text as a probability", [{ label: ["a"], prob: ["1"] }]],
  ])("answers 502 when the container answers %s", async (_, answered) => {
    // Prepare
    const model = await deploy(LABELS, answering(answered));

    // Act
    const detail = await model.problemOf({ text: "x" });

    // Assess
    expect(detail).toBe(UNREADABLE);
  });
});
