import { describe, expect, it } from "@jest/globals";
import { InvalidEnvironments } from "../../src/environment/checks";
import type { Environment, StageSettings } from "../../src/environment/environment";
import { describeFault, type Fault } from "../../src/environment/fault-collector";
import type {
  ServerlessEndpoint,
  ServerlessSettings,
  ServingSettings,
} from "../../src/environment/model-settings";
import { MANAGED_RULES, type ManagedRules } from "../../src/environment/settings/firewall";
import { environments } from "../fixtures/app/environments";
import { models as catalog } from "../fixtures/app/functions";
import { checkEnvironments } from "../support/app";
import { changed } from "./support/environments";

const MODEL: ServingSettings & ServerlessEndpoint = {
  artifact: "s3://amzn-s3-demo-bucket/loan-default/model.tar.gz",
  image: { algorithm: "linear-learner", tag: "1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
};

const VALID: Environment = {
  name: "test",
  region: "eu-central-1",
  state: { local: { path: "terraform.test.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
  models: { "loan-default": MODEL },
};

/** The valid environment with these settings. */
function environmentWith(part: Partial<Environment>): Environment {
  return { ...VALID, ...part };
}

function localStateAt(path: string): Environment {
  return environmentWith({ state: { local: { path } } });
}

function s3StateAt(s3: { bucket?: string; key?: string; region?: string }): Environment {
  return environmentWith({ state: { s3: { bucket: "amzn-s3-demo-bucket", key: "test.tfstate", ...s3 } } });
}

function stageWith(part: Partial<StageSettings>): Environment {
  return environmentWith({ stage: { ...VALID.stage, ...part } });
}

function throttlingWith(part: Partial<StageSettings["throttling"]>): Environment {
  return stageWith({ throttling: { ...VALID.stage.throttling, ...part } });
}

function serverlessWith(part: Partial<ServerlessSettings>): Environment {
  const model = { ...MODEL, serverless: { ...MODEL.serverless, ...part } };
  return environmentWith({ models: { "loan-default": model } });
}

const TITLE_ALLOWED = "1–60 characters in one line, without leading or trailing spaces";

/** The valid environment with a website and a public route, and with these settings. */
function websiteWith(part: Partial<Environment>): Environment {
  const models = { "loan-default": { ...MODEL, access: "PUBLIC" as const } };
  return environmentWith({ website: {}, models, ...part });
}

function tagsOf(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`Tag${index}`, "value"]));
}

describe("the environments of this project", () => {
  it("have no fault", () => {
    // Act
    const faults = checkEnvironments(environments);

    // Assess
    expect(faults).toEqual([]);
  });

  it("are dev, staging and prod, in the order of their deployment", () => {
    // Act
    const names = environments.map(({ name }) => name);

    // Assess
    expect(names).toEqual(["dev", "staging", "prod"]);
  });
});

describe("an empty list of environments", () => {
  it("has no fault", () => {
    // Act
    const faults = checkEnvironments([]);

    // Assess
    expect(faults).toEqual([]);
  });
});

interface Broken {
  readonly what: string;
  readonly environment: Environment;
  readonly field: string;
  readonly got: string;
  readonly allowed: string;
}

const NAME_RULE =
  "1–16 characters a-z, 0-9, -, starting with a letter, other than account, endpoints, website";
const NO_SUCH_PROPERTY = "a property of the type Environment of sagemaker-stages";
const STATE_REGION_RULE = "an AWS region such as eu-central-1";
const REGION_RULE = `${STATE_REGION_RULE}, of AWS, AWS China or AWS GovCloud (US)`;
const TAG_KEY_RULE = "a key of 1–128 letters, digits, spaces and _.:/=+-@ that does not start with aws:";
const TAG_VALUE_RULE = "at most 256 letters, digits, spaces and _.:/=+-@";
const LISTED_ORIGIN_RULE =
  "an origin as browsers send it, e.g. https://app.example.com or http://localhost:8080: https (http only for localhost and 127.0.0.1), a host name in lower case, a port only if it is not the default port, no path and no slash at the end; * only as the single origin";
const ORIGIN_RULE = "* or one origin without a path, e.g. https://www.example.com";

const brokenNames: Broken[] = [
  ["an empty name", ""],
  ["a name of 17 characters", "abcdefghijklmnopq"],
  ["a name with capitals", "Test"],
  ["a name that starts with a digit", "1test"],
  ["a name that starts with a hyphen", "-test"],
  ["a name with an underscore", "test_1"],
  ["a name with a line break at its end", "test\n"],
  ["the name of the account's stack", "account"],
  ["the name that is a path of the local stage", "endpoints"],
].map(([what = "", name = ""]) => ({
  what,
  environment: environmentWith({ name }),
  field: "name",
  got: JSON.stringify(name),
  allowed: NAME_RULE,
}));

