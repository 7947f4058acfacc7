import { type StreamConverter, UnreadablePredictions } from "../runtime/contract";
import { isRecord, parseJson } from "../runtime/json";

/** The event after the last chunk, which the clients of OpenAI's API wait for. */
export const DONE = "data: [DONE]\n\n";

/**
 * Creates the converter of one streamed chat. The clients of OpenAI's API read server-sent events, which vLLM and TGI send:
 * these events stay unchanged. LMI sends the same chunks as lines of JSON, without the last event
 * (https://docs.djl.ai/docs/serving/serving/docs/lmi/user_guides/chat_input_output_schema.html#response-schema): each line
 * becomes an event.
 */
export function chatEvents(): StreamConverter {
  /** Unknown until the first character that is not white space. */
  let hasLines: boolean | undefined;
  /** The parts of the incomplete last line. */
  let held: string[] = [];

  return {
    push(text) {
      hasLines ??= hasLinesOf(text);
      if (hasLines === undefined) return "";
      if (!hasLines) return text;
      const end = text.lastIndexOf("\n") + 1;
      if (end === 0) {
        held.push(text);
        return "";
      }
      const complete = held.join("") + text.slice(0, end);
      held = [text.slice(end)];
      return toEvents(complete);
    },
    end: () => (hasLines ? toEvents(held.join("")) + DONE : ""),
  };
}

function hasLinesOf(text: string): boolean | undefined {
  const first = text.trimStart()[0];
  return first === undefined ? undefined : first === "{";
}

/** @throws UnreadablePredictions for a line that is not a JSON object, e.g. a line of a document in several lines */
function toEvents(lines: string): string {
  return lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      if (isRecord(parseJson(line))) return `data: ${line}\n\n`;
      throw new UnreadablePredictions("a line of the stream is not a chunk of a chat completion");
    })
    .join("");
}
