import { beforeAll, describe, expect, it } from "@jest/globals";
import { type AuthorizerSource, authorizerZip } from "../../src/constructs/api/authorizer-code";
import { mutantsOf } from "../../src/testing/least-privilege/mutants";
import { describeSurvivor, runMutants } from "../../src/testing/least-privilege/mutants/run-mutants";
import type { Proof } from "../../src/testing/least-privilege/proof";
import { proveEnvironments, proveLeastPrivilege } from "../../src/testing/least-privilege/prove-app";
import { authorizerSourceOf } from "../../src/testing/least-privilege/recorder";
import type { TerraformJson } from "../../src/testing/terraform";
import { models } from "../support/app";
import { sold, soldTwice } from "./support/environments";

const TIMEOUT_IN_MS = 120_000;

let proof: Proof;

beforeAll(async () => {
  const { proofs, findings } = await proveEnvironments({ models, environments: [sold] });
  expect(findings.map(({ message }) => message)).toEqual([]);
  const [found] = proofs;
  if (found === undefined) throw new Error("got no proof");
  proof = found.proof;
}, TIMEOUT_IN_MS);

/** Kinds of mutants of keys, usage plans and the authorizer. */
const KINDS = /usage plan|^a key |customers|^the keys of|authorizer (?:of a key )?(?:with|without)/;

describe("the proof of customers", () => {
  it(
    "kills each mutant of keys, usage plans, the authorizer and the routes of customers",
    () => {
      // Prepare
      const { mutants } = mutantsOf(proof.stack, proof.iamData, sold);
      const ofCustomers = [...mutants.values()].filter(({ kind }) => KINDS.test(kind));

      // Act
      const results = runMutants(proof, ofCustomers);

      // Assess
      expect(results.filter(({ isKilled }) => !isKilled).map(describeSurvivor)).toEqual([]);
      expect([...new Set(ofCustomers.map(({ kind }) => kind))].sort()).toEqual([
        "a key with a value that the Terraform contains",
        "a key without a usage plan",
        "a route of customers without a required key",
        "a route of customers without its authorizer",
        "a usage plan for a second stage",
        "a usage plan for another stage",
        "a usage plan with one more route",
        "a usage plan without a stage",
        "a usage plan without its routes",
        "an API of customers with another source of keys",
        "an authorizer of a key with a function of another account",
        "an authorizer of a key with a second identity source",
        "an authorizer of a key with another function",
        "an authorizer of a key with another header name",
        "an authorizer of a key with another identity source",
        "an authorizer of a key with another kind",
        "an authorizer of a key with another place of the credential",
        "an authorizer of a key with another type",
        "an authorizer of a key with no identity source",
        "an authorizer with another package, e.g. with one more route of a customer",
        "an authorizer without the keys of acme",
        "an authorizer without the keys of globex",
        "the keys of acme as keys of globex",
        "the keys of globex as keys of acme",
      ]);
    },
    TIMEOUT_IN_MS,
  );

  it("refuses an authorizer whose code gives acme one more route", () => {
    // Prepare
    const source: AuthorizerSource | undefined = authorizerSourceOf(sold, models);
    const ofAcme = source?.customers?.acme ?? [];
    const changed = authorizerZip({
      tokens: [],
      customers: { ...source?.customers, acme: [...ofAcme, "POST /energy-demand"] },
    });
    const change = ({ resource }: TerraformJson) => {
      for (const fn of Object.values(resource.aws_lambda_function ?? {})) {
        if (fn.function_name === "apart-authorizer") fn.source_code_hash = changed.sha256;
      }
    };

    // Act
    const act = () => proof.withPolicies(proof.stack.changed(change));

    // Assess
    expect(ofAcme).not.toContain("POST /energy-demand");
    expect(act).toThrow(
      "function apart-authorizer: got another package; allowed: the package that the engine makes for the environment's tokens and customers",
    );
  });

  it("compares each key with each route, on the own stage and on another stage", () => {
    // Act
    const withKeys = (requests: Proof["deniedRequests"]) =>
      requests.flatMap(({ apiKey, resource: { exact } }) =>
        apiKey === undefined ? [] : [`${apiKey} ${exact.replace(/^.*?\//, "")}`],
      );
    const [allowed, denied] = [withKeys(proof.allowedRequests), withKeys(proof.deniedRequests)];

    // Assess
    expect(allowed.sort()).toEqual([
      "apart-acme-customer-1 apart/POST/house-price",
      "apart-acme-customer-1 apart/POST/loan-default",
      "apart-acme-customer-1 apart/POST/ticket-urgency",
      "apart-acme-customer-2 apart/POST/house-price",
      "apart-acme-customer-2 apart/POST/loan-default",
      "apart-acme-customer-2 apart/POST/ticket-urgency",
      "apart-globex-customer-1 apart/POST/energy-demand",
      "apart-globex-customer-1 apart/POST/ticket-urgency",
    ]);
    expect(denied).toEqual(
      expect.arrayContaining([
        "apart-acme-customer-1 apart/POST/energy-demand",
        "apart-acme-customer-2 apart/POST/energy-demand",
        "apart-globex-customer-1 apart/POST/loan-default",
        "apart-globex-customer-1 apart/POST/house-price",
        "apart-acme-customer-1 apart-other/POST/loan-default",
        "unknown apart/POST/loan-default",
      ]),
    );
  });

  it(
    "finds every mutant of two customers with the same routes",
    async () => {
      // Act
      const { findings, survivors, record } = await proveLeastPrivilege({
        models,
        environments: [soldTwice],
      });

      // Assess
      expect({ findings, survivors }).toEqual({ findings: [], survivors: [] });
      expect(record.length).toBeGreaterThan(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "refuses an authorizer that takes the key of one customer for another customer with the same routes",
    async () => {
      // Prepare
      const { proofs } = await proveEnvironments({ models, environments: [soldTwice] });
      const stack = proofs[0]?.proof.stack;
      const change = ({ resource }: TerraformJson) => {
        for (const fn of Object.values(resource.aws_lambda_function ?? {})) {
          const variables = (fn.environment as { variables?: Record<string, string> } | undefined)?.variables;
          if (variables?.CUSTOMER_KEYS === undefined) continue;
          const names = /^acme(.*),globex(.*)$/;
          variables.CUSTOMER_KEYS = variables.CUSTOMER_KEYS.replace(names, "globex$1,acme$2");
        }
      };

      // Act
      const act = () => stack && proofs[0]?.proof.withPolicies(stack.changed(change));

      // Assess
      expect(act).toThrow(/got the customer globex from the authorizer; allowed: "acme"/);
    },
    TIMEOUT_IN_MS,
  );
});