const brokenRegions: Broken[] = [
  "",
  "eu",
  "eu-central",
  "EU-central-1",
  "xeu-central-1",
  "eu-central-1a",
  "eu_central_1",
  "us-iso-east-1",
].map((region) => ({
  what: `the region ${JSON.stringify(region)}`,
  environment: environmentWith({ region }),
  field: "region",
  got: JSON.stringify(region),
  allowed: REGION_RULE,
}));

const brokenAccounts: Broken[] = [
  ...["", "11112222333", "1111222233334", "1111-2222-3333", "abcdefghijkl"].map((accountId) => ({
    what: `the account ${JSON.stringify(accountId)}`,
    environment: environmentWith({ accountId }),
    field: "accountId",
    got: JSON.stringify(accountId),
    allowed: "12 digits, as a string",
  })),
  {
    what: "a protected environment without an account",
    environment: environmentWith({ protected: true }),
    field: "accountId",
    got: "nothing",
    allowed: "12 digits, as a string",
  },
];

const brokenTags: Broken[] = [
  {
    what: "48 tags",
    environment: environmentWith({ tags: tagsOf(48) }),
    field: "tags",
    got: "48",
    allowed: "at most 47 tags",
  },
  ...["", "k".repeat(129), "aws:team", "AWS:team", "team!", "team\n"].map((key) => ({
    what: `a tag's key ${JSON.stringify(key.slice(0, 20))}`,
    environment: environmentWith({ tags: { [key]: "value" } }),
    field: "tags",
    got: JSON.stringify(key),
    allowed: TAG_KEY_RULE,
  })),
  ...["Environment", "Model", "environment", "MODEL"].map((key) => ({
    what: `the stack's own tag ${key}`,
    environment: environmentWith({ tags: { [key]: "value" } }),
    field: "tags",
    got: JSON.stringify(key),
    allowed: "another key",
  })),
  ...["v".repeat(257), "what?", "a\tb"].map((value) => ({
    what: `a tag's value ${JSON.stringify(value.slice(0, 20))}`,
    environment: environmentWith({ tags: { Team: value } }),
    field: "tags.Team",
    got: JSON.stringify(value),
    allowed: TAG_VALUE_RULE,
  })),
];

const brokenStates: Broken[] = [
  ...[
    "",
    ".",
    "./",
    "states/",
    "/var/test.tfstate",
    "C:\\test.tfstate",
    "\\test.tfstate",
    "../test.tfstate",
    "states/../../x",
    "$" + "{terraform.workspace}.tfstate",
  ].map((path) => ({
    what: `a local state at ${JSON.stringify(path)}`,
    environment: localStateAt(path),
    field: "state.local.path",
    got: JSON.stringify(path),
    allowed: "a file inside the project's folder, of letters, digits and _ . - / (or \\)",
  })),
  ...["cdktf.out/test.tfstate", "./cdktf.out/test.tfstate", "states/../cdktf.out/test.tfstate"].map(
    (path) => ({
      what: `a local state at ${JSON.stringify(path)}, which the next synthesis removes`,
      environment: localStateAt(path),
      field: "state.local.path",
      got: JSON.stringify(path),
      allowed: "a path outside cdktf.out",
    }),
  ),
  ...["", "ab", "b".repeat(64), "Bucket", "my_bucket", "-bucket", "bucket-", "a/b"].map((bucket) => ({
    what: `a state's bucket ${JSON.stringify(bucket.slice(0, 20))}`,
    environment: s3StateAt({ bucket }),
    field: "state.s3.bucket",
    got: JSON.stringify(bucket),
    allowed: "3–63 characters a-z, 0-9, . and -",
  })),
  ...["", "/test.tfstate", "test/", "a//b", "$" + "{b}.tfstate", "%" + "{b}"].map((key) => ({
    what: `a state's key ${JSON.stringify(key)}`,
    environment: s3StateAt({ key }),
    field: "state.s3.key",
    got: JSON.stringify(key),
    allowed: "a key without $" + "{ and %{, without leading, trailing or double slashes",
  })),
  {
    what: "an invalid region of a state",
    environment: s3StateAt({ region: "Frankfurt" }),
    field: "state.s3.region",
    got: '"Frankfurt"',
    allowed: STATE_REGION_RULE,
  },
];

