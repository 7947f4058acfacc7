import { afterAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { DEV } from "../local/support/environments";
import { ProjectCopy } from "../local/support/project";
import { type Smoke, smoke, unexpected } from "./support/smoke";
import { KEY, type Misbehaviour, preflightOf, StageServer } from "./support/stage-server";

const TIMEOUT_IN_MS = 30_000;

const ROUTE = "POST /loan-default";

/** An environment whose pages of one origin may call. */
const PAGE = "https://page.example.com";
const NARROW: Environment = { ...DEV, name: "narrow", stage: { ...DEV.stage, corsAllowOrigin: PAGE } };

/** An environment with a GET route. */
const QUERIED: Environment = {
  ...DEV,
  name: "queried",
  models: { "language-check": { existingEndpoint: "shared", access: "API_KEY" } },
};

/** An environment with a setting that does not exist. */
const MISSPELT = { ...DEV, name: "misspelt", stage: { ...DEV.stage, corsOrigin: PAGE } };

describe("a smoke test of a stage", () => {
  const project = new ProjectCopy();
  project.setEnvironments(DEV, NARROW, QUERIED, MISSPELT);

  afterAll(() => project.remove());

  /** Tests an own server: the tests run at the same time, because most of their time is the wait before a retry. */
  async function smokeTest(misbehaviour: Misbehaviour, waitInSeconds = 20, name = "dev"): Promise<Smoke> {
    const stage = await StageServer.start(misbehaviour);
    try {
      const words = [name, "--url", stage.url, "--wait", String(waitInSeconds)];
      return await smoke(project, words, { SMOKE_API_KEY: KEY });
    } finally {
      await stage.close();
    }
  }

  it.concurrent(
    "passes when every answer is as expected, and prints neither the key nor the answer",
    async () => {
      // Act
      const { status, table, errors } = await smokeTest(() => undefined);

      // Assess
      expect(unexpected(table)).toEqual([]);
      expect(table).toMatch(/\ndev: 5 of 5 as expected\n$/);
      expect(errors).toBe("");
      expect(table).not.toMatch(new RegExp(`${KEY}|"defaulted"`));
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it.concurrent.each<[what: string, misbehaviour: Misbehaviour, expected: string[]]>([
    [
      "accepts requests without a key",
      (caller) => (caller === "no key" ? { status: 200, body: "repaid" } : undefined),
      [ROUTE, "without a key", "403, a problem", "200, not 403"],
    ],
    [
      "accepts every key",
      (caller) => (caller === "wrong key" ? { status: 200, body: "repaid" } : undefined),
      [ROUTE, "with a wrong key", "403, a problem", "200, not 403"],
    ],
    [
      "refuses without a problem document",
      (caller) => (caller === "no key" ? { status: 403, body: { message: "Forbidden" } } : undefined),
      [ROUTE, "without a key", "403, a problem", "403, no application/problem+json"],
    ],
    [
      "answers with another shape than the example",
      (caller) => (caller === "permitted" ? { status: 200, body: ["private-answer"] } : undefined),
      [ROUTE, "with the key", "200, an answer", "200, the answer is a list, not a string"],
    ],
    [
      "refuses a malformed request without a detail",
      (caller) =>
        caller === "malformed"
          ? { status: 400, headers: { "Content-Type": "application/problem+json" }, body: { title: "No." } }
          : undefined,
      [ROUTE, "with the key, without data", "400, a problem", "400, a problem without detail"],
    ],
    [
      "allows no origin in a preflight",
      (caller) => (caller === "preflight" ? { status: 204 } : undefined),
      [ROUTE, "a page's preflight", "2xx, allows POST to any page", "204, allows no origin"],
    ],
    [
      "does not allow pages to send the key",
      (caller) => (caller === "preflight" ? preflightOf("*", "Accept, Content-Type") : undefined),
      [ROUTE, "a page's preflight", "2xx, allows POST to any page", "204, does not allow x-api-key"],
    ],
  ])(
    "fails when the stage %s",
    async (_, misbehaviour, expected) => {
      // Act
      const { status, table } = await smokeTest(misbehaviour, 2);

      // Assess
      expect(unexpected(table)).toEqual([expected]);
      expect(table).not.toContain("private-answer");
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it.concurrent(
    "fails when the answer to an incomplete query does not name the missing parameter",
    async () => {
      // Act
      const { status, table } = await smokeTest(
        (caller) => {
          if (caller === "permitted") return { status: 200, body: [["__label__de"], [0.9]] };
          if (caller === "preflight") return preflightOf("*", "x-api-key", "GET,OPTIONS");
          return caller === "malformed"
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

  it.concurrent.each<[what: string, status: number, allowed: string | undefined]>([
    ["allows a foreign page", 1, "https://foreign.example.com"],
    ["allows every page", 1, "*"],
    ["always names the allowed page", 0, PAGE],
    ["answers a foreign page without an origin", 0, undefined],
  ])(
    "the smoke test of a stage with one allowed origin that %s has the exit status %s",
    async (_, expected, allowed) => {
      // Act
      const { status, table } = await smokeTest(
        (caller) => {
          if (caller === "preflight") return preflightOf(PAGE);
          return caller === "foreign preflight" && allowed !== undefined ? preflightOf(allowed) : undefined;
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

  it.concurrent(
    "retries unauthorized calls and preflights until the earlier deployment is replaced everywhere",
    async () => {
      // Act
      const { status, table } = await smokeTest((caller, requests) => {
        if (requests > 2) return undefined;
        if (caller === "no key") return { status: 200, body: "repaid" };
        return caller === "preflight" ? { status: 403 } : undefined;
      });

      // Assess
      expect(unexpected(table)).toEqual([]);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it.concurrent(
    "does not retry when a permitted caller gets an error other than 403",
    async () => {
      // Act
      const { status, table } = await smokeTest((caller, requests) =>
        caller === "permitted" && requests === 1 ? { status: 500 } : undefined,
      );

      // Assess
      expect(unexpected(table)).toEqual([[ROUTE, "with the key", "200, an answer", "500, not 200"]]);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it.concurrent(
    "retries during a cold start after the time in Retry-After, and reports the wait",
    async () => {
      // Act
      const { status, table, errors } = await smokeTest((caller, requests) =>
        caller === "permitted" && requests <= 2
          ? { status: 503, headers: { "Retry-After": "0" } }
          : undefined,
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

  it.concurrent(
    "ends after --wait when an answer is missing, or only requests a retry",
    async () => {
      // Act
      const { status, table } = await smokeTest((caller) => {
        if (caller === "permitted") return "silence";
        return caller === "malformed" ? { status: 429 } : undefined;
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

  it.concurrent(
    "sends no request for an environment with faults, and names the faults",
    async () => {
      // Act
      const { status, table, errors } = await smokeTest(() => undefined, 2, "misspelt");

      // Assess
      expect(table).toBe("");
      expect(errors).toMatch(/The environment misspelt has faults\. npx cdktf synth .*\n.*"corsOrigin"/);
      expect(errors).not.toMatch(/^ +at /m);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});
