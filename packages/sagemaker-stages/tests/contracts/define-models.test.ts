import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import * as z from "zod/mini";
import { checkCatalog, checkModels } from "../../src/app/catalog-checks";
import { requestModel } from "../../src/constructs/api/request-model";
import { describeFault } from "../../src/environment/report";
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

/** The five models of the documentation. */
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

/** The error of a definition, which a team makes without the compiler. */
function messageOf(define: () => ModelDefinition): string {
  try {
    defineModels({ iris: define() });
    return "no error";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("defineModels with ready-made contracts", () => {
  it("makes models that the rules of the catalog accept, with their titles, routes and texts", () => {
    // Act
    const models = defineModels(MODELS);

    // Assess
    expect(faultsOf(models)).toEqual([]);
    expect(models["energy-use"]).toMatchObject({
      model: "energy-use",
      route: { method: "POST", path: "/energy-use" },
      title: "Energy use",
      description: "Predicts a number from hour and day, for one row or many.",
      allowed: '{"rows": [{"hour": <number>, "day": "working" or "weekend"}, …]}',
      example: { request: { rows: [{ hour: 1, day: "working" }] }, answer: { predictions: [0] } },
    });
  });

  it("takes the team's texts and path", () => {
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

  it("makes API Gateway's request model from the options", () => {
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
      "an answer that the contract cannot give",
      {
        iris: rows({
          features: ["a"],
          answer: "json",
          classes: ["x"],
          example: { request: { rows: [{ a: 1 }] }, answer: { predictions: ["y"] } },
        }),
      },
      'functions/index.ts: iris.example.answer: got {"predictions":["y"]}; allowed: an answer of the contract; of a container that answers so, the contract says: a prediction is neither one of the classes nor the index of a class (the documentation and the local stage show the example)',
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
      "functions/index.ts: raw.example.request: got the number 1; allowed: a string (the example is sent as it stands)",
    ],
    [
      "a file that is not in the form of a request",
      {
        photo: passThrough({ takes: ["image/jpeg"], example: { request: "/9j/", answer: 2 } }),
      },
      'functions/index.ts: photo.example.request: got "/9j/"; allowed: { contentType, base64 }, e.g. { contentType: "image/jpeg", base64: "<the file in base64>" } (the example is sent as it stands)',
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
      'functions/index.ts: notes.example.answer: got "b"; allowed: an answer of the contract; of a container that answers so, the contract says: the answer does not fit answerSchema (the documentation and the local stage show the example)',
    ],
    [
      "the path of another model",
      { a: huggingFace("fill-mask"), b: huggingFace("fill-mask", { path: "/a" }) },
      'functions/index.ts: b.route.path: got "/a"; allowed: a path of its own (functions/index.ts, a, has "/a"; a path leads to one model, whatever the method)',
    ],
  ])("reports %s in the model's line", (_, definitions, expected) => {
    // Act
    const faults = faultsOf(defineModels(definitions));

    // Assess
    expect(faults).toEqual([expected]);
  });
});

/** Whether the compiler accepts an example without a request, for a media type. */
type TakesAnswerAlone<MediaType extends string> = {
  readonly answer: unknown;
} extends BytesOptions<MediaType>["example"]
  ? true
  : false;

describe("options of ready-made contracts", () => {
  it("have an example with a request, as the compiler requires, where the engine has no file of the media type", () => {
    // Prepare: another value of these constants does not compile.
    const forKnownType: TakesAnswerAlone<"image/png"> = true;
    const forOtherType: TakesAnswerAlone<"image/x-other"> = false;

    // Act
    const messages = ["image/png", "image/x-other"].map((type) =>
      messageOf(() => bytes({ takes: [type], example: { answer: 1 } } as unknown as BytesOptions)),
    );

    // Assess
    expect(messages.map((message) => message === "no error")).toEqual([forKnownType, forOtherType]);
  });

  it("are refused with all faults of all models at once", () => {
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
        '  iris: answer: got "xml"; allowed: "json", "csv", "predictions" (the forms that containers answer in)',
        "  iris: features: got an empty array; allowed: a list of at least one feature (a row has features)",
        '  topics: task: got "sentiment"; allowed: "text-classification", "token-classification", ',
      ].join("\n"),
    );
  });

  it("cannot contain a schema of zod in functions/index.ts, but in the model's contract.ts", () => {
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
      'iris: schema: got a schema of zod; allowed: what JSON can hold; with code or a schema of zod, export const { contract, about } = ….as("iris") in functions/iris/contract.ts',
    );
    expect(faultsOf(defineModels({ iris: module }))).toEqual([]);
    expect(module.contract.schema.safeParse({ x: "1" }).success).toBe(false);
  });

  const features = ["a"];
  it.each<[string, () => ModelDefinition, string]>([
    [
      "a misspelt option",
      () => rows({ features, answer: "json", maxrows: 3 } as RowsOptions),
      "maxrows: got the number 3",
    ],
    [
      "a feature twice",
      () => rows({ features: ["a", "a"], answer: "json" }),
      'features[0]: got "a"; allowed: a name of 1 to 100 visible characters that occurs once',
    ],
    [
      "the feature __proto__",
      () => rows({ features: ["__proto__"], answer: "json" }),
      'features[0]: got "__proto__"',
    ],
    [
      "limits of a text",
      () => rows({ features: [{ name: "a", type: "text", min: 1 } as never], answer: "json" }),
      'features[0].min: got "min"; allowed: name, type, maxCharacters',
    ],
    [
      "a range without numbers",
      () => rows({ features: [{ name: "a", min: 2, max: 1 }], answer: "json" }),
      "features[0].min: got the number 2; allowed: at most max, 1",
    ],
    [
      "classes of numbers",
      () => rows({ features, answer: "json", predicts: "number", classes: ["a"] }),
      "classes: got an array of 1; allowed: no classes",
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
      "commas in classes of CSV",
      () => rows({ features, answer: "csv", classes: ["a,b"] }),
      "classes: got an array of 1; allowed: names without commas",
    ],
    [
      "more rows than a function reads",
      () => rows({ features, answer: "json", maxRows: 150_001 }),
      "maxRows: got the number 150001; allowed: a whole number from 1 to 150000",
    ],
    [
      "more bytes than an endpoint takes",
      () => bytes({ takes: ["image/png"], maxBytes: 7_000_000, example: { answer: 1 } }),
      "maxBytes: got the number 7000000; allowed: a whole number from 1 to 6291456",
    ],
    [
      "a form of several parts",
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
      "an unknown file without an example request",
      () => bytes({ takes: ["a/b"], example: { answer: 1 } } as never),
      "example.request: got nothing; allowed: a file of the type a/b",
    ],
    [
      "a schema of an answer that is bytes",
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
      "texts for an image",
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
      "a keyword of another type",
      () =>
        passThrough({
          takes: "application/json",
          schema: { type: "string", minimum: 1 },
          example: { request: "a", answer: 1 },
        }),
      "schema.minimum: got the number 1; allowed: the keywords type, minLength, maxLength, pattern",
    ],
    [
      "a faulty keyword inside",
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

  it("is not necessary, and can exist without contract.ts", () => {
    // Act
    const faults = checkCatalog(
      defineModels({ both: definition.as("both"), iris: definition, other: definition }),
      functions,
    );

    // Assess
    expect(faults).toEqual([]);
  });

  it("cannot have contract.ts as well", () => {
    // Act
    const [fault, ...others] = checkCatalog(defineModels({ both: definition }), functions);

    // Assess
    expect(others).toEqual([]);
    expect(fault && describeFault(fault)).toContain(
      "functions/both/contract.ts: the file: got a contract beside the ready-made contract in functions/index.ts; allowed: either the line in functions/index.ts, or contract.ts",
    );
  });
});
