import type { Json, PublicDocument } from "../public-document";
import { jsonText } from "./json-text";
import { alternativeFor, follow } from "./schema";

/** A value that a visitor types as a text. */
export interface ValuePlan {
  readonly kind: "text" | "number" | "choice" | "json";
  /** The initial text, from the document's examples. */
  readonly example: string;
  /** The choices, if `kind` is `choice`; otherwise empty. */
  readonly choices: readonly string[];
}

/** Chooses the kind of control for a value of `schema`. */
export function planValue(
  schema: Json | undefined,
  example: Json | undefined,
  document: PublicDocument,
): ValuePlan {
  const { type, enum: choices } = alternativeFor(example, follow(schema, document), document);
  if (Array.isArray(choices) && choices.every((choice) => typeof choice === "string")) {
    return { kind: "choice", example: typeof example === "string" ? example : "", choices };
  }
  if (type === "boolean") return { kind: "choice", example: printed(example), choices: ["true", "false"] };
  if (type === "string") {
    return { kind: "text", example: typeof example === "string" ? example : printed(example), choices: [] };
  }
  const kind = type === "number" || type === "integer" ? "number" : "json";
  return { kind, example: printed(example), choices: [] };
}

export function printed(example: Json | undefined): string {
  return example === undefined ? "" : jsonText(example);
}

/** Reads the value of a text that is not empty, or the reason why the text is invalid. */
export function readValue(
  { kind, choices }: Pick<ValuePlan, "kind" | "choices">,
  text: string,
): { readonly value: Json } | { readonly fault: string } {
  if (kind === "text") return { value: text };
  if (kind === "choice") return { value: choices.join() === "true,false" ? text === "true" : text };
  if (kind === "number") {
    const number = Number(text);
    return Number.isFinite(number) ? { value: number } : { fault: "This must be a number, such as 0.5." };
  }
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { fault: `This must be JSON. ${error instanceof Error ? error.message : error}` };
  }
}
