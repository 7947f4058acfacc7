import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import * as z from "zod";
import { inTempFolder } from "../src/testing/temp-folder";

const ENGINE = join(__dirname, "..");
const REPOSITORY = join(ENGINE, "../..");
const LINT = join(ENGINE, "lint");
const SRC = "packages/sagemaker-stages/src";

/** An import that the linter must refuse. */
interface Forbidden {
  /** The path from the repository's folder. */
  readonly file: string;
  readonly statement: string;
  /** The rule's message, or the name of a rule of Biome. */
  readonly rule: string;
}

/** A statement that imports a module. */
const from = (module: string): string => `import { probe } from "${module}";`;

/** Each form of an import of a value. */
const valueForms = (module: string): readonly string[] => [
  from(module),
  `import { type Probe } from "${module}";`,
  `import "${module}";`,
  `export * from "${module}";`,
  `export { probe } from "${module}";`,
  `export const load = () => import("${module}");`,
  `export const load = () => import("${module}", { with: { type: "json" } });`,
  `export const load = () => import(\`${module}\`);`,
  `export const probe = require("${module}");`,
  `export const probe = require(\`${module}\`);`,
  `import probe = require("${module}");`,
];

/** Each form of an import of a type. */
const typeForms = (module: string): readonly string[] => [
  `import type { Probe } from "${module}";`,
  `import type * as probe from "${module}";`,
  `export type { Probe } from "${module}";`,
  `export type * from "${module}";`,
];

/** Each form of an import. */
const forms = (module: string): readonly string[] => [
  ...valueForms(module),
  ...typeForms(module),
  `export type Probe = import("${module}").Probe;`,
  `export type Probe = typeof import("${module}");`,
];

/** Files of an app and of the engine, for the rules that apply to both. */
const ANY_FILES = [
  "main.ts",
  "functions/iris/contract.ts",
  "environments/dev.ts",
  "stacks/inference-stack.ts",
  `${SRC}/local/probe.ts`,
  `${SRC}/index.ts`,
  "packages/sagemaker-stages/tests/fixtures/app/functions/loan/contract.ts",
];

const OF_BOTH: readonly Forbidden[] = ANY_FILES.flatMap((file) => [
  ...["..", ".", "./../probe", "./a/../../probe", ".././probe", "../a/..", ".//probe", "../a//probe"].map(
    (module) => ({
      file,
      statement: from(module),
      rule: "a relative path has ./ or ../ at its start only, and does not end in a dot segment",
    }),
  ),
  ...['import("./a").A', 'typeof import("./a")', 'import("zod").ZodType'].map((type) => ({
    file,
    statement: `export type Probe = ${type};`,
    rule: "a type is imported with import type, not with import(): noImportCycles does not see import()",
  })),
  ...["export const load = () => import(`./a`);", "export const probe = require(`./a`);"].map(
    (statement) => ({
      file,
      statement,
      rule: "the name of a module is in quotes, not in backticks: noImportCycles does not see backticks",
    }),
  ),
]);

