import { describe, expect, it } from "@jest/globals";
import { InvalidEnvironments } from "../../src/environment/checks";
import type { Environment, QuotaSettings } from "../../src/environment/environment";
import type { ModelSettings, ServerlessSettings } from "../../src/environment/model-settings";
import { concurrencyLeftFor, QUOTAS } from "../../src/environment/rules/quota-checks";
import { models as catalog, type ModelName } from "../fixtures/app/functions";
import { checkEnvironments } from "../support/app";

const SERVERLESS_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html";
const REST_API_SOURCE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html";
const TOTAL_CONCURRENCY =
  'of "Maximum total concurrency that can be allocated across all serverless endpoints"';
const ACCOUNT = "111122223333";

function model(
  serverless: Partial<ServerlessSettings> = {},
  access: ModelSettings["access"] = "AWS_IAM",
): ModelSettings {
  return {
    artifact: "s3://amzn-s3-demo-bucket/model.tar.gz",
    image: { algorithm: "linear-learner", tag: "1" },
    serverless: { memorySizeInMb: 2048, maxConcurrency: 1, ...serverless },
    access,
  };
}

function environment(name: string, part: Partial<Environment> = {}): Environment {
  return {
    name,
    region: "eu-central-1",
    accountId: ACCOUNT,
    state: { local: { path: `terraform.${name}.tfstate` } },
    stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
    models: { "loan-default": model() },
    ...part,
  };
}

/** An environment whose models have these values of `maxConcurrency`, in the catalog's order. */
function withConcurrency(name: string, concurrency: readonly number[], part: Partial<Environment> = {}) {
  const names = Object.keys(catalog) as ModelName[];
  const models = Object.fromEntries(
    concurrency.map((maxConcurrency, index) => [names[index], model({ maxConcurrency })]),
  );
  return environment(name, { models, ...part });
}

function withoutAccount({ accountId: _, ...others }: Environment): Environment {
  return others;
}

/** Creates `count` environments, each with the first `models` models of the catalog. */
function many(count: number, models: number, access?: ModelSettings["access"]): Environment[] {
  const names = (Object.keys(catalog) as ModelName[]).slice(0, models);
  return Array.from({ length: count }, (_, index) =>
    environment(`e${index}`, { models: Object.fromEntries(names.map((name) => [name, model({}, access)])) }),
  );
}

describe("the total concurrency of an account's serverless endpoints in a region", () => {
  it("can reach the quota", () => {
    // Act
    const faults = checkEnvironments([withConcurrency("dev", [50, 50]), withConcurrency("prod", [60, 40])]);

    // Assess
    expect(faults).toEqual([]);
  });

  it("cannot exceed the quota by one: the fault names the sum, its parts and the remedy", () => {
    // Act
    const faults = checkEnvironments([withConcurrency("dev", [50, 50]), withConcurrency("prod", [60, 41])]);

    // Assess
    expect(new InvalidEnvironments(faults).message).toBe(
      [
        "1 fault(s) in environments/:",
        "  prod: models.*.serverless.maxConcurrency: got 201 in eu-central-1 of account 111122223333 " +
          "(dev: loan-default 50, energy-demand 50; prod: loan-default 60, energy-demand 41); " +
          `allowed: at most 200 in total, AWS's default ${TOTAL_CONCURRENCY} ` +
          `(${SERVERLESS_SOURCE}; request an increase in Service Quotas, then set quotas.serverlessConcurrency)`,
      ].join("\n"),
    );
  });

  it("reports the environment that exceeds the quota, and counts the environments after it", () => {
    // Act
    const faults = checkEnvironments([
      withConcurrency("dev", [100]),
      withConcurrency("staging", [101]),
      withConcurrency("prod", [1]),
    ]);

    // Assess
    expect(faults).toMatchObject([
      { environment: "staging", got: expect.stringMatching(/^202 in .*prod: loan-default 1\)$/) },
    ]);
  });

  it.each<{ what: string; other: Environment }>([
    { what: "two regions", other: withConcurrency("prod", [200], { region: "eu-west-1" }) },
    { what: "two accounts", other: withConcurrency("prod", [200], { accountId: "444455556666" }) },
    {
      what: "an environment with accountId and one without",
      other: withoutAccount(withConcurrency("prod", [200])),
    },
  ])("is not added up over $what", ({ other }) => {
    // Act
    const faults = checkEnvironments([withConcurrency("dev", [200]), other]);

    // Assess
    expect(faults).toEqual([]);
  });

  it("is added up over environments without an account, as in one account", () => {
    // Prepare
    const environments = [withConcurrency("dev", [100]), withConcurrency("trial", [101])];

    // Act
    const faults = checkEnvironments(environments.map(withoutAccount));

    // Assess
    expect(faults).toMatchObject([
      {
        environment: "trial",
        got:
          "201 in eu-central-1 of the account of the credentials " +
          "(dev: loan-default 100; trial: loan-default 101)",
      },
    ]);
  });

  it("includes provisioned concurrency, which is a part of the maximum", () => {
    // Prepare
    const warm = (maxConcurrency: number) =>
      environment("dev", {
        models: {
          "loan-default": model({ maxConcurrency, provisionedConcurrency: maxConcurrency }),
          "energy-demand": model({ maxConcurrency: 100, provisionedConcurrency: 100 }),
        },
      });

    // Act
    const [atQuota, beyond] = [checkEnvironments([warm(100)]), checkEnvironments([warm(101)])];

    // Assess
    expect(atQuota).toEqual([]);
    expect(beyond).toMatchObject([{ got: expect.stringMatching(/^201 /) }]);
  });

  it("does not count an invalid maximum, which has another fault", () => {
    // Act
    const faults = checkEnvironments([withConcurrency("dev", [201, -1, 200])]);

    // Assess
    expect(faults.map(({ field }) => field)).toEqual([
      "models.loan-default.serverless.maxConcurrency",
      "models.energy-demand.serverless.maxConcurrency",
    ]);
  });
});

