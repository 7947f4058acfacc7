import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import * as z from "zod/mini";
import { checkCatalog } from "../../src/app/catalog-checks";
import { checkEnvironments } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import type { Fault } from "../../src/environment/fault-collector";
import type { ModelSettings } from "../../src/environment/model-settings";
import { defineModels } from "../../src/models";
import { type PythonRoute, python } from "../../src/python-model";
import { synthesize } from "../../src/testing/synthesize";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { CHURN_HANDLER, CHURN_ROUTE, CHURN_SETTINGS, devWithChurn } from "../python/support/churn";

const FIXTURE_APP = join(__dirname, "../fixtures/app");

let app: string;
let before: string;

beforeEach(() => {
  before = process.cwd();
  app = makeTempFolder();
  cpSync(join(FIXTURE_APP, "stacks"), join(app, "stacks"), { recursive: true });
  mkdirSync(join(app, "functions/churn"), { recursive: true });
  writeFileSync(join(app, "functions/churn/handler.py"), CHURN_HANDLER);
  process.chdir(app);
});

afterEach(() => {
  process.chdir(before);
  removeFolder(app);
});

const MODELS = defineModels({ churn: python(CHURN_ROUTE) });

/** An environment that serves only this model. */
function withChurn(settings: Partial<ModelSettings> = {}): Environment {
  const { churn } = devWithChurn(settings).models;
  if (churn === undefined) throw new Error("there is no model");
  return { ...devWithChurn(), models: { churn } };
}

function functionOf(environment: Environment) {
  const stack = synthesize({ models: MODELS, environments: [environment] }).stack(environment.name);
  const [fn] = Object.values(stack.terraform.resource?.aws_lambda_function ?? {});
  return { fn, stack };
}

describe("the function of a model with handler.py", () => {
  it("has the Python handler, the Python runtime, and otherwise the settings of every function", () => {
    // Act
    const { fn } = functionOf(withChurn());

    // Assess
    expect(fn).toMatchObject({
      architectures: ["arm64"],
      description: CHURN_ROUTE.description,
      environment: { variables: { CORS_ALLOW_ORIGIN: "*", ENDPOINT_NAME: "dev-churn" } },
      function_name: "dev-churn",
      handler: "handler.lambda_handler",
      logging_config: { log_format: "JSON" },
      memory_size: 256,
      runtime: "python3.13",
      timeout: 28,
      tracing_config: { mode: "Active" },
    });
  });

  it("has the runtime and the architecture of the environment", () => {
    // Act
    const { fn } = functionOf(
      withChurn({ function: { runtime: "python3.12", architecture: "x86_64", memorySizeInMb: 512 } }),
    );

    // Assess
    expect(fn).toMatchObject({ architectures: ["x86_64"], memory_size: 512, runtime: "python3.12" });
  });

  it("is behind a route with the request model of route.json", () => {
    // Act
    const { stack } = functionOf(withChurn());

    // Assess
    const [api] = Object.values(stack.terraform.resource?.aws_api_gateway_rest_api ?? {});
    const text = JSON.stringify(api);
    expect(text).toContain("ChurnRequest");
    const { schemas } = JSON.parse(String((api as { body: string }).body)).components;
    expect(schemas.ChurnRequest).toEqual({
      type: "object",
      properties: { row: { type: "array", items: { type: "number" } } },
      required: ["row"],
      additionalProperties: false,
    });
  });
});

