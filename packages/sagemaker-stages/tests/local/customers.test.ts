import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { digestOf } from "../../src/authorizer/customers";
import type { CustomerSettings, Environment } from "../../src/environment/environment";
import { banner } from "../../src/local/banner";
import type { Deployment } from "../../src/local/terraform/deployment";
import { problemOf, type Response, send } from "./support/client";
import { LOAN_DEFAULT } from "./support/environments";
import { ServedStages } from "./support/served-stages";
import { readCurl, shellWords } from "./support/shell-words";

/** Syntheses and starts of functions. */
const TIMEOUT_IN_MS = 60_000;

const ACME: CustomerSettings = { models: ["loan-default", "energy-demand"] };
const GLOBEX: CustomerSettings = { models: ["energy-demand"], quota: { requests: 3, per: "day" } };

const DEV: Environment = {
  name: "dev",
  region: "us-east-1",
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: { throttling: { rateLimit: 1_000, burstLimit: 2_000 }, logRetentionInDays: 7 },
  models: {
    "loan-default": { ...LOAN_DEFAULT, access: "API_KEY" },
    "energy-demand": { ...LOAN_DEFAULT, access: "API_KEY" },
    "ticket-urgency": { ...LOAN_DEFAULT, access: "PUBLIC" },
  },
  customers: { acme: ACME, globex: GLOBEX },
};

const OTHER: Environment = {
  ...DEV,
  name: "other",
  state: { local: { path: "terraform.other.tfstate" } },
  customers: { acme: ACME },
};

const ACME_KEY = keyOf("acme", "1");
const GLOBEX_KEY = keyOf("globex", "1");

function keyOf(customer: string, name: string, stage = "dev"): string {
  return `local-${stage}-${customer}-customer-${name}-not-a-secret`;
}

/** `DEV` with other settings of acme. */
function withAcme(part: Partial<CustomerSettings>): Environment {
  return { ...DEV, customers: { acme: { ...ACME, ...part }, globex: GLOBEX } };
}

