import * as z from "zod/mini";
import type { Contract } from "../../../src/runtime/contract";
import { createHandler } from "../../../src/runtime/handler";

/** Schemas of zod for any number of values, and a recursive schema. */
interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}

const tree: z.ZodMiniType<Tree, Tree> = z.strictObject({
  name: z.string(),
  get children() {
    return z.readonly(z.array(tree));
  },
});

const schema = z.strictObject({
  rows: z.optional(z.array(z.strictObject({ a: z.number() }))),
  either: z.optional(z.union([z.array(z.number()), z.array(z.string())])),
  lists: z.optional(z.array(z.array(z.number()))),
  record: z.optional(z.record(z.string().check(z.maxLength(10)), z.array(z.number()))),
  tuple: z.optional(z.tuple([z.string()], z.number())),
  others: z.optional(z.catchall(z.object({ a: z.number() }), z.number())),
  tree: z.optional(tree),
});

/** A contract without `rowsIn`. */
export const contract = {
  model: "lists",
  route: { method: "POST", path: "/lists" },
  schema,
  limits: { rows: 1_000, payloadInBytes: 1_000_000 },
  encode(request) {
    const body = JSON.stringify(request);
    return {
      contentType: "application/json",
      accept: "application/json",
      body,
      rows: request.rows?.length ?? 1,
    };
  },
  decode: (body) => body.length,
} satisfies Contract<z.infer<typeof schema>, unknown>;

export const handler = createHandler(contract);
