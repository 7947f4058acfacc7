import { describe, expect, it } from "@jest/globals";
import { type Change, changesOf } from "../../src/review/changes/changes";
import { reasonText } from "../../src/review/rendering/phrases/changes";
import { planOf, type ResourceJson } from "./support/plan-json";
import { type RecordedPlan, recordedPlan } from "./support/recorded-plans";

/** The change of one resource. */
function changeOf(resource: Omit<ResourceJson, "address"> & { address?: string }): Change | undefined {
  return changesOf(planOf({ resources: [{ address: "aws_iam_role.a", ...resource }] }))[0];
}

describe("a resource is", () => {
  it.each<[string, string, Omit<ResourceJson, "address">]>([
    ["create", "aws_iam_role.a", { actions: ["create"], after: {} }],
    ["update", "aws_iam_role.a", { actions: ["update"], before: { a: 1 }, after: { a: 2 } }],
    ["update", "aws_iam_role.a", { actions: ["update"], before: { a: 1 }, after: {}, unknown: { a: true } }],
    [
      "tags",
      "aws_iam_role.a",
      {
        actions: ["update"],
        before: { tags: { A: "1" }, tags_all: { A: "1", B: "1" } },
        after: { tags: { A: "2" }, tags_all: { A: "2", B: "1" } },
      },
    ],
    ["destroy", "aws_iam_role.a", { actions: ["delete"], before: {} }],
    ["forget", "aws_iam_role.a", { actions: ["forget"], before: {} }],
    ["import", "aws_iam_role.a", { actions: ["no-op"], before: {}, after: {}, importing: { id: "a" } }],
    [
      "move",
      "aws_iam_role.a",
      { actions: ["no-op"], before: {}, after: {}, previousAddress: "aws_iam_role.b" },
    ],
    ["rollout", "aws_sagemaker_model.a", { actions: ["create", "delete"], before: {}, after: {} }],
    ["rollout", "aws_api_gateway_deployment.a", { actions: ["create", "delete"], before: {}, after: {} }],
    [
      "rollout",
      "aws_sagemaker_endpoint_configuration.a",
      { actions: ["create", "delete"], before: {}, after: {} },
    ],
    // If a model is destroyed before its successor exists, its endpoint has no model.
    ["replace", "aws_sagemaker_model.a", { actions: ["delete", "create"], before: {}, after: {} }],
    ["leftover", "aws_sagemaker_model.a", { actions: ["delete"], before: {}, deposed: "1a2b3c4d" }],
    ["destroy", "aws_sagemaker_endpoint.a", { actions: ["delete"], before: {}, deposed: "1a2b3c4d" }],
    ...[
      "aws_sagemaker_endpoint",
      "aws_api_gateway_rest_api",
      "aws_api_gateway_stage",
      "aws_cloudwatch_log_group",
      "aws_s3_bucket",
      "aws_iam_role",
      "aws_unsupported_type",
    ].flatMap((type): [string, string, Omit<ResourceJson, "address">][] => [
      ["replace", `${type}.a`, { actions: ["create", "delete"], before: {}, after: {} }],
      ["replace", `${type}.a`, { actions: ["delete", "create"], before: {}, after: {} }],
    ]),
  ])("%s: %s %j", (kind, address, resource) => {
    // Act and assess
    expect(changeOf({ address, ...resource })?.kind).toBe(kind);
  });

  it.each<[string, Omit<ResourceJson, "address">]>([
    ["does not change", { actions: ["no-op"], before: { a: 1 }, after: { a: 1 } }],
    ["is only read", { actions: ["read"], after: {}, mode: "data" }],
  ])("not reported when it %s", (_, resource) => {
    // Act and assess
    expect(changeOf(resource)).toBeUndefined();
  });

  it.each([
    [
      { actions: ["delete"], before: {}, reason: "delete_because_no_resource_config" },
      "no longer in the configuration",
    ],
    [
      { actions: ["delete", "create"], before: {}, after: {}, reason: "replace_because_tainted" },
      "its creation failed before, or the resource is tainted",
    ],
    [{ actions: ["delete"], before: {}, deposed: "1a2b3c4d" }, "left over from a failed rollout"],
    [
      { actions: ["no-op"], before: {}, after: {}, previousAddress: "aws_iam_role.b" },
      "moved from aws_iam_role.b",
    ],
  ])("reported with the reason: %j", (resource, text) => {
    // Act and assess
    const { reason } = changeOf(resource) ?? {};
    expect(reason && reasonText(reason)).toBe(text);
  });

  it("reported as deleted outside of Terraform", () => {
    // Prepare
    const address = "aws_iam_role.a";
    const plan = planOf({
      resources: [{ address, actions: ["create"], after: {} }],
      drift: [{ address, actions: ["delete"], before: {} }],
    });

    // Act
    const [change] = changesOf(plan);

    // Assess
    expect(change?.reason).toEqual({ kind: "deleted outside of Terraform" });
  });

  it("reported as replaced, with the attributes that force the replacement", () => {
    // Act
    const change = changeOf({
      actions: ["delete", "create"],
      before: { name: "old", vpc: [{ subnets: ["a"] }] },
      after: { name: "new", vpc: [{ subnets: ["b"] }] },
      replacePaths: [["name"], ["vpc", 0, "subnets"]],
    });

    // Assess
    expect(change?.forcedBy).toEqual(["name", "vpc[0].subnets"]);
  });
});

