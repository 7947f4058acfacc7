import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { App } from "cdktf";
import * as z from "zod/mini";
import { checkCatalog, InvalidCatalog, RESERVED_NAMES } from "../../src/app/catalog-checks";
import { InferenceStack } from "../../src/constructs/inference-stack";
import { parseEnvironment } from "../../src/environment/parse";
import type { Model } from "../../src/models";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { models as catalog } from "../fixtures/app/functions";
import { example, exampleWith } from "./support/environments";

const request = { petal: 1.4 };

/** A model without faults. */
function entryOf(model: string, changes: Partial<Model> = {}): Model {
  return {
    model,
    route: { method: "POST", path: `/${model}` },
    schema: z.strictObject({ petal: z.number() }),
    limits: { rows: 1, payloadInBytes: 1_000 },
    encode: () => ({ contentType: "text/csv", accept: "text/csv", body: "1.4", rows: 1 }),
    decode: (body) => body,
    title: "Iris",
    description: "Names the species of an iris.",
    allowed: '{"petal": <cm>}',
    example: { request, answer: "setosa" },
    ...changes,
  };
}

let functions: string;

beforeEach(() => {
  functions = makeTempFolder();
});

afterEach(() => removeFolder(functions));

/** The folder of a model, with these files. */
function makeFolder(name: string, files: readonly string[] = ["contract.ts", "handler.ts"]): void {
  mkdirSync(join(functions, name), { recursive: true });
  for (const file of files) writeFileSync(join(functions, name, file), "");
}

/** The faults of a catalog whose folders all exist, each as `file: field`, with their texts. */
function check(models: Readonly<Record<string, Model>>) {
  for (const name of Object.keys(models)) makeFolder(name);
  return checkCatalog(models, functions);
}

describe("the project's own catalog", () => {
  it("has no fault", () => {
    // Act
    const faults = checkCatalog(catalog);

    // Assess
    expect(faults).toEqual([]);
  });

  it("reserves the ids of a stack's constructs that are not constructs of a model", () => {
    // Prepare
    const { corsAllowOrigin: _, ...stage } = example.stage;
    const { accountId: _account, ...anyAccount } = exampleWith({
      functionUrl: {},
      access: "PUBLIC",
      artifact: "model.tar.gz",
    });
    const environment = {
      ...anyAccount,
      stage,
      website: {},
      network: { vpc: { availabilityZones: ["eu-central-1a"] } },
      callers: { notebooks: { mayInvoke: [{ model: "loan-default", by: "route" } as const] } },
    };
    const stack = new InferenceStack(new App({ outdir: functions }), parseEnvironment(environment), catalog);

    // Act
    const ids = stack.node.children.map(({ node }) => node.id);
    const others = ids.filter((id) => /^[a-z][a-z0-9-]*$/.test(id) && !id.startsWith("loan-default"));

    // Assess
    expect(others.filter((id) => !id.endsWith("-caller")).sort()).toEqual([...RESERVED_NAMES].sort());
  });
});

describe("two models with one path", () => {
  it.each([
    ["the same method", "POST", "/iris", "a unique path"],
    ["different methods", "GET", "/iris", "a unique path"],
    ["other capitals", "POST", "/Iris", "a path that differs in more than upper and lower case"],
  ] as const)("are refused with %s, and both files are named", (_, method, path, allowed) => {
    // Prepare
    const query = { schema: z.strictObject({ q: z.string() }), example: { request: { q: "a" }, answer: 1 } };
    const second = entryOf("wine", { route: { method, path }, ...(method === "GET" ? query : {}) });

    // Act
    const faults = check({ iris: entryOf("iris"), wine: second });

    // Assess
    expect(faults).toEqual([
      {
        environment: "functions/wine/contract.ts",
        field: "route.path",
        got: JSON.stringify(path),
        allowed,
        because:
          'functions/iris/contract.ts has "/iris"; two models cannot have the same path, even with different methods',
      },
    ]);
  });
});

