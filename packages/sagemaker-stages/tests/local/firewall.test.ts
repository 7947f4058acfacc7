import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openApi } from "../../src/constructs/api/openapi";
import type { Environment } from "../../src/environment/environment";
import { Firewall } from "../../src/local/firewall";
import { readOpenApi } from "../../src/local/rest-api/openapi";
import { RestApi } from "../../src/local/rest-api/rest-api";
import type { FirewallDefinition } from "../../src/local/terraform/deployment";
import { models } from "../fixtures/app/functions";
import { problemOf, send } from "./support/client";
import { DEV, LOAN_DEFAULT } from "./support/environments";
import { received } from "./support/http-requests";
import { publicStage } from "./support/inference-api";
import { ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";

const START_TIMEOUT_IN_MS = 90_000;

/** A firewall, and a clock that only the test moves. */
function makeFirewall(rates: FirewallDefinition["rates"]) {
  let time = 5_000;
  const firewall = new Firewall({ rates, managedRules: [] }, () => time);
  return {
    wait: (seconds: number) => {
      time += seconds * 1_000;
    },
    /** Sends requests. @returns the number of permitted requests */
    pass: (requests: number, sourceIp = "192.0.2.1") =>
      Array.from({ length: requests }, () => firewall.refuses({ sourceIp })).filter((refused) => !refused)
        .length,
  };
}

describe("the rate rule of a firewall", () => {
  const rule = { limit: 10, windowInSeconds: 60, blocks: true };

  it("permits the limit, and refuses further requests of the address", () => {
    // Prepare
    const { pass } = makeFirewall([rule]);

    // Act
    const passed = pass(25);

    // Assess
    expect(passed).toBe(10);
  });

  it("counts each address separately", () => {
    // Prepare
    const { pass } = makeFirewall([rule]);
    pass(25);

    // Act
    const passed = pass(25, "192.0.2.2");

    // Assess
    expect(passed).toBe(10);
  });

  it.each([
    [59.999, 0],
    [60, 10],
  ])("permits requests again after the window: %s seconds", (seconds, expected) => {
    // Prepare
    const { pass, wait } = makeFirewall([rule]);
    pass(10);

    // Act
    wait(seconds);
    const passed = pass(10);

    // Assess
    expect(passed).toBe(expected);
  });

  it("counts refused requests, so that an address that does not stop stays refused", () => {
    // Prepare
    const { pass, wait } = makeFirewall([rule]);
    pass(10);

    // Act
    const passed = Array.from({ length: 20 }, () => {
      wait(30);
      return pass(11);
    });

    // Assess
    expect(passed.reduce((sum, count) => sum + count, 0)).toBe(0);
  });

  it("refuses nothing when the rule only counts", () => {
    // Prepare
    const { pass } = makeFirewall([{ ...rule, blocks: false }]);

    // Act
    const passed = pass(1_000);

    // Assess
    expect(passed).toBe(1_000);
  });
});

describe("a stage with a firewall", () => {
  it("refuses requests by the gateway response WAF_FILTERED until the window has passed", async () => {
    // Prepare
    let time = 0;
    const functionArn = "arn:aws:lambda:us-east-1:123456789012:function:dev-loan-default";
    const document = openApi({
      title: "dev-inference",
      region: "us-east-1",
      partition: "aws",
      corsAllowOrigin: "https://app.example.com",
      hasFirewall: true,
      routes: [{ contract: models["loan-default"], access: "AWS_IAM", functionArn }],
    });
    const api = new RestApi(
      {
        ...publicStage({ arn: functionArn }),
        openApi: readOpenApi(JSON.stringify(document)),
        firewall: { rates: [{ limit: 10, windowInSeconds: 60, blocks: true }], managedRules: [] },
      },
      { accountId: "123456789012", region: "us-east-1" },
      new Map(),
      undefined,
      undefined,
      undefined,
      () => time,
    );
    const call = () => api.handle(received({ path: "/dev/loan-default", body: "{}" }), "/loan-default");
    for (let request = 0; request < 10; request++) await call();

    // Act
    const refused = await call();
    time += 60_000;
    const later = await call();

    // Assess
    expect(refused.status).toBe(403);
    expect(refused.headers).toMatchObject({
      "Content-Type": "application/problem+json",
      "Access-Control-Allow-Origin": "https://app.example.com",
      "x-amzn-ErrorType": "ForbiddenException",
    });
    expect(JSON.parse(String(refused.body))).toMatchObject({
      status: 403,
      detail: expect.stringMatching(/^The firewall refused the request/),
    });
    expect(JSON.parse(String(later.body)).detail).not.toMatch(/firewall/);
  });
});

const GUARDED: Environment = {
  ...DEV,
  name: "guarded",
  region: "eu-central-1",
  stage: { ...DEV.stage, firewall: { rate: { requests: 10, windowInSeconds: 600 } } },
  website: { firewall: { managedRules: [], rate: { requests: 12, windowInSeconds: 600 } } },
  models: { "loan-default": { ...LOAN_DEFAULT, access: "PUBLIC" } },
};
const COUNTED: Environment = {
  ...GUARDED,
  name: "counted",
  state: { local: { path: "terraform.counted.tfstate" } },
  stage: { ...DEV.stage, firewall: { mode: "count", rate: { requests: 10 } } },
  website: {},
};

describe("a firewall on the local stage", () => {
  let project: ProjectCopy;
  let stage: RunningStage;

  beforeAll(async () => {
    project = new ProjectCopy();
    project.setEnvironments(GUARDED, COUNTED);
    stage = await RunningStage.serve(project, ["guarded", "counted"]);
  }, START_TIMEOUT_IN_MS);

  afterAll(async () => {
    await stage?.kill();
    project?.remove();
  });

  async function statusesOf(requests: number, method: string, path: string): Promise<number[]> {
    const statuses: number[] = [];
    for (let request = 0; request < requests; request++) {
      const { status } = await send(stage.url, {
        method,
        path,
        headers: { "Content-Type": "application/json" },
        body: method === "POST" ? JSON.stringify(models["loan-default"].example.request) : "",
      });
      statuses.push(status);
    }
    return statuses;
  }

  it("refuses the requests of one address above the limit, also preflights and unknown paths", async () => {
    // Act
    const permitted = await statusesOf(10, "POST", "/guarded/loan-default");
    const refused = await send(stage.url, { path: "/guarded/loan-default", body: "{}" });
    const preflight = await send(stage.url, { method: "OPTIONS", path: "/guarded/loan-default" });
    const unknown = await send(stage.url, { path: "/guarded/unknown" });

    // Assess
    expect(permitted).toEqual(Array.from({ length: 10 }, () => 200));
    for (const response of [refused, preflight, unknown]) {
      expect(response.status).toBe(403);
      expect(problemOf(response)).toMatchObject({
        type: "about:blank",
        status: 403,
        detail: expect.stringMatching(/^The firewall refused the request/),
      });
    }
  });

  it("refuses nothing when the mode is count", async () => {
    // Act
    const statuses = await statusesOf(15, "POST", "/counted/loan-default");

    // Assess
    expect(statuses).toEqual(Array.from({ length: 15 }, () => 200));
  });

  it("refuses requests for the page with the problem document of the distribution", async () => {
    // Act
    const missing = await send(stage.url, { method: "GET", path: "/website/guarded/none.txt" });
    const statuses = await statusesOf(11, "GET", "/website/guarded/");
    const refused = await send(stage.url, { method: "GET", path: "/website/guarded/" });

    // Assess
    expect(statuses).toEqual(Array.from({ length: 11 }, () => 200));
    for (const response of [missing, refused]) {
      expect(response.status).toBe(403);
      expect(response.headers["content-type"]).toBe("application/problem+json");
      expect(JSON.parse(response.body)).toMatchObject({
        status: 403,
        detail: expect.stringMatching(/^The page has no such file, or the firewall refused/),
      });
    }
  });

  it("names the managed rules, which refuse nothing on this machine", () => {
    // Act
    const { output } = stage;

    // Assess
    expect(output).toContain(
      "firewall guarded-stage: the managed rules AWSManagedRulesCommonRuleSet, AWSManagedRulesKnownBadInputsRuleSet, AWSManagedRulesAmazonIpReputationList exist only on AWS and refuse NO request here",
    );
    expect(output).toContain("firewall guarded-website: the rate rule counts exactly here");
    expect(output).not.toMatch(/wafv2.*NOT (SERVED|INTERPRETED)/);
  });
});
