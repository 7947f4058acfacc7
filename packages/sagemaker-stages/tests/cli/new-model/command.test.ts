import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { UsageError } from "../../../src/lib/arguments";
import { UserError } from "../../../src/lib/user-error";
import { AppCopy } from "./support/app-copy";
import { WITHOUT_DIAGNOSTICS } from "./support/biome";

const TIMEOUT_IN_MS = 300_000;

describe("sagemaker-stages new-model", () => {
  let app: AppCopy;

  beforeEach(() => {
    app = AppCopy.ofFixture();
  });

  afterEach(() => app?.remove());

  it(
    "adds an entry with a ready-made contract, and a folder with the model card and the tests, without options",
    async () => {
      // Prepare
      const before = app.files();

      // Act
      const finished = await app.command("new-model", "iris-species");

      // Assess
      const after = app.files();
      expect(finished).toMatchObject({ status: 0, stderr: "" });
      expect(finished.stdout).toMatch(/^iris-species takes rows of numbers/);
      expect([...after.keys()].filter((path) => after.get(path) !== before.get(path))).toEqual([
        "environments/dev.ts",
        "functions/index.ts",
        "functions/iris-species/README.md",
        "functions/iris-species/tests/contract.test.ts",
      ]);
      expect([...before.keys()].filter((path) => !after.has(path))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "writes a folder with the contract, the model card and the tests when the command line has --with-contract",
    async () => {
      // Prepare
      const before = app.files();

      // Act
      const finished = await app.command("new-model", "iris-species", "--with-contract");

      // Assess
      const after = app.files();
      expect(finished).toMatchObject({ status: 0, stderr: "" });
      expect([...after.keys()].filter((path) => after.get(path) !== before.get(path))).toEqual([
        "environments/dev.ts",
        "functions/index.ts",
        "functions/iris-species/README.md",
        "functions/iris-species/contract.ts",
        "functions/iris-species/tests/contract.test.ts",
      ]);
      expect(app.read("functions/iris-species/contract.ts")).toContain("rows: z.array(row)");
    },
    TIMEOUT_IN_MS,
  );

  it("adds lines to the app's files, and changes no other line", () => {
    // Prepare
    const [catalog, environment] = [app.read("functions/index.ts"), app.read("environments/dev.ts")];

    // Act
    app.newModel("iris-species", "--with-contract");

    // Assess
    expect(addedLines(catalog, app.read("functions/index.ts"))).toEqual([
      'import * as irisSpecies from "./iris-species/contract";',
      '  "iris-species": irisSpecies,',
    ]);
    expect(addedLines(environment, app.read("environments/dev.ts"))).toEqual([
      '    "iris-species": {',
      '      artifact: "s3://amzn-s3-demo-bucket/iris-species/1/model.tar.gz",',
      '      image: { framework: "xgboost", version: "1.7-1" },',
      "      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },",
      "    },",
    ]);
  });

  it("adds a ready-made contract below the other models, and its function to the import", () => {
    // Prepare
    const withFunction = app
      .read("functions/index.ts")
      .replace("import { defineModels }", "import { defineModels, rows }");

    // Act
    app.newModel("iris-species");

    // Assess
    expect(addedLines(withFunction, app.read("functions/index.ts"))).toEqual([
      '  "iris-species": rows({',
      '    features: ["feature 1", "feature 2", "feature 3", "feature 4"],',
      '    answer: "csv",',
      "  }),",
    ]);
  });

  it("writes the contract, the model card and the tests with the features of the command line", () => {
    // Act
    app.newModel("iris-species", "--features", "sepal length, sepal width,petal length");

    // Assess
    const request = { "sepal length": 1, "sepal width": 1, "petal length": 1 };
    expect(app.read("functions/index.ts")).toContain(
      'features: ["sepal length", "sepal width", "petal length"],',
    );
    expect(app.read("functions/iris-species/README.md")).toContain(
      `\`${JSON.stringify({ rows: [request] })}\``,
    );
    expect(app.read("functions/iris-species/tests/contract.test.ts")).toContain(
      'request: { rows: [{ "sepal length": 1, "sepal width": 1, "petal length": 1 }] },',
    );
  });

  it.each([
    {
      words: ["--takes", "bytes", "--media-type", "image/jpeg", "--media-type", "image/png"],
      line: "iris: bytes({",
    },
    {
      words: ["--takes", "bytes", "--media-type", "application/x-custom"],
      line: 'contentType: "application/x-custom"',
    },
    { words: ["--takes", "text"], line: "iris: text({" },
    { words: ["--takes", "pass-through"], line: "iris: passThrough({" },
    {
      words: ["--takes", "pass-through", "--media-type", "image/jpeg"],
      line: 'iris: passThrough({\n    takes: ["image/jpeg"],',
    },
    {
      words: ["--takes", "pass-through", "--media-type", "application/x-custom"],
      line: 'contentType: "application/x-custom"',
    },
    { words: ["--hugging-face", "text-generation"], line: 'iris: huggingFace("text-generation"),' },
  ])("adds the contract of the words $words", ({ words, line }) => {
    // Act
    app.newModel("iris", ...words);

    // Assess
    expect(app.read("functions/index.ts")).toContain(line);
    expect(app.read("environments/dev.ts")).toContain("    iris: {\n");
  });

  it.each([
    {
      words: ["--hugging-face", "text-classification"],
      sentence: "iris takes a text (Hugging Face: text-classification).",
    },
    {
      words: ["--hugging-face", "image-classification"],
      sentence: "iris takes an image (Hugging Face: image-classification).",
    },
    {
      words: ["--takes", "bytes", "--media-type", "image/jpeg", "--media-type", "image/png"],
      sentence: "iris takes a file (image/jpeg, image/png), which the endpoint receives unchanged.",
    },
    {
      words: ["--takes", "pass-through"],
      sentence: "iris takes any JSON, which the endpoint receives unchanged.",
    },
  ])("describes the requests of the model of $words", ({ words, sentence }) => {
    // Act
    const printed = app.newModel("iris", ...words);

    // Assess
    expect(printed.split("\n")[0]).toBe(sentence);
  });

  it("prints a curl line that sends a file, without base64, when the model takes files", () => {
    // Act
    const printed = app.newModel("photo", "--takes", "bytes", "--media-type", "image/jpeg");

    // Assess
    expect(printed).toMatch(
      /^ {2}curl .* -H 'content-type: image\/jpeg' --data-binary @functions\/photo\/tests\/example\.jpeg$/m,
    );
    expect(printed).not.toContain("base64");
  });

  it("adds a chat model on an instance, and a customer who also has the models with the shared key", () => {
    // Act
    const printed = app.newModel("llama", "--takes", "chat");

    // Assess
    expect(app.read("functions/index.ts")).toContain(
      '  llama: openAiChat({\n    containerModel: "lmi",\n    maxTokens: 2048,\n  }),\n',
    );
    expect(app.read("environments/dev.ts")).toContain(`    llama: {
      artifact: "s3://amzn-s3-demo-bucket/llama/1/",
      image: { algorithm: "djl-inference", tag: "0.34.0-lmi16.0.0-cu128" },
      instances: { instanceType: "ml.g5.xlarge", initialInstanceCount: 1 },
      access: "API_KEY",
    },
  },
  customers: {
    everyone: { models: ["loan-default", "energy-demand", "language-check", "llama"], sharedKey: true },
  },
`);
    expect(printed).toContain(
      "on the local stage, too: -H 'x-api-key: local-dev-everyone-customer-1-not-a-secret'. On AWS, their key stays the same.",
    );
  });

  it("gives a chat model of an environment with customers its own customer, and its own path", async () => {
    // Prepare
    const words = ["--takes", "chat", "--environment", "prod"];
    app.newModel("llama", ...words);

    // Act: in a process, because this process has loaded the app without the first model.
    const { stdout: printed } = await app.command("new-model", "qwen", ...words);

    // Assess
    expect(app.read("functions/index.ts")).toContain('path: "/qwen/v1/chat/completions"');
    expect(app.read("environments/prod.ts")).toContain(`  customers: {
    everyone: { models: ["llama"] },
    qwen: {
      models: ["qwen"],
    },
  },
`);
    expect(printed).toContain("customers (now: qwen, whose key opens the route)");
    expect(printed).toContain("-H 'authorization: Bearer local-prod-qwen-customer-1-not-a-secret'");
    expect(printed).toMatch(/^ {2}curl --no-buffer .*"stream":true\}'$/m);
    expect(printed).toContain(
      'new OpenAI({ baseURL: "http://127.0.0.1:3000/prod/qwen/v1", apiKey: "local-prod-qwen-customer-1-not-a-secret" })',
    );
  });

  it("prints the customer of each file when the environments have other customers", async () => {
    // Prepare
    app.newModel("llama", "--takes", "chat", "--environment", "prod");

    // Act
    const { stdout: printed } = await app.command(
      ...["new-model", "qwen", "--takes", "chat", "--environment", "dev", "--environment", "prod"],
    );

    // Assess
    expect(printed).toMatch(/environments\/dev\.ts .*customers \(now: everyone, whose key/);
    expect(printed).toMatch(/environments\/prod\.ts .*customers \(now: qwen, whose key/);
  });

  it("prints the lines of a chat model, and writes nothing, when the customers are no literal", () => {
    // Prepare
    app.edit("environments/prod.ts", (text) =>
      `const buyers = { acme: { models: ["loan-default" as const] } };\n${text}`
        .replace('access: "PUBLIC"', 'access: "API_KEY"')
        .replace("  website: {},\n", "  website: {},\n  customers: { ...buyers },\n"),
    );
    app.edit("environments/prod.ts", (text) => text.replace("{ ...buyers }", "buyers"));
    const before = app.files();

    // Act
    const act = () => app.newModel("llama", "--takes", "chat", "--environment", "prod");

    // Assess
    expect(act).toThrow("environments/prod.ts: got customers of prod that are not a literal; allowed:");
    expect(act).toThrow('in customers of prod: llama: {\n  models: ["llama"],\n},');
    expect(app.files()).toEqual(before);
  });

  it.each([
    {
      words: ["--takes", "pass-through"],
      line: 'stream: { type: "application/jsonlines", when: "stream" },',
      streams: true,
    },
    { words: ["--takes", "text"], line: 'stream: { type: "text/plain" },', streams: false },
    {
      words: ["--takes", "pass-through", "--media-type", "audio/ogg"],
      line: 'stream: { type: "text/plain" },',
      streams: false,
    },
  ])("adds a model of $words that streams from an instance with --stream", ({ words, line, streams }) => {
    // Act
    const printed = app.newModel("story", ...words, "--stream");

    // Assess
    expect(app.read("functions/index.ts")).toContain(line);
    expect(app.read("environments/dev.ts")).toContain('instances: { instanceType: "ml.g5.xlarge"');
    expect(printed).toContain("instances (they cost money without requests, too)");
    expect(printed).toMatch(/^ {2}curl --no-buffer|data-binary/m);
    // LMI streams only for a document with stream: true.
    expect(app.read("environments/dev.ts").includes("djl-inference")).toBe(streams);
    expect(printed.includes("a placeholder that does not stream")).toBe(!streams);
  });

  it("adds a model of the Hugging Face Hub with the task, and names the placeholders", () => {
    // Act
    const printed = app.newModel("topics", "--hugging-face", "text-classification");

    // Assess
    expect(printed).toContain(
      "HF_MODEL_ID and HF_MODEL_REVISION (placeholders: npm start and npm test accept them, cdktf synth refuses them)",
    );
    expect(app.read("environments/dev.ts")).toContain(`      containerEnvironment: {
        HF_MODEL_ID: "my-organization/topics",
        HF_MODEL_REVISION: "${"0".repeat(40)}",
        HF_TASK: "text-classification",
      },
`);
  });

  it("prints the files to edit, the commands, and a curl line", () => {
    // Act
    const printed = app.newModel("iris-species", "--environment", "staging");

    // Assess
    expect(printed).toContain("functions/index.ts");
    expect(printed).not.toContain("functions/iris-species/contract.ts");
    expect(printed).toContain("environments/staging.ts");
    expect(printed).toContain("npm start -- staging");
    expect(printed).toMatch(
      /^ {2}curl 'http:\/\/127\.0\.0\.1:3000\/staging\/iris-species' --aws-sigv4 .* -d '\{"rows":\[\{"feature 1":1,.*\}\]\}'$/m,
    );
    expect(printed).toContain("Every request gets the example's answer.");
  });

  it("adds the model to each environment that the command line names, and to no other environment", () => {
    // Prepare
    const dev = app.read("environments/dev.ts");

    // Act
    app.newModel("iris", "--environment", "prod", "--environment", "staging");

    // Assess
    expect(app.read("environments/dev.ts")).toBe(dev);
    expect(app.read("environments/staging.ts")).toContain("    iris: {\n");
    expect(app.read("environments/prod.ts")).toContain("    iris: {\n");
  });

  it("adds the model to several environments in one file", () => {
    // Prepare
    const [dev, staging] = ["dev", "staging"].map((name) =>
      app
        .read(`environments/${name}.ts`)
        .replace(/^import .*\n/gm, "")
        .replace("Environment<ModelName>", "Environment"),
    );
    app.edit(
      "environments/index.ts",
      () =>
        `import type { Environment } from "sagemaker-stages";\n${dev}${staging}\nexport const environments: readonly Environment[] = [dev, staging];\n`,
    );
    for (const name of ["dev", "staging", "prod"]) rmSync(join(app.folder, `environments/${name}.ts`));

    // Act
    app.newModel("iris", "--environment", "dev", "--environment", "staging");

    // Assess
    expect(app.read("environments/index.ts").match(/^ {4}iris: \{$/gm)).toHaveLength(2);
  });

  it(
    "adds the first model of an app whose models were all deleted",
    async () => {
      // Prepare
      removeEveryModel(app);

      // Act
      app.newModel("iris", "--environment", "dev", "--environment", "staging", "--environment", "prod");

      // Assess
      expect(await app.types()).toMatchObject({ status: 0, stdout: "" });
      expect(await app.program("@biomejs/biome/bin/biome", "check", ".")).toMatchObject({
        status: 0,
        stderr: WITHOUT_DIAGNOSTICS,
      });
      expect(await app.synthesize()).toMatchObject({ status: 0, stderr: "" });
      expect(endpointsOf(app, "prod")).toEqual(["prod-iris"]);
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    {
      words: ["--with-contract"],
      files: ["README.md", "contract.ts", "tests/contract.test.ts"],
      line: 'import * as iris from "./iris/contract";',
      state: "The app does not load until",
    },
    {
      words: ["--hugging-face", "translation"],
      files: ["README.md", "tests/contract.test.ts"],
      line: 'iris: huggingFace("translation"),',
      state:
        'npm test fails in the tests of the model ("model: got undefined") until functions/index.ts has the line',
    },
  ])(
    "with $words and --folder-only, writes only the folder, and prints the lines to add to the other files",
    ({ words, files, line, state }) => {
      // Prepare
      const before = app.files();

      // Act
      const printed = app.newModel("iris", ...words, "--folder-only");

      // Assess
      const added = [...app.files()].filter(([path, bytes]) => before.get(path) !== bytes);
      expect(added.map(([path]) => path)).toEqual(files.map((file) => `functions/iris/${file}`));
      expect(printed).toContain(line);
      expect(printed).toContain(state);
      expect(printed).toContain("in models of dev: iris: {");
    },
  );

  it("describes the requests of the example in the model card", () => {
    // Act
    app.newModel("iris", "--takes", "text");

    // Assess
    const card = app.read("functions/iris/README.md");
    expect(card).toContain("# Model: iris\n");
    expect(card).toContain("| contract | `text(…)` in `functions/index.ts` |");
    expect(card).toContain('| request of a caller | `{"text":"The delivery was late."}` |');
    expect(card).toContain(
      '| request to the endpoint | `application/json`, e.g. `{"instances":["The delivery was late."]}` |',
    );
    expect(card).not.toMatch(/my-/);
  });

  it("writes the file that the tests of a model for files send", () => {
    // Act
    const printed = app.newModel("photo", "--takes", "bytes", "--media-type", "image/png");

    // Assess
    const file = readFileSync(join(app.folder, "functions/photo/tests/example.png"));
    expect(file.subarray(1, 4).toString()).toBe("PNG");
    expect(printed).toContain("functions/photo/tests/example.png");
  });

  it("names the files to edit in their order: the contract, its tests, the settings, the model card", () => {
    // Act
    const printed = app.newModel("iris", "--hugging-face", "translation");

    // Assess
    const [, steps = ""] = printed.split("Edit next, in this order:\n");
    expect([...steps.matchAll(/^ {2}(\S+)/gm)].map(([, file]) => file)).toEqual([
      "functions/index.ts",
      "functions/iris/tests/contract.test.ts",
      "environments/dev.ts",
      "functions/iris/README.md",
      "functions/iris/sample/index.ts",
    ]);
    // The fixture app has the scripts of a clone, whose npm test also runs the engine's tests.
    expect(steps).toContain("Check: npm run test:app -- -u, npm run check,");
    expect(steps).not.toContain("npm test -- -u");
  });

  it("prints npm test when the app has no script test:app", () => {
    // Prepare
    app.edit("package.json", (text) => text.replace('"test:app"', '"test:other"'));

    // Act
    const printed = app.newModel("iris");

    // Assess
    expect(printed).toContain("Check: npm test -- -u, npm run check,");
    expect(printed).not.toContain("test:app");
  });

  it.each([
    { words: ["--takes", "json"], hasScript: true },
    { words: ["--takes", "pass-through"], hasScript: true },
    { words: ["--takes", "text", "--stream"], hasScript: true },
    { words: ["--takes", "pass-through", "--stream"], hasScript: false },
    { words: ["--takes", "rows"], hasScript: false },
  ])("names the script of scikit-learn for $words: $hasScript", ({ words, hasScript }) => {
    // Act
    const printed = app.newModel("iris", ...words);

    // Assess
    const text =
      "containerEnvironment (the script of scikit-learn, code/inference.py in the artifact: docs/models.md; delete it for another image)";
    expect(printed.includes(text)).toBe(hasScript);
  });

  it.each([
    {
      mediaType: "application/pdf",
      file: "example.pdf",
      text: "a file of a caller: now two bytes, a placeholder, also in base64 in example.request of functions/index.ts",
    },
    { mediaType: "image/png", file: "example.png", text: "a file of a caller" },
  ])("names the file of the tests to edit for $mediaType, and a placeholder", ({ mediaType, file, text }) => {
    // Act
    const printed = app.newModel("scan", "--takes", "bytes", "--media-type", mediaType);

    // Assess
    const [, steps = ""] = printed.split("Edit next, in this order:\n");
    expect(steps).toMatch(new RegExp(`^  functions/scan/tests/${file} +${text}$`, "m"));
  });

  it("writes tests of a stream of several lines, which the caller receives as a text", () => {
    // Act
    app.newModel("story", "--takes", "pass-through", "--stream");

    // Assess
    const line = '{\\"generated_text\\":\\" a time, there was a model.\\"}\\n';
    const quoted = line.replaceAll('\\"', '"');
    const tests = app.read("functions/story/tests/contract.test.ts");
    expect(tests).toMatch(new RegExp(`callerReceives:\\s+'${escaped(quoted.repeat(2))}'`));
    expect(tests).toContain("// callerReceives of a stream is its whole text.");
  });

  it.each([
    {
      words: ["iris", "--takes", "csv"],
      message: "--takes: got csv; allowed: rows, json, text, bytes, pass-through, chat, query",
    },
    { words: ["iris", "--takes", "bytes"], message: "--media-type: got no value; allowed: a media type" },
    {
      words: ["iris", "--media-type", "image/png"],
      message: "--media-type: got image/png; allowed: with --takes bytes or pass-through",
    },
    {
      words: ["iris", "--hugging-face", "chat"],
      message: "--hugging-face: got chat; allowed: text-classification,",
    },
    {
      words: ["iris", "--hugging-face", "translation", "--takes", "text"],
      message: "--hugging-face: got --takes text, too; allowed: one of the two options",
    },
    {
      words: ["iris", "--takes", "pass-through", "--with-contract"],
      message:
        "--with-contract: got --takes pass-through, too; allowed: with --takes rows, json, text or query",
    },
    {
      words: ["iris", "--takes", "rows", "--stream"],
      message:
        "--stream: got --takes rows, too; allowed: with --takes pass-through or text, or --takes chat without --stream",
    },
    {
      words: ["iris", "--hugging-face", "text-generation", "--stream"],
      message:
        "--stream: got --hugging-face text-generation, too; allowed: with --takes pass-through or text",
    },
    {
      words: ["iris", "--takes", "chat", "--stream"],
      message: "a chat answers in a stream if the request has stream: true",
    },
    {
      words: ["iris", "--takes", "text", "--stream", "--with-contract"],
      message: "--stream: got --with-contract, too; allowed: either option.",
    },
    {
      words: ["iris", "--takes", "chat", "--with-contract"],
      message: "--with-contract: got --takes chat, too; allowed: with --takes rows, json, text or query",
    },
    {
      words: ["iris", "--handler", "python", "--stream"],
      message: "--handler: got --stream, too; allowed: either --handler or options of a contract",
    },
    {
      words: ["iris", "--takes", "text", "--features", "a,b"],
      message: "--features: got a model of the kind text, too; allowed: with --takes rows only",
    },
    {
      words: ["iris", "--features", "a,b", "--with-contract"],
      message: "--features: got --with-contract, too; allowed: with --takes rows only",
    },
    {
      words: ["iris", "--features", "a,b,a"],
      message: '--features: features[0]: got "a"; allowed: a unique name of 1 to 100 visible characters',
    },
    {
      words: ["iris", "--features", "a,,b"],
      message: '--features: features[1]: got ""; allowed: a unique name',
    },
    {
      words: ["iris", "--handler", "python", "--features", "a"],
      message: "--handler: got --features, too; allowed: either --handler or options of a contract",
    },
    {
      words: ["iris", "--environment", "test"],
      message: "--environment: got test; allowed: dev, staging, prod",
    },
    { words: [], message: "<name>: got nothing; allowed: 1–30 characters: a-z, 0-9 and single hyphens" },
    { words: ["iris", "species"], message: "word: got species; allowed: <name> and options" },
    { words: ["iris", "--name", "species"], message: "option: got --name; allowed: --takes" },
  ])("refuses the words $words, and writes nothing", ({ words, message }) => {
    // Prepare
    const before = app.files();

    // Act
    const act = () => app.newModel(...words);

    // Assess
    expect(act).toThrow(UsageError);
    expect(act).toThrow(message);
    expect(app.files()).toEqual(before);
  });

  it.each([
    { name: "Iris", message: 'name: got "Iris"; allowed: 1–30 characters a-z, 0-9, -' },
    { name: "../iris", message: 'name: got "../iris"; allowed: 1–30 characters' },
    { name: "iris-", message: 'name: got "iris-"; allowed: 1–30 characters' },
    {
      name: "i".repeat(31),
      message: `name: got "${"i".repeat(31)}"; allowed: 1–30 characters a-z, 0-9, -, starting with a letter, with single hyphens between words (the name is part of names of at most 63 characters: https://docs.aws.amazon.com/`,
    },
    { name: "stage", message: 'name: got "stage"; allowed: a name other than artifacts, aws,' },
    { name: "iris-caller", message: 'name: got "iris-caller"; allowed: a name other than' },
    {
      name: "loan-default",
      message:
        "name: got loan-default, a model of functions/index.ts; allowed: a name other than loan-default, energy-demand,",
    },
    {
      name: "loan-default-function-url",
      message: "functions/loan-default/contract.ts also has the construct loan-default-function-url",
    },
  ])("refuses the name $name, and writes nothing", ({ name, message }) => {
    // Prepare
    const before = app.files();

    // Act
    const act = () => app.newModel(name);

    // Assess
    expect(act).toThrow(UserError);
    expect(act).toThrow(message);
    expect(app.files()).toEqual(before);
  });

  it("refuses a model for which a quota of the account is too low, and writes nothing", () => {
    // Prepare
    app.edit("environments/prod.ts", (text) =>
      text.replace("  website: {},\n", "  website: {},\n  quotas: { serverlessConcurrency: 80 },\n"),
    );
    const before = app.files();

    // Act
    const act = () => app.newModel("iris", "--environment", "prod");

    // Assess
    expect(act).toThrow(/^iris: nothing was written\.\n1 fault\(s\) in environments\/:\n {2}prod: /);
    expect(app.files()).toEqual(before);
  });

  it("accepts a model when the app has a fault already, which synthesis reports", () => {
    // Prepare
    app.edit("environments/prod.ts", (text) =>
      text.replace("logRetentionInDays: 90", "logRetentionInDays: 91"),
    );

    // Act
    app.newModel("iris");

    // Assess
    expect(app.read("environments/dev.ts")).toContain("iris: {");
  });

  it("refuses the name of a folder that functions/index.ts does not name, and writes nothing", () => {
    // Prepare
    mkdirSync(join(app.folder, "functions/iris"));
    writeFileSync(join(app.folder, "functions/iris/notes.txt"), "");
    const before = app.files();

    // Act
    const act = () => app.newModel("iris");

    // Assess
    expect(act).toThrow("name: got iris, the existing folder functions/iris; allowed: a name other than");
    expect(app.files()).toEqual(before);
  });

  it.each([
    {
      form: "models that are not a literal",
      file: "functions/index.ts",
      change: (text: string) =>
        text
          .replace("export const models = defineModels({", "const modules = {")
          .replace("\n});", "\n};\n\nexport const models = defineModels(modules);"),
      reason: "functions/index.ts: got 0 calls defineModels({ … }) of the import from sagemaker-stages/model",
    },
    {
      form: "an environment whose name is computed",
      file: "environments/dev.ts",
      change: (text: string) => text.replace('name: "dev"', 'name: ["d", "ev"].join("")'),
      reason: 'environments/: got 0 object literals with name: "dev" and models: { … }; allowed: one',
    },
    {
      form: "two literals with the environment's name",
      file: "environments/staging.ts",
      change: (text: string) => `${text}\nexport const other = { name: "dev", models: {} };\n`,
      reason: 'environments/: got 2 object literals with name: "dev" and models: { … }; allowed: one',
    },
    {
      form: "a brace after the last model",
      file: "environments/dev.ts",
      change: (text: string) => text.replace(/,\n {2}\},\n\};/, " },\n};"),
      reason: "environments/dev.ts: got a closing brace that shares its line with code",
    },
  ])("prints the lines to add and writes nothing when a file has $form", ({ file, change, reason }) => {
    // Prepare
    app.edit(file, change);
    const before = app.files();

    // Act
    const act = () => app.newModel("iris");

    // Assess
    expect(act).toThrow(UserError);
    expect(act).toThrow(reason);
    expect(act).toThrow("Nothing was written.");
    expect(act).toThrow(
      'import { rows } from "sagemaker-stages/model";\nin defineModels({ … }): iris: rows({\n',
    );
    expect(act).toThrow('in models of dev: iris: {\n  artifact: "s3://');
    expect(app.files()).toEqual(before);
  });

  it(
    "names the file and the line, and writes nothing, when a contract of the app cannot be loaded",
    async () => {
      // Prepare
      app.edit("functions/loan-default/contract.ts", (text) => `${text}\nconst = ;\n`);
      const before = app.files();

      // Act
      const finished = await app.command("new-model", "iris");

      // Assess
      expect(finished).toMatchObject({ status: 1, stdout: "" });
      expect(finished.stderr).toMatch(
        /^the model loan-default could not be loaded:\n {2}functions\/loan-default\/contract\.ts:\d+/,
      );
      expect(app.files()).toEqual(before);
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["functions/index.ts", "models"],
    ["environments/index.ts", "environments"],
    ["environments/accounts.ts", "accounts"],
  ])("refuses an app whose %s has no export %s, and writes nothing", (file, name) => {
    // Prepare
    app.edit(file, (text) => text.replace(`export const ${name}`, "export const other"));
    const before = app.files();

    // Act
    const act = () => app.newModel("iris");

    // Assess
    expect(act).toThrow(`${file}: got no export ${name}; allowed: export const ${name} = …`);
    expect(app.files()).toEqual(before);
  });

  it("refuses a folder that is not an app", () => {
    // Prepare
    for (const file of ["main.ts", "functions/index.ts"]) rmSync(join(app.folder, file));

    // Act
    const act = () => app.newModel("iris");

    // Assess
    expect(act).toThrow(
      `folder: got ${app.folder}, which has no main.ts, no functions/index.ts; allowed: the folder of an app`,
    );
  });
});

/** The names do not fit in one line of the contract, of its tests and of an environment. */
const TWELVE_FEATURES = Array.from({ length: 12 }, (_, index) => `feature of the day ${index + 1}`).join(",");

/** Names that need no quotes in TypeScript. The wide characters do not fit in one line, although their number does. */
const WIDE_FEATURES = `größe,ª,x٠,${Array.from({ length: 7 }, (_, index) => `東京天気${index}`).join(",")}`;

/** Names that code, Terraform, Markdown and API Gateway's templates could read as more than a text. */
const STRANGE_FEATURES = [
  "$\u007bx}",
  "%{if x}",
  "$input.body",
  "#set($a)",
  "`code`",
  'a "quoted" name',
  "it's",
  "both ' and \"",
  "back\\slash",
  "a|b",
  "<b>&amp;",
  "*/ // /*",
  "😀 é 漢字",
  "2nd",
  "0",
  "-1",
  "class",
  "default",
  "name.with[0]",
  "length",
  "x".repeat(100),
].join(",");

/** Names of models with ready-made contracts, each with its words. */
const READY_MADE = [
  ["ready-rows", "--takes", "rows"],
  ["ready-columns", "--takes", "rows", "--features", TWELVE_FEATURES],
  ["ready-wide", "--takes", "rows", "--features", WIDE_FEATURES],
  ["ready-names", "--takes", "rows", "--features", STRANGE_FEATURES],
  ["ready-text", "--takes", "text"],
  ["ready-bytes", "--takes", "bytes", "--media-type", "image/jpeg", "--media-type", "image/png"],
  ["ready-audio", "--takes", "bytes", "--media-type", "audio/ogg"],
  ["ready-raw", "--takes", "pass-through"],
  ["ready-chat", "--takes", "chat"],
  ["streams-raw", "--takes", "pass-through", "--stream"],
  ["streams-file", "--takes", "pass-through", "--media-type", "audio/ogg", "--stream"],
  ["streams-text", "--takes", "text", "--stream"],
  ["ready-topics", "--hugging-face", "text-classification"],
  ["ready-images", "--hugging-face", "image-classification"],
] as const;

describe.each([
  {
    what: "the fixture app",
    make: AppCopy.ofFixture,
    environments: ["dev", "staging", "prod"],
    tests: { pattern: "functions/takes-", suites: 4 },
  },
  {
    what: "a new app",
    make: AppCopy.ofInit,
    environments: ["dev"],
    tests: { pattern: "functions/(takes|ready|streams|second)-", suites: 4 + READY_MADE.length + 1 },
  },
])("models of each kind in $what", ({ make, environments, tests }) => {
  let app: AppCopy;

  beforeAll(async () => {
    app = await make();
    const words = environments.flatMap((environment) => ["--environment", environment]);
    for (const kind of ["rows", "json", "text", "query"]) {
      app.newModel(`takes-${kind}`, "--takes", kind, "--with-contract", ...words);
    }
    for (const [name, ...options] of READY_MADE) app.newModel(name, ...options, ...words);
    // In a process, because this process has loaded the app without the first chat.
    await app.command("new-model", "second-chat", "--takes", "chat", ...words);
    // Names that an import cannot have: a reserved word, names that the file has, and a global name.
    for (const name of ["class", "models", "define-models", "eval"]) app.newModel(name);
  }, TIMEOUT_IN_MS);

  afterAll(() => app?.remove());

  it(
    "the models have the right types",
    async () => {
      // Act
      const finished = await app.types();

      // Assess
      expect(finished).toMatchObject({ status: 0, stdout: "" });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "pass Biome's rules and have Biome's format",
    async () => {
      // Act
      const finished = await app.program("@biomejs/biome/bin/biome", "check", ".");

      // Assess
      expect(finished).toMatchObject({ status: 0, stdout: "", stderr: WITHOUT_DIAGNOSTICS });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the models have tests that pass",
    async () => {
      // Act
      const finished = await app.jest("CI", tests.pattern);

      // Assess
      expect(finished.stderr).toContain(`Test Suites: ${tests.suites} passed, ${tests.suites} total`);
      expect(finished.status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the models are in the Terraform of each environment",
    async () => {
      // Prepare: synthesis refuses the placeholders of a model and its commit
      for (const environment of environments) {
        app.edit(`environments/${environment}.ts`, (text) =>
          text
            .replaceAll("0".repeat(40), "714eb0fa89d2f80546fda750413ed43d93601a13")
            .replaceAll("my-organization/", "distilbert/"),
        );
      }

      // Act
      const finished = await app.synthesize();

      // Assess
      expect(finished).toMatchObject({ status: 0, stderr: "" });
      for (const environment of environments) {
        expect(endpointsOf(app, environment)).toEqual(
          expect.arrayContaining(
            [
              ...["rows", "json", "text", "query"].map((kind) => `takes-${kind}`),
              ...READY_MADE.map(([name]) => name),
              "second-chat",
            ].map((name) => `${environment}-${name}`),
          ),
        );
      }
    },
    TIMEOUT_IN_MS,
  );
});

describe("a new app with a chat model and a model of the Hub, directly after new-model", () => {
  let app: AppCopy;

  beforeAll(async () => {
    app = await AppCopy.ofInit();
    app.newModel("llama", "--takes", "chat");
    app.newModel("topics", "--hugging-face", "text-classification");
  }, TIMEOUT_IN_MS);

  afterAll(() => app?.remove());

  it(
    "passes its tests, with the proof of its permissions, and passes them again in CI with the written snapshots",
    async () => {
      // Act
      const first = await app.jest("developer's machine", "--runInBand");
      const inCi = await app.jest("CI", "--runInBand");

      // Assess
      expect(first.stderr).toContain("Test Suites: 6 passed, 6 total");
      expect(first.status).toBe(0);
      expect(inCi.stderr).toContain("Test Suites: 6 passed, 6 total");
      expect(inCi.status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );
});

function escaped(text: string): string {
  return text.replaceAll(/[\\{}.]/g, "\\$&");
}

/** Deletes every model, as a team does when it replaces the samples. */
function removeEveryModel(app: AppCopy): void {
  rmSync(join(app.folder, "functions"), { recursive: true });
  mkdirSync(join(app.folder, "functions"));
  writeFileSync(
    join(app.folder, "functions/index.ts"),
    'import { defineModels } from "sagemaker-stages/model";\n\nexport const models = defineModels({});\n\nexport type ModelName = keyof typeof models;\n',
  );
  for (const name of ["dev", "staging", "prod"]) {
    app.edit(`environments/${name}.ts`, (text) =>
      text.replace(/\n {2}models: \{.*\n {2}\},\n/s, "\n  models: {},\n").replace("  website: {},\n", ""),
    );
  }
}

/** The names of the endpoints in an environment's Terraform. */
function endpointsOf(app: AppCopy, environment: string): string[] {
  const { resource } = JSON.parse(app.read(`cdktf.out/stacks/${environment}/cdk.tf.json`));
  return Object.values<{ name: string }>(resource.aws_sagemaker_endpoint).map(({ name }) => name);
}

/** The lines that a text has in addition to another text; throws if a line of the other text is missing. */
function addedLines(before: string, after: string): string[] {
  const kept = before.split("\n");
  const added: string[] = [];
  for (const line of after.split("\n")) {
    if (line === kept[0]) kept.shift();
    else added.push(line);
  }
  if (kept.length > 0) throw new Error(`a line is missing: ${kept[0]}`);
  return added;
}
