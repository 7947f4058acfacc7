import { existsSync } from "node:fs";
import { join } from "node:path";
import { appFolder } from "../lib/app-folder";
import type { Container } from "../local/sagemaker/container";
import { loadSamples } from "../local/samples";
import type { ComputedAnswer, RecordedRequest, ScriptedAnswer } from "./endpoint-server";

/** The sample models of the app in the current folder, by the name of the model. */
export function samplesOfApp(): ReadonlyMap<string, Container> {
  return existsSync(join(appFolder(), "functions"))
    ? loadSamples(appFolder(), { blazingText: false })
    : new Map();
}

/** Lets a model's sample answer the requests to its endpoint, as the local stage does. */
export function answersOf(sample: Container): ComputedAnswer {
  return async (request: RecordedRequest): Promise<ScriptedAnswer> => {
    const { status, contentType, body } = await sample.invoke({
      contentType: request.headers["content-type"] ?? "",
      accept: request.headers.accept ?? "",
      body: Buffer.from(request.body),
    });
    return { status, headers: { "content-type": contentType }, body };
  };
}
