import {
  type About,
  type Contract,
  parseJson,
  SERVERLESS_PAYLOAD_IN_BYTES,
  UnreadablePredictions,
} from "sagemaker-stages/model";
import * as z from "zod/mini";

/** Replace these properties with the properties of your model's request. */
const schema = z.strictObject({
  amount: z.number().check(z.gte(0)),
  category: z.enum(["new", "returning"]),
});

type Request = z.infer<typeof schema>;

/** The request is one JSON object. The prediction can be any JSON document. */
export const contract = {
  model: "my-model",
  route: { method: "POST", path: "/my-model" },
  schema,
  limits: { rows: 1, payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },

  encode(request) {
    const body = JSON.stringify(request);
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
  description: "Predicts a value from an amount and a category.",
  allowed: '{"amount": <a number of at least 0>, "category": "new" or "returning"}',
  example: {
    request: { amount: 12.5, category: "new" },
    answer: { amount: 12.5, category: "new" },
  },
};
