import { expect, it } from "@jest/globals";
import { findSynthesisDifferences, plainText, recordTerraform } from "sagemaker-stages/testing";
import { environments } from "../environments";
import { accounts } from "../environments/accounts";
import { models } from "../functions";
import { AccountStack } from "../stacks/account-stack";
import { InferenceStack } from "../stacks/inference-stack";

const app = { models, environments, accounts, InferenceStack, AccountStack };

expect.addSnapshotSerializer(plainText);

// An entry for each model of each stack, and an entry for the parts that all models of a stack share. The title of the
// shared parts lists the models. After a model is added or deleted, no existing snapshot changes: Jest writes the new
// entries, and `npm test -- -u` removes the obsolete entries.
it("creates the recorded resources", () => {
  // Act
  const entries = recordTerraform(app);

  // Assess
  for (const { title, text } of entries) expect(text).toMatchSnapshot(title);
});

it("writes the same files when it is synthesized twice", () => {
  // Act
  const differences = findSynthesisDifferences(app);

  // Assess
  expect(differences).toEqual([]);
});
