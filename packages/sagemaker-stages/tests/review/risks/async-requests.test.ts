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

/** An endpoint with its configuration before and after the plan. */
function endpoint(name: string, before?: string, after?: string): PlannedChange {
  const values = (endpoint_config_name: string) => ({ name: "dev-churn", endpoint_config_name });
  return {
    type: "aws_sagemaker_endpoint",
    name,
    ...(before === undefined ? {} : { before: values(before) }),
    ...(after === undefined ? {} : { after: values(after) }),
  };
}

function risksIn(...changes: readonly PlannedChange[]) {
  return risksOf(planned(changes)).map((risk) => [risk.kind, risk.gates.join(), riskPredicate(risk)]);
}

const STORES = ["exposure", "widen", `stores the inputs and results of callers in S3 below ${PLACE}`];
const REFUSED = [
  "outage",
  "destroy,outage",
  "changes from asynchronous to real-time requests, which SageMaker refuses for an existing endpoint: replace the endpoint in the same apply with -replace=aws_sagemaker_endpoint.churn",
];
const REAL_TIME = [
  "outage",
  "destroy,outage",
  "changes from asynchronous to real-time requests: the endpoint is replaced, waiting requests are lost, and the model does not answer until the new endpoint is in service",
];
const REPLACED = [
  "outage",
  "destroy,outage",
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
    {
      when: "it becomes real-time",
      change: change(configuration(PLACE), configuration()),
      risks: [REAL_TIME],
    },
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
  it.each([
    {
      when: "the plan updates the endpoint in place",
      endpoints: [endpoint("churn", "dev-churn-1", "dev-churn-2")],
      risks: [REFUSED],
    },
    {
      when: "the plan creates the endpoint at another address",
      endpoints: [endpoint("async", "dev-churn-1"), endpoint("churn", undefined, "dev-churn-2")],
      risks: [REAL_TIME],
    },
    {
      when: "the plan updates only another endpoint in place",
      endpoints: [endpoint("other", "dev-other-1", "dev-other-2")],
      risks: [REAL_TIME],
    },
  ])(
    "names the option that replaces an endpoint that becomes real-time only when $when",
    ({ endpoints, risks }) => {
      // Act
      const found = risksIn(change(configuration(PLACE), configuration()), ...endpoints);

      // Assess
      expect(found).toEqual(risks);
    },
  );
});
