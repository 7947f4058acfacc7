import { existsSync } from "node:fs";
import { join } from "node:path";
import { appFolder } from "../lib/app-folder";
import { type Container, wholeBody } from "../local/sagemaker/container";
import { loadSamples } from "../local/samples";
import type { EndpointRequest } from "../runtime/contract";
import type { ComputedAnswer, RecordedRequest, ScriptedAnswer } from "./endpoint-server";

/**
 * The sample models of the app in the current folder, by the name of the model.
 *
 * @example
 * const sample = samplesOfApp().get("iris");
 */
export function samplesOfApp(): ReadonlyMap<string, Container> {
  return existsSync(join(appFolder(), "functions"))
    ? loadSamples(appFolder(), { blazingText: false })
    : new Map();
}

/** A part of a sentence: the model has no sample, and the file to write. */
export function missingSample(model: string): string {
  return `${model} has no sample: write functions/${model}/sample/index.ts`;
}

/**
 * The answers of a model's sample to requests to the endpoint.
 *
 * @example
 * const sample = samplesOfApp().get("iris");
 * if (sample !== undefined) endpoint.willAlwaysAnswer(answersOf(sample));
 */
export function answersOf(sample: Container): ComputedAnswer {
  return async (request: RecordedRequest): Promise<ScriptedAnswer> => {
    const { status, contentType, body } = await sample.invoke({
      contentType: request.headers["content-type"] ?? "",
      accept: request.headers.accept ?? "",
      body: Buffer.from(request.bytes),
    });
    return { status, headers: { "content-type": contentType }, body: await wholeBody(body) };
  };
}

/**
 * The answer of a sample model.
 *
 * @example
 * const answer: SampleAnswer = await invokeSample(sample, { contentType: "text/csv", body: "5.1,3.5" });
 * expect(answer.contentType).toBe("text/csv");
 */
export interface SampleAnswer {
  readonly status: number;
  readonly contentType: string;
  /** The body as text. */
  readonly body: string;
  readonly bytes: Uint8Array;
}

/**
 * Sends a request to a sample model, as an endpoint does.
 *
 * @param sample - the export `sample` of `functions/<model>/sample/index.ts`
 * @param request - e.g. `contract.encode(about.example.request)`
 * @example expect(await invokeSample(sample, { contentType: "text/csv", body: "5.1,3.5" })).toMatchObject({ status: 200 });
 */
export async function invokeSample(
  sample: Container,
  request: Pick<EndpointRequest, "contentType" | "body"> & Partial<Pick<EndpointRequest, "accept">>,
): Promise<SampleAnswer> {
  const { contentType, accept = "*/*", body } = request;
  const answer = await sample.invoke({ contentType, accept, body: Buffer.from(body) });
  const whole = await wholeBody(answer.body);
  return { ...answer, body: String(whole), bytes: Buffer.from(whole) };
}
