import { afterEach, describe, expect, it } from "@jest/globals";
import { type HuggingFaceOptions, huggingFace } from "../../src/contracts/hugging-face";
import type { TaskName } from "../../src/contracts/hugging-face-tasks";
import { TASK_TEXTS } from "../../src/contracts/hugging-face-texts";
import { defineModels } from "../../src/models";
import { answering, huggingFacePipeline, type StandInContainer } from "./support/containers";
import { DeployedModel } from "./support/deployed-model";

const UNREADABLE =
  "502 The function could not read the model's answer. See the logs of the function and the endpoint.";
const TASKS = Object.keys(TASK_TEXTS) as TaskName[];

let deployed: DeployedModel | undefined;

afterEach(async () => {
  await deployed?.close();
  deployed = undefined;
});

async function deploy(
  task: TaskName,
  container: StandInContainer,
  options: HuggingFaceOptions = {},
): Promise<DeployedModel> {
  deployed = await DeployedModel.of(huggingFace(task, options), container);
  return deployed;
}

/** The pipeline's scores for two labels, with and without `top_k`. */
const classifier = huggingFacePipeline((inputs, { top_k: k = 1 }) =>
  [
    { label: "POSITIVE", score: String(inputs).includes("like") ? 0.98 : 0.12 },
    { label: "NEGATIVE", score: String(inputs).includes("like") ? 0.02 : 0.88 },
  ]
    .sort((one, other) => other.score - one.score)
    .slice(0, Number(k)),
);

describe("huggingFace", () => {
  it("sends inputs and parameters unchanged, and returns the pipeline's answer", async () => {
    // Prepare
    const model = await deploy("text-classification", classifier);

    // Act
    const received = await model.post({ inputs: "I like it.", parameters: { top_k: 2 } });

    // Assess
    expect(received).toEqual({
      status: 200,
      contentType: "application/json",
      body: [
        { label: "POSITIVE", score: 0.98 },
        { label: "NEGATIVE", score: 0.02 },
      ],
    });
    expect(JSON.parse(model.endpoint.onlyRequest.body)).toEqual({
      inputs: "I like it.",
      parameters: { top_k: 2 },
    });
  });

  it("sends the parameters of the options, unless the caller sets them", async () => {
    // Prepare
    const options = { parameters: { top_k: 2, function_to_apply: "sigmoid" } };
    const model = await deploy("text-classification", classifier, options);

    // Act
    await model.post({ inputs: "I like it." });
    await model.post({ inputs: "I like it.", parameters: { top_k: 1 } });

    // Assess
    expect(model.endpoint.requests.map(({ body }) => JSON.parse(body).parameters)).toEqual([
      { top_k: 2, function_to_apply: "sigmoid" },
      { top_k: 1, function_to_apply: "sigmoid" },
    ]);
  });

  it.each(TASKS)("answers the example of %s", async (task) => {
    // Prepare
    const model = await deploy(task, answering(TASK_TEXTS[task].answer));

    // Act
    const answer = await model.invoke(model.model.example.request);

    // Assess
    expect(answer).toEqual(TASK_TEXTS[task].answer);
  });

  it.each(TASKS)("answers 502 when the container's answer is not an answer of the task %s", async (task) => {
    // Prepare
    const model = await deploy(task, answering({ error: "CUDA out of memory" }));

    // Act
    const answer = await model.invoke(model.model.example.request);

    // Assess
    expect(answer).toMatchObject({ status: 502 });
  });

  it.each<[string, TaskName, unknown, unknown]>([
    ["a list in a list", "text-classification", [[{ label: "A", score: 1 }]], [{ label: "A", score: 1 }]],
    ["an object in place of a list", "text-generation", { generated_text: "a" }, [{ generated_text: "a" }]],
    [
      "a list that contains the vectors of the tokens",
      "feature-extraction",
      [
        [
          [0.5, 1],
          [0, 1],
        ],
      ],
      [
        [
          [0.5, 1],
          [0, 1],
        ],
      ],
    ],
  ])("reads %s, which some containers answer", async (_, task, answered, expected) => {
    // Prepare
    const model = await deploy(task, answering(answered));

    // Act
    const received = await model.post({ inputs: "text" });

    // Assess
    expect(received.body).toEqual(expected);
  });

  it.each<[string, unknown]>([
    [
      "vectors of Text Embeddings Inference",
      [
        [0.5, 1],
        [0, 1],
      ],
    ],
    ["vectors of the tokens", [[[[0.5], [1]]], [[[0], [1]]]]],
  ])("answers %s when a caller sends several texts", async (_, answered) => {
    // Prepare
    const model = await deploy("feature-extraction", answering(answered), { maxInputs: 2 });

    // Act
    const received = await model.post({ inputs: ["one", "two"] });

    // Assess
    expect(received).toMatchObject({ status: 200, body: answered });
    expect(JSON.parse(model.endpoint.onlyRequest.body)).toEqual({ inputs: ["one", "two"] });
  });

  it.each<[string, HuggingFaceOptions["example"], unknown]>([
    ["one text", undefined, [[[[0.1, 0.2]]], [[[0.1, 0.2]]], [[[0.1, 0.2]]]]],
    ["two texts", { request: { inputs: ["a", "b"] }, answer: [[1], [2]] }, [[1], [2], [1]]],
  ])("answers each text on the local stage when the example has %s", async (_, example, expected) => {
    // Prepare
    const options = { maxInputs: 3, ...(example === undefined ? {} : { example }) };
    const { embeddings } = defineModels({ embeddings: huggingFace("feature-extraction", options) });
    const standIn: StandInContainer = ({ body }) => {
      const answer = embeddings.readyMade?.answerExample(body);
      return { headers: { "content-type": answer?.contentType ?? "" }, body: String(answer?.body) };
    };
    const model = await deploy("feature-extraction", standIn, options);

    // Act
    const [several, one] = [await model.post({ inputs: ["x", "y", "z"] }), await model.post({ inputs: "x" })];

    // Assess
    expect([several.body, one.body]).toEqual([expected, (expected as unknown[])[0]]);
  });

  it("still answers one text when several texts are allowed", async () => {
    // Prepare
    const model = await deploy("feature-extraction", answering([[0.5, 1]]), { maxInputs: 2 });

    // Act
    const received = await model.post({ inputs: "I like it." });

    // Assess
    expect(received.body).toEqual([[0.5, 1]]);
  });

  it.each<[string, unknown, string]>([
    ["more texts than the limit", ["a", "b", "c"], "413 batch: got 3 rows; allowed: at most 2"],
    ["no text", [], "400 inputs: got an empty array; allowed: at least one text"],
    ["an empty text in the list", ["a", " "], "400 inputs[1]: got an empty text; allowed: a text"],
    ["a number", 3, "400 inputs: got the number 3; allowed: a string or an array"],
  ])("refuses %s when several texts are allowed", async (_, inputs, expected) => {
    // Prepare
    const model = await deploy("feature-extraction", answering([[1]]), { maxInputs: 2 });

    // Act
    const detail = await model.problemOf({ inputs });

    // Assess
    expect(detail).toBe(expected);
  });

  it.each<[string, unknown]>([
    ["fewer answers than texts", [[1]]],
    ["an answer that is no vector", [[1], "b"]],
    ["one vector with as many numbers as texts", [0.1, 0.2]],
    ["no list", { vectors: [[1], [2]] }],
  ])("answers 502 when the container answers %s", async (_, answered) => {
    // Prepare
    const model = await deploy("feature-extraction", answering(answered), { maxInputs: 2 });

    // Act
    const detail = await model.problemOf({ inputs: ["a", "b"] });

    // Assess
    expect(detail).toBe(UNREADABLE);
  });

  it("sends an image with its media type", async () => {
    // Prepare
    const seen = huggingFacePipeline((inputs) => [{ label: String(inputs), score: 1 }]);
    const model = await deploy("image-classification", seen);
    const { request } = model.model.example;

    // Act
    const answer = await model.invoke(request);

    // Assess
    expect(answer).toEqual([{ label: "image/jpeg", score: 1 }]);
  });
});

