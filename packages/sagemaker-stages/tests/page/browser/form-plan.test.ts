import { describe, expect, it } from "@jest/globals";
import { huggingFace } from "../../../src/contracts/hugging-face";
import {
  type FieldPlan,
  planOwnRequest,
  planRequest,
  planRoutes,
  type RoutePlan,
} from "../../../src/page/plan/form-plan";
import type { Json, PublicDocument } from "../../../src/page/public-document";
import { models } from "../../fixtures/app/functions";
import { documentOf, everyRoute, STAGE_URL } from "../support/documents";

/** The initial texts of the fields. */
function untouched(route: RoutePlan): Map<FieldPlan, string> {
  return new Map(route.fields.map((field) => [field, field.example]));
}

/** The form of a body with this schema. */
function formOf(schema: Json, example?: Json): RoutePlan {
  const content = { schema, ...(example === undefined ? {} : { example }) };
  const document: PublicDocument = {
    openapi: "3.0.1",
    info: { title: "test", version: "1.0.0" },
    servers: [{ url: STAGE_URL }],
    paths: { "/a": { post: { requestBody: { content: { "application/json": content } }, security: [] } } },
    components: { schemas: {} },
  };
  const [route] = planRoutes(document);
  if (route === undefined) throw new Error("there is no route");
  return route;
}

function routeOf(path: string): RoutePlan {
  const route = planRoutes(everyRoute()).find((candidate) => candidate.path === path);
  if (route === undefined) throw new Error(`there is no route ${path}`);
  return route;
}

describe.each(Object.values(models))("the form of $model", ({ route: { method, path }, example }) => {
  it("sends the example when the fields are unchanged", () => {
    // Prepare
    const route = routeOf(path);

    // Act
    const planned = planRequest(route, untouched(route));

    // Assess
    const query = new URLSearchParams(example.request as unknown as Record<string, string>);
    expect(route.method).toBe(method);
    expect(planned).toEqual(
      method === "GET" ? { target: `${path}?${query}` } : { target: path, body: example.request },
    );
  });
});

describe("a form", () => {
  it("has no field for an optional object that cannot have a property", () => {
    // Prepare
    const document = documentOf({ vectors: huggingFace("feature-extraction") });

    // Act
    const fields = planRoutes(document).flatMap((route) => route.fields.map(({ name }) => name));

    // Assess
    expect(fields).toEqual(["inputs"]);
    expect(Object.values(document.components.schemas)).toContainEqual(
      expect.objectContaining({
        additionalProperties: false,
        properties: expect.objectContaining({
          parameters: expect.objectContaining({ description: "No property is allowed.", maxProperties: 0 }),
        }),
      }),
    );
  });

  it.each<[string, Json]>([
    [
      "required",
      { type: "object", required: ["a"], properties: { a: { type: "object", additionalProperties: false } } },
    ],
    ["open to every property", { type: "object", properties: { a: { type: "object" } } }],
  ])("has a field for an object that is %s", (_, schema) => {
    // Act
    const fields = formOf(schema).fields.map(({ name }) => name);

    // Assess
    expect(fields).toEqual(["a"]);
  });
});

describe("a field with null as its example", () => {
  it.each<[string, Json]>([
    ["a text", { type: "string" }],
    ["an object", { type: "object" }],
  ])("sends null when the property takes %s or null", (_, schema) => {
    // Prepare
    const route = formOf(
      { type: "object", properties: { a: { anyOf: [schema, {}] } }, required: ["a"] },
      { a: null },
    );

    // Act
    const planned = planRequest(route, untouched(route));

    // Assess
    expect(route.fields).toMatchObject([{ name: "a", kind: "json", example: "null" }]);
    expect(planned).toEqual({ target: "/a", body: { a: null } });
  });
});

describe("a route", () => {
  it("the route has an id for its elements and the name of its model", () => {
    // Act
    const { id, model } = routeOf("/loan-default");

    // Assess
    expect({ id, model }).toEqual({ id: "post-loan-default", model: "loan-default" });
  });
});

