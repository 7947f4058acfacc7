import { describe, expect, it } from "@jest/globals";
import { signIn } from "../../examples/sign-in";
import type { Environment } from "../../src/environment/environment";
import type { SignInSettings } from "../../src/environment/settings/sign-in";
import { checkEnvironments } from "../support/app";

function withSettings(settings: Partial<SignInSettings>, part: Partial<Environment> = {}): Environment {
  const models: SignInSettings["models"] = [{ model: "loan-default", by: "route" }];
  return { ...signIn, ...part, website: { signIn: { models, ...settings } } };
}

const access = (value: Environment["models"][string]["access"]): Partial<Environment> => ({
  models: {
    ...signIn.models,
    "loan-default": { ...signIn.models["loan-default"], access: value } as Environment["models"][string],
  },
});

const POOL = "arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_A1b2C3d4E";

describe("a sign-in", () => {
  it.each<[string, Environment]>([
    ["of the example", signIn],
    ["with a token of the page's user pool", withSettings({}, access({ cognito: {} }))],
    ["with a prefix of one character", withSettings({ domainPrefix: "a" })],
    ["with a prefix of 63 characters", withSettings({ domainPrefix: "a".repeat(63) })],
  ])("is valid %s", (_, environment) => {
    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[string, Environment, string]>([
    ["no model", withSettings({ models: [] }), "website.signIn.models"],
    [
      "a model twice",
      withSettings({
        models: [
          { model: "language-check", by: "route" },
          { model: "language-check", by: "functionUrl" },
        ],
      }),
      "website.signIn.models",
    ],
    [
      "an unknown model",
      withSettings({ models: [{ model: "other", by: "route" }] }),
      "website.signIn.models.0.model",
    ],
    [
      "a public model",
      withSettings({ models: [{ model: "ticket-urgency", by: "route" }] }),
      "website.signIn.models.0.model",
    ],
    [
      "a model without a function URL",
      withSettings({ models: [{ model: "loan-default", by: "functionUrl" }] }),
      "website.signIn.models.0.by",
    ],
    ["a route with an API key", withSettings({}, access("API_KEY")), "website.signIn.models.0.by"],
    [
      "a route with a token of another user pool",
      withSettings({}, access({ cognito: { userPoolArn: POOL } })),
      "website.signIn.models.0.by",
    ],
    ["a prefix with aws", withSettings({ domainPrefix: "laws" }), "website.signIn.domainPrefix"],
    ["a prefix with amazon", withSettings({ domainPrefix: "amazons" }), "website.signIn.domainPrefix"],
    ["a prefix with cognito", withSettings({ domainPrefix: "my-cognito" }), "website.signIn.domainPrefix"],
    ["a prefix that ends with -", withSettings({ domainPrefix: "loans-" }), "website.signIn.domainPrefix"],
    [
      "a prefix of 64 characters",
      withSettings({ domainPrefix: "a".repeat(64) }),
      "website.signIn.domainPrefix",
    ],
    ["an upper case prefix", withSettings({ domainPrefix: "Loans" }), "website.signIn.domainPrefix"],
    ["no prefix in a project with aws", withSettings({}, { project: "laws" }), "website.signIn.domainPrefix"],
    [
      "scopes of the page's user pool",
      withSettings({}, access({ cognito: { scopes: ["models/predict"] } })),
      "models.loan-default.access.cognito.scopes",
    ],
  ])("is refused with %s", (_, environment, field) => {
    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults.map((fault) => fault.field)).toEqual([field]);
  });

  it("is refused with optional one-time codes, and names the reason", () => {
    // Act
    const faults = checkEnvironments([withSettings({ mfa: "OPTIONAL" as "ON" })]);

    // Assess
    expect(faults).toEqual([
      expect.objectContaining({
        field: "website.signIn.mfa",
        got: JSON.stringify("OPTIONAL"),
        allowed: "ON, OFF",
        because: expect.stringContaining("prompts no user to set up one-time codes"),
      }),
    ]);
  });

  it.each<[string, Environment, string]>([
    [
      "another user pool",
      withSettings({}, access({ cognito: { userPoolArn: POOL } })),
      "access names another user pool than the one of website.signIn, and neither",
    ],
    [
      "another issuer",
      withSettings({}, access({ jwt: { issuer: "https://login.example.com", audience: ["models"] } })),
      "access is { jwt: … }, and neither",
    ],
    ["an API key", withSettings({}, access("API_KEY")), "access is API_KEY, and neither"],
  ])("names the access of the route when the route requires %s", (_, environment, because) => {
    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults.map((fault) => fault.because)).toEqual([expect.stringContaining(because)]);
  });

  it("is refused when another environment of the region has the same prefix", () => {
    // Prepare
    const one = withSettings({ domainPrefix: "loans" });
    const other = { ...one, name: "other", state: { local: { path: "terraform.other.tfstate" } } };

    // Act
    const faults = checkEnvironments([
      one,
      other,
      { ...other, name: "far", region: "us-east-1", state: { local: { path: "f" } } },
    ]);

    // Assess
    expect(faults.map(({ environment, field }) => [environment, field])).toEqual([
      ["other", "website.signIn.domainPrefix"],
    ]);
  });
});
