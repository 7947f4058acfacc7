import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import * as z from "zod/mini";
import { stopAtFirstFaults } from "../../src/runtime/bounded-schema";
import { MAX_FAULTY_MEMBERS } from "../../src/runtime/limits";

/** Creates a new schema on each call, because bounding changes a schema in place. */
type MakeSchema = () => z.ZodMiniType;

const numbers = () => z.array(z.number());

interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}

function treeSchema(): z.ZodMiniType<Tree> {
  const tree: z.ZodMiniType<Tree> = z.strictObject({
    name: z.string(),
    get children() {
      return z.array(tree);
    },
  });
  return tree;
}

/** A check that counts the values that a schema validates. */
function counted(): { readonly schema: z.ZodMiniType; readonly count: () => number } {
  let count = 0;
  const schema = z.unknown().check((payload) => {
    count++;
    payload.issues.push({ code: "custom", input: payload.value });
  });
  return { schema, count: () => count };
}

const MANY = 100_000;

describe("a bounded schema reports only the first faulty members", () => {
  it.each<{ what: string; schemaOf: (member: z.ZodMiniType) => z.ZodMiniType; value: unknown }>([
    { what: "a list", schemaOf: (member) => z.array(member), value: Array(MANY).fill(0) },
    {
      what: "a list with a check",
      schemaOf: (member) => z.array(member).check(z.minLength(1)),
      value: Array(MANY).fill(0),
    },
    {
      what: "a list in an object",
      schemaOf: (member) => z.strictObject({ a: z.array(member) }),
      value: { a: Array(MANY).fill(0) },
    },
    {
      what: "a list in a union",
      schemaOf: (member) => z.strictObject({ a: z.union([z.string(), z.array(member)]) }),
      value: { a: Array(MANY).fill(0) },
    },
    {
      what: "a list that can be absent or null",
      schemaOf: (member) => z.strictObject({ a: z.optional(z.nullable(z.array(member))) }),
      value: { a: Array(MANY).fill(0) },
    },
    {
      what: "the further members of a tuple",
      schemaOf: (member) => z.tuple([z.number()], member),
      value: Array(MANY).fill(0),
    },
    {
      what: "a record",
      schemaOf: (member) => z.record(z.string(), member),
      value: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 0])),
    },
    {
      what: "the other properties of an object",
      schemaOf: (member) => z.catchall(z.object({}), member),
      value: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 0])),
    },
    {
      what: "a list in a lazy schema",
      schemaOf: (member) => z.lazy(() => z.array(member)),
      value: Array(MANY).fill(0),
    },
  ])("of $what", ({ schemaOf, value }) => {
    // Prepare
    const { schema: member, count } = counted();
    const schema = schemaOf(member);
    stopAtFirstFaults(schema);

    // Act
    const parsed = schema.safeParse(value);

    // Assess
    expect(parsed.success).toBe(false);
    expect(count()).toBe(MAX_FAULTY_MEMBERS);
  });

  it("of each inner list", () => {
    // Prepare
    const { schema: member, count } = counted();
    const schema = z.array(z.array(member));
    stopAtFirstFaults(schema);

    // Act
    const parsed = schema.safeParse(Array(1_000).fill(Array(1_000).fill(0)));

    // Assess
    expect(parsed.success).toBe(false);
    expect(count()).toBe(MAX_FAULTY_MEMBERS ** 2);
  });

  it("of each further request, even after a schema threw", () => {
    // Prepare
    let throws = true;
    const member = z.unknown().check((payload) => {
      if (throws && payload.value === "last") throw new Error("a fault of the contract");
      payload.issues.push({ code: "custom", input: payload.value });
    });
    const schema = z.array(member);
    stopAtFirstFaults(schema);
    expect(() => schema.safeParse([...Array(9).fill(0), "last"])).toThrow("a fault of the contract");
    throws = false;

    // Act
    const parsed = [schema.safeParse([0]), schema.safeParse([0])];

    // Assess
    expect(parsed.map(({ success }) => success)).toEqual([false, false]);
  });
});

describe("a bounded schema accepts and returns the same values as the schema", () => {
  const json = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(null, true, 1, 2.5, "a", "b", ""),
      fc.array(tie("value"), { maxLength: 14 }),
      fc.dictionary(fc.constantFrom("a", "b", "name", "children"), tie("value")),
    ),
  })).value;

  it.each<{ what: string; make: MakeSchema }>([
    { what: "a list", make: numbers },
    { what: "a union of lists", make: () => z.union([numbers(), z.array(z.string()), z.array(numbers())]) },
    {
      what: "a list of unions",
      make: () => z.array(z.union([z.number(), z.strictObject({ a: z.optional(numbers()) }), numbers()])),
    },
    {
      what: "a union of two lists with one schema for their members",
      make: () => {
        const member = z.number();
        return z.union([
          z.array(member).check(z.maxLength(2)),
          z.array(member),
          z.array(z.union([member, z.string()])),
        ]);
      },
    },
    { what: "a record", make: () => z.record(z.string(), z.union([z.number(), numbers()])) },
    {
      what: "an object with further properties",
      make: () => z.catchall(z.object({ a: z.number() }), numbers()),
    },
    {
      what: "a tuple with further members",
      make: () => z.tuple([z.number()], z.union([z.string(), z.number()])),
    },
    { what: "a schema that contains itself", make: treeSchema },
  ])("of $what", ({ make }) => {
    const bounded = make();
    stopAtFirstFaults(bounded);
    const plain = make();
    fc.assert(
      fc.property(json, (value) => {
        // Act
        const [got, expected] = [bounded.safeParse(value), plain.safeParse(value)];

        // Assess
        expect(got.success).toBe(expected.success);
        expect(got.data).toEqual(expected.data);
        expect(got.error?.issues[0]?.path).toEqual(expected.error?.issues[0]?.path);
      }),
      { numRuns: 500 },
    );
  });

  it("even when every alternative before the right one has more faults than the limit", () => {
    // Prepare
    const schema = z.union([numbers(), z.array(z.boolean()), z.array(z.string())]);
    stopAtFirstFaults(schema);
    const value = Array(1_000).fill("a");

    // Act
    const parsed = schema.safeParse(value);

    // Assess
    expect(parsed).toEqual({ success: true, data: value });
    expect(schema.safeParse([...value, 1]).success).toBe(false);
  });

  it("even when it is bounded twice", () => {
    // Prepare
    const schema = numbers();
    stopAtFirstFaults(schema);
    const { parse } = schema._zod;

    // Act
    stopAtFirstFaults(schema);

    // Assess
    expect(schema._zod.parse).toBe(parse);
  });
});