describe("the request of a view's own form", () => {
  it("the request becomes the body when the route is a POST", () => {
    // Act
    const planned = planOwnRequest(routeOf("/ticket-urgency"), { message: "a" });

    // Assess
    expect(planned).toEqual({ target: "/ticket-urgency", body: { message: "a" } });
  });

  it("the request becomes the encoded query, without absent parameters, when the route is a GET", () => {
    // Act
    const planned = planOwnRequest(routeOf("/language-check"), { q: "a & b", k: undefined });

    // Assess
    expect(planned).toEqual({ target: "/language-check?q=a+%26+b" });
  });
});

describe("a field", () => {
  it.each<[string, Json, Json | undefined, Partial<FieldPlan>]>([
    ["a text", { type: "string" }, "abc", { kind: "text", example: "abc" }],
    ["a number", { type: "number" }, 0.5, { kind: "number", example: "0.5" }],
    ["a whole number", { type: "integer" }, undefined, { kind: "number", example: "" }],
    [
      "a yes or no",
      { type: "boolean" },
      true,
      { kind: "choice", example: "true", choices: ["true", "false"] },
    ],
    [
      "a choice",
      { type: "string", enum: ["a", "b"] },
      "b",
      { kind: "choice", example: "b", choices: ["a", "b"] },
    ],
    ["a list", { type: "array", items: {} }, [1], { kind: "json", example: "[1]" }],
    ["anything", {}, undefined, { kind: "json", example: "" }],
    [
      "one of several, as its example is",
      { anyOf: [{ type: "array", items: {} }, { type: "string" }] },
      "abc",
      { kind: "text", example: "abc" },
    ],
  ])("the field is made for %s", (_, property, value, expected) => {
    // Prepare
    const example = value === undefined ? undefined : { x: value };

    // Act
    const { fields } = formOf({ type: "object", properties: { x: property } }, example);

    // Assess
    expect(fields).toMatchObject([{ name: "x", goesTo: "property", required: false, ...expected }]);
  });

  it("the field is the whole body when the body is not an object", () => {
    // Prepare
    const route = formOf({ type: "array", items: { type: "number" } }, [1, 2]);

    // Act
    const planned = planRequest(route, untouched(route));

    // Assess
    expect(route.fields).toMatchObject([{ name: "", goesTo: "body", kind: "json" }]);
    expect(planned).toEqual({ target: "/a", body: [1, 2] });
  });
});

describe("the text in a field", () => {
  const properties = {
    n: { type: "number" },
    b: { type: "boolean" },
    j: { type: "array" },
    s: { type: "string" },
  };
  const route = formOf({ type: "object", properties, required: ["s"] });

  function typed(texts: Record<string, string>): Map<FieldPlan, string> {
    return new Map(route.fields.map((field) => [field, texts[field.name] ?? ""]));
  }

  it("the text becomes a value of the schema's type", () => {
    // Act
    const planned = planRequest(route, typed({ n: "-1e3", b: "false", j: "[null]", s: ' "a" ' }));

    // Assess
    expect(planned).toEqual({ target: "/a", body: { n: -1000, b: false, j: [null], s: ' "a" ' } });
  });

  it("the text is omitted when the field is empty and optional", () => {
    // Act
    const planned = planRequest(route, typed({ s: "a" }));

    // Assess
    expect(planned).toEqual({ target: "/a", body: { s: "a" } });
  });

  it("the text is encoded in a query", () => {
    // Prepare
    const languageCheck = routeOf("/language-check");
    const [q, k] = languageCheck.fields as [FieldPlan, FieldPlan];

    // Act
    const planned = planRequest(
      languageCheck,
      new Map([
        [q, "who & am=i?"],
        [k, ""],
      ]),
    );

    // Assess
    expect(planned).toEqual({ target: "/language-check?q=who+%26+am%3Di%3F" });
  });

  it.each([
    ["s", "", "This must not be empty."],
    ["n", "many", "This must be a number"],
    ["j", "[1,", "This must be JSON."],
  ])("the text in %s as %j is not sent, and the field gets the reason", (name, text, fault) => {
    // Act
    const planned = planRequest(route, typed({ s: "a", [name]: text }));

    // Assess
    if (!("faults" in planned)) throw new Error("it was sent");
    expect([...planned.faults].map(([field, words]) => [field.name, words])).toEqual([
      [name, expect.stringContaining(fault)],
    ]);
  });
});
