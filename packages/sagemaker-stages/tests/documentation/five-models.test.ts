import { describe, expect, it } from "@jest/globals";
import { fiveModels } from "../../examples/five-models";
import { findContractFaults, proveLeastPrivilege } from "../../src/testing";
import { models as allModels } from "../support/app";
import { documentedModels, linesOf } from "./support/five-models";

const TIMEOUT_IN_MS = 120_000;
const MAX_LINES = 14;

describe("docs/five-models.md", () => {
  it("shows every model of the example, and no other", () => {
    // Act
    const names = documentedModels.map(({ name }) => name);

    // Assess
    expect(names).toHaveLength(5);
    expect(names).toEqual(Object.keys(fiveModels.models));
  });

  it.each(documentedModels.map((model) => [model.name, model] as const))(
    "shows the lines of %s unchanged from the example",
    (name, { definition, entry }) => {
      // Act
      const [inFunctions, inEnvironment] = [
        linesOf("functions/index.ts", name),
        linesOf("five-models.ts", name),
      ];

      // Assess
      expect(definition).toEqual(inFunctions);
      expect(entry).toEqual(inEnvironment);
    },
  );
});

describe("the example five-models", () => {
  it.each(Object.keys(fiveModels.models))(`takes at most ${MAX_LINES} lines for %s`, (name) => {
    // Act
    const lines = [...linesOf("functions/index.ts", name), ...linesOf("five-models.ts", name)];

    // Assess
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.length).toBeLessThanOrEqual(MAX_LINES);
  });

  it("has no fault in a contract", async () => {
    // Act
    const faults = await findContractFaults(allModels);

    // Assess
    expect(faults).toEqual([]);
  });

  it(
    "grants every permission that the models need and no other, and the proof finds every mutant",
    async () => {
      // Act
      const { findings, survivors } = await proveLeastPrivilege({
        models: allModels,
        environments: [fiveModels],
      });

      // Assess
      expect(findings.map(({ message }) => message)).toEqual([]);
      expect(survivors).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );
});