describe("endpoints other than serverless endpoints", () => {
  const onInstances: ModelSettings = {
    artifact: "s3://amzn-s3-demo-bucket/model.tar.gz",
    image: { algorithm: "linear-learner", tag: "1" },
    instances: { instanceType: "ml.m5.large", initialInstanceCount: 100 },
  };
  const existing: ModelSettings = { existingEndpoint: "name" };

  it.each([
    { what: "an endpoint on instances", other: onInstances },
    { what: "an existing endpoint", other: existing },
  ])("do not use a quota of serverless endpoints: $what", ({ other }) => {
    // Prepare
    const dev = environment("dev", {
      quotas: { serverlessConcurrency: 5, serverlessEndpoints: 1 },
      models: { "loan-default": model({ maxConcurrency: 5 }), "energy-demand": other },
    });
    const prod = environment("prod", { models: { "loan-default": other, "energy-demand": other } });

    // Act
    const faults = checkEnvironments([dev, prod]);

    // Assess
    expect(faults).toEqual([]);
  });

  it("do not appear in the list of parts, which still contains all serverless endpoints", () => {
    // Act
    const faults = checkEnvironments([
      environment("dev", {
        quotas: { serverlessConcurrency: 5, serverlessEndpoints: 1 },
        models: {
          "loan-default": model({ maxConcurrency: 3 }),
          "energy-demand": onInstances,
          "ticket-urgency": existing,
          "language-check": model({ maxConcurrency: 3 }),
        },
      }),
    ]);

    // Assess
    expect(faults.map(({ field, got }) => [field, got])).toEqual([
      [
        "models.*.serverless.maxConcurrency",
        "6 in eu-central-1 of account 111122223333 (dev: loan-default 3, language-check 3)",
      ],
      ["models", "2 in eu-central-1 of account 111122223333 (dev: 2)"],
    ]);
  });

  it("use a usage plan if the access is API_KEY", () => {
    // Act
    const faults = checkEnvironments([
      environment("dev", {
        quotas: { usagePlans: 1 },
        models: { "loan-default": { ...onInstances, access: "API_KEY" } },
      }),
      environment("prod", { models: { "loan-default": { ...existing, access: "API_KEY" } } }),
    ]);

    // Assess
    expect(faults).toMatchObject([{ environment: "prod", field: "models.*.access" }]);
  });
});

