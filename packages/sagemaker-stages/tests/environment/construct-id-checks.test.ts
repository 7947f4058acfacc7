import { describe, expect, it } from "@jest/globals";
import { checkEnvironments } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import { models } from "../fixtures/app/functions";
import { environmentOf, FILE, NETWORK, SERVERLESS } from "./support/environments";

const { "loan-default": model } = models;

/** The faults of an environment with a model of this name, and `loan-default` with the settings. */
function faultsOf(name: string, settings: object, part: Partial<Environment>): string[] {
  const served = { "loan-default": { ...SERVERLESS, ...settings }, [name]: SERVERLESS };
  const catalog = { "loan-default": model, [name]: { ...model, route: { ...model.route, path: "/other" } } };
  return checkEnvironments([environmentOf({}, { ...part, models: served })], {
    models: catalog,
  } as never).map(({ field, got, allowed }) => `${field}: got ${got}; allowed: ${allowed}`);
}

const ACCOUNT = { accountId: "111122223333" };
const JWT = { jwt: { issuer: "https://login.example.com", audience: ["models"] } };

describe("a model", () => {
  it.each<{ name: string; settings?: object; part?: Partial<Environment> }>([
    { name: "stage" },
    { name: "aws" },
    { name: "backend" },
    { name: "caller" },
    { name: "website", part: { website: { title: "Models" } } },
    { name: "sign-in", part: { ...ACCOUNT, website: { title: "Models", signIn: { models: [] } as never } } },
    { name: "network", part: { network: NETWORK } },
    { name: "artifacts", settings: { artifact: FILE } },
    {
      name: "customers",
      settings: { access: "API_KEY" },
      part: { customers: { acme: { models: ["loan-default"] } } },
    },
    { name: "authorizer", settings: { access: JWT } },
    {
      name: "async",
      settings: {
        serverless: undefined,
        instances: { instanceType: "ml.m5.large", initialInstanceCount: 1, async: { days: 1 } },
      },
    },
    { name: "loan-default-function-url", settings: { functionUrl: {} } },
    {
      name: "batch-caller",
      part: {
        callers: { batch: { mayInvoke: [{ model: "loan-default", by: "endpoint" }], roles: ["batch"] } },
      },
    },
  ])("cannot have the id of another construct: $name", ({ name, settings = {}, part = {} }) => {
    // Act
    const faults = faultsOf(name, settings, part);

    // Assess
    expect(faults).toContain(
      `models.${name}: got a model with this name; allowed: a model with another name`,
    );
  });

  it.each([
    "caller",
    "website",
    "sign-in",
    "network",
    "artifacts",
    "customers",
    "authorizer",
    "loan-default-function-url",
    "batch-caller",
  ])("can have the id of a construct that the environment does not have: %s", (name) => {
    // Act
    const faults = faultsOf(name, {}, ACCOUNT);

    // Assess
    expect(faults).toEqual([]);
  });
});
