import {
  type About,
  type Contract,
  fault,
  parseJson,
  SERVERLESS_PAYLOAD_IN_BYTES,
  UnreadablePredictions,
} from "sagemaker-stages/model";
import * as z from "zod/mini";

const text = z.string().check((payload) => {
  if (payload.value.trim() === "") {
    payload.issues.push(fault(payload.value, { got: "an empty text", allowed: "a text with a word" }));
  }
});

const schema = z.strictObject({ text });

type Request = z.infer<typeof schema>;

/** One text becomes a request of SageMaker BlazingText. The prediction can be any JSON document. */
export const contract = {
  model: "my-model",
  route: { method: "POST", path: "/my-model" },
  schema,
  limits: { rows: 1, payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },
  // Callers can also send the text itself as text/plain. The answer is then also text/plain.
  text: {
    read: (plain) => ({ text: plain }),
    write: (prediction) => JSON.stringify(prediction),
  },

  encode(request) {
    const body = JSON.stringify({ instances: [request.text] });
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
  description: "Predicts a value from a text, which is JSON or text/plain.",
  allowed: '{"text": "<text>"} as application/json, or the text itself as text/plain',
  example: {
    request: { text: "The delivery was late." },
    answer: { instances: ["The delivery was late."] },
  },
};
