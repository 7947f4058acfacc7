import { describe, expect, it } from "@jest/globals";
import { addCallToCatalog, addToCatalog, addToEnvironment } from "../../../src/cli/new-model/edits";
import { callOfTask } from "../../../src/cli/new-model/ready-made";
import { UnknownForm } from "../../../src/cli/new-model/typescript/source-file";

/** A catalog with these imports of models and this argument of `defineModels`. */
function catalog(imports: readonly string[], models: string): string {
  return [
    'import { defineModels } from "sagemaker-stages/model";',
    ...imports,
    "",
    `export const models = defineModels(${models});`,
    "",
  ].join("\n");
}

const A = 'import * as a from "./a/contract";';
const C = 'import * as c from "./c/contract";';
const B = 'import * as b from "./b/contract";';

describe("an entry in functions/index.ts", () => {
  it.each([
    { form: "no model", before: "{}", after: "{ b }" },
    { form: "models in one line", before: "{ a, c }", after: "{ a, c, b }" },
    { form: "models in one line with a comma at the end", before: "{ a, c, }", after: "{ a, c, b }" },
    { form: "models in several lines", before: "{\n  a,\n  c,\n}", after: "{\n  a,\n  c,\n  b,\n}" },
    { form: "no comma at the end", before: "{\n  a,\n  c\n}", after: "{\n  a,\n  c,\n  b,\n}" },
    {
      form: "comments with commas, and no comma at the end",
      before: "{\n  a,\n  c // the last, for now\n  // new models, below\n}",
      after: "{\n  a,\n  c, // the last, for now\n  // new models, below\n  b,\n}",
    },
    { form: "a tab for each level", before: "{\n\ta,\n\tc,\n}", after: "{\n\ta,\n\tc,\n\tb,\n}" },
    { form: "four spaces for each level", before: "{\n    a,\n}", after: "{\n    a,\n    b,\n}" },
    { form: "only a comment", before: "{\n  // none yet\n}", after: "{\n  // none yet\n  b,\n}" },
  ])("the entry is added at the end when the literal has $form", ({ before, after }) => {
    // Act
    const { text } = addToCatalog(catalog([A, C], before), "b");

    // Assess
    expect(text).toBe(catalog([A, B, C], after));
  });

  it("makes a literal of several lines from a line that would be longer than 110 columns", () => {
    // Prepare
    const names = Array.from({ length: 12 }, (_, index) => `model${index + 10}`);

    // Act
    const { text } = addToCatalog(catalog([A], `{ ${names.join(", ")} }`), "b");

    // Assess
    expect(text).toBe(catalog([A, B], `{\n${[...names, "b"].map((name) => `  ${name},\n`).join("")}}`));
  });

  it("keeps the line breaks of a file with CR and LF", () => {
    // Prepare
    const before = catalog([A, C], "{\n  a,\n  c,\n}").replaceAll("\n", "\r\n");

    // Act
    const { text } = addToCatalog(before, "b");

    // Assess
    expect(text).toBe(catalog([A, B, C], "{\n  a,\n  c,\n  b,\n}").replaceAll("\n", "\r\n"));
  });

  it("finds the call when defineModels has another name in the file", () => {
    // Prepare
    const rename = (text: string) =>
      text.replace("{ defineModels }", "{ defineModels as define }").replace("defineModels(", "define(");

    // Act
    const { text } = addToCatalog(rename(catalog([A], "{ a }")), "b");

    // Assess
    expect(text).toBe(rename(catalog([A, B], "{ a, b }")));
  });

  it.each([
    { what: "a comment in one line", text: catalog([A], "{ a /* first */ }") },
    { what: "no call", text: 'import { defineModels } from "sagemaker-stages/model";\n' },
    {
      what: "another function of the same name",
      text: "const defineModels = (models) => models;\ndefineModels({});\n",
    },
    { what: "two calls", text: `${catalog([A], "{ a }")}export const others = defineModels({});\n` },
    { what: "a list that is computed", text: catalog([A], "Object.fromEntries([])") },
    { what: "no TypeScript", text: "const = ;" },
  ])("the entry is refused when the file has $what", ({ text }) => {
    // Act
    const act = () => addToCatalog(text, "b");

    // Assess
    expect(act).toThrow(UnknownForm);
    expect(act).toThrow("functions/index.ts: got ");
  });
});

