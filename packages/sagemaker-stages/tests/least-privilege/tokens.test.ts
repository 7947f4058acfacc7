import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { mutantsOf } from "../../src/testing/least-privilege/mutants";
import { describeSurvivor, runMutants } from "../../src/testing/least-privilege/mutants/run-mutants";
import type { Proof } from "../../src/testing/least-privilege/proof";
import { proveEnvironments } from "../../src/testing/least-privilege/prove-app";
import { example, exampleModel, named } from "../stacks/support/environments";
import { models } from "../support/app";

const TIMEOUT_IN_MS = 120_000;
const POOL = "arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_A1b2C3d4E";
const ISSUER = "https://login.example.com";

const environment: Environment = named("tokens", {
  ...example,
  models: {
    "loan-default": {
      ...exampleModel,
      access: { jwt: { issuer: ISSUER, audience: ["models"], scopes: ["score"] } },
    },
    "energy-demand": { ...exampleModel, access: { cognito: { userPoolArn: POOL, scopes: ["models/use"] } } },
  },
});

let proof: Proof;

beforeAll(async () => {
  const { proofs, findings } = await proveEnvironments({ models, environments: [environment] });
  expect(findings.map(({ message }) => message)).toEqual([]);
  const [found] = proofs;
  if (found === undefined) throw new Error("got no proof");
  proof = found.proof;
}, TIMEOUT_IN_MS);

/** The kinds of the killed mutants of a route; a survivor is described in place of its kind. */
function kindsOf(path: string): string[] {
  const { mutants } = mutantsOf(proof.stack, proof.iamData, environment);
  const ofRoute = [...mutants.values()].filter(({ subject }) => subject === `route POST ${path} of tokens`);
  const kinds = runMutants(proof, ofRoute).map((result) =>
    result.isKilled ? result.mutant.kind : describeSurvivor(result),
  );
  return [...new Set(kinds)].sort();
}

/** The kinds of mutants of the scheme of every authorizer. */
function ofScheme(credential: string, more: readonly string[] = []): string[] {
  const faults = [
    "another header name",
    "another identity source",
    "another kind",
    "another place of the credential",
    "another type",
    ...more,
  ];
  return faults.map((fault) => `an authorizer of ${credential} with ${fault}`);
}

describe("the proof of routes that require tokens", () => {
  it("kills each mutant of a route with tokens of an issuer, and of its authorizer", () => {
    // Act
    const kinds = kindsOf("/loan-default");

    // Assess
    expect(kinds).toEqual(
      [
        "a public route",
        "a route with an API key in place of a signature",
        "a route with two authorizations",
        "a route for another audience, too",
        "a route for tokens of another issuer",
        ...ofScheme("an issuer's token", [
          "a function of another account",
          "a second identity source",
          "another function",
          "another package, e.g. with another issuer",
          "no identity source",
        ]),
        "a route whose required token is unknown",
        "a route with another required scope",
        "a route without its audience",
        "a route without the scope score",
      ].sort(),
    );
  });

  it("kills each mutant of a route with tokens of a user pool", () => {
    // Act
    const kinds = kindsOf("/energy-demand");

    // Assess
    expect(kinds).toEqual(
      [
        "a public route",
        ...ofScheme("a user pool's token"),
        "a route for ID tokens in place of access tokens",
        "a route for another scope of the user pool, too",
        "a route for tokens of a second user pool",
        "a route for tokens of another user pool",
      ].sort(),
    );
  });

  it("names the scheme of an authorizer that it refuses", () => {
    // Prepare
    const changed = proof.stack.changed(({ resource }) => {
      for (const api of Object.values(resource.aws_api_gateway_rest_api ?? {})) {
        api.body = String(api.body).replace(
          "method.request.header.Authorization",
          "method.request.header.Accept",
        );
      }
    });

    // Act
    const act = () => proof.withPolicies(changed);

    // Assess
    expect(act).toThrow(/no rule reads the security \[\{"tokens":\[\]\}\] with the scheme .*header\.Accept/);
  });
});
