import { type StreamConverter, UnreadablePredictions } from "../runtime/contract";
import { isRecord, parseJson } from "../runtime/json";
import { MAX_EVENT_IN_BYTES } from "../runtime/stream/server-sent-events";

/** The event after the last chunk, which the clients of OpenAI's API wait for. */
export const DONE = "data: [DONE]\n\n";

/**
 * Creates the converter of one streamed chat. The clients of OpenAI's API read server-sent events, which vLLM and TGI send. LMI
 * sends the same chunks as lines of JSON, without the last event
 * (https://docs.djl.ai/docs/serving/serving/docs/lmi/user_guides/chat_input_output_schema.html#response-schema). All three write
 * each chunk in one line, with or without `data:`. The caller receives each chunk as an event, and no other field or comment.
 *
 * The status of a stream is 200 before its end is known, so that containers report a failure as a document in the stream, with the
 * text of an exception: vLLM, and LMI with vLLM, send `{"error": {…}}`, and vLLM then sends the last event
 * (https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai). The converter fails for every document that is no
 * chunk. It also fails for a stream whose end does not show that the answer is complete.
 */
export function chatEvents(): StreamConverter {
  /** The parts of the incomplete last line, and their length. */
  let held: string[] = [];
  let heldLength = 0;
  /** Whether a choice of the answer has its `finish_reason`, by the index of the choice. */
  const finished = new Map<unknown, boolean>();
  let isDone = false;
  let fault: UnreadablePredictions | undefined;

  return {
    push(text) {
      if (fault !== undefined) throw fault;
      // Clients stop at the last event.
      if (isDone) return "";
      const end = text.lastIndexOf("\n") + 1;
      const events = end === 0 ? "" : toEvents(release() + text.slice(0, end));
      hold(text.slice(end));
      // The boundaries of the parts have no meaning: the caller receives the chunks before a fault in the same part, too.
      if (fault !== undefined && events === "") throw fault;
      return events;
    },
    end() {
      const events = toEvents(release());
      if (fault !== undefined) throw fault;
      if (isDone) return events;
      // LMI never sends the last event, and neither did TGI before July 2024
      // (https://github.com/huggingface/text-generation-inference/pull/2221).
      const isComplete = finished.size > 0 && [...finished.values()].every((isFinished) => isFinished);
      if (isComplete) return events + DONE;
      throw new UnreadablePredictions("the stream ended without a finish_reason or [DONE]");
    },
  };

  function hold(text: string): void {
    held.push(text);
    heldLength += text.length;
    if (heldLength > MAX_EVENT_IN_BYTES) {
      fault ??= new UnreadablePredictions(
        `a line of the stream has more than ${MAX_EVENT_IN_BYTES} characters`,
      );
    }
  }

  function release(): string {
    const text = held.join("");
    held = [];
    heldLength = 0;
    return text;
  }

  /** The events of complete lines, up to the first fault or the last event. */
  function toEvents(lines: string): string {
    let events = "";
    for (const line of lines.split("\n")) {
      if (isDone) break;
      const document = documentOf(line);
      if (document === "") continue;
      if (document === "[DONE]" && finished.size > 0) isDone = true;
      else if (!isChunk(document)) {
        fault = new UnreadablePredictions("a line of the stream is not a chunk of a chat completion");
        break;
      }
      events += `data: ${document}\n\n`;
    }
    return events;
  }

  /** Whether a document is a chunk. Records the choices that are finished. */
  function isChunk(document: string): boolean {
    const chunk = parseJson(document);
    // A whole completion has choices, too, with `message` in place of `delta`.
    if (!isRecord(chunk) || !isChoices(chunk.choices)) return false;
    if (chunk.error !== undefined && chunk.error !== null) return false;
    for (const { index, finish_reason } of chunk.choices) {
      finished.set(index, finished.get(index) || typeof finish_reason === "string");
    }
    return true;
  }
}

/** The data of a line; empty for an empty line, for a comment, and for another field of an event. */
function documentOf(line: string): string {
  return line.replace(/^(?:data:|(?:event|id|retry)?:.*)/, "").trim();
}

function isChoices(value: unknown): value is readonly Record<string, unknown>[] {
  return Array.isArray(value) && value.every((choice) => isRecord(choice) && isRecord(choice.delta));
}
