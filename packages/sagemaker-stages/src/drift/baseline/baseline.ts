import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { appFolder } from "../../lib/app-folder";
import { parseJson } from "../../lib/json";
import { DriftError } from "../errors";
import { sum } from "../statistics/psi";
import { dayOf } from "./value";

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
  /** A date. The distribution is of its age: the number of days from the date to the day of the row or of the request. */
  z.strictObject({ type: z.literal("age"), ...ofNumbers }).readonly(),
  /** A date in a sample without the days of its rows: only missing values are compared. */
  z
    .strictObject({
      type: z.literal("date"),
      name: z.string(),
      missing: count,
      values: z.array(z.string()),
      counts: z.array(count),
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

/** Whether the values of a feature are texts without an order. */
export function isCategorical(
  feature: FeatureBaseline,
): feature is Extract<FeatureBaseline, { readonly type: "category" | "date" }> {
  return feature.type === "category" || feature.type === "date";
}

/** The only value of a feature of the type `date`. */
export const ANY_DATE = "a date";

/**
 * Earlier versions wrote a category for each date. Later dates are not among them, so that the feature would drift with the time
 * alone.
 */
function withoutDates(feature: FeatureBaseline): FeatureBaseline {
  const { name, missing, values, counts } = feature;
  if (feature.type !== "category" || values.length === 0) return feature;
  if (values.some((value) => dayOf(value) === undefined)) return feature;
  const rows = sum(counts) + (feature.others ?? 0);
  return { name, type: "date", missing, values: [ANY_DATE], counts: [rows] };
}

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
  if (data !== undefined && data.model === model) {
    return { ...data, features: data.features.map(withoutDates) };
  }
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