describe("the routes of customers", () => {
  const stages = new ServedStages();
  let deployments: readonly Deployment[] = [];

  beforeAll(async () => {
    deployments = await stages.start(DEV, OTHER);
  }, TIMEOUT_IN_MS);

  afterAll(() => stages.close());

  function call(
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body: unknown = exampleOf(path),
  ): Promise<Response> {
    return send(stages.url, {
      path,
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  /** The example of a route's request. */
  function exampleOf(path: string): unknown {
    const methods = deployments.flatMap(({ stages }) => stages.flatMap(({ openApi }) => openApi.methods));
    return methods.find((method) => path.endsWith(method.path) && method.httpMethod === "POST")?.example;
  }

  it.each([
    { key: ACME_KEY, path: "/dev/loan-default", customer: "acme" },
    { key: ACME_KEY, path: "/dev/energy-demand", customer: "acme" },
    { key: GLOBEX_KEY, path: "/dev/energy-demand", customer: "globex" },
    { key: keyOf("acme", "1", "other"), path: "/other/loan-default", customer: "acme of another stage" },
  ])("answer 200 to the key of a customer of the route: $customer calls $path", async ({ key, path }) => {
    // Act
    const { status } = await call(path, { "x-api-key": key });

    // Assess
    expect(status).toBe(200);
  });

  it("answer 403 to the key of another customer, and the refusal is a problem document", async () => {
    // Act
    const response = await call("/dev/loan-default", { "x-api-key": GLOBEX_KEY });

    // Assess
    expect(response.status).toBe(403);
    expect(response.headers["x-amzn-errortype"]).toBe("AccessDeniedException");
    expect(problemOf(response)).toMatchObject({
      status: 403,
      detail:
        "The caller is not allowed to call this route: the key must be the key of a customer of the route.",
    });
  });

  it.each([
    { what: "no key", headers: {} },
    { what: "an empty key", headers: { "x-api-key": "" } },
    { what: "an unknown key", headers: { "x-api-key": "unknown-0000000000000000000000000000000000" } },
    { what: "acme's key of another stage", headers: { "x-api-key": keyOf("acme", "1", "other") } },
    { what: "the digest of acme's key", headers: { "x-api-key": digestOf(ACME_KEY) } },
    { what: "the key in another case", headers: { "x-api-key": ACME_KEY.toUpperCase() } },
    { what: "the name of a customer", headers: { "x-api-key": "acme" } },
    {
      what: "the shared key of an environment without customers",
      headers: { "x-api-key": "local-dev-key-not-a-secret" },
    },
    { what: "the key as a token", headers: { authorization: `Bearer ${ACME_KEY}` } },
    { what: "two keys in one header", headers: { "x-api-key": `${GLOBEX_KEY}, ${ACME_KEY}` } },
  ])("answer 401 with a problem document to a request with $what", async ({ headers }) => {
    // Act
    const response = await call("/dev/loan-default", headers);

    // Assess
    expect(response.status).toBe(401);
    expect(problemOf(response)).toMatchObject({
      status: 401,
      detail:
        "Unauthorized: this route requires the key of a customer in the header x-api-key. The key is missing or unknown.",
    });
  });

  it("stay closed for the key of another customer after an allowed request with the same key", async () => {
    // Prepare: API Gateway caches the policy of the key.
    const allowed = await call("/dev/energy-demand", { "x-api-key": GLOBEX_KEY });

    // Act
    const statuses = [
      (await call("/dev/loan-default", { "x-api-key": GLOBEX_KEY })).status,
      (await call("/dev/loan-default", { "x-api-key": GLOBEX_KEY })).status,
    ];

    // Assess
    expect(allowed.status).toBe(200);
    expect(statuses).toEqual([403, 403]);
  });

  it("do not affect a public route", async () => {
    // Act
    const { status } = await call("/dev/ticket-urgency");

    // Assess
    expect(status).toBe(200);
  });

  it("write no key to the log", () => {
    // Act
    const { log } = stages;

    // Assess
    expect(log).toContain('"credential":"key"');
    for (const secret of [ACME_KEY, GLOBEX_KEY, digestOf(ACME_KEY)]) expect(log).not.toContain(secret);
  });

  it("are in the banner with their customers, and the curl line of a route works", async () => {
    // Prepare
    const text = banner({ url: stages.url, functionUrls: new Map() }, deployments, new Map());
    const line = text.split("\n").find((one) => /^ +curl .*\/dev\/loan-default/.test(one)) ?? "";

    // Act
    const { base, rest, ...request } = readCurl(shellWords(line));
    const { status } = await send(base, request);

    // Assess
    expect([status, rest]).toEqual([200, []]);
    expect(text).toContain("POST /dev/loan-default  (API key of acme)");
    expect(text).toContain("POST /dev/energy-demand  (API key of acme, globex)");
    expect(text).toContain(
      `    globex, key 1: ${GLOBEX_KEY}\n      POST /dev/energy-demand; 3 requests per day\n`,
    );
  });
});

describe("a text with the digest of a customer's key", () => {
  const stages = new ServedStages();
  afterAll(() => stages.close());

  it(
    "opens no route, because the text is no key",
    async () => {
      // Prepare: no text with the digest of another text is known, so that the variable gets the digest of the text.
      const forged = "forged-0000000000000000000000000000000000";
      const folder = stages.synthesize(DEV);
      const file = join(folder, "dev", "cdk.tf.json");
      const changed = readFileSync(file, "utf8").replace(/"CUSTOMER_KEYS": "acme:/, `$&${digestOf(forged)}:`);
      writeFileSync(file, changed);
      await stages.start(DEV);
      const deployments = await stages.serveFolders(["dev"], folder);
      const example = deployments[0]?.stages[0]?.openApi.methods.find(
        ({ path }) => path === "/loan-default",
      )?.example;

      // Act
      const request = (key: string) =>
        send(stages.url, {
          path: "/dev/loan-default",
          headers: { "Content-Type": "application/json", "x-api-key": key },
          body: JSON.stringify(example),
        });
      const [withForged, withKey] = [await request(forged), await request(ACME_KEY)];

      // Assess
      expect(changed).toContain(digestOf(forged));
      expect(stages.log).toMatch(/"outcome":"accepted"/);
      expect(withForged.status).toBe(403);
      expect(withForged.headers["x-amzn-errortype"]).toBe("ForbiddenException");
      expect(problemOf(withForged)).toMatchObject({
        detail: "Forbidden: this route requires the key of one of its customers in the header x-api-key.",
      });
      expect(withKey.status).toBe(200);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the quota of a customer", () => {
  const stages = new ServedStages();
  let body = "";

  beforeAll(async () => {
    const [deployment] = await stages.start(withAcme({ quota: { requests: 1, per: "month" } }));
    const methods = deployment?.stages[0]?.openApi.methods ?? [];
    body = JSON.stringify(methods.find(({ path }) => path === "/energy-demand")?.example);
  }, TIMEOUT_IN_MS);

  afterAll(() => stages.close());

  async function statusesOf(key: string, count: number): Promise<number[]> {
    const statuses: number[] = [];
    for (let sent = 0; sent < count; sent++) statuses.push((await call(key)).status);
    return statuses;
  }

  function call(key: string): Promise<Response> {
    return send(stages.url, {
      path: "/dev/energy-demand",
      headers: { "Content-Type": "application/json", "x-api-key": key },
      body,
    });
  }

  it("answers 429 above the quota until the next day in UTC, and counts each customer separately", async () => {
    // Prepare
    stages.setTime("2026-11-29T23:59:59.999Z");

    // Act
    const before = await statusesOf(GLOBEX_KEY, 5);
    const ofOther = await statusesOf(ACME_KEY, 2);
    stages.setTime("2026-11-30T00:00:00Z");
    const after = await statusesOf(GLOBEX_KEY, 4);
    const ofMonth = await statusesOf(ACME_KEY, 1);

    // Assess
    expect(before).toEqual([200, 200, 200, 429, 429]);
    expect(ofOther).toEqual([200, 429]);
    expect(after).toEqual([200, 200, 200, 429]);
    expect(ofMonth).toEqual([429]);
  });

  it("answers with a problem document that differs from throttling", async () => {
    // Act
    const response = await call(ACME_KEY);

    // Assess
    expect(response.headers["x-amzn-errortype"]).toBe("LimitExceededException");
    expect(response.headers["retry-after"]).toBeUndefined();
    expect(problemOf(response)).toMatchObject({
      title: "Too Many Requests",
      status: 429,
      detail: "Limit Exceeded: the quota of the key is used up. Try again in the next period of the quota.",
    });
  });

  it(
    "keeps the counted requests when a reload raises the quota",
    async () => {
      // Prepare
      const before = await statusesOf(ACME_KEY, 1);

      // Act
      await stages.serve(withAcme({ quota: { requests: 3, per: "month" } }));
      const after = await statusesOf(ACME_KEY, 3);

      // Assess
      expect(before).toEqual([429]);
      expect(after).toEqual([200, 200, 429]);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the rotation of a customer's key", () => {
  const stages = new ServedStages();
  afterAll(() => stages.close());

  it(
    "the key is rotated under load without a refused request",
    async () => {
      // Prepare: four callers send requests without a pause.
      const [deployment] = await stages.start(withAcme({ keys: ["2026-11"] }));
      const methods = deployment?.stages[0]?.openApi.methods ?? [];
      const body = JSON.stringify(methods.find(({ path }) => path === "/loan-default")?.example);
      const call = (key: string) =>
        send(stages.url, {
          path: "/dev/loan-default",
          headers: { "Content-Type": "application/json", "x-api-key": key },
          body,
        });
      let key = keyOf("acme", "2026-11");
      let isRunning = true;
      const statuses: number[] = [];
      const sent = new Map<string, number>();
      const callers = Array.from({ length: 4 }, async () => {
        while (isRunning) {
          const used = key;
          statuses.push((await call(used)).status);
          sent.set(used, (sent.get(used) ?? 0) + 1);
        }
      });
      /** Waits until the callers have sent further requests with the current key. */
      const furtherRequests = async () => {
        const from = sent.get(key) ?? 0;
        while ((sent.get(key) ?? 0) < from + 20) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      await furtherRequests();

      // Act
      await stages.serve(withAcme({ keys: ["2026-11", "2027-01"] }));
      await furtherRequests();
      key = keyOf("acme", "2027-01");
      await furtherRequests();
      await stages.serve(withAcme({ keys: ["2027-01"] }));
      await furtherRequests();
      isRunning = false;
      await Promise.all(callers);
      const withOldKey = await call(keyOf("acme", "2026-11"));

      // Assess
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect([...sent.keys()]).toEqual([keyOf("acme", "2026-11"), keyOf("acme", "2027-01")]);
      expect(withOldKey.status).toBe(401);
    },
    TIMEOUT_IN_MS,
  );
});