describe("huggingFace with an invalid request", () => {
  it.each<[string, TaskName, unknown, string]>([
    [
      "an empty text",
      "text-classification",
      { inputs: " " },
      "400 inputs: got an empty text; allowed: a text",
    ],
    [
      "no inputs",
      "text-classification",
      { text: "x" },
      '400 inputs: got nothing; allowed: a string; request: got the unknown property "text"; allowed: only the properties of this model\'s request',
    ],
    [
      "a stream",
      "text-generation",
      { inputs: "x", stream: true },
      '400 request: got the unknown property "stream"; allowed: only the properties of this model\'s request',
    ],
    [
      "an unknown parameter",
      "text-generation",
      { inputs: "x", parameters: { details: true } },
      '400 parameters: got the unknown property "details"; allowed: only the properties of this model\'s request',
    ],
    [
      "more tokens than the limit",
      "text-generation",
      { inputs: "x", parameters: { max_new_tokens: 513 } },
      "400 parameters.max_new_tokens: got the number 513; allowed: at most 512",
    ],
    [
      "no labels",
      "zero-shot-classification",
      { inputs: "x" },
      "400 parameters: got nothing; allowed: an object",
    ],
    [
      "a text in place of a question with its context",
      "question-answering",
      { inputs: "x" },
      '400 inputs: got "x"; allowed: an object',
    ],
    [
      "a text that is too long",
      "text-classification",
      { inputs: "x".repeat(10_001) },
      `400 inputs: got "${"x".repeat(40)}…"; allowed: at most 10000 character(s)`,
    ],
  ])("refuses %s and names the fault", async (_, task, request, expected) => {
    // Prepare
    const model = await deploy(task, classifier);

    // Act
    const detail = await model.problemOf(request);

    // Assess
    expect(detail).toBe(expected);
    expect(model.endpoint.requests).toEqual([]);
  });

  it("answers 502 when a pipeline answers two texts for one text", async () => {
    // Prepare
    const two = [{ generated_text: "a" }, { generated_text: "b" }];
    const model = await deploy("text-generation", answering(two));

    // Act
    const detail = await model.problemOf({ inputs: "x" });

    // Assess
    expect(detail).toBe(UNREADABLE);
  });
});
