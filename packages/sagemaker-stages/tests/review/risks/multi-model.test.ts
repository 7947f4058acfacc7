import { describe, expect, it } from "@jest/globals";
import { riskPredicate } from "../../../src/review/rendering/phrases/risk-sentences";
import { reportOf } from "../../../src/review/report";
import { risksOf } from "../../../src/review/risks";
import { type PlannedChange, planned } from "../support/planned";

const OLD = "dev-churn-00000001";

/** The model of an endpoint, replaced with another mode. Terraform's provider writes `SingleModel` as the default. */
function model(before: string | undefined, after: string | undefined): PlannedChange {
  const values = (mode: string | undefined) => ({
    primary_container:
      mode === undefined ? [] : [{ mode, model_data_url: "s3://amzn-s3-demo-bucket/churn/" }],
  });
  return {
    type: "aws_sagemaker_model",
    name: "churn",
    actions: ["create", "delete"],
    before: { name: OLD, ...values(before) },
    after: { name: "dev-churn-00000002", ...values(after) },
  };
}

const configuration: PlannedChange = {
  type: "aws_sagemaker_endpoint_configuration",
  name: "churn",
  actions: ["create", "delete"],
  before: { name: OLD, production_variants: [{ variant_name: "AllTraffic", model_name: OLD }] },
  after: { name: "dev-churn-00000002", production_variants: [{ variant_name: "AllTraffic" }] },
};

/** The endpoint before and after the plan. */
function endpoint(actions: readonly string[], before = OLD): PlannedChange {
  return {
    type: "aws_sagemaker_endpoint",
    name: "churn",
    actions,
    before: { name: "dev-churn", endpoint_config_name: before },
    ...(actions.includes("create") || actions.includes("update")
      ? { after: { name: "dev-churn", endpoint_config_name: "dev-churn-00000002" } }
      : {}),
  };
}

function risksIn(...changes: readonly PlannedChange[]) {
  return risksOf(planned(changes)).map((risk) => [risk.kind, risk.gates.join(), riskPredicate(risk)]);
}

const MANY = [
  "outage",
  "outage",
  "serves many models instead of one: the model's route fails until the update of its endpoint is complete, some minutes later",
];
const ONE = [
  "outage",
  "outage",
  "serves one model instead of many: the model's route fails until the update of its endpoint is complete, some minutes later",
];

describe("a review of an endpoint that stays", () => {
  it.each([
    {
      when: "it serves many models instead of one",
      change: model("SingleModel", "MultiModel"),
      risks: [MANY],
    },
    { when: "it serves one model instead of many", change: model("MultiModel", "SingleModel"), risks: [ONE] },
    {
      when: "it serves many models instead of several containers",
      change: model(undefined, "MultiModel"),
      risks: [MANY],
    },
    { when: "it still serves many models", change: model("MultiModel", "MultiModel"), risks: [] },
    { when: "it still serves one model", change: model("SingleModel", "SingleModel"), risks: [] },
    { when: "it has one container instead of several", change: model(undefined, "SingleModel"), risks: [] },
  ])("shows its risks when $when", ({ change, risks }) => {
    // Act
    const found = risksIn(change, configuration, endpoint(["update"]));

    // Assess
    expect(found).toEqual(risks);
  });

  it.each([
    { what: "the plan replaces", of: endpoint(["delete", "create"]) },
    { what: "the plan destroys", of: endpoint(["delete"]) },
    { what: "serves another model", of: endpoint(["update"], "dev-churn-00000009") },
  ])("shows no change of the mode for an endpoint that $what", ({ of }) => {
    // Act
    const found = risksIn(model("SingleModel", "MultiModel"), configuration, of);

    // Assess
    expect(found).toEqual([]);
  });

  it("names the outage in the verdict", () => {
    // Act
    const { verdict } = reportOf([
      planned([model("SingleModel", "MultiModel"), configuration, endpoint(["update"])]),
    ]);

    // Assess
    expect(verdict).toMatch(/serves many models instead of one/);
  });
});
