import { describe, expect, it } from "@jest/globals";
import { accessChanges } from "../../../src/review/access/access";
import type { AccessChange } from "../../../src/review/access/access-change";
import { withRollouts } from "../../../src/review/access/rollout";
import { ACCOUNT, allow, type Given, planWith, policy, rolePolicy } from "./support/plans";

const OLD = "models/scoring/1/model.tar.gz";
const NEW = "models/scoring/2/model.tar.gz";

const read = (...keys: readonly string[]) =>
  policy(
    allow(
      "s3:GetObject",
      keys.map((key) => `arn:aws:s3:::${key}`),
    ),
  );

function model(before: object, after: object): Given {
  const of = ({
    key = OLD,
    role = "scoring",
    ...containers
  }: {
    readonly key?: string;
    readonly role?: string;
  }) => ({
    arn: `arn:aws:sagemaker:us-east-1:${ACCOUNT}:model/scoring`,
    execution_role_arn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
    primary_container: [{ model_data_url: `s3://${key}` }],
    ...containers,
  });
  return {
    address: "aws_sagemaker_model.scoring",
    actions: ["create", "delete"],
    before: of(before),
    after: of(after),
  };
}

/** A change of the permission of the role `scoring` to list prefixes. */
function listingsOf(...given: readonly Given[]): readonly AccessChange[] {
  const plan = planWith(given);
  return withRollouts(plan, accessChanges(plan)).filter(({ actions }) => actions.includes("s3:ListBucket"));
}

/** Whether the access of the role `scoring` counts as wider. */
function widens(...given: readonly Given[]): boolean {
  const plan = planWith(given);
  return withRollouts(plan, accessChanges(plan)).some(
    (change) => change.actions.includes("s3:GetObject") && change.widens,
  );
}

