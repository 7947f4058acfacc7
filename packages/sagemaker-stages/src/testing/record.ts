import type { Block } from "./per-model";

/** A part of an app's record: a Jest snapshot, see {@link matchRecord}. */
export interface RecordEntry {
  /**
   * Names the stack and the model, or the stack and all its models. After a model is added or deleted, the snapshots of
   * the other models are the same, and the snapshot of the shared parts has another title: no test fails.
   */
  readonly title: string;
  /** Lines of text, for people. */
  readonly text: string;
}

/** Lines about one resource or principal. */
export interface OwnedBlock extends Block {
  /** The model to which the block belongs; `undefined` where the block is shared by the models of the stack. */
  readonly model: string | undefined;
}

/** The record of a stack: an entry for each of its models, and an entry for the parts that the models share. */
export function toRecord(
  stack: string,
  models: readonly string[],
  blocks: readonly OwnedBlock[],
): RecordEntry[] {
  const entry = (title: string, model: string | undefined): RecordEntry => ({
    title: `${stack}: ${title}`,
    text: blocks
      .filter((block) => block.model === model)
      .map(({ title: head, lines }) => [head, ...lines.map((line) => `  ${line}`)].join("\n"))
      .join("\n"),
  });
  return [
    ...models.map((model) => entry(model, model)),
    entry(`shared by ${models.join(", ")}`, undefined),
  ].filter(({ text }) => text !== "");
}

/**
 * The model that a text names as a whole word, e.g. `iris` in `role dev-iris-function`; the longest name where several
 * fit.
 */
export function modelNamedIn(text: string, models: readonly string[]): string | undefined {
  const longestFirst = [...models].sort((one, other) => other.length - one.length);
  return longestFirst.find((model) =>
    // Outputs have underscores in place of hyphens.
    new RegExp(`(?<![A-Za-z0-9])${model.replaceAll("-", "[-_]")}(?![A-Za-z0-9])`).test(text),
  );
}
