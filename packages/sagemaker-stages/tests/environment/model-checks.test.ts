import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { checkEnvironments } from "../support/app";
import { type Broken, environmentOf, INSTANCES, NETWORK, SERVERLESS } from "./support/environments";

const LAMBDA_API = "https://docs.aws.amazon.com/lambda/latest/api";
const TAGS = "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html";
const CASE =
  "IAM knows no case in the keys of a role's tags: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html";
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
  allowed: "AWS_IAM, API_KEY, PUBLIC",
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
    because: `0 would switch the function off; leave the setting out to reserve none: ${LAMBDA_API}/API_PutFunctionConcurrency.html`,
  })),
  {
    what: "a reserved concurrency of an existing function",
    model: { ...SERVERLESS, existingFunction: "scoring", function: { reservedConcurrency: 5 } },
    field: "existingFunction",
    got: "existingFunction beside function",
    allowed: "either existingFunction or function",
    because: "a function is there, or is made",
  },
  {
    what: "existingFunction beside function",
    model: { ...SERVERLESS, existingFunction: "scoring", function: {} },
    field: "existingFunction",
    got: "existingFunction beside function",
    allowed: "either existingFunction or function",
    because: "a function is there, or is made",
  },
  {
    what: "existingFunction beside functionUrl",
    model: { ...SERVERLESS, existingFunction: "scoring", functionUrl: {} },
    field: "existingFunction",
    got: "existingFunction beside functionUrl",
    allowed: "either existingFunction or functionUrl",
    because: "a function has one URL, and an existing function's is its owner's",
  },
  {
    what: "existingFunctionRole without existingFunction",
    model: { ...SERVERLESS, existingFunctionRole: "scoring" },
    field: "existingFunctionRole",
    got: "existingFunctionRole without existingFunction",
    allowed: "no existingFunctionRole, or existingFunction beside it",
    because: "new functions have a role of their own",
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
      "a name of 1–64 letters, digits and _+=,.@-, behind its path where it has one (service-role/scoring), and no ARN; none that AWS alone may change",
    because: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
  })),
  {
    what: "sagemakerEnvironmentVariableName without existingFunction",
    model: { ...SERVERLESS, sagemakerEnvironmentVariableName: "ENDPOINT" },
    field: "sagemakerEnvironmentVariableName",
    got: "sagemakerEnvironmentVariableName without existingFunction",
    allowed: "no sagemakerEnvironmentVariableName, or existingFunction beside it",
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
      "a name of 1–64 letters, digits, - and _, or arn:aws:lambda:eu-central-1:<account>:function:<name>",
    because: `the environment asks a function of its own account and region: ${LAMBDA_API}/API_GetFunction.html`,
  })),
  {
    what: "an existing function of another account",
    model: { ...SERVERLESS, existingFunction: FUNCTION_ARN.replace("111122223333", "444455556666") },
    environment: ACCOUNT,
    field: "existingFunction",
    got: JSON.stringify(FUNCTION_ARN.replace("111122223333", "444455556666")),
    allowed:
      "a name of 1–64 letters, digits, - and _, or arn:aws:lambda:eu-central-1:111122223333:function:<name>",
    because: `the environment asks a function of its own account and region: ${LAMBDA_API}/API_GetFunction.html`,
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
    what: "two keys that are one to IAM",
    model: { ...SERVERLESS, tags: { Team: "a", TEAM: "b" } },
    field: "tags",
    got: '"TEAM"',
    allowed: "Team, or another key",
    because: `Team is there too; ${CASE}`,
  },
  {
    what: "a key that is one to IAM with the environment's",
    model: { ...SERVERLESS, tags: { team: "b" } },
    environment: { tags: { Team: "a" } },
    field: "tags",
    got: '"team"',
    allowed: "Team, or another key",
    because: `Team is there too; ${CASE}`,
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
    what: "48 tags with those of the environment",
    model: { ...SERVERLESS, tags: tags(8, "Own") },
    environment: { tags: tags(40) },
    field: "tags",
    got: "48",
    allowed: "at most 47 tags, those of the environment among them",
    because: TAGS,
  },
];

