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
    ["with other characters", [environment("dev"), environment("prod")]],
    ["that continues with a character other than a hyphen", [environment("dev"), environment("dev2")]],
    ["that only ends with the prefix", [environment("dev"), environment("my-dev")]],
    ["in another account", [environment("dev"), environment("dev-eu", { accountId: OTHER_ACCOUNT })]],
    ["of another project", [environment("dev", { project: "a" }), environment("prod", { project: "b" })]],
  ])("is compatible with a prefix %s", (_, environments) => {
    // Act
    const faults = checkEnvironments(environments);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[what: string, one: Environment, other: Environment, prefix: string, field: string]>([
    ["environments in one account", environment("dev"), environment("dev-eu"), "dev", "name"],
    [
      "environments in two regions of one account",
      environment("dev"),
      environment("dev-eu", { region: "eu-west-1" }),
      "dev",
      "name",
    ],
    [
      "an environment without accountId",
      environment("dev"),
      withoutAccount(environment("dev-eu")),
      "dev",
      "name",
    ],
    ["a project", environment("dev"), environment("eu", { project: "dev" }), "dev", "project"],
    [
      "two projects",
      environment("c", { project: "a-b" }),
      environment("b-c", { project: "a" }),
      "a-b-c",
      "project",
    ],
  ])("may not be equal to another prefix, or to its beginning: %s", (_, one, other, prefix, field) => {
    // Act
    const faults = [checkEnvironments([one, other]), checkEnvironments([other, one])];

    // Assess
    for (const found of faults) {
      expect(found).toContainEqual({
        environment: other.name,
        field,
        got: JSON.stringify(namePrefix(other)),
        allowed: `a prefix that does not start with ${prefix}-, or another account`,
        because: `${one.name} may be in the same account, and policies of the environment's deployer and roles use this prefix`,
      });
    }
  });

  it("may not be the name of an account's stack, because both have the tag Environment", () => {
    // Act
    const faults = checkEnvironments(
      [environment("prod", { project: "account" })],
      [account("account-prod")],
    );

    // Assess
    expect(faults).toMatchObject([
      {
        environment: "prod",
        field: "project",
        allowed: "a prefix other than the name of an account's stack",
      },
    ]);
  });
});

describe("a project", () => {
  it.each(["", "Shop", "shop_1", "1shop", "-shop", "a".repeat(17)])("may not have the name %j", (project) => {
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

  it("has at most the length that AWS accepts for names", () => {
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

  it("has at most the length that IAM accepts for policies of callers", () => {
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

describe("an existing resource", () => {
  const withModel = (name: string, model: ModelSettings, part: Partial<Environment> = {}): Environment =>
    environment(name, { models: { "ticket-urgency": model, "loan-default": SERVERLESS }, ...part });
  const withAlarm = (alarm: string): ModelSettings => ({
    ...INSTANCES,
    deployment: { terminationWaitInSeconds: 120, rollbackOn: { alarmNames: [alarm] } },
  });

  it.each<[what: string, model: ModelSettings]>([
    ["an endpoint without the prefix", { existingEndpoint: "prod-churn" }],
    ["an endpoint whose name continues the prefix without a hyphen", { existingEndpoint: "dev2-churn" }],
    ["the environment's own endpoint", { existingEndpoint: "dev-loan-default" }],
    ["the environment's own endpoint in capitals", { existingEndpoint: "Dev-Loan-Default" }],
    ["a function without the prefix", { ...SERVERLESS, existingFunction: "scoring" }],
    ["an alarm without the prefix", withAlarm("checkout-server-errors")],
    ["an alarm with the prefix and another suffix", withAlarm("dev-checkout-errors")],
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
  ])("may not be %s whose name matches the deployer's policies", (what, model, field, got) => {
    // Act
    const faults = checkEnvironments([withModel("dev", model)]);

    // Assess
    expect(faults).toEqual([
      {
        environment: "dev",
        field: `models.ticket-urgency.${field}`,
        got: JSON.stringify(got),
        allowed: `${what.replace(/ (by its ARN|in capitals)$/, "")} whose name does not start with dev-`,
        because:
          "such a name belongs to the environment dev: policies of the environment's deployer and roles use this prefix",
      },
    ]);
  });

  const ASYNC_MODEL: ModelSettings = {
    ...INSTANCES,
    instances: { ...INSTANCES.instances, async: { days: 1 } },
  };
  const ASYNC_ENDS = ["waiting", "failing", "not-starting", "backlog-without-capacity"];

  it.each([
    ["server-errors", SERVERLESS],
    ["throttled", SERVERLESS],
    ...ASYNC_ENDS.map((end) => [end, ASYNC_MODEL] as const),
  ] as const)(
    "may not be an alarm whose name matches the deployer's policies by its end -%s",
    (end, beside) => {
      // Act
      const faults = checkEnvironments([
        environment("dev", {
          models: { "ticket-urgency": withAlarm(`dev-checkout-${end}`), "loan-default": beside },
        }),
      ]);

      // Assess
      expect(faults).toEqual([
        {
          environment: "dev",
          field: "models.ticket-urgency.deployment.rollbackOn.alarmNames",
          got: JSON.stringify(`dev-checkout-${end}`),
          allowed: `an alarm whose name does not start with dev- or does not end with -${end}`,
          because:
            "such a name belongs to the environment dev: policies of the environment's deployer and roles use this prefix",
        },
      ]);
    },
  );

  it("may not be an alarm with the name of the environment's composite alarm", () => {
    // Act
    const faults = checkEnvironments([withModel("dev", withAlarm("dev-alarm"))]);

    // Assess
    expect(faults).toMatchObject([{ got: '"dev-alarm"', allowed: "an alarm with another name" }]);
  });

  it.each(ASYNC_ENDS)("may be an alarm that ends with -%s if no model is asynchronous", (end) => {
    // Act
    const faults = checkEnvironments([withModel("dev", withAlarm(`dev-checkout-${end}`))]);

    // Assess
    expect(faults).toEqual([]);
  });

  it("may not have the name of a resource of another environment in the same account and region", () => {
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
    "may not be a bucket that the deployer of another environment may change: %s",
    (bucket) => {
      // Act
      const faults = checkEnvironments(
        [environment("dev"), environment("prod", { state: inBucket(bucket) })],
        [{ ...account("account"), stateBucket: bucket }],
      );

      // Assess
      const expected = {
        got: JSON.stringify(bucket),
        allowed: "a bucket with another name",
        because: "the environment dev creates this bucket, and its deployer may change and delete it",
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