describe("an uploaded artifact with a successor", () => {
  const before = { address: "aws_s3_object.artifacts_m-0123456789abcdef_0A1B2C3D", before: { bucket: "b" } };
  const after = { address: "aws_s3_object.artifacts_m-fedcba9876543210_3D2C1B0A", after: { bucket: "b" } };

  it.each([
    [
      "is rolled out",
      [
        { ...before, actions: ["delete"] },
        { ...after, actions: ["create"] },
      ],
      ["rollout", "create"],
    ],
    ["is destroyed without a successor", [{ ...before, actions: ["delete"] }], ["destroy"]],
    [
      "is destroyed if the other artifact is in another bucket",
      [
        { ...before, actions: ["delete"] },
        { ...after, actions: ["create"], after: { bucket: "c" } },
      ],
      ["destroy", "create"],
    ],
    [
      "is destroyed if the other artifact is of another model",
      [
        { ...before, actions: ["delete"] },
        { ...after, actions: ["create"], address: "aws_s3_object.artifacts_n-fedcba9876543210_3D2C1B0A" },
      ],
      ["destroy", "create"],
    ],
  ])("%s", (_, resources, kinds) => {
    // Act and assess
    expect(changesOf(planOf({ resources })).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe("the changed attributes are reported", () => {
  it.each<[string, unknown, unknown, readonly string[]]>([
    [
      "by their paths",
      { a: [{ b: 1 }], c: { d: "x" } },
      { a: [{ b: 2 }], c: { d: "y" } },
      ["a[0].b: 1 → 2", "c.d: x → y"],
    ],
    ["when a block is added", { a: [] }, { a: [{ b: 1 }] }, ["a[0].b: (none) → 1"]],
    ["when a list of texts changes", { a: ["x"] }, { a: ["x", "y"] }, ["a: x → x, y"]],
    [
      "without values that are empty before and after",
      { a: null, b: [], c: "" },
      { a: "", b: null, c: null },
      [],
    ],
    [
      "by their lengths where they are JSON",
      { a: '{"b":1}' },
      { a: '{"b":2}' },
      ["a: JSON of 7 characters → another: JSON of 7 characters"],
    ],
    ["by their lengths when they are long", { a: "x" }, { a: "y".repeat(101) }, ["a: x → 101 characters"]],
    ["with names that are not identifiers", { a: { "b.c": 1 } }, { a: { "b.c": 2 } }, ['a."b.c": 1 → 2']],
    ["without an unset default", { a: 1, b: 0 }, { a: 2, b: 0 }, ["a: 1 → 2"]],
    ["also when zero becomes empty", { b: 0 }, { b: null }, ["b: 0 → (none)"]],
  ])("%s", (_, before, after, expected) => {
    // Act
    const change = changeOf({ actions: ["update"], before, after });

    // Assess
    expect(change?.changed.map((one) => `${one.name}: ${one.before} → ${one.after}`)).toEqual(expected);
  });

  it("for a replacement without the defaults that AWS set for the old resource", () => {
    // Act
    const change = changeOf({
      actions: ["delete", "create"],
      before: { name: "old", count: 0, enabled: false },
      after: { name: "new", count: null },
    });

    // Assess
    expect(change?.changed.map(({ name }) => name)).toEqual(["name"]);
  });

  it("once for each tag, which Terraform lists twice", () => {
    // Act
    const change = changeOf({
      actions: ["update"],
      before: { tags: { A: "1" }, tags_all: { A: "1", Team: "x" } },
      after: { tags: { A: "2" }, tags_all: { A: "2", Team: "y" } },
    });

    // Assess
    expect(change?.tags).toEqual([
      { name: "A", before: "1", after: "2" },
      { name: "Team", before: "x", after: "y" },
    ]);
    expect(change?.changed).toEqual([]);
  });
});

describe("a recorded plan of Terraform", () => {
  it.each<[RecordedPlan, Readonly<Record<string, number>>]>([
    ["nothing", {}],
    ["new-environment", { create: 33 }],
    ["new-artifact", { rollout: 6, update: 1 }],
    ["opened", { rollout: 1, update: 2 }],
    ["widened", { update: 2 }],
    ["destroyed", { destroy: 33 }],
  ])("%s has the changes %j", (name, counts) => {
    // Act
    const kinds = changesOf(recordedPlan(name)).map(({ kind }) => kind);

    // Assess
    const counted = Object.fromEntries(
      [...new Set(kinds)].map((kind) => [kind, kinds.filter((one) => one === kind).length]),
    );
    expect(counted).toEqual(counts);
  });

  it("a renamed endpoint is replaced, with its role, function and log groups, because of their names", () => {
    // Act
    const replaced = changesOf(recordedPlan("renamed")).filter(({ kind }) => kind === "replace");

    // Assess
    expect(replaced.map(({ path, forcedBy }) => `${path}: ${forcedBy.join(", ")}`)).toEqual([
      "stage/ticket-urgency-permission: function_name",
      "ticket-urgency/endpoint/endpoint: name",
      "ticket-urgency/endpoint/log-group: name",
      "ticket-urgency/endpoint/role: name",
      "ticket-urgency/function/function: function_name",
      "ticket-urgency/function/log-group: name",
      "ticket-urgency/function/policy: role",
      "ticket-urgency/function/role: name",
    ]);
  });
});
