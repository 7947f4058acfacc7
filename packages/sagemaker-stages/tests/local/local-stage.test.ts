import childProcess, { type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { LocalStage } from "../../src/local/stage";
import type { Deployment } from "../../src/local/terraform/deployment";
import { type Response, send } from "./support/client";
import { eventually } from "./support/eventually";
import { publicStage, ROUTE_ARN } from "./support/inference-api";
import { Lambda } from "./support/lambda";

let lambda: Lambda;
let stage: LocalStage;
let log = "";

beforeAll(async () => {
  lambda = new Lambda();
  stage = new LocalStage({
    port: 0,
    containers: new Map(),
    log: (text) => {
      log += text;
    },
  });
  await stage.listen();
});

afterAll(async () => {
  await stage.close();
  await lambda.close();
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** The processes that start during the test. */
function watchForks(): readonly ChildProcess[] {
  const forked: ChildProcess[] = [];
  const { fork } = childProcess;
  jest.spyOn(childProcess, "fork").mockImplementation((...words: Parameters<typeof fork>) => {
    const child = fork(...words);
    forked.push(child);
    return child;
  });
  return forked;
}

/** A deployment with one function that runs `code`. */
function deploy(code: string): Deployment {
  const definition = lambda.define(code, { invocableFor: [ROUTE_ARN] });
  return {
    name: "dev",
    region: "us-east-1",
    accountId: "123456789012",
    functions: [definition],
    existingFunctions: [],
    endpoints: [],
    stages: [publicStage(definition)],
    functionUrls: [],
    unsupported: [],
  };
}

function call(data = "1", { url } = stage): Promise<Response> {
  return send(url, { path: "/dev/loan-default", body: JSON.stringify({ data }) });
}

/** Code whose handler answers with the value of `expression` as text. */
function answering(expression: string): string {
  return `let count = 0; exports.handler = async () => ({ body: String(${expression}) });`;
}

describe("a stage", () => {
  it("answers 403 until an environment is served", async () => {
    // Act
    const response = await call();

    // Assess
    expect(response.status).toBe(403);
  });

  it.each(["evil.example", "127.0.0.1.evil.example:3000", "localhost.evil.example"])(
    "refuses a page with the host %s",
    async (host) => {
      // Prepare
      await stage.serve([deploy(answering('"served"'))]);

      // Act
      const refused = await send(stage.url, {
        path: "/dev/loan-default",
        headers: { Host: host },
        body: '{"data":"1"}',
      });
      const taken = await send(stage.url, {
        path: "/dev/loan-default",
        headers: { Host: `localhost:${new URL(stage.url).port}` },
        body: '{"data":"1"}',
      });

      // Assess
      expect([refused.status, refused.body]).toEqual([
        403,
        expect.stringContaining("127.0.0.1 and localhost"),
      ]);
      expect([taken.status, taken.body]).toEqual([200, "served"]);
    },
  );

  it("keeps the process of an unchanged function", async () => {
    // Prepare
    await stage.serve([deploy(answering("++count"))]);
    const before = await call();

    // Act
    await stage.serve([deploy(answering("++count"))]);
    const after = await call();

    // Assess
    expect([before.body, after.body]).toEqual(["1", "2"]);
  });

  it("serves the previous version when a function cannot be loaded", async () => {
    // Prepare
    await stage.serve([deploy(answering('"before"'))]);

    // Act
    const reload = stage.serve([deploy('throw new RangeError("no vocabulary");')]);

    // Assess
    await expect(reload).rejects.toThrow("RangeError: no vocabulary");
    expect((await call()).body).toBe("before");
  });

  it("the version that received a request also answers the request", async () => {
    // Prepare
    const folder = join(lambda.folder, "under-way");
    mkdirSync(folder);
    const slow = `
      const { readdirSync, writeFileSync } = require("node:fs");
      exports.handler = async ({ body }) => {
        const folder = JSON.parse(body).data;
        writeFileSync(folder + "/began", "");
        while (!readdirSync(folder).includes("go")) await new Promise((go) => setTimeout(go, 5));
        return { body: "old" };
      };`;
    await stage.serve([deploy(slow)]);
    const running = call(folder);
    await eventually("the request's beginning", () => existsSync(join(folder, "began")));

    // Act
    await stage.serve([deploy(answering('"new"'))]);
    const next = await call();
    writeFileSync(join(folder, "go"), "");
    const answer = await running;

    // Assess
    expect(next.body).toBe("new");
    expect(answer.body).toBe("old");
    expect(readdirSync(folder).sort()).toEqual(["began", "go"]);
  });

  it("the stage ends every function when the stage closes, even a replaced function that still answers", async () => {
    // Prepare
    const forked = watchForks();
    const closing = new LocalStage({ port: 0, containers: new Map(), log: () => {} });
    await closing.listen();
    const folder = join(lambda.folder, "replaced");
    mkdirSync(folder);
    const endless = `exports.handler = async ({ body }) => {
      require("node:fs").writeFileSync(JSON.parse(body).data + "/began", "");
      await new Promise(() => setInterval(() => {}, 1000));
    };`;
    await closing.serve([deploy(endless)]);
    const running = call(folder, closing).catch(() => "cut off");
    await eventually("the request's beginning", () => existsSync(join(folder, "began")));
    await closing.serve([deploy(answering('"new"'))]);

    // Act
    await closing.close();

    // Assess
    const living = forked.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    for (const child of living) child.kill("SIGKILL");
    expect(await running).toBe("cut off");
    expect(living.map(({ pid }) => pid)).toEqual([]);
  });

  it("continues after a caller closes the connection", async () => {
    // Prepare
    await stage.serve([deploy(answering('"still here"'))]);
    const { port } = new URL(stage.url);
    const socket = net.connect(Number(port), "127.0.0.1");
    const gone = new Promise((resolve) => socket.once("close", resolve));

    // Act
    socket.write("POST /dev/loan-default HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", () =>
      socket.destroy(),
    );
    await gone;
    const response = await call();

    // Assess
    expect(response.body).toBe("still here");
    expect(log).not.toContain("    at ");
  });
});

describe("a function behind a domain name", () => {
  const answeringPaths =
    "exports.handler = async ({ path, resource, requestContext: context }) => ({ body: JSON.stringify({ path, resource, context: { path: context.path, resourcePath: context.resourcePath, stage: context.stage, domainName: context.domainName, domainPrefix: context.domainPrefix } }) });";

  it.each([
    ["the base path", "v1", "/v1/loan-default"],
    ["no base path", undefined, "/loan-default"],
  ])("receives the paths and the name that API Gateway sends: %s", async (_case, basePath, path) => {
    // Prepare
    const deployment = deploy(answeringPaths);
    const domain = { name: "api.example.com", basePath };
    await stage.serve([
      { ...deployment, stages: deployment.stages.map((definition) => ({ ...definition, domain })) },
    ]);

    // Act
    const response = await send(stage.url, {
      path,
      headers: { Host: "api.example.com" },
      body: '{"data":"1"}',
    });

    // Assess
    expect(JSON.parse(response.body)).toEqual({
      path,
      resource: "/loan-default",
      context: {
        path,
        resourcePath: "/loan-default",
        stage: "dev",
        domainName: "api.example.com",
        domainPrefix: "api",
      },
    });
  });

  it("is no longer reached at the name after the environment has no domain name", async () => {
    // Prepare
    const deployment = deploy(answering('"served"'));
    const domain = { name: "api.example.com" };
    const request = { path: "/loan-default", headers: { Host: "api.example.com" }, body: '{"data":"1"}' };
    await stage.serve([
      { ...deployment, stages: deployment.stages.map((definition) => ({ ...definition, domain })) },
    ]);
    const before = await send(stage.url, request);

    // Act
    await stage.serve([deployment]);
    const after = await send(stage.url, request);

    // Assess
    expect([before.status, before.body]).toEqual([200, "served"]);
    expect([after.status, after.body]).toEqual([403, expect.stringContaining("another host")]);
  });
});
