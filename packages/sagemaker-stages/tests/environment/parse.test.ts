import { describe, expect, it } from "@jest/globals";
import type { AccountSettings } from "../../src/environment/account";
import type { Environment } from "../../src/environment/environment";
import { parseAccount, parseEnvironment } from "../../src/environment/parse";
import { environmentOf, INSTANCES, SERVERLESS } from "./support/environments";

const ACCOUNT: AccountSettings = {
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.account.tfstate" } },
  apiGatewayLogs: true,
};

/** The parsed model of an environment with only this model. */
function parsedModel(model: object, part: Partial<Environment> = {}): unknown {
  return parseEnvironment(environmentOf(model, part)).models["loan-default"];
}

describe("a parsed environment", () => {
  it("has the default of every absent setting", () => {
    // Prepare
    const environment = environmentOf(SERVERLESS);

    // Act
    const parsed = parseEnvironment(environment);

    // Assess
    expect(parsed).toEqual({
      ...environment,
      protected: false,
      permissionsBoundary: false,
      dashboard: false,
      customers: {},
      tags: {},
      callers: {},
      metrics: true,
      functionRuntimes: { node: "nodejs22.x", python: "python3.13" },
      stage: {
        ...environment.stage,
        corsAllowOrigin: "*",
        logErrorMessages: false,
        logCallers: false,
        authorizerCacheInSeconds: 60,
        accessLogs: false,
      },
      models: {
        "loan-default": {
          ...SERVERLESS,
          access: "AWS_IAM",
          via: "lambda",
          function: { memorySizeInMb: 256 },
          sagemakerEnvironmentVariableName: "ENDPOINT_NAME",
          tags: {},
        },
      },
    });
  });

  it("has the defaults of an endpoint on instances, of its data capture and of its updates", () => {
    // Prepare
    const dataCapture = { destination: "s3://amzn-s3-demo-bucket/captured", samplingPercentage: 5 };
    const deployment = { rollbackOn: { serverErrorsPerMinute: 1 } };

    // Act
    const parsed = parsedModel({ ...INSTANCES, dataCapture, deployment });

    // Assess
    expect(parsed).toMatchObject({
      inNetwork: false,
      networkIsolation: false,
      dataCapture: { ...dataCapture, captureModes: ["Input", "Output"] },
      deployment: { terminationWaitInSeconds: 0, rollbackOn: { serverErrorsPerMinute: 1, alarmNames: [] } },
    });
  });

  it("has the defaults of a website, a new VPC, a function URL and a caller", () => {
    // Prepare
    const environment = environmentOf(
      { ...SERVERLESS, functionUrl: {} },
      {
        website: {},
        network: { vpc: { availabilityZones: ["eu-central-1a"] } },
        callers: { shop: { mayInvoke: [{ model: "loan-default", by: "route" }] } },
      },
    );

    // Act
    const { website, network, callers, models } = parseEnvironment(environment);

    // Assess
    expect(website).toEqual({ title: "Try the models", priceClass: "PriceClass_100" });
    expect(network).toEqual({ vpc: { cidrBlock: "10.0.0.0/16", availabilityZones: ["eu-central-1a"] } });
    expect(callers.shop).toMatchObject({ roles: [], users: [], groups: [] });
    expect(models["loan-default"]?.functionUrl).toEqual({ corsAllowOrigins: ["*"] });
  });

  it("has the value of every given setting", () => {
    // Prepare
    const settings = {
      ...SERVERLESS,
      access: "PUBLIC",
      function: { memorySizeInMb: 512, ephemeralStorageInMb: 1024, reservedConcurrency: 3 },
      tags: { Team: "a" },
    };

    // Act
    const parsed = parsedModel(settings);

    // Assess
    expect(parsed).toMatchObject(settings);
  });

  it("omits a setting of another kind of endpoint with the value false", () => {
    // Act
    const parsed = parsedModel({ ...SERVERLESS, networkIsolation: false });

    // Assess
    expect(parsed).not.toHaveProperty("networkIsolation");
    expect(parsed).toHaveProperty("serverless");
  });

  it("is frozen, and the given environment does not change", () => {
    // Prepare
    const environment = environmentOf(SERVERLESS);
    const before = structuredClone(environment);

    // Act
    const parsed = parseEnvironment(environment);
    const change = () => Object.assign(parsed.models["loan-default"] ?? {}, { access: "PUBLIC" });

    // Assess
    expect(change).toThrow(TypeError);
    expect(environment).toEqual(before);
  });

  it.each([
    {
      what: "default, if the account has apiGatewayLogs",
      accessLogs: undefined,
      accounts: [ACCOUNT],
      expected: true,
    },
    { what: "default, without an account", accessLogs: undefined, accounts: [], expected: false },
    {
      what: "its own accessLogs, although the account has apiGatewayLogs",
      accessLogs: false,
      accounts: [ACCOUNT],
      expected: false,
    },
    { what: "its own accessLogs, without an account", accessLogs: true, accounts: [], expected: true },
  ])("has access logs $expected by $what", ({ accessLogs, accounts, expected }) => {
    // Prepare
    const { stage, ...environment } = environmentOf(SERVERLESS, { accountId: ACCOUNT.accountId });
    const own = accessLogs === undefined ? {} : { accessLogs };

    // Act
    const parsed = parseEnvironment({ ...environment, stage: { ...stage, ...own } }, accounts);

    // Assess
    expect(parsed.stage.accessLogs).toBe(expected);
  });
});

describe("a parsed account", () => {
  it("has the default of every absent setting", () => {
    // Prepare
    const { apiGatewayLogs: _, ...account } = ACCOUNT;
    const github = { repository: "octo-org/stages" };

    // Act
    const parsed = parseAccount({ ...account, github });

    // Assess
    expect(parsed).toEqual({
      ...account,
      name: "account",
      apiGatewayLogs: false,
      github: { ...github, branch: "main", oidcProvider: "new" },
      tags: {},
    });
  });
});
