import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { send } from "../../src/smoke/http";
import { type SignIn, signInChecks } from "../../src/smoke/sign-in";
import { DEV, LOAN_DEFAULT } from "../local/support/environments";
import { ProjectCopy } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { smoke, unexpected } from "./support/smoke";

const TIMEOUT_IN_MS = 60_000;

const SIGN_IN: Environment = {
  ...DEV,
  website: { signIn: { models: [{ model: "loan-default", by: "route" }] } },
  models: { "loan-default": { ...LOAN_DEFAULT, access: { cognito: {} } } },
};

describe("a smoke test of an environment with a sign-in", () => {
  let project: ProjectCopy;
  let stage: RunningStage;

  beforeAll(async () => {
    project = new ProjectCopy();
    project.setEnvironments(SIGN_IN);
    stage = await RunningStage.serve(project, ["dev"]);
  }, TIMEOUT_IN_MS);

  afterAll(async () => {
    await stage?.kill();
    project.remove();
  });

  it(
    "calls the form, the token endpoint and the identity pool when the page describes them",
    async () => {
      // Act
      const { status, table, errors } = await smoke(project, ["dev", "--url", `${stage.url}/dev`]);

      // Assess
      expect(errors).not.toContain("Error");
      expect(unexpected(table)).toEqual([]);
      const rows = table.split("\n").flatMap((line) => (line.startsWith("ok") ? [line.split(/ {2,}/)] : []));
      expect(rows.map(([, route, caller, expected]) => [route, caller, expected]).slice(-5)).toEqual([
        ["GET the sign-in form", "the page", "the form"],
        ["GET the sign-in form", "with the implicit flow", "refused"],
        ["GET the sign-in form", "for a foreign page", "refused, no redirect to it"],
        ["POST the token endpoint", "with an unknown code", "400, invalid_grant"],
        ["POST the identity pool", "a guest", "400, no identity"],
      ]);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the checks of a sign-in", () => {
  let server: Server;
  let answer: (path: string, response: ServerResponse) => void;

  beforeAll(async () => {
    server = createServer((request, response) => answer(request.url ?? "", response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  function signIn(): SignIn {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      domainUrl: url,
      clientId: "client",
      redirectUrl: "https://page.example.com/",
      issuer: url,
      identityPoolId: "eu-central-1:00000000-0000-0000-0000-000000000000",
      identityPoolUrl: `${url}/`,
    };
  }

  /** The fault of each check, by its caller. */
  async function faults(): Promise<Record<string, string | undefined>> {
    const found = signInChecks(signIn()).map(async ({ caller, request, findFault }) => {
      const received = await send(request(), 5_000);
      if ("reason" in received) throw new Error(received.reason);
      return [caller, findFault(received)] as const;
    });
    return Object.fromEntries(await Promise.all(found));
  }

  const redirectTo = (location: string) => (_: string, response: ServerResponse) =>
    response.writeHead(302, { location, connection: "close" }).end();
  const json = (status: number, body: object) => (_: string, response: ServerResponse) =>
    response
      .writeHead(status, { "content-type": "application/json", connection: "close" })
      .end(JSON.stringify(body));

  it.each([
    [
      "issues codes to everyone",
      redirectTo("https://foreign.example.com/?code=1"),
      {
        "the page": "not the form",
        "with the implicit flow": "not refused",
        "for a foreign page": "redirects to the foreign page",
      },
    ],
    [
      "shows its form for every request",
      redirectTo("/login?x=1"),
      { "the page": undefined, "with the implicit flow": "not refused", "for a foreign page": "not refused" },
    ],
    [
      "refuses every request",
      redirectTo("https://page.example.com/?error=unauthorized_client"),
      {
        "the page": "not the form",
        "with the implicit flow": undefined,
        "for a foreign page": undefined,
      },
    ],
    [
      "fails",
      json(500, {}),
      {
        "the page": "not the form",
        "with the implicit flow": "proves nothing",
        "for a foreign page": "proves nothing",
      },
    ],
  ])("report a user pool that %s", async (_, behaviour, expected) => {
    // Prepare
    answer = behaviour;

    // Act
    const found = await faults();

    // Assess
    expect(found).toMatchObject(expected);
  });

  it.each([
    [
      "gives guests an identity and accepts every code",
      json(200, { IdentityId: "1", id_token: "1" }),
      "not 400",
      "not 400",
    ],
    [
      "refuses for another reason",
      json(400, { error: "x", __type: "y" }),
      "not invalid_grant",
      "not NotAuthorizedException",
    ],
    [
      "refuses as AWS does",
      json(400, { error: "invalid_grant", __type: "com.amazonaws.cognito#NotAuthorizedException" }),
      undefined,
      undefined,
    ],
  ])("evaluate a sign-in that %s", async (_, behaviour, code, guest) => {
    // Prepare
    answer = behaviour;

    // Act
    const found = await faults();

    // Assess
    expect(found["with an unknown code"]).toBe(code);
    expect(found["a guest"]).toBe(guest);
  });
});