const OF_APP: readonly Forbidden[] = [
  ...["main.ts", "functions/iris/sample/index.ts", "environments/dev.ts", "__tests__/iris.test.ts"].map(
    (file) => ({
      file,
      statement: from("sagemaker-stages/src/local/stage"),
      rule: "the engine's public modules are sagemaker-stages and sagemaker-stages/model, /page, /sample and /testing",
    }),
  ),
  ...[
    ["main.ts", "./packages/sagemaker-stages/src"],
    ["stacks/inference-stack.ts", "../packages/sagemaker-stages/src/constructs/inference-stack"],
    ["functions/iris/tests/contract.test.ts", "../../../packages/sagemaker-stages/src/runtime/contract"],
    ["__tests__/iris.test.ts", "../node_modules/sagemaker-stages/src/runtime/contract"],
  ].map(([file = "", module = ""]) => ({
    file,
    statement: from(module),
    rule: "the app imports the engine by the name of the package, sagemaker-stages",
  })),
  ...["zod", "node:fs", "fs", "@aws-sdk/client-s3", "sagemaker-stages", "sagemaker-stages/sample"].flatMap(
    (module) =>
      ["functions/iris/contract.ts", "functions/iris/words.ts", "functions/iris/features/words.ts"].map(
        (file) => ({
          file,
          statement: from(module),
          rule: "a contract imports zod/mini, sagemaker-stages/model and files in the model's folder only: the contract is bundled in the function",
        }),
      ),
  ),
  ...["./sample", "./sample/trees", "./tests/support", "./training/train", "./page", "./handler"].map(
    (module) => ({
      file: "functions/iris/contract.ts",
      statement: from(module),
      rule: "a contract does not import the model's handler, page, sample, tests or training: the contract is bundled in the function",
    }),
  ),
  ...[
    ["functions/iris/contract.ts", "../churn/contract"],
    ["functions/iris/contract.ts", "../index"],
    ["functions/iris/sample/index.ts", "../../churn/sample/trees"],
    ["functions/iris/training/train.ts", "../../churn/contract"],
    ["functions/iris/tests/contract.test.ts", "../../churn/contract"],
    ["functions/iris/tests/support/rows.ts", "../../../churn/contract"],
    ["functions/iris/tests/support/rows/small.ts", "../../../../churn/contract"],
    ["functions/iris/tests/a/b/c/d.ts", "../../../../../churn/contract"],
    ["functions/iris/1/2/3/4/5/6/7/probe.ts", "../../../../../../../../churn/contract"],
    ["functions/iris/1/2/3/4/5/6/7/8/probe.ts", "../../../../../../../../../churn/contract"],
    ["functions/iris/1/2/3/4/5/6/7/8/9/probe.ts", "../../../../../../../../../../churn/contract"],
  ].map(([file = "", module = ""]) => ({
    file,
    statement: from(module),
    rule: "a model's folder does not import another model's folder",
  })),
  ...["../../environments", "../../environments/dev", "../../stacks/inference-stack", "../../main"].map(
    (module) => ({
      file: "functions/iris/handler.ts",
      statement: from(module),
      rule: "functions import neither environments nor stacks nor main.ts",
    }),
  ),
  ...["cdktf", "constructs", "@cdktf/provider-aws/lib/vpc"].flatMap((module) => [
    {
      file: "functions/iris/handler.ts",
      statement: from(module),
      rule: "functions do not import CDKTF",
    },
    { file: "environments/dev.ts", statement: from(module), rule: "environments do not import CDKTF" },
  ]),
  ...["../functions", "../functions/iris/contract"].flatMap((module) =>
    valueForms(module).map((statement) => ({
      file: "environments/dev.ts",
      statement,
      rule: "environments import types of functions only, with import type",
    })),
  ),
  ...["../stacks/inference-stack", "../main"].map((module) => ({
    file: "environments/dev.ts",
    statement: from(module),
    rule: "environments import neither stacks nor main.ts",
  })),
];

const areaRule = (area: string, modules: readonly string[], rule: string): readonly Forbidden[] =>
  modules.map((module) => ({ file: `${SRC}/${area}/probe.ts`, statement: from(`../${module}`), rule }));

