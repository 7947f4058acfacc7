import { builtinModules } from "node:module";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { catalog } from "../../functions/catalog";
import { Bundle } from "./support/bundle";
import { EndpointServer } from "./support/endpoint-server";
import { environmentOf } from "./support/handler";
import { invocations } from "./support/invocations";

/** What a small handler costs, with room for a contract: it is loaded at every cold start. */
const MOST_BYTES_COMPRESSED = 12_000;

const NODE_MODULES = new Set(builtinModules);

it("every model's package is looked at", () => {
  // Act
  const models = invocations.map(({ model }) => model);

  // Assess
  expect(models.sort()).toEqual(Object.keys(catalog).sort());
});

describe.each(invocations)(
  "the $model function's package",
  ({ model, event, answered, sent, extraInBytes = 0 }) => {
    let bundle: Bundle;
    let endpoint: EndpointServer;

    beforeAll(() => {
      bundle = Bundle.of(model);
    });

    afterAll(() => {
      bundle.remove();
    });

    beforeEach(async () => {
      endpoint = await EndpointServer.start();
    });

    afterEach(async () => {
      await endpoint.close();
    });

    const textOf = ({ code }: Bundle) => Buffer.from(code).toString("utf8");

    it("is one file, index.js", () => {
      // Act
      const names = Object.keys(bundle.files);

      // Assess
      expect(names).toEqual(["index.js"]);
    });

    it("is small enough to load fast", () => {
      // Act
      const compressed = gzipSync(bundle.code, { level: 9 });

      // Assess
      expect(compressed.length).toBeGreaterThan(1_000);
      expect(compressed.length).toBeLessThanOrEqual(MOST_BYTES_COMPRESSED + extraInBytes);
    });

    it("says nothing of the machine that built it", () => {
      // Act
      const text = textOf(bundle);

      // Assess
      for (const place of [
        process.cwd(),
        join(__dirname, "../.."),
        tmpdir(),
        homedir(),
        userInfo().homedir,
      ]) {
        expect(text).not.toContain(`${place}/`);
      }
      expect(text).not.toMatch(/node_modules|sourceMappingURL|[A-Z]:\\\\/);
    });

    it("needs nothing but Node", () => {
      // Act
      const required = [...textOf(bundle).matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);

      // Assess
      expect(required.length).toBeGreaterThan(0);
      expect(required.filter((name) => !NODE_MODULES.has(name?.replace(/^node:/, "") ?? ""))).toEqual([]);
    });

    it("leaves the documentation's words out", () => {
      // Act
      const isThere = textOf(bundle).includes(catalog[model].description);

      // Assess
      expect(isThere).toBe(false);
    });

    it("exports the handler, and nothing keeps its process alive", async () => {
      // Prepare
      const script = `console.log(JSON.stringify(Object.entries(require(${JSON.stringify(bundle.path)})).map(([name, value]) => [name, typeof value])))`;

      // Act
      const written = await bundle.runNode(script, environmentOf(endpoint));

      // Assess
      expect(JSON.parse(written)).toEqual([["handler", "function"]]);
    });

    it("answers the bare request of its example with the bare answer", async () => {
      // Prepare
      endpoint.willAnswer(answered);

      // Act
      const lines = await bundle.invoke(event, environmentOf(endpoint));

      // Assess
      expect(lines).toEqual([
        expect.objectContaining({ requestId: "id", model, status: 200, cold: true }),
        { answer: catalog[model].example.answer },
      ]);
      expect(endpoint.onlyRequest.body).toBe(sent);
    });

    it("does not load where the environment lacks the endpoint's name", async () => {
      // Act
      const loading = bundle.runNode(`require(${JSON.stringify(bundle.path)})`, { AWS_REGION: "us-east-1" });

      // Assess
      await expect(loading).rejects.toThrow("ENDPOINT_NAME: got nothing");
    });
  },
);
