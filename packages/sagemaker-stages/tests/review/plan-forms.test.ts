import { describe, expect, it } from "@jest/globals";
import type { EnvironmentReport } from "../../src/review/environment-report";
import { readPlan } from "../../src/review/reading/plan";
import { toMarkdown } from "../../src/review/rendering/render";
import { reportOf } from "../../src/review/report";

const QUEUE = { name: "jobs", visibility_timeout_seconds: 30 };

/** A resource's change in the oldest format, without the members of later formats. */
function resource(change: object, more: object = {}): object {
  return {
    address: "aws_sqs_queue.jobs",
    mode: "managed",
    type: "aws_sqs_queue",
    name: "jobs",
    provider_name: "registry.terraform.io/hashicorp/aws",
    change,
    ...more,
  };
}

const CREATE = { actions: ["create"], before: null, after: QUEUE, after_unknown: { id: true } };
const UPDATE = { actions: ["update"], before: QUEUE, after: { ...QUEUE, visibility_timeout_seconds: 60 } };
const SAME = { actions: ["no-op"], before: QUEUE, after: QUEUE, after_unknown: {} };

function review(members: object): { report: EnvironmentReport; text: string } {
  const plan = { format_version: "1.2", terraform_version: "1.11.4", planned_values: {}, configuration: {} };
  const report = reportOf([readPlan(JSON.stringify({ ...plan, ...members }), "dev.json")]);
  const [environment] = report.environments;
  if (environment === undefined) throw new Error("each plan has a report");
  return { report: environment, text: toMarkdown(report) };
}

describe("a plan is read in the form of", () => {
  it.each([
    ["Terraform 0.12 to 1.0", "0.1"],
    ["Terraform 1.0", "0.2"],
    ["Terraform 1.1", "1.0"],
    ["Terraform 1.3", "1.1"],
    ["Terraform 1.5 and later, and OpenTofu", "1.2"],
    ["a later minor version", "1.7"],
  ])("%s: format %s", (_, format_version) => {
    // Act
    const { report } = review({ format_version, resource_changes: [resource(CREATE)] });

    // Assess
    expect(report.counts).toMatchObject({ create: 1 });
    expect(report.unsupportedParts).toEqual([]);
  });

  it.each<[string, object, string]>([
    ["a moved resource", resource(SAME, { previous_address: "aws_sqs_queue.old" }), "move"],
    ["an imported resource", resource({ ...SAME, importing: { id: "https://sqs/jobs" } }), "import"],
    [
      "a removed resource that is kept",
      resource({ actions: ["forget"], before: QUEUE, after: null }),
      "forget",
    ],
    [
      "a deposed object",
      resource({ actions: ["delete"], before: QUEUE, after: null }, { deposed: "0a1b2c3d" }),
      "destroy",
    ],
    [
      "a tainted resource",
      resource(
        { actions: ["delete", "create"], before: QUEUE, after: QUEUE, replace_paths: [] },
        { action_reason: "replace_because_tainted" },
      ),
      "replace",
    ],
  ])("%s", (_, change, kind) => {
    // Act
    const { report, text } = review({ resource_changes: [change] });

    // Assess
    expect(report.changes.map((one) => one.kind)).toEqual([kind]);
    expect(text).toContain("aws_sqs_queue.jobs");
  });

  it("a failed planning", () => {
    // Act
    const { report, text } = review({ errored: true, resource_changes: [resource(UPDATE)] });

    // Assess
    expect(report.flags).toEqual({ destroy: true, widen: true, public: true, outage: true });
    expect(text.split("\n")[0]).toContain("the plan failed and cannot be applied");
  });

  it.each<[string, object, string]>([
    ["-target", { complete: false }, "the plan is not complete"],
    [
      "deferred changes",
      { deferred_changes: [{ reason: "provider_config_unknown" }] },
      "1 change is deferred",
    ],
    [
      "Terraform 1.14's actions",
      { action_invocations: [{ address: "action.aws_lambda_invoke.warm", type: "aws_lambda_invoke" }] },
      "1 action is invoked",
    ],
  ])("%s: no gate passes, and the first line contains the reason", (_, members, said) => {
    // Act
    const { report, text } = review({ ...members, resource_changes: [resource(UPDATE)] });

    // Assess
    expect(report.flags).toEqual({ destroy: true, widen: true, public: true, outage: true });
    expect(text.split("\n")[0]).toContain(said);
  });
});

describe("a review names the parts that it does not evaluate:", () => {
  it.each<[string, object, string]>([
    [
      "actions",
      { action_invocations: [{ address: "action.aws_lambda_invoke.warm" }] },
      "1 action invoked (action.aws_lambda_invoke.warm)",
    ],
    [
      "checks",
      {
        checks: [
          { address: { to_display: "check.health" }, status: "fail" },
          { address: { to_display: "check.cost" }, status: "pass" },
          { address: { to_display: "aws_sqs_queue.jobs" }, status: "unknown" },
        ],
      },
      "1 check known after apply (aws_sqs_queue.jobs)",
    ],
    [
      "data sources that apply reads",
      {
        resource_changes: [
          resource(
            { actions: ["read"], before: null, after: {}, after_unknown: {} },
            { address: "data.aws_ami.it", mode: "data", type: "aws_ami" },
          ),
        ],
      },
      "1 data source read during apply",
    ],
    [
      "members of later versions",
      { query_results: [{ a: 1 }] },
      "1 unknown member of the plan (query_results)",
    ],
  ])("%s", (_, members, said) => {
    // Act
    const { report, text } = review(members);

    // Assess
    expect(report.unsupportedParts.join("; ")).toBe(said);
    expect(text.replaceAll("\\", "")).toContain(`dev, not determined: ${said}.`);
  });

  it("none when it evaluates all parts", () => {
    // Act
    const { report, text } = review({
      timestamp: "2026-11-29T00:00:00Z",
      applyable: true,
      complete: true,
      errored: false,
      prior_state: { format_version: "1.0" },
      relevant_attributes: [{ resource: "aws_sqs_queue.jobs", attribute: ["id"] }],
      variables: { region: { value: "us-east-1" } },
      checks: [{ address: { to_display: "check.health" }, status: "pass" }],
      resource_changes: [resource(UPDATE)],
    });

    // Assess
    expect(report.unsupportedParts).toEqual([]);
    expect(text).not.toContain("not determined");
  });
});