const OF_ENGINE: readonly Forbidden[] = [
  ...areaRule("lib", ["aws/arn", "models"], "lib imports no other area of the engine"),
  ...areaRule("aws", ["environment/names", "models"], "aws imports lib only"),
  ...areaRule(
    "runtime",
    ["lib/json", "environment/names", "models"],
    "runtime imports no other area of the engine",
  ),
  ...areaRule(
    "authorizer",
    ["lib/json", "environment/names", "runtime/json", "models"],
    "authorizer imports no other area of the engine",
  ),
  ...areaRule(
    "contracts",
    ["models", "lib/json", "constructs/inference-stack"],
    "contracts import runtime only",
  ),
  ...areaRule(
    "environment",
    ["iam/iam-limits", "runtime/contract", "constructs/inference-stack", "app/create-app"],
    "environment imports aws, lib, models, runtime/payload-limits and runtime/similar-name only",
  ),
  ...areaRule(
    "iam",
    ["constructs/inference-stack", "local/stage", "review/main", "cli/main"],
    "iam imports aws, environment, lib and models only",
  ),
  ...areaRule("page", ["lib/json", "environment/names"], "page imports no other area of the engine"),
  ...areaRule(
    "constructs",
    ["local/stage", "review/main", "cli/main", "app/create-app", "testing/synthesize"],
    "constructs import authorizer, aws, contracts, environment, iam, lib, models, page and runtime only",
  ),
  ...areaRule(
    "app",
    ["cli/main", "local/stage", "testing/synthesize"],
    "app imports aws, constructs, environment, iam, lib, models, page and runtime only",
  ),
  ...areaRule(
    "sample",
    ["local/stage", "runtime/contract"],
    "sample imports the type of a container from local only",
  ),
  ...areaRule(
    "local",
    ["constructs/inference-stack", "environment/names", "iam/iam-limits", "review/main", "models"],
    "local reads Terraform's JSON: it imports aws, lib and page only",
  ),
  ...areaRule(
    "review",
    ["constructs/inference-stack", "environment/names", "iam/iam-limits", "local/stage", "models"],
    "review reads Terraform's JSON: it imports aws and lib only",
  ),
  ...areaRule(
    "smoke",
    ["constructs/inference-stack", "iam/iam-limits", "local/stage", "app/load-app"],
    "smoke reads Terraform's outputs: it imports aws, environment, lib, models and runtime only",
  ),
  ...areaRule(
    "drift",
    [
      "app/load-app",
      "constructs/inference-stack",
      "local/stage",
      "smoke/main",
      "page/headers",
      "contracts/hugging-face",
      "runtime/contract",
    ],
    "drift compares captured requests: it imports aws, contracts/rows, environment, lib, models and page/escape-html only",
  ),
  ...areaRule(
    "load",
    [
      "constructs/inference-stack",
      "review/main",
      "local/stage",
      "app/load-app",
      "page/build",
      "runtime/json",
    ],
    "load calls routes as the smoke test does: it imports aws, environment, lib, models, page/escape-html and smoke only",
  ),
  ...areaRule(
    "pipeline",
    ["app/create-app", "constructs/inference-stack", "review/main"],
    "pipeline imports the loaded app, aws, environment and lib only",
  ),
  ...areaRule(
    "testing",
    ["cli/main", "drift/main", "load/main", "pipeline/main", "review/main", "smoke/main"],
    "testing imports no command: neither cli, drift, load, pipeline, review nor smoke",
  ),
  ...areaRule("cli", ["testing", "testing/synthesize"], "cli does not import testing"),
  ...areaRule(
    "local",
    ["index", "model", "sample"],
    "no area imports an entry of the package: index, model or sample",
  ),
  {
    file: `${SRC}/models.ts`,
    statement: from("./environment/names"),
    rule: "models.ts imports contracts, python-model and runtime only",
  },
  ...["./lib/json", "./index", "node:fs"].map((module) => ({
    file: `${SRC}/model.ts`,
    statement: from(module),
    rule: "model.ts is bundled in every function: it imports contracts, models and runtime only",
  })),
  ...["../build", "../headers"].map((module) => ({
    file: `${SRC}/page/browser/probe.ts`,
    statement: from(module),
    rule: "page/browser imports config, plan and public-document of page only",
  })),
  {
    file: `${SRC}/page/probe.ts`,
    statement: from("./browser/view"),
    rule: "page/browser is bundled for browsers: the package does not compile it, and no other module imports it",
  },
  ...["../browser/dom", "../browser/a/b"].map((module) => ({
    file: `${SRC}/page/plan/probe.ts`,
    statement: from(module),
    rule: "page/browser is bundled for browsers: the package does not compile it, and no other module imports it",
  })),
  {
    file: `${SRC}/page/plan/probe.ts`,
    statement: from("../build"),
    rule: "page/plan imports public-document of page only",
  },
  ...["browser", "plan"].flatMap((folder) =>
    ["node:fs", "zod"].map((module) => ({
      file: `${SRC}/page/${folder}/probe.ts`,
      statement: from(module),
      rule: "page/browser and page/plan run in browsers: they import no package and no module of Node.js",
    })),
  ),
  ...["zod", "node:fs", "node:child_process", "node:async_hooks", "@aws-sdk/client-s3"].map((module) => ({
    file: `${SRC}/runtime/probe.ts`,
    statement: from(module),
    rule: "runtime is bundled in every function: it imports zod/mini and the modules buffer, crypto, http, https, net and tls of Node.js only",
  })),
  ...["zod", "node:fs", "node:crypto"].map((module) => ({
    file: `${SRC}/contracts/probe.ts`,
    statement: from(module),
    rule: "contracts are bundled in functions: they import zod/mini only",
  })),
  ...["drift", "environment", "iam", "local", "review", "smoke", "pipeline", "page", "cli", "testing"].map(
    (area) => ({
      file: `${SRC}/${area}/probe.ts`,
      statement: from("cdktf"),
      rule: "only app and constructs import CDKTF",
    }),
  ),
  ...["constructs", "@cdktf/provider-aws/lib/vpc"].map((module) => ({
    file: `${SRC}/local/terraform/probe.ts`,
    statement: from(module),
    rule: "only app and constructs import CDKTF",
  })),
  {
    file: `${SRC}/local/probe.ts`,
    statement: from("sagemaker-stages/model"),
    rule: "the engine imports its own modules by their paths",
  },
  ...[
    ["review/probe.ts", "../../src/constructs/api/caller"],
    ["review/access/probe.ts", "../../../../sagemaker-stages/src/constructs/api/caller"],
    ["review/probe.ts", "../../../../node_modules/sagemaker-stages"],
    ["index.ts", "../src/local/stage"],
  ].map(([file, module = ""]) => ({
    file: `${SRC}/${file}`,
    statement: from(module),
    rule: "src imports its own modules without a path through src, packages or node_modules",
  })),
  {
    file: `${SRC}/local/probe.ts`,
    statement: from("../../tests/support/app"),
    rule: "src imports neither tests nor other folders of the package",
  },
  ...[
    [`${SRC}/app/probe.ts`, "../../../../functions"],
    ["packages/sagemaker-stages/tests/local/probe.ts", "../../../../environments/dev"],
    ["packages/sagemaker-stages/bench/probe.ts", "../../../main"],
  ].map(([file = "", module = ""]) => ({
    file,
    statement: from(module),
    rule: "the engine does not import the app",
  })),
  {
    file: "packages/sagemaker-stages/tests/fixtures/app/environments/dev.ts",
    statement: from("../../../../src/environment/names"),
    rule: "the fixture app imports the engine by the name of the package",
  },
  {
    file: "packages/sagemaker-stages/tests/fixtures/app/functions/loan/contract.ts",
    statement: from("node:fs"),
    rule: "a contract imports zod/mini, sagemaker-stages/model and files in the model's folder only: the contract is bundled in the function",
  },
];

