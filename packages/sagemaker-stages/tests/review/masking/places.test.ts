import { describe, expect, it } from "@jest/globals";
import { readPlan } from "../../../src/review/reading/plan";
import { toMarkdown } from "../../../src/review/rendering/render";
import { reportOf } from "../../../src/review/report";
import { type PlanParts, planJson } from "../support/plan-json";

const SECRET = "quietOtter42x";
const TOKEN = `ghp_${"a1B2".repeat(9)}`;

/** A resource whose description contains the secret. No name near the secret indicates a secret. */
const REPEATED: PlanParts = {
  resources: [
    {
      address: "aws_example.it",
      actions: ["update"],
      before: { description: "x" },
      after: { description: `uses ${SECRET}` },
    },
  ],
};

/** The output of the review: Markdown and JSON, or the message of the error. */
function shownOf(parts: PlanParts, members: object = {}, file = "dev.json"): string {
  const text = JSON.stringify({ ...JSON.parse(planJson(parts)), ...members });
  try {
    const report = reportOf([readPlan(text, file)]);
    return `${toMarkdown(report)}\n${JSON.stringify(report)}`;
  } catch (error) {
    return String(error);
  }
}

const ofData = {
  resources: [{ mode: "data", values: { secret_string: SECRET }, sensitive_values: { secret_string: true } }],
};

describe("a review masks a secret in a text when the secret is in", () => {
  it.each<[string, object]>([
    ["a variable whose name indicates a secret", { variables: { db_password: { value: SECRET } } }],
    [
      "a sensitive variable",
      {
        variables: { it: { value: SECRET } },
        configuration: { root_module: { variables: { it: { sensitive: true } } } },
      },
    ],
    [
      "the default of a variable",
      { configuration: { root_module: { variables: { it: { default: SECRET, sensitive: true } } } } },
    ],
    [
      "the configuration of a provider",
      { configuration: { provider_config: { x: { expressions: { api_key: { constant_value: SECRET } } } } } },
    ],
    [
      "the call of a module",
      {
        configuration: {
          root_module: { module_calls: { m: { expressions: { db_password: { constant_value: SECRET } } } } },
        },
      },
    ],
    ["a data source", { prior_state: { values: { root_module: ofData } } }],
    ["a data source of a module", { prior_state: { values: { root_module: { child_modules: [ofData] } } } }],
    [
      "an output of the state",
      { prior_state: { values: { outputs: { it: { sensitive: true, value: SECRET } } } } },
    ],
    ["a planned output", { planned_values: { outputs: { it: { sensitive: true, value: SECRET } } } }],
  ])("%s", (_, members) => {
    // Act
    const shown = shownOf(REPEATED, members);

    // Assess
    expect(shown).toContain("uses ‹masked›");
    expect(shown).not.toContain(SECRET);
  });
});

describe("a review shows no secret that is", () => {
  it.each<[string, PlanParts, object?, string?]>([
    [
      "a key of a map that forces a replacement",
      {
        resources: [
          {
            address: "aws_example.it",
            actions: ["delete", "create"],
            before: { map: { [TOKEN]: "1" } },
            after: { map: { [TOKEN]: "2" } },
            replacePaths: [["map", TOKEN]],
          },
        ],
      },
    ],
    ["the name of an environment", { environment: TOKEN }],
    ["the name of the plan's file", {}, { configuration: {} }, `${TOKEN}.json`],
    ["the region", { region: TOKEN }],
    ["the name of an output", { outputs: { [TOKEN]: { actions: ["create"], after: "x" } } }],
    ["the name of an invalid output", {}, { output_changes: { [TOKEN]: { actions: "x" } } }],
    ["the address of an action", { invocations: [{ address: `action.x.y["${TOKEN}"]` }] }],
    [
      "the message of a check",
      {},
      {
        checks: [
          {
            address: { to_display: "check.a" },
            status: "fail",
            instances: [{ problems: [{ message: `password: ${TOKEN}` }] }],
          },
        ],
      },
    ],
    [
      "a tag that was changed outside of Terraform",
      {
        drift: [
          {
            address: "aws_example.it",
            actions: ["update"],
            before: { tags: {} },
            after: { tags: { [TOKEN]: TOKEN } },
          },
        ],
      },
    ],
  ])("%s", (...[, parts, members, file]) => {
    // Act and assess
    expect(shownOf(parts, members, file)).not.toContain(TOKEN);
  });
});
