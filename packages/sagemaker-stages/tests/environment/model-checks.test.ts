import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { checkEnvironments } from "../support/app";
import { type Broken, environmentOf, INSTANCES, NETWORK, SERVERLESS } from "./support/environments";

const LAMBDA_API = "https://docs.aws.amazon.com/lambda/latest/api";
const TAGS = "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html";
const CASE =
  "IAM ignores the case of a role's tag keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html";
const FUNCTION_ARN = "arn:aws:lambda:eu-central-1:111122223333:function:scoring";
const ACCOUNT = { accountId: "111122223333" };

function withOrigins(corsAllowOrigins: readonly string[]): object {
  return { ...SERVERLESS, functionUrl: { corsAllowOrigins } };
}

function origins(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `https://${index}.example.com`);
}

function tags(count: number, name = "Tag"): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, "value"]));
}

const brokenAccesses: Broken[] = ["", "public", "NONE"].map((access) => ({
  what: `the access ${JSON.stringify(access)}`,
  model: { ...SERVERLESS, access },
  field: "access",
  got: JSON.stringify(access),
  allowed: "AWS_IAM, API_KEY, PUBLIC, { cognito: … } or { jwt: … }",
  because: "the type ModelSettings of sagemaker-stages",
}));

const brokenFunctionUrls: Broken[] = [
  ...["", "www.example.com", "https://www.example.com/", "https://*.example.com", "null"].map((origin) => ({
    what: `the origin ${JSON.stringify(origin)}`,
    model: withOrigins(["https://example.org", origin]),
    field: "functionUrl.corsAllowOrigins",
    got: JSON.stringify(origin),
    allowed: "* or one origin without a path, e.g. https://www.example.com",
    because: "https://developer.mozilla.org/docs/Web/HTTP/Headers/Access-Control-Allow-Origin",
  })),
  {
    what: "no origin",
    model: withOrigins([]),
    field: "functionUrl.corsAllowOrigins",
    got: "[]",
    allowed: "1–100 origins",
    because: `${LAMBDA_API}/API_Cors.html`,
  },
  {
    what: "101 origins",
    model: withOrigins(origins(101)),
    field: "functionUrl.corsAllowOrigins",
    got: "101 origins",
    allowed: "1–100 origins",
    because: `${LAMBDA_API}/API_Cors.html`,
  },
];

