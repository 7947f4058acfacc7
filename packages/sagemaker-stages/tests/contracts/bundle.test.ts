import { describe, expect, it } from "@jest/globals";
import type { TaskName } from "../../src/contracts/hugging-face-tasks";
import { TASK_TEXTS } from "../../src/contracts/hugging-face-texts";
import {
  bytes,
  huggingFace,
  type ModelDefinition,
  openAiChat,
  passThrough,
  rows,
  text,
} from "../../src/model";
import { answering } from "./support/containers";
import { DeployedModel } from "./support/deployed-model";

/** The maximum compressed size of a package. Every cold start loads the package. */
const MAX_BYTES = 12_000;
/** A package that streams also contains the handler of answers in one piece. */
const MAX_BYTES_OF_STREAMS = 14.5 * 1024;

const OBJECT = {
  type: "object",
  properties: { x: { type: "number", minimum: 0 } },
  required: ["x"],
} as const;

const DEFINITIONS: Readonly<Record<string, ModelDefinition>> = {
  rows: rows({
    features: ["a", { name: "b", type: "text" }],
    answer: "csv",
    predicts: "scores",
    classes: ["x", "y"],
    targetModel: { archive: "shop-*.tar.gz", example: "17" },
  }),
  bytes: bytes({
    takes: ["image/png"],
    checkFirstBytes: true,
    answerSchema: OBJECT,
    example: { answer: { x: 1 } },
  }),
  text: text({ answer: "json", answerSchema: OBJECT, example: { text: "a", answer: { x: 1 } } }),
  openAiChat: openAiChat({ maxTokens: 512, containerModel: "tgi" }),
  passThrough: passThrough({
    takes: "application/json",
    schema: OBJECT,
    example: { request: { x: 1 }, answer: 1 },
  }),
  ...Object.fromEntries(
    (Object.keys(TASK_TEXTS) as TaskName[]).map((task) => [`huggingFace ${task}`, huggingFace(task)]),
  ),
};

describe.each(Object.entries(DEFINITIONS))("the package of a model with the contract %s", (_, definition) => {
  it("is small enough to load fast, and contains no texts and no other contract", async () => {
    // Prepare
    const deployed = await DeployedModel.of(definition, answering({}));

    // Act
    const [size, code] = [deployed.compressedBytes, deployed.codeText];
    await deployed.close();

    // Assess
    expect(size).toBeGreaterThan(5_000);
    expect(size).toBeLessThanOrEqual("stream" in deployed.model ? MAX_BYTES_OF_STREAMS : MAX_BYTES);
    expect(code).not.toContain(deployed.model.description);
    expect(code).not.toContain("ready-made contracts");
    expect(code).not.toMatch(/node_modules|sourceMappingURL|\bZod/);
  });
});
