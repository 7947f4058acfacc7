import { readFileSync } from "node:fs";
import type { Request } from "./client";

/** One word of a line, quoted in parts or not: `'…'`, `"…"`, `\x`, or plain characters. */
const WORD = /(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+/gs;
const PART = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/gs;

/** Splits a command line as a POSIX shell does, without variables, globs and operators. */
export function shellWords(line: string): string[] {
  return [...line.matchAll(WORD)].map(([word]) =>
    [...word.matchAll(PART)]
      .map(([, single, double, escaped, plain]) => {
        if (double !== undefined) return double.replace(/\\(["\\$`])/g, "$1");
        return single ?? escaped ?? plain ?? "";
      })
      .join(""),
  );
}

/** The request that curl sends for a command line with the options of banners. */
export interface CurlRequest extends Request {
  /** E.g. `http://127.0.0.1:3000`. */
  readonly base: string;
  /** The other arguments of the command line. */
  readonly rest: readonly string[];
}

/** @throws Error unless the words are a call of curl with an address */
export function readCurl([command, ...words]: readonly string[]): CurlRequest {
  const headers: Record<string, string> = {};
  const rest: string[] = [];
  let address: URL | undefined;
  let body: string | Buffer | undefined;
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === "-H") {
      const [name = "", value = ""] = (left.shift() ?? "").split(/: (.*)/s);
      headers[name] = value;
    } else if (word === "-d") {
      body = left.shift() ?? "";
    } else if (word === "--data-binary") {
      body = readFileSync((left.shift() ?? "").replace(/^@/, ""));
    } else if (URL.canParse(word) && address === undefined) {
      address = new URL(word);
    } else {
      rest.push(word);
    }
  }
  if (command !== "curl" || address === undefined) throw new Error(`no call of curl: ${words.join(" ")}`);
  return {
    base: address.origin,
    method: body === undefined ? "GET" : "POST",
    path: `${address.pathname}${address.search}`,
    headers,
    ...(body === undefined ? {} : { body }),
    rest,
  };
}
