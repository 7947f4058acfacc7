import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment, ModelSettings } from "../../../src";
import { modelFiles } from "../../../src/cli/new-model/kinds";
import { DEV } from "../../local/support/environments";
import type { ProjectCopy } from "../../local/support/project";

/** The route of a model with a handler in Python, as a team writes it. */
export const CHURN_ROUTE = {
  method: "POST",
  path: "/churn",
  title: "Churn",
  description: "Predicts whether a customer leaves, from three numbers.",
  allowed: '{"row": [<number>, <number>, <number>]}',
  schema: {
    type: "object",
    properties: { row: { type: "array", items: { type: "number" }, minItems: 3, maxItems: 3 } },
    required: ["row"],
    additionalProperties: false,
  },
  example: { request: { row: [52000.5, 8500, 36] }, answer: { label: 0, name: "stays" } },
};

/** The handler's code. The handler uses a module, a JSON file, boto3, the environment, the context and the log. */
export const CHURN_HANDLER = readFileSync(join(__dirname, "churn/handler.py"), "utf8");

/** The settings of the model in an environment. */
export const CHURN_SETTINGS: ModelSettings = {
  artifact: "s3://amzn-s3-demo-bucket/churn/1/model.tar.gz",
  image: { algorithm: "linear-learner", tag: "1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
  access: "PUBLIC",
};

/** The environment dev with the model. */
export function devWithChurn(settings: Partial<ModelSettings> = {}): Environment {
  return { ...DEV, models: { ...DEV.models, churn: { ...CHURN_SETTINGS, ...settings } as ModelSettings } };
}

/**
 * Adds a model whose handler is the template for GET, `topics`, to a copy of the fixture app with the model of {@link addChurn}.
 *
 * @param settings - the settings of the model of {@link addChurn}
 */
export function addTopics(project: ProjectCopy, settings: Partial<ModelSettings> = {}): void {
  for (const [file, text] of modelFiles("python-query", "topics")) {
    project.write(`functions/topics/${file}`, text);
  }
  project.edit("functions/index.ts", (text) =>
    text
      .replace("import churn", 'import topics from "./topics/route.json";\n$&')
      .replace("churn: python(churn),", "$&\n  topics: python(topics),"),
  );
  const { models, ...dev } = devWithChurn(settings);
  project.setEnvironments({ ...dev, models: { ...models, topics: CHURN_SETTINGS } });
}

/** Adds the model to a copy of the fixture app: its folder, its line in the catalog, its settings in dev. */
export function addChurn(project: ProjectCopy, settings: Partial<ModelSettings> = {}): void {
  const folder = "functions/churn";
  for (const file of ["handler.py", "encoding.py", "names.json"]) {
    project.write(`${folder}/${file}`, readFileSync(join(__dirname, "churn", file), "utf8"));
  }
  project.write(`${folder}/route.json`, JSON.stringify(CHURN_ROUTE, null, 2));
  project.write(`${folder}/sample/index.ts`, 'export { sample } from "../../loan-default/sample";\n');
  project.edit("functions/index.ts", (text) =>
    text
      .replace(
        "import { defineModels }",
        'import churn from "./churn/route.json";\nimport { defineModels, python }',
      )
      .replace("defineModels({", "defineModels({\n  churn: python(churn),"),
  );
  project.setEnvironments(devWithChurn(settings));
}
