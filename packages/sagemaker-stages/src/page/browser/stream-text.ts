import type { Failure } from "./failure";

/** What a part of an answer contains. */
export interface StreamPart {
  /** The text that the part adds to the answer. */
  readonly text: string;
  /** The reason why the answer ends. @default - the answer continues */
  readonly failure?: Failure;
  /** Whether the model ends the answer at the maximum number of tokens. @default false */
  readonly isCut?: boolean;
}

/** Reads the text of an answer that arrives in parts. The boundaries of the parts have no meaning. */
export class StreamText {
  private rest = "";

  /** @param mediaType - `text/event-stream`, a type of {@link JSON_LINES}, or the type of a text */
  constructor(private readonly mediaType: string) {}

  /** The text of the next part. */
  push(part: string): StreamPart {
    const [end, read] = SEPARATED[this.mediaType] ?? [];
    if (end === undefined || read === undefined) return { text: part };
    const pieces = (this.rest + part).split(end);
    this.rest = pieces.pop() ?? "";
    return join(pieces.map(read));
  }

  /** The text after the last part. A server-sent event without a blank line at its end is incomplete, and has no text. */
  end(): StreamPart {
    const [, read] = JSON_LINES.includes(this.mediaType) ? (SEPARATED[this.mediaType] ?? []) : [];
    const { rest } = this;
    this.rest = "";
    return read === undefined ? { text: "" } : read(rest);
  }
}

/** The media types of lines of JSON: the container LMI sends `application/jsonlines`. */
export const JSON_LINES: readonly string[] = [
  "application/x-ndjson",
  "application/jsonl",
  "application/jsonlines",
];

const LINE: readonly [end: RegExp, read: (text: string) => StreamPart] = [
  /\r?\n/,
  (line) => (line.trim() === "" ? { text: "" } : readDocument(line, "\n")),
];

/** The end of an event or of a line, and the function that reads one, by media type. */
const SEPARATED: Readonly<Record<string, readonly [end: RegExp, read: (text: string) => StreamPart]>> = {
  // A carriage return at the end of a part can be the first half of a line break.
  "text/event-stream": [/(?:\r\n|\n|\r(?!\n|$)){2}/, readEvent],
  ...Object.fromEntries(JSON_LINES.map((mediaType) => [mediaType, LINE])),
};

function join(parts: readonly StreamPart[]): StreamPart {
  const failure = parts.find((part) => part.failure !== undefined)?.failure;
  const text = parts.map((part) => part.text).join("");
  const isCut = parts.some((part) => part.isCut);
  return { text, ...(failure === undefined ? {} : { failure }), ...(isCut ? { isCut } : {}) };
}

/** Reads an event (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation). */
function readEvent(event: string): StreamPart {
  let name = "";
  const data: string[] = [];
  for (const line of event.split(/\r\n|\n|\r/)) {
    const [, field = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "event") name = value;
    if (field === "data") data.push(value);
  }
  // A comment keeps the connection open.
  if (data.length === 0) return { text: "" };
  const text = data.join("\n");
  if (name === "error") return { text: "", failure: failureOf(parse(text), text) };
  return text === "[DONE]" ? { text: "" } : readDocument(text, "");
}

/** The text of a document in the forms of the known servers, or else the document. @param end - follows a document */
function readDocument(json: string, end: string): StreamPart {
  const value = parse(json);
  if (typeof value === "string") return { text: value };
  if (typeof value !== "object" || value === null) return { text: `${json}${end}` };
  const document: KnownDocument = value;
  if (document.error !== undefined) return { text: "", failure: failureOf(value, json) };
  const text = textIn(document) ?? `${json}${end || "\n"}`;
  return isCut(document) ? { text, isCut: true } : { text };
}

/** The forms of OpenAI's API, which vLLM, LMI and TGI have, too, and the form of TGI's own API. */
interface KnownDocument {
  readonly error?: unknown;
  readonly choices?: readonly {
    readonly delta?: { readonly content?: unknown };
    readonly message?: { readonly content?: unknown };
    readonly text?: unknown;
    readonly finish_reason?: unknown;
  }[];
  readonly token?: { readonly text?: unknown };
}

/** @returns `undefined` for an unknown form */
function textIn({ choices, token }: KnownDocument): string | undefined {
  if (token !== undefined) return String(token.text ?? "");
  if (!Array.isArray(choices)) return undefined;
  const [choice] = choices;
  return String(choice?.delta?.content ?? choice?.message?.content ?? choice?.text ?? "");
}

/**
 * Whether the model ended an answer in the form of OpenAI's API at the maximum number of tokens
 * (https://platform.openai.com/docs/api-reference/chat/object).
 */
export function isCut(answer: unknown): boolean {
  if (typeof answer !== "object" || answer === null) return false;
  const { choices }: KnownDocument = answer;
  return Array.isArray(choices) && choices[0]?.finish_reason === "length";
}

/** The text of a whole answer in the form of OpenAI's API; `undefined` for another answer. */
export function textOfCompletion(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null || !("choices" in answer)) return undefined;
  const text = textIn(answer as KnownDocument);
  return text === "" ? undefined : text;
}

function failureOf(value: unknown, text: string): Failure {
  const problem: Readonly<Record<string, unknown>> =
    typeof value === "object" && value !== null ? { ...value } : {};
  const { error, status, title, detail, requestId } = problem;
  const message = typeof error === "object" && error !== null && "message" in error ? error.message : error;
  return {
    kind: "problem",
    status: typeof status === "number" ? status : 500,
    title: typeof title === "string" ? title : undefined,
    detail: [detail, message, text].find((one): one is string => typeof one === "string"),
    requestId: typeof requestId === "string" ? requestId : undefined,
    retryAfterInSeconds: undefined,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
