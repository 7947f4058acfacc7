import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { catalog } from "../../functions/catalog";

const FUNCTIONS = join(__dirname, "../../functions");
/** What belongs to no model. */
const SHARED = "shared";

const models = Object.entries(catalog);

describe("the catalog", () => {
  it("has every model's folder, and nothing else", () => {
    // Act
    const folders = readdirSync(FUNCTIONS, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== SHARED)
      .map(({ name }) => name);

    // Assess
    expect(Object.keys(catalog).sort()).toEqual(folders.sort());
  });

  it("gives every model a route of its own", () => {
    // Act
    const routes = models.map(([, { route }]) => `${route.method} ${route.path}`);

    // Assess
    expect(new Set(routes).size).toBe(models.length);
  });
});

describe.each(models)("%s", (key, { model, route, schema, limits, example }) => {
  it("has a folder with a contract and a handler", () => {
    // Act
    const files = readdirSync(join(FUNCTIONS, key));

    // Assess
    expect(files).toEqual(expect.arrayContaining(["contract.ts", "handler.ts"]));
  });

  it("has the same name in its contract, fit to be part of every resource's name", () => {
    // Act
    const name = model;

    // Assess
    expect(name).toBe(key);
    expect(name).toMatch(/^[a-z][a-z0-9-]{0,29}$/);
  });

  it("has a route that API Gateway does not keep for itself", () => {
    // Act
    const { path } = route;

    // Assess
    expect(path).toMatch(/^\/[a-z0-9-]+$/);
    expect(["/ping", "/sping"]).not.toContain(path);
  });

  it("has limits that a serverless endpoint can hold", () => {
    // Act
    const { rows, payloadInBytes } = limits;

    // Assess
    expect(rows).toBeGreaterThanOrEqual(1);
    expect(payloadInBytes).toBeGreaterThanOrEqual(1);
    expect(payloadInBytes).toBeLessThanOrEqual(4 * 1024 * 1024);
  });

  it("has an example that its own schema lets through unchanged", () => {
    // Act
    const parsed = schema.safeParse(example.request);

    // Assess
    expect(parsed).toEqual({ success: true, data: example.request });
  });
});
