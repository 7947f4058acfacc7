import { describe, expect, it } from "@jest/globals";
import type { AccountSettings } from "../../src/environment/account";
import type { Environment } from "../../src/environment/environment";
import { checkEnvironments } from "../support/app";
import { environmentOf, INSTANCES, SERVERLESS } from "./support/environments";

const ARTIFACT = "s3://shared-models/loan-default/1/model.tar.gz";

/** An environment in eu-central-1. */
function inFrankfurt(model: object, part: Partial<Environment> = {}): Environment {
  return environmentOf(model, { name: "dev", state: { local: { path: "dev.tfstate" } }, ...part });
}

/** An environment in us-east-1. */
function inVirginia(model: object, part: Partial<Environment> = {}): Environment {
  return environmentOf(model, {
    name: "prod",
    region: "us-east-1",
    state: { local: { path: "prod.tfstate" } },
    ...part,
  });
}

function faultsOf(environments: readonly Environment[], accounts: readonly AccountSettings[] = []): string[] {
  return checkEnvironments(environments, accounts).map(
    ({ environment, field, got, allowed, because }) =>
      `${environment}: ${field}: got ${got}; allowed: ${allowed}; ${because.split(": ")[0]}`,
  );
}

const BECAUSE = "and a bucket is in one region";

describe("a bucket in environments of two regions", () => {
  it.each<[string, object, string]>([
    ["the artifact of a model", { ...SERVERLESS, artifact: ARTIFACT }, "artifact"],
    [
      "a prefix with the files of a model",
      {
        ...INSTANCES,
        image: { algorithm: "djl-inference", tag: "0.32.0-lmi14.0.0" },
        artifact: "s3://shared-models/llm/",
      },
      "artifact",
    ],
    [
      "the artifact of one of several containers",
      {
        instances: INSTANCES.instances,
        containers: [
          { name: "first", image: { framework: "xgboost", version: "1.7-1" }, artifact: ARTIFACT },
          { name: "second", image: { framework: "xgboost", version: "1.7-1" }, artifact: INSTANCES.artifact },
        ],
      },
      "containers.0.artifact",
    ],
  ])("is refused for %s", (_case, model, field) => {
    // Act
    const faults = faultsOf([inFrankfurt(model), inVirginia(model)]);

    // Assess
    expect(faults).toEqual([
      expect.stringMatching(
        new RegExp(
          `^prod: models\\.loan-default\\.${field.replaceAll(".", "\\.")}: got "s3://shared-models/.*"; allowed: an artifact in a bucket in us-east-1; ` +
            `dev has the bucket shared-models as models\\.loan-default\\.${field.replaceAll(".", "\\.")}, in eu-central-1, ${BECAUSE}$`,
        ),
      ),
    ]);
  });

  it("is refused for the states, when the setting of the state names no region", () => {
    // Prepare
    const dev = inFrankfurt(SERVERLESS, { state: { s3: { bucket: "team-states", key: "dev.tfstate" } } });
    const prod = inVirginia(SERVERLESS, { state: { s3: { bucket: "team-states", key: "prod.tfstate" } } });

    // Act
    const faults = faultsOf([dev, prod]);

    // Assess
    expect(faults).toEqual([
      `prod: state.s3.bucket: got "team-states"; allowed: a bucket in us-east-1, or state.s3.region with the region of the bucket; dev has the bucket team-states as state.s3.bucket, in eu-central-1, ${BECAUSE}`,
    ]);
  });

  it("is refused for the state of an account in another region", () => {
    // Prepare
    const dev = inFrankfurt(SERVERLESS, { state: { s3: { bucket: "team-states", key: "dev.tfstate" } } });
    const account: AccountSettings = {
      region: "us-east-1",
      accountId: "111122223333",
      state: { s3: { bucket: "team-states", key: "account.tfstate" } },
      apiGatewayLogs: true,
    };

    // Act
    const faults = faultsOf([dev], [account]);

    // Assess
    expect(faults).toEqual([
      `account: state.s3.bucket: got "team-states"; allowed: a bucket in us-east-1, or state.s3.region with the region of the bucket; dev has the bucket team-states as state.s3.bucket, in eu-central-1, ${BECAUSE}`,
    ]);
  });

  it("is refused for an artifact in the bucket of an account's states in another region", () => {
    // Prepare
    const account: AccountSettings = {
      region: "eu-central-1",
      accountId: "111122223333",
      state: { local: { path: "account.tfstate" } },
      stateBucket: "shared-models",
    };

    // Act
    const faults = faultsOf([inVirginia({ ...SERVERLESS, artifact: ARTIFACT })], [account]);

    // Assess
    expect(faults).toEqual([
      `prod: models.loan-default.artifact: got "${ARTIFACT}"; allowed: an artifact in a bucket in us-east-1; account has the bucket shared-models as stateBucket, in eu-central-1, ${BECAUSE}`,
    ]);
  });

  it.each<[string, readonly Environment[]]>([
    [
      "one region",
      [
        inFrankfurt({ ...SERVERLESS, artifact: ARTIFACT }),
        inVirginia({ ...SERVERLESS, artifact: ARTIFACT }, { region: "eu-central-1" }),
      ],
    ],
    [
      "two buckets",
      [
        inFrankfurt({ ...SERVERLESS, artifact: ARTIFACT }),
        inVirginia({ ...SERVERLESS, artifact: ARTIFACT.replace("shared", "other") }),
      ],
    ],
    [
      "states with the region of their bucket",
      [
        inFrankfurt(SERVERLESS, { state: { s3: { bucket: "team-states", key: "dev.tfstate" } } }),
        inVirginia(SERVERLESS, {
          state: { s3: { bucket: "team-states", key: "prod.tfstate", region: "eu-central-1" } },
        }),
      ],
    ],
    [
      "two partitions, which can have buckets with the same name",
      [
        inFrankfurt({ ...SERVERLESS, artifact: ARTIFACT }),
        inVirginia({ ...SERVERLESS, artifact: ARTIFACT }, { region: "cn-north-1" }),
      ],
    ],
    [
      "the destination of captured requests",
      [
        inFrankfurt({
          ...INSTANCES,
          dataCapture: { destination: "s3://captured/requests", samplingPercentage: 5 },
        }),
        inVirginia({
          ...INSTANCES,
          artifact: "s3://virginia/model.tar.gz",
          dataCapture: { destination: "s3://captured/requests", samplingPercentage: 5 },
        }),
      ],
    ],
    ["the placeholder of a new model", [inFrankfurt(SERVERLESS), inVirginia(SERVERLESS)]],
  ])("is accepted for %s", (_case, environments) => {
    // Act
    const faults = faultsOf(environments);

    // Assess
    expect(faults).toEqual([]);
  });
});
