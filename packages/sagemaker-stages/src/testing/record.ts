import type { Block } from "./per-model";

/**
 * A part of an app's record. {@link matchRecord} compares each part with a Jest snapshot.
 *
 * @example
 * const [entry]: RecordEntry[] = recordTerraform(app);
 * // { title: "dev: iris", text: "resource aws_iam_role.iris-endpoint-role\n  …" }
 */
export interface RecordEntry {
  /**
   * The stack and the model, or the stack and all its models. After a change of the models, the snapshots of the other models
   * do not change, and the snapshot of the shared parts has a new title, so that no test fails.
   */
  readonly title: string;
  /** Lines of text. */
  readonly text: string;
}

/** Lines about one resource or principal. */
export interface OwnedBlock extends Block {
  /** The model of the block. `undefined` for a block that the models of the stack share. */
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
 * The model of a construct in an environment's stack. The construct's path contains the model, e.g. `dev/iris/endpoint/role`.
 * A type or an id is not enough: it can contain the name of another model, e.g. `aws_sagemaker_model.iris_endpoint_model`.
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

/** The model of an output of an environment's stack, e.g. `iris` for `iris_endpoint_name`. */
export function ownerOfOutput(output: string, models: readonly string[]): string | undefined {
  return models.find((model) =>
    ["url", "endpoint_name", "function_url"].some(
      (suffix) => output === `${model.replaceAll("-", "_")}_${suffix}`,
    ),
  );
}
