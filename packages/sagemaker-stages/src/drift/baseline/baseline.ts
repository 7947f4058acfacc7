import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { appFolder } from "../../lib/app-folder";
import { parseJson } from "../../lib/json";
import { DriftError } from "../errors";

const count = z.int().check(z.nonnegative());

const ofNumbers = {
  name: z.string(),
  missing: count,
  values: z.array(z.number()),
  counts: z.array(count),
  bins: z.array(z.number()),
};

const feature = z.discriminatedUnion("type", [
  /** A number. */
  z.strictObject({ type: z.literal("number"), ...ofNumbers }).readonly(),
  /** A text with many different values. The distribution is of the number of its characters. */
  z.strictObject({ type: z.literal("text"), ...ofNumbers }).readonly(),
  /** One of a few texts, or true or false. */
  z
    .strictObject({
      type: z.literal("category"),
      name: z.string(),
      missing: count,
      values: z.array(z.string()),
      counts: z.array(count),
      /** The rows of categories with few rows, whose names the file does not contain. */
      others: z.optional(count),
    })
    .readonly(),
]);

const baselineSchema = z
  .strictObject({
    format: z.literal(1),
    model: z.string(),
    rows: z.int().check(z.positive()),
    features: z.array(feature).check(z.minLength(1)),
  })
  .readonly()
  .check((payload) => {
    for (const { name, values, counts } of payload.value.features) {
      if (values.length !== counts.length) {
        payload.issues.push({
          code: "custom",
          input: name,
          message: `${name}: got ${values.length} values and ${counts.length} counts; allowed: equal numbers`,
        });
      }
    }
  });

/** The distributions of the features in a training sample, without its rows: the content of `baseline.json`. */
export type Baseline = z.output<typeof baselineSchema>;

/** The distribution of one feature. */
export type FeatureBaseline = Baseline["features"][number];

/** The file of a model's baseline, relative to the app's folder. */
export function baselineFile(model: string): string {
  return `functions/${model}/baseline.json`;
}

/**
 * Reads a model's baseline.
 *
 * @returns `undefined` if the model has no baseline
 * @throws DriftError if the file is not a baseline of the model
 */
export function readBaseline(model: string): Baseline | undefined {
  const file = join(appFolder(), baselineFile(model));
  if (!existsSync(file)) return undefined;
  const { data, error } = baselineSchema.safeParse(parseJson(readFileSync(file, "utf8")));
  if (data !== undefined && data.model === model) return data;
  const reason =
    error === undefined
      ? `got the baseline of the model ${data?.model}`
      : `got another content\n${z.prettifyError(error)}`;
  throw new DriftError(
    `${baselineFile(model)}: ${reason}; allowed: the file that this command writes: npx sagemaker-stages baseline ${model} --data <file>`,
  );
}

/** The text of `baseline.json`: one line per feature and list, so that a difference is readable. */
export function printBaseline({ features, ...head }: Baseline): string {
  const lines = features.map(
    (one) =>
      `    {\n${Object.entries(one)
        .map(([name, value]) => `      ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
        .join(",\n")}\n    }`,
  );
  const heads = Object.entries(head).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`,
  );
  return `{\n${heads.join("")}  "features": [\n${lines.join(",\n")}\n  ]\n}\n`;
}
