import { readFileSync } from "node:fs";
import { join } from "node:path";

const REPOSITORY = join(__dirname, "../../../../..");

/** The parts of docs/five-models.md about one model. */
export interface DocumentedModel {
  readonly name: string;
  /** The lines of the model in `functions/index.ts`. */
  readonly definition: readonly string[];
  /** The lines of the model's entry in an environment. */
  readonly entry: readonly string[];
  /** A call of curl, over several lines. */
  readonly curl: string;
  /** The answer in JSON. */
  readonly answer: string;
}

const DOCUMENT = readFileSync(join(REPOSITORY, "docs/five-models.md"), "utf8");

const SECTION =
  /```ts\n\/\/ functions\/index\.ts\n(.*?)```\s+```ts\n\/\/ environments\/dev\.ts\n(.*?)```\s+```sh\n(.*?)```\s+```json\n(.*?)```/gs;

/** The models of docs/five-models.md, in their order. */
export const documentedModels: readonly DocumentedModel[] = [...DOCUMENT.matchAll(SECTION)].map(
  ([, definition = "", entry = "", curl = "", answer = ""]) => ({
    name: /^[\w-]+/.exec(definition)?.[0] ?? "",
    definition: definition.trimEnd().split("\n"),
    entry: entry.trimEnd().split("\n"),
    curl: curl.trimEnd(),
    answer: answer.trimEnd(),
  }),
);

/** The import of `functions/index.ts` in docs/five-models.md. */
export const documentedImport = /```ts\n(import .*)\n```/.exec(DOCUMENT)?.[1] ?? "";

/**
 * The lines of a model in a source file, from the line that begins with the model's name to the last line of the model.
 * The indentation of the first line is removed.
 *
 * @throws Error if the file has no such first line or no such last line
 */
export function linesOf(file: string, name: string): readonly string[] {
  const lines = readFileSync(join(__dirname, "../../../examples", file), "utf8").split("\n");
  const first = lines.findIndex((line) => line.trimStart().startsWith(`${name}: `));
  const indentation = /^ */.exec(lines[first] ?? "")?.[0] ?? "";
  const rest = lines.slice(first);
  const last = rest.findIndex(
    (line) => line.startsWith(indentation) && /^\S.*[^({[]$/.test(line.slice(indentation.length)),
  );
  if (first < 0 || last < 0) throw new Error(`${file} has no lines of ${name}`);
  return rest.slice(0, last + 1).map((line) => line.slice(indentation.length));
}
