import { type About, type Contract, splitPredictions } from "sagemaker-stages/model";
import * as z from "zod/mini";

const schema = z.object({ houses: z.array(z.array(z.number()).check(z.length(2))).check(z.minLength(1)) });
type Request = z.infer<typeof schema>;

/** An XGBoost model that takes CSV, and answers CSV with a comma or a newline between two predictions. */
export const contract = {
  model: "house-price",
  route: { method: "POST", path: "/house-price" },
  schema,
  limits: { rows: 100, rowsIn: "houses", payloadInBytes: 1_000_000 },
  encode: ({ houses }) => ({
    contentType: "text/csv",
    accept: "text/csv",
    body: houses.map((house) => house.join(",")).join("\n"),
    rows: houses.length,
  }),
  decode: (body, { houses }) => splitPredictions(body, /[\n,]/, houses.length).map(Number),
} satisfies Contract<Request, number[]>;

export const about: About<Request, number[]> = {
  title: "House price",
  description: "Estimates the price of houses.",
  allowed: '{"houses": [[<area>, <rooms>], …]}',
  example: { request: { houses: [[100, 4]] }, answer: [400] },
};
