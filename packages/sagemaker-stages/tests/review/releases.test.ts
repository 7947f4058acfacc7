import { describe, expect, it } from "@jest/globals";
import { describeRelease, releaseDigest } from "../../src/environment/releases";
import type { ReleaseContent } from "../../src/environment/settings/model-source/release";
import { readPlan } from "../../src/review/reading/plan";
import { toMarkdown } from "../../src/review/rendering/render";
import { type Report, reportOf } from "../../src/review/report";
import { RELEASE } from "../environment/support/releases";
import { planJson, type ResourceJson } from "./support/plan-json";

const ACCOUNT = "111122223333";
const stays: ResourceJson = {
  address: "aws_vpc.stays",
  actions: ["no-op"],
  before: { id: "1" },
  after: { id: "1" },
};

/** A release that staging served on a day. */
function releaseWith(part: Partial<ReleaseContent>, seen = "2026-11-30"): ReleaseContent {
  const release: ReleaseContent = { ...RELEASE, ...part };
  const evidence = { digest: releaseDigest(release), account: ACCOUNT, region: "eu-central-1", seen };
  return { ...release, deployedIn: { staging: evidence } };
}

/** A release in the outputs of prod. */
function inProd(release: ReleaseContent, part: { readonly promotedFrom?: string } = {}) {
  return describeRelease(release, { name: "prod", region: "eu-central-1", ...part }, ACCOUNT);
}

const before = inProd(
  releaseWith({
    id: "2026-11-13",
    artifact: { ...RELEASE.artifact, sha256: "0".repeat(64) },
    metrics: { accuracy: { value: 0.95, source: "a" }, recall: { value: 0.9, source: "a" } },
  }),
  { promotedFrom: "staging" },
);
const metrics = { accuracy: { value: 0.97, source: "a" }, recall: { value: 0.9, source: "a" } };
const after = inProd(releaseWith({ metrics }), { promotedFrom: "staging" });

/** The review of a plan of prod whose releases change. */
function review(was: unknown, is: unknown): { readonly report: Report; readonly text: string } {
  const json = planJson({
    environment: "prod",
    resources: [
      stays,
      {
        address: "terraform_data.deployed_releases",
        actions: [was === undefined ? "create" : is === undefined ? "delete" : "update"],
        ...(was === undefined ? {} : { before: { id: "1", input: was, output: was } }),
        ...(is === undefined ? {} : { after: { id: "1", input: is }, unknown: { output: true } }),
      },
    ],
  });
  const report = reportOf([readPlan(json, "prod.json")]);
  return { report, text: toMarkdown(report) };
}

describe("the review of a release", () => {
  it("counts the resource of the releases as Terraform counts it", () => {
    // Act
    const { report } = review(undefined, { "breast-cancer": after });

    // Assess
    const [one] = report.environments;
    expect(one?.counts.create).toBe(1);
    expect(one?.planned.add).toBe(1);
  });

  it("says what is promoted, from which environment, and the changed metrics", () => {
    // Act
    const { report } = review({ "breast-cancer": before }, { "breast-cancer": after });

    // Assess
    expect(report.verdict).toBe(
      "prod: breast-cancer 2026-11-20 promoted, the bytes that staging served on 2026-11-30 (accuracy 0.95 → 0.97) · nothing destroyed",
    );
  });

  it("lists the metrics before and after with the artifact and the image", () => {
    // Act
    const { text } = review({ "breast-cancer": before }, { "breast-cancer": after });

    // Assess
    expect(text).toContain("Releases: 1");
    expect(text).toContain(
      `| \`breast-cancer\` | \`2026-11-13\` | \`2026-11-20\` | promoted, the bytes that staging served on 2026-11-30 | accuracy 0.95 → 0.97, recall 0.9 | \`artifact sha256:${RELEASE.artifact.sha256}, image sha256:`,
    );
  });

  it("does not say that a release of a model package pins bytes", () => {
    // Prepare
    const { artifact: _, images: __, ...common } = RELEASE;
    const arn = "arn:aws:sagemaker:eu-central-1:444455556666:model-package/breast-cancer/7";
    const packaged: ReleaseContent = {
      ...common,
      modelPackage: { arn, imageUris: [], artifacts: [] },
      deployedIn: {
        staging: { digest: "", account: ACCOUNT, region: "eu-central-1", seen: "2026-11-21" },
      },
    };

    // Act
    const { report } = review(
      { "breast-cancer": before },
      { "breast-cancer": inProd(packaged, { promotedFrom: "staging" }) },
    );

    // Assess
    expect(report.verdict).toContain("promoted, the package that staging served on 2026-11-21");
    expect(report.verdict).not.toContain("bytes");
  });

  it("does not say promoted in an environment without promotedFrom", () => {
    // Act
    const { report } = review(undefined, { "breast-cancer": inProd(RELEASE) });

    // Assess
    expect(report.verdict).toBe(
      "prod: breast-cancer 2026-11-20 released (accuracy 0.9 (new)) · nothing destroyed",
    );
  });

  it("names a model that no longer has a release", () => {
    // Act
    const { report } = review({ "breast-cancer": before }, undefined);

    // Assess
    expect(report.verdict).toBe(
      "prod: breast-cancer no longer has a release (before: 2026-11-13) · nothing destroyed",
    );
  });

  it("reports no change of a release when only the evidence is newer", () => {
    // Act
    const { report } = review(
      { "breast-cancer": { ...after, seen: "2026-11-01" } },
      { "breast-cancer": after },
    );

    // Assess
    expect(report.environments[0]?.releases).toEqual([]);
    expect(report.verdict).toBe("prod: 1 updated · nothing destroyed");
  });

  it("reports new bytes under the same id", () => {
    // Prepare
    const other = { ...after, digest: `sha256:${"1".repeat(64)}` };

    // Act
    const { report } = review({ "breast-cancer": other }, { "breast-cancer": after });

    // Assess
    expect(report.environments[0]?.releases).toMatchObject([{ before: "2026-11-20", after: "2026-11-20" }]);
  });

  it("ignores values of another form", () => {
    // Act
    const { report } = review("1", { a: "2" });

    // Assess
    expect(report.environments[0]?.releases).toEqual([]);
  });
});
