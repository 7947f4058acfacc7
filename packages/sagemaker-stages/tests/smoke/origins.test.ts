import { afterAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { DEV } from "../local/support/environments";
import { ProjectCopy } from "../local/support/project";
import { type Smoke, smoke, unexpected } from "./support/smoke";
import {
  type Answer,
  type CallerKind,
  KEY,
  type Misbehaviour,
  preflightOf,
  StageServer,
} from "./support/stage-server";

const TIMEOUT_IN_MS = 30_000;
const ROUTE = "POST /loan-default";
const ORIGINS = ["https://app.example.com", "https://www.example.org"] as const;
const SEVERAL: Environment = {
  ...DEV,
  name: "several",
  stage: { ...DEV.stage, corsAllowOrigin: ORIGINS },
};

/** The page has an address that only the outputs of the stack contain. */
const WITH_PAGE: Environment = { ...SEVERAL, name: "with-page", website: {} };

const PAGE_NAME = "models.example.com";

/** The page has a domain name, which the environment contains. */
const WITH_PAGE_DOMAIN: Environment = {
  ...SEVERAL,
  name: "with-page-domain",
  website: { domain: { name: PAGE_NAME, hostedZone: { id: "Z0123456789EXAMPLE", name: "example.com" } } },
};

const FOREIGN = "https://foreign.example.com";

const withHeaders = (answer: Answer, headers: Readonly<Record<string, string>>): Answer => ({
  ...answer,
  headers: { ...answer.headers, ...headers },
});

/** A stage that names the origin of each request, if the origin is allowed. */
const right: Misbehaviour = (caller, _, origin) => {
  if (caller === "preflight") return withHeaders(preflightOf(String(origin)), { Vary: "Origin" });
  if (caller === "foreign preflight") return { status: 204, headers: { Vary: "Origin" } };
  if (caller !== "permitted" || origin === undefined) return undefined;
  const answer = { status: 200, headers: { "Content-Type": "application/json" }, body: "defaulted" };
  const named = origin === FOREIGN ? {} : { "Access-Control-Allow-Origin": origin };
  return withHeaders(answer, { ...named, Vary: "Origin" });
};

describe("a smoke test of a stage with several origins", () => {
  const project = new ProjectCopy();
  project.setEnvironments(SEVERAL, WITH_PAGE, WITH_PAGE_DOMAIN);

  afterAll(() => project.remove());

  async function smokeTest(misbehaviour: Misbehaviour, environment = "several"): Promise<Smoke> {
    const stage = await StageServer.start(misbehaviour);
    try {
      return await smoke(project, [environment, "--url", stage.url, "--wait", "2"], { SMOKE_API_KEY: KEY });
    } finally {
      await stage.close();
    }
  }

  it(
    "passes when each preflight and each answer names the origin",
    async () => {
      // Act
      const { status, table } = await smokeTest(right);

      // Assess
      expect(unexpected(table)).toEqual([]);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["skips the page's origin, and names it, when the origin is unknown", "with-page", [], true],
    [
      "sends the page's origin when the page has a domain name",
      "with-page-domain",
      [`https://${PAGE_NAME}`],
      false,
    ],
  ] as const)(
    "%s",
    async (_, environment, pageOrigins, isNamed) => {
      // Prepare: a list refuses every origin that it does not contain.
      const allowed: readonly string[] = [...ORIGINS, ...pageOrigins];
      const answered = [undefined, FOREIGN, ...allowed];
      const requested = new Set<string>();
      const listing: Misbehaviour = (caller, requests, origin) => {
        if (caller === "preflight") requested.add(String(origin));
        return answered.includes(origin) ? right(caller, requests, origin) : undefined;
      };

      // Act
      const { status, table } = await smokeTest(listing, environment);

      // Assess
      expect(unexpected(table)).toEqual([]);
      expect([...requested].sort()).toEqual([...allowed].sort());
      expect(table.includes("Not called: the routes from the page's origin")).toBe(isNamed);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails when a preflight has no Vary and the page's origin is unknown",
    async () => {
      // Act
      const { status, table } = await smokeTest(
        (caller, requests, origin) =>
          caller === "preflight" ? preflightOf(String(origin)) : right(caller, requests, origin),
        "with-page",
      );

      // Assess
      expect(unexpected(table).map(([, , , got]) => got)).toEqual(
        ORIGINS.map(() => expect.stringContaining("has no Vary: Origin")),
      );
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails when a preflight has no Vary",
    async () => {
      // Act
      const { status, table } = await smokeTest((caller, requests, origin) =>
        caller === "preflight" ? preflightOf(String(origin)) : right(caller, requests, origin),
      );

      // Assess
      expect(unexpected(table).map(([, , , got]) => got)).toEqual([
        expect.stringContaining("has no Vary: Origin"),
        expect.stringContaining("has no Vary: Origin"),
      ]);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails when an answer names all origins, as a handler that does not split the variable",
    async () => {
      // Act
      const { status, table } = await smokeTest((caller, requests, origin) => {
        const answer = right(caller, requests, origin);
        if (caller !== "permitted" || answer === undefined || answer === "silence") return answer;
        return withHeaders(answer, { "Access-Control-Allow-Origin": ORIGINS.join(",") });
      });

      // Assess
      expect(unexpected(table).map(([route, caller]) => [route, caller])).toEqual([
        ...ORIGINS.map((origin) => [ROUTE, `with the key, from a page of ${origin}`]),
        [ROUTE, "with the key, from a foreign page"],
      ]);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it.each<[string, (origin: string) => string]>([
    ["names the origin of every request", (origin) => origin],
    ["allows every origin", () => "*"],
  ])(
    "fails when an answer to a foreign page %s",
    async (_, allowedTo) => {
      // Act
      const { status, table } = await smokeTest((caller, requests, origin) => {
        const answer = right(caller, requests, origin);
        if (caller !== "permitted" || origin !== FOREIGN || answer === undefined || answer === "silence")
          return answer;
        return withHeaders(answer, { "Access-Control-Allow-Origin": allowedTo(origin) });
      });

      // Assess
      expect(unexpected(table).map(([route, caller, , got]) => [route, caller, got])).toEqual([
        [ROUTE, "with the key, from a foreign page", expect.stringContaining("names an origin")],
      ]);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it.each<[string, CallerKind, readonly string[]]>([
    [
      "an answer",
      "permitted",
      [
        ...ORIGINS.map((origin) => `with the key, from a page of ${origin}`),
        "with the key, from a foreign page",
      ],
    ],
    ["the preflight of a foreign page", "foreign preflight", ["a foreign page's preflight"]],
  ])(
    "fails when %s has no Vary",
    async (_, kind, expected) => {
      // Act
      const { status, table } = await smokeTest((caller, requests, origin) => {
        const answer = right(caller, requests, origin);
        if (caller !== kind || answer === undefined || answer === "silence") return answer;
        return withHeaders(answer, { Vary: "Accept" });
      });

      // Assess
      expect(unexpected(table).map(([, caller, , got]) => [caller, got])).toEqual(
        expected.map((caller) => [caller, expect.stringContaining("has no Vary: Origin")]),
      );
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});