describe("the concurrency that functions of an account reserve in a region", () => {
  const LAMBDA_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html";

  /** An environment whose functions reserve these executions, in the catalog's order. */
  function withReserved(name: string, reserved: readonly number[], part: Partial<Environment> = {}) {
    const names = Object.keys(catalog) as ModelName[];
    const models = Object.fromEntries(
      reserved.map((reservedConcurrency, index) => [
        names[index],
        { ...model(), function: { reservedConcurrency } },
      ]),
    );
    return environment(name, { models, ...part });
  }

  it("has no fault when 100 of 1,000 stay unreserved", () => {
    // Act
    const faults = checkEnvironments([withReserved("dev", [400, 100]), withReserved("prod", [400])]);

    // Assess
    expect(faults).toEqual([]);
  });

  it("has a fault when 99 stay unreserved: the fault names the sum, its parts and the remedy", () => {
    // Act
    const faults = checkEnvironments([withReserved("dev", [400, 100]), withReserved("prod", [401])]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "prod",
        field: "models.*.function.reservedConcurrency",
        got: "901 in eu-central-1 of account 111122223333 (dev: loan-default 400, energy-demand 100; prod: loan-default 401)",
        allowed:
          'at most 900 in total, AWS\'s default (1000) minus the 100 that AWS reserves of "Concurrent executions"',
        because: `${LAMBDA_SOURCE}; request an increase in Service Quotas, then set quotas.lambdaConcurrency`,
      },
    ]);
  });

  it("includes the concurrency of the authorizer function", () => {
    // Prepare
    const { stage } = environment("dev", {});
    const names = Object.keys(catalog) as ModelName[];
    const withAuthorizer = (authorizerReservedConcurrency: number) =>
      environment("dev", {
        models: {
          [String(names[0])]: {
            ...model(),
            function: { reservedConcurrency: 400 },
            access: { jwt: { issuer: "https://login.example.com", audience: ["models"] } },
          },
        },
        stage: { ...stage, authorizerReservedConcurrency },
      });

    // Act
    const found = [500, 501].map((count) => checkEnvironments([withAuthorizer(count)]).map(({ got }) => got));

    // Assess
    expect(found).toEqual([
      [],
      [
        "901 in eu-central-1 of account 111122223333 (dev: loan-default 400, stage.authorizerReservedConcurrency 501)",
      ],
    ]);
  });

  it("follows the quota of an environment, which can be higher or lower than the default", () => {
    // Prepare
    const less = { quotas: { lambdaConcurrency: 140 } };
    const more = { quotas: { lambdaConcurrency: 3_000 } };

    // Act
    const found = [
      checkEnvironments([withReserved("dev", [40], less)]),
      checkEnvironments([withReserved("dev", [41], less)]),
      checkEnvironments([withReserved("dev", [2_900], more)]),
      checkEnvironments([withReserved("dev", [2_901], more)]),
    ].map((faults) => faults.map(({ got }) => got.split(" ")[0]));

    // Assess
    expect(found).toEqual([[], ["41"], [], ["2901"]]);
  });

  it.each([10, 100])("must be 0 in an account with a quota of %i", (lambdaConcurrency) => {
    // Act
    const faults = checkEnvironments([withReserved("dev", [1], { quotas: { lambdaConcurrency } })]);

    // Assess
    expect(faults).toMatchObject([
      {
        got: expect.stringMatching(/^1 in /),
        allowed: `at most 0 in total, quotas.lambdaConcurrency (${lambdaConcurrency}) minus the 100 that AWS reserves of "Concurrent executions"`,
      },
    ]);
  });

  it("does not count functions without reserved concurrency or with an invalid number", () => {
    // Act
    const faults = checkEnvironments([
      environment("dev", { quotas: { lambdaConcurrency: 10 } }),
      withReserved("prod", [0, -5]),
    ]);

    // Assess
    expect(faults.map(({ field }) => field)).toEqual([
      "models.loan-default.function.reservedConcurrency",
      "models.energy-demand.function.reservedConcurrency",
    ]);
  });

  it("is not added up over two regions", () => {
    // Act
    const faults = checkEnvironments([
      withReserved("dev", [900]),
      withReserved("prod", [900], { region: "eu-west-1" }),
    ]);

    // Assess
    expect(faults).toEqual([]);
  });
});