const brokenStages: Broken[] = [
  ...[0, -1, 0.5, 10_001].map((rateLimit) => ({
    what: `a rate limit of ${rateLimit}`,
    environment: throttlingWith({ rateLimit }),
    field: "stage.throttling.rateLimit",
    got: String(rateLimit),
    allowed: "a whole number from 1 to 10000",
  })),
  ...[0, -1, 0.5, 5_001].map((burstLimit) => ({
    what: `a burst limit of ${burstLimit}`,
    environment: throttlingWith({ burstLimit }),
    field: "stage.throttling.burstLimit",
    got: String(burstLimit),
    allowed: "a whole number from 1 to 5000",
  })),
  ...[0, 2, 31, 10_000].map((logRetentionInDays) => ({
    what: `logs kept for ${logRetentionInDays} days`,
    environment: stageWith({ logRetentionInDays }),
    field: "stage.logRetentionInDays",
    got: String(logRetentionInDays),
    allowed:
      "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
  })),
  ...[
    "",
    "www.example.com",
    "https://www.example.com/",
    "https://www.example.com/shop",
    "https://*.example.com",
    "ftp://www.example.com",
    "https://www.example.com?x",
    "https://user@www.example.com",
    "https://a.example, https://b.example",
    "https://a.example,b.example",
    "**",
  ].map((corsAllowOrigin) => ({
    what: `the origin ${JSON.stringify(corsAllowOrigin)}`,
    environment: stageWith({ corsAllowOrigin }),
    field: "stage.corsAllowOrigin",
    got: JSON.stringify(corsAllowOrigin),
    allowed: ORIGIN_RULE,
  })),
  ...[
    "*",
    "null",
    "",
    "app.example.com",
    "http://app.example.com",
    "https://app.example.com/",
    "https://app.example.com/shop",
    "https://app.example.com:443",
    "https://app.example.com:0443",
    "https://app.example.com:65536",
    "https://APP.example.com",
    "https://app..example.com",
    "https://-app.example.com",
    "https://*.example.com",
    "https://user@app.example.com",
    "https://app.example.com?x",
    "https://app.example.com#x",
    "https://a.example,https://b.example",
    " https://app.example.com",
    "http://localhost:80",
    "http://localhost.evil.com",
    "http://127.0.0.1.evil.com",
    'https://app.example.com" || "x" == "x',
    "https://app.example.com$x",
    `https://${"a".repeat(64)}.${"b.".repeat(100)}com`,
  ].map((origin) => ({
    what: `the listed origin ${JSON.stringify(origin)}`,
    environment: stageWith({ corsAllowOrigin: ["https://www.example.com", origin] }),
    field: "stage.corsAllowOrigin",
    got: JSON.stringify(origin),
    allowed: LISTED_ORIGIN_RULE,
  })),
  {
    what: "an empty list of origins",
    environment: stageWith({ corsAllowOrigin: [] }),
    field: "stage.corsAllowOrigin",
    got: "[]",
    allowed: "1–10 origins",
  },
  {
    what: "11 origins",
    environment: stageWith({
      corsAllowOrigin: Array.from({ length: 11 }, (_, index) => `https://a${index}.example.com`),
    }),
    field: "stage.corsAllowOrigin",
    got: "11 origins",
    allowed: "1–10 origins",
  },
  {
    what: "an origin twice",
    environment: stageWith({ corsAllowOrigin: ["https://a.example.com", "https://a.example.com"] }),
    field: "stage.corsAllowOrigin",
    got: '["https://a.example.com","https://a.example.com"]',
    allowed: "each origin once",
  },
  {
    what: "a firewall without rules",
    environment: stageWith({ firewall: { managedRules: [] } }),
    field: "stage.firewall",
    got: '{"managedRules":[]}',
    allowed: "at least one managed rule group or a rate rule",
  },
  {
    what: "a firewall with an unknown managed rule group",
    environment: stageWith({ firewall: { managedRules: ["AWSManagedRulesCoreRuleSet" as ManagedRules] } }),
    field: "stage.firewall.managedRules",
    got: '"AWSManagedRulesCoreRuleSet"',
    allowed: Object.keys(MANAGED_RULES).join(", "),
  },
  {
    what: "a firewall with a managed rule group twice",
    environment: stageWith({
      firewall: { managedRules: ["AWSManagedRulesAnonymousIpList", "AWSManagedRulesAnonymousIpList"] },
    }),
    field: "stage.firewall.managedRules",
    got: '["AWSManagedRulesAnonymousIpList","AWSManagedRulesAnonymousIpList"]',
    allowed: "each managed rule group once",
  },
  {
    what: "a firewall with too much capacity",
    environment: stageWith({ firewall: { managedRules: Object.keys(MANAGED_RULES) as ManagedRules[] } }),
    field: "stage.firewall",
    got: JSON.stringify({ managedRules: Object.keys(MANAGED_RULES) }),
    allowed: `managed rule groups with a capacity of at most 1500 WCU in total: ${Object.entries(
      MANAGED_RULES,
    )
      .map((entry) => entry.join(" "))
      .join(", ")}; a rate rule 2`,
  },
  ...[9, 2_000_000_001, 10.5].map((requests) => ({
    what: `a rate rule of ${requests} requests`,
    environment: stageWith({ firewall: { rate: { requests } } }),
    field: "stage.firewall.rate.requests",
    got: String(requests),
    allowed: "a whole number from 10 to 2000000000",
  })),
  ...[0, 59, 90, 900].map((windowInSeconds) => ({
    what: `a rate rule with a window of ${windowInSeconds} s`,
    environment: stageWith({ firewall: { rate: { requests: 100, windowInSeconds } } }),
    field: "stage.firewall.rate.windowInSeconds",
    got: String(windowInSeconds),
    allowed: "60, 120, 300, 600",
  })),
];