describe("the settings of a model with handler.py", () => {
  function faultsOf(settings: object): Fault[] {
    const environment = withChurn();
    const churn = { ...CHURN_SETTINGS, ...settings } as ModelSettings;
    return checkEnvironments([{ ...environment, models: { churn } }], { models: MODELS });
  }

  it.each(["python3.9", "python3.10", "python3.15", "nodejs26.x"])("refuse the runtime %s", (runtime) => {
    // Act
    const faults = faultsOf({ function: { runtime } });

    // Assess
    expect(faults).toEqual([
      expect.objectContaining({
        field: "models.churn.function.runtime",
        got: JSON.stringify(runtime),
        allowed: "nodejs22.x, nodejs24.x, python3.11, python3.12, python3.13, python3.14",
        because: expect.stringContaining("https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"),
      }),
    ]);
  });

  it("refuse a runtime of Node.js, because the handler is in Python", () => {
    // Act
    const faults = faultsOf({ function: { runtime: "nodejs24.x" } });

    // Assess
    expect(faults).toEqual([
      expect.objectContaining({
        field: "models.churn.function.runtime",
        got: '"nodejs24.x"',
        allowed:
          "python3.11, python3.12, python3.13, python3.14; or no runtime, for the environment's functionRuntimes",
        because: "the model has handler.py",
      }),
    ]);
  });

  it("refuse an existing function, because the function is created from handler.py", () => {
    // Act
    const faults = faultsOf({ existingFunction: "scoring" });

    // Assess
    expect(faults.map(({ field }) => field)).toEqual(["models.churn.existingFunction"]);
  });

  it("are refused for a model with a contract", () => {
    // Prepare
    const environment = withChurn({ function: { runtime: "python3.13", architecture: "arm64" } });
    const models = { churn: { route: { method: "POST", path: "/churn" } } } as const;

    // Act
    const faults = checkEnvironments([environment], { models });

    // Assess
    expect(faults.map(({ field }) => field)).toEqual([
      "models.churn.function.runtime",
      "models.churn.function.architecture",
    ]);
  });
});

describe("the catalog", () => {
  function faultsOf(route: object = CHURN_ROUTE, name = "churn"): Fault[] {
    return checkCatalog(defineModels({ [name]: python(route as PythonRoute) }));
  }

  it.each([
    ["with JSON and a JSON Schema", CHURN_ROUTE],
    ["without a schema", { ...CHURN_ROUTE, schema: undefined }],
    ["with a schema of zod/mini", { ...CHURN_ROUTE, schema: z.strictObject({ row: z.array(z.number()) }) }],
    [
      "with the method GET",
      {
        ...CHURN_ROUTE,
        method: "GET",
        schema: { type: "object", properties: { q: { type: "string" } }, required: ["q"] },
        example: { request: { q: "text" }, answer: 1 },
      },
    ],
  ])("accepts a route %s", (_title, route) => {
    // Act
    const faults = faultsOf(route);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<readonly [string, object, string, string]>([
    ["has another method", { method: "PUT" }, "method", "GET or POST"],
    ["has a path with a parameter", { path: "/{id}" }, "route.path", "a path without parameters"],
    ["has a misspelt property", { titel: "Churn" }, "titel", "method, path, title"],
    ["has no title", { title: undefined }, "title", "a value of the type string"],
    ["has an invalid schema", { schema: { type: "number", not: { minimum: 1 } } }, "schema", "a JSON Schema"],
    [
      "has a schema with a reference to another document",
      { schema: { $ref: "https://example.com/x" } },
      "schema",
      "a JSON Schema",
    ],
    [
      "has an example that the schema refuses",
      { example: { request: {}, answer: 1 } },
      "example.request.row",
      "an array",
    ],
  ])("refuses a route that %s", (_title, changes, field, allowed) => {
    // Act
    const faults = faultsOf({ ...CHURN_ROUTE, ...changes });

    // Assess
    expect(faults[0]).toMatchObject({
      environment: "functions/churn/route.json",
      field,
      allowed: expect.stringContaining(allowed),
    });
  });

  it("refuses an entry without handler.py, and a handler.py without an entry", () => {
    // Act
    const withoutHandler = faultsOf(CHURN_ROUTE, "other");
    rmSync(join(app, "functions/churn/handler.py"));
    const removed = faultsOf();

    // Assess
    expect(withoutHandler.map(({ environment, field, got }) => [environment, field, got])).toEqual([
      ["functions/other", "handler.py", "no such file"],
      ["functions/churn", "handler.py", "a handler that functions/index.ts does not list"],
    ]);
    expect(removed.map(({ got }) => got)).toEqual(["no such file"]);
  });
});
