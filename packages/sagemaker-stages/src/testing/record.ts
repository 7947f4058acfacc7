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
 * The model to which a construct of an environment's stack belongs, by the construct's path, e.g. `dev/iris/endpoint/role`:
 * a type or an id can contain the name of a model by chance, e.g. `aws_sagemaker_model.iris_endpoint_model`.
 */
export function ownerOfConstruct(path: string, models: readonly string[]): string | undefined {
  const [, scope = "", id = ""] = path.split("/");
  return models.find(
    (model) =>
      scope === model ||
      scope === `${model}-function-url` ||
      (scope === "stage" && id === `${model}-permission`) ||
      (scope === "artifacts" && /^[0-9a-f]{16}$/.test(id.replace(`${model}-`, ""))),
  );
}

/** The model to which an output of an environment's stack belongs, e.g. `iris` of `iris_endpoint_name`. */
export function ownerOfOutput(output: string, models: readonly string[]): string | undefined {
  return models.find((model) =>
    ["url", "endpoint_name", "function_url"].some(
      (suffix) => output === `${model.replaceAll("-", "_")}_${suffix}`,
    ),
  );
}
