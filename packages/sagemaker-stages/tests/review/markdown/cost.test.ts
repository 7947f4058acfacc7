import { describe, expect, it } from "@jest/globals";
import { costChange } from "../../../src/review/cost";
import { costSection } from "../../../src/review/markdown/cost";
import { LONGEST_COMMENT } from "../../../src/review/markdown/document";
import { toMarkdown } from "../../../src/review/markdown/render";
import { reportOf } from "../../../src/review/report";
import { type PlannedChange, planned } from "../support/planned";

const ALARM: PlannedChange = { type: "aws_cloudwatch_metric_alarm", name: "alarm", after: { period: 60 } };
const BUCKET: PlannedChange = { type: "aws_s3_bucket", name: "bucket", before: { bucket: "b" } };

const endpointOn = (instance_type: string, initial_instance_count: number) => ({
  production_variants: [{ variant_name: "AllTraffic", instance_type, initial_instance_count }],
});

const LARGER: PlannedChange = {
  type: "aws_sagemaker_endpoint_configuration",
  before: endpointOn("ml.m5.large", 1),
  after: endpointOn("ml.p4d.24xlarge", 4),
};

function sectionOf(...changes: readonly PlannedChange[]) {
  const [section] = costSection(costChange(planned(changes)), (title) => title);
  return section;
}

describe("the cost's heading", () => {
  it.each<[string, PlannedChange[], string, string[]]>([
    [
      "the difference",
      [ALARM],
      "Cost at rest: +$0.10 a month",
      ["$0.00 → $0.10 a month, of what has a price at rest."],
    ],
    [
      "that not all is counted, and no difference of nothing",
      [LARGER],
      "Cost at rest: not all is counted",
      ["$83.95 → $0.00 a month, of what has a price at rest; without what is not counted in the table."],
    ],
    [
      "that not all is counted, with what is",
      [LARGER, ALARM],
      "Cost at rest: not all is counted; what is: +$0.10 a month",
      ["$83.95 → $0.10 a month, of what has a price at rest; without what is not counted in the table."],
    ],
    ["nothing of a month at rest where none changes", [BUCKET], "Cost", []],
  ])("says %s", (_, changes, title, sums) => {
    // Act
    const section = sectionOf(...changes);

    // Assess
    expect(section?.title).toBe(title);
    expect(section?.paragraphs.filter((paragraph) => paragraph.includes("at rest"))).toEqual(sums);
  });
});

describe("a region without prices", () => {
  it("is said to have none, and nothing else", () => {
    // Prepare
    const cost = costChange(planned([LARGER], "eu-central-1"));

    // Act
    const sections = costSection(cost, (title) => title);

    // Assess
    expect(sections).toMatchObject([{ title: "Cost", rows: [] }]);
    expect(sections[0]?.paragraphs).toContainEqual(
      expect.stringContaining("no price of eu-central-1 is known here: nothing is counted"),
    );
  });
});

describe("what is not counted", () => {
  it("is a row, at rest before by use, with what is known of its other side", () => {
    // Act
    const section = sectionOf(BUCKET, LARGER, ALARM);

    // Assess
    expect(section?.rows).toEqual([
      "| `stack/alarm` | alarm | a month |  | $0.10<br>1 alarm × $0.1 (alarm) | +$0.10 |",
      "| `stack/it` | variant AllTraffic: instances | a month | $83.95<br>1 × 730 h × $0.115 (ml.m5.large) | not counted: no price of ml.p4d.24xlarge in us-east-1 is known here (4 × 730 h) | not counted |",
      "| `stack/bucket` | aws\\_s3\\_bucket | its use | not counted: it costs by use |  | not counted |",
    ]);
  });

  it("is left out where a comment would be too long for it", () => {
    // Prepare
    const queues = Array.from(
      { length: 1_500 },
      (_, index): PlannedChange => ({
        type: "aws_sqs_queue",
        name: `queue-${index}`,
        after: { name: `q${index}` },
      }),
    );

    // Act
    const markdown = toMarkdown(reportOf([planned(queues)]));

    // Assess
    expect(markdown.length).toBeLessThanOrEqual(LONGEST_COMMENT);
    expect(markdown).toContain("rows are left out here");
  });
});
