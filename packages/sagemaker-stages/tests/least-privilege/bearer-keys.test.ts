import { beforeAll, describe, expect, it } from "@jest/globals";
import { chat } from "../../examples/chat";
import { mutantsOf } from "../../src/testing/least-privilege/mutants";
import { describeSurvivor, runMutants } from "../../src/testing/least-privilege/mutants/run-mutants";
import type { Proof } from "../../src/testing/least-privilege/proof";
import { proveEnvironments } from "../../src/testing/least-privilege/prove-app";
import type { TerraformJson } from "../../src/testing/terraform";
import { models } from "../support/app";

const TIMEOUT_IN_MS = 120_000;

let proof: Proof;

beforeAll(async () => {
  const { proofs, findings } = await proveEnvironments({ models, environments: [chat] });
  expect(findings.map(({ message }) => message)).toEqual([]);
  const [found] = proofs;
  if (found === undefined) throw new Error("got no proof");
  proof = found.proof;
}, TIMEOUT_IN_MS);

interface ApiDocument {
  readonly paths: Readonly<Record<string, Record<string, { security: object[] }>>>;
}

/** Changes the document of the API. */
function withDocument(change: (document: ApiDocument) => void): ReturnType<Proof["stack"]["changed"]> {
  return proof.stack.changed(({ resource }: TerraformJson) => {
    for (const api of Object.values(resource.aws_api_gateway_rest_api ?? {})) {
      const document: ApiDocument = JSON.parse(String(api.body).replaceAll("$${", "${"));
      change(document);
      api.body = JSON.stringify(document).replaceAll("${", "$${");
    }
  });
}

describe("the proof of customers who send their keys as bearer tokens", () => {
  it(
    "kills each mutant of the authorizers, the source of keys and the routes of customers",
    () => {
      // Prepare
      const { mutants } = mutantsOf(proof.stack, proof.iamData, chat);
      const ofKeys = [...mutants.values()].filter(({ kind }) =>
        /customers|bearer key|source of keys/.test(kind),
      );

      // Act
      const results = runMutants(proof, ofKeys);

      // Assess
      expect(results.filter(({ isKilled }) => !isKilled).map(describeSurvivor)).toEqual([]);
      expect([...new Set(ofKeys.map(({ kind }) => kind))].sort()).toEqual([
        "a route of customers without a required key",
        "a route of customers without its authorizer",
        "an API of customers with another source of keys",
        "an authorizer of a bearer key with a function of another account",
        "an authorizer of a bearer key with a second identity source",
        "an authorizer of a bearer key with another function",
        "an authorizer of a bearer key with another header name",
        "an authorizer of a bearer key with another identity source",
        "an authorizer of a bearer key with another kind",
        "an authorizer of a bearer key with another place of the credential",
        "an authorizer of a bearer key with another type",
        "an authorizer of a bearer key with no identity source",
      ]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "kills each hand-picked mutant, of the functions of models and of the authorizer",
    () => {
      // Prepare
      const { mutants } = mutantsOf(proof.stack, proof.iamData, chat);
      const handPicked = [...mutants.values()].filter(({ kind }) => kind === "hand-picked");

      // Act
      const results = runMutants(proof, handPicked);

      // Assess
      const descriptions = handPicked.map(({ description }) => description).join("\n");
      expect(results.filter(({ isKilled }) => !isKilled).map(describeSurvivor)).toEqual([]);
      expect(descriptions).toContain("role talk-authorizer-function: reads API keys");
      expect(descriptions).toContain("role talk-language-check-function: denies requests that it needs");
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["a route of bearer keys with the authorizer of x-api-key", "/v1/chat/completions", "post", "customers"],
    ["a route of x-api-key with the authorizer of bearer keys", "/language-check", "get", "customers_bearer"],
  ])(
    "refuses %s, because API Gateway would cache the result by the other header",
    (_, path, method, scheme) => {
      // Prepare
      const stack = withDocument(({ paths }) => {
        const operation = paths[path]?.[method];
        if (operation === undefined) throw new Error(`no ${method} ${path}`);
        operation.security = [{ [scheme]: [] }, { api_key: [] }];
      });

      // Act
      const act = () => proof.withPolicies(stack);

      // Assess
      expect(act).toThrow(`${method} ${path}: no rule reads the security`);
    },
  );

  it("opens for each key exactly the routes of its customer", () => {
    // Act
    const allowed = proof.allowedRequests.flatMap(({ apiKey, resource: { exact } }) =>
      apiKey === undefined ? [] : [`${apiKey} ${exact.replace(/^.*?\//, "")}`],
    );

    // Assess
    expect(allowed.sort()).toEqual([
      "talk-acme-customer-1 talk/GET/language-check",
      "talk-acme-customer-1 talk/POST/v1/chat/completions",
      "talk-globex-customer-1 talk/GET/language-check",
    ]);
  });
});