const brokenFunctions: Broken[] = [
  ...[127, 10_241, 128.5, 0, -128].map((memorySizeInMb) => ({
    what: `a function of ${memorySizeInMb} MB`,
    model: { ...SERVERLESS, function: { memorySizeInMb } },
    field: "function.memorySizeInMb",
    got: String(memorySizeInMb),
    allowed: "a whole number from 128 to 10240",
    because: `${LAMBDA_API}/API_CreateFunction.html`,
  })),
  ...[511, 10_241, 512.5, 0, -512].map((ephemeralStorageInMb) => ({
    what: `a function with ${ephemeralStorageInMb} MB of storage`,
    model: { ...SERVERLESS, function: { ephemeralStorageInMb } },
    field: "function.ephemeralStorageInMb",
    got: String(ephemeralStorageInMb),
    allowed: "a whole number from 512 to 10240",
    because: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html",
  })),
  ...[0, -1, 0.5].map((reservedConcurrency) => ({
    what: `a function with the reserved concurrency ${reservedConcurrency}`,
    model: { ...SERVERLESS, function: { reservedConcurrency } },
    field: "function.reservedConcurrency",
    got: String(reservedConcurrency),
    allowed: "a whole number from 1",
    because: `0 would disable the function; omit the setting to reserve no concurrency: ${LAMBDA_API}/API_PutFunctionConcurrency.html`,
  })),
  {
    what: "a reserved concurrency of an existing function",
    model: { ...SERVERLESS, existingFunction: "scoring", function: { reservedConcurrency: 5 } },
    field: "existingFunction",
    got: "existingFunction together with function",
    allowed: "either existingFunction or function",
    because: "the function either exists or is created",
  },
  {
    what: "existingFunction together with function",
    model: { ...SERVERLESS, existingFunction: "scoring", function: {} },
    field: "existingFunction",
    got: "existingFunction together with function",
    allowed: "either existingFunction or function",
    because: "the function either exists or is created",
  },
  {
    what: "existingFunction together with functionUrl",
    model: { ...SERVERLESS, existingFunction: "scoring", functionUrl: {} },
    field: "existingFunction",
    got: "existingFunction together with functionUrl",
    allowed: "either existingFunction or functionUrl",
    because: "a function has one URL, and the owner of an existing function manages its URL",
  },
  {
    what: "existingFunctionRole without existingFunction",
    model: { ...SERVERLESS, existingFunctionRole: "scoring" },
    field: "existingFunctionRole",
    got: "existingFunctionRole without existingFunction",
    allowed: "no existingFunctionRole, or existingFunction as well",
    because: "a new function has a dedicated role",
  },
  ...[
    "",
    "*",
    "/service-role/scoring",
    "service-role/",
    "service*/scoring",
    `${"p".repeat(512)}/scoring`,
    "arn:aws:iam::111122223333:role/scoring",
    "r".repeat(65),
    "AWSServiceRoleForSupport",
    "aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport",
  ].map((role) => ({
    what: `the role ${JSON.stringify(role)}`,
    model: { ...SERVERLESS, existingFunction: "scoring", existingFunctionRole: role },
    field: "existingFunctionRole",
    got: JSON.stringify(role),
    allowed:
      "a name of 1–64 letters, digits and _+=,.@-, with its path if it has a path (service-role/scoring), and not an ARN; not a role that only AWS can change",
    because: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
  })),
  {
    what: "sagemakerEnvironmentVariableName without existingFunction",
    model: { ...SERVERLESS, sagemakerEnvironmentVariableName: "ENDPOINT" },
    field: "sagemakerEnvironmentVariableName",
    got: "sagemakerEnvironmentVariableName without existingFunction",
    allowed: "no sagemakerEnvironmentVariableName, or existingFunction as well",
    because: "new functions read ENDPOINT_NAME",
  },
  ...["", "E", "_ENDPOINT", "1ENDPOINT", "MY-ENDPOINT", "ENDPOINT\n", '"] + x', "GRÖSSE"].map((name) => ({
    what: `the variable ${JSON.stringify(name)}`,
    model: { ...SERVERLESS, existingFunction: "scoring", sagemakerEnvironmentVariableName: name },
    field: "sagemakerEnvironmentVariableName",
    got: JSON.stringify(name),
    allowed: "two or more letters, digits and _, starting with a letter",
    because: `${LAMBDA_API}/API_Environment.html`,
  })),
  ...[
    "",
    "my function",
    "scoring:1",
    "scoring:live",
    "scoring\n",
    "f".repeat(65),
    "*",
    "111122223333:function:scoring",
    `${FUNCTION_ARN}:1`,
    `${FUNCTION_ARN}\n`,
    FUNCTION_ARN.replace("scoring", ""),
    FUNCTION_ARN.replace("scoring", "f".repeat(65)),
    FUNCTION_ARN.replace("eu-central-1", "eu-west-1"),
    FUNCTION_ARN.replace("eu-central-1", "eu-central-2"),
    FUNCTION_ARN.replace("aws", "aws-cn"),
    FUNCTION_ARN.replace("111122223333", "1111"),
    `x${FUNCTION_ARN}`,
  ].map((existingFunction) => ({
    what: `the existing function ${JSON.stringify(existingFunction.slice(0, 70))}`,
    model: { ...SERVERLESS, existingFunction },
    field: "existingFunction",
    got: JSON.stringify(existingFunction),
    allowed:
      "a name of 1–64 characters (letters, digits, - and _), or the ARN arn:aws:lambda:eu-central-1:<account>:function:<name>",
    because: `the function must be in the environment's account and region: ${LAMBDA_API}/API_GetFunction.html`,
  })),
  {
    what: "an existing function of another account",
    model: { ...SERVERLESS, existingFunction: FUNCTION_ARN.replace("111122223333", "444455556666") },
    environment: ACCOUNT,
    field: "existingFunction",
    got: JSON.stringify(FUNCTION_ARN.replace("111122223333", "444455556666")),
    allowed:
      "a name of 1–64 characters (letters, digits, - and _), or the ARN arn:aws:lambda:eu-central-1:111122223333:function:<name>",
    because: `the function must be in the environment's account and region: ${LAMBDA_API}/API_GetFunction.html`,
  },
];

