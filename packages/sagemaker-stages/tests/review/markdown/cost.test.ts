import { describe, expect, it } from "@jest/globals";
import { costChange } from "../../../src/review/cost";
import { costSection } from "../../../src/review/rendering/cost";
import { MAX_COMMENT_CHARACTERS } from "../../../src/review/rendering/document";
import { toMarkdown } from "../../../src/review/rendering/render";
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

const FROM_UNKNOWN: PlannedChange = {
  type: "aws_sagemaker_endpoint_configuration",
  before: endpointOn("ml.p4d.24xlarge", 1),
  after: endpointOn("ml.g5.xlarge", 2),
};

const DELETED: PlannedChange = {
  type: "aws_sagemaker_endpoint_configuration",
  before: endpointOn("ml.p4d.24xlarge", 1),
};

function sectionOf(...changes: readonly PlannedChange[]) {
  const [section] = costSection(costChange(planned(changes)), "Cost");
  return section;
}

describe("the cost's heading", () => {
  it.each<[string, PlannedChange[], string, string[]]>([
    ["the difference", [ALARM], "Cost: +$0.10 per month", ["Monthly cost without requests: $0.00 → $0.10."]],
    [
      "only that the cost is partly unknown when no difference is counted",
      [LARGER],
      "Cost: partly unknown",
      ["Monthly cost without requests: $83.95 → unknown."],
    ],
    [
      "that the cost is partly unknown, with the counted difference",
      [LARGER, ALARM],
      "Cost: +$0.10 per month, partly unknown",
      ["Monthly cost without requests: $83.95 → at least $0.10."],
    ],
    [
      "no sum for the side whose price is unknown, and the whole sum of the other",
      [FROM_UNKNOWN],
      "Cost: partly unknown",
      ["Monthly cost without requests: unknown → $2,056.26."],
    ],
    [
      "a cost of nothing after the deletion of a charge whose price is unknown",
      [DELETED],
      "Cost: partly unknown",
      ["Monthly cost without requests: unknown → $0.00."],
    ],
    ["no monthly cost when none changes", [BUCKET], "Cost", []],
  ])("contains %s", (_, changes, title, sums) => {
    // Act
    const section = sectionOf(...changes);

    // Assess
    expect(section?.title).toBe(title);
    expect(section?.paragraphs.filter((paragraph) => paragraph.includes("Monthly"))).toEqual(sums);
  });
});

describe("a region without prices", () => {
  it("is the only text of the section", () => {
    // Prepare
    const cost = costChange(planned([LARGER], "eu-central-1"));

    // Act
    const sections = costSection(cost, "Cost");

    // Assess
    expect(sections).toMatchObject([{ title: "Cost", rows: [] }]);
    expect(sections[0]?.paragraphs).toContainEqual(
      expect.stringContaining("The review has no prices of eu-central-1, so nothing is counted"),
    );
    expect(sections[0]?.paragraphs).toContain("For unknown prices, see <https://aws.amazon.com/pricing/>.");
  });
});

describe("an uncounted charge", () => {
  it("is a row with the amount of the other side, monthly charges first", () => {
    // Act
    const section = sectionOf(BUCKET, LARGER, ALARM);

    // Assess
    expect(section?.rows).toEqual([
      "| `stack/alarm` | alarm | month |  | $0.10<br>1 alarm × $0.1 (alarm) | +$0.10 |",
      "| `stack/it` | variant AllTraffic: instances | month | $83.95<br>1 × 730 h × $0.115 (ml.m5.large) | not counted: price unknown: ml.p4d.24xlarge in us-east-1 (4 × 730 h) | not counted |",
      "| `stack/bucket` | aws\\_s3\\_bucket | use | not counted: charged by use |  | not counted |",
    ]);
  });

  it("has a link to AWS's current prices when its price is unknown", () => {
    // Act
    const section = sectionOf(LARGER);
    const known = sectionOf(ALARM);

    // Assess
    const link = "For unknown prices, see <https://aws.amazon.com/sagemaker-ai/pricing/>.";
    expect(section?.paragraphs).toContain(link);
    expect(known?.paragraphs.filter((paragraph) => paragraph.includes("https:"))).toEqual([]);
  });

  it("is named below the sums when the plan does not change it, so that the sums do not look complete", () => {
    // Prepare
    const gpu: PlannedChange = {
      type: "aws_sagemaker_endpoint_configuration",
      before: endpointOn("ml.p4d.24xlarge", 2),
      after: endpointOn("ml.p4d.24xlarge", 2),
    };

    // Act
    const section = sectionOf(gpu, ALARM);

    // Assess
    expect(section?.title).toBe("Cost: +$0.10 per month");
    expect(section?.paragraphs.slice(0, 3)).toEqual([
      "Monthly cost without requests: unknown → at least $0.10.",
      "The plan does not change these charges, and the sums do not contain them: `stack/it`, variant AllTraffic: instances (price unknown: ml.p4d.24xlarge in us-east-1 (2 × 730 h)).",
      "For unknown prices, see <https://aws.amazon.com/sagemaker-ai/pricing/>.",
    ]);
    expect(section?.rows).toHaveLength(1);
  });

  it("is left out when the comment is too long", () => {
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
    expect(markdown.length).toBeLessThanOrEqual(MAX_COMMENT_CHARACTERS);
    expect(markdown).toContain("rows are left out");
  });
});
