import { describe, expect, it } from "@jest/globals";
import { UnreadablePredictions } from "sagemaker-stages/model";
import { about, contract } from "../contract";

const { request: REQUEST } = about.example;

describe("the request", () => {
  it.each([{ request: REQUEST }, { request: { q: "The delivery was late." } }])(
    "can be $request",
    ({ request }) => {
      // Act
      const { success } = contract.schema.safeParse(request);

      // Assess
      expect(success).toBe(true);
    },
  );

  it.each([
    { request: { q: "" } },
    { request: { ...REQUEST, count: "0" } },
    { request: { ...REQUEST, count: "many" } },
    { request: { ...REQUEST, unknown: "1" } },
    { request: {} },
  ])("cannot be $request", ({ request }) => {
    // Act
    const { success } = contract.schema.safeParse(request);

    // Assess
    expect(success).toBe(false);
  });

  it.each([
    { count: "2", k: 2 },
    { count: undefined, k: 1 },
  ])("reaches the endpoint with k = $k when count is $count", ({ count, k }) => {
    // Prepare
    const { q } = REQUEST;

    // Act
    const encoded = contract.encode(count === undefined ? { q } : { q, count });

    // Assess
    expect(encoded).toMatchObject({ contentType: "application/json", rows: 1 });
    expect(JSON.parse(encoded.body)).toEqual({ instances: [q], configuration: { k } });
  });
});

describe("the answer", () => {
  it.each([[{ label: ["late"], prob: [0.75] }], 0.75, "late"])("can be the JSON document %j", (document) => {
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
