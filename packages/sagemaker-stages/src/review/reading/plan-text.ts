import { readFileSync } from "node:fs";
import { parseJson } from "../../lib/json";
import { NotReviewable } from "../errors";

/** The remedy in errors: how to create the JSON of a plan. */
export const REMEDY = "create it with `terraform show -json <plan file> > plan.json`";

/**
 * Reads a plan's file as a text, in UTF-8 or UTF-16, with or without a byte order mark.
 *
 * @throws NotReviewable if the file cannot be read, or is not a text
 */
export function readText(file: string): string {
  return textOf(readBytes(file), file);
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EISDIR") throw new NotReviewable(`${file} is a folder; name the file with the plan`);
    const why =
      code === "ENOENT" ? "the file does not exist" : error instanceof Error ? error.message : error;
    throw new NotReviewable(`${file} cannot be read: ${why}; ${REMEDY}`);
  }
}

/**
 * Decodes the bytes of a plan's file.
 *
 * @throws NotReviewable if the bytes are not a text
 */
export function textOf(bytes: Buffer, file: string): string {
  if (bytes.length === 0) {
    throw new NotReviewable(
      `${file} is empty: the command that writes the file failed, or is still running; ${REMEDY} and read its output`,
    );
  }
  if (bytes.subarray(0, 4).toString("latin1") === "PK\u0003\u0004") {
    throw new NotReviewable(
      `${file} is a binary plan file, and not JSON; run \`terraform show -json ${file} > plan.json\`` +
        " in the folder of the plan, and review plan.json",
    );
  }
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new NotReviewable(`${file} is not a text in UTF-8 or UTF-16; ${REMEDY}`);
  }
}

/** Windows PowerShell writes UTF-16. JSON starts with an ASCII character, which has one zero byte in UTF-16. */
function encodingOf([first, second]: Buffer): "utf-8" | "utf-16le" | "utf-16be" {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (second === 0) return "utf-16le";
  return first === 0 ? "utf-16be" : "utf-8";
}

/** Deeper JSON exhausts the call stack of recursive functions; real plans are far less deep. */
const MAX_DEPTH = 500;

/**
 * Parses the JSON of a plan in a text. The text can contain other lines, e.g. npm's banner or a shell prompt.
 *
 * @throws NotReviewable if the text contains no plan
 */
export function parsePlan(text: string, file: string): object {
  if (text.trim() === "") throw new NotReviewable(`${file} is empty; ${REMEDY}`);
  const found = parseJson(text) ?? parseWrapped(text, file);
  if (isLogLine(found)) throw new NotReviewable(LOG(file));
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw new NotReviewable(`${file} is not the JSON of a plan; ${REMEDY}`);
  }
  requireDepth(found, file);
  return found;
}

const LOG = (file: string): string =>
  `${file} is the log of \`terraform plan -json\`, line by line, and not a plan; plan with \`-out=<plan file>\`, and ${REMEDY}`;

/** Maximum number of lines that can start the plan's object. */
const MAX_CANDIDATES = 100;

/** Terminal colours. JSON does not contain this control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences start with it
const ANSI = /\u001b\[[0-9;?]{0,20}[A-Za-z]/g;

function parseWrapped(printed: string, file: string): unknown {
  const text = printed.replaceAll(ANSI, "");
  const starts = [...text.matchAll(/^[ \t]*\{|\{(?=\s{0,20}"format_version")/gm)].slice(0, MAX_CANDIDATES);
  for (const { 0: opening, index } of starts) {
    const start = index + opening.length - 1;
    const end = endOfObject(text, start);
    const isPlan = /^\{\s*"format_version"/.test(text.slice(start, start + 100));
    if (end === undefined) {
      if (isPlan) throw new NotReviewable(`${file} ends in the middle of the plan; ${REMEDY}`);
      continue;
    }
    const parsed = parseJson(text.slice(start, end));
    if (isLogLine(parsed)) throw new NotReviewable(LOG(file));
    if (typeof parsed === "object" && parsed !== null && "format_version" in parsed) return parsed;
  }
  throw new NotReviewable(`${file} is not JSON; ${REMEDY}`);
}

/** The end of the object that starts at `start`; undefined if the object does not end. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let isText = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (isText) {
      if (character === "\\") at += 1;
      else if (character === '"') isText = false;
    } else if (character === '"') {
      isText = true;
    } else if (character === "{" || character === "[") {
      depth += 1;
    } else if (character === "}" || character === "]") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** https://developer.hashicorp.com/terraform/internals/machine-readable-ui */
function isLogLine(value: unknown): boolean {
  return typeof value === "object" && value !== null && "@level" in value && "@message" in value;
}

function requireDepth(root: object, file: string): void {
  let level: unknown[] = [root];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) {
      throw new NotReviewable(
        `${file} is nested more than ${MAX_DEPTH} levels deep; a plan of Terraform is less deep; ${REMEDY}`,
      );
    }
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null) continue;
      for (const one of Object.values(value)) if (typeof one === "object" && one !== null) next.push(one);
    }
    level = next;
  }
}