const brokenModels: Broken[] = [
  {
    what: "no model",
    environment: environmentWith({ models: {} }),
    field: "models",
    got: "{}",
    allowed: "at least one model",
  },
  {
    what: "a model that does not exist",
    environment: environmentWith({ models: { iris: MODEL } as Environment["models"] }),
    field: "models.iris",
    got: '"iris"',
    allowed: Object.keys(catalog).join(", "),
  },
];

const brokenWebsites: Broken[] = [
  {
    what: "no public route",
    environment: websiteWith({ models: { "loan-default": { ...MODEL, access: "API_KEY" } } }),
    field: "website",
    got: "{}",
    allowed: "no website, or a model with the access PUBLIC, or website.signIn",
  },
  {
    what: "a route without access",
    environment: websiteWith({ models: { "loan-default": MODEL } }),
    field: "website",
    got: "{}",
    allowed: "no website, or a model with the access PUBLIC, or website.signIn",
  },
  {
    what: "a website together with every CORS origin",
    environment: websiteWith({ stage: { ...VALID.stage, corsAllowOrigin: "*" } }),
    field: "stage.corsAllowOrigin",
    got: '"*"',
    allowed: 'no corsAllowOrigin, or origins of further pages, e.g. ["https://app.example.com"]',
  },
  ...["https://app.example.com:443", "https://APP.example.com", "http://app.example.com"].map(
    (corsAllowOrigin) => ({
      what: `a website together with the single origin ${corsAllowOrigin}, which no browser sends`,
      environment: websiteWith({ stage: { ...VALID.stage, corsAllowOrigin } }),
      field: "stage.corsAllowOrigin",
      got: JSON.stringify(corsAllowOrigin),
      allowed: LISTED_ORIGIN_RULE,
    }),
  ),
  ...["https://www.example.com", ["https://app.example.com", "https://www.example.com"]].map(
    (corsAllowOrigin) => ({
      what: `a website together with its own origin: ${JSON.stringify(corsAllowOrigin)}`,
      environment: websiteWith({
        stage: { ...VALID.stage, corsAllowOrigin },
        website: { domain: { name: "www.example.com", hostedZone: { id: "Z0123456789EXAMPLE" } } },
      }),
      field: "stage.corsAllowOrigin",
      got: JSON.stringify(corsAllowOrigin),
      allowed: "origins of further pages, without https://www.example.com",
    }),
  ),
  {
    what: "an empty title",
    environment: websiteWith({ website: { title: "" } }),
    field: "website.title",
    got: '""',
    allowed: TITLE_ALLOWED,
  },
  {
    what: "a title of 61 characters",
    environment: websiteWith({ website: { title: "a".repeat(61) } }),
    field: "website.title",
    got: `"${"a".repeat(61)}"`,
    allowed: TITLE_ALLOWED,
  },
  {
    what: "a title that begins with a space",
    environment: websiteWith({ website: { title: " Loans" } }),
    field: "website.title",
    got: '" Loans"',
    allowed: TITLE_ALLOWED,
  },
  {
    what: "a title of two lines",
    environment: websiteWith({ website: { title: "Loans\nand more" } }),
    field: "website.title",
    got: '"Loans\\nand more"',
    allowed: TITLE_ALLOWED,
  },
  {
    what: "a price class that does not exist",
    environment: websiteWith({ website: { priceClass: "PriceClass_300" as "PriceClass_100" } }),
    field: "website.priceClass",
    got: '"PriceClass_300"',
    allowed: "PriceClass_100, PriceClass_200, PriceClass_All",
  },
  ...["us-gov-west-1", "cn-north-1"].map((region) => ({
    what: `the region ${region}`,
    environment: websiteWith({ region }),
    field: "website",
    got: "{}",
    allowed: `no website in ${region}`,
  })),
];

describe("an environment with one invalid setting has exactly one fault", () => {
  it("and has no fault before the change", () => {
    // Act
    const faults = checkEnvironments([VALID]);

    // Assess
    expect(faults).toEqual([]);
  });

  describe.each([
    { part: "name", broken: brokenNames },
    { part: "region", broken: brokenRegions },
    { part: "account", broken: brokenAccounts },
    { part: "tags", broken: brokenTags },
    { part: "state", broken: brokenStates },
    { part: "stage", broken: brokenStages },
    { part: "models", broken: brokenModels },
    { part: "website", broken: brokenWebsites },
  ])("$part", ({ broken }) => {
    it.each(broken)("$what", ({ environment, field, got, allowed }) => {
      // Act
      const faults = checkEnvironments([environment]);

      // Assess
      expect(faults).toEqual([
        { environment: environment.name, field, got, allowed, because: expect.stringMatching(/./) },
      ]);
    });
  });
});

