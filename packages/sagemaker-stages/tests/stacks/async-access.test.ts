import { describe, expect, it } from "@jest/globals";
import { createApp } from "../../src/app/create-app";
import { customers, digestOf } from "../../src/authorizer/customers";
import type { AuthorizerAnswer, AuthorizerEvent } from "../../src/authorizer/event";
import { createAuthorizer } from "../../src/authorizer/handler";
import { tokens } from "../../src/authorizer/tokens";
import { authorizerSource } from "../../src/constructs/api/authorizer-code";
import { routesOf } from "../../src/environment/async-requests";
import type { Environment } from "../../src/environment/environment";
import type { PolicyDocument } from "../../src/iam/policy-document";
import type { Models } from "../../src/models";
import { BEFORE_EVERY_END } from "../../src/testing/clock";
import { readStack } from "../../src/testing/synthesize";
import { inTempFolder } from "../../src/testing/temp-folder";
import { jwkOf, rsaKeys } from "../authorizer/support/keys";
import { AUDIENCE, ISSUER, type SigningIssuer, validToken } from "../authorizer/support/near-misses";
import { isAllowed } from "../deploy/support/evaluation";
import { models } from "../fixtures/app/functions";
import { example, exampleModel, named } from "./support/environments";
import { parseEmbedded, SynthesizedStack } from "./support/synthesized";

/** Asynchronous models. Each path begins with the path of `loan-default` as text, and one ends as the folder of its requests does. */
const PATHS = {
  "loan-default": "/loan",
  "energy-demand": "/loan-default",
  "house-price": "/loanrequests",
} as const;

type Model = keyof typeof PATHS;

const MODELS = Object.keys(PATHS) as Model[];

/** The id of a request in the form of the function. */
const ID = "Zb5iVqT0sQH2yXy1jv0v0b3o8wq5m0Lk";

/** The four requests of a caller, e.g. `GET/loan/requests/<id>`. */
function requestsOf(model: Model): string[] {
  return routesOf({ method: "POST", path: PATHS[model] }, true).map(
    ({ method, path }) => `${method}${path.replace("{id}", ID)}`,
  );
}

const EVERY_REQUEST = MODELS.flatMap(requestsOf);

/** Requests that no caller may send: other methods, and paths that only begin as a route. */
const NO_ROUTES = MODELS.flatMap((model) => [
  `GET${PATHS[model]}`,
  `DELETE${PATHS[model]}/requests/${ID}`,
  `POST${PATHS[model]}/requests/${ID}`,
  `GET${PATHS[model]}/uploads/${ID}`,
  `GET${PATHS[model]}/requests`,
  `GET${PATHS[model]}/requestsof/${ID}`,
]);

describe("the requests of the tests", () => {
  it("are four for each model, and none is a request of another model", () => {
    expect(EVERY_REQUEST).toHaveLength(12);
    expect(new Set([...EVERY_REQUEST, ...NO_ROUTES]).size).toBe(EVERY_REQUEST.length + NO_ROUTES.length);
    expect(requestsOf("loan-default")).toEqual([
      "POST/loan",
      `GET/loan/requests/${ID}`,
      "POST/loan/uploads",
      `POST/loan/uploads/${ID}`,
    ]);
  });
});

describe("the policy of a caller", () => {
  const asyncModel = {
    artifact: exampleModel.artifact,
    image: exampleModel.image,
    instances: { instanceType: "ml.m5.large", initialInstanceCount: 1, async: { days: 1 } },
  } as const;
  const environment: Environment = {
    ...named("queues", example),
    models: Object.fromEntries(MODELS.map((model) => [model, asyncModel])),
    callers: Object.fromEntries(
      MODELS.map((model) => [
        `of-${model}`,
        { mayInvoke: [{ model, by: "route" as const }], roles: [model] },
      ]),
    ),
  };
  const catalog: Models = {
    ...models,
    ...Object.fromEntries(
      MODELS.map((model) => [
        model,
        { ...models[model], route: { ...models[model].route, method: "POST", path: PATHS[model] } },
      ]),
    ),
  };
  const stack = inTempFolder((outdir) => {
    createApp({ models: catalog, environments: [environment], now: BEFORE_EVERY_END, outdir }).synth();
    return new SynthesizedStack("queues", readStack(outdir, "queues"));
  });

  it.each(MODELS)("opens the four routes of %s, and no route of another model", (model) => {
    // Prepare
    const policies = stack.find("aws_iam_policy").map(({ values }) => values);
    const own = policies.find(({ name }) => String(name).includes(`of-${model}`));
    const document = parseEmbedded(own?.policy ?? "", "policy") as unknown as PolicyDocument;
    // The API's ARN is known after its creation.
    const api = "arn:aws:execute-api:eu-central-1:111122223333:abcdefghij";
    const Statement = document.Statement.map(({ Resource = [], ...statement }) => ({
      ...statement,
      Resource: Resource.map((arn) => arn.replace(/^\$\{[^}]+\.execution_arn\}/, api)),
    }));

    // Act
    const allowed = [...EVERY_REQUEST, ...NO_ROUTES].filter((request) =>
      isAllowed([{ ...document, Statement }], {
        action: "execute-api:Invoke",
        resource: `${api}/queues/${request}`,
        context: {},
      }),
    );

    // Assess
    expect(policies).toHaveLength(MODELS.length);
    expect(allowed).toEqual(requestsOf(model));
  });
});

