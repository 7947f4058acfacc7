import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Response, send } from "./support/client";
import { OWN_HANDLER, ProjectCopy } from "./support/project";
import { REPAID_ROW } from "./support/rows";
import { RunningStage } from "./support/running-stage";

const START_TIMEOUT_IN_MS = 90_000;
/** The time-out of a reload: sufficient for two syntheses on a slow machine. */
const RELOAD_TIMEOUT_IN_MS = 30_000;

const CONTRACT = "functions/loan-default/contract.ts";
const HANDLER = "functions/loan-default/handler.ts";

let project: ProjectCopy;
let stage: RunningStage;
let contract: string;

beforeAll(async () => {
  project = new ProjectCopy();
  contract = project.read(CONTRACT);
  stage = await RunningStage.serve(project, ["dev"]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
});

function call(data: string): Promise<Response> {
  return send(stage.url, {
    path: "/dev/loan-default",
    headers: { "x-api-key": "local-dev-key-not-a-secret", "Content-Type": "application/json" },
    body: JSON.stringify({ data }),
  });
}

/** Changes the contract, and waits until the new version is served. */
async function change(from: string, to: string): Promise<void> {
  const start = stage.output.length;
  project.edit(CONTRACT, () => contract.replace(from, to));
  await stage.printed("Reloaded in", start);
}

/** The number of the contract's line with `text`, from 1. */
function lineOf(text: string): number {
  return (
    project
      .read(CONTRACT)
      .split("\n")
      .findIndex((line) => line.includes(text)) + 1
  );
}

/** A row other than the contract's example, with which the synthesis runs the contract. */
const ROW = REPAID_ROW.replace("52000.5", "99.25");

describe("a contract that throws", () => {
  it.each([
    [
      "encoding",
      "encode({ data }) {",
      'encode({ data }) {\n    if (String(data).startsWith("99.25")) throw new RangeError("no scaler for " + data.slice(0, 5));',
      "throw new RangeError",
      "RangeError: no scaler for 99.25",
    ],
    [
      "decoding",
      "decode(body, { data }) {",
      'decode(body, { data }) {\n    if (String(data).startsWith("99.25")) JSON.parse("<html>");',
      'JSON.parse("<html>")',
      "SyntaxError: Unexpected token '<'",
    ],
    [
      "checking a request",
      'const cells = payload.value.split(",", FEATURES + 1);',
      'const cells = payload.value.split(",", FEATURES + 1);\n  if (cells[0] === "99.25") (cells[40] as string).trim();',
      ".trim();",
      "TypeError: Cannot read properties of undefined (reading 'trim')",
    ],
  ])(
    "an error while %s is reported with its message, its file and its line",
    async (_, from, to, text, message) => {
      // Prepare
      await change(from, to);
      const start = stage.output.length;

      // Act
      const answer = await call(ROW);
      const output = await stage.printed("\n    at functions/", start);

      // Assess
      const place = `functions/loan-default/contract.ts:${lineOf(text)}:`;
      expect(answer.status).toBe(500);
      expect(answer.body).not.toContain("99.25");
      expect(output).toContain(`dev-loan-default: ${message}`);
      expect(output).toMatch(new RegExp(`\n    at ${place.replaceAll(".", "\\.")}\\d+\n`));
      // The handler's log line, as on AWS: without the message, which can contain the request.
      const [line = ""] = output.split("\n").filter((one) => one.startsWith('{"requestId"'));
      expect(JSON.parse(line)).toMatchObject({ status: 500, error: { type: message.split(":")[0] } });
      expect(line).not.toContain("99.25");
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "the error is reported with its new line number after a comment is added above the line",
    async () => {
      // Prepare
      await change(
        "encode({ data }) {",
        'encode({ data }) {\n    if (String(data).startsWith("99.25")) throw new RangeError("no scaler");',
      );
      const again = stage.output.length;
      project.edit(CONTRACT, (before) => `// A comment.\n// Another one.\n${before}`);
      await stage.printed("Reloaded in", again);
      const from = stage.output.length;

      // Act
      await call(ROW);
      const output = await stage.printed("\n    at functions/", from);

      // Assess
      expect(output).toContain(`at functions/loan-default/contract.ts:${lineOf("throw new RangeError")}:`);
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "an error that the contract catches is not reported",
    async () => {
      // Prepare
      await change(
        "decode(body, { data }) {",
        'decode(body, { data }) {\n    try { JSON.parse("<html>"); } catch {}',
      );
      const start = stage.output.length;

      // Act
      const answer = await call(ROW);
      const output = await stage.printed('"status":200', start);

      // Assess
      expect(answer.status).toBe(200);
      expect(output).not.toContain("SyntaxError");
    },
    RELOAD_TIMEOUT_IN_MS,
  );
});

describe("a handler that throws while it is loaded", () => {
  it(
    "the error is reported with its message, its file and its line",
    async () => {
      // Prepare
      const start = stage.output.length;

      // Act
      project.write(HANDLER, `${OWN_HANDLER}\nthrow new RangeError("the vocabulary is empty");\n`);
      const output = await stage.printed("Not reloaded", start);

      // Assess
      expect(output).toMatch(
        /RangeError: the vocabulary is empty \(functions\/loan-default\/handler\.ts:\d+:\d+\)\n/,
      );
    },
    RELOAD_TIMEOUT_IN_MS,
  );
});
