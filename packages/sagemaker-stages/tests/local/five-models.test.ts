import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { templateOfApp } from "../../src/cli/template/app";
import { EXAMPLE_FILES } from "../../src/contracts/example-files";
import { documentedImport, documentedModels } from "../documentation/support/five-models";
import { huggingFaceContainer, textGenerationContainer } from "../support/containers/hugging-face";
import { imageContainer } from "../support/containers/images";
import { scikitLearnContainer } from "../support/containers/scikit-learn";
import type { StandIn } from "../support/containers/stand-in";
import { xgboostContainer } from "../support/containers/xgboost";
import { type Response, send } from "./support/client";
import { paste } from "./support/curl";
import { ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";
import { sign } from "./support/signing";

const START_TIMEOUT_IN_MS = 90_000;

/** The mean flower of each class of the iris data set (https://archive.ics.uci.edu/dataset/53/iris). */
const MEAN_FLOWERS = [
  [5.006, 3.428, 1.462, 0.246],
  [5.936, 2.77, 4.26, 1.326],
  [6.588, 2.974, 5.552, 2.026],
];

const DAISY = Buffer.from(EXAMPLE_FILES["image/jpeg"], "base64");

/** The model's output, token by token. */
const STORY = [" there", " was", " a", " mouse", " in", " a", " mill"];

function nearestFlower(row: readonly number[]): number {
  const distances = MEAN_FLOWERS.map((mean) =>
    mean.reduce((sum, value, index) => sum + (value - (row[index] ?? Number.NaN)) ** 2, 0),
  );
  return distances.indexOf(Math.min(...distances));
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The models behind the protocols of their containers. */
const containers = {
  iris: scikitLearnContainer(nearestFlower),
  reviews: huggingFaceContainer((text) =>
    text.includes("like") ? { label: "POSITIVE", score: 0.98 } : { label: "NEGATIVE", score: 0.95 },
  ),
  // Correct only if every byte of the image arrives unchanged.
  flowers: imageContainer((image) => {
    const daisy = sha256(image) === sha256(DAISY) ? 0.97 : 0.03;
    const scores = [
      { label: "daisy", score: daisy },
      { label: "rose", score: Number((1 - daisy).toFixed(2)) },
    ];
    return scores.sort((a, b) => b.score - a.score);
  }),
  rent: xgboostContainer(
    { features: 3, separator: "\n" },
    ([area = 0, rooms = 0, floor = 0]) => 12 * area + 30 * rooms + 10 * floor,
  ),
  writer: textGenerationContainer((_, maxNewTokens) => STORY.slice(0, maxNewTokens).join("")),
} satisfies Record<string, StandIn>;

/** A new app, with the lines of the documentation. */
function documentedApp(): ProjectCopy {
  const project = new ProjectCopy();
  project.delete("functions");
  project.delete("environments");
  const files = templateOfApp({ name: "my-app", engine: "1.0.0" });
  for (const [path, text] of files) {
    if (/^(?:environments|functions|stacks)\/|^main\.ts$/.test(path)) project.write(path, text);
  }
  const lines = (part: "definition" | "entry") => documentedModels.flatMap((model) => model[part]).join("\n");
  project.edit("functions/index.ts", (text) =>
    text
      .replace(/^import \{ defineModels \}.*$/m, documentedImport)
      .replace("defineModels({", `defineModels({\n${lines("definition")}`),
  );
  project.edit("environments/dev.ts", (text) => text.replace("models: {", `models: {\n${lines("entry")}`));
  writeFileSync(join(project.folder, "daisy.jpg"), DAISY);
  return project;
}

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  await Promise.all(Object.values(containers).map((container) => container.listen()));
  project = documentedApp();
  const words = Object.entries(containers).flatMap(([model, { url }]) => ["--container", `${model}=${url}`]);
  stage = await RunningStage.serve(project, ["dev", ...words]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
  await Promise.all(Object.values(containers).map((container) => container.close()));
});

async function post(model: string, contentType: string, body: string | Buffer): Promise<Response> {
  const request = { path: `/dev/${model}`, headers: { "Content-Type": contentType }, body };
  return send(stage.url, await sign(stage.url, request));
}

describe("a new app with the lines of docs/five-models.md", () => {
  it.each(documentedModels.map((model) => [model.name, model] as const))(
    "answers the documented request of %s as documented",
    async (_, { curl, answer }) => {
      // Prepare
      const line = curl
        .replaceAll("\\\n", "")
        .replace("http://127.0.0.1:3000", stage.url)
        .replace("@daisy.jpg", `@${join(project.folder, "daisy.jpg")}`);

      // Act
      const answered = await paste(line);

      // Assess
      expect(answered).toEqual({ status: 200, contentType: "application/json", body: answer });
    },
  );

  it.each<[string, string, string, Buffer | string, number]>([
    ["a row without a feature", "iris", "application/json", '{"rows": [{"sepal length": 5.1}]}', 400],
    ["an empty text", "reviews", "application/json", '{"inputs": " "}', 400],
    [
      "bytes that are not an image, as the container does",
      "flowers",
      "image/jpeg",
      Buffer.from("no image"),
      502,
    ],
    ["a text in place of a number", "rent", "application/json", '{"rows": [{"square metres": "80"}]}', 400],
    [
      "more tokens than the contract allows",
      "writer",
      "application/json",
      '{"inputs": "Once", "parameters": {"max_new_tokens": 101}}',
      400,
    ],
  ])("refuses %s", async (_, model, contentType, body, status) => {
    // Act
    const answered = await post(model, contentType, body);

    // Assess
    expect(answered.status).toBe(status);
    expect(answered.headers["content-type"]).toBe("application/problem+json");
  });

  it("does not advise to start a container when every model has a container", () => {
    // Act
    const { output } = stage;

    // Assess
    expect(output).toContain("container at http");
    expect(output).not.toContain("ignores environment variables");
  });

  it("answers for another image with another label", async () => {
    // Act
    const answered = await post("flowers", "image/png", Buffer.from(EXAMPLE_FILES["image/png"], "base64"));

    // Assess
    expect(JSON.parse(answered.body)).toMatchObject([{ label: "rose" }, { label: "daisy" }]);
  });
});
