import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { problemOf, type Request, type Response, send } from "./support/client";
import { paste } from "./support/curl";
import { EVERY_MODEL } from "./support/environments";
import { ProjectCopy } from "./support/project";
import { REPAID_ROW } from "./support/rows";
import { RunningStage } from "./support/running-stage";
import { sign } from "./support/signing";

const START_TIMEOUT_IN_MS = 90_000;

const HOSTED_ZONE = { id: "Z0123456789EXAMPLE", name: "example.com" };
const NAME = "api.example.com";
const PAGE = "models.example.com";

const WITH_DOMAINS: Environment = {
  ...EVERY_MODEL,
  stage: {
    ...EVERY_MODEL.stage,
    domain: { name: NAME, hostedZone: HOSTED_ZONE, basePath: "v1" },
  },
  website: { domain: { name: PAGE, hostedZone: HOSTED_ZONE } },
};

const KEY = { "x-api-key": "local-dev-key-not-a-secret" };
const ROW = JSON.stringify({ data: REPAID_ROW });
const HOURS = JSON.stringify({
  instances: [{ date: "2026-01-15", hour: 18, temperature: -2.5, day: "working" }],
});

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  project.setEnvironments(WITH_DOMAINS);
  stage = await RunningStage.serve(project, ["dev"]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
});

/** A request to the domain name, as `curl -H 'Host: …'` sends the request. */
function call(request: Request, host = NAME): Promise<Response> {
  return send(stage.url, { ...request, headers: { Host: host, ...request.headers } });
}

const KEYED: Request = {
  path: "/v1/loan-default",
  headers: { ...KEY, "Content-Type": "application/json" },
  body: ROW,
};

describe("a request with the domain name in the Host header", () => {
  it.each([
    ["the name", NAME],
    ["the name with a port", `${NAME}:3000`],
    ["the name in upper case, as in DNS", "API.Example.COM"],
  ])("reaches the stage below the base path: %s", async (_case, host) => {
    // Act
    const response = await call(KEYED, host);

    // Assess
    expect([response.status, response.body]).toEqual([200, '"repaid"']);
  });

  it("reaches the stage with an absolute target, as through a proxy", async () => {
    // Act
    const response = await call({ ...KEYED, path: `http://${NAME}${KEYED.path}` });

    // Assess
    expect([response.status, response.body]).toEqual([200, '"repaid"']);
  });

  it("needs the API key", async () => {
    // Act
    const response = await call({ ...KEYED, headers: {} });

    // Assess
    expect(response.status).toBe(403);
    expect(problemOf(response)).toMatchObject({ title: "Forbidden" });
  });

  it.each([
    ["the name of the stage", "/dev/loan-default"],
    ["no base path", "/loan-default"],
    ["another base path", "/v2/loan-default"],
    ["the base path in upper case", "/V1/loan-default"],
    ["a base path that continues", "/v1x/loan-default"],
    ["the root", "/"],
  ])("is refused as by API Gateway for %s", async (_case, path) => {
    // Act
    const response = await call({ ...KEYED, path });

    // Assess
    expect(response.status).toBe(403);
    expect(response.headers["x-amzn-errortype"]).toBe("ForbiddenException");
    expect(JSON.parse(response.body)).toEqual({ message: "Forbidden" });
  });

  it("is refused with a problem for an unknown route below the base path", async () => {
    // Act
    const response = await call({ ...KEYED, path: "/v1/nothing" });

    // Assess
    expect(response.status).toBe(403);
    expect(problemOf(response)).toMatchObject({ status: 403 });
  });

  it.each([
    ["SageMaker's runtime", "/endpoints/dev-loan-default/invocations"],
    ["Lambda", "/2015-03-31/functions/dev-loan-default/invocations"],
    ["the page", "/website/dev/"],
  ])("does not reach %s", async (_case, path) => {
    // Act
    const response = await call({ ...KEYED, path });

    // Assess
    expect([response.status, JSON.parse(response.body)]).toEqual([403, { message: "Forbidden" }]);
  });
});

describe("curl --resolve, which replaces DNS", () => {
  it("reaches the stage at the domain name", async () => {
    // Prepare
    const { port } = new URL(stage.url);
    const line = `curl --resolve ${NAME}:${port}:127.0.0.1 http://${NAME}:${port}/v1/ticket-urgency -H 'content-type: application/json' -d '{"message":"The shop is down"}'`;

    // Act
    const answer = await paste(line);

    // Assess
    expect(answer.contentType).toBe("application/json");
    expect(answer.status).toBe(200);
  });
});