describe("a quota in the settings of an environment", () => {
  const quotas = { serverlessConcurrency: 300 };

  it.each([
    { what: "in the first environment", first: { quotas }, second: {} },
    { what: "in the last environment", first: {}, second: { quotas } },
    { what: "with the same value in both environments", first: { quotas }, second: { quotas } },
  ])("applies to all environments of the account and region: $what", ({ first, second }) => {
    // Act
    const [atQuota, beyond] = [100, 101].map((last) =>
      checkEnvironments([withConcurrency("dev", [200], first), withConcurrency("prod", [last], second)]),
    );

    // Assess
    expect(atQuota).toEqual([]);
    expect(beyond).toMatchObject([
      {
        environment: "prod",
        allowed: `at most 300 in total, quotas.serverlessConcurrency ${TOTAL_CONCURRENCY}`,
      },
    ]);
  });

  it("can be lower than the default, as in a new account", () => {
    // Prepare
    const newAccount = { quotas: { serverlessConcurrency: 10 } };

    // Act
    const [atQuota, beyond] = [
      checkEnvironments([withConcurrency("dev", [5, 5], newAccount)]),
      checkEnvironments([withConcurrency("dev", [5, 6], newAccount)]),
    ];

    // Assess
    expect(atQuota).toEqual([]);
    expect(beyond).toMatchObject([{ got: expect.stringMatching(/^11 in /) }]);
  });

  it("does not apply to another region", () => {
    // Act
    const faults = checkEnvironments([
      environment("dev", { quotas }),
      withConcurrency("prod", [200, 1], { region: "eu-west-1" }),
    ]);

    // Assess
    expect(faults).toMatchObject([{ environment: "prod", allowed: expect.stringContaining("at most 200") }]);
  });

  it("may not differ from the quota of another environment in the same account and region", () => {
    // Act
    const faults = checkEnvironments([
      environment("dev", { quotas }),
      environment("staging"),
      environment("prod", { quotas: { serverlessConcurrency: 400 } }),
    ]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "prod",
        field: "quotas.serverlessConcurrency",
        got: "400",
        allowed: "300, as dev states it",
        because:
          "both are in eu-central-1 of account 111122223333, which has one quota " +
          '"Maximum total concurrency that can be allocated across all serverless endpoints"',
      },
    ]);
  });

  it("may differ from the quota of an environment in another account", () => {
    // Act
    const faults = checkEnvironments([
      environment("dev", { quotas }),
      environment("prod", { accountId: "444455556666", quotas: { serverlessConcurrency: 400 } }),
    ]);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each([0, -1, 1.5, 2 ** 53])("is a whole number from 1, and has no effect with the value %p", (value) => {
    // Act
    const faults = checkEnvironments([
      environment("dev", { quotas: { serverlessEndpoints: value } }),
      environment("prod", { quotas: { serverlessEndpoints: 60 } }),
    ]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "dev",
        field: "quotas.serverlessEndpoints",
        got: String(value),
        allowed: "a whole number from 1",
        because: "the type Environment of sagemaker-stages",
      },
    ]);
  });

  it("must have the name of a known quota", () => {
    // Act
    const faults = checkEnvironments([
      environment("dev", { quotas: { serverlessConcurency: 300 } as QuotaSettings }),
    ]);

    // Assess
    expect(faults).toMatchObject([{ field: "quotas.serverlessConcurency", got: "a number" }]);
  });
});

describe("the limit of an account and region", () => {
  it.each([
    {
      what: "50 serverless endpoints",
      atQuota: [
        ...many(12, 4),
        environment("two", { models: { "ticket-urgency": model(), "language-check": model() } }),
      ],
      beyond: many(17, 3),
      fault: {
        environment: "e16",
        field: "models",
        got: expect.stringMatching(/^51 in eu-central-1 of account 111122223333 \(e0: 3; e1: 3; .*e16: 3\)$/),
        allowed: 'at most 50 in total, AWS\'s default of "Serverless endpoints in a region"',
        because: `${SERVERLESS_SOURCE}; request an increase in Service Quotas, then set quotas.serverlessEndpoints`,
      },
    },
    {
      what: "300 usage plans, one for each environment with an API key",
      atQuota: withRoom([...many(300, 1, "API_KEY"), environment("iam")]),
      beyond: withRoom(many(301, 1, "API_KEY")),
      fault: {
        environment: "e300",
        field: "models.*.access",
        got: expect.stringMatching(/^301 in eu-central-1 of account 111122223333 \(e0: 1; .*e300: 1\)$/),
        allowed: 'at most 300 in total, AWS\'s default of "Usage plans per account per Region"',
        because: `${REST_API_SOURCE}; request an increase in Service Quotas, then set quotas.usagePlans`,
      },
    },
    {
      what: "600 regional APIs, a quota that AWS does not increase",
      atQuota: withRoom(many(600, 1)),
      beyond: withRoom(many(601, 1)),
      fault: {
        environment: "e600",
        field: "stage",
        got: expect.stringMatching(/^601 in eu-central-1 of account 111122223333 \(e0: 1; .*e600: 1\)$/),
        allowed: 'at most 600 in total, AWS\'s default of "Regional APIs per Region"',
        because: `${REST_API_SOURCE}; AWS does not increase this quota`,
      },
    },
    {
      what: "1,000 roles in all regions, two for each new function and endpoint",
      atQuota: withRoomForEndpoints([
        ...many(62, 4),
        ...many(62, 4).map(inAnotherRegion),
        environment("both", {
          models: { "loan-default": model(), "ticket-urgency": { existingEndpoint: "name" } },
        }),
        environment("one", { models: { "ticket-urgency": { existingEndpoint: "name" } } }),
        environment("none", {
          models: { "ticket-urgency": { existingEndpoint: "name", existingFunction: "scoring" } },
        }),
        environment("four", { models: { "loan-default": model(), "language-check": model() } }),
      ]),
      beyond: withRoomForEndpoints([
        ...many(62, 4),
        ...many(63, 4).map(inAnotherRegion),
        environment("last"),
      ]),
      fault: {
        environment: "last",
        field: "models",
        got: expect.stringMatching(/^1002 in account 111122223333 \(e0: 8; .*f62: 8; last: 2\)$/),
        allowed: 'at most 1000 in total, AWS\'s default of "Roles in an AWS account"',
        because:
          "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html; request an increase in Service Quotas, then set quotas.roles",
      },
    },
  ])("is $what", ({ atQuota, beyond, fault }) => {
    // Act
    const faults = { atQuota: checkEnvironments(atQuota), beyond: checkEnvironments(beyond) };

    // Assess
    expect(faults).toEqual({ atQuota: [], beyond: [fault] });
  });

  it("has a page of AWS as its source in each fault", () => {
    // Act
    const sources = QUOTAS.map(({ source }) => source);

    // Assess
    for (const source of sources) expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  });
});

