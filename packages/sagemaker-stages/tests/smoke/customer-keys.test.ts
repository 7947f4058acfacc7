import { describe, expect, it } from "@jest/globals";
import { customers as EXAMPLE } from "../../examples/customers";
import { parseEnvironment } from "../../src/environment/parse";
import { findCustomerKeys } from "../../src/smoke/customer-keys";
import { serveKeys } from "./support/key-server";

const environment = parseEnvironment(EXAMPLE);
const STAGE = {
  stageUrl: "https://abcdefghij.execute-api.eu-central-1.amazonaws.com/sold",
  functionUrls: new Map<string, string>(),
};
const OUTPUTS = {
  ...STAGE,
  customerKeyIds: new Map([
    ["acme", { "2026-11": "acmefirst0", "2027-01": "acmesecond" }],
    ["globex", { "1": "globexfirst" }],
  ]),
};

describe("the customers' keys of a smoke test", () => {
  const apiGateway = serveKeys("SMOKE_API_KEYS", (id) => `value-of-${id}`);

  it("are read from API Gateway by the ids in the stack's outputs", async () => {
    // Act
    const keys = await findCustomerKeys(environment, OUTPUTS);

    // Assess
    expect(keys).toEqual([
      { customer: "acme", name: "2026-11", value: "value-of-acmefirst0" },
      { customer: "acme", name: "2027-01", value: "value-of-acmesecond" },
      { customer: "globex", name: "1", value: "value-of-globexfirst" },
    ]);
    expect(apiGateway.requestedPaths.sort()).toEqual([
      "/apikeys/acmefirst0?includeValue=true",
      "/apikeys/acmesecond?includeValue=true",
      "/apikeys/globexfirst?includeValue=true",
    ]);
  });

  it("are the keys of SMOKE_API_KEYS when the variable is set", async () => {
    // Prepare
    process.env.SMOKE_API_KEYS = "globex=first=1\n acme=second ";

    // Act
    const keys = await findCustomerKeys(environment, STAGE);

    // Assess
    expect(keys).toEqual([
      { customer: "globex", name: undefined, value: "first=1" },
      { customer: "acme", name: undefined, value: "second" },
    ]);
    expect(apiGateway.requestedPaths).toEqual([]);
  });

  it.each([
    {
      what: "a customer is unknown",
      variable: "initech=a-secret",
      message: "got the key of an unknown customer",
    },
    { what: "a word is no pair", variable: "a-secret", message: "got the key of an unknown customer" },
    { what: "a key is missing", variable: "acme=", message: "got no key of acme that a header can contain" },
    { what: "a header cannot contain a key", variable: "acme=a-secret\u0007", message: "got no key of acme" },
  ])("are refused without a value when $what", async ({ variable, message }) => {
    // Prepare
    process.env.SMOKE_API_KEYS = variable;

    // Act
    const finding = findCustomerKeys(environment, STAGE);

    // Assess
    await expect(finding).rejects.toThrow(`SMOKE_API_KEYS: ${message}`);
    await expect(finding).rejects.not.toThrow("a-secret");
  });

  it("are required as SMOKE_API_KEYS when an id is unknown", async () => {
    // Act
    const finding = findCustomerKeys(environment, STAGE);

    // Assess
    await expect(finding).rejects.toThrow(
      "The key 2026-11 of the customer acme has no id in the stack's outputs. Deploy the environment again, or set SMOKE_API_KEYS, e.g. acme=<key>.",
    );
  });

  it("are required as SMOKE_API_KEYS when API Gateway refuses to return a key", async () => {
    // Prepare
    apiGateway.status = 403;

    // Act
    const finding = findCustomerKeys(environment, OUTPUTS);

    // Assess
    await expect(finding).rejects.toThrow(
      /^The API key cannot be read: .*not authorized.* Or set SMOKE_API_KEYS\.$/s,
    );
  });

  it("are the keys of the local stage when the stage is on this machine", async () => {
    // Act
    const keys = await findCustomerKeys(environment, { ...STAGE, stageUrl: "http://127.0.0.1:3000/sold" });

    // Assess
    expect(keys.map(({ value }) => value)).toEqual([
      "local-sold-acme-customer-2026-11-not-a-secret",
      "local-sold-acme-customer-2027-01-not-a-secret",
      "local-sold-globex-customer-1-not-a-secret",
    ]);
  });
});
