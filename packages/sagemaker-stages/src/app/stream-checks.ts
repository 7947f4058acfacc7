import { existsSync } from "node:fs";
import { join } from "node:path";
import { type FaultCollector, raw } from "../environment/fault-collector";
import { appFolder } from "../lib/app-folder";
import { type ContractModel, streamedRequestOf } from "../models";
import { isMediaType, MEDIA_TYPE_SOURCE } from "../runtime/media-type";

/**
 * Checks a contract that answers in a stream. The rules of environments check the endpoint and the route
 * (src/environment/rules/model/transfer-checks.ts).
 */
export function checkStream(name: string, model: ContractModel, collector: FaultCollector): void {
  const { stream, streamedRequest } = model;
  if (stream === undefined) {
    collector.require(
      streamedRequest === undefined,
      "streamedRequest",
      raw("a request for a stream"),
      "no streamedRequest, or a contract with stream",
      "the contract does not stream",
    );
    return;
  }
  collector.require(
    isMediaType(stream.answerType),
    "stream.answerType",
    stream.answerType,
    "a media type in lower case, e.g. text/event-stream, without parameters and wildcards",
    MEDIA_TYPE_SOURCE,
  );
  collector.require(
    !existsSync(join(appFolder(), "functions", name, "handler.ts")),
    "stream",
    raw("stream for a model with handler.ts"),
    "no stream, or a model without handler.ts",
    "only a handler that the engine generates writes Lambda's response stream",
  );
  if (stream.wants === undefined) checkEveryStream(model, collector);
  else checkStreamOnRequest(model, collector);
}

/** A contract whose every answer is a stream does not call `decode`. */
function checkEveryStream(model: ContractModel, collector: FaultCollector): void {
  for (const field of ["answerTypes", "answerHeaders"] as const) {
    collector.require(
      model[field] === undefined,
      field,
      raw(`${field} for a contract whose every answer is a stream`),
      `no ${field}, or stream.wants`,
      "decode, which sets the type and the headers of an answer, does not run for a stream",
    );
  }
  collector.require(
    typeof model.example.answer === "string",
    "example.answer",
    model.example.answer,
    "a text: the whole stream",
    "every answer is a stream",
  );
}

/** The proof of the permissions and the smoke test need a request of each kind. */
function checkStreamOnRequest(model: ContractModel, collector: FaultCollector): void {
  const parsed = model.schema.safeParse(model.example.request);
  // An invalid example has another fault.
  if (!parsed.success) return;
  collector.require(
    model.stream?.wants?.(parsed.data) !== true,
    "example.request",
    raw("a request whose answer is a stream"),
    "a request for which stream.wants returns false",
    "the example's answer is in one piece. The request for a stream is streamedRequest",
  );
  collector.require(
    streamedRequestOf(model) !== undefined,
    "streamedRequest",
    model.streamedRequest,
    "a valid request for which stream.wants returns true",
    "the smoke test and the proof of the permissions need such a request; the example with stream: true is none",
  );
}
