import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { contract } from "../../src/cli/new-model/templates/query/contract";
import {
  type CapturedLog,
  captureLog,
  createTestHandler,
  EndpointServer,
  functionUrlEvent,
  handlerEnvironment,
  invokePython,
  lambdaContext,
  restHttpEvent,
} from "../../src/testing";
import { AppCopy } from "../cli/new-model/support/app-copy";

const run = promisify(execFile);

const TIMEOUT_IN_MS = 120_000;

describe.each<{ words: readonly string[] }>([
  { words: ["--handler", "python"] },
  { words: ["--handler", "python", "--takes", "query"] },
])("the model that new-model $words writes", ({ words }) => {
  let app: AppCopy;

  beforeAll(() => {
    app = AppCopy.ofFixture();
    app.newModel("iris-species", ...words);
  });

  afterAll(() => app?.remove());

  it(
    "has tests that pass with unittest",
    async () => {
      // Act
      const { stderr } = await run(
        "python3",
        ["-m", "unittest", "discover", "functions/iris-species/tests"],
        { cwd: app.folder },
      );

      // Assess
      const written = readFileSync(join(app.folder, "functions/iris-species/tests/test_handler.py"), "utf8");
      const count = written.match(/^ {4}def test_/gm)?.length;
      expect(stderr).toMatch(new RegExp(`Ran ${count} tests[\\s\\S]*OK`));
    },
    TIMEOUT_IN_MS,
  );

  it(
    "passes the compiler and the linter of the app",
    async () => {
      // Act
      const compiled = await app.types();
      const linted = await app.program(
        "@biomejs/biome/bin/biome",
        "check",
        "functions/index.ts",
        "functions/iris-species",
      );

      // Assess
      expect(compiled).toMatchObject({ status: 0 });
      expect(linted).toMatchObject({ status: 0 });
    },
    TIMEOUT_IN_MS,
  );
});

/** Queries, and what is special about each. */
const QUERIES: Readonly<Record<string, string>> = {
  "all parameters": "q=The%20delivery%20was%20late.&count=2",
  "no optional parameter": "q=caf%C3%A9+%26+tea",
  "the largest number": "q=a&count=99",
  "no parameter": "",
  "an empty text": "q=",
  "a number that is too large": "q=a&count=100",
  "an empty number": "q=a&count=",
  "a number with a line break": "q=a&count=1%0A",
  "a number in other digits": "q=a&count=%D9%A1",
  "a long text in place of a number": `q=a&count=${"x".repeat(300)}`,
  "an unknown parameter": "q=a&other=1",
  "many unknown parameters": "q=a&b=1&c=2&d=3&e=4",
  "several faults": "count=0&other=1",
  "a repeated parameter": "q=a&q=b",
  "a parameter with three values": "q=a&count=1&count=2&count=3",
  "a repeated parameter without a value": "q=a&count=&count=",
};

/** The endpoint's answers, and what is special about each. */
const ANSWERS: Readonly<Record<string, string>> = {
  labels: '[{"label": ["sp\u00e4t"], "prob": [0.75]}]',
  "one number": "0.75",
  "an empty text": "",
  "a page of HTML": "<html></html>",
  "NaN in a list": "[NaN]",
};

describe("the handler of GET that new-model writes in Python", () => {
  const ROUTE = { method: "GET", path: "/my-model" } as const;
  let app: AppCopy;
  let endpoint: EndpointServer;
  let log: CapturedLog;

  beforeAll(() => {
    app = AppCopy.ofFixture();
    app.newModel("my-model", "--handler", "python", "--takes", "query", "--folder-only");
  });

  afterAll(() => app?.remove());

  beforeEach(async () => {
    endpoint = await EndpointServer.start();
    log = captureLog();
  });

  afterEach(async () => {
    log.stop();
    await endpoint.close();
  });

  /** The answers of the handler in TypeScript, and the requests to the endpoint. */
  async function answersOfTypeScript(events: readonly unknown[]) {
    const handler = createTestHandler(contract, endpoint);
    const answers: unknown[] = [];
    for (const event of events) answers.push(await handler(event, lambdaContext()));
    return { answers: answers.map(comparable), sent: sentTo(endpoint) };
  }

  /** The answers of the handler in Python, and the requests to the endpoint. */
  async function answersOfPython(events: readonly unknown[]) {
    const before = endpoint.requests.length;
    const { results, refusedHosts } = await app.inFolder(() =>
      invokePython("functions/my-model", events, {
        environment: { ...handlerEnvironment(endpoint), CORS_ALLOW_ORIGIN: "*" },
        allowedHost: endpoint.host,
      }),
    );
    expect(refusedHosts).toEqual([]);
    expect(results.flatMap(({ error }) => error ?? [])).toEqual([]);
    return { answers: results.map(({ answer }) => comparable(answer)), sent: sentTo(endpoint, before) };
  }

  it.each([
    ["a REST API", (query: string) => restHttpEvent(ROUTE, { query })],
    ["a function URL", (query: string) => functionUrlEvent(ROUTE, { query })],
  ])(
    "answers every query of %s as the handler in TypeScript does, and sends the same requests to the endpoint",
    async (_, eventOf) => {
      // Prepare
      endpoint.willAlwaysAnswer(async () => ({ body: ANSWERS.labels ?? "" }));
      const events = Object.values(QUERIES).map(eventOf);

      // Act
      const expected = await answersOfTypeScript(events);
      const received = await answersOfPython(events);

      // Assess
      expect(received).toEqual(expected);
      expect(received.answers.map(({ status }) => status)).toEqual([
        ...Array.from({ length: 3 }, () => 200),
        ...Array.from({ length: Object.keys(QUERIES).length - 3 }, () => 400),
      ]);
    },
    TIMEOUT_IN_MS,
  );

  it.each(Object.entries(ANSWERS))(
    "answers as the handler in TypeScript does when the endpoint answers %s",
    async (_, body) => {
      // Prepare
      endpoint.willAlwaysAnswer(async () => ({ body }));
      const events = [restHttpEvent(ROUTE, { query: "q=a" })];

      // Act
      const expected = await answersOfTypeScript(events);
      const received = await answersOfPython(events);

      // Assess
      expect(received).toEqual(expected);
    },
    TIMEOUT_IN_MS,
  );
});

/** The parts of an answer that callers read, with parsed JSON: the two languages write other spaces. */
function comparable(answer: unknown) {
  const { statusCode, headers, body } = answer as {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  return {
    status: statusCode,
    contentType: headers["Content-Type"],
    origin: headers["Access-Control-Allow-Origin"],
    body: JSON.parse(body),
  };
}

function sentTo({ requests }: EndpointServer, from = 0) {
  return requests.slice(from).map(({ headers, body, path }) => ({
    path,
    contentType: headers["content-type"],
    accept: headers.accept,
    body: JSON.parse(body),
  }));
}
