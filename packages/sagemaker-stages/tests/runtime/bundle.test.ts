import { builtinModules } from "node:module";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { models as fixtures } from "../fixtures/app/functions";
import { Bundle } from "./support/bundle";
import { environmentOf } from "./support/handler";
import { invocations } from "./support/invocations";
import { describeExcess } from "./support/package-size";

const NODE_MODULES = new Set(builtinModules);

it("the list of tested invocations contains every model", () => {
  // Act
  const models = invocations.map(({ model }) => model);

  // Assess
  expect(models.sort()).toEqual(Object.keys(fixtures).sort());
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

    it("is smaller than the limit", () => {
      // Act
      const { length } = gzipSync(bundle.code, { level: 9 });
      const excess = describeExcess({ model, bytes: length, ownCode: extraInBytes, data: bundle.dataFiles });

      // Assess
      expect(length).toBeGreaterThan(1_000);
      expect(excess).toBeUndefined();
    });

    it("does not contain paths of the machine that built it", () => {
      // Act
      const text = textOf(bundle);

      // Assess
      for (const place of [
        process.cwd(),
        join(__dirname, "../../../.."),
        tmpdir(),
        homedir(),
        userInfo().homedir,
      ]) {
        expect(text).not.toContain(`${place}/`);
      }
      expect(text).not.toMatch(/node_modules|sourceMappingURL|[A-Z]:\\\\/);
    });

    it("requires only modules of Node.js", () => {
      // Act
      const required = [...textOf(bundle).matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);

      // Assess
      expect(required.length).toBeGreaterThan(0);
      expect(required.filter((name) => !NODE_MODULES.has(name?.replace(/^node:/, "") ?? ""))).toEqual([]);
    });

    it("does not contain the model's description", () => {
      // Act
      const isThere = textOf(bundle).includes(fixtures[model].description);

      // Assess
      expect(isThere).toBe(false);
    });

    it("exports the handler, and lets its process end", async () => {
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
        { answer: fixtures[model].example.answer },
      ]);
      expect(endpoint.onlyRequest.body).toBe(sent);
    });

    it("throws at load when the environment lacks the endpoint's name", async () => {
      // Act
      const loading = bundle.runNode(`require(${JSON.stringify(bundle.path)})`, { AWS_REGION: "us-east-1" });

      // Assess
      await expect(loading).rejects.toThrow("ENDPOINT_NAME: got nothing");
    });
  },
);

describe("the limit of a package", () => {
  const model = "iris";
  const vocabulary = { file: "functions/iris/vocabulary.json", bytes: 300_000 };

  it("does not count a model's data", () => {
    // Act
    const excess = describeExcess({ model, bytes: 311_000, ownCode: 0, data: [vocabulary] });

    // Assess
    expect(excess).toBeUndefined();
  });

  it("reports the size, the limit and how to raise the limit when the code exceeds it", () => {
    // Act
    const excess = describeExcess({ model, bytes: 313_500, ownCode: 500, data: [vocabulary] });

    // Assess
    expect(excess).toBe(
      "functions/iris: got 313500 bytes (gzip); allowed: 312788 = 12288 for the shared code + 500 for the model's own code + 300000 for functions/iris/vocabulary.json. " +
        "Every cold start loads the package. Remove an import that is not needed, or set extraInBytes of iris to 1212 in packages/sagemaker-stages/tests/runtime/support/invocations.ts.",
    );
  });
});
