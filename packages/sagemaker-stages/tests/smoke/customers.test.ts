import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { DEV, LOAN_DEFAULT } from "../local/support/environments";
import { ProjectCopy } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { smoke, unexpected } from "./support/smoke";

const TIMEOUT_IN_MS = 60_000;

const CUSTOMERS: Environment = {
  ...DEV,
  models: {
    "loan-default": { ...LOAN_DEFAULT, access: "API_KEY" },
    "energy-demand": { ...LOAN_DEFAULT, access: "API_KEY" },
  },
  customers: {
    acme: { models: ["loan-default", "energy-demand"], keys: ["2026-11", "2027-01"] },
    globex: { models: ["energy-demand"] },
  },
};

describe("a smoke test of an environment with customers", () => {
  let project: ProjectCopy;
  let stage: RunningStage;

  beforeAll(async () => {
    project = new ProjectCopy();
    project.setEnvironments(CUSTOMERS);
    stage = await RunningStage.serve(project, ["dev"]);
  }, TIMEOUT_IN_MS);

  afterAll(async () => {
    await stage.kill();
    project.remove();
  });

  /** The routes with their callers, of the rows that are as expected. */
  function callersIn(table: string): string[] {
    return table.split("\n").flatMap((line) => {
      const [verdict, route = "", caller = ""] = line.split(/ {2,}/);
      return verdict === "ok" ? [`${route}: ${caller}`] : [];
    });
  }

  it(
    "calls each route with a key of its customers, and a route of another customer with each key",
    async () => {
      // Act
      const { status, table, errors } = await smoke(project, ["dev", "--url", `${stage.url}/dev`]);

      // Assess
      expect(unexpected(table)).toEqual([]);
      expect(callersIn(table)).toEqual([
        "POST /loan-default: with the key 2026-11 of acme",
        "POST /loan-default: with the key 2026-11 of acme, without data",
        "POST /loan-default: without a key",
        "POST /loan-default: with a wrong key",
        "POST /loan-default: a page's preflight",
        "POST /energy-demand: with the key 2026-11 of acme",
        "POST /energy-demand: with the key 2026-11 of acme, without instances",
        "POST /energy-demand: without a key",
        "POST /energy-demand: with a wrong key",
        "POST /energy-demand: a page's preflight",
        "POST /loan-default: with the key 2027-01 of acme",
        "POST /energy-demand: with the key 1 of globex",
        "POST /loan-default: with the key 1 of globex",
      ]);
      expect(`${table}${errors}`).not.toContain("not-a-secret");
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "uses only the keys of SMOKE_API_KEYS, and fails if a key opens no route of its customer",
    async () => {
      // Prepare: the key of globex in place of acme's key.
      const key = "local-dev-globex-customer-1-not-a-secret";

      // Act
      const { status, table, errors } = await smoke(
        project,
        ["dev", "--url", `${stage.url}/dev`, "--wait", "1"],
        { SMOKE_API_KEYS: `acme=${key}` },
      );

      // Assess
      expect(unexpected(table)).toContainEqual([
        "POST /loan-default",
        "with the key of acme",
        "200, an answer",
        expect.stringContaining("403"),
      ]);
      expect(`${table}${errors}`).not.toContain(key);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});
