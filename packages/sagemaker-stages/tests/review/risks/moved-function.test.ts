import { describe, expect, it } from "@jest/globals";
import { riskPredicate } from "../../../src/review/rendering/phrases/risk-sentences";
import { reportOf } from "../../../src/review/report";
import { risksOf } from "../../../src/review/risks";
import { type PlannedChange, planned } from "../support/planned";

const NEW = { name: "dev-churn", endpoint_config_name: "dev-churn-00000001" };
const ENDPOINT: PlannedChange = { type: "aws_sagemaker_endpoint", name: "churn", after: NEW };

/** The function of the model before and after the plan, with the name of its endpoint. */
function lambda(before: string | undefined, after: string): PlannedChange {
  const values = (endpoint: string) => ({
    function_name: "dev-churn",
    environment: [{ variables: { ENDPOINT_NAME: endpoint } }],
  });
  return {
    type: "aws_lambda_function",
    name: "churn",
    ...(before === undefined ? {} : { before: values(before) }),
    after: values(after),
  };
}

const OUTAGE = [
  "outage",
  "is new, and its function already serves a route: the route fails until the endpoint is in service, some minutes later",
];

function risksIn(...changes: readonly PlannedChange[]) {
  return risksOf(planned(changes)).map((risk) => [risk.kind, riskPredicate(risk)]);
}

describe("a review of a plan with a new endpoint", () => {
  it("shows the outage of a route whose function moves from another endpoint, and stops the gate outage", () => {
    // Act
    const changes = [ENDPOINT, lambda("churn-2026", "dev-churn")];

    // Assess
    expect(risksIn(...changes)).toEqual([OUTAGE]);
    const { verdict, environments } = reportOf([planned(changes)]);
    expect(verdict).toMatch(/is new for an existing route, with an outage/);
    const [environment] = environments;
    expect(environment?.flags.outage).toBe(true);
    expect(environment?.outages).toEqual([
      expect.objectContaining({ cause: "setting", lasts: "apply", undetermined: false }),
    ]);
  });

  it.each([
    ["a new function", [ENDPOINT, lambda(undefined, "dev-churn")]],
    ["a function that keeps its endpoint", [ENDPOINT, lambda("dev-churn", "dev-churn")]],
    [
      "the function of another model",
      [{ ...ENDPOINT, after: { ...NEW, name: "dev-fraud" } }, lambda("a", "dev-churn")],
    ],
    ["an endpoint that stays", [{ ...ENDPOINT, before: NEW }, lambda("churn-2026", "dev-churn")]],
  ])("shows no outage for %s", (_, changes) => {
    // Act
    const found = risksIn(...changes);

    // Assess
    expect(found).toEqual([]);
  });
});