describe("the policy of an authorizer", () => {
  const STAGE = "arn:aws:execute-api:eu-central-1:111122223333:abcdefghij/dev";
  const NOW = 1_800_000_000;
  const issuer: SigningIssuer = { keyId: "key-1", keys: rsaKeys(), now: NOW };
  const documents: Readonly<Record<string, unknown>> = {
    [`${ISSUER}/.well-known/openid-configuration`]: {
      issuer: ISSUER,
      jwks_uri: "https://keys.example.com/jwks",
    },
    "https://keys.example.com/jwks": { keys: [jwkOf(issuer.keys, { kid: issuer.keyId, alg: "RS256" })] },
  };
  const keyOf = (model: Model) => `key-of-${model}`.padEnd(40, "0");

  /** The routes of all models, with the access of each. */
  function routesWith(access: (model: Model) => Parameters<typeof authorizerSource>[0][number]["access"]) {
    return MODELS.map((model) => ({
      access: access(model),
      contract: { model, route: { method: "POST", path: PATHS[model] } as const },
      isAsync: true,
    }));
  }

  /** Calls the authorizer as API Gateway does, which names the resource with the parameter. */
  function eventOf(model: Model, headers: AuthorizerEvent["multiValueHeaders"], index: number) {
    const { method, path } = routesOf({ method: "POST", path: PATHS[model] }, true)[index] ?? {};
    const [request = ""] = requestsOf(model).slice(index);
    return {
      type: "REQUEST",
      methodArn: `${STAGE}/${request}`,
      httpMethod: method ?? "",
      resource: path ?? "",
      multiValueHeaders: headers ?? null,
    };
  }

  /** The requests that API Gateway accepts with the cached policy of an answer. */
  function acceptedWith({ policyDocument }: AuthorizerAnswer): string[] {
    const [statement] = policyDocument.Statement;
    if (statement?.Effect !== "Allow") return [];
    const document = {
      Version: policyDocument.Version,
      Statement: [
        { Sid: "", Effect: "Allow" as const, Action: [statement.Action], Resource: [...statement.Resource] },
      ],
    };
    return [...EVERY_REQUEST, ...NO_ROUTES].filter((request) =>
      isAllowed([document], { action: "execute-api:Invoke", resource: `${STAGE}/${request}`, context: {} }),
    );
  }

  const indexes = [0, 1, 2, 3];

  it.each(MODELS)("opens the four routes of %s for the key of its customer, and no other", async (model) => {
    // Prepare
    const bought = Object.fromEntries(MODELS.map((one) => [`buyer-of-${one}`, { models: [one] }]));
    const variable = MODELS.map((one) => `buyer-of-${one}:${digestOf(keyOf(one))}`).join(",");
    const source = authorizerSource(
      routesWith(() => "API_KEY"),
      bought,
    );
    const authorize = createAuthorizer([customers(source?.customers ?? {}, variable)], { write: () => {} });

    // Act
    const answers = await Promise.all(
      indexes.map((index) => authorize(eventOf(model, { "x-api-key": [keyOf(model)] }, index))),
    );

    // Assess
    // API Gateway caches the policy of the first request for all others.
    for (const answer of answers) expect(acceptedWith(answer)).toEqual(requestsOf(model));
  });

  it.each(MODELS)("opens the four routes of %s for a token of its audience, and no other", async (model) => {
    // Prepare
    const source = authorizerSource(
      routesWith((one) => ({ jwt: { issuer: ISSUER, audience: [`${AUDIENCE}-${one}`], scopes: [] } })),
    );
    const authorize = createAuthorizer(
      [tokens(source?.tokens ?? [], { now: () => NOW * 1000, fetchJson: async (url) => documents[url] })],
      { write: () => {} },
    );
    const token = validToken(issuer, { aud: `${AUDIENCE}-${model}` });

    // Act
    const answers = await Promise.all(
      indexes.map((index) => authorize(eventOf(model, { authorization: [`Bearer ${token}`] }, index))),
    );

    // Assess
    for (const answer of answers) expect(acceptedWith(answer)).toEqual(requestsOf(model));
  });

  it("opens no route of an asynchronous model for a token without its scope", async () => {
    // Prepare
    const source = authorizerSource(
      routesWith((one) => ({ jwt: { issuer: ISSUER, audience: [AUDIENCE], scopes: [`${one}:score`] } })),
    );
    const authorize = createAuthorizer(
      [tokens(source?.tokens ?? [], { now: () => NOW * 1000, fetchJson: async (url) => documents[url] })],
      { write: () => {} },
    );
    const token = validToken(issuer, { scope: "energy-demand:score" });

    // Act
    const answer = await authorize(eventOf("loan-default", { authorization: [`Bearer ${token}`] }, 1));

    // Assess
    expect(acceptedWith(answer)).toEqual(requestsOf("energy-demand"));
  });
});
