import { describe, expect, it } from "@jest/globals";
import type { AccountSettings } from "../../src/environment/account";
import { type Environment, namePrefix } from "../../src/environment/environment";
import type { ModelSettings } from "../../src/environment/model-settings";
import { checkEnvironments } from "../support/app";
import { environmentOf, INSTANCES, long, SERVERLESS } from "./support/environments";

const ACCOUNT = "111122223333";
const OTHER_ACCOUNT = "444455556666";

/** An environment with its own state. */
function environment(name: string, part: Partial<Environment> = {}): Environment {
  return environmentOf(SERVERLESS, {
    name,
    accountId: ACCOUNT,
    state: { local: { path: `terraform.${name}.tfstate` } },
    ...part,
  });
}

function withoutAccount({ accountId: _, ...others }: Environment): Environment {
  return others;
}

function account(name: string): AccountSettings {
  return {
    name,
    region: "eu-central-1",
    accountId: ACCOUNT,
    state: { local: { path: `terraform.${name}.tfstate` } },
    apiGatewayLogs: true,
  };
}

describe("the prefix of an environment's names", () => {
  it.each<[Partial<Environment>, string]>([
    [{}, "dev"],
    [{ project: "shop" }, "shop-dev"],
  ])("with %j is %s", (part, expected) => {
    // Act
    const prefix = namePrefix(environment("dev", part));

    // Assess
    expect(prefix).toBe(expected);
  });

  it.each<[what: string, environments: readonly Environment[]]>([
    ["of another name", [environment("dev"), environment("prod")]],
    ["that begins so without a hyphen", [environment("dev"), environment("dev2")]],
    ["that ends so", [environment("dev"), environment("my-dev")]],
    ["in another account", [environment("dev"), environment("dev-eu", { accountId: OTHER_ACCOUNT })]],
    ["of another project", [environment("dev", { project: "a" }), environment("prod", { project: "b" })]],
  ])("may stand beside a prefix %s", (_, environments) => {
    // Act
    const faults = checkEnvironments(environments);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[what: string, one: Environment, other: Environment, prefix: string, field: string]>([
    ["one account", environment("dev"), environment("dev-eu"), "dev", "name"],
    ["two regions", environment("dev"), environment("dev-eu", { region: "eu-west-1" }), "dev", "name"],
    ["any account", environment("dev"), withoutAccount(environment("dev-eu")), "dev", "name"],
    ["a project", environment("dev"), environment("eu", { project: "dev" }), "dev", "project"],
    [
      "two projects",
      environment("c", { project: "a-b" }),
      environment("b-c", { project: "a" }),
      "a-b-c",
      "project",
    ],
  ])("may not begin another one's, or be the same: %s", (_, one, other, prefix, field) => {
    // Act
    const faults = [checkEnvironments([one, other]), checkEnvironments([other, one])];

    // Assess
    for (const found of faults) {
      expect(found).toContainEqual({
        environment: other.name,
        field,
        got: JSON.stringify(namePrefix(other)),
        allowed: `a prefix that does not begin with ${prefix}-, or another account`,
        because: `${one.name} may be in the same account, and policies of the environment's deployer and roles grant by this prefix`,
      });
    }
  });

  it("may not be the name of an account's stack, which has the same tag", () => {
    // Act
    const faults = checkEnvironments(
      [environment("prod", { project: "account" })],
      [account("account-prod")],
    );

    // Assess
    expect(faults).toMatchObject([
      { environment: "prod", field: "project", allowed: "a prefix that is no name of an account's stack" },
    ]);
  });
});

describe("a project", () => {
  it.each(["", "Shop", "shop_1", "1shop", "-shop", "a".repeat(17)])("may not be named %j", (project) => {
    // Act
    const faults = checkEnvironments([environment("dev", { project })]);

    // Assess
    expect(faults).toMatchObject([
      {
        field: "project",
        got: JSON.stringify(project),
        allowed: "1–16 characters a-z, 0-9, -, starting with a letter",
      },
    ]);
  });

  it("leaves the names as long as AWS takes them", () => {
    // Prepare
    const project = "fraud-detection1";
    const region = "eu-central-1";

    // Act
    const fits = checkEnvironments([environment("staging123", { project, region })]);
    const tooLong = checkEnvironments([environment("staging1234", { project, region })]);

    // Assess
    expect(fits).toEqual([]);
    expect(tooLong).toEqual([
      {
        environment: "staging1234",
        field: "project",
        got: "the name fraud-detection1-staging1234-artifacts-123456789012-eu-central-1 of 64 characters",
        allowed:
          "a shorter project, environment, model or caller, so that the name has at most 63 characters",
        because: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
      },
    ]);
  });

  it("leaves callers' policies names that IAM takes", () => {
    // Prepare
    const caller = long("caller", 104);
    const callers = { [caller]: { mayInvoke: [{ model: "loan-default", by: "route" } as const] } };

    // Act
    const faults = ["a", "abcdefghij"].map((project) =>
      checkEnvironments([environment("test", { project, callers })]).map(({ field }) => field),
    );

    // Assess
    expect(faults).toEqual([[], []]);
    expect(
      checkEnvironments([environment("test", { project: "abcdefghijkl", callers })]).map(({ field, got }) => [
        field,
        got,
      ]),
    ).toEqual([[`callers.${caller}`, `the name abcdefghijkl-test-${caller}-caller of 129 characters`]]);
  });
});

describe("what exists already", () => {
  const withModel = (name: string, model: ModelSettings, part: Partial<Environment> = {}): Environment =>
    environment(name, { models: { "ticket-urgency": model, "loan-default": SERVERLESS }, ...part });
  const withAlarm = (alarm: string): ModelSettings => ({
    ...INSTANCES,
    deployment: { terminationWaitInSeconds: 120, rollbackOn: { alarmNames: [alarm] } },
  });

  it.each<[what: string, model: ModelSettings]>([
    ["an endpoint of another name", { existingEndpoint: "prod-churn" }],
    ["an endpoint whose name begins so without a hyphen", { existingEndpoint: "dev2-churn" }],
    ["the environment's own endpoint", { existingEndpoint: "dev-loan-default" }],
    ["the environment's own endpoint in capitals", { existingEndpoint: "Dev-Loan-Default" }],
    ["a function of another name", { ...SERVERLESS, existingFunction: "scoring" }],
    ["an alarm of another name", withAlarm("checkout-server-errors")],
    ["an alarm with another end", withAlarm("dev-checkout-errors")],
    ["the environment's own alarm", withAlarm("dev-loan-default-server-errors")],
  ])("may be %s", (_, model) => {
    // Act
    const faults = checkEnvironments([withModel("dev", model)]);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[what: string, model: ModelSettings, field: string, got: string]>([
    ["an endpoint", { existingEndpoint: "dev-churn" }, "existingEndpoint", "dev-churn"],
    ["an endpoint in capitals", { existingEndpoint: "Dev-Churn" }, "existingEndpoint", "Dev-Churn"],
    ["a function", { ...SERVERLESS, existingFunction: "dev-scoring" }, "existingFunction", "dev-scoring"],
    [
      "a function by its ARN",
      { ...SERVERLESS, existingFunction: `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:dev-scoring` },
      "existingFunction",
      `arn:aws:lambda:eu-central-1:${ACCOUNT}:function:dev-scoring`,
    ],
    [
      "an alarm",
      withAlarm("dev-checkout-server-errors"),
      "deployment.rollbackOn.alarmNames",
      "dev-checkout-server-errors",
    ],
  ])(
    "may not be %s whose name the deployer's policies give to the environment",
    (what, model, field, got) => {
      // Act
      const faults = checkEnvironments([withModel("dev", model)]);

      // Assess
      expect(faults).toEqual([
        {
          environment: "dev",
          field: `models.ticket-urgency.${field}`,
          got: JSON.stringify(got),
          allowed: `${what.replace(/ (by its ARN|in capitals)$/, "")} whose name does not begin with dev-`,
          because:
            "such a name belongs to the environment dev: policies of the environment's deployer and roles grant by this prefix",
        },
      ]);
    },
  );

  it("may not have a name of another environment of the account and region, either", () => {
    // Prepare
    const model: ModelSettings = { existingEndpoint: "dev-churn" };

    // Act
    const [beside, elsewhere] = [ACCOUNT, OTHER_ACCOUNT].map((accountId) =>
      checkEnvironments([environment("dev"), withModel("prod", model, { accountId })]),
    );

    // Assess
    expect(beside).toMatchObject([{ environment: "prod", field: "models.ticket-urgency.existingEndpoint" }]);
    expect(elsewhere).toEqual([]);
  });
});

describe("the bucket of a state", () => {
  const inBucket = (bucket: string) => ({ s3: { bucket, key: "prod.tfstate" } });

  it.each([`dev-artifacts-${ACCOUNT}-eu-central-1`, `dev-website-${ACCOUNT}-eu-central-1`])(
    "may not be the bucket that the deployer of another environment may change: %s",
    (bucket) => {
      // Act
      const faults = checkEnvironments(
        [environment("dev"), environment("prod", { state: inBucket(bucket) })],
        [{ ...account("account"), stateBucket: bucket }],
      );

      // Assess
      const expected = {
        got: JSON.stringify(bucket),
        allowed: "a bucket of another name",
        because: "the environment dev has this bucket, and its deployer may change and delete it",
      };
      expect(faults).toEqual([
        { environment: "prod", field: "state.s3.bucket", ...expected },
        { environment: "account", field: "stateBucket", ...expected },
      ]);
    },
  );

  it.each([
    `dev2-artifacts-${ACCOUNT}-eu-central-1`,
    `dev-artifacts-${OTHER_ACCOUNT}-eu-central-1`,
    `dev-artifacts-${ACCOUNT}-eu-west-1`,
    `dev-states-${ACCOUNT}-eu-central-1`,
  ])("may be %s", (bucket) => {
    // Act
    const faults = checkEnvironments([environment("dev"), environment("prod", { state: inBucket(bucket) })]);

    // Assess
    expect(faults).toEqual([]);
  });
});