describe("a new artifact", () => {
  const moved = model({}, { key: NEW });

  it("widens no access when the model's role reads it instead of the old artifact", () => {
    // Act and assess
    expect(widens(moved, rolePolicy(read(OLD), read(NEW)))).toBe(false);
  });

  it.each<[string, Given, string, string]>([
    ["the model gets another role", model({}, { key: NEW, role: "b" }), OLD, NEW],
    ["the model had another role", model({ role: "b" }, { key: NEW }), OLD, NEW],
    ["the model is not replaced", { ...moved, actions: ["update"] }, OLD, NEW],
    [
      "it is an unrelated file of the bucket",
      model({}, { key: "models/terraform.tfstate" }),
      OLD,
      "models/terraform.tfstate",
    ],
    [
      "it belongs to another model",
      model({}, { key: "models/language-check/1/model.tar.gz" }),
      OLD,
      "models/language-check/1/model.tar.gz",
    ],
    [
      "it has another file extension",
      model({}, { key: "models/scoring/1/state.json" }),
      OLD,
      "models/scoring/1/state.json",
    ],
    [
      "it is in another bucket",
      model({}, { key: OLD.replace("models", "b") }),
      OLD,
      OLD.replace("models", "b"),
    ],
    ["the role could not read the old artifact", moved, "models/scoring/0/model.tar.gz", NEW],
  ])("widens access when %s", (_, given, before, after) => {
    // Act and assess
    expect(widens(given, rolePolicy(read(before), read(after)))).toBe(true);
  });

  const prefixOf = (key: string) => [
    { model_data_url: "", model_data_source: [{ s3_data_source: [{ s3_uri: `s3://${key}` }] }] },
  ];
  const seriesOf = (...keys: readonly string[]) => keys.map((key) => ({ model_data_url: `s3://${key}` }));

  it.each<[string, object, object, Given]>([
    [
      "a prefix replaces another prefix",
      { primary_container: prefixOf("models/scoring/1/") },
      { primary_container: prefixOf("models/scoring/2/") },
      rolePolicy(read("models/scoring/1/*"), read("models/scoring/2/*")),
    ],
    [
      "one container of an inference pipeline gets a new artifact",
      { primary_container: [], container: seriesOf("models/a/1/m.tar.gz", OLD) },
      { primary_container: [], container: seriesOf("models/a/1/m.tar.gz", NEW) },
      rolePolicy(read("models/a/1/m.tar.gz", OLD), read("models/a/1/m.tar.gz", NEW)),
    ],
  ])("widens no access when %s", (_, before, after, changed) => {
    // Act and assess
    expect(widens(model(before, after), changed)).toBe(false);
  });

  it.each<[string, object, object, Given]>([
    [
      "a prefix becomes its parent folder",
      { primary_container: prefixOf("models/scoring/1/") },
      { primary_container: prefixOf("models/scoring/") },
      rolePolicy(read("models/scoring/1/*"), read("models/scoring/*")),
    ],
    [
      "a prefix replaces an archive",
      { primary_container: seriesOf("models/scoring/1.tar.gz") },
      { primary_container: prefixOf("models/scoring/1/") },
      rolePolicy(read("models/scoring/1.tar.gz"), read("models/scoring/1/*")),
    ],
    [
      "an inference pipeline gets one more container",
      { primary_container: [], container: seriesOf(OLD) },
      { primary_container: [], container: seriesOf(OLD, NEW) },
      rolePolicy(read(OLD), read(OLD, NEW)),
    ],
  ])("widens access when %s", (_, before, after, changed) => {
    // Act and assess
    expect(widens(model(before, after), changed)).toBe(true);
  });

  /** The permission to list the prefixes of the bucket `models`. */
  const list = (...prefixes: readonly string[]) =>
    policy(
      ...prefixes.map((prefix) =>
        allow("s3:ListBucket", "arn:aws:s3:::models", { StringLike: { "s3:prefix": prefix } }),
      ),
    );
  const movedPrefix = model(
    { primary_container: prefixOf("models/scoring/1/") },
    { primary_container: prefixOf("models/scoring/2/") },
  );

  it.each<[string, string, string]>([
    ["the role lists the new prefix instead of the old prefix", list("scoring/1/*"), list("scoring/2/*")],
    ["another prefix stays listed", list("scoring/1/*", "tokens/1/*"), list("scoring/2/*", "tokens/1/*")],
  ])("widens no access when %s", (_, before, after) => {
    // Act
    const changes = listingsOf(movedPrefix, rolePolicy(before, after));

    // Assess
    expect(changes).toMatchObject([
      { widens: false, sentence: expect.stringContaining("new artifact of the model") },
    ]);
  });

  it.each<[string, Given, string, string]>([
    ["the old prefix stays listed", movedPrefix, list("scoring/1/*"), list("scoring/1/*", "scoring/2/*")],
    ["the parent folder is listed", movedPrefix, list("scoring/1/*"), list("scoring/*")],
    ["another prefix was listed", movedPrefix, list("scoring/0/*"), list("scoring/2/*")],
    ["the prefix of another model is listed", movedPrefix, list("scoring/1/*"), list("tokens/2/*")],
    ["one more prefix is listed", movedPrefix, list("scoring/1/*"), list("scoring/2/*", "tokens/2/*")],
    [
      "the whole bucket is listed",
      movedPrefix,
      list("scoring/1/*"),
      policy(allow("s3:ListBucket", "arn:aws:s3:::models")),
    ],
    ["the model keeps its prefix", moved, list("scoring/1/*"), list("scoring/2/*")],
  ])("widens access when %s", (_, given, before, after) => {
    // Act
    const changes = listingsOf(given, rolePolicy(before, after));

    // Assess
    expect(changes.some((change) => change.widens)).toBe(true);
  });

  it("widens access when the old artifact stays readable", () => {
    // Act and assess
    expect(widens(moved, rolePolicy(read(OLD), read(OLD, NEW)))).toBe(true);
  });
});