describe("a signed request", () => {
  const request: Request = {
    path: "/v1/energy-demand",
    headers: { "Content-Type": "application/json" },
    body: HOURS,
  };

  it("is accepted when the signature is for the domain name and the path with the base path", async () => {
    // Act
    const response = await call(await sign(`http://${NAME}`, request));

    // Assess
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toEqual([expect.any(Number)]);
  });

  it.each([
    ["another host", async () => sign("http://abcdefghij.execute-api.us-east-1.amazonaws.com", request)],
    [
      "the path below the base path",
      async () => ({
        ...(await sign(`http://${NAME}`, { ...request, path: "/energy-demand" })),
        path: request.path,
      }),
    ],
    ["another region", async () => sign(`http://${NAME}`, request, { region: "eu-west-1" })],
  ])("is refused when the signature is for %s", async (_case, signed) => {
    // Prepare
    const { headers, ...rest } = await signed();

    // Act
    const response = await call({ ...rest, headers: { ...headers, host: NAME, Host: NAME } });

    // Assess
    expect(response.status).toBe(403);
  });
});

describe("another host", () => {
  it.each([
    "evil.example",
    "x.api.example.com",
    "api.example.com.evil.example",
    "example.com",
    "api.example.com.",
  ])("is refused: %s", async (host) => {
    // Act
    const response = await call(KEYED, host);

    // Assess
    expect(response.status).toBe(403);
    expect(response.body).toBe(
      "Forbidden: got another host in the Host header; allowed: 127.0.0.1, api.example.com, models.example.com and localhost\n",
    );
  });

  it("is refused in the target beside the domain name in the Host header", async () => {
    // Act
    const response = await call({ ...KEYED, path: `http://evil.example${KEYED.path}` });

    // Assess
    expect(response.status).toBe(403);
    expect(response.body).toContain("another host");
  });
});

describe("this machine's own address", () => {
  it("answers below the name of the stage, although the default address is disabled on AWS", async () => {
    // Act
    const response = await send(stage.url, { ...KEYED, path: "/dev/loan-default" });

    // Assess
    expect([response.status, response.body]).toEqual([200, '"repaid"']);
  });

  it("has no base path", async () => {
    // Act
    const response = await send(stage.url, KEYED);

    // Assess
    expect([response.status, JSON.parse(response.body)]).toEqual([403, { message: "Forbidden" }]);
  });
});

describe("a preflight to the domain name", () => {
  it("allows the origin of the page's domain name", async () => {
    // Act
    const response = await call({
      method: "OPTIONS",
      path: "/v1/loan-default",
      headers: { Origin: `https://${PAGE}`, "Access-Control-Request-Method": "POST" },
    });

    // Assess
    expect(response.status).toBe(204);
    expect(response.headers["access-control-allow-origin"]).toBe(`https://${PAGE}`);
  });
});

describe("the page's domain name", () => {
  it("leads to the page on this machine", async () => {
    // Act
    const response = await call({ method: "GET", path: "/" }, PAGE);

    // Assess
    expect([response.status, response.headers.location]).toEqual([302, `${stage.url}/website/dev/`]);
  });

  it("does not reach the stage", async () => {
    // Act
    const response = await call(KEYED, PAGE);

    // Assess
    expect([response.status, response.headers.location]).toEqual([
      302,
      `${stage.url}/website/dev/v1/loan-default`,
    ]);
  });
});

describe("the banner", () => {
  /** The line of the banner below the one that starts with `heading`. */
  const lineBelow = (heading: string): string => {
    const lines = stage.output.split("\n").map((line) => line.trim());
    return lines[lines.findIndex((line) => line.startsWith(heading)) + 1] ?? "";
  };

  it("names the URL on AWS and the header that replaces DNS", () => {
    // Act
    const { output } = stage;

    // Assess
    expect(output).toContain(`https://${NAME}/v1 on AWS: here ${stage.url} with the header Host: ${NAME}`);
  });

  it.each([
    ["with the key", "POST /v1/loan-default  (API key)"],
    ["with a signature", "POST /v1/energy-demand  (signed requests)"],
    ["without credentials", "POST /v1/ticket-urgency  (public)"],
  ])("has a curl line that calls the domain name %s", async (_case, heading) => {
    // Prepare
    const line = lineBelow(heading);

    // Act
    const answer = await paste(line);

    // Assess
    expect(line).toContain(`-H 'Host: ${NAME}'`);
    expect(answer).toMatchObject({ status: 200, contentType: "application/json" });
  });

  it("names the differences from AWS", () => {
    // Act
    const { output } = stage;

    // Assess
    expect(output).toContain("domain names: HTTP on 127.0.0.1, without certificates, TLS and DNS");
    expect(output).toContain("default address of the API: disabled on AWS");
    expect(output).toContain("aws_route53_record (6): no DNS: send the domain name in the Host header");
    expect(output).not.toContain("NOT INTERPRETED");
    expect(output).not.toContain("NOT SERVED");
  });
});
