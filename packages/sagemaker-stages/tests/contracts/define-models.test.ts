import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import * as z from "zod/mini";
import { checkCatalog, checkModels } from "../../src/app/catalog-checks";
import { requestModel } from "../../src/constructs/api/request-model";
import { describeFault } from "../../src/environment/fault-collector";
import {
  type BytesOptions,
  bytes,
  defineModels,
  huggingFace,
  type ModelDefinition,
  type Models,
  passThrough,
  type RowsOptions,
  rows,
  text,
} from "../../src/model";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";

/** The five models in the documentation. */
const MODELS: Readonly<Record<string, ModelDefinition>> = {
  iris: rows({
    features: ["sepal length", "petal length"],
    answer: "json",
    classes: ["setosa", "virginica"],
  }),
  topics: huggingFace("text-classification"),
  images: huggingFace("image-classification"),
  "energy-use": rows({ features: ["hour", { name: "day", values: ["working", "weekend"] }], answer: "csv" }),
  writer: huggingFace("text-generation", { maxNewTokens: 100 }),
  faces: bytes({ takes: ["image/png"], maxBytes: 1_000_000, example: { answer: { faces: 2 } } }),
  raw: passThrough({ takes: "application/json", example: { request: { x: 1 }, answer: { y: 2 } } }),
  notes: text({ answer: "text", example: { text: "two", answer: { text: "zwei" } } }),
};

const faultsOf = (models: Models) => checkModels(models).map((fault) => describeFault(fault).trim());

