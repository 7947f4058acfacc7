import { describe, expect, it } from "@jest/globals";
import { passThrough } from "../../src/contracts/pass-through";
import { checkEnvironments as checkEnvironmentsOf } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import type { ModelSettings } from "../../src/environment/model-settings";
import { defineModels, type RoutedModel } from "../../src/models";
import { models } from "../fixtures/app/functions";
import { checkEnvironments } from "../support/app";
import { environmentOf, INSTANCES, NETWORK, SERVERLESS } from "./support/environments";

/** An environment whose only model has a contract with `passThrough`. */
function gatewayWith(model: object, part: Partial<Environment> = {}): Environment {
  return environmentOf({}, { models: { "house-price": model as ModelSettings }, ...part });
}

const VIA: ModelSettings = { ...SERVERLESS, via: "gateway" };

/** The faults of a route via API Gateway. These members replace members of the fixture's contract. */
function faultsOfContract(changes: Partial<RoutedModel>): string[] {
  const model: RoutedModel = { ...models["house-price"], ...changes };
  return checkEnvironmentsOf([gatewayWith(VIA)], { models: { "house-price": model } }).map(
    ({ field, got, allowed }) => `${field}: got ${got}; allowed: ${allowed}`,
  );
}

describe("a route via API Gateway", () => {
  it.each<[string, object]>([
    ["a serverless endpoint", VIA],
    ["an endpoint on instances", { ...INSTANCES, via: "gateway" }],
    ["an existing endpoint", { existingEndpoint: "shared", via: "gateway" }],
    ["a target", { existingEndpoint: "shared", targetModel: "eu/prices.tar.gz", via: "gateway" }],
    ["an API key", { ...VIA, access: "API_KEY" }],
    ["public access", { ...VIA, access: "PUBLIC" }],
  ])("is accepted with %s", (_, model) => {
    // Act
    const faults = checkEnvironments([gatewayWith(model)]);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[string, object]>([
    ["function", { function: { memorySizeInMb: 512 } }],
    ["functionUrl", { functionUrl: {} }],
    ["existingFunction", { existingFunction: "scoring" }],
    ["existingFunctionRole", { existingFunction: "scoring", existingFunctionRole: "scoring" }],
    ["sagemakerEnvironmentVariableName", { sagemakerEnvironmentVariableName: "ENDPOINT" }],
  ])("is refused together with %s", (setting, settings) => {
    // Act
    const faults = checkEnvironments([gatewayWith({ ...VIA, ...settings })]);

    // Assess
    const given = Object.keys(settings)
      .sort((one) => (one === setting ? 1 : -1))
      .join(", ");
    expect(faults.filter(({ field }) => field === "models.house-price.via")).toMatchObject([
      {
        got: expect.stringContaining(`"gateway" together with ${given}`),
        allowed: expect.stringContaining('"lambda", or "gateway" without'),
        because: "API Gateway invokes the endpoint itself, and the route has no function",
      },
    ]);
  });

  it("is refused with another value, and the message lists the allowed values", () => {
    // Act
    const faults = checkEnvironments([gatewayWith({ ...SERVERLESS, via: "api-gateway" })]);

    // Assess
    expect(faults).toMatchObject([
      { field: "models.house-price.via", got: '"api-gateway"', allowed: "lambda, gateway" },
    ]);
  });

  it("is refused if the contract has no passThrough, although a route via Lambda accepts the contract", () => {
    // Act
    const faults = checkEnvironments([environmentOf(VIA)]);
    const withLambda = checkEnvironments([environmentOf({ ...SERVERLESS, via: "lambda" })]);

    // Assess
    expect(faults).toMatchObject([
      {
        field: "models.loan-default.via",
        got: '"gateway" with a contract without passThrough',
        allowed: '"lambda", or a contract with passThrough, e.g. of the ready-made contract passThrough()',
      },
    ]);
    expect(withLambda).toEqual([]);
  });

  it.each<[string, Partial<RoutedModel>, string]>([
    [
      "a GET",
      { route: { method: "GET", path: "/house-price" } },
      'via: got "gateway" with a contract whose route is GET /house-price; allowed: "lambda", or a contract whose route is a POST',
    ],
    [
      "answers that are bytes",
      { answerTypes: ["image/png", "application/x-npy"] },
      'via: got "gateway" with a contract whose answerTypes are image/png, application/x-npy; allowed: "lambda", or a contract without answerTypes',
    ],
    [
      "headers of the caller",
      { callerHeaders: ["x-correlation-id"] },
      'via: got "gateway" with a contract that reads the caller\'s headers x-correlation-id; allowed: "lambda", or a contract without callerHeaders',
    ],
    [
      "headers of the answer",
      { answerHeaders: ["x-model-version"] },
      'via: got "gateway" with a contract that sets the headers x-model-version of the answer; allowed: "lambda", or a contract without answerHeaders',
    ],
    [
      "an invalid media type in passThrough.accept",
      { passThrough: { accept: "it's JSON" } },
      'via: got "gateway" with a contract whose passThrough.accept is "it\'s JSON"; allowed: "lambda", or a contract with a media type, e.g. application/json',
    ],
    [
      "an invalid media type in passThrough.contentType",
      { passThrough: { contentType: "json", accept: "application/json" } },
      'via: got "gateway" with a contract whose passThrough.contentType is "json"; allowed: "lambda", or a contract with a media type, e.g. application/json',
    ],
  ])("is refused if the contract has %s", (_, changes, fault) => {
    // Act
    const faults = faultsOfContract(changes);

    // Assess
    expect(faults).toEqual([`models.house-price.${fault}`]);
  });

  it.each<[string, object, string, string]>([
    [
      "targetModels, from which the contract would choose",
      { targetModels: ["eu/*"] },
      "via",
      '"gateway" together with targetModels',
    ],
    ["a target model with a quote", { targetModel: "it's" }, "targetModel", '"it\'s"'],
  ])("is refused with %s", (_, target, field, got) => {
    // Act
    const faults = checkEnvironments([
      gatewayWith({ existingEndpoint: "shared", via: "gateway", ...target }),
    ]);

    // Assess
    expect(faults).toMatchObject([{ field: `models.house-price.${field}`, got }]);
  });

  it.each<[string, "application/json" | readonly string[]]>([
    ["JSON", "application/json"],
    ["bytes", ["application/x-npy"]],
  ])("is accepted with the ready-made contract passThrough() for %s", (_, takes) => {
    // Prepare
    const request = takes === "application/json" ? { x: 1 } : { contentType: takes[0], base64: "AAEC" };
    const catalog = defineModels({ raw: passThrough({ takes, example: { request, answer: { y: 2 } } }) });

    // Act
    const faults = checkEnvironmentsOf([environmentOf({}, { models: { raw: VIA } })], { models: catalog });

    // Assess
    expect(faults).toEqual([]);
  });

  it("has all faults of its contract in one report", () => {
    // Act
    const faults = faultsOfContract({ callerHeaders: ["x-one"], answerHeaders: ["x-two"] });

    // Assess
    expect(faults).toHaveLength(2);
  });

  it("is not in the network, so that the network requires an endpoint on instances", () => {
    // Act
    const alone = checkEnvironments([gatewayWith(VIA, { network: NETWORK })]);
    const inNetwork = checkEnvironments([
      gatewayWith({ ...INSTANCES, inNetwork: true, via: "gateway" }, { network: NETWORK }),
    ]);

    // Assess
    expect(alone).toMatchObject([{ field: "network" }]);
    expect(inNetwork).toEqual([]);
  });

  it("has no function URL, and refuses a caller by function URL", () => {
    // Act
    const faults = checkEnvironments([
      gatewayWith(VIA, {
        callers: { shop: { mayInvoke: [{ model: "house-price", by: "functionUrl" }], roles: ["shop"] } },
      }),
    ]);

    // Assess
    expect(faults).toMatchObject([{ field: "callers.shop.mayInvoke.0.by", got: '"functionUrl"' }]);
  });

  it("reserves the names of its role and of its absent function", () => {
    // Prepare
    const other = (settings: object): Environment =>
      environmentOf(
        { ...SERVERLESS, ...settings },
        { name: "other", state: { local: { path: "terraform.other.tfstate" } } },
      );

    // Act
    const ofFunction = checkEnvironments([
      gatewayWith(VIA),
      other({ existingFunction: "test-house-price", existingFunctionRole: "scoring" }),
    ]);
    const ofRole = checkEnvironments([
      gatewayWith(VIA),
      other({ existingFunction: "scoring", existingFunctionRole: "test-house-price-gateway" }),
    ]);

    // Assess
    expect(ofFunction).toMatchObject([
      { environment: "other", field: "models.loan-default.existingFunction", got: '"test-house-price"' },
    ]);
    expect(ofRole).toMatchObject([
      {
        environment: "other",
        field: "models.loan-default.existingFunctionRole",
        got: '"test-house-price-gateway"',
      },
    ]);
  });
});