const brokenTags: Broken[] = [
  ...["", "k".repeat(129), "aws:team", "AWS:team", "team!", "team\n"].map((key) => ({
    what: `a tag's key ${JSON.stringify(key.slice(0, 20))}`,
    model: { ...SERVERLESS, tags: { [key]: "value" } },
    field: "tags",
    got: JSON.stringify(key),
    allowed: "a key of 1–128 letters, digits, spaces and _.:/=+-@ that does not start with aws:",
    because: TAGS,
  })),
  ...["Environment", "Model", "environment", "MODEL"].map((key) => ({
    what: `the stack's own tag ${key}`,
    model: { ...SERVERLESS, tags: { [key]: "value" } },
    field: "tags",
    got: JSON.stringify(key),
    allowed: "another key",
    because: `the stack sets this tag itself; ${CASE}`,
  })),
  ...["v".repeat(257), "what?"].map((value) => ({
    what: `a tag's value ${JSON.stringify(value.slice(0, 20))}`,
    model: { ...SERVERLESS, tags: { Team: value } },
    field: "tags.Team",
    got: JSON.stringify(value),
    allowed: "at most 256 letters, digits, spaces and _.:/=+-@",
    because: TAGS,
  })),
  {
    what: "two keys of tags that differ only in upper and lower case",
    model: { ...SERVERLESS, tags: { Team: "a", TEAM: "b" } },
    field: "tags",
    got: '"TEAM"',
    allowed: "Team, or another key",
    because: `Team exists too; ${CASE}`,
  },
  {
    what: "a key that differs from an environment's key only in upper and lower case",
    model: { ...SERVERLESS, tags: { team: "b" } },
    environment: { tags: { Team: "a" } },
    field: "tags",
    got: '"team"',
    allowed: "Team, or another key",
    because: `Team exists too; ${CASE}`,
  },
  {
    what: "48 tags",
    model: { ...SERVERLESS, tags: tags(48) },
    field: "tags",
    got: "48",
    allowed: "at most 47 tags",
    because: TAGS,
  },
  {
    what: "48 tags, including the environment's tags",
    model: { ...SERVERLESS, tags: tags(8, "Own") },
    environment: { tags: tags(40) },
    field: "tags",
    got: "48",
    allowed: "at most 47 tags, including the tags of the environment",
    because: TAGS,
  },
];

describe("a model with one invalid setting outside its endpoint has exactly one fault", () => {
  describe.each([
    { part: "access", broken: brokenAccesses },
    { part: "functionUrl", broken: brokenFunctionUrls },
    { part: "function", broken: brokenFunctions },
    { part: "tags", broken: brokenTags },
  ])("$part", ({ broken }) => {
    it.each(broken)("$what", ({ model, environment, field, got, allowed, because }) => {
      // Act
      const faults = checkEnvironments([environmentOf(model, environment)]);

      // Assess
      expect(faults).toEqual([
        { environment: "test", field: `models.loan-default.${field}`, got, allowed, because },
      ]);
    });
  });
});