/** Rules of the engine, one of each kind: for areas, packages, entries and folders outside of src. */
const ENGINE_RULES_IN_ALL_FORMS: readonly string[] = [
  "local reads Terraform's JSON: it imports aws, lib and page only",
  "only app and constructs import CDKTF",
  "no area imports an entry of the package: index, model or sample",
  "src imports its own modules without a path through src, packages or node_modules",
  "the engine does not import the app",
];

/** The first import that a rule refuses, in all forms: for each rule of an app, and for some rules of the engine. */
const FORMS: readonly Forbidden[] = [
  ...new Set(OF_APP.map(({ rule }) => rule)),
  ...ENGINE_RULES_IN_ALL_FORMS,
].flatMap((rule) => {
  const first = [...OF_APP, ...OF_ENGINE].find((one) => one.rule === rule);
  const module = /"([^"]+)"/.exec(first?.statement ?? "")?.[1];
  if (first === undefined || module === undefined) throw new Error(`no import for the rule: ${rule}`);
  return allFormsOf(rule, module).map((statement) => ({ ...first, statement }));
});

/** The forms that a rule refuses. */
function allFormsOf(rule: string, module: string): readonly string[] {
  return rule.includes("with import type") ? valueForms(module) : forms(module);
}

/** Rules of biome.json that apply to every folder, in addition to the plugins. */
const EVERYWHERE: readonly Forbidden[] = [
  "stacks/inference-stack.ts",
  "functions/iris/contract.ts",
  "environments/dev.ts",
  `${SRC}/constructs/probe.ts`,
  `${SRC}/local/probe.ts`,
].flatMap((file) =>
  ["@cdktf/provider-aws", "cdktf/lib/private/unique", "cdktf/lib/tokens/private/encoding"].map((module) => ({
    file,
    statement: from(module),
    rule: "lint/style/noRestrictedImports",
  })),
);

