import type { About, Contract } from "sagemaker-stages/model";
import * as z from "zod/mini";

const schema = z.object({ text: z.string() });
const answers = z.array(z.object({ label: z.string(), score: z.number() }));
type Request = z.infer<typeof schema>;
type Answer = z.infer<typeof answers>;

/** A text-classification pipeline of Hugging Face. */
export const contract = {
  model: "text-labels",
  route: { method: "POST", path: "/text-labels" },
  schema,
  limits: { rows: 1, payloadInBytes: 100_000 },
  encode: ({ text }) => ({
    contentType: "application/json",
    accept: "application/json",
    body: JSON.stringify({ inputs: text }),
    rows: 1,
  }),
  decode: (body) => z.parse(answers, JSON.parse(body)),
} satisfies Contract<Request, Answer>;

export const about: About<Request, Answer> = {
  title: "Text labels",
  description: "Labels a text.",
  allowed: '{"text": "…"}',
  example: { request: { text: "good" }, answer: [{ label: "POSITIVE", score: 0.9 }] },
};
