import type { About, Contract } from "sagemaker-stages/model";
import * as z from "zod/mini";

const schema = z.object({ rows: z.array(z.array(z.number())).check(z.minLength(1)) });
type Request = z.infer<typeof schema>;

/** A scikit-learn model that takes JSON and answers with JSON. */
export const contract = {
  model: "flower-scores",
  route: { method: "POST", path: "/flower-scores" },
  schema,
  limits: { rows: 100, rowsIn: "rows", payloadInBytes: 1_000_000 },
  encode: ({ rows }) => ({
    contentType: "application/json",
    accept: "application/json",
    body: JSON.stringify(rows),
    rows: rows.length,
  }),
  decode: (body) => z.parse(z.array(z.number()), JSON.parse(body)),
} satisfies Contract<Request, number[]>;

export const about: About<Request, number[]> = {
  title: "Flower scores",
  description: "Scores flowers by their measures.",
  allowed: '{"rows": [[<number>, …], …]}',
  example: { request: { rows: [[1, 2]] }, answer: [3] },
};
