import { describe, expect, it } from "@jest/globals";
import { accessChanges } from "../../../src/review/access/access";
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
  const of = ({ key = OLD, role = "scoring" }: { readonly key?: string; readonly role?: string }) => ({
    arn: `arn:aws:sagemaker:us-east-1:${ACCOUNT}:model/scoring`,
    execution_role_arn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
    primary_container: [{ model_data_url: `s3://${key}` }],
  });
  return {
    address: "aws_sagemaker_model.scoring",
    actions: ["create", "delete"],
    before: of(before),
    after: of(after),
  };
}

/** Whether what the role `scoring` may do counts as wider. */
function widens(...given: readonly Given[]): boolean {
  const plan = planWith(given);
  return withRollouts(plan, accessChanges(plan)).some(
    (change) => change.actions.includes("s3:GetObject") && change.widens,
  );
}

describe("a new artifact", () => {
  const moved = model({}, { key: NEW });

  it("widens nothing where the model's role reads it in place of the old one", () => {
    // Act and assess
    expect(widens(moved, rolePolicy(read(OLD), read(NEW)))).toBe(false);
  });

  it.each<[string, Given, string, string]>([
    ["the model takes another role", model({}, { key: NEW, role: "b" }), OLD, NEW],
    ["the model came from another role", model({ role: "b" }, { key: NEW }), OLD, NEW],
    ["the model is not replaced", { ...moved, actions: ["update"] }, OLD, NEW],
    [
      "it is another file of the bucket",
      model({}, { key: "models/terraform.tfstate" }),
      OLD,
      "models/terraform.tfstate",
    ],
    [
      "it is another model's",
      model({}, { key: "models/language-check/1/model.tar.gz" }),
      OLD,
      "models/language-check/1/model.tar.gz",
    ],
    [
      "it is another kind of file",
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
    ["the old one was not the role's to read", moved, "models/scoring/0/model.tar.gz", NEW],
  ])("widens where %s", (_, given, before, after) => {
    // Act and assess
    expect(widens(given, rolePolicy(read(before), read(after)))).toBe(true);
  });

  it("widens where the old one stays readable", () => {
    // Act and assess
    expect(widens(moved, rolePolicy(read(OLD), read(OLD, NEW)))).toBe(true);
  });
});
