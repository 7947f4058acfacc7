import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { NotReviewable } from "../../src/review/errors";
import { parsePlan, textOf } from "../../src/review/reading/plan-text";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { planJson } from "./support/plan-json";

const PLAN = planJson({
  resources: [{ address: "a.b", actions: ["create"], after: { description: "größer" } }],
});
const PRETTY = JSON.stringify(JSON.parse(PLAN), null, 2);

const utf16be = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

describe("a plan is read", () => {
  it.each<[string, Buffer]>([
    ["in UTF-8", Buffer.from(PLAN)],
    ["in UTF-8 with a byte order mark", Buffer.from(`\ufeff${PLAN}`)],
    ["in UTF-16 of PowerShell", Buffer.from(`\ufeff${PLAN}`, "utf16le")],
    ["in UTF-16 without a byte order mark", Buffer.from(PLAN, "utf16le")],
    ["in UTF-16 of the other order", utf16be(`\ufeff${PLAN}`)],
    ["in UTF-16 of the other order without a byte order mark", utf16be(PLAN)],
    ["in lines", Buffer.from(PRETTY)],
    ["after npm's banner", Buffer.from(`\n> project@0.1.0 plan\n> terraform show -json {plan}\n\n${PLAN}\n`)],
    ["with the colours of a terminal", Buffer.from(`\u001b[1mplan\u001b[0m\n\u001b[0m${PLAN}\u001b[0m\n`)],
    ["after other words on the same line", Buffer.from(`output: ${PLAN}\n`)],
    ["before a wrapper's last line", Buffer.from(`${PLAN}\nDone in {3} s.\n`)],
    ["between lines with braces", Buffer.from(`{"level":"info"}\n{ start }\n${PRETTY}\n{"end":true}\n}`)],
    ["after a banner in UTF-16", Buffer.from(`\ufeffRunning …\r\n${PLAN}\r\n`, "utf16le")],
  ])("%s", (_, bytes) => {
    // Act and assess
    expect(parsePlan(textOf(bytes, "plan.json"), "plan.json")).toEqual(JSON.parse(PLAN));
  });
});

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const LOG = '{"@level":"info","@message":"Terraform 1.11.4","type":"version"}';

const REFUSED: readonly (readonly [string, string | Buffer, string])[] = [
  ["an empty file", "", "is empty"],
  ["a file of white space", " \n\n", "is empty"],
  ["a binary plan file", Buffer.from("PK\u0003\u0004\u00ff\u0001", "latin1"), "run `terraform show -json"],
  ["bytes that are not a text", Buffer.from([1, 2, 255, 254, 3]), "is not a text in UTF-8 or UTF-16"],
  ["a log in JSON lines", `${LOG}\n${LOG}\n`, "log of `terraform plan -json`"],
  ["a log of one line", LOG, "log of `terraform plan -json`"],
  ["a plan that is cut off", PLAN.slice(0, -40), "ends in the middle of the plan"],
  ["a plan in lines that is cut off", PRETTY.slice(0, -40), "ends in the middle of the plan"],
  ["a list", "[]", "not the JSON of a plan"],
  ["prose of 9 MB", "no plan ".repeat(1_200_000), "is not JSON"],
  ["20,000 levels", `{"format_version":"1.2","planned_values":${nested(20_000)}}`, "levels deep"],
  ["20,000 levels of lists", `${"[".repeat(20_000)}${"]".repeat(20_000)}`, "not the JSON of a plan"],
];

describe("the review refuses with one line that contains the remedy:", () => {
  const folder = makeTempFolder();
  afterAll(() => removeFolder(folder));

  it.each(REFUSED)("%s", (_, content, said) => {
    // Act
    const read = (): object =>
      parsePlan(typeof content === "string" ? content : textOf(content, "plan.json"), "plan.json");

    // Assess
    expect(read).toThrow(NotReviewable);
    expect(read).toThrow(said);
    expect(read).toThrow(/^plan\.json [^\n]*terraform show -json[^\n]*$/);
  });

  it.each<[string, string | Buffer | undefined, string]>([
    [
      "a state file",
      '{"version":4,"serial":1,"lineage":"a","resources":[]}',
      "is a state file, and not a plan",
    ],
    ["a state", '{"format_version":"1.0","values":{}}', "is a state, and not a plan"],
    [
      "an unknown format",
      PLAN.replace('"1.2"', '"2.0"'),
      'got format_version "2.0"; allowed: 0.1, 0.2 and 1.x',
    ],
    [
      "an unknown action",
      PLAN.replace('["create"]', '["rename"]'),
      "resource_changes.0.change.actions.0: allowed: no-op,",
    ],
    ["a folder", undefined, "is a folder; name the file"],
    ["20,000 levels", nested(20_000), "levels deep"],
  ])("%s, as a process", (name, content, said) => {
    // Prepare
    const file = join(folder, `${name.replaceAll(/\W/g, "-")}.json`);
    if (content === undefined) mkdirSync(file);
    else writeFileSync(file, content);

    // Act
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(__dirname, "../../bin/sagemaker-stages.js"), "review", file],
      { encoding: "utf8" },
    );

    // Assess
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(said);
    expect(stderr.trimEnd()).not.toContain("\n");
  });
});
