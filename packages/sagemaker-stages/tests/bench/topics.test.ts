import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { readTopics, TOPICS, UsageError, usage } from "../../bench/topics";

const REPOSITORY = join(__dirname, "../../../..");
const NAMES = Object.keys(TOPICS);

describe("readTopics", () => {
  it("selects all topics when no topic is named", () => {
    expect(readTopics([]).map(({ topic }) => topic)).toEqual(NAMES);
  });

  it("selects the named topics in their order, with the seconds of a timed topic", () => {
    expect(readTopics(["gateway", "handler", "flood", "60"])).toEqual([
      { topic: "gateway", seconds: 10 },
      { topic: "handler", seconds: 10 },
      { topic: "flood", seconds: 60 },
    ]);
  });

  it("keeps the streams open for 60 seconds, or for the given seconds", () => {
    expect(readTopics(["streams", "streams", "5"])).toEqual([
      { topic: "streams", seconds: 60 },
      { topic: "streams", seconds: 5 },
    ]);
  });

  it.each([
    ["an unknown topic", ["handler", "cold"], "cold"],
    ["the name of a property of every object", ["toString"], "toString"],
    ["a number without a topic", ["60"], "60"],
    ["a number after a topic without a duration", ["handler", "60"], "60"],
    ["a number that is not a whole number of seconds", ["flood", "0.5"], "0.5"],
  ])("refuses %s, and names the word and all topics", (_title, words, wrong) => {
    // Act
    const read = () => readTopics(words);

    // Assess
    expect(read).toThrow(UsageError);
    expect(read).toThrow(`topic: got "${wrong}"; allowed: ${NAMES.join(", ")}`);
    expect(read).toThrow(usage());
  });
});

describe("usage", () => {
  it.each(NAMES)("lists the topic %s", (name) => {
    expect(usage()).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
  });

  it.each(NAMES)("has the topic %s, as CONTRIBUTING.md has", (name) => {
    expect(readFileSync(join(REPOSITORY, "CONTRIBUTING.md"), "utf8")).toContain(`\n| \`${name}\` |`);
  });
});

describe("npm run bench", () => {
  it("ends with status 2 and the usage when a topic is unknown", () => {
    // Act
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", "packages/sagemaker-stages/bench/main.ts", "synthesys"],
      { cwd: REPOSITORY, encoding: "utf8" },
    );

    // Assess
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain('topic: got "synthesys"');
    expect(stderr).toContain(usage());
  });
});
