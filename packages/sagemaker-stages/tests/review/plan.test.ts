import { describe, expect, it } from "@jest/globals";
import { NotReviewable } from "../../src/review/errors";
import { readPlan, withConstructPaths } from "../../src/review/reading/plan";
import { planJson, planOf } from "./support/plan-json";
import { recordedPlan } from "./support/recorded-plans";

describe("a plan", () => {
  it("belongs to the environment in the provider's default tag", () => {
    // Act
    const { environment, region } = readPlan(planJson({ environment: "staging" }), "whatever.json");

    // Assess
    expect({ environment, region }).toEqual({ environment: "staging", region: "us-east-1" });
  });

  it.each(["prod.json", "plans/prod.plan.json", "C:\\plans\\prod-tfplan.json"])(
    "belongs to the environment in the file's name when the tag is missing: %s",
    (file) => {
      // Prepare
      const text = JSON.stringify({ ...JSON.parse(planJson({})), configuration: {} });

      // Act
      const { environment, region } = readPlan(text, file);

      // Assess
      expect({ environment, region }).toEqual({ environment: "prod", region: undefined });
    },
  );

  it("reads environment and region from the provider without an alias when the plan has several providers", () => {
    // Prepare
    const document = JSON.parse(planJson({ environment: "staging", region: "eu-central-1" }));
    const { aws } = document.configuration.provider_config;
    document.configuration.provider_config = {
      "aws.us_east_1": {
        ...aws,
        alias: "us_east_1",
        expressions: { ...aws.expressions, region: { constant_value: "us-east-1" } },
      },
      aws,
    };

    // Act
    const { environment, region } = readPlan(JSON.stringify(document), "whatever.json");

    // Assess
    expect({ environment, region }).toEqual({ environment: "staging", region: "eu-central-1" });
  });

  it("contains managed resources, and no data sources", () => {
    // Act
    const { resources } = recordedPlan("nothing");

    // Assess
    expect(resources).toHaveLength(33);
    expect(new Set(resources.flatMap(({ actions }) => actions))).toEqual(new Set(["no-op"]));
    expect(resources.every(({ before, after }) => before !== undefined && after !== undefined)).toBe(true);
  });

  it("uses the construct paths if they are available", () => {
    // Prepare
    const plan = planOf({
      resources: [
        { address: "aws_iam_role.a_1", actions: ["create"], after: {} },
        { address: "aws_iam_role.b_2", actions: ["create"], after: {} },
      ],
    });

    // Act
    const { resources } = withConstructPaths(plan, new Map([["aws_iam_role.a_1", "a/role"]]));

    // Assess
    expect(resources.map(({ path }) => path)).toEqual(["a/role", "aws_iam_role.b_2"]);
  });

  describe("is refused with the remedy and without its content when it", () => {
    it.each([
      ["is not JSON", "sk-secret", "is not JSON"],
      ["is something else", JSON.stringify({ secret: "sk-secret" }), "(format_version is missing)"],
      [
        "has an unknown action",
        planJson({ resources: [{ address: "a.b", actions: ["sk-secret"] }] }),
        "(resource_changes.0.change.actions.0: ",
      ],
      ["has another format", JSON.stringify({ ...JSON.parse(planJson({})), format_version: "2.0" }), "1.x"],
      [
        "is a state",
        JSON.stringify({ format_version: "1.0", values: { outputs: { secret: "sk-secret" } } }),
        "is a state",
      ],
    ])("%s", (_, text, said) => {
      // Act
      const act = () => readPlan(text, "plan.json");

      // Assess
      expect(act).toThrow(NotReviewable);
      expect(act).toThrow(said);
      expect(act).toThrow(/^plan\.json/);
      expect(act).not.toThrow(/sk-secret/);
    });
  });
});