describe("the resources of an environment's API", () => {
  it("are the root and the parts of its routes' paths, for each API separately", () => {
    // Prepare
    const withResources = (name: string, apiResources: number): Environment => ({
      ...environment(name, { quotas: { apiResources } }),
      models: { "loan-default": model(), "ticket-urgency": model() },
    });

    // Act
    const faults = checkEnvironments([withResources("enough", 3), withResources("short", 2)]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "short",
        field: "models",
        got: "3 in the API of short (short: 3)",
        allowed: 'at most 2 in total, quotas.apiResources of "Resources per API"',
        because: `${REST_API_SOURCE}; request an increase in Service Quotas, then set quotas.apiResources`,
      },
    ]);
  });
});

/** A copy of the environment with another name, in another region of the account. */
function inAnotherRegion(given: Environment): Environment {
  const name = given.name.replace("e", "f");
  return {
    ...given,
    name,
    region: "eu-west-1",
    state: { local: { path: `terraform.${name}.tfstate` } },
    quotas: { serverlessConcurrency: 10_000, serverlessEndpoints: 10_000 },
  };
}

/** `environments` with higher quotas of endpoints, but not of roles, in the first environment. */
function withRoomForEndpoints([first, ...others]: Environment[]): Environment[] {
  const quotas = { serverlessConcurrency: 10_000, serverlessEndpoints: 10_000 };
  return first === undefined ? [] : [{ ...first, quotas }, ...others];
}

/** `environments` with higher quotas of endpoints and roles in the first environment. */
function withRoom([first, ...others]: Environment[]): Environment[] {
  const quotas = { serverlessConcurrency: 10_000, serverlessEndpoints: 10_000, roles: 10_000 };
  return first === undefined ? [] : [{ ...first, quotas }, ...others];
}

describe("the concurrency that a model can have", () => {
  const names = Object.keys(catalog) as ModelName[];
  const [first = "loan-default", second = "loan-default"] = names;

  it.each<[what: string, part: Partial<Environment>, left: number]>([
    ["AWS's default quota", {}, 200 - 20 - 30],
    ["the stated quota", { quotas: { serverlessConcurrency: 60 } }, 60 - 20 - 30],
    ["none, if the others use all", { quotas: { serverlessConcurrency: 40 } }, 0],
  ])("is what the other models of the account and region leave of %s", (_, part, left) => {
    // Prepare: the other model of the environment, another environment, and another region.
    const environments = [
      withConcurrency("dev", [10, 20], part),
      withConcurrency("staging", [30]),
      withConcurrency("far", [100], { region: "us-east-1" }),
    ];

    // Act and assess
    expect(
      concurrencyLeftFor(
        "serverlessConcurrency",
        environments,
        { environment: "dev", model: first },
        catalog,
      ),
    ).toBe(left);
  });

  it("excludes the 100 executions that Lambda keeps, and the reserved concurrency of other functions", () => {
    // Prepare
    const reserving = (reservedConcurrency: number) => ({ ...model(), function: { reservedConcurrency } });
    const environments = [
      environment("dev", { models: { [first]: reserving(50), [second]: reserving(25) } }),
    ];

    // Act and assess
    expect(
      concurrencyLeftFor("lambdaConcurrency", environments, { environment: "dev", model: first }, catalog),
    ).toBe(1_000 - 100 - 25);
  });
});
