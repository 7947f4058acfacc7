import { describe, expect, it } from "@jest/globals";
import { UsageError } from "../../../src/lib/arguments";
import { MAX_COMMENT_CHARACTERS } from "../../../src/review/rendering/document";
import { toMarkdown } from "../../../src/review/rendering/render";
import {
  DEFAULT_LAYOUT,
  type Layout,
  readSections,
  SECTION_NAMES,
} from "../../../src/review/rendering/sections";
import { readTemplate } from "../../../src/review/rendering/template";
import { reportOf } from "../../../src/review/report";
import { type PlannedChange, planned } from "../support/planned";
import { recordedPlan } from "../support/recorded-plans";

const renamed = reportOf([recordedPlan("renamed")]);
const VERDICT = `${renamed.verdict}\n`;

/** Headings and summaries of folded sections, in their order. */
function titlesOf(markdown: string): string[] {
  return [...markdown.matchAll(/^(?:#+ (.*)|<details><summary>(.*)<\/summary>)$/gm)].map(
    ([, heading, summary]) => heading ?? summary ?? "",
  );
}

function template(...lines: readonly string[]) {
  return readTemplate(lines.join("\n"), "review.md");
}

describe("--sections", () => {
  it("prints the verdict and the sections in their order", () => {
    // Act
    const markdown = toMarkdown(renamed, { layout: readSections(["outputs, destroyed", "access"]) });

    // Assess
    expect(markdown.startsWith(VERDICT)).toBe(true);
    expect(titlesOf(markdown)).toEqual(["Outputs: 1", "Destroyed or replaced", "New or wider permissions"]);
    expect(markdown).not.toContain("| environment |");
  });

  it("prints a chapter per environment when there are several", () => {
    // Prepare
    const report = reportOf([recordedPlan("renamed"), { ...recordedPlan("widened"), environment: "dev" }]);

    // Act
    const markdown = toMarkdown(report, { layout: readSections(["access"]) });

    // Assess
    expect(titlesOf(markdown)).toEqual([
      "prod",
      "prod: New or wider permissions",
      "dev",
      "dev: New or wider permissions",
    ]);
  });

  it("prints only the verdict when the sections are empty", () => {
    // Act and assess
    expect(toMarkdown(renamed, { layout: readSections(["drift"]) })).toBe(VERDICT);
  });

  it("contains every section by default", () => {
    // Act and assess
    expect(toMarkdown(renamed, { layout: readSections([SECTION_NAMES.join()]) })).toBe(toMarkdown(renamed));
  });

  it("rejects an unknown name with the allowed names", () => {
    // Act and assess
    expect(() => readSections(["cost,prices"])).toThrow(
      '--sections: got "prices"; allowed: summary, undetermined, differences, checks, releases, destroyed, outages, risks, public, access, permissions, cost, changes, drift, outputs',
    );
  });
});

describe("the changed document of a policy or an API", () => {
  const policy = (members: object): string =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Resource: "*", ...members }],
    });
  const role = (before: string, after: string): PlannedChange => ({
    type: "aws_iam_role_policy",
    before: { role: "r", name: "p", policy: before },
    after: { role: "r", name: "p", policy: after },
  });
  const narrow = policy({ Action: "s3:GetObject" });
  const wide = policy({ Action: ["s3:GetObject", "sqs:SendMessage"] });
  const VALUES = /`policy`: `JSON of \d+ characters` → `(?:another: )?JSON of \d+ characters`/;

  it.each<[string, Layout, RegExp]>([
    ["below the section of permissions", readSections(["access,changes"]), /`policy`: see above/],
    ["by default", DEFAULT_LAYOUT, /`policy`: see above/],
    ["above the section of permissions", readSections(["changes,access"]), /`policy`: see below/],
    [
      "above the section of permissions in a template",
      template("{{verdict}}", "{{changes}}", "{{permissions}}"),
      /`policy`: see below/,
    ],
    ["without the section of permissions", readSections(["changes"]), VALUES],
    ["with another section only", readSections(["public,changes"]), VALUES],
  ])("is shown %s", (_, layout, expected) => {
    // Act
    const markdown = toMarkdown(reportOf([planned([role(narrow, wide)])]), { layout });

    // Assess
    expect(markdown).toMatch(expected);
  });

  it("is shown by its values when the section contains only a part of its changes", () => {
    // Prepare
    const [before, after] = ["sqs:SendMessage", "sqs:ReceiveMessage"].map((Action) => policy({ Action }));
    const report = reportOf([planned([role(before ?? "", after ?? "")])]);

    // Act
    const markdown = toMarkdown(report, { layout: readSections(["access,changes"]) });

    // Assess
    expect(markdown).toMatch(VALUES);
  });

  it("refers to the section of routes", () => {
    // Prepare
    const body = (type: string): string =>
      JSON.stringify({
        openapi: "3.0.1",
        paths: { "/a": { post: { "x-amazon-apigateway-auth": { type } } } },
      });
    const api: PlannedChange = {
      type: "aws_api_gateway_rest_api",
      before: { name: "api", body: body("NONE") },
      after: { name: "api", body: body("AWS_IAM") },
    };
    const report = reportOf([planned([api])]);

    // Act
    const [above, absent] = ["public,changes", "access,changes"].map((sections) =>
      toMarkdown(report, { layout: readSections([sections]) }),
    );

    // Assess
    expect(above).toContain("`body`: see above");
    expect(absent).toMatch(/`body`: `JSON of \d+ characters`/);
  });
});

