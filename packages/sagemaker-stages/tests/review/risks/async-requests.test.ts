import { describe, expect, it } from "@jest/globals";
import { riskPredicate } from "../../../src/review/rendering/phrases/risk-sentences";
import { risksOf } from "../../../src/review/risks";
import { type PlannedChange, planned } from "../support/planned";

const PLACE = "s3://dev-async-111122223333-eu-central-1/dev-churn/results";

function configuration(place?: string) {
  return {
    name: "dev-churn-1",
    production_variants: [{ variant_name: "AllTraffic", instance_type: "ml.m5.large" }],
    async_inference_config:
      place === undefined ? [] : [{ output_config: [{ s3_output_path: place, s3_failure_path: "" }] }],
  };
}

function change(before: object | undefined, after: object): PlannedChange {
  return {
    type: "aws_sagemaker_endpoint_configuration",
    ...(before === undefined ? {} : { before }),
    after,
  } as PlannedChange;
}

function lifecycle(days: number, bucket = "dev-async-111122223333-eu-central-1") {
  return {
    bucket,
    rule: [
      { id: "dev-churn", status: "Enabled", filter: [{ prefix: "dev-churn/" }], expiration: [{ days }] },
    ],
  };
}

function target(minCapacity: number) {
  return { resource_id: "endpoint/dev-churn/variant/AllTraffic", min_capacity: minCapacity, max_capacity: 2 };
}

function risksIn(one: PlannedChange) {
  return risksOf(planned([one])).map((risk) => [risk.kind, risk.gates.join(), riskPredicate(risk)]);
}

const STORES = ["exposure", "widen", `stores the inputs and results of callers in S3 below ${PLACE}`];
const REFUSED = [
  "outage",
  "destroy",
  "changes from asynchronous to real-time requests, which SageMaker refuses for an existing endpoint: replace the endpoint in the same apply",
];
const REPLACED = [
  "outage",
  "destroy",
  "changes from real-time to asynchronous requests: the endpoint is replaced, and the model does not answer until the new endpoint is in service",
];

describe("a review of an asynchronous endpoint", () => {
  it.each([
    { when: "the endpoint is new", change: change(undefined, configuration(PLACE)), risks: [STORES] },
    {
      when: "it becomes asynchronous",
      change: change(configuration(), configuration(PLACE)),
      risks: [STORES, REPLACED],
    },
    { when: "it becomes real-time", change: change(configuration(PLACE), configuration()), risks: [REFUSED] },
    { when: "it stays asynchronous", change: change(configuration(PLACE), configuration(PLACE)), risks: [] },
    { when: "it stays real-time", change: change(configuration(), configuration()), risks: [] },
    {
      when: "S3 keeps requests longer",
      change: {
        type: "aws_s3_bucket_lifecycle_configuration",
        before: lifecycle(1),
        after: lifecycle(7),
      } as PlannedChange,
      risks: [
        [
          "exposure",
          "widen",
          "keeps inputs and results of callers longer than before: S3 deletes them after 7 days below dev-churn/",
        ],
      ],
    },
    {
      when: "an endpoint loses its last instance while idle",
      change: { type: "aws_appautoscaling_target", before: target(1), after: target(0) } as PlannedChange,
      risks: [["outage", "", "has no capacity while no request waits, and starts after the first request"]],
    },
    {
      when: "an idle endpoint keeps an instance",
      change: { type: "aws_appautoscaling_target", before: target(0), after: target(1) } as PlannedChange,
      risks: [["outage", "", "always has capacity"]],
    },
  ])("shows its risks when $when", ({ change: one, risks }) => {
    // Act
    const found = risksIn(one);

    // Assess
    expect(found).toEqual(risks);
  });
});