const INSTANCEOF_RULE =
  "no instanceof with a class of the framework: it is false for objects of another copy of the library. Compare a property, or use isConstruct, isStack or isTerraformResource of the class";

/** Checks of an object's class, with the import of the class. Each check is in a separate file. */
const CLASS_CHECKS: readonly (readonly [imported: string, check: string])[] = [
  ['import { App } from "cdktf"', "value instanceof App"],
  ['import { TerraformStack as Stack } from "cdktf"', "value instanceof Stack"],
  ['import { Construct } from "constructs"', "value instanceof Construct"],
  ['import * as constructs from "constructs"', "value instanceof constructs.Construct"],
  ['import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket"', "value instanceof S3Bucket"],
  ['import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket"', "z.instanceof(S3Bucket)"],
];
const ALLOWED_CLASS_CHECKS: readonly (readonly [imported: string, check: string])[] = [
  ['import { App } from "./app"', "value instanceof App"],
  ['import * as constructs from "./constructs"', "value instanceof constructs.Construct"],
  ['import { AwsScope } from "./aws-scope"', "z.instanceof(AwsScope)"],
  ['import { App } from "cdktf"', "value instanceof Error"],
];

/** A statement for each check, in an app's stacks and in the engine's constructs. */
function classChecks(
  checks: readonly (readonly [imported: string, check: string])[],
  name: string,
): Forbidden[] {
  return ["stacks", `${SRC}/constructs`].flatMap((folder) =>
    checks.map(([imported, check], at) => ({
      file: `${folder}/${name}-${at}.ts`,
      statement: `${imported}; export const probe = (value: unknown) => ${check};`,
      rule: INSTANCEOF_RULE,
    })),
  );
}