describe("a ready-made contract in functions/index.ts", () => {
  const call = { ...callOfTask("fill-mask"), arguments: '"fill-mask"' };
  const ENGINE = "sagemaker-stages/model";

  it.each([
    {
      what: "an import without the function",
      before: `import { defineModels } from "${ENGINE}";`,
      after: `import { defineModels, huggingFace } from "${ENGINE}";`,
      name: "huggingFace",
    },
    {
      what: "an import with the function",
      before: `import { defineModels, huggingFace } from "${ENGINE}";`,
      after: `import { defineModels, huggingFace } from "${ENGINE}";`,
      name: "huggingFace",
    },
    {
      what: "an import of the function under another name",
      before: `import { defineModels, huggingFace as hub } from "${ENGINE}";`,
      after: `import { defineModels, huggingFace as hub } from "${ENGINE}";`,
      name: "hub",
    },
    {
      what: "another function of the same name",
      before: `import { defineModels } from "${ENGINE}";\nimport { huggingFace } from "./hub";`,
      after: `import { defineModels, huggingFace as huggingFaceModel } from "${ENGINE}";\nimport { huggingFace } from "./hub";`,
      name: "huggingFaceModel",
    },
    {
      what: "an import of types beside the import of functions",
      before: `import type { Models } from "${ENGINE}";\nimport { defineModels } from "${ENGINE}";`,
      after: `import type { Models } from "${ENGINE}";\nimport { defineModels, huggingFace } from "${ENGINE}";`,
      name: "huggingFace",
    },
  ])(
    "the contract is added as a line, and its function to the import, when the file has $what",
    ({ before, after, name }) => {
      // Prepare
      const file = (imports: string, models: string) =>
        `${imports}\n\nexport const models = defineModels(${models});\n`;

      // Act
      const { text } = addCallToCatalog(file(before, "{\n  a,\n}"), "words", call);

      // Assess
      expect(text).toBe(file(after, `{\n  a,\n  words: ${name}("fill-mask"),\n}`));
    },
  );

  it("makes an import of several lines from a line that would be longer than 110 columns", () => {
    // Prepare
    const names = [
      "defineModels",
      ...Array.from({ length: 4 }, (_, index) => `type SomeTypeOfTheEngine${index}`),
    ];
    const text = `import { ${names.join(", ")} } from "${ENGINE}";\n\nexport const models = defineModels({});\n`;

    // Act
    const edit = addCallToCatalog(text, "words", call);

    // Assess
    expect(edit.text).toMatch(
      /^import \{\n {2}type SomeTypeOfTheEngine0,\n[\s\S]*\n {2}defineModels,\n {2}huggingFace,\n\} from/,
    );
  });

  it("the contract is refused when the import has a comment", () => {
    // Prepare
    const text = `import { defineModels /* all */ } from "${ENGINE}";\nexport const models = defineModels({});\n`;

    // Act
    const act = () => addCallToCatalog(text, "words", call);

    // Assess
    expect(act).toThrow(UnknownForm);
    expect(act).toThrow("functions/index.ts: got a comment in the import of sagemaker-stages/model");
  });
});

describe("an import in functions/index.ts", () => {
  it.each([
    { imports: [], after: [B] },
    { imports: [A], after: [A, B] },
    { imports: [C], after: [B, C] },
    { imports: ["", A, C], after: ["", A, B, C] },
    { imports: ["", C], after: ["", B, C] },
    {
      imports: [A, "// The model of the other team.", C],
      after: [A, B, "// The model of the other team.", C],
    },
    { imports: ["// The model of the other team.", C], after: [B, "// The model of the other team.", C] },
    { imports: [`${A} // first`], after: [`${A} // first`, B] },
  ])("the import is added in its order among $imports", ({ imports, after }) => {
    // Act
    const { text } = addToCatalog(catalog(imports, "{ a, c }"), "b");

    // Assess
    expect(text).toBe(catalog(after, "{ a, c, b }"));
  });

  it.each([
    { model: "iris-species", identifier: "irisSpecies" },
    { model: "v2-5-small", identifier: "v25Small" },
    { model: "class", identifier: "classModel" },
    { model: "models", identifier: "modelsModel" },
    { model: "define-models", identifier: "defineModelsModel" },
    { model: "fetch", identifier: "fetchModel" },
    { model: "a", identifier: "aModel" },
  ])("the import of $model has the name $identifier", ({ model, identifier }) => {
    // Act
    const { text } = addToCatalog(catalog([A], "{ first: a }"), model);

    // Assess
    expect(text).toContain(`import * as ${identifier} from "./${model}/contract";\n`);
  });
});

