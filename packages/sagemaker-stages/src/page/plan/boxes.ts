import { isObject } from "./schema";

/** An object that a model found in an image: its label, its score, and its rectangle in pixels of the image. */
export interface Box {
  readonly label: string;
  /** @default - the model gives no score */
  readonly score?: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Reads the boxes of an answer in the form of Hugging Face's object detection
 * (https://huggingface.co/docs/inference-providers/tasks/object-detection): a list of
 * `{"label", "score", "box": {"xmin", "ymin", "xmax", "ymax"}}`, or an object whose only member is such a list. Other forms
 * have no unique meaning: four numbers can be two corners, or a corner and a size.
 *
 * @returns `undefined` if the answer is not such a list, or if the list is empty
 */
export function readBoxes(answer: unknown): Box[] | undefined {
  const [only, ...others] = isObject(answer) ? Object.values(answer) : [answer];
  if (!Array.isArray(only) || only.length === 0 || others.length > 0) return undefined;
  const boxes = only.flatMap((entry) => readBox(entry) ?? []);
  return boxes.length === only.length ? boxes : undefined;
}

function readBox(entry: unknown): Box | undefined {
  if (!isObject(entry) || !isObject(entry.box)) return undefined;
  const { label, score, box } = entry;
  const { xmin, ymin, xmax, ymax } = box;
  if (typeof label !== "string" || ![xmin, ymin, xmax, ymax].every(Number.isFinite)) return undefined;
  const [left, top] = [Number(xmin), Number(ymin)];
  const [width, height] = [Number(xmax) - left, Number(ymax) - top];
  if (width < 0 || height < 0) return undefined;
  return { label, ...(typeof score === "number" ? { score } : {}), left, top, width, height };
}
