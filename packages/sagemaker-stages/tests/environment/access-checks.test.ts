import { describe, expect, it } from "@jest/globals";
import { policyOf } from "../../src/authorizer/policy";
import { MAX_AUTHORIZER_RESULT_BYTES } from "../../src/aws/api-gateway-limits";
import { checkEnvironments as checkEnvironmentsOf } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import type { ModelSettings } from "../../src/environment/model-settings";
import { models } from "../fixtures/app/functions";
import { checkEnvironments } from "../support/app";
import { environmentOf, SERVERLESS } from "./support/environments";

const POOL = "arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_A1b2C3d4E";
const JWT = { issuer: "https://login.example.com", audience: ["models"] };

const ALLOWED = "allowed: AWS_IAM, API_KEY, PUBLIC, { cognito: … } or { jwt: … }";

function faultsOf(access: unknown, part: Partial<Environment> = {}): string[] {
  const model = { ...SERVERLESS, access } as ModelSettings;
  return checkEnvironments([environmentOf(model, part)]).map(
    ({ field, got, allowed }) => `${field}: got ${got}; allowed: ${allowed}`,
  );
}

describe("access by tokens", () => {
  it.each<[string, unknown]>([
    ["a user pool", { cognito: { userPoolArn: POOL } }],
    [
      "a user pool of another account and region",
      { cognito: { userPoolArn: "arn:aws:cognito-idp:us-east-1:444455556666:userpool/us-east-1_Z9y8X7w6V" } },
    ],
    ["scopes of a user pool", { cognito: { userPoolArn: POOL, scopes: ["models/predict", "openid"] } }],
    ["an issuer", { jwt: JWT }],
    [
      "an issuer with a path and a slash",
      { jwt: { ...JWT, issuer: "https://login.example.com:8443/realms/models/" } },
    ],
    ["scopes of an issuer", { jwt: { ...JWT, scopes: ["https://models.example.com/predict"] } }],
  ])("is accepted with %s", (_, access) => {
    // Act
    const faults = faultsOf(access);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["no pool", { cognito: {} }, "access.cognito.userPoolArn: got nothing"],
    [
      "an id of a pool",
      { cognito: { userPoolArn: "eu-central-1_A1b2C3d4E" } },
      'access.cognito.userPoolArn: got "eu-central-1_A1b2C3d4E"; allowed: the ARN of a user pool',
    ],
    [
      "a pool whose region differs from its id",
      { cognito: { userPoolArn: POOL.replace(":eu-central-1:", ":us-east-1:") } },
      "access.cognito.userPoolArn: got",
    ],
    [
      "an issuer without TLS",
      { jwt: { ...JWT, issuer: "http://login.example.com" } },
      'access.jwt.issuer: got "http://login.example.com"; allowed: an https address',
    ],
    [
      "an issuer without a scheme",
      { jwt: { ...JWT, issuer: "login.example.com" } },
      "access.jwt.issuer: got",
    ],
    [
      "an issuer with a query",
      { jwt: { ...JWT, issuer: "https://login.example.com/?tenant=1" } },
      "access.jwt.issuer: got",
    ],
    [
      "an issuer with a fragment",
      { jwt: { ...JWT, issuer: "https://login.example.com/#a" } },
      "access.jwt.issuer: got",
    ],
    [
      "an issuer with a user",
      { jwt: { ...JWT, issuer: "https://user:password@login.example.com" } },
      "access.jwt.issuer: got",
    ],
    [
      "an issuer with a space",
      { jwt: { ...JWT, issuer: "https://login.example.com/a b" } },
      "access.jwt.issuer: got",
    ],
    [
      "the address of an issuer's document",
      { jwt: { ...JWT, issuer: "https://login.example.com/.well-known/openid-configuration" } },
      'access.jwt.issuer: got "https://login.example.com/.well-known/openid-configuration"; allowed: the issuer without /.well-known/openid-configuration',
    ],
    [
      "no audience",
      { jwt: { ...JWT, audience: [] } },
      "access.jwt.audience: got []; allowed: at least one audience",
    ],
    ["an empty audience", { jwt: { ...JWT, audience: [""] } }, "access.jwt.audience: got"],
    ["an audience twice", { jwt: { ...JWT, audience: ["a", "a"] } }, "access.jwt.audience: got"],
    [
      "an audience that is no list",
      { jwt: { ...JWT, audience: "models" } },
      'access.jwt.audience: got "models"; allowed: a value of the type array',
    ],
    ["a missing issuer", { jwt: { audience: ["models"] } }, "access.jwt.issuer: got nothing"],
    ["several scopes in one text", { jwt: { ...JWT, scopes: ["read write"] } }, "access.jwt.scopes: got"],
    ["a scope twice", { jwt: { ...JWT, scopes: ["read", "read"] } }, "access.jwt.scopes: got"],
    [
      "21 scopes",
      { cognito: { userPoolArn: POOL, scopes: Array.from({ length: 21 }, (_, index) => `s${index}`) } },
      "access.cognito.scopes: got",
    ],
    [
      "an unknown setting",
      { jwt: { ...JWT, audiences: ["models"] } },
      "access.jwt.audiences: got a list; allowed: a property of the type Environment of sagemaker-stages: issuer, audience, scopes. Did you mean audience?",
    ],
    ["an unknown kind", { oidc: JWT }, `access: got an object; ${ALLOWED}`],
    ["a misspelt kind", { JWT }, `access: got an object; ${ALLOWED}. Did you mean jwt?`],
    ["another misspelt kind", { Cognito: {} }, `access: got an object; ${ALLOWED}. Did you mean cognito?`],
    ["two kinds", { jwt: JWT, cognito: { userPoolArn: POOL } }, `access: got an object; ${ALLOWED}`],
    ["no kind", {}, `access: got {}; ${ALLOWED}`],
    ["null", null, `access: got null; ${ALLOWED}`],
    ["a list", ["API_KEY"], `access: got a list; ${ALLOWED}`],
    ["a number", 1, `access: got 1; ${ALLOWED}`],
    ["a misspelt word", "API_KEYS", `access: got "API_KEYS"; ${ALLOWED}`],
  ])("is refused with %s", (_, access, fault) => {
    // Act
    const faults = faultsOf(access);

    // Assess
    const isWhole = fault.includes(ALLOWED);
    expect(faults).toEqual([
      isWhole ? `models.loan-default.${fault}` : expect.stringContaining(`models.loan-default.${fault}`),
    ]);
  });

  it("names the wrong settings of the given kind when several are wrong", () => {
    // Act
    const faults = faultsOf({ jwt: { isuer: "https://login.example.com" } });

    // Assess
    expect(faults.map((fault) => fault.replace(/:.*\. /, ": ").replace(/; allowed.*/, ""))).toEqual([
      "models.loan-default.access.jwt.issuer: got nothing",
      "models.loan-default.access.jwt.audience: got nothing",
      "models.loan-default.access.jwt.isuer: Did you mean issuer?",
    ]);
  });

  it("never shows the password of an issuer's address", () => {
    // Act
    const [fault = ""] = faultsOf({ jwt: { ...JWT, issuer: "https://user:p4ssw0rd@login.example.com" } });

    // Assess
    expect(fault).toContain("access.jwt.issuer");
    expect(fault).not.toContain("p4ssw0rd");
  });

  it("needs the access log for the ids of callers", () => {
    // Act
    const { stage } = environmentOf({});
    const faults = faultsOf({ jwt: JWT }, { stage: { ...stage, accessLogs: false, logCallers: true } });

    // Assess
    expect(faults).toEqual([
      "stage.logCallers: got true; allowed: false, or true together with stage.accessLogs: true",
    ]);
  });

  it("refuses reserved concurrency without an authorizer function, and 0", () => {
    // Act
    const { stage } = environmentOf({});
    const faultsFor = (access: unknown, authorizerReservedConcurrency: number) =>
      faultsOf(access, { stage: { ...stage, authorizerReservedConcurrency } });

    // Assess
    expect(faultsFor({ jwt: JWT }, 1)).toEqual([]);
    expect(faultsFor({ jwt: JWT }, 0)).toEqual([
      expect.stringContaining("stage.authorizerReservedConcurrency: got 0; allowed: a whole number from 1"),
    ]);
    expect(faultsFor({ cognito: { userPoolArn: POOL } }, 1)).toEqual([
      "stage.authorizerReservedConcurrency: got 1; allowed: no value, or a value together with a route with access.jwt or with customers",
    ]);
  });

  it.each([
    ["an account with apiGatewayLogs", true, []],
    [
      "an account without apiGatewayLogs",
      false,
      [
        "stage.logCallers: the access log contains the ids, and the environment has no access log: its account has no apiGatewayLogs",
      ],
    ],
  ] as const)(
    "can log the ids of callers by default only in an account with logs: %s",
    (_, apiGatewayLogs, expected) => {
      // Prepare
      const environment = environmentOf({ ...SERVERLESS, access: { jwt: JWT } } as ModelSettings);
      const withIds: Environment = {
        ...environment,
        accountId: "111122223333",
        stage: { ...environment.stage, logCallers: true },
      };
      const account = {
        accountId: "111122223333",
        region: environment.region,
        state: { local: { path: "terraform.account.tfstate" } },
        apiGatewayLogs,
      };

      // Act
      const faults = checkEnvironments([withIds], [account]).filter(({ field }) =>
        field.startsWith("stage."),
      );

      // Assess
      expect(faults.map(({ field, because }) => `${field}: ${because}`)).toEqual(expected);
    },
  );

  it.each([-1, 0.5, 3601])("refuses the lifetime %d of results", (authorizerCacheInSeconds) => {
    // Act
    const { stage } = environmentOf({});
    const faults = faultsOf({ jwt: JWT }, { stage: { ...stage, authorizerCacheInSeconds } });

    // Assess
    expect(faults).toEqual([
      expect.stringMatching(/^stage\.authorizerCacheInSeconds: got .*allowed: a whole number/),
    ]);
  });

  it("has one authorizer per user pool and one for all issuers, within the quota", () => {
    // Prepare
    const accesses = [
      { jwt: JWT },
      { jwt: { ...JWT, issuer: "https://login.example.org" } },
      { cognito: { userPoolArn: POOL } },
      { cognito: { userPoolArn: POOL, scopes: ["a"] } },
      { cognito: { userPoolArn: `${POOL}5` } },
    ];
    const served = Object.fromEntries(
      Object.keys(models).map((name, index) => [
        name,
        { ...SERVERLESS, access: accesses[index] } as ModelSettings,
      ]),
    );

    // Act
    const faults = [3, 2].map((authorizers) =>
      checkEnvironments([environmentOf({}, { models: served, quotas: { authorizers } })]).map(
        ({ field, got, allowed }) => `${field}: got ${got}; allowed: ${allowed}`,
      ),
    );

    // Assess
    expect(faults).toEqual([
      [],
      [
        'models.*.access: got 3 in the API of test (test: 3); allowed: at most 2 in total, quotas.authorizers of "Authorizers per API"',
      ],
    ]);
  });
});

