import { describe, expect, it } from "@jest/globals";
import { UnreadablePredictions } from "sagemaker-stages/model";
import { about, contract } from "../contract";

const [ROW, OTHER_ROW] = [
  [5.1, 3.5, 1.4, 0.2],
  [6.7, 3, 5.2, 2.3],
];
const REQUEST = { rows: [ROW, OTHER_ROW] };

describe("the request", () => {
  it("is valid when it is the example", () => {
    // Act
    const { success } = contract.schema.safeParse(about.example.request);

    // Assess
    expect(success).toBe(true);
  });

  it.each([
    { request: { rows: [] } },
    { request: { rows: [ROW.slice(1)] } },
    { request: { rows: [[...ROW, 1]] } },
    { request: { rows: [["5.1", "3.5", "1.4", "0.2"]] } },
    { request: {} },
  ])("cannot be $request", ({ request }) => {
    // Act
    const { success } = contract.schema.safeParse(request);

    // Assess
    expect(success).toBe(false);
  });

  it("reaches the endpoint as one CSV line for each row", () => {
    // Act
    const encoded = contract.encode(REQUEST);

    // Assess
    expect(encoded).toMatchObject({ contentType: "text/csv", rows: 2 });
    expect(encoded.body).toBe("5.1,3.5,1.4,0.2\n6.7,3,5.2,2.3");
  });
});

describe("the answer", () => {
  it.each([
    { what: "one number in each line", body: "0.25\n0.75\n", answer: [0.25, 0.75] },
    { what: "one number for each row in one line", body: "0.25,0.75", answer: [0.25, 0.75] },
    {
      what: "several numbers in each line",
      body: "0.9,0.1\n0.2,0.8",
      answer: [
        [0.9, 0.1],
        [0.2, 0.8],
      ],
    },
  ])("is read from $what", ({ body, answer }) => {
    // Act
    const decoded = contract.decode(body, REQUEST);

    // Assess
    expect(decoded).toEqual(answer);
  });

  it.each(["", "0.25", "0.25\n0.75\n1", "0.25\nhigh", "<html>"])("is refused when it is %j", (body) => {
    // Act
    const decode = () => contract.decode(body, REQUEST);

    // Assess
    expect(decode).toThrow(UnreadablePredictions);
  });
});