const SETTINGS = { name: "b", value: '{\n  artifact: "x",\n  image: { uri: "y" },\n}' };

/** An environment with this literal of models. */
function environment(models: string): string {
  return `export const dev: Environment = {\n  name: "dev",\n  models: ${models},\n};\n`;
}

describe("an entry in an environment", () => {
  it.each([
    {
      form: "a model",
      before: '{\n    "a-1": { x: 1 },\n  }',
      after:
        '{\n    "a-1": { x: 1 },\n    b: {\n      artifact: "x",\n      image: { uri: "y" },\n    },\n  }',
    },
    {
      form: "no model",
      before: "{}",
      after: '{\n    b: {\n      artifact: "x",\n      image: { uri: "y" },\n    },\n  }',
    },
    {
      form: "a model in one line",
      before: "{ a: { x: 1 } }",
      after: '{\n    a: { x: 1 },\n    b: {\n      artifact: "x",\n      image: { uri: "y" },\n    },\n  }',
    },
    {
      form: "models of another environment",
      before: "{\n    ...other,\n  }",
      after: '{\n    ...other,\n    b: {\n      artifact: "x",\n      image: { uri: "y" },\n    },\n  }',
    },
  ])("the entry is added at the end when the environment has $form", ({ before, after }) => {
    // Act
    const edit = addToEnvironment(new Map([["environments/dev.ts", environment(before)]]), "dev", SETTINGS);

    // Assess
    expect(edit).toEqual({ path: "environments/dev.ts", text: environment(after) });
  });

  it("the entry has the indentation of the file", () => {
    // Prepare
    const before = environment("{\n    a: {},\n  }").replaceAll("  ", "\t");

    // Act
    const { text } = addToEnvironment(new Map([["environments/dev.ts", before]]), "dev", SETTINGS);

    // Assess
    expect(text).toBe(
      environment(
        '{\n    a: {},\n    b: {\n      artifact: "x",\n      image: { uri: "y" },\n    },\n  }',
      ).replaceAll("  ", "\t"),
    );
  });

  it("the entry is added to the file with the environment's name, independent of the name of the file", () => {
    // Prepare
    const sources = new Map([
      ["environments/a.ts", environment("{}").replace('"dev"', '"prod"')],
      [
        "environments/b.ts",
        `${environment("{}")
          .replace("= {", "= defineEnvironment({")
          .replace(/\};\n$/, "} as const);\n")}`,
      ],
    ]);

    // Act
    const { path } = addToEnvironment(sources, "dev", SETTINGS);

    // Assess
    expect(path).toBe("environments/b.ts");
  });

  it.each([
    {
      what: "the entry already",
      text: environment("{\n    b: {},\n  }"),
      reason: "got an entry b in the models of dev",
    },
    { what: "models that are imported", text: environment("models"), reason: "got 0 object literals" },
    {
      what: "another name",
      text: environment("{}").replace('"dev"', "NAME"),
      reason: "got 0 object literals",
    },
    {
      what: "the name twice",
      text: environment("{}").repeat(2).replace("dev:", "one:"),
      reason: "got 2 object literals",
    },
  ])("the entry is refused when the file has $what", ({ text, reason }) => {
    // Act
    const act = () => addToEnvironment(new Map([["environments/dev.ts", text]]), "dev", SETTINGS);

    // Assess
    expect(act).toThrow(UnknownForm);
    expect(act).toThrow(reason);
  });
});
