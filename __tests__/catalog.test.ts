import { describe, expect, it } from "@jest/globals";
import { catalog } from "../functions";
import {
  type About,
  type Contract,
  SERVERLESS_PAYLOAD_IN_BYTES,
} from "../packages/sagemaker-stages/src/runtime/contract";
import { parseRequest } from "../packages/sagemaker-stages/src/runtime/request";

const models: [string, Contract<unknown, unknown> & About<unknown, unknown>][] = Object.entries(catalog);

// The rules that every synthesis checks: __tests__/stacks/catalog-checks.test.ts.
describe.each(models)("%s", (_, entry) => {
  const { schema, limits, example, text } = entry;

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

  it("encodes a request as often as it is asked to, and leaves it as it is", () => {
    // Prepare
    const before = JSON.stringify(example.request);

    // Act
    const [first, second] = [entry.encode(example.request), entry.encode(example.request)];

    // Assess
    expect(second).toEqual(first);
    expect(JSON.stringify(example.request)).toBe(before);
  });

  it.each(["good", "", "1,2\n3"])(
    "reads the text %p, where it takes one, and leaves the refusal to its schema",
    (line) => {
      // Act
      const parse = () => text && schema.safeParse(text.read(line));

      // Assess
      expect(parse).not.toThrow();
    },
  );
});
