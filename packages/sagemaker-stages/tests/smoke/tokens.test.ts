import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { ParsedEnvironment } from "../../src/environment/environment";
import { parseEnvironment } from "../../src/environment/parse";
import { checksOf } from "../../src/smoke/checks";
import { findTokens } from "../../src/smoke/credentials";
import { models } from "../fixtures/app/functions";
import { DEV, LOAN_DEFAULT } from "../local/support/environments";

const OUTPUTS = {
  stageUrl: "https://abcdefghij.execute-api.us-east-1.amazonaws.com/dev",
  functionUrls: new Map(),
};
const ROUTES = new Map([
  ["loan-default", "/loan-default"],
  ["energy-demand", "/energy-demand"],
]);
const FORGED = new Map([["loan-default", "f.o.rged"]]);
const VARIABLES = ["SMOKE_TOKEN", "SMOKE_TOKEN_LOAN_DEFAULT"];
const saved = new Map<string, string | undefined>();

beforeEach(() => {
  for (const name of VARIABLES) {
    saved.set(name, process.env[name]);
    delete process.env[name];
  }
});

afterEach(() => {
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

describe("the tokens of a smoke test", () => {
  it("are none without a variable: only the owner of a token can get it", async () => {
    // Act
    const tokens = await findTokens(ROUTES, OUTPUTS);

    // Assess
    expect([...tokens]).toEqual([]);
  });

  it("are the token of the model, or else the common token", async () => {
    // Prepare
    process.env.SMOKE_TOKEN = "a.b.c";
    process.env.SMOKE_TOKEN_LOAN_DEFAULT = "d.e.f";

    // Act
    const tokens = await findTokens(ROUTES, OUTPUTS);

    // Assess
    expect([...tokens]).toEqual([
      ["loan-default", "d.e.f"],
      ["energy-demand", "a.b.c"],
    ]);
  });
});

describe("the checks of a route that requires a token", () => {
  const environment: ParsedEnvironment = parseEnvironment({
    ...DEV,
    models: {
      "loan-default": {
        ...LOAN_DEFAULT,
        access: { jwt: { issuer: "https://login.example.com", audience: ["models"] } },
      },
    },
  });

  it.each([
    { tokens: [], callers: ["without a token", "with a forged token", "a page's preflight"] },
    {
      tokens: [["loan-default", "a.b.c"]] as const,
      callers: [
        "with the token",
        "with the token, without data",
        "without a token",
        "with a forged token",
        "a page's preflight",
      ],
    },
  ])("are $callers with the tokens $tokens", ({ tokens, callers }) => {
    // Act
    const checks = checksOf(
      environment,
      OUTPUTS,
      { aws: undefined, apiKey: undefined, customerKeys: [], tokens: new Map(tokens), forgedTokens: FORGED },
      models,
    );

    // Assess
    expect(checks.map(({ caller }) => caller)).toEqual(callers);
  });

  it("fail when the route answers without a token", () => {
    // Prepare
    const checks = checksOf(
      environment,
      OUTPUTS,
      { aws: undefined, apiKey: undefined, customerKeys: [], tokens: new Map(), forgedTokens: FORGED },
      models,
    );

    // Act
    const faults = checks
      .slice(0, 2)
      .map(({ findFault }) => findFault({ status: 200, headers: new Headers(), body: "{}" } as never));

    // Assess
    expect(faults).toEqual(["not 401", "not 401"]);
  });
});
