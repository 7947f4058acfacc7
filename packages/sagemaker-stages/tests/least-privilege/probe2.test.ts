import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "@jest/globals";
import { models } from "../fixtures/app/functions";
import { proveLeastPrivilege } from "../../src/testing/least-privilege/prove-app";
import { checkEnvironments } from "../support/app";
import { anyEnvironment } from "./support/any-environment";
it("probe", async () => {
  const out: unknown[] = [];
  for (const environment of fc.sample(anyEnvironment, { numRuns: 60, seed: 7 })) {
    const t = Date.now();
    const faults = checkEnvironments([environment]);
    if (faults.length > 0) { out.push({ name: "refused", counts: faults.map((f) => JSON.stringify(f)), findings: [], survivors: [], skipped: [] }); continue; }
    try {
    const r = await proveLeastPrivilege({ models, environments: [environment] });
    out.push({ name: environment.name, ms: Date.now() - t, env: environment, counts: r.counts, findings: r.findings.map((f) => f.message), survivors: r.survivors, skipped: [] });
    } catch (e) { out.push({ name: environment.name, ms: 0, counts: {}, findings: [String((e as Error).stack)], survivors: [], skipped: [] }); }
    if (Date.now() % 3 === 0) writeFileSync("/tmp/w-testing/probe.json", JSON.stringify(out, null, 1));
  }
  writeFileSync("/tmp/w-testing/probe.json", JSON.stringify(out, null, 1));
  expect(1).toBe(1);
}, 600000);
