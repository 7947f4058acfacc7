import { expect, it } from "@jest/globals";
import { findContractFaults } from "sagemaker-stages/testing";
import { models } from "../functions";

// functions/index.ts lists each folder with a contract. A contract accepts its own example through its request model,
// encodes without side effects, limits batches, reads its sample's answer, and has regular expressions of linear time only.
// A handler in Python starts a process, and its package can contain megabytes.
it("the contracts have no fault", async () => {
  // Act
  const faults = await findContractFaults(models);

  // Assess
  expect(faults).toEqual([]);
}, 180_000);
