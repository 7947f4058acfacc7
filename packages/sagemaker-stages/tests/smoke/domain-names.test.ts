import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { parseEnvironment } from "../../src/environment/parse";
import { type Check, checksOf } from "../../src/smoke/checks";
import { send } from "../../src/smoke/http";
import { models } from "../fixtures/app/functions";
import { DEV } from "../local/support/environments";
import { KEY, StageServer } from "./support/stage-server";

const TIMEOUT_IN_MS = 5_000;
const CALLER = "at the API's default address";

function withDomain(disableExecuteApiEndpoint: boolean): Environment {
  return {
    ...DEV,
    stage: {
      ...DEV.stage,
      domain: {
        name: "api.example.com",
        hostedZone: { id: "Z0123456789EXAMPLE" },
        disableExecuteApiEndpoint,
      },
    },
  };
}

/** The checks of a stage with a domain name, whose API has this default address. */
function checksWith(executeApiUrl: string, environment = withDomain(true)): readonly Check[] {
  return checksOf(
    parseEnvironment(environment),
    { stageUrl: "https://api.example.com", functionUrls: new Map(), executeApiUrl },
    { aws: undefined, apiKey: KEY, customerKeys: [], tokens: new Map(), forgedTokens: new Map() },
    models,
  );
}

describe("the smoke test of a stage with a domain name", () => {
  let disabled: StageServer;
  let open: StageServer;

  beforeAll(async () => {
    // The answer of API Gateway at a disabled address.
    disabled = await StageServer.start(() => ({ status: 403, body: { message: "Forbidden" } }));
    open = await StageServer.start(() => undefined);
  });

  afterAll(async () => {
    await disabled.close();
    await open.close();
  });

  async function faultAt({ url }: StageServer): Promise<string | undefined> {
    const check = checksWith(url).find(({ caller }) => caller === CALLER);
    if (check === undefined) throw new Error("got no check of the default address");
    const answer = await send(check.request(), TIMEOUT_IN_MS);
    if ("reason" in answer) throw new Error(answer.reason);
    return check.findFault(answer);
  }

  it("calls the routes at the domain name", () => {
    // Act
    const checks = checksWith("https://abcdefghij.execute-api.us-east-1.amazonaws.com/dev");

    // Assess
    const hosts = checks.map((check) => [check.caller, new URL(check.request().url).host]);
    expect(hosts.filter(([caller]) => caller !== CALLER)).toHaveLength(5);
    expect(new Set(hosts.filter(([caller]) => caller !== CALLER).map(([, host]) => host))).toEqual(
      new Set(["api.example.com"]),
    );
  });

  it("is as expected when API Gateway refuses requests to the default address", async () => {
    // Act
    const fault = await faultAt(disabled);

    // Assess
    expect(fault).toBeUndefined();
  });

  it("fails when the API still answers at the default address, even with a refusal", async () => {
    // Act
    const fault = await faultAt(open);

    // Assess
    expect(fault).toBe("the API answers there");
  });

  it("sends no credentials to the default address", () => {
    // Prepare
    const check = checksWith(disabled.url).find(({ caller }) => caller === CALLER);

    // Act
    const headers = Object.keys(check?.request().headers ?? {});

    // Assess
    expect(headers).toEqual(["content-type"]);
  });

  it("does not call a default address that stays enabled", () => {
    // Act
    const checks = checksWith(open.url, withDomain(false));

    // Assess
    expect(checks.map(({ caller }) => caller)).not.toContain(CALLER);
  });
});
