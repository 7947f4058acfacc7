import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { synthesize } from "sagemaker-stages/testing";
import { environments } from "../environments";
import { accounts } from "../environments/accounts";
import { app } from "./support/app";

it("the synthesis writes a stack for each environment and each account", () => {
  // Act: a synthesis refuses invalid environments and accounts, and names every fault
  const { names } = synthesize(app);

  // Assess
  expect(names).toEqual(expect.arrayContaining(environments.map(({ name }) => name)));
  expect(names).toHaveLength(environments.length + accounts.length);
});

it("environments/index.ts lists the environment of each file in environments/", async () => {
  // Prepare
  const folder = join(__dirname, "../environments");
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));

  // Act
  const modules: object[] = await Promise.all(files.map((file) => import(join(folder, file))));

  // Assess
  const names = modules
    .flatMap((module) => Object.values(module))
    .filter(isEnvironment)
    .map(({ name }) => name);
  expect(environments.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
});

function isEnvironment(value: unknown): value is { readonly name: string } {
  return typeof value === "object" && value !== null && "name" in value && "models" in value;
}