describe("a path", () => {
  it.each([
    "/iris",
    "/v1/iris",
    "/Iris_2.0",
    // The local stage reserves these names at the top only, not below an environment.
    "/website",
    "/endpoints",
    "/ping/iris",
  ] as const)("may be %s", (path) => {
    // Act
    const faults = check({ iris: entryOf("iris", { route: { method: "POST", path } }) });

    // Assess
    expect(faults).toEqual([]);
  });

  it.each([
    "/iris/{id}",
    "/{proxy+}",
    "/iris/",
    "/",
    "//iris",
    "/v1//iris",
    "/iris?x=1",
    "/iris#a",
    "/ir is",
    "/ä",
    "/iris%20",
    "/*",
    "/..",
    "/v1/./iris",
    "/ping",
    "/sping",
    "/Ping",
    "iris" as `/${string}`,
    "" as `/${string}`,
  ] as const)("may not be %p", (path) => {
    // Act
    const faults = check({ iris: entryOf("iris", { route: { method: "POST", path } }) });

    // Assess
    expect(faults).toEqual([
      expect.objectContaining({
        environment: "functions/iris/contract.ts",
        field: "route.path",
        got: JSON.stringify(path),
      }),
    ]);
  });
});

describe("the name of a model", () => {
  it("that differs from its folder's name is reported with both files", () => {
    // Act
    const faults = check({ iris: entryOf("irises", { route: { method: "POST", path: "/iris" } }) });

    // Assess
    expect(faults).toEqual([
      {
        environment: "functions/iris/contract.ts",
        field: "model",
        got: '"irises"',
        allowed: '"iris"',
        because: 'functions/index.ts and the folder name the model "iris"',
      },
    ]);
  });

  it("that was copied from another model is reported with both contracts", () => {
    // Act
    const copy = entryOf("iris", { route: { method: "POST", path: "/wine" } });
    const faults = check({ iris: entryOf("iris"), wine: copy });

    // Assess
    expect(faults).toEqual([
      {
        environment: "functions/wine/contract.ts",
        field: "model",
        got: '"iris"',
        allowed: '"wine"',
        because: 'functions/iris/contract.ts has this name; functions/index.ts names this model "wine"',
      },
    ]);
  });

  it("is the only fault besides the path when a whole entry was copied", () => {
    // Act
    const faults = check({ iris: entryOf("iris"), wine: entryOf("iris") });

    // Assess
    expect(faults.map(({ environment, field }) => `${environment}: ${field}`)).toEqual([
      "functions/wine/contract.ts: model",
      "functions/wine/contract.ts: route.path",
    ]);
  });

  it.each([
    ["a_b"],
    ["Iris"],
    ["1iris"],
    ["iris-"],
    ["-iris"],
    ["iris--two"],
    [""],
    ["i".repeat(31)],
    ["ïris"],
    ["stage"],
    ["website"],
    ["team-caller"],
  ])("may not be %p", (name) => {
    // Act
    const faults = check({ [name]: entryOf(name, { route: { method: "POST", path: "/iris" } }) });

    // Assess
    expect(faults.filter(({ field }) => field === "model")).toEqual([
      expect.objectContaining({ got: JSON.stringify(name) }),
    ]);
  });

  it.each([["i"], ["iris"], ["iris-2"], ["i".repeat(30)]])("may be %p", (name) => {
    // Act
    const faults = check({ [name]: entryOf(name) });

    // Assess
    expect(faults).toEqual([]);
  });

  it.each([
    ["iris-2d", "iris2d", "the request model Iris2dRequest"],
    ["iris", "iris-function", "the output iris_function_url"],
    ["iris", "iris-function-url", "the construct iris-function-url"],
  ])("may not be %s beside %s: both would create %s", (one, other, derived) => {
    // Act
    const faults = check({ [one]: entryOf(one), [other]: entryOf(other) });

    // Assess
    expect(faults).toEqual([
      expect.objectContaining({
        environment: `functions/${other}/contract.ts`,
        field: "model",
        because: `functions/${one}/contract.ts also has ${derived}`,
      }),
    ]);
  });
});