describe("an environment with a wrong type, because no compiler runs before a deployment,", () => {
  const { stage: _stage, ...withoutStage } = VALID;

  it.each<[string, object, { readonly field: string; readonly got: string; readonly allowed: string }]>([
    [
      "a misspelt property",
      { ...VALID, protectd: true },
      { field: "protectd", got: "true", allowed: `${NO_SUCH_PROPERTY}. Did you mean protected?` },
    ],
    [
      "a property with other capitals",
      { ...VALID, accountID: "111122223333" },
      { field: "accountID", got: "a string", allowed: `${NO_SUCH_PROPERTY}. Did you mean accountId?` },
    ],
    [
      "a misspelt property of a state in S3",
      {
        ...VALID,
        state: { s3: { bucket: "amzn-s3-demo-bucket", key: "test.tfstate", regoin: "us-east-1" } },
      },
      {
        field: "state.s3.regoin",
        got: "a string",
        allowed: `${NO_SUCH_PROPERTY}: bucket, key, region. Did you mean region?`,
      },
    ],
    [
      "a misspelt property of a local state",
      { ...VALID, state: { local: { path: "test.tfstate", lock: true } } },
      { field: "state.local.lock", got: "true", allowed: `${NO_SUCH_PROPERTY}: path` },
    ],
    [
      "an additional property of a local state",
      { ...VALID, state: { local: { path: "test.tfstate" }, key: 1 } },
      { field: "state.key", got: "a number", allowed: `${NO_SUCH_PROPERTY}: local` },
    ],
    [
      "an additional property of a state in S3",
      { ...VALID, state: { s3: { bucket: "amzn-s3-demo-bucket", key: "test.tfstate" }, lock: null } },
      { field: "state.lock", got: "null", allowed: `${NO_SUCH_PROPERTY}: s3` },
    ],
    [
      "a misspelt property of the stage",
      stageWith({ corsOrigin: "*" } as Partial<StageSettings>),
      { field: "stage.corsOrigin", got: "a string", allowed: NO_SUCH_PROPERTY },
    ],
    [
      "a misspelt property of throttling",
      throttlingWith({ burst: [1] } as Partial<StageSettings["throttling"]>),
      {
        field: "stage.throttling.burst",
        got: "a list",
        allowed: `${NO_SUCH_PROPERTY}: rateLimit, burstLimit. Did you mean burstLimit?`,
      },
    ],
    [
      "a misspelt property of the website",
      { ...VALID, website: { price: {} } },
      {
        field: "website.price",
        got: "{}",
        allowed: `${NO_SUCH_PROPERTY}: title, priceClass, firewall, domain, signIn. Did you mean priceClass?`,
      },
    ],
    ["no stage", withoutStage, { field: "stage", got: "nothing", allowed: "a value of the type object" }],
    [
      "no throttling",
      { ...VALID, stage: { logRetentionInDays: 7 } },
      { field: "stage.throttling", got: "nothing", allowed: "an object { rateLimit, burstLimit }" },
    ],
    [
      "a text in place of a number",
      stageWith({ logRetentionInDays: "7" as unknown as number }),
      { field: "stage.logRetentionInDays", got: '"7"', allowed: "a value of the type number" },
    ],
    [
      "a text in place of true or false",
      { ...VALID, protected: "yes" },
      { field: "protected", got: '"yes"', allowed: "a value of the type boolean" },
    ],
    [
      "a state that is neither local nor in S3",
      { ...VALID, state: {} },
      { field: "state", got: "{}", allowed: "either state.local, or state.s3" },
    ],
    [
      "NaN in place of a number",
      stageWith({ logRetentionInDays: Number.NaN }),
      { field: "stage.logRetentionInDays", got: "NaN", allowed: "a value of the type number" },
    ],
    [
      "a bigint in place of a number",
      stageWith({ logRetentionInDays: 7n as unknown as number }),
      { field: "stage.logRetentionInDays", got: "7", allowed: "a value of the type number" },
    ],
  ])("has exactly one fault: %s", (_what, environment, fault) => {
    // Act
    const faults = checkEnvironments([environment as Environment]);

    // Assess
    expect(faults).toEqual([{ environment: "test", ...fault, because: expect.stringMatching(/./) }]);
  });

  it.each<[string, unknown, string]>([
    ["name", 1, "string"],
    ["region", 1, "string"],
    ["accountId", 111122223333, "string"],
    ["protected", 1, "boolean"],
    ["metrics", "true", "boolean"],
    ["tags", 1, "object"],
    ["tags.Team", 1, "string"],
    ["stage.throttling.rateLimit", "1", "number"],
    ["stage.throttling.burstLimit", "1", "number"],
    ["stage.logRetentionInDays", "1", "number"],
    ["stage.accessLogs", "yes", "boolean"],
    ["stage.corsAllowOrigin", 1, "*, one origin, or a list of 1–10 origins"],
    ["stage.logErrorMessages", "true", "boolean"],
    ["website.priceClass", 1, "string"],
    ["quotas.serverlessConcurrency", "1", "number"],
    ["quotas.serverlessEndpoints", "1", "number"],
    ["quotas.usagePlans", "1", "number"],
    ["network.existing.subnetIds", 1, "array"],
    ["network.existing.subnetIds.0", 1, "string"],
    ["network.existing.securityGroupIds", 1, "array"],
    ["callers.shop.mayInvoke", 1, "array"],
    ["callers.shop.mayInvoke.0.model", 1, "string"],
    ["callers.shop.mayInvoke.0.by", 1, "string"],
    ["callers.shop.roles", 1, "array"],
    ["callers.shop.users", 1, "array"],
    ["callers.shop.groups.0", 1, "string"],
    ["state.s3.bucket", 1, "string"],
    ["state.s3.key", 1, "string"],
    ["state.s3.region", 1, "string"],
    ["models", 1, "object"],
    ["callers", 1, "object"],
  ])("has exactly one fault when a value has another type: %s", (field, wrong, type) => {
    // Prepare
    const whole: Environment = {
      ...s3StateAt({ region: "eu-central-1" }),
      accountId: "111122223333",
      protected: true,
      tags: { Team: "a" },
      stage: { ...VALID.stage, accessLogs: true, corsAllowOrigin: "*" },
      website: { priceClass: "PriceClass_100" },
      quotas: { serverlessConcurrency: 200, serverlessEndpoints: 50, usagePlans: 300 },
      network: { existing: { subnetIds: ["subnet-0123abcd"], securityGroupIds: ["sg-0123abcd"] } },
      callers: {
        shop: {
          mayInvoke: [{ model: "loan-default", by: "route" }],
          roles: [],
          users: [],
          groups: ["shop"],
        },
      },
    };

    // Act
    const faults = checkEnvironments([changed(whole, field.split("."), wrong)]);

    // Assess
    expect(faults).toEqual([
      {
        environment: field === "name" ? "1" : "test",
        field,
        got: JSON.stringify(wrong),
        allowed: field === "stage.corsAllowOrigin" ? type : `a value of the type ${type}`,
        because: expect.stringMatching(/./),
      },
    ]);
  });

  it("has exactly one fault when the path of a local state has another type", () => {
    // Act
    const faults = checkEnvironments([localStateAt(1 as unknown as string)]);

    // Assess
    expect(faults).toMatchObject([
      { field: "state.local.path", got: "1", allowed: "a value of the type string" },
    ]);
  });

  it("has a fault when the environment is missing", () => {
    // Act
    const faults = checkEnvironments([undefined as unknown as Environment]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "(without a name)",
        field: "",
        got: "nothing",
        allowed: "a value of the type object",
        because: expect.stringMatching(/./),
      },
    ]);
  });

  it("does not hide the faults of another environment", () => {
    // Prepare
    const misshapen = { ...VALID, name: "first", protectd: true };
    const broken = { ...localStateAt("second.tfstate"), name: "Second" };

    // Act
    const faults = checkEnvironments([misshapen, broken]);

    // Assess
    expect(faults.map(({ environment, field }) => [environment, field])).toEqual([
      ["first", "protectd"],
      ["Second", "name"],
    ]);
  });
});

