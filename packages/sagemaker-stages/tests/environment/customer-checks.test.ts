import { describe, expect, it } from "@jest/globals";
import { BETWEEN_CUSTOMERS, BETWEEN_DIGESTS, DIGEST_CHARACTERS } from "../../src/authorizer/customers";
import { customersTableBytes, MAX_CUSTOMERS_TABLE_BYTES } from "../../src/environment/customers-table";
import type { CustomerSettings, Environment } from "../../src/environment/environment";
import type { ModelSettings } from "../../src/environment/model-settings";
import type { Model } from "../../src/models";
import { models } from "../fixtures/app/functions";
import { checkEnvironments } from "../support/app";

const MODEL: ModelSettings = {
  artifact: "s3://amzn-s3-demo-bucket/model.tar.gz",
  image: { algorithm: "linear-learner", tag: "1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
};

const ACME: CustomerSettings = { models: ["loan-default", "energy-demand"] };

const VALID: Environment = {
  name: "test",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.test.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
  models: {
    "loan-default": { ...MODEL, access: "API_KEY" },
    "energy-demand": { ...MODEL, access: "API_KEY" },
    "ticket-urgency": { ...MODEL, access: "PUBLIC" },
    "language-check": MODEL,
  },
  customers: { acme: ACME },
};

/** The valid environment with these properties in its customer. */
function customerWith(part: object): Environment {
  return { ...VALID, customers: { acme: { ...ACME, ...part } } };
}

/** The valid environment with `count` customers of the same model. */
function withCustomers(count: number, keys: readonly string[] = ["1"], name = "test"): Environment {
  const customers = Array.from({ length: count }, (_, index) => [`c${index}`, { ...ACME, keys }] as const);
  return {
    ...VALID,
    name,
    state: { local: { path: `terraform.${name}.tfstate` } },
    customers: Object.fromEntries(customers),
  };
}

function foundIn(...environments: Environment[]): string[] {
  return checkEnvironments(environments).map(
    ({ field, got, allowed }) => `${field}: got ${got}; allowed: ${allowed}`,
  );
}

describe("the customers of an environment", () => {
  it("have one shared key at most", () => {
    // Prepare
    const shared = { ...ACME, sharedKey: true };

    // Act
    const one = foundIn({ ...VALID, customers: { acme: shared, globex: ACME } });
    const two = foundIn({ ...VALID, customers: { acme: shared, globex: shared } });

    // Assess
    expect(one).toEqual([]);
    expect(two).toEqual([
      "customers.globex.sharedKey: got true; allowed: false, because customers.acme.sharedKey is true",
    ]);
  });

  it.each([
    { what: "a customer without limits", environment: VALID },
    {
      what: "a customer with every setting",
      environment: customerWith({
        // The stage's limits apply to each of the two routes.
        throttling: { rateLimit: 200, burstLimit: 400 },
        modelThrottling: { "loan-default": { rateLimit: 1, burstLimit: 1 } },
        quota: { requests: 2_147_483_647, per: "week" },
        keys: ["2026-11", "2027-01"],
      }),
    },
    { what: "no customer", environment: { ...VALID, customers: {} } },
    { what: "the longest name", environment: { ...VALID, customers: { [`a${"-".repeat(31)}`]: ACME } } },
  ])("have no fault: $what", ({ environment }) => {
    // Act
    const faults = foundIn(environment);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each(["", "Acme", "1acme", "-acme", "ac_me", "ac:me", "ac,me", "acme\n", "a".repeat(33)])(
    "cannot have the name %j",
    (name) => {
      // Act
      const faults = foundIn({ ...VALID, customers: { [name]: ACME } });

      // Assess
      expect(faults).toEqual([
        `customers.${name}: got ${JSON.stringify(name)}; allowed: a name of 1–32 characters a-z, 0-9, -, starting with a letter`,
      ]);
    },
  );

  it.each([
    {
      what: "a model that the environment does not serve",
      part: { models: ["loan-default", "energy-demand", "churn"] },
      fault: 'models: got "churn"; allowed: loan-default, energy-demand',
    },
    {
      what: "a public model",
      part: { models: ["loan-default", "energy-demand", "ticket-urgency"] },
      fault: 'models: got "ticket-urgency"; allowed: a model whose access is API_KEY',
    },
    {
      what: "a model for signed requests",
      part: { models: ["loan-default", "energy-demand", "language-check"] },
      fault: 'models: got "language-check"; allowed: a model whose access is API_KEY',
    },
    {
      what: "a model twice",
      part: { models: ["loan-default", "energy-demand", "loan-default"] },
      fault: 'models: got "loan-default"; allowed: each model once',
    },
    {
      what: "limits of a model of other customers",
      part: { modelThrottling: { "ticket-urgency": { rateLimit: 1, burstLimit: 1 } } },
      fault: 'modelThrottling.ticket-urgency: got "ticket-urgency"; allowed: loan-default, energy-demand',
    },
    {
      what: "limits of a model that exceed the customer's limits",
      part: {
        throttling: { rateLimit: 10, burstLimit: 20 },
        modelThrottling: { "loan-default": { rateLimit: 11, burstLimit: 20 } },
      },
      fault:
        "modelThrottling.loan-default.rateLimit: got 11; allowed: at most 10, as in the customer's throttling",
    },
    {
      what: "limits of a model that exceed the stage's limits, which are the customer's limits by default",
      part: { modelThrottling: { "loan-default": { rateLimit: 100, burstLimit: 201 } } },
      fault:
        "modelThrottling.loan-default.burstLimit: got 201; allowed: at most 200, as in the stage's throttling",
    },
    {
      what: "limits of a model that exceed the stage's limits, which are lower than the customer's limits",
      part: {
        throttling: { rateLimit: 200, burstLimit: 400 },
        modelThrottling: { "loan-default": { rateLimit: 101, burstLimit: 200 } },
      },
      fault:
        "modelThrottling.loan-default.rateLimit: got 101; allowed: at most 100, as in the stage's throttling",
    },
    {
      what: "limits that exceed the sum of the stage's limits",
      part: { throttling: { rateLimit: 201, burstLimit: 400 } },
      fault:
        "throttling.rateLimit: got 201; allowed: at most 200: the stage's throttling, 100 for each route, times 2",
    },
    {
      what: "a misspelt model, also with limits of the model",
      part: {
        models: ["loan-defalt", "energy-demand"],
        modelThrottling: { "loan-default": { rateLimit: 1, burstLimit: 1 } },
      },
      fault: 'models: got "loan-defalt"; allowed: loan-default, energy-demand. Did you mean loan-default?',
    },
    {
      what: "limits of a misspelt model",
      part: { modelThrottling: { "loan-defalt": { rateLimit: 1, burstLimit: 1 } } },
      fault:
        'modelThrottling.loan-defalt: got "loan-defalt"; allowed: loan-default, energy-demand. Did you mean loan-default?',
    },
    {
      what: "no models, also with limits of a model",
      part: { models: [], modelThrottling: { "loan-default": { rateLimit: 1, burstLimit: 1 } } },
      fault: "models: got []; allowed: at least one model",
    },
    {
      what: "a rate of 0",
      part: { throttling: { rateLimit: 0, burstLimit: 1 } },
      fault: "throttling.rateLimit: got 0; allowed: a whole number from 1 to 10000",
    },
    {
      what: "a quota of 0",
      part: { quota: { requests: 0, per: "day" } },
      fault: "quota.requests: got 0; allowed: a whole number from 1 to 2147483647",
    },
    {
      what: "a quota that is no 32-bit integer",
      part: { quota: { requests: 2_147_483_648, per: "day" } },
      fault: "quota.requests: got 2147483648; allowed: a whole number from 1 to 2147483647",
    },
    {
      what: "an unknown period",
      part: { quota: { requests: 1, per: "DAY" } },
      fault: 'quota.per: got "DAY"; allowed: day, week, month',
    },
    {
      what: "no key",
      part: { keys: [] },
      fault: "keys: got []; allowed: one key, or two while one key is replaced",
    },
    {
      what: "three keys",
      part: { keys: ["1", "2", "3"] },
      fault: 'keys: got ["1","2","3"]; allowed: one key, or two while one key is replaced',
    },
    {
      what: "a key twice",
      part: { keys: ["1", "1"] },
      fault: 'keys: got "1"; allowed: each name once',
    },
    {
      what: "a key with an invalid name",
      part: { keys: ["2026:11"] },
      fault: 'keys: got "2026:11"; allowed: 1–16 characters a-z, 0-9, -, starting with a letter or a digit',
    },
  ])("cannot have $what", ({ part, fault }) => {
    // Act
    const faults = foundIn(customerWith(part));

    // Assess
    expect(faults).toEqual([`customers.acme.${fault}`]);
  });

  it("cannot be without models", () => {
    // Act
    const faults = foundIn({ ...VALID, customers: { acme: ACME, globex: { models: [] } } });

    // Assess
    expect(faults).toEqual(["customers.globex.models: got []; allowed: at least one model"]);
  });

  it("must include a customer for each route with the access API_KEY", () => {
    // Act
    const faults = foundIn(customerWith({ models: ["loan-default"] }));

    // Assess
    expect(faults).toEqual([
      'models.energy-demand.access: got "API_KEY"; allowed: API_KEY for a model of a customer, or another access',
    ]);
  });
});

describe("the digests of the customers' keys", () => {
  it("have the size that the authorizer's variable has", () => {
    // Prepare
    const digest = "d".repeat(DIGEST_CHARACTERS);
    const text = [
      ["acme", digest, digest].join(BETWEEN_DIGESTS),
      ["globex", digest].join(BETWEEN_DIGESTS),
    ].join(BETWEEN_CUSTOMERS);

    // Act
    const bytes = customersTableBytes([
      { name: "acme", keys: 2 },
      { name: "globex", keys: 1 },
    ]);

    // Assess
    expect(bytes).toBe(Buffer.byteLength(text));
  });

  it("must fit the authorizer's environment variables", () => {
    // Prepare
    const bytesOf = (count: number) =>
      customersTableBytes(Array.from({ length: count }, (_, index) => ({ name: `c${index}`, keys: 2 })));
    const most =
      Array.from({ length: 300 }, (_, index) => index).filter(
        (count) => bytesOf(count) <= MAX_CUSTOMERS_TABLE_BYTES,
      ).length - 1;

    // Act
    const [fitting, exceeding] = [most, most + 1].map((count) => foundIn(withCustomers(count, ["1", "2"])));

    // Assess
    expect(fitting).toEqual([]);
    expect(exceeding).toEqual([
      `customers: got ${most + 1} customers, whose names and digests of keys need ${bytesOf(most + 1)} bytes; allowed: at most 3840 bytes: fewer customers, shorter names, or several environments`,
    ]);
  });
});

describe("the customers of the environments of one account and region", () => {
  it("have a usage plan each, and the usage plans are within the quota", () => {
    // Act
    const within = foundIn(withCustomers(150, ["1"], "first"), withCustomers(150, ["1"], "second"));
    const [beyond = "", ...others] = foundIn(
      withCustomers(150, ["1"], "first"),
      withCustomers(151, ["1"], "second"),
    );

    // Assess
    expect(within).toEqual([]);
    expect(others).toEqual([]);
    expect(beyond).toContain(
      "got 301 in eu-central-1 of account 111122223333 (first: 150; second: 151); allowed: at most 300 in total",
    );
  });

  it("can have more usage plans when the quota of the account is raised", () => {
    // Act
    const faults = foundIn(
      { ...withCustomers(150, ["1"], "first"), quotas: { usagePlans: 301 } },
      withCustomers(151, ["1"], "second"),
    );

    // Assess
    expect(faults).toEqual([]);
  });

  it("count their keys in the quota of keys, which AWS does not increase", () => {
    // Prepare
    const environments = Array.from({ length: 51 }, (_, index) => ({
      ...withCustomers(100, ["1", "2"], `e${index}`),
      quotas: { usagePlans: 10_000, serverlessConcurrency: 2_000, serverlessEndpoints: 1_000 },
    }));

    // Act
    const faults = foundIn(...environments);

    // Assess
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain("customers: got 10200 in eu-central-1 of account 111122223333");
    expect(faults[0]).toContain(
      'at most 10000 in total, AWS\'s default of "API keys per account per Region"',
    );
  });
});

describe("the policy that the authorizer returns for a customer", () => {
  it("must be within API Gateway's limit for the result of an authorizer", () => {
    // Prepare
    const path: `/${string}` = `/${"p".repeat(4_000)}`;
    const served = Object.fromEntries(
      Object.entries<Model>(models).map(([name, model]) => [
        name,
        { ...model, route: { ...model.route, path } },
      ]),
    );

    // Act
    const faults = checkEnvironments([VALID], [], served);

    // Assess
    expect(faults.map(({ field, allowed }) => [field, allowed])).toEqual([
      ["customers.acme.models", "a policy of at most 8192 bytes: fewer models, or two customers"],
    ]);
  });
});
