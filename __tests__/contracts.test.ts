import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { findContractFaults } from "sagemaker-stages/testing";
import { models } from "../functions";

// A contract accepts its own example through its request model, encodes without side effects, limits batches, reads its
// sample's answer, and has regular expressions of linear time only.
it("finds no fault in a contract", async () => {
  // Act
  const faults = await findContractFaults(models);

  // Assess
  expect(faults).toEqual([]);
});

it("lists each folder with a contract in functions/index.ts", () => {
  // Prepare
  const folder = join(__dirname, "../functions");

  // Act
  const folders = readdirSync(folder).filter((name) => existsSync(join(folder, name, "contract.ts")));

  // Assess
  expect(Object.keys(models).sort()).toEqual(folders.sort());
});