describe("a setting of a model at a limit has no fault", () => {
  const existing = { ...SERVERLESS, existingFunction: "scoring" };
  const rows: [string, object, Partial<Environment>?][] = [
    ["the access AWS_IAM", { ...SERVERLESS, access: "AWS_IAM" }],
    ["the access API_KEY", { ...SERVERLESS, access: "API_KEY" }],
    ["the access PUBLIC", { ...SERVERLESS, access: "PUBLIC" }],
    ["a function URL", { ...SERVERLESS, functionUrl: {} }],
    ["a function URL for pages of every origin", withOrigins(["*"])],
    ["a function URL for pages of 100 origins", withOrigins(origins(100))],
    ["an empty function", { ...SERVERLESS, function: {} }],
    ["the smallest function", { ...SERVERLESS, function: { memorySizeInMb: 128 } }],
    ["the largest function", { ...SERVERLESS, function: { memorySizeInMb: 10_240 } }],
    ["the smallest storage", { ...SERVERLESS, function: { ephemeralStorageInMb: 512 } }],
    ["the largest storage", { ...SERVERLESS, function: { ephemeralStorageInMb: 10_240 } }],
    ["one reserved execution", { ...SERVERLESS, function: { reservedConcurrency: 1 } }],
    [
      "all executions that Lambda allows to reserve",
      { ...SERVERLESS, function: { reservedConcurrency: 900 } },
    ],
    ["an existing function", existing],
    ["an existing function of one character", { ...SERVERLESS, existingFunction: "f" }],
    ["an existing function of 64 characters", { ...SERVERLESS, existingFunction: `F-_9${"f".repeat(60)}` }],
    ["an existing function by its ARN", { ...SERVERLESS, existingFunction: FUNCTION_ARN }],
    ["an existing function of the account", { ...SERVERLESS, existingFunction: FUNCTION_ARN }, ACCOUNT],
    ["an existing function by its name in an account", existing, ACCOUNT],
    [
      "an existing function in China",
      {
        ...SERVERLESS,
        existingFunction: FUNCTION_ARN.replace("aws", "aws-cn").replace("eu-central-1", "cn-north-1"),
      },
      { region: "cn-north-1" },
    ],
    ["an existing function's role", { ...existing, existingFunctionRole: "Az09_+=,.@-" }],
    [
      "an existing function's role with a path",
      { ...existing, existingFunctionRole: `${"p".repeat(497)}/service-role/${"r".repeat(64)}` },
    ],
    ["a variable of two characters", { ...existing, sagemakerEnvironmentVariableName: "E_" }],
    ["a variable in lower case", { ...existing, sagemakerEnvironmentVariableName: "endpoint1" }],
    [
      "settings of a new function that are undefined",
      { ...existing, function: undefined, functionUrl: undefined },
    ],
    [
      "an existing endpoint and an existing function",
      { existingEndpoint: "name", existingFunction: "scoring" },
    ],
    [
      "an existing endpoint with all settings of a new function",
      {
        existingEndpoint: "name",
        access: "PUBLIC",
        function: { memorySizeInMb: 512 },
        functionUrl: {},
        tags: { Team: "a" },
      },
    ],
    ["no tags", { ...SERVERLESS, tags: {} }],
    ["47 tags", { ...SERVERLESS, tags: tags(47) }],
    [
      "47 tags, including the environment's tags",
      { ...SERVERLESS, tags: tags(7, "Own") },
      { tags: tags(40) },
    ],
    ["47 tags that replace the environment's tags", { ...SERVERLESS, tags: tags(47) }, { tags: tags(47) }],
    [
      "a tag's key of 128 characters and value of 256",
      { ...SERVERLESS, tags: { ["k".repeat(128)]: "v".repeat(256) } },
    ],
  ];

  // Objects, because Jest passes a callback as the last argument if a row is shorter than the test's parameters.
  it.each(rows.map(([what, model, environment]) => ({ what, model, environment })))(
    "$what",
    ({ model, environment }) => {
      // Act
      const faults = checkEnvironments([environmentOf(model, environment)]);

      // Assess
      expect(faults).toEqual([]);
    },
  );
});

describe("tags of an environment", () => {
  it("may not have keys that differ only in upper and lower case", () => {
    // Act
    const faults = checkEnvironments([environmentOf(SERVERLESS, { tags: { Team: "a", team: "b" } })]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "test",
        field: "tags",
        got: '"team"',
        allowed: "Team, or another key",
        because: `Team exists too; ${CASE}`,
      },
    ]);
  });
});

describe("an invalid region or account", () => {
  it.each([
    { what: "a region", part: { region: "(" }, field: "region" },
    { what: "an account", part: { accountId: "(" }, field: "accountId" },
  ])("is a fault even when the environment has an existing function: $what", ({ part, field }) => {
    // Act
    const faults = checkEnvironments([
      environmentOf({ ...SERVERLESS, existingFunction: FUNCTION_ARN }, part),
    ]);

    // Assess
    expect(faults.map((fault) => fault.field)).toContain(field);
  });
});

