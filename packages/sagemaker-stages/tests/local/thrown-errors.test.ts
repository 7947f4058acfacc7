import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Response, send } from "./support/client";
import { DEV } from "./support/environments";
import { OWN_HANDLER, ProjectCopy } from "./support/project";
import { REPAID_ROW } from "./support/rows";
import { RunningStage } from "./support/running-stage";

const START_TIMEOUT_IN_MS = 90_000;
/** The time-out of a reload: sufficient for two syntheses on a slow machine. */
const RELOAD_TIMEOUT_IN_MS = 30_000;

const CONTRACT = "functions/loan-default/contract.ts";
const HANDLER = "functions/loan-default/handler.ts";

/** A row other than the contract's example, with which the synthesis runs the contract. */
const rowOf = (firstCell: string) => REPAID_ROW.replace("52000.5", firstCell);

/** The first cells of the rows for which the changed contract throws. */
const THROWS = { encoding: "99.25", decoding: "98.25", checking: "97.25" } as const;
/** The first cell of the row for which the changed contract catches an error. */
const CATCHES = "96.25";

/** A contract that throws for some rows. */
function throwing(contract: string): string {
  const changes: readonly (readonly [from: string, added: string])[] = [
    [
      "encode({ data }) {",
      `if (String(data).startsWith("${THROWS.encoding}")) throw new RangeError("no scaler for " + data.slice(0, 5));`,
    ],
    [
      "decode(body, { data }) {",
      `if (String(data).startsWith("${THROWS.decoding}")) JSON.parse("<html>");
    if (String(data).startsWith("${CATCHES}")) try { JSON.parse("<body>"); } catch {}`,
    ],
    [
      'const cells = payload.value.split(",", FEATURES + 1);',
      `if (cells[0] === "${THROWS.checking}") (cells[40] as string).trim();`,
    ],
  ];
  return changes.reduce((text, [from, added]) => {
    if (!text.includes(from)) throw new Error(`${CONTRACT}: there is no ${from}`);
    return text.replace(from, `${from}\n    ${added}`);
  }, contract);
}

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  project.setEnvironments(DEV);
  project.edit(CONTRACT, throwing);
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

/** The number of the contract's line with `text`, from 1. */
function lineOf(text: string): number {
  return (
    project
      .read(CONTRACT)
      .split("\n")
      .findIndex((line) => line.includes(text)) + 1
  );
}

describe("a contract that throws", () => {
  it.each([
    ["encoding", "throw new RangeError", "RangeError: no scaler for 99.25"],
    ["decoding", 'JSON.parse("<html>")', "SyntaxError: Unexpected token '<'"],
    ["checking", ".trim();", "TypeError: Cannot read properties of undefined (reading 'trim')"],
  ] as const)(
    "an error while %s is reported with its message, its file and its line",
    async (step, text, message) => {
      // Prepare
      const firstCell = THROWS[step];
      const start = stage.output.length;

      // Act
      const answer = await call(rowOf(firstCell));
      const output = await stage.printed("\n    at functions/", start);

      // Assess
      const place = `functions/loan-default/contract.ts:${lineOf(text)}:`;
      expect(answer.status).toBe(500);
      expect(answer.body).not.toContain(firstCell);
      expect(output).toContain(`dev-loan-default: ${message}`);
      expect(output).toMatch(new RegExp(`\n    at ${place.replaceAll(".", "\\.")}\\d+\n`));
      // The handler's log line, as on AWS: without the message, which can contain the request.
      const [line = ""] = output.split("\n").filter((one) => one.startsWith('{"requestId"'));
      expect(JSON.parse(line)).toMatchObject({ status: 500, error: { type: message.split(":")[0] } });
      expect(line).not.toContain(firstCell);
    },
    START_TIMEOUT_IN_MS,
  );

  it(
    "an error that the contract catches is not reported",
    async () => {
      // Prepare
      const start = stage.output.length;

      // Act
      const answer = await call(rowOf(CATCHES));
      const output = await stage.printed('"status":200', start);

      // Assess
      expect(answer.status).toBe(200);
      expect(output).not.toContain("SyntaxError");
    },
    START_TIMEOUT_IN_MS,
  );

  it(
    "the error is reported with its new line number after a comment is added above the line",
    async () => {
      // Prepare
      const again = stage.output.length;
      project.edit(CONTRACT, (before) => `// A comment.\n// Another one.\n${before}`);
      await stage.printed("Reloaded in", again);
      const from = stage.output.length;

      // Act
      await call(rowOf(THROWS.encoding));
      const output = await stage.printed("\n    at functions/", from);

      // Assess
      expect(output).toContain(`at functions/loan-default/contract.ts:${lineOf("throw new RangeError")}:`);
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