/** Allowed imports of each area. */
const ALLOWED: readonly (readonly [file: string, module: string, type?: "type"])[] = [
  ["main.ts", "sagemaker-stages"],
  ["main.ts", "./functions"],
  ["functions/iris/contract.ts", "zod/mini"],
  ["functions/iris/contract.ts", "sagemaker-stages/model"],
  ["functions/iris/contract.ts", "./features/words"],
  ["functions/iris/features/words.ts", "../words"],
  ["functions/iris/handler.ts", "node:fs"],
  ["functions/iris/page.ts", "sagemaker-stages/page"],
  ["functions/iris/sample/index.ts", "sagemaker-stages/sample"],
  ["functions/iris/training/train.ts", "../../../training/csv"],
  ["functions/iris/tests/support/app.ts", "../../../index"],
  ["functions/index.ts", "./iris/contract"],
  ["functions/iris/tests/a/b/probe.ts", "../../../contract"],
  ["functions/iris/tests/a/b/c/probe.ts", "../../../../../index"],
  ["functions/iris/tests/a/b/c/probe.ts", "../../../../contract"],
  ["environments/dev.ts", "../functions", "type"],
  ["environments/index.ts", "./dev"],
  ["environments/index.ts", "./"],
  ["main.ts", "./a.b/.c/..d"],
  ["stacks/inference-stack.ts", "cdktf"],
  ["__tests__/iris.test.ts", "sagemaker-stages/testing"],
  [`${SRC}/index.ts`, "./constructs/inference-stack"],
  [`${SRC}/lib/probe.ts`, "node:util"],
  [`${SRC}/aws/probe.ts`, "../lib/json"],
  [`${SRC}/runtime/probe.ts`, "zod/mini"],
  [`${SRC}/contracts/probe.ts`, "../runtime/contract"],
  [`${SRC}/models.ts`, "./contracts/ready-made"],
  [`${SRC}/environment/settings/probe.ts`, "../../models", "type"],
  [`${SRC}/iam/workload/probe.ts`, "../../environment/names"],
  [`${SRC}/page/probe.ts`, "../paths"],
  [`${SRC}/page/browser/probe.ts`, "../config", "type"],
  [`${SRC}/page/browser/probe.ts`, "../plan/form-plan"],
  [`${SRC}/page/plan/probe.ts`, "../public-document", "type"],
  [`${SRC}/page/probe.ts`, "./plan/form-plan"],
  [`${SRC}/constructs/function/probe.ts`, "../../runtime/cors"],
  [`${SRC}/app/probe.ts`, "../constructs/inference-stack"],
  [`${SRC}/sample/probe.ts`, "../local/sagemaker/container", "type"],
  [`${SRC}/local/lambda/probe.ts`, "../../page/headers"],
  [`${SRC}/review/access/probe.ts`, "../../aws/arn"],
  [`${SRC}/smoke/probe.ts`, "../environment/names"],
  [`${SRC}/drift/report/probe.ts`, "../../page/escape-html"],
  [`${SRC}/drift/captured/probe.ts`, "../../contracts/rows/features"],
  [`${SRC}/pipeline/probe.ts`, "../app/load-app"],
  [`${SRC}/testing/probe.ts`, "../constructs/function/function-code"],
  [`${SRC}/cli/probe.ts`, "../local/main"],
  ["packages/sagemaker-stages/tests/local/probe.ts", "../stacks/support/app"],
  ["packages/sagemaker-stages/tests/fixtures/app/environments/dev.ts", "../functions", "type"],
];

/** The rules against cycles of imports. Biome's rule does not find import() of types and imports with backticks. */
const AGAINST_CYCLES = [
  "lint/suspicious/noImportCycles",
  "a type is imported with import type, not with import(): noImportCycles does not see import()",
  "the name of a module is in quotes, not in backticks: noImportCycles does not see backticks",
];

/** Folders in which two files import each other, with the form of both imports. */
const CYCLES = ["functions/iris", "environments", `${SRC}/review`].flatMap((folder) =>
  forms("./MODULE").map((form) => ({ folder, form })),
);

const report = z.object({
  diagnostics: z.array(
    z.object({
      category: z.string(),
      message: z.string(),
      location: z.object({ path: z.string(), start: z.object({ line: z.number() }) }),
    }),
  ),
});

/** Files whose lines are one statement each. */
class Probes {
  readonly files = new Map<string, string[]>();

  /** @returns the file and the line of the statement, as in the linter's report */
  add(file: string, statement: string): string {
    const lines = this.files.get(file) ?? [];
    this.files.set(file, lines);
    lines.push(statement);
    return `${file}:${lines.length}`;
  }
}

/**
 * Lints files in a copy of the repository's layout, with the repository's own configuration and rules.
 *
 * @returns the messages of the import boundaries and the names of the other rules, by file and line
 */