describe("a value at a limit has no fault", () => {
  it.each<{ what: string; environment: Environment }>([
    { what: "a website", environment: websiteWith({}) },
    {
      what: "a website with a title of 60 characters",
      environment: websiteWith({ website: { title: `${"ä".repeat(55)} <&>"` } }),
    },
    {
      what: "a website at all edge locations",
      environment: websiteWith({ website: { priceClass: "PriceClass_All" } }),
    },
    { what: "a name of one character", environment: environmentWith({ name: "t" }) },
    { what: "a name of 16 characters", environment: environmentWith({ name: "abcdefghij-12345" }) },
    { what: "a name that begins with a reserved name", environment: environmentWith({ name: "accounts" }) },
    { what: "a region of AWS GovCloud (US)", environment: environmentWith({ region: "us-gov-west-1" }) },
    { what: "a region of China", environment: environmentWith({ region: "cn-northwest-1" }) },
    {
      what: "an account that starts with zeros",
      environment: environmentWith({ accountId: "000000000001" }),
    },
    {
      what: "a protected environment with an account",
      environment: environmentWith({ protected: true, accountId: "111122223333" }),
    },
    {
      what: "an environment with protected: false",
      environment: environmentWith({ protected: false }),
    },
    { what: "no tags", environment: environmentWith({ tags: {} }) },
    { what: "47 tags", environment: environmentWith({ tags: tagsOf(47) }) },
    {
      what: "a tag's key of 128 characters",
      environment: environmentWith({ tags: { ["k".repeat(128)]: "" } }),
    },
    {
      what: "a tag's value of 256 characters",
      environment: environmentWith({ tags: { Team: "v".repeat(256) } }),
    },
    { what: "an empty tag's value", environment: environmentWith({ tags: { Team: "" } }) },
    {
      what: "a tag with every kind of character",
      environment: environmentWith({ tags: { "Größe 1_.:/=+-@": "größe 1_.:/=+-@" } }),
    },
    {
      what: "a tag's key that contains aws: after the start",
      environment: environmentWith({ tags: { "team-aws:x": "y" } }),
    },
    { what: "a local state in a folder", environment: localStateAt("states/test.tfstate") },
    { what: "a local state whose name has two dots", environment: localStateAt("test..tfstate") },
    { what: "a local state next to cdktf.out", environment: localStateAt("cdktf.outside.tfstate") },
    { what: "a bucket of 3 characters", environment: s3StateAt({ bucket: "abc" }) },
    { what: "a bucket of 63 characters", environment: s3StateAt({ bucket: "b".repeat(63) }) },
    { what: "a bucket in another region", environment: s3StateAt({ region: "us-east-1" }) },
    { what: "a rate limit of 1", environment: throttlingWith({ rateLimit: 1 }) },
    { what: "a rate limit of 10,000", environment: throttlingWith({ rateLimit: 10_000 }) },
    { what: "a burst limit of 1", environment: throttlingWith({ burstLimit: 1 }) },
    { what: "a burst limit of 5,000", environment: throttlingWith({ burstLimit: 5_000 }) },
    { what: "logs kept for a day", environment: stageWith({ logRetentionInDays: 1 }) },
    { what: "logs kept for 3653 days", environment: stageWith({ logRetentionInDays: 3653 }) },
    { what: "every origin", environment: stageWith({ corsAllowOrigin: "*" }) },
    {
      what: "ten origins",
      environment: stageWith({
        corsAllowOrigin: [
          "https://a.example.com",
          "https://a-b.example.com:8443",
          "https://xn--bcher-kva.example",
          "https://localhost",
          "http://localhost",
          "http://localhost:8080",
          "http://127.0.0.1:3000",
          "https://intranet",
          "https://a.example.com:65535",
          "https://203.0.113.7",
        ],
      }),
    },
    {
      what: "a website and another page",
      environment: websiteWith({ stage: { ...VALID.stage, corsAllowOrigin: ["https://www.example.com"] } }),
    },
    {
      what: "a website with a domain name and another page, as a single origin",
      environment: websiteWith({
        stage: { ...VALID.stage, corsAllowOrigin: "https://app.example.com" },
        website: { domain: { name: "www.example.com", hostedZone: { id: "Z0123456789EXAMPLE" } } },
      }),
    },
    { what: "a firewall with its defaults", environment: stageWith({ firewall: {} }) },
    {
      what: "a firewall with a rate rule only",
      environment: stageWith({
        firewall: { mode: "count", managedRules: [], rate: { requests: 10, windowInSeconds: 600 } },
      }),
    },
    { what: "messages of errors in the logs", environment: stageWith({ logErrorMessages: true }) },
    { what: "an origin with a port", environment: stageWith({ corsAllowOrigin: "http://localhost:8080" }) },
  ])("$what", ({ environment }) => {
    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults).toEqual([]);
  });
});

