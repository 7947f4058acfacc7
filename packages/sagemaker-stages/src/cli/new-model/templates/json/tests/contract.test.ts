import { describe, expect, it } from "@jest/globals";
import { UnreadablePredictions } from "sagemaker-stages/model";
import { about, contract } from "../contract";

const { request: REQUEST } = about.example;

describe("the request", () => {
  it("is valid when it is the example", () => {
    // Act
    const { success } = contract.schema.safeParse(REQUEST);

    // Assess
    expect(success).toBe(true);
  });

  it.each([
    { request: { ...REQUEST, amount: -1 } },
    { request: { ...REQUEST, amount: "12.5" } },
    { request: { ...REQUEST, category: "unknown" } },
    { request: { ...REQUEST, unknown: true } },
    { request: {} },
  ])("cannot be $request", ({ request }) => {
    // Act
    const { success } = contract.schema.safeParse(request);

    // Assess
    expect(success).toBe(false);
  });

  it("reaches the endpoint as JSON", () => {
    // Act
    const encoded = contract.encode(REQUEST);

    // Assess
    expect(encoded).toMatchObject({ contentType: "application/json", rows: 1 });
    expect(JSON.parse(encoded.body)).toEqual(REQUEST);
  });
});

describe("the answer", () => {
  it.each([{ score: 0.25 }, [0.25], 0.25, "new", null])("can be the JSON document %j", (document) => {
    // Act
    const decoded = contract.decode(JSON.stringify(document));

    // Assess
    expect(decoded).toEqual(document);
  });

  it.each(["", "<html>", "nan"])("is refused when it is %j", (body) => {
    // Act
    const decode = () => contract.decode(body);

    // Assess
    expect(decode).toThrow(UnreadablePredictions);
  });
});