describe("a network", () => {
  const EXISTING = { existingEndpoint: "name", existingFunction: "scoring" };

  it.each([
    { what: "a serverless endpoint", model: { ...SERVERLESS, existingFunction: "scoring" } },
    { what: "an existing endpoint", model: EXISTING },
    {
      what: "instances outside of the network",
      model: { ...INSTANCES, existingFunction: "scoring", inNetwork: false },
    },
  ])(
    "has a fault when no function or endpoint is in the network: an existing function with $what",
    ({ model }) => {
      // Act
      const faults = checkEnvironments([environmentOf(model, { network: NETWORK })]);

      // Assess
      expect(faults).toEqual([
        {
          environment: "test",
          field: "network",
          got: "network, but no new function and no endpoint with inNetwork",
          allowed: "no network, or a model with a new function, or an endpoint with inNetwork: true",
          because: "an existing function stays in its network",
        },
      ]);
    },
  );

  it.each([
    { what: "a new function", models: { "loan-default": { existingEndpoint: "name" } } },
    {
      what: "an endpoint in the network",
      models: { "loan-default": { ...INSTANCES, existingFunction: "scoring", inNetwork: true } },
    },
    {
      what: "one new function and one existing function",
      models: { "loan-default": EXISTING, "energy-demand": SERVERLESS },
    },
  ])("has no fault when a function or endpoint is in the network: $what", ({ models }) => {
    // Act
    const faults = checkEnvironments([environmentOf({}, { network: NETWORK, models })]);

    // Assess
    expect(faults).toEqual([]);
  });

  it("has no additional fault when the models are missing", () => {
    // Act
    const faults = checkEnvironments([environmentOf({}, { network: NETWORK, models: {} })]);

    // Assess
    expect(faults.map(({ field }) => field)).toEqual(["models"]);
  });
});

describe("one existing function for several models", () => {
  const FUNCTION = { ...SERVERLESS, existingFunction: "scoring" };
  const together = (first: Environment["models"], second?: Environment["models"]): Environment[] => [
    { ...environmentOf(SERVERLESS), models: first },
    ...(second === undefined
      ? []
      : [
          {
            ...environmentOf(SERVERLESS),
            name: "second",
            state: { local: { path: "terraform.second.tfstate" } },
            models: second,
          },
        ]),
  ];

  it.each<[string, Environment[], string, string]>([
    [
      "in one environment",
      together({ "loan-default": FUNCTION, "ticket-urgency": FUNCTION }),
      "models.ticket-urgency.existingFunction",
      "the function's variable ENDPOINT_NAME cannot name both test-ticket-urgency and test-loan-default, the endpoint of models.loan-default of test",
    ],
    [
      "in two environments, by name and by ARN",
      together(
        { "loan-default": FUNCTION },
        { "loan-default": { ...SERVERLESS, existingFunction: FUNCTION_ARN } },
      ),
      "models.loan-default.existingFunction",
      "the function's variable ENDPOINT_NAME cannot name both second-loan-default and test-loan-default, the endpoint of models.loan-default of test",
    ],
  ])("cannot read the names of two endpoints from one variable: %s", (_, environments, field, because) => {
    // Act
    const faults = checkEnvironments(environments);

    // Assess
    expect(faults).toMatchObject([
      { field, allowed: "another function, or another sagemakerEnvironmentVariableName", because },
    ]);
  });

  it.each(["second-loan-default-endpoint", "TEST-TICKET-URGENCY-FUNCTION"])(
    "cannot have a role that an environment creates: %s",
    (existingFunctionRole) => {
      // Prepare
      const environments = together(
        { "loan-default": { ...FUNCTION, existingFunctionRole }, "ticket-urgency": SERVERLESS },
        { "loan-default": SERVERLESS },
      );

      // Act
      const faults = checkEnvironments(environments);

      // Assess
      expect(faults).toEqual([
        {
          environment: "test",
          field: "models.loan-default.existingFunctionRole",
          got: JSON.stringify(existingFunctionRole),
          allowed: "a role that no environment creates",
          because: "the role of a function or an endpoint must have no additional permissions",
        },
      ]);
    },
  );

  it.each<[string, Environment[]]>([
    [
      "from two variables",
      together({
        "loan-default": FUNCTION,
        "ticket-urgency": { ...FUNCTION, sagemakerEnvironmentVariableName: "TICKET_URGENCY_ENDPOINT" },
      }),
    ],
    [
      "of one endpoint",
      together({
        "loan-default": { existingEndpoint: "name", existingFunction: "scoring" },
        "ticket-urgency": { existingEndpoint: "name", existingFunction: "scoring" },
      }),
    ],
    [
      "of two endpoints, as two functions in two regions",
      together({ "loan-default": FUNCTION }, { "loan-default": FUNCTION }).map((environment, index) => ({
        ...environment,
        region: ["eu-central-1", "us-east-1"][index] ?? "",
      })),
    ],
  ])("has no fault if it reads the names %s", (_, environments) => {
    // Act
    const faults = checkEnvironments(environments);

    // Assess
    expect(faults).toEqual([]);
  });
});