describe("several faults", () => {
  it("are all reported at once when one environment has several faults", () => {
    // Prepare
    const environment: Environment = {
      name: "Test",
      region: "europe",
      accountId: "1",
      tags: { Model: "x" },
      state: { s3: { bucket: "B", key: "/k" } },
      stage: { throttling: { rateLimit: 0, burstLimit: 0 }, logRetentionInDays: 2, corsAllowOrigin: "x" },
      models: {
        "loan-default": {
          artifact: "model",
          image: { algorithm: "", tag: "" },
          serverless: { memorySizeInMb: 1, maxConcurrency: 201, provisionedConcurrency: 0 },
        },
      },
    };

    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults.map(({ field }) => field)).toEqual([
      "name",
      "region",
      "accountId",
      "tags",
      "state.s3.bucket",
      "state.s3.key",
      "stage.throttling.rateLimit",
      "stage.throttling.burstLimit",
      "stage.logRetentionInDays",
      "stage.corsAllowOrigin",
      "models.loan-default.artifact",
      "models.loan-default.image.algorithm",
      "models.loan-default.image.tag",
      "models.loan-default.serverless.memorySizeInMb",
      "models.loan-default.serverless.maxConcurrency",
      "models.loan-default.serverless.provisionedConcurrency",
    ]);
  });

  it("are reported with the name of their environment", () => {
    // Prepare
    const first = { ...VALID, name: "first", region: "x" };
    const second = { ...VALID, name: "second", state: { local: { path: "" } } };
    const third = { ...VALID, name: "third", state: { local: { path: "third.tfstate" } } };

    // Act
    const faults = checkEnvironments([first, second, third]);

    // Assess
    expect(faults).toMatchObject([
      { environment: "first", field: "region" },
      { environment: "second", field: "state.local.path" },
    ]);
  });
});