describe("the warning about differences between environments", () => {
  const change = (memory: number): PlannedChange => ({
    type: "aws_lambda_function",
    before: { function_name: "f", memory_size: 1 },
    after: { function_name: "f", memory_size: memory },
  });
  const report = reportOf([
    { ...planned([change(1)]), environment: "dev" },
    { ...planned([change(2)]), environment: "prod" },
  ]);

  it.each([
    ["summary,differences", "in the same way: 1 difference below."],
    ["differences,summary", "in the same way: 1 difference above."],
    ["summary", "in the same way: 1 difference."],
  ])("names the place of the differences in --sections %s", (sections, expected) => {
    // Act and assess
    expect(toMarkdown(report, { layout: readSections([sections]) })).toContain(expected);
  });
});

describe("a template", () => {
  it("contains its own text, sections in its order, and its own headings", () => {
    // Act
    const markdown = toMarkdown(renamed, {
      layout: template(
        "{{verdict}}",
        "",
        "Read the [rules](https://example.com/rules).",
        "",
        "{{access: Who gains permissions}}",
        "{{ destroyed }}",
        "*The platform team*",
      ),
    });

    // Assess
    expect(markdown.startsWith(`${VERDICT}\nRead the [rules](https://example.com/rules).\n\n`)).toBe(true);
    expect(titlesOf(markdown)).toEqual(["Who gains permissions", "Destroyed or replaced"]);
    expect(markdown.endsWith("\n\n*The platform team*\n")).toBe(true);
  });

  it("contains a section of all environments at its placeholder", () => {
    // Prepare
    const report = reportOf([recordedPlan("renamed"), { ...recordedPlan("widened"), environment: "dev" }]);

    // Act
    const markdown = toMarkdown(report, {
      layout: template("{{verdict}}", "{{access: Gains}}", "{{outputs}}"),
    });

    // Assess
    expect(titlesOf(markdown)).toEqual(["prod: Gains", "dev: Gains", "prod: Outputs: 1"]);
  });

  it("never gets a placeholder or Markdown from a value of the plan", () => {
    // Prepare
    const value = "{{cost}} **bold** <b>html</b> [link](https://evil.example) | cell";
    const change: PlannedChange = {
      type: "aws_db_instance",
      before: { identifier: value, publicly_accessible: false },
      after: { identifier: value, publicly_accessible: true },
    };

    // Act
    const markdown = toMarkdown(reportOf([planned([change])]), {
      layout: template("{{verdict}}", "{{risks}}"),
    });

    // Assess
    expect(titlesOf(markdown)).toEqual(["Dangerous settings"]);
    expect(markdown).toContain("{{cost}}");
    expect(markdown).not.toMatch(/[^\\]\*\*bold|[^\\]<b|[^\\]\[link|https:\/\/evil/);
  });

  it("leaves out rows when the comment is too long, and keeps its own text", () => {
    // Prepare
    const queues = Array.from({ length: 1_500 }, (_, index): PlannedChange => {
      const name = `queue-${index}-${"x".repeat(60)}`;
      return { type: "aws_sqs_queue", name, after: { name } };
    });

    // Act
    const markdown = toMarkdown(reportOf([planned(queues)]), {
      layout: template("{{verdict}}", "{{changes}}", "The end."),
    });

    // Assess
    expect(markdown.length).toBeLessThanOrEqual(MAX_COMMENT_CHARACTERS);
    expect(markdown).toMatch(/\*\d+ of 1,500 rows are left out/);
    expect(markdown.endsWith("The end.\n")).toBe(true);
  });

  it("is rejected when its text is too long", () => {
    // Prepare
    const limit = 30_000;
    const lines = (size: number) => ["{{verdict}}", "x".repeat(size - "{{verdict}}\n".length)];

    // Act and assess
    expect(() => template(...lines(70_000))).toThrow(
      new UsageError("--template review.md: got 70,000 characters; allowed: 30,000 characters"),
    );
    expect(() => template(...lines(limit + 1))).toThrow(UsageError);
    expect(toMarkdown(renamed, { layout: template(...lines(limit)) }).length).toBeLessThan(
      MAX_COMMENT_CHARACTERS,
    );
  });

  it.each<[string, readonly string[], string]>([
    ["no verdict in the first line", ["{{cost}}"], "the first line must be {{verdict}}"],
    [
      "an unknown placeholder",
      ["{{verdict}}", "{{prices}}"],
      "line 2: got {{prices}}; allowed: {{verdict}}, {{summary}},",
    ],
    ["a repeated placeholder", ["{{verdict}}", "{{cost}}", "{{cost}}"], "line 3: {{cost}} is repeated"],
    [
      "a placeholder inside of a line",
      ["{{verdict}}", "Cost: {{cost}}"],
      "line 2: a placeholder must be alone on its line; got Cost: {{cost}}",
    ],
    [
      "a heading of a section without one",
      ["{{verdict}}", "{{changes: All}}"],
      "line 2: {{changes}} has no heading to replace",
    ],
  ])("is rejected with %s", (_, lines, message) => {
    // Act and assess
    expect(() => template(...lines)).toThrow(`--template review.md: ${message}`);
  });

  it("is rejected with all its faults at once", () => {
    // Act and assess
    expect(() => template("{{cost}}", "{{prices}}")).toThrow(
      /first line must be.*; line 2: got \{\{prices\}\}/,
    );
  });
});