describe("the folders", () => {
  it("must contain the contract of every model", () => {
    // Prepare
    makeFolder("iris", ["handler.ts"]);

    // Act
    const faults = checkCatalog({ iris: entryOf("iris") }, functions);

    // Assess
    expect(faults).toEqual([
      expect.objectContaining({
        environment: "functions/iris/contract.ts",
        field: "the file",
        got: "no such file",
        because: "functions/index.ts names the model iris",
      }),
    ]);
  });

  it("may not contain a contract that the catalog omits", () => {
    // Prepare
    makeFolder("iris");
    makeFolder("wine");
    makeFolder("notes", ["README.md"]);

    // Act
    const faults = checkCatalog({ iris: entryOf("iris") }, functions);

    // Assess
    expect(faults).toEqual([
      expect.objectContaining({
        environment: "functions/wine/contract.ts",
        field: "the folder",
        allowed: 'an entry "wine" in functions/index.ts; without an entry, delete the folder',
      }),
    ]);
  });
});

describe("a contract", () => {
  it("is reported with its missing exports, without rules that need the exports", () => {
    // Prepare: an entry of a file without the export `about`
    const { title: _t, description: _d, allowed: _a, example: _e, ...contract } = entryOf("iris");

    // Act
    const faults = check({ iris: contract as Model });

    // Assess
    expect(faults.map(({ field, got }) => `${field}: ${got}`)).toEqual([
      "title: nothing",
      "description: nothing",
      "allowed: nothing",
      "example: nothing",
    ]);
    expect(faults[0]?.because).toContain("sagemaker-stages/model");
  });

  it.each<[string, Partial<Model>, string, string]>([
    [
      "rows in a list that the request does not have",
      { limits: { rows: 10, rowsIn: "petals", payloadInBytes: 100 } },
      "limits.rowsIn",
      '"petals"',
    ],
    ...[
      ["that JSON lacks", () => ({ n: 1n })],
      ["in a promise", (async () => ({ n: 1 })) as unknown as () => { n: number }],
    ].map(([what, problemMembers]): [string, Partial<Model>, string, string] => [
      `members of problems ${what}`,
      { problemMembers } as Partial<Model>,
      "problemMembers",
      "a function that fails, or that returns no object of JSON, e.g. a promise",
    ]),
    ["zero rows", { limits: { rows: 0, payloadInBytes: 10 } }, "limits.rows", "0"],
    ["half a row", { limits: { rows: 1.5, payloadInBytes: 10 } }, "limits.rows", "1.5"],
    [
      "an infinite number of rows",
      { limits: { rows: Number.POSITIVE_INFINITY, payloadInBytes: 10 } },
      "limits.rows",
      "Infinity",
    ],
    [
      "a payload of zero bytes",
      {
        limits: { rows: 1, payloadInBytes: 0 },
        encode: () => ({ contentType: "text/csv", accept: "text/csv", body: "1", rows: 1 }),
      },
      "limits.payloadInBytes",
      "0",
    ],
    [
      "a payload that is larger than the function can read",
      { limits: { rows: 1, payloadInBytes: 26_214_401 } },
      "limits.payloadInBytes",
      "26214401",
    ],
    ["no title", { title: "" }, "title", '""'],
    ["a title with white space", { title: " Iris" }, "title", '" Iris"'],
    [
      "a dollar sign, which templates use for variables",
      { allowed: '{"price": "$5"}' },
      "allowed",
      '"{\\"price\\": \\"$5\\"}"',
    ],
    ["two lines", { description: "One.\nTwo." }, "description", '"One.\\nTwo."'],
    ["a long description", { description: "i".repeat(257) }, "description", "257 characters"],
    [
      "a text dialect on a route with a query",
      {
        route: { method: "GET", path: "/iris" },
        schema: z.strictObject({ q: z.string() }),
        example: { request: { q: "a" }, answer: 1 },
        text: { read: (text) => text, write: String },
      },
      "text",
      "a text dialect together with route.method GET",
    ],
    ["a query of numbers", { route: { method: "GET", path: "/iris" } }, "example.request", '{"petal":1.4}'],
    [
      "a part that no JSON value matches",
      { schema: z.object({ petal: z.number(), when: z.optional(z.date()) }) },
      "schema.when",
      "z.date()",
    ],
    [
      "an example that its own schema refuses",
      { schema: z.strictObject({ petal: z.string() }) },
      "example.request.petal",
      "the number 1.4",
    ],
    [
      "an answer with NaN",
      { example: { request, answer: [Number.NaN] } },
      "example.answer",
      "a value that JSON changes to [null]",
    ],
    [
      "the answer undefined",
      { example: { request, answer: undefined } },
      "example.answer",
      "a value that JSON cannot represent",
    ],
    [
      "a large integer",
      { example: { request, answer: 5n } },
      "example.answer",
      "a value that JSON cannot represent",
    ],
    [
      "a request with a date",
      { example: { request: { petal: new Date(0) }, answer: 1 } },
      "example.request",
      'a value that JSON changes to {"petal":"1970-01-01T00:00:00.000Z"}',
    ],
    [
      "an encoding that throws",
      {
        encode: () => {
          throw new RangeError("no scaler");
        },
      },
      "encode",
      "RangeError: no scaler",
    ],
    [
      "a schema that throws",
      {
        schema: z.strictObject({ petal: z.number() }).check(() => {
          throw new RangeError("no list");
        }),
      },
      "schema",
      "RangeError: no list",
    ],
    [
      "a lazy schema that throws",
      {
        schema: z.lazy((): z.ZodMiniType => {
          throw new ReferenceError("part is not defined");
        }),
      },
      "schema",
      "ReferenceError: part is not defined",
    ],
    [
      "an example that exceeds the contract's own limits",
      { limits: { rows: 1, payloadInBytes: 2 } },
      "encode(example.request).body",
      "3 bytes",
    ],
    [
      "an encoding with zero rows",
      { encode: () => ({ contentType: "text/csv", accept: "text/csv", body: "1", rows: 0 }) },
      "encode(example.request).rows",
      "0",
    ],
  ])("may not have %s", (_, changes, field, got) => {
    // Act
    const faults = check({ iris: entryOf("iris", changes) });

    // Assess
    expect(faults).toEqual([
      expect.objectContaining({ environment: "functions/iris/contract.ts", field, got }),
    ]);
  });
});

describe("InvalidCatalog", () => {
  it("lists every fault of models and environments on separate lines", () => {
    // Prepare
    const faults = check({
      iris: entryOf("iris", { title: "", limits: { rows: 0, payloadInBytes: 1_000 } }),
      wine: entryOf("wine", { route: { method: "POST", path: "/iris" } }),
    });
    const other = { environment: "dev", field: "region", got: '"x"', allowed: "a region", because: "AWS" };

    // Act
    const { message } = new InvalidCatalog(faults, [other]);

    // Assess
    expect(message.split("\n")).toEqual([
      "3 fault(s) in functions/:",
      expect.stringMatching(
        /^ {2}functions\/iris\/contract\.ts: limits\.rows: got 0; allowed: a whole number from 1 \(/,
      ),
      expect.stringMatching(/^ {2}functions\/iris\/contract\.ts: title: got ""; allowed: one line /),
      expect.stringMatching(
        /^ {2}functions\/wine\/contract\.ts: route\.path: got "\/iris"; allowed: a unique path \(functions\/iris\/contract\.ts has /,
      ),
      "1 fault(s) in environments/:",
      '  dev: region: got "x"; allowed: a region (AWS)',
    ]);
  });
});
