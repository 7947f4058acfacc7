import { describe, expect, it } from "@jest/globals";
import { synthesize } from "sagemaker-stages/testing";
import { environments } from "../environments";
import { accounts } from "../environments/accounts";
import { models } from "../functions";
import { AccountStack } from "../stacks/account-stack";
import { InferenceStack } from "../stacks/inference-stack";

const app = { models, environments, accounts, InferenceStack, AccountStack };

const ENVIRONMENTS = environments.map((environment) => ({ environment, name: environment.name }));

it("become a stack each, as do the accounts", () => {
  // Act: a synthesis names every fault of an environment and of an account
  const { names } = synthesize(app);

  // Assess
  expect(names).toEqual(expect.arrayContaining(environments.map(({ name }) => name)));
  expect(names).toHaveLength(environments.length + accounts.length);
});
