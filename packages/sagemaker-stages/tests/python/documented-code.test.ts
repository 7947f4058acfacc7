import { spawnSync } from "node:child_process";
import { describe, expect, it } from "@jest/globals";
import { codeBlocksOf, readDocument } from "../documentation/support/documents";

/** The handlers of GET in docs/python.md. */
const handlers = codeBlocksOf(readDocument("docs/python.md")).filter(
  ({ language, text }) => language === "python" && text.includes("queryStringParameters"),
);

/** The handler returns nothing for a valid query, because its text ends before the request to the endpoint. */
const CALLS = `
import json, sys

def respond(event, status, body):
    return status

print(json.dumps([lambda_handler({"queryStringParameters": query}, None) for query in json.load(sys.stdin)]))
`;

describe("the handler of GET in docs/python.md", () => {
  it("reads a query, and answers 400 to a query without its parameters or with other values", () => {
    // Prepare
    const query = { product: "AB-1234", from: "2026-11-01", to: "2026-11-03" };
    const queries = [query, null, { product: "AB-1234" }, { ...query, to: "tomorrow" }];

    // Act
    const runs = handlers.map(({ text }) =>
      spawnSync("python3", ["-c", `${text}${CALLS}`], { input: JSON.stringify(queries), encoding: "utf8" }),
    );

    // Assess
    expect(runs).toMatchObject([{ stderr: "", status: 0 }]);
    expect(JSON.parse(runs[0]?.stdout ?? "")).toEqual([null, 400, 400, 400]);
  });
});
