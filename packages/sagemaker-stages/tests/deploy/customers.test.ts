import {
  GetApiKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
} from "@aws-sdk/client-api-gateway";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { customers as example } from "../../examples/customers";
import { CUSTOMER_KEYS, digestOf, readCustomerKeys } from "../../src/authorizer/customers";
import type { CustomerSettings, Environment } from "../../src/environment/environment";
import { deniedToDeployer } from "./support/deployer";
import { Deployment } from "./support/deployment";
import { succeeded } from "./support/project";

const TIMEOUT_IN_MS = 600_000;

const { acme, globex } = example.customers ?? {};
if (acme === undefined || globex === undefined) throw new Error("the example has no customers");

/** The example with these customers. */
function sold(customers: Readonly<Record<string, CustomerSettings>>): Environment {
  return { ...example, customers };
}

const before = sold({ acme: { ...acme, keys: ["2026-11"] }, globex });
const rotating = sold({ acme: { ...acme, keys: ["2026-11", "2027-01"] }, globex });
/** The old key of acme is removed, and globex has another route, another limit and another quota. */
const changed = sold({
  acme: { ...acme, keys: ["2027-01"] },
  globex: {
    models: ["loan-default"],
    throttling: { rateLimit: 20, burstLimit: 20 },
    quota: { requests: 20_000, per: "week" },
  },
});
/** globex is removed, and initech is added. */
const replaced = sold({ acme: { ...acme, keys: ["2027-01"] }, initech: globex });

// The tests run in order: each test continues with the deployment of the test before.
describe("the lifecycle of customers", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(before);
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  /** The customers whom the authorizer knows, and the customers whose usage plans have the keys, by the values of the keys. */
  async function knownKeys(): Promise<{ authorizer: Record<string, string>; plans: Record<string, string> }> {
    const { apiGateway, lambda } = deployment.clients;
    const { Environment: deployed } = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: "sold-authorizer" }),
    );
    const digests = readCustomerKeys(deployed?.Variables?.[CUSTOMER_KEYS] ?? "");
    const { items: plans = [] } = await apiGateway.send(new GetUsagePlansCommand({}));
    const keys = await Promise.all(
      plans.map(async ({ id: usagePlanId, name = "" }) => {
        const { items = [] } = await apiGateway.send(new GetUsagePlanKeysCommand({ usagePlanId }));
        return await Promise.all(
          items.map(async ({ id: apiKey, name: keyName = "" }) => {
            const { value = "" } = await apiGateway.send(
              new GetApiKeyCommand({ apiKey, includeValue: true }),
            );
            return { keyName, value, plan: name };
          }),
        );
      }),
    );
    const all = keys.flat();
    return {
      authorizer: Object.fromEntries(
        all.map(({ keyName, value }) => [keyName, digests.get(digestOf(value)) ?? "unknown"]),
      ),
      plans: Object.fromEntries(all.map(({ keyName, plan }) => [keyName, plan])),
    };
  }

  it.each([
    {
      what: "the first apply",
      environment: before,
      authorizer: { "sold-acme-customer-2026-11": "acme", "sold-globex-customer-1": "globex" },
    },
    {
      what: "a second key",
      environment: rotating,
      authorizer: {
        "sold-acme-customer-2026-11": "acme",
        "sold-acme-customer-2027-01": "acme",
        "sold-globex-customer-1": "globex",
      },
    },
    {
      what: "the removal of the first key, and other limits of a customer",
      environment: changed,
      authorizer: { "sold-acme-customer-2027-01": "acme", "sold-globex-customer-1": "globex" },
    },
    {
      what: "another customer",
      environment: replaced,
      authorizer: { "sold-acme-customer-2027-01": "acme", "sold-initech-customer-1": "initech" },
    },
  ])(
    "the authorizer knows exactly the keys of the usage plans, and the next plan is empty, after $what",
    async ({ environment, authorizer }) => {
      // Prepare
      deployment.project.setEnvironments(environment);

      // Act
      succeeded(await deployment.project.deploy("sold"));
      const known = await knownKeys();
      const plan = await deployment.project.plan("sold");

      // Assess
      expect(known.authorizer).toEqual(authorizer);
      expect(known.plans).toEqual(
        Object.fromEntries(
          Object.entries(authorizer).map(([key, customer]) => [key, `sold-${customer}-customer`]),
        ),
      );
      expect(plan).toEqual([]);
      expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "has no key in the outputs of Terraform and in the output of the apply",
    async () => {
      // Prepare
      const { apiGateway } = deployment.clients;
      const { items: plans = [] } = await apiGateway.send(new GetUsagePlansCommand({}));
      const values = await Promise.all(
        plans.map(async ({ id: usagePlanId }) => {
          const { items = [] } = await apiGateway.send(new GetUsagePlanKeysCommand({ usagePlanId }));
          const key = await apiGateway.send(
            new GetApiKeyCommand({ apiKey: items[0]?.id, includeValue: true }),
          );
          return key.value ?? "";
        }),
      );

      // Act
      const outputs = await deployment.project.terraform("sold", "output", "-json");

      // Assess
      expect(values.filter((value) => value.length >= 20)).toHaveLength(2);
      for (const value of values) expect(outputs).not.toContain(value);
      expect(Object.keys(JSON.parse(outputs).acme_customer_api_key_ids.value)).toEqual(["2027-01"]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "leaves no resource after the destruction, and needs only the deployer's permissions",
    async () => {
      // Act
      succeeded(await deployment.project.destroy("sold"));

      // Assess
      const requested = await deployment.recording();
      expect(await deployment.createdResources()).toEqual([]);
      expect(requested.length).toBeGreaterThan(100);
      expect(deniedToDeployer(replaced, deployment.emulator.accountId, requested)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the shared key of an environment", () => {
  const { customers: _, ...withoutCustomers } = example;
  const withCustomers = sold({
    everyone: { models: ["language-check", "loan-default"], sharedKey: true },
    acme: { ...acme, keys: ["2026-11"] },
  });
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(withoutCustomers);
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment?.stop(), TIMEOUT_IN_MS);

  /** The keys of the account: their values by their ids. */
  async function keys(): Promise<Record<string, string>> {
    const { items = [] } = await deployment.clients.apiGateway.send(
      new GetApiKeysCommand({ includeValues: true }),
    );
    return Object.fromEntries(items.map(({ id = "", value = "" }) => [id, value]));
  }

  it(
    "keeps its value, and is a key of the customer with sharedKey, when the environment has customers",
    async () => {
      // Prepare
      succeeded(await deployment.project.deploy("sold"));
      const before = await keys();
      deployment.project.setEnvironments(withCustomers);

      // Act
      succeeded(await deployment.project.deploy("sold"));

      // Assess
      const after = await keys();
      const outputs = JSON.parse(await deployment.project.terraform("sold", "output", "-json"));
      expect(Object.keys(before)).toHaveLength(1);
      expect(after).toMatchObject(before);
      expect(Object.keys(after)).toHaveLength(2);
      expect(outputs.everyone_customer_api_key_ids.value).toEqual({ "1": Object.keys(before)[0] });
      expect(await deployment.project.plan("sold")).toEqual([]);
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );
});
