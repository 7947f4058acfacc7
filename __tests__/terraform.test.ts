import { expect, it } from "@jest/globals";
import { findSynthesisDifferences, matchRecord, recordTerraform } from "sagemaker-stages/testing";
import { app } from "./support/app";

// The record has an entry for each model of a stack, and an entry for the parts that the stack's models share. The
// title of the entry for the shared parts lists the models. After a model is added or deleted, the other models'
// entries must be as before, and the shared parts have a new title: Jest writes the new entries without a failure.
// Commit the new entries, so that a reviewer can read the created resources. `npx jest -u` accepts intended changes,
// and removes the entries of deleted models.
it("the resources match the record", () => {
  // Act
  const entries = recordTerraform(app);

  // Assess
  matchRecord(expect, entries);
});

it("a second synthesis writes the same files", () => {
  // Act
  const differences = findSynthesisDifferences(app);

  // Assess
  expect(differences).toEqual([]);
});
