import {
  type About,
  type Contract,
  fault,
  parseJson,
  quote,
  SERVERLESS_PAYLOAD_IN_BYTES,
  UnreadablePredictions,
} from "sagemaker-stages/model";
import * as z from "zod/mini";

/** The schema checks a text, because every value of a query is a text, even a number. */
const count = z.string().check((payload) => {
  if (/^[1-9]\d?$/.test(payload.value)) return;
  const allowed = "a whole number from 1 to 99";
  payload.issues.push(fault(payload.value, { got: quote(payload.value), allowed }));
});

const schema = z.strictObject({
  q: z.string().check(z.minLength(1, "a text with a character")),
  count: z.optional(count),
});

type Request = z.infer<typeof schema>;

/** The parameters of a GET become a request of SageMaker BlazingText. The prediction can be any JSON document. */
export const contract = {
  model: "my-model",
  route: { method: "GET", path: "/my-model" },
  schema,
  limits: { rows: 1, payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },

  encode({ q, count = "1" }) {
    const body = JSON.stringify({ instances: [q], configuration: { k: Number(count) } });
    return { contentType: "application/json", accept: "application/json", body, rows: 1 };
  },

  decode(body) {
    const prediction = parseJson(body);
    if (prediction === undefined) throw new UnreadablePredictions("the answer is not JSON");
    return prediction;
  },
} satisfies Contract<Request, unknown>;

/**
 * The documentation, the page and the smoke test use the example. The answer equals the endpoint's request: the local
 * stage answers with this request until the model has a sample.
 */
export const about: About<Request, unknown> = {
  title: "My model",
  description: "Predicts the most probable labels of a text: the number of labels in count, or one label.",
  allowed: "?q=<text>&count=<a whole number from 1 to 99>",
  example: {
    request: { q: "The delivery was late.", count: "2" },
    answer: { instances: ["The delivery was late."], configuration: { k: 2 } },
  },
};