describe("the policy that the authorizer returns for a token", () => {
  const names = Array.from({ length: 120 }, (_, index) => `model-${index}`);
  const { "loan-default": model } = models;
  const catalog = Object.fromEntries(
    names.map((name) => [name, { ...model, route: { ...model.route, path: `/${name}` as const } }]),
  );

  /** The faults of an environment with a route per audience. */
  function faultsWith(count: number, issuerOf: (index: number) => string) {
    const served = names.slice(0, count).map((name, index) => {
      const jwt = { issuer: issuerOf(index), audience: [name], scopes: [`${name}:predict`] };
      return [name, { ...SERVERLESS, access: { jwt } } as ModelSettings];
    });
    const environment = environmentOf(
      {},
      {
        models: Object.fromEntries(served),
        quotas: { serverlessConcurrency: 10_000, serverlessEndpoints: 1_000 },
      },
    );
    return checkEnvironmentsOf([environment], { models: catalog });
  }

  /** The size of the policy for a token with all audiences and scopes. */
  function policyBytes(count: number): number {
    const routes = names.slice(0, count).map((name) => `${model.route.method} /${name}`);
    const arn = `arn:aws:execute-api:eu-central-1:111122223333:abcdefghij/test/${model.route.method}/model-0`;
    return Buffer.byteLength(JSON.stringify(policyOf({ id: "x".repeat(22), routes }, arn)));
  }

  it("must be within API Gateway's limit for the result of an authorizer", () => {
    // Prepare
    const issuer = () => JWT.issuer;
    const most = names.findIndex((_, index) => index >= 70 && faultsWith(index + 1, issuer).length > 0);

    // Act
    const [fault, ...others] = faultsWith(most + 1, issuer);

    // Assess
    expect(policyBytes(most)).toBeLessThanOrEqual(MAX_AUTHORIZER_RESULT_BYTES);
    expect(policyBytes(most + 15)).toBeGreaterThan(MAX_AUTHORIZER_RESULT_BYTES);
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      field: "models.*.access.jwt",
      got: expect.stringMatching(
        new RegExp(`^${most + 1} models, whose routes need a policy of \\d+ bytes$`),
      ),
      allowed: expect.stringContaining(`fewer routes of the issuer ${JWT.issuer}, or two environments`),
    });
  });

  it("contains only the routes of one issuer", () => {
    // Act
    const faults = faultsWith(120, (index) => `https://login-${index % 2}.example.com`);

    // Assess
    expect(faults).toEqual([]);
  });
});
