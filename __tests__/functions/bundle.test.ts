import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { unzipSync } from "fflate";
import { functionCode } from "../../stacks/constructs/function-code";
import { predictions } from "./support/answers";
import { EndpointServer } from "./support/endpoint-server";
import { ROW } from "./support/events";
import { environmentOf } from "./support/handler";

/** What a small handler costs, with room for a contract: it is loaded at every cold start. */
const MOST_BYTES_COMPRESSED = 12_000;

const NODE_MODULES = new Set(builtinModules);

const run = promisify(execFile);

let files: Record<string, Uint8Array>;
let folder: string;
let bundlePath: string;

beforeAll(() => {
  files = unzipSync(functionCode("breast-cancer").zip);
  folder = mkdtempSync(join(tmpdir(), "bundle-"));
  bundlePath = join(folder, "index.js");
  writeFileSync(bundlePath, files["index.js"] ?? "");
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function bundleText(): string {
  return Buffer.from(files["index.js"] ?? []).toString("utf8");
}

/** Runs `script` in a process of its own, with nothing in its environment but this. */
async function runNode(script: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run(process.execPath, ["-e", script], { cwd: folder, env: environment });
  return stdout;
}

describe("the breast-cancer function's package", () => {
  it("is one file, index.js", () => {
    // Act
    const names = Object.keys(files);

    // Assess
    expect(names).toEqual(["index.js"]);
  });

  it("is small enough to load fast", () => {
    // Act
    const compressed = gzipSync(files["index.js"] ?? new Uint8Array(), { level: 9 });

    // Assess
    expect(compressed.length).toBeGreaterThan(1_000);
    expect(compressed.length).toBeLessThanOrEqual(MOST_BYTES_COMPRESSED);
  });

  it("says nothing of the machine that built it", () => {
    // Act
    const text = bundleText();

    // Assess
    for (const place of [process.cwd(), join(__dirname, "../.."), tmpdir(), homedir(), userInfo().homedir]) {
      expect(text).not.toContain(`${place}/`);
    }
    expect(text).not.toMatch(/node_modules|sourceMappingURL|[A-Z]:\\\\/);
  });

  it("needs nothing but Node", () => {
    // Act
    const required = [...bundleText().matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);

    // Assess
    expect(required.length).toBeGreaterThan(0);
    expect(required.filter((name) => !NODE_MODULES.has(name?.replace(/^node:/, "") ?? ""))).toEqual([]);
  });

  it("exports the handler, and nothing keeps its process alive", async () => {
    // Prepare
    const endpoint = await EndpointServer.start();
    const script = `console.log(JSON.stringify(Object.entries(require(${JSON.stringify(bundlePath)})).map(([name, value]) => [name, typeof value])))`;

    // Act
    const written = await runNode(script, environmentOf(endpoint));
    await endpoint.close();

    // Assess
    expect(JSON.parse(written)).toEqual([["handler", "function"]]);
  });

  it("answers a request as Lambda sends it", async () => {
    // Prepare
    const endpoint = await EndpointServer.start();
    endpoint.willAnswer(predictions(1));
    const script = `
      const { handler } = require(${JSON.stringify(bundlePath)});
      const context = { awsRequestId: "id", getRemainingTimeInMillis: () => 5000 };
      handler({ data: ${JSON.stringify(ROW)} }, context).then((answer) => console.log(JSON.stringify({ answer })));
    `;

    // Act
    const written = await runNode(script, environmentOf(endpoint));
    await endpoint.close();

    // Assess
    const lines = written
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toEqual([
      expect.objectContaining({ requestId: "id", model: "breast-cancer", status: 200, cold: true }),
      { answer: "M" },
    ]);
    expect(endpoint.onlyRequest.body).toBe(ROW);
  });

  it("does not load where the environment lacks the endpoint's name", async () => {
    // Act
    const loading = runNode(`require(${JSON.stringify(bundlePath)})`, { AWS_REGION: "us-east-1" });

    // Assess
    await expect(loading).rejects.toThrow("ENDPOINT_NAME: got nothing");
  });
});
