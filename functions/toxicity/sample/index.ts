import {
  type Container,
  type ContainerRequest,
  sampleContainer,
  UnreadableRequest,
} from "sagemaker-stages/sample";
import { classifierFor, type Likelihood } from "./classifier";
import model from "./weights.json";

const classify = classifierFor(model);

/** Formats answers. The answers are ordered by text, then by label. */
type Form = (answers: readonly (readonly Likelihood[])[]) => unknown;

/** The format of fastText in a scikit-learn container: labels by text, then probabilities by text. */
const asFastText: Form = (answers) => [
  answers.map((answer) => answer.map(({ label }) => label)),
  answers.map((answer) => answer.map(({ probability }) => asPython(probability))),
];

/** The format of BlazingText. */
const asBlazingText: Form = (answers) =>
  answers.map((answer) => ({
    label: answer.map(({ label }) => label),
    prob: answer.map(({ probability }) => Math.fround(probability)),
  }));

/** The sample model with answers in the format of fastText in a scikit-learn container. */
export const sample = toxicityAs(asFastText, "as fastText in a scikit-learn container");

/** The sample model with answers in the format of BlazingText. */
export const blazingText = toxicityAs(asBlazingText, "as BlazingText");

function toxicityAs(form: Form, how: string): Container {
  return sampleContainer(
    `sample model: softmax regression on hashed n-grams of Davidson's posts, answering ${how}`,
    (request) => {
      const { instances, k } = read(request);
      const answers = instances.map((text) => classify(text).slice(0, k));
      return { contentType: "application/json", body: JSON.stringify(form(answers)) };
    },
  );
}

const EXPECTED = 'expected {"instances": ["<text>", …], "configuration": {"k": <how many labels, from 1>}}';

/** Reads the request. The default of `k` is 1, as in fastText. `k` can exceed the number of labels. */
function read({ contentType, body }: ContainerRequest): { instances: readonly string[]; k: number } {
  if (contentType.split(";")[0]?.trim() !== "application/json") {
    throw new UnreadableRequest(
      `Content-type ${contentType} not supported; this model takes application/json`,
    );
  }
  const { instances, configuration = {} } = readObject(parse(body));
  const { k = 1 } = readObject(configuration);
  const isList = Array.isArray(instances) && instances.length > 0;
  if (!isList || !instances.every((text) => typeof text === "string")) throw new UnreadableRequest(EXPECTED);
  if (typeof k !== "number" || !Number.isInteger(k) || k < 1) throw new UnreadableRequest(EXPECTED);
  return { instances, k };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new UnreadableRequest(EXPECTED);
  }
}

function readObject(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new UnreadableRequest(EXPECTED);
  return value as Record<string, unknown>;
}

/** Formats a number like Python: in exponent form below 0.0001. */
function asPython(value: number): string {
  const float32 = Number(value.toPrecision(8));
  return float32 > 0 && float32 < 1e-4
    ? float32.toExponential().replace(/e-(\d)$/, "e-0$1")
    : String(float32);
}