/** The error of a definition that the compiler would refuse. */
function messageOf(define: () => ModelDefinition): string {
  try {
    defineModels({ iris: define() });
    return "no error";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("defineModels with ready-made contracts", () => {
  it("creates models with titles, routes and texts that the rules of the catalog accept", () => {
    // Act
    const models = defineModels(MODELS);

    // Assess
    expect(faultsOf(models)).toEqual([]);
    expect(models["energy-use"]).toMatchObject({
      model: "energy-use",
      route: { method: "POST", path: "/energy-use" },
      title: "Energy use",
      description: "Predicts a number from hour and day, for one or more rows.",
      allowed: '{"rows": [{"hour": <number>, "day": "working" or "weekend"}, …]}',
      example: { request: { rows: [{ hour: 1, day: "working" }] }, answer: { predictions: [0] } },
    });
  });

  it("uses the texts and the path of the options", () => {
    // Prepare
    const own = { path: "/v1/iris", title: "Iris", description: "Names an iris.", allowed: "rows" } as const;
    const options: RowsOptions = {
      ...own,
      features: ["length"],
      answer: "json",
      example: { request: { rows: [{ length: 4 }] }, answer: { predictions: [7] } },
    };

    // Act
    const { iris } = defineModels({ iris: rows(options) });

    // Assess
    const { path, ...texts } = own;
    expect(iris).toMatchObject({ ...texts, route: { method: "POST", path }, example: options.example });
    expect(iris.readyMade?.options).toEqual({ path, features: ["length"], answer: "json" });
  });

  it("creates API Gateway's request model from the options", () => {
    // Prepare
    const { iris } = defineModels({
      iris: rows({ features: ["a", { name: "b", values: ["x"] }], answer: "json" }),
    });

    // Act
    const model = requestModel(iris.schema);

    // Assess
    expect(model).toEqual({
      type: "object",
      properties: {
        rows: {
          type: "array",
          items: {
            type: "object",
            properties: { a: { type: "number" }, b: { type: "string", enum: ["x"] } },
            required: ["a", "b"],
            additionalProperties: false,
          },
        },
      },
      required: ["rows"],
      additionalProperties: false,
    });
  });

  it.each<[string, Record<string, ModelDefinition>, string]>([
    [
      "an answer that the contract refuses",
      {
        iris: rows({
          features: ["a"],
          answer: "json",
          classes: ["x"],
          example: { request: { rows: [{ a: 1 }] }, answer: { predictions: ["y"] } },
        }),
      },
      'functions/index.ts: iris.example.answer: got {"predictions":["y"]}; allowed: an answer that the contract allows; the contract refuses this answer: a prediction is neither one of the classes nor the index of a class (the documentation and the local stage show the example)',
    ],
    [
      "a request that the schema refuses",
      {
        raw: passThrough({
          takes: "application/json",
          schema: { type: "string" },
          example: { request: 1, answer: 2 },
        }),
      },
      "functions/index.ts: raw.example.request: got the number 1; allowed: a string (the documentation and the smoke test use the example)",
    ],
    [
      "a file that is not an object with contentType and base64",
      {
        photo: passThrough({ takes: ["image/jpeg"], example: { request: "/9j/", answer: 2 } }),
      },
      'functions/index.ts: photo.example.request: got "/9j/"; allowed: { contentType, base64 }, e.g. { contentType: "image/jpeg", base64: "<the file in base64>" } (the documentation and the smoke test use the example)',
    ],
    [
      "an answer that answerSchema refuses",
      {
        notes: text({
          answer: "json",
          answerSchema: { type: "number" },
          example: { text: "a", answer: "b" },
        }),
      },
      'functions/index.ts: notes.example.answer: got "b"; allowed: an answer that the contract allows; the contract refuses this answer: the answer does not match answerSchema (the documentation and the local stage show the example)',
    ],
    [
      "the path of another model",
      { a: huggingFace("fill-mask"), b: huggingFace("fill-mask", { path: "/a" }) },
      'functions/index.ts: b.route.path: got "/a"; allowed: a unique path (functions/index.ts, a, has "/a"; two models cannot have the same path, even with different methods)',
    ],
  ])("reports %s in the model's line", (_, definitions, expected) => {
    // Act
    const faults = faultsOf(defineModels(definitions));

    // Assess
    expect(faults).toEqual([expected]);
  });
});

/** `true` if the compiler accepts an example without a request for a media type, else `false`. */
type TakesAnswerAlone<MediaType extends string> = {
  readonly answer: unknown;
} extends BytesOptions<MediaType>["example"]
  ? true
  : false;

describe("options of ready-made contracts", () => {
  it("require an example with a request when the engine has no file of the media type", () => {
    // Prepare: only the values that the type allows compile
    const forKnownType: TakesAnswerAlone<"image/png"> = true;
    const forOtherType: TakesAnswerAlone<"image/x-other"> = false;

    // Act
    const messages = ["image/png", "image/x-other"].map((type) =>
      messageOf(() => bytes({ takes: [type], example: { answer: 1 } } as unknown as BytesOptions)),
    );

    // Assess
    expect(messages.map((message) => message === "no error")).toEqual([forKnownType, forOtherType]);
  });

  it("are refused with all faults of all models", () => {
    // Act
    const act = () =>
      defineModels({
        iris: rows({ features: [], answer: "xml" as "json" }),
        topics: huggingFace("sentiment" as "fill-mask"),
      });

    // Assess
    expect(act).toThrow(
      [
        "3 fault(s) in ready-made contracts:",
        '  iris: answer: got "xml"; allowed: "json", "csv", "predictions" (the formats of a container\'s answer)',
        "  iris: features: got an empty array; allowed: a list of at least one feature (a row has features)",
        '  topics: task: got "sentiment"; allowed: "text-classification", "token-classification", ',
      ].join("\n"),
    );
  });

  it("can contain a schema of zod in contract.ts, but not in functions/index.ts", () => {
    // Prepare
    const definition = passThrough({
      takes: "application/json",
      schema: z.strictObject({ x: z.number() }),
      example: { request: { x: 1 }, answer: 2 },
    });

    // Act
    const [message, module] = [messageOf(() => definition), definition.as("iris")];

    // Assess
    expect(message).toContain(
      'iris: schema: got a schema of zod; allowed: a JSON value; for code or a schema of zod, export const { contract, about } = ….as("iris") in functions/iris/contract.ts',
    );
    expect(faultsOf(defineModels({ iris: module }))).toEqual([]);
    expect(module.contract.schema.safeParse({ x: "1" }).success).toBe(false);
  });

  const features = ["a"];
  const namesOf = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);
  it.each<[string, () => ModelDefinition, string]>([
    [
      "a misspelt option",
      () => rows({ features, answer: "json", maxrows: 3 } as RowsOptions),
      "maxrows: got the number 3",
    ],
    [
      "a duplicate feature",
      () => rows({ features: ["a", "a"], answer: "json" }),
      'features[0]: got "a"; allowed: a unique name of 1 to 100 visible characters',
    ],
    [
      "the feature __proto__",
      () => rows({ features: ["__proto__"], answer: "json" }),
      'features[0]: got "__proto__"',
    ],
    [
      "a minimum of a text feature",
      () => rows({ features: [{ name: "a", type: "text", min: 1 } as never], answer: "json" }),
      'features[0].min: got "min"; allowed: name, type, maxCharacters',
    ],
    [
      "a range without numbers",
      () => rows({ features: [{ name: "a", min: 2, max: 1 }], answer: "json" }),
      "features[0].min: got the number 2; allowed: at most max, 1",
    ],
    [
      "a category with a text in place of a number",
      () => rows({ features: [{ name: "a", values: { low: "1" } } as never], answer: "json" }),
      'features[0].values.low: got "1"; allowed: a finite number',
    ],
    [
      "numbers of categories together with a column for each category",
      () => rows({ features: [{ name: "a", values: { low: 1 }, oneHot: true }], answer: "json" }),
      "features[0].values: got an object; allowed: a list of names, or no oneHot",
    ],
    [
      "a column for each category of a numeric feature",
      () => rows({ features: [{ name: "a", oneHot: true } as never], answer: "json" }),
      'features[0].oneHot: got "oneHot"; allowed: name, type, min, max, optional',
    ],
    [
      "classes together with predicts: number",
      () => rows({ features, answer: "json", predicts: "number", classes: ["a"] }),
      "classes: got an array of 1; allowed: no classes",
    ],
    [
      "an answer without the name of its list",
      () => rows({ features, answer: { value: "score" } as never }),
      'answer.list: got nothing; allowed: the name of a property, e.g. "scores"',
    ],
    [
      "a misspelt name of an answer",
      () => rows({ features, answer: { list: "scores", values: "score" } as never }),
      'answer.values: got "values"; allowed: list, value',
    ],
    [
      "a header of JSON",
      () => rows({ features, answer: "json", header: true }),
      "header: got the boolean true; allowed: false, or csv as the value of sends",
    ],
    [
      "a header that is no flag",
      () => rows({ features, answer: "csv", header: "yes" as never }),
      'header: got "yes"; allowed: true, false',
    ],
    [
      "a column without a name",
      () => rows({ features, answer: { column: "" } }),
      'answer.column: got ""; allowed: the name of a column, e.g. "class"',
    ],
    [
      "a column with a list",
      () => rows({ features, answer: { column: "a", list: "b" } as never }),
      'answer.list: got "list"; allowed: column (the answer is a column of a table)',
    ],
    [
      "one column for the scores of several classes",
      () => rows({ features, answer: { column: "proba" }, predicts: "scores", classes: ["a", "b"] }),
      'answer.column: got "proba"; allowed: a name with one * in place of the class, e.g. "*_proba" (predicts is scores)',
    ],
    [
      "a column with two wildcards for several outputs",
      () => rows({ features, answer: { column: "*_*" }, outputs: ["a", "b"] }),
      'answer.column: got "*_*"; allowed: a name with one * in place of the output, e.g. "*" (predicts is numbers)',
    ],
    [
      "a minimum of a date",
      () => rows({ features: [{ name: "a", type: "date", min: 1 } as never], answer: "json" }),
      'features[0].min: got "min"; allowed: name, type, optional',
    ],
    [
      "several questions",
      () => huggingFace("question-answering", { maxInputs: 2 }),
      "maxInputs: got the number 2; allowed: 1",
    ],
    [
      "several texts for a classifier",
      () => huggingFace("text-classification", { maxInputs: 2 }),
      "maxInputs: got the number 2; allowed: 1",
    ],
    [
      "several images",
      () => huggingFace("image-classification", { maxInputs: 2 }),
      "maxInputs: got the number 2; allowed: no maxInputs",
    ],
    [
      "a feature with a name that every object has",
      () => rows({ features: ["x", { name: "constructor", optional: true }], answer: "csv" }),
      'features[1]: got "constructor"; allowed: a unique name',
    ],
    [
      "an output with a name that every object has",
      () => rows({ features, answer: "json", outputs: ["low", "__proto__"] }),
      'outputs[1]: got "__proto__"; allowed: a name of 1 to 100 visible characters',
    ],
    [
      "several numbers without their names",
      () => rows({ features, answer: "json", predicts: "numbers" }),
      "outputs: got nothing; allowed: a list of at least one name",
    ],
    [
      "names of numbers together with predicts: number",
      () => rows({ features, answer: "json", predicts: "number", outputs: ["a"] }),
      "outputs: got an array of 1; allowed: no outputs",
    ],
    [
      "names of numbers together with classes",
      () => rows({ features, answer: "json", outputs: ["a"], classes: ["b"] }),
      "classes: got an array of 1; allowed: no classes",
    ],
    [
      "a missing value for TensorFlow Serving",
      () =>
        rows({ features: ["x", { name: "y", optional: true }], answer: "predictions", sends: "instances" }),
      "features[1].optional: got the boolean true; allowed: false, or another value of sends (TensorFlow Serving reads no null",
    ],
    [
      "a row of CSV whose only value can be missing",
      () => rows({ features: [{ name: "x", optional: true }], answer: "csv" }),
      "features[0].optional: got the boolean true; allowed: false, or a second feature",
    ],
    [
      "a text in place of a boolean",
      () => rows({ features: ["x", { name: "y", optional: "yes" as never }], answer: "csv" }),
      'features[1].optional: got "yes"; allowed: true, false',
    ],
    [
      "scores without classes",
      () => rows({ features, answer: "csv", predicts: "scores" }),
      "classes: got nothing; allowed: a list of at least one name",
    ],
    [
      "a probability of three classes",
      () => rows({ features, answer: "csv", predicts: "probability", classes: ["a", "b", "c"] }),
      "classes: got an array of 3; allowed: two classes",
    ],
    [
      "a class with a comma, for CSV",
      () => rows({ features, answer: "csv", classes: ["a,b"] }),
      "classes: got an array of 1; allowed: names without commas",
    ],
    ...(["records", "dataframe"] as const).map((sends): [string, () => ModelDefinition, string] => [
      `a column of a category with the name of a feature, for ${sends}`,
      () =>
        rows({
          features: [{ name: "season", values: ["fall", "spring"], oneHot: true }, "season_spring"],
          answer: "json",
          sends,
        }),
      'features[1]: got "season_spring"; allowed: a name with which the features season and season_spring have no column in common',
    ]),
    [
      "columns of two categories with the same name, for CSV with a header",
      () =>
        rows({
          features: [
            { name: "a", values: ["b_c", "z"], oneHot: true },
            { name: "a_b", values: ["y", "c"], oneHot: true },
          ],
          answer: "csv",
          header: true,
        }),
      'features[1]: got "a_b_c"; allowed: a name with which the features a and a_b have no column in common',
    ],
    [
      "more columns than one request can have",
      () =>
        rows({
          features: [{ name: "a".repeat(100), values: namesOf(40_000), oneHot: true }],
          answer: "json",
          sends: "records",
        }),
      "features: got an array of 1; allowed: columns of which one row fits in 4194304 bytes (the container would receive 40000 columns)",
    ],
    [
      "more rows of columns of categories than a request can have",
      () =>
        rows({
          features: [{ name: "a", values: namesOf(20_000), oneHot: true }],
          answer: "csv",
          maxRows: 105,
        }),
      "maxRows: got the number 105; allowed: a whole number from 1 to 104",
    ],
    [
      "more rows than a function can read",
      () => rows({ features, answer: "json", maxRows: 150_001 }),
      "maxRows: got the number 150001; allowed: a whole number from 1 to 150000",
    ],
    [
      "JSON in the list of passThrough",
      () =>
        passThrough({
          takes: ["application/json", "text/csv"],
          example: { request: {}, answer: {} },
        }),
      'takes: got an array of 2; allowed: "application/json" without a list, or a list of media types of bytes (a route that takes JSON and bytes needs a contract.ts',
    ],
    [
      "more bytes than an endpoint accepts",
      () => bytes({ takes: ["image/png"], maxBytes: 27_000_000, example: { answer: 1 } }),
      "maxBytes: got the number 27000000; allowed: a whole number from 1 to 26214400",
    ],
    [
      "a multipart media type",
      () =>
        bytes({
          takes: ["multipart/form-data"],
          example: { request: { contentType: "multipart/form-data", base64: "AAAA" }, answer: 1 },
        }),
      'takes[0]: got "multipart/form-data"; allowed: a media type in lower case',
    ],
    [
      "bytes without an example",
      () => bytes({ takes: ["image/png"] } as never),
      "example: got nothing; allowed: an object with answer",
    ],
    [
      "a media type without an example file or an example request",
      () => bytes({ takes: ["a/b"], example: { answer: 1 } } as never),
      "example.request: got nothing; allowed: a file of the type a/b",
    ],
    [
      "answerSchema of an answer in bytes",
      () =>
        bytes({
          takes: ["image/png"],
          answer: ["image/png"],
          answerSchema: {},
          example: { answer: { contentType: "image/png", base64: "AAAA" } },
        }),
      "answerSchema: got an object; allowed: answer: json",
    ],
    [
      "options for texts in a task for images",
      () => huggingFace("image-classification", { maxCharacters: 10 }),
      "maxCharacters: got the number 10; allowed: no maxCharacters",
    ],
    [
      "a media type that the toolkit does not decode",
      () => huggingFace("image-classification", { takes: ["image/avif"] }),
      'takes[0]: got "image/avif"; allowed: "image/jpeg"',
    ],
    [
      "parameters of another task",
      () => huggingFace("fill-mask", { parameters: { max_new_tokens: 3 } }),
      "parameters: got",
    ],
    [
      "an unsupported keyword",
      () =>
        passThrough({
          takes: "application/json",
          schema: { $ref: "#/x" } as never,
          example: { request: 1, answer: 1 },
        }),
      'schema.$ref: got "#/x"; allowed: the keywords anyOf, const, enum, type',
    ],
    [
      "a keyword that belongs to another type",
      () =>
        passThrough({
          takes: "application/json",
          schema: { type: "string", minimum: 1 },
          example: { request: "a", answer: 1 },
        }),
      "schema.minimum: got the number 1; allowed: the keywords type, minLength, maxLength, pattern",
    ],
    [
      "a faulty keyword in an inner schema",
      () =>
        passThrough({
          takes: "application/json",
          schema: { type: "object", properties: { x: { type: "text" as "string" } } },
          example: { request: {}, answer: 1 },
        }),
      'schema.properties.x.type: got "text"',
    ],
  ])("are refused with %s", (_, define, expected) => {
    // Act
    const message = messageOf(define);

    // Assess
    expect(message).toContain(`  iris: ${expected}`);
  });
});

describe("the folder of a model with a ready-made contract", () => {
  let functions: string;

  beforeAll(() => {
    functions = join(makeTempFolder(), "functions");
    mkdirSync(join(functions, "iris/sample"), { recursive: true });
    writeFileSync(join(functions, "iris/README.md"), "");
    mkdirSync(join(functions, "both"));
    writeFileSync(join(functions, "both/contract.ts"), "");
  });

  afterAll(() => removeFolder(join(functions, "..")));

  const definition = rows({ features: ["a"], answer: "json" });

  it("is optional, and can exist without contract.ts", () => {
    // Act
    const faults = checkCatalog(
      defineModels({ both: definition.as("both"), iris: definition, other: definition }),
      functions,
    );

    // Assess
    expect(faults).toEqual([]);
  });

  it("must not contain contract.ts", () => {
    // Act
    const [fault, ...others] = checkCatalog(defineModels({ both: definition }), functions);

    // Assess
    expect(others).toEqual([]);
    expect(fault && describeFault(fault)).toContain(
      "functions/both/contract.ts: the file: got a contract.ts together with the ready-made contract in functions/index.ts; allowed: either the ready-made contract in functions/index.ts, or contract.ts",
    );
  });
});
