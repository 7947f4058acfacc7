import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { catalog } from "../../functions/catalog";
import { type About, type Contract, SERVERLESS_PAYLOAD_IN_BYTES } from "../../functions/shared/contract";
import { parseRequest } from "../../functions/shared/request";

const FUNCTIONS = join(__dirname, "../../functions");
/** What belongs to no model. */
const SHARED = "shared";

const models: [string, Contract<unknown, unknown> & About<unknown, unknown>][] = Object.entries(catalog);

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

describe.each(models)("%s", (key, entry) => {
  const { model, route, schema, limits, example, text, title, description, allowed } = entry;

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

  it("names the list of its rows where it takes a batch, so that rows are counted before they are looked at", () => {
    // Prepare
    const { rows, rowsIn = "" } = limits;
    const batch = { [rowsIn]: Array(rows + 1).fill(null) };

    // Act
    const parse = () => parseRequest(entry, batch);

    // Assess
    expect(rowsIn !== "").toBe(rows > 1);
    if (rows > 1) {
      expect(Object.keys(example.request as object)).toContain(rowsIn);
      expect(parse).toThrow(
        expect.objectContaining({
          failure: { status: 413, detail: `batch: got ${rows + 1} rows; allowed: at most ${rows}` },
        }),
      );
    }
  });

  it("refuses a payload before a station on its way would, which knows less to say", () => {
    // Act
    const stations = [
      limits.payloadInBytes,
      // https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html
      SERVERLESS_PAYLOAD_IN_BYTES,
      // Request and response of a function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
      6 * 1024 * 1024,
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
      10 * 1024 * 1024,
    ];

    // Assess
    expect(stations).toEqual([...stations].sort((one, other) => one - other));
  });

  it("has an example that its own schema lets through unchanged", () => {
    // Act
    const parsed = schema.safeParse(example.request);

    // Assess
    expect(parsed).toEqual({ success: true, data: example.request });
  });

  it("has an example that is within its own limits", () => {
    // Act
    const { body, rows } = entry.encode(example.request);

    // Assess
    expect(rows).toBeGreaterThanOrEqual(1);
    expect(rows).toBeLessThanOrEqual(limits.rows);
    expect(Buffer.byteLength(body)).toBeGreaterThanOrEqual(1);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(limits.payloadInBytes);
  });

  it("encodes a request as often as it is asked to, and leaves it as it is", () => {
    // Prepare
    const before = JSON.stringify(example.request);

    // Act
    const [first, second] = [entry.encode(example.request), entry.encode(example.request)];

    // Assess
    expect(second).toEqual(first);
    expect(JSON.stringify(example.request)).toBe(before);
  });

  it("has an example that survives JSON, and texts alone where it is asked by a query", () => {
    // Act
    const values = Object.values(example.request as object).map((value) => typeof value);

    // Assess
    expect(JSON.parse(JSON.stringify(example))).toEqual(example);
    if (route.method === "GET") expect(new Set(values)).toEqual(new Set(["string"]));
  });

  it("reads a text, where it takes one, as a request that its schema lets through", () => {
    // Act
    const read = text?.read("good");

    // Assess
    if (text !== undefined) expect(schema.safeParse(read).success).toBe(true);
    expect(text === undefined || route.method === "POST").toBe(true);
  });

  it("has a description that Lambda takes and Terraform does not read as a template", () => {
    // Act
    const { length } = description;

    // Assess: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    expect(length).toBeGreaterThanOrEqual(1);
    expect(length).toBeLessThanOrEqual(256);
    expect(description).not.toMatch(/[$%]\{/);
  });

  it.each([
    { what: "title", line: title },
    { what: "description", line: description },
    { what: "allowed form of a request", line: allowed },
  ])("has a $what in one line that no template reads", ({ line }) => {
    // Act
    const trimmed = line.trim();

    // Assess: $ and # begin a reference or a directive in API Gateway's templates
    expect(trimmed).toBe(line);
    expect(line).toMatch(/^[^\n\r$#]+$/);
    expect(line).not.toMatch(/%\{/);
  });
});
