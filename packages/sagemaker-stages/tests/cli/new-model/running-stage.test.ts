import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { runNewModel } from "../../../src/cli/new-model/command";
import { NEW_MODEL } from "../../../src/cli/new-model/form";
import { readCommandLine } from "../../../src/lib/arguments";
import { send } from "../../local/support/client";
import { paste } from "../../local/support/curl";
import { ProjectCopy } from "../../local/support/project";
import { RunningStage } from "../../local/support/running-stage";
import { sign } from "../../local/support/signing";

const TIMEOUT_IN_MS = 60_000;

/** Answers without an invocation of the endpoint. */
const HANDLER = `export const handler = async () => ({
  statusCode: 200,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ from: "the own handler" }),
});
`;

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  // The fixture's files of environments also name dev.
  for (const name of ["dev", "staging", "prod"]) project.delete(`environments/${name}.ts`);
  stage = await RunningStage.serve(project, ["dev"]);
}, TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
});

describe("a local stage that runs while new-model adds a model", () => {
  it.each([
    { kind: "rows", answer: [[5.1, 3.5, 1.4, 0.2]] },
    { kind: "json", answer: { amount: 12.5, category: "new" } },
    { kind: "text", answer: { instances: ["The delivery was late."] } },
    { kind: "query", answer: { instances: ["The delivery was late."], configuration: { k: 2 } } },
  ])(
    "answers the printed curl line of a model that takes $kind with the encoded request, without a restart",
    async ({ kind, answer }) => {
      // Prepare
      const name = `takes-${kind}`;

      // Act
      const { printed, reloaded } = await addModel(name, "--takes", kind, "--with-contract");
      const response = await paste(curlLine(printed));

      // Assess
      expect(reloaded).not.toContain("Not reloaded");
      expect(reloaded).toContain(
        `dev-${name}: ECHO STAND-IN, no model: answers with the encoded request. Add functions/${name}/sample/index.ts, or start with --container ${name}=<url>.`,
      );
      expect(response).toMatchObject({ status: 200, contentType: "application/json" });
      expect(JSON.parse(response.body)).toEqual(answer);
      await stage.printed(`dev-${name}: the echo stand-in returned the request that it received`);
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    {
      name: "ready-rows",
      words: ["--takes", "rows"],
      answer: { predictions: [0] },
    },
    {
      name: "ready-text",
      words: ["--takes", "text"],
      answer: [{ label: "delivery", score: 0.9 }],
    },
    {
      name: "ready-topics",
      words: ["--hugging-face", "text-classification"],
      answer: [{ label: "POSITIVE", score: 0.9 }],
    },
    {
      name: "ready-raw",
      words: ["--takes", "pass-through"],
      answer: { score: 0.9 },
    },
  ])(
    "answers the printed curl line of a model with the ready-made contract of $words with the example, without a restart",
    async ({ name, words, answer }) => {
      // Act
      const { printed, reloaded } = await addModel(name, ...words);
      const response = await paste(curlLine(printed));

      // Assess
      expect(reloaded).not.toContain("Not reloaded");
      expect(reloaded).toContain(
        `dev-${name}: EXAMPLE STAND-IN, no model: answers every request with the answer of the example. Add functions/${name}/sample/index.ts, or start with --container ${name}=<url>.`,
      );
      expect(response).toMatchObject({ status: 200, contentType: "application/json" });
      expect(JSON.parse(response.body)).toEqual(answer);
      await stage.printed(`dev-${name}: the example stand-in returned the answer of the example`);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "answers both printed curl lines of a chat model with the example, whole and in a stream, without a restart",
    async () => {
      // Act
      const from = stage.output.length;
      const printed = newModel(["ready-chat", "--takes", "chat"]);
      await stage.printed("Reloaded in", from);
      await stage.printed("/dev/v1/chat/completions", from);
      const lines = curlLines(printed);
      const [whole, streamed] = [await paste(lines[0] ?? ""), await paste(lines[1] ?? "")];

      // Assess
      expect(lines).toHaveLength(2);
      expect(whole).toMatchObject({ status: 200, contentType: "application/json" });
      expect(JSON.parse(whole.body)).toMatchObject({ choices: [{ message: { content: "I am fine." } }] });
      expect(streamed).toMatchObject({ status: 200, contentType: "text/event-stream" });
      expect(streamed.body).toMatch(/^data: \{.*"delta":\{.*"I am fine\."\}.*\}\n\ndata: \[DONE\]\n\n$/);
    },
    TIMEOUT_IN_MS,
  );

  it("answers several rows with several predictions", async () => {
    // Act
    const response = await call("takes-rows", "application/json", '{"rows": [[1, 2, 3, 4], [5, 6, 7, 8]]}');

    // Assess
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
  });

  it("answers a text with a text", async () => {
    // Act
    const response = await call("takes-text", "text/plain", "late again");

    // Assess
    expect(response.status).toBe(200);
    expect(response.headers["content-type"]).toBe("text/plain");
    expect(response.body).toBe('{"instances":["late again"]}');
  });

  it.each([
    [
      "takes-rows",
      "POST",
      "",
      '{"rows": [[1, 2, 3]]}',
      "rows[0]: got an array of 3; allowed: a row of 4 numbers",
    ],
    ["takes-text", "POST", "", '{"text": " "}', "text: got an empty text; allowed: a text with a word"],
    ["takes-query", "GET", "?q=late&count=0", "", 'count: got "0"; allowed: a whole number from 1 to 99'],
  ])("names the fault in a request to %s", async (name, method, query, body, detail) => {
    // Act
    const response = await call(`${name}${query}`, "application/json", body, method);

    // Assess
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body)).toMatchObject({ detail });
  });

  it(
    "answers with the model's handler after the folder gets handler.ts",
    async () => {
      // Prepare
      const from = stage.output.length;

      // Act
      project.write("functions/takes-json/handler.ts", HANDLER);
      await stage.printed("Reloaded in", from);
      const response = await call("takes-json", "application/json", '{"amount": 1, "category": "new"}');

      // Assess
      expect(response.status).toBe(200);
      expect(JSON.parse(response.body)).toEqual({ from: "the own handler" });
    },
    TIMEOUT_IN_MS,
  );
});

/** Runs the command, and waits until the stage has reloaded. */
async function addModel(...words: readonly string[]): Promise<{ printed: string; reloaded: string }> {
  const from = stage.output.length;
  const printed = newModel(words);
  await stage.printed("Reloaded in", from);
  const reloaded = await stage.printed(`/dev/${words[0]}`, from);
  return { printed, reloaded };
}

/** Runs the command in this process, because the stage is the subject: command.test.ts starts the command's process. */
function newModel(words: readonly string[]): string {
  const before = process.cwd();
  process.chdir(project.folder);
  try {
    return runNewModel(readCommandLine(NEW_MODEL, words));
  } finally {
    process.chdir(before);
  }
}

/** The printed curl line with the port of this test's stage. */
function curlLine(printed: string): string {
  const [line] = curlLines(printed);
  if (line === undefined) throw new Error(`there is no curl line in:\n${printed}`);
  return line;
}

function curlLines(printed: string): string[] {
  const lines = [...printed.matchAll(/^ {2}(curl .*)$/gm)];
  return lines.map(([, line = ""]) => line.replace("http://127.0.0.1:3000", stage.url));
}

async function call(path: string, contentType: string, body: string, method = "POST") {
  const request = { method, path: `/dev/${path}`, headers: { "Content-Type": contentType }, body };
  return send(stage.url, await sign(stage.url, request, { region: "us-east-1" }));
}