describe("a model with one thing broken beside its endpoint has exactly that fault", () => {
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

describe("a setting of a model at its limit is no fault", () => {
  const existing = { ...SERVERLESS, existingFunction: "scoring" };
  const rows: [string, object, Partial<Environment>?][] = [
    ["access with AWS credentials", { ...SERVERLESS, access: "AWS_IAM" }],
    ["access with a key", { ...SERVERLESS, access: "API_KEY" }],
    ["access for everybody", { ...SERVERLESS, access: "PUBLIC" }],
    ["a function URL", { ...SERVERLESS, functionUrl: {} }],
    ["a function URL for pages of every origin", withOrigins(["*"])],
    ["a function URL for pages of 100 origins", withOrigins(origins(100))],
    ["a function that says nothing", { ...SERVERLESS, function: {} }],
    ["the smallest function", { ...SERVERLESS, function: { memorySizeInMb: 128 } }],
    ["the largest function", { ...SERVERLESS, function: { memorySizeInMb: 10_240 } }],
    ["the smallest storage", { ...SERVERLESS, function: { ephemeralStorageInMb: 512 } }],
    ["the largest storage", { ...SERVERLESS, function: { ephemeralStorageInMb: 10_240 } }],
    ["one reserved execution", { ...SERVERLESS, function: { reservedConcurrency: 1 } }],
    ["all executions that AWS lets reserve", { ...SERVERLESS, function: { reservedConcurrency: 900 } }],
    ["an existing function", existing],
    ["an existing function of one character", { ...SERVERLESS, existingFunction: "f" }],
    ["an existing function of 64", { ...SERVERLESS, existingFunction: `F-_9${"f".repeat(60)}` }],
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
    ["a variable in small letters", { ...existing, sagemakerEnvironmentVariableName: "endpoint1" }],
    [
      "settings of a new function that are undefined",
      { ...existing, function: undefined, functionUrl: undefined },
    ],
    [
      "an existing endpoint and an existing function",
      { existingEndpoint: "name", existingFunction: "scoring" },
    ],
    [
      "an existing endpoint with everything of a new function",
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
    ["47 tags with those of the environment", { ...SERVERLESS, tags: tags(7, "Own") }, { tags: tags(40) }],
    ["47 tags in place of those of the environment", { ...SERVERLESS, tags: tags(47) }, { tags: tags(47) }],
    [
      "a key of 128 characters and a value of 256",
      { ...SERVERLESS, tags: { ["k".repeat(128)]: "v".repeat(256) } },
    ],
  ];

  // As objects: of a row that is shorter than the test's parameters, Jest takes the last for a callback.
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
  it("may not have keys that are one to IAM", () => {
    // Act
    const faults = checkEnvironments([environmentOf(SERVERLESS, { tags: { Team: "a", team: "b" } })]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "test",
        field: "tags",
        got: '"team"',
        allowed: "Team, or another key",
        because: `Team is there too; ${CASE}`,
      },
    ]);
  });
});

describe("a region or an account that is none", () => {
  it.each([
    { what: "a region", part: { region: "(" }, field: "region" },
    { what: "an account", part: { accountId: "(" }, field: "accountId" },
  ])("is told as a fault, also where an existing function is looked for in it: $what", ({ part, field }) => {
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
      what: "instances outside of it",
      model: { ...INSTANCES, existingFunction: "scoring", inNetwork: false },
    },
  ])("has a fault where nothing is in it: an existing function beside $what", ({ model }) => {
    // Act
    const faults = checkEnvironments([environmentOf(model, { network: NETWORK })]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "test",
        field: "network",
        got: "network beside existing functions alone",
        allowed: "no network, or a new function or an endpoint with inNetwork: true to be in it",
        because: "existing functions stay in the network that they are in",
      },
    ]);
  });

  it.each([
    { what: "a new function", models: { "loan-default": { existingEndpoint: "name" } } },
    {
      what: "an endpoint in it",
      models: { "loan-default": { ...INSTANCES, existingFunction: "scoring", inNetwork: true } },
    },
    {
      what: "one new function beside an existing one",
      models: { "loan-default": EXISTING, "energy-demand": SERVERLESS },
    },
  ])("has none where something is: $what", ({ models }) => {
    // Act
    const faults = checkEnvironments([environmentOf({}, { network: NETWORK, models })]);

    // Assess
    expect(faults).toEqual([]);
  });

  it("is not told beside the missing models", () => {
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
      "of one environment",
      together({ "loan-default": FUNCTION, "ticket-urgency": FUNCTION }),
      "models.ticket-urgency.existingFunction",
      "its variable ENDPOINT_NAME cannot name test-ticket-urgency and test-loan-default, which models.loan-default of test asks",
    ],
    [
      "of two environments, by name and by ARN",
      together(
        { "loan-default": FUNCTION },
        { "loan-default": { ...SERVERLESS, existingFunction: FUNCTION_ARN } },
      ),
      "models.loan-default.existingFunction",
      "its variable ENDPOINT_NAME cannot name second-loan-default and test-loan-default, which models.loan-default of test asks",
    ],
  ])("cannot look for two endpoints in one variable: %s", (_, environments, field, because) => {
    // Act
    const faults = checkEnvironments(environments);

    // Assess
    expect(faults).toMatchObject([
      { field, allowed: "another function, or another sagemakerEnvironmentVariableName", because },
    ]);
  });

  it.each(["second-loan-default-endpoint", "TEST-TICKET-URGENCY-FUNCTION"])(
    "has a role that no environment makes: not %s",
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
          allowed: "a role that no environment makes",
          because: "functions and endpoints have exactly the rights that they need",
        },
      ]);
    },
  );

  it.each<[string, Environment[]]>([
    [
      "in two variables",
      together({
        "loan-default": FUNCTION,
        "ticket-urgency": { ...FUNCTION, sagemakerEnvironmentVariableName: "TICKET_URGENCY_ENDPOINT" },
      }),
    ],
    [
      "for one endpoint",
      together({
        "loan-default": { existingEndpoint: "name", existingFunction: "scoring" },
        "ticket-urgency": { existingEndpoint: "name", existingFunction: "scoring" },
      }),
    ],
    [
      "where they are two, in two regions",
      together({ "loan-default": FUNCTION }, { "loan-default": FUNCTION }).map((environment, index) => ({
        ...environment,
        region: ["eu-central-1", "us-east-1"][index] ?? "",
      })),
    ],
  ])("is no fault %s", (_, environments) => {
    // Act
    const faults = checkEnvironments(environments);

    // Assess
    expect(faults).toEqual([]);
  });
});
