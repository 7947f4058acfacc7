import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { UsageError } from "../../../src/lib/arguments";
import { AppCopy } from "./support/app-copy";

const TIMEOUT_IN_MS = 120_000;

describe("sagemaker-stages new-model --handler python", () => {
  let app: AppCopy;

  beforeEach(() => {
    app = AppCopy.ofFixture();
  });

  afterEach(() => app?.remove());

  it(
    "adds a model whose app synthesizes without Python",
    async () => {
      // Prepare
      const before = app.files();

      // Act
      const finished = await app.command("new-model", "iris-species", "--handler", "python");

      // Assess
      const after = app.files();
      expect(finished).toMatchObject({ status: 0, stderr: "" });
      expect([...after.keys()].filter((path) => after.get(path) !== before.get(path))).toEqual([
        "environments/dev.ts",
        "functions/index.ts",
        "functions/iris-species/README.md",
        "functions/iris-species/handler.py",
        "functions/iris-species/route.json",
        "functions/iris-species/tests/test_handler.py",
      ]);
      expect(app.read("functions/index.ts")).toContain(
        'import irisSpecies from "./iris-species/route.json";',
      );
      expect(app.read("functions/index.ts")).toContain('"iris-species": python(irisSpecies),');
      expect(app.read("functions/index.ts")).toMatch(
        /import \{ defineModels, python \} from "sagemaker-stages\/model";/,
      );
      expect(app.read("functions/iris-species/handler.py")).toContain("def lambda_handler(event, context):");
      expect(finished.stdout).toContain(
        "functions/iris-species/handler.py, route.json, tests/test_handler.py",
      );
      expect(finished.stdout).toContain(
        "without it, npm test does not compare the handler's answer with route.json",
      );
      const programs = await app.command("programs");
      expect(programs).toMatchObject({ status: 0 });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "adds a model with a GET whose app synthesizes without Python",
    async () => {
      // Act
      const finished = await app.command("new-model", "topics", "--handler", "python", "--takes", "query");

      // Assess
      expect(finished).toMatchObject({ status: 0, stderr: "" });
      expect(finished.stdout).toContain(
        "topics takes the parameters of a GET, which a handler in Python sends",
      );
      expect(finished.stdout).toContain("/topics?count=2&q=The%20delivery%20was%20late.");
      expect(app.read("functions/index.ts")).toContain("topics: python(topics),");
      expect(JSON.parse(app.read("functions/topics/route.json"))).toMatchObject({
        method: "GET",
        path: "/topics",
        title: "Topics",
      });
      expect(app.read("functions/topics/README.md")).toContain("# Model: topics");
      const programs = await app.command("programs");
      expect(programs).toMatchObject({ status: 0 });
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    [["--handler", "java"], /--handler: got java; allowed: python/],
    [
      ["--handler", "python", "--takes", "rows"],
      /--handler: got --takes rows, too; allowed: --takes query for a GET, or no --takes for a POST/,
    ],
    [
      ["--handler", "python", "--takes", "query", "--with-contract"],
      /--handler: got --with-contract, too; allowed: either --handler or options of a contract/,
    ],
    [["--handler", "python", "--with-contract"], /--handler: got --with-contract, too/],
  ])("refuses %j and writes nothing", (words, message) => {
    // Prepare
    const before = app.files();

    // Act
    const run = () => app.newModel("iris-species", ...words);

    // Assess
    expect(run).toThrow(UsageError);
    expect(run).toThrow(message);
    expect(app.files()).toEqual(before);
  });
});
