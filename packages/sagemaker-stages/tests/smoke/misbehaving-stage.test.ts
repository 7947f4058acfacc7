import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { DEV } from "../local/support/environments";
import { ProjectCopy } from "../local/support/project";
import { type Smoke, smoke, unexpected } from "./support/smoke";
import { KEY, type Misbehaviour, preflightOf, StageServer } from "./support/stage-server";

const TIMEOUT_IN_MS = 30_000;

const ROUTE = "POST /loan-default";

/** One that a single origin's pages may ask. */
const PAGE = "https://page.example.com";
const NARROW: Environment = { ...DEV, name: "narrow", stage: { ...DEV.stage, corsAllowOrigin: PAGE } };

/** One whose route takes a query. */
const QUERIED: Environment = {
  ...DEV,
  name: "queried",
  models: { "language-check": { existingEndpoint: "shared", access: "API_KEY" } },
};

/** One with a setting that does not exist. */
const MISSPELT = { ...DEV, name: "misspelt", stage: { ...DEV.stage, corsOrigin: PAGE } };

describe("a smoke test of a stage", () => {
  let project: ProjectCopy;
  let stage: StageServer | undefined;

  beforeAll(() => {
    project = new ProjectCopy();
    project.setEnvironments(DEV, NARROW, QUERIED, MISSPELT);
  });

  afterEach(() => stage?.close());

  afterAll(() => project.remove());

  async function smokeOf(misbehaviour: Misbehaviour, waitInSeconds = 20, name = "dev"): Promise<Smoke> {
    stage = await StageServer.start(misbehaviour);
    const words = [name, "--url", stage.url, "--wait", String(waitInSeconds)];
    return smoke(project, words, { SMOKE_API_KEY: KEY });
  }

  it(
    "holds where everything is as it should be, and tells nobody the key or the answer",
    async () => {
      // Act
      const { status, table, errors } = await smokeOf(() => undefined);

      // Assess
      expect(unexpected(table)).toEqual([]);
      expect(table).toMatch(/\ndev: 5 of 5 as expected\n$/);
      expect(errors).toBe("");
      expect(table).not.toMatch(new RegExp(`${KEY}|"defaulted"`));
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it.each<[what: string, misbehaviour: Misbehaviour, expected: string[]]>([
    [
      "whose route is open to strangers",
      (asker) => (asker === "no key" ? { status: 200, body: "repaid" } : undefined),
      [ROUTE, "without a key", "403, a problem", "200, not 403"],
    ],
    [
      "that takes any key",
      (asker) => (asker === "wrong key" ? { status: 200, body: "repaid" } : undefined),
      [ROUTE, "with a wrong key", "403, a problem", "200, not 403"],
    ],
    [
      "that refuses without a problem document",
      (asker) => (asker === "no key" ? { status: 403, body: { message: "Forbidden" } } : undefined),
      [ROUTE, "without a key", "403, a problem", "403, no application/problem+json"],
    ],
    [
      "whose answer is of another shape",
      (asker) => (asker === "permitted" ? { status: 200, body: ["private-answer"] } : undefined),
      [ROUTE, "with the key", "200, an answer", "200, the answer is a list, not a string"],
    ],
    [
      "that refuses a malformed request without a detail",
      (asker) =>
        asker === "malformed"
          ? { status: 400, headers: { "Content-Type": "application/problem+json" }, body: { title: "No." } }
          : undefined,
      [ROUTE, "with the key, without data", "400, a problem", "400, a problem without detail"],
    ],
    [
      "that lets no page ask",
      (asker) => (asker === "preflight" ? { status: 204 } : undefined),
      [ROUTE, "a page's preflight", "2xx, allows POST to any page", "204, allows no origin"],
    ],
    [
      "that lets no page send the key",
      (asker) => (asker === "preflight" ? preflightOf("*", "Accept, Content-Type") : undefined),
      [ROUTE, "a page's preflight", "2xx, allows POST to any page", "204, does not allow x-api-key"],
    ],
  ])(
    "fails where it is one %s",
    async (_, misbehaviour, expected) => {
      // Act
      const { status, table } = await smokeOf(misbehaviour, 2);

      // Assess
      expect(unexpected(table)).toEqual([expected]);
      expect(table).not.toContain("private-answer");
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails where a refused query does not name the missing parameter",
    async () => {
      // Act
      const { status, table } = await smokeOf(
        (asker) => {
          if (asker === "permitted") return { status: 200, body: [["__label__de"], [0.9]] };
          if (asker === "preflight") return preflightOf("*", "x-api-key", "GET,OPTIONS");
          return asker === "malformed"
            ? {
                status: 400,
                headers: { "Content-Type": "application/problem+json" },
                body: { detail: "No." },
              }
            : undefined;
        },
        2,
        "queried",
      );

      // Assess
      expect(unexpected(table)).toEqual([
        [
          "GET /language-check",
          "with the key, without q",
          "400, names the field",
          "400, does not name the field",
        ],
      ]);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it.each<[what: string, status: number, allowed: string | undefined]>([
    ["a page that is not its own", 1, "https://foreign.example.com"],
    ["every page", 1, "*"],
    ["its own page alone, whoever asks", 0, PAGE],
    ["its own page alone, and tells others nothing", 0, undefined],
  ])(
    "of one origin tells whether it lets in %s: %s",
    async (_, expected, allowed) => {
      // Act
      const { status, table } = await smokeOf(
        (asker) => {
          if (asker === "preflight") return preflightOf(PAGE);
          return asker === "foreign preflight" && allowed !== undefined ? preflightOf(allowed) : undefined;
        },
        2,
        "narrow",
      );

      // Assess
      expect(unexpected(table)).toEqual(
        expected === 0 ? [] : [[ROUTE, "a foreign page's preflight", "does not allow it", "204, allows it"]],
      );
      expect(status).toBe(expected);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "waits until the deployment before it is gone everywhere, for strangers and pages, too",
    async () => {
      // Act
      const { status, table } = await smokeOf((asker, requests) => {
        if (requests > 2) return undefined;
        if (asker === "no key") return { status: 200, body: "repaid" };
        return asker === "preflight" ? { status: 403 } : undefined;
      });

      // Assess
      expect(unexpected(table)).toEqual([]);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "does not ask again where the permitted got another answer than a refusal",
    async () => {
      // Act
      const { status, table } = await smokeOf((asker, requests) =>
        asker === "permitted" && requests === 1 ? { status: 500 } : undefined,
      );

      // Assess
      expect(unexpected(table)).toEqual([[ROUTE, "with the key", "200, an answer", "500, not 200"]]);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "waits through a cold start, says so, and asks again when it was told to",
    async () => {
      // Act
      const { status, table, errors } = await smokeOf((asker, requests) =>
        asker === "permitted" && requests <= 2 ? { status: 503, headers: { "Retry-After": "0" } } : undefined,
      );

      // Assess
      expect(unexpected(table)).toEqual([]);
      expect(status).toBe(0);
      expect(errors).toMatch(
        /^\d+ s of at most 20 s: waiting for POST \/loan-default, with the key \(503\)\n$/,
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "ends where no answer comes, or only answers that ask for patience",
    async () => {
      // Act
      const { status, table } = await smokeOf((asker) => {
        if (asker === "permitted") return "silence";
        return asker === "malformed" ? { status: 429 } : undefined;
      }, 2);

      // Assess
      expect(unexpected(table)).toEqual([
        [ROUTE, "with the key", "200, an answer", "no answer within 2 s"],
        [ROUTE, "with the key, without data", "400, a problem", "429, not 400"],
      ]);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "sends no request for an environment with faults, and names them",
    async () => {
      // Act
      const { status, table, errors } = await smokeOf(() => undefined, 2, "misspelt");

      // Assess
      expect(table).toBe("");
      expect(errors).toMatch(/The environment misspelt has faults: synthesize it .*\n.*"corsOrigin"/);
      expect(errors).not.toMatch(/^ +at /m);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});