describe("two environments", () => {
  it("may not have the same name", () => {
    // Prepare
    const first = localStateAt("first.tfstate");
    const second = localStateAt("second.tfstate");

    // Act
    const faults = checkEnvironments([first, second]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "test",
        field: "name",
        got: '"test"',
        allowed: "a unique name",
        because: "another stack has this name",
      },
    ]);
  });

  it.each<{ what: string; states: [Environment["state"], Environment["state"]]; got: string }>([
    {
      what: "in one file",
      states: [{ local: { path: "terraform.tfstate" } }, { local: { path: "terraform.tfstate" } }],
      got: "terraform.tfstate",
    },
    {
      what: "in one file with two spellings of its path",
      states: [{ local: { path: "terraform.tfstate" } }, { local: { path: "./terraform.tfstate" } }],
      got: "terraform.tfstate",
    },
    {
      what: "in one file whose path has a backslash in one environment",
      states: [
        { local: { path: "states/terraform.tfstate" } },
        { local: { path: "states\\terraform.tfstate" } },
      ],
      got: "states/terraform.tfstate",
    },
    {
      what: "under one key of one bucket",
      states: [
        { s3: { bucket: "amzn-s3-demo-bucket", key: "x.tfstate" } },
        { s3: { bucket: "amzn-s3-demo-bucket", key: "x.tfstate", region: "us-east-1" } },
      ],
      got: "s3://amzn-s3-demo-bucket/x.tfstate",
    },
  ])("may not keep their states $what", ({ states, got }) => {
    // Prepare
    const [first, second] = states;

    // Act
    const faults = checkEnvironments([
      { ...VALID, name: "first", state: first },
      { ...VALID, name: "second", state: second },
    ]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "second",
        field: "state",
        got: expect.stringContaining(got),
        allowed: "a location that no other stack uses",
        because: "first keeps its state there, and Terraform would destroy the resources of first",
      },
    ]);
  });

  it("have two faults when both name and state are the same", () => {
    // Act
    const faults = checkEnvironments([VALID, VALID]);

    // Assess
    expect(faults.map(({ field }) => field)).toEqual(["name", "state"]);
  });

  it("may keep their states under two keys of one bucket, and under the same key of two buckets", () => {
    // Prepare
    const places = [
      { bucket: "amzn-s3-demo-bucket", key: "a.tfstate" },
      { bucket: "amzn-s3-demo-bucket", key: "b.tfstate" },
      { bucket: "amzn-s3-demo-bucket2", key: "a.tfstate" },
    ];

    // Act
    const faults = checkEnvironments(
      places.map((s3, index) => ({ ...VALID, name: `test-${index}`, state: { s3 } })),
    );

    // Assess
    expect(faults).toEqual([]);
  });
});

describe("the message", () => {
  const FIRST: Fault = {
    environment: "dev",
    field: "models.loan-default.serverless.memorySizeInMb",
    got: "1000",
    allowed: "1024, 2048",
    because: "https://docs.aws.amazon.com/",
  };
  const SECOND: Fault = {
    environment: "prod",
    field: "accountId",
    got: "nothing",
    allowed: "12 digits, as a string",
    because: "a protected environment must name its account",
  };

  it("of a fault is one line with the field, the value, the allowed values and the reason", () => {
    // Act
    const line = describeFault(FIRST);

    // Assess
    expect(line).toBe(
      "  dev: models.loan-default.serverless.memorySizeInMb: got 1000; allowed: 1024, 2048 (https://docs.aws.amazon.com/)",
    );
  });

  it("of invalid environments has one line per fault", () => {
    // Act
    const error = new InvalidEnvironments([FIRST, SECOND]);

    // Assess
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("InvalidEnvironments");
    expect(error.faults).toEqual([FIRST, SECOND]);
    expect(error.message).toBe(
      [
        "2 fault(s) in environments/:",
        "  dev: models.loan-default.serverless.memorySizeInMb: got 1000; allowed: 1024, 2048 (https://docs.aws.amazon.com/)",
        "  prod: accountId: got nothing; allowed: 12 digits, as a string (a protected environment must name its account)",
      ].join("\n"),
    );
  });

  it("of an invalid environment has this format", () => {
    // Prepare
    const faults = checkEnvironments([serverlessWith({ memorySizeInMb: 1000 })]);

    // Act
    const { message } = new InvalidEnvironments(faults);

    // Assess
    expect(message).toBe(
      [
        "1 fault(s) in environments/:",
        "  test: models.loan-default.serverless.memorySizeInMb: got 1000; allowed: 1024, 2048, 3072, 4096, 5120, 6144 (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html)",
      ].join("\n"),
    );
  });
});
