import { readFileSync } from "node:fs";
import { parseJson } from "../lib/json";
import { NotReviewable } from "./errors";

/** How a plan's JSON is made. */
export const HOW = "make it with `terraform show -json <plan file> > plan.json`";

/**
 * The text of a file with a plan, whatever it was written with: UTF-8 or UTF-16, with a byte order mark or without one.
 *
 * @throws NotReviewable where it cannot be read, or is no text
 */
export function readText(file: string): string {
  return textOf(readBytes(file), file);
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EISDIR") throw new NotReviewable(`${file} is a folder; name the file with the plan in it`);
    const why = code === "ENOENT" ? "there is no such file" : error instanceof Error ? error.message : error;
    throw new NotReviewable(`${file} cannot be read: ${why}; ${HOW}`);
  }
}

/** @throws NotReviewable where the bytes are no text */
export function textOf(bytes: Buffer, file: string): string {
  if (bytes.length === 0) {
    throw new NotReviewable(
      `${file} is empty: the command that wrote it failed, or is still running; ${HOW} and read what it says`,
    );
  }
  if (bytes.subarray(0, 4).toString("latin1") === "PK\u0003\u0004") {
    throw new NotReviewable(
      `${file} is a plan file as Terraform keeps it, and not JSON; run \`terraform show -json ${file} > plan.json\`` +
        " where it was planned, and review plan.json",
    );
  }
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new NotReviewable(`${file} is no text in UTF-8 or UTF-16, and no JSON; ${HOW}`);
  }
}

/** Windows PowerShell writes UTF-16. JSON begins with a character of ASCII, of which one byte is then zero. */
function encodingOf([first, second]: Buffer): "utf-8" | "utf-16le" | "utf-16be" {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (second === 0) return "utf-16le";
  return first === 0 ? "utf-16be" : "utf-8";
}

/** Deeper JSON exhausts the stack of the functions that walk through it; plans of real configurations are far flatter. */
const MAX_DEPTH = 500;

/**
 * The JSON of a plan in a text, also between the lines of what wrapped the command: npm's banner, a shell's prompt.
 *
 * @throws NotReviewable where there is none
 */
export function parsePlan(text: string, file: string): object {
  if (text.trim() === "") throw new NotReviewable(`${file} is empty; ${HOW}`);
  const found = parseJson(text) ?? parseWrapped(text, file);
  if (isLogLine(found)) throw new NotReviewable(LOG(file));
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw new NotReviewable(`${file} is no JSON of a plan; ${HOW}`);
  }
  requireDepth(found, file);
  return found;
}

const LOG = (file: string): string =>
  `${file} is the log of \`terraform plan -json\`, line by line, and not a plan; plan with \`-out=<plan file>\`, and ${HOW}`;

/** Lines that begin an object; more of them are no wrapper's. */
const MAX_CANDIDATES = 100;

/** What colours a terminal. A text of JSON has no such character of control. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what begins them
const ANSI = /\u001b\[[0-9;?]{0,20}[A-Za-z]/g;

function parseWrapped(printed: string, file: string): unknown {
  const text = printed.replaceAll(ANSI, "");
  const starts = [...text.matchAll(/^[ \t]*\{|\{(?=\s{0,20}"format_version")/gm)].slice(0, MAX_CANDIDATES);
  for (const { 0: opening, index } of starts) {
    const start = index + opening.length - 1;
    const end = endOfObject(text, start);
    const isPlan = /^\{\s*"format_version"/.test(text.slice(start, start + 100));
    if (end === undefined) {
      if (isPlan) throw new NotReviewable(`${file} ends in the middle of the plan; ${HOW}`);
      continue;
    }
    const parsed = parseJson(text.slice(start, end));
    if (isLogLine(parsed)) throw new NotReviewable(LOG(file));
    if (typeof parsed === "object" && parsed !== null && "format_version" in parsed) return parsed;
  }
  throw new NotReviewable(`${file} is no JSON; ${HOW}`);
}

/** Where the object that begins at `start` ends; undefined where it does not. */
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
        `${file} is nested more than ${MAX_DEPTH} levels deep, which no plan of Terraform is; ${HOW}`,
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
