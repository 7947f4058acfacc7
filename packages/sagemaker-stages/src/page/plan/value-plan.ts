import type { Json, PublicDocument } from "../public-document";
import { jsonText } from "./json-text";
import { alternativeFor, follow, type Schema } from "./schema";

/** A value that a visitor types as a text. */
export interface ValuePlan {
  readonly kind: "text" | "number" | "choice" | "json";
  /** The initial text, from the document's examples. */
  readonly example: string;
  /** The choices, if `kind` is `choice`; otherwise empty. */
  readonly choices: readonly string[];
  /** The limits of the schema. @default - none */
  readonly limits?: ValueLimits;
}

/** The limits of a value that a form checks before it sends the request. The route checks every value again. */
export interface ValueLimits {
  readonly isInteger?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly isDate?: boolean;
}

/** Chooses the kind of control for a value of `schema`. */
export function planValue(
  schema: Json | undefined,
  example: Json | undefined,
  document: PublicDocument,
): ValuePlan {
  const chosen = alternativeFor(example, follow(schema, document), document);
  const { type } = chosen;
  const limits = limitsOf(chosen);
  const choices = Array.isArray(chosen.enum) ? chosen.enum.filter((choice) => choice !== null) : undefined;
  if (Array.isArray(choices) && choices.every((choice) => typeof choice === "string")) {
    return { kind: "choice", example: typeof example === "string" ? example : "", choices };
  }
  if (type === "boolean") return { kind: "choice", example: printed(example), choices: ["true", "false"] };
  if (type === "string") {
    return {
      kind: "text",
      example: typeof example === "string" ? example : printed(example),
      choices: [],
      ...limits,
    };
  }
  const kind = type === "number" || type === "integer" ? "number" : "json";
  return { kind, example: printed(example), choices: [], ...(kind === "number" ? limits : {}) };
}

function limitsOf({ type, minimum, maximum, maxLength, format }: Schema): Pick<ValuePlan, "limits"> {
  const limits: ValueLimits = {
    ...(type === "integer" ? { isInteger: true } : {}),
    ...(typeof minimum === "number" ? { minimum } : {}),
    ...(typeof maximum === "number" ? { maximum } : {}),
    ...(typeof maxLength === "number" && format === undefined ? { maxLength } : {}),
    ...(format === "date" ? { isDate: true } : {}),
  };
  return Object.keys(limits).length === 0 ? {} : { limits };
}

export function printed(example: Json | undefined): string {
  return example === undefined ? "" : jsonText(example);
}

/** Reads the value of a text that is not empty, or the reason why the text is invalid. */
export function readValue(
  { kind, choices, limits = {} }: Pick<ValuePlan, "kind" | "choices" | "limits">,
  text: string,
): { readonly value: Json } | { readonly fault: string } {
  if (kind === "text") {
    const fault = textFault(text, limits);
    return fault === undefined ? { value: text } : { fault };
  }
  if (kind === "choice") return { value: choices.join() === "true,false" ? text === "true" : text };
  if (kind === "number") {
    const number = Number(text);
    if (!Number.isFinite(number)) return { fault: "This must be a number, such as 0.5." };
    const fault = numberFault(number, limits);
    return fault === undefined ? { value: number } : { fault };
  }
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { fault: `This must be JSON. ${error instanceof Error ? error.message : error}` };
  }
}

function textFault(text: string, { maxLength = Infinity, isDate }: ValueLimits): string | undefined {
  if (isDate === true && !/^\d{4}-\d{2}-\d{2}$/.test(text)) return "This must be a date, such as 2026-11-30.";
  return text.length > maxLength ? `This must have at most ${maxLength} characters.` : undefined;
}

function numberFault(number: number, limits: ValueLimits): string | undefined {
  const { isInteger, minimum = -Infinity, maximum = Infinity } = limits;
  if (isInteger === true && !Number.isInteger(number)) return "This must be a whole number, such as 5.";
  if (number < minimum) return `This must be at least ${minimum}.`;
  return number > maximum ? `This must be at most ${maximum}.` : undefined;
}