function lint({ files }: Probes): ReadonlyMap<string, readonly string[]> {
  return inTempFolder((folder) => {
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    for (const path of [".gitignore", "biome.json", "packages/sagemaker-stages/biome.json"]) {
      write(path, readFileSync(join(REPOSITORY, path), "utf8"));
    }
    cpSync(LINT, join(folder, "packages/sagemaker-stages/lint"), { recursive: true });
    mkdirSync(join(folder, "node_modules"));
    symlinkSync("../packages/sagemaker-stages", join(folder, "node_modules/sagemaker-stages"));
    for (const [path, lines] of files) write(path, lines.join("\n"));
    const biome = join(REPOSITORY, "node_modules/@biomejs/biome/bin/biome");
    const words = ["lint", "--reporter=json", "--max-diagnostics=none", "."];
    const { stdout, stderr } = spawnSync(process.execPath, [biome, ...words], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    if (!stdout.startsWith("{")) throw new Error(`biome printed no report:\n${stdout}${stderr}`);
    const found = new Map<string, string[]>();
    for (const { category, message, location } of report.parse(JSON.parse(stdout)).diagnostics) {
      const place = `${location.path}:${location.start.line}`;
      found.set(place, [...(found.get(place) ?? []), category === "plugin" ? message : category]);
    }
    return found;
  });
}

describe("import boundaries", () => {
  const probes = new Probes();
  const classes = classChecks(CLASS_CHECKS, "checked");
  const forbidden = [...OF_BOTH, ...OF_APP, ...OF_ENGINE, ...FORMS, ...EVERYWHERE, ...classes].map((one) => ({
    ...one,
    place: probes.add(one.file, one.statement),
  }));
  const otherClasses = classChecks(ALLOWED_CLASS_CHECKS, "allowed").map((one) => ({
    ...one,
    place: probes.add(one.file, one.statement),
  }));
  const allowed = ALLOWED.flatMap(([file, module, kind]) =>
    (kind === "type" ? typeForms(module) : [from(module)]).map((statement) => ({
      file,
      statement,
      place: probes.add(file, statement),
    })),
  );
  const cycles = CYCLES.map(({ folder, form }, at) => {
    probes.add(`${folder}/cycle-${at}-b.ts`, form.replace("MODULE", `cycle-${at}-a`));
    const statement = form.replace("MODULE", `cycle-${at}-b`);
    return { folder, form, place: probes.add(`${folder}/cycle-${at}-a.ts`, statement) };
  });
  let found: ReadonlyMap<string, readonly string[]>;

  beforeAll(() => {
    found = lint(probes);
  }, 60_000);

  it.each(forbidden)("refuse in $file: $statement", ({ place, rule }) => {
    expect(found.get(place)).toContain(rule);
  });

  it.each(allowed)("allow in $file: $statement", ({ place }) => {
    const messages = (found.get(place) ?? []).filter((message) => !message.startsWith("lint/"));

    expect(messages).toEqual([]);
  });

  it.each(otherClasses)("allow in $file: $statement", ({ place, rule }) => {
    expect(found.get(place) ?? []).not.toContain(rule);
  });

  it.each(cycles)("refuse a cycle in $folder of: $form", ({ place }) => {
    const rules = found.get(place) ?? [];

    expect(rules.filter((rule) => AGAINST_CYCLES.includes(rule))).not.toEqual([]);
  });

  it("have a test for each rule", () => {
    const rules = readdirSync(LINT).flatMap((file) => messagesIn(readFileSync(join(LINT, file), "utf8")));

    const tried = forbidden.map(({ rule }) => rule).filter((rule) => !rule.startsWith("lint/"));
    expect(new Set(tried)).toEqual(new Set(rules));
  });

  it("contain each area of the engine's sources", () => {
    const areas = readdirSync(join(ENGINE, "src"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);

    const text = readFileSync(join(LINT, "engine.grit"), "utf8");

    expect(areas.filter((area) => !text.includes(`/src/${area}/`))).toEqual([]);
    expect(areas.filter((area) => !/is_of_area[^{]*\{([^}]*)/.exec(text)?.[1]?.includes(area))).toEqual([]);
  });
});

/** The messages of the rules in a plugin. */
function messagesIn(plugin: string): string[] {
  const messages = [...plugin.matchAll(/(?:\$rule|message)\s*=\s*"([^"]+)"/g)];
  return messages.map(([, message = ""]) => message);
}
