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

  it.each([{ request: { text: " " } }, { request: { text: 1 } }, { request: {} }])(
    "cannot be $request",
    ({ request }) => {
      // Act
      const { success } = contract.schema.safeParse(request);

      // Assess
      expect(success).toBe(false);
    },
  );

  it("has the same content as text/plain and as JSON", () => {
    // Act
    const read = contract.text?.read(REQUEST.text);

    // Assess
    expect(read).toEqual(REQUEST);
  });

  it("reaches the endpoint as JSON with one instance", () => {
    // Act
    const encoded = contract.encode(REQUEST);

    // Assess
    expect(encoded).toMatchObject({ contentType: "application/json", rows: 1 });
    expect(JSON.parse(encoded.body)).toEqual({ instances: [REQUEST.text] });
  });
});

describe("the answer", () => {
  it.each([[{ label: ["late"], prob: [0.75] }], 0.75, "late"])("can be the JSON document %j", (document) => {
    // Act
    const decoded = contract.decode(JSON.stringify(document));
    const plain = contract.text?.write(decoded);

    // Assess
    expect(decoded).toEqual(document);
    expect(plain).toBe(JSON.stringify(document));
  });

  it.each(["", "<html>", "nan"])("is refused when it is %j", (body) => {
    // Act
    const decode = () => contract.decode(body);

    // Assess
    expect(decode).toThrow(UnreadablePredictions);
  });
});
