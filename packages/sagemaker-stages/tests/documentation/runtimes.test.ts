import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import {
  DEFAULT_NODE_RUNTIME,
  DEFAULT_PYTHON_RUNTIME,
  endOfRuntime,
  NODE_RUNTIMES,
  PYTHON_RUNTIMES,
  providerOfRuntime,
} from "../../src/aws/lambda-runtimes";

const PROJECT = join(__dirname, "../../../..");
const DEFAULTS: readonly string[] = [DEFAULT_NODE_RUNTIME, DEFAULT_PYTHON_RUNTIME];

function textOf(path: string): string {
  return readFileSync(join(PROJECT, path), "utf8");
}

describe("docs/runtimes.md", () => {
  it("lists every allowed runtime with the dates and the provider's version of the code", () => {
    // Act
    const rows = [...textOf("docs/runtimes.md").matchAll(/^\| (`(?:nodejs|python).*) \|$/gm)].map(
      ([, row = ""]) => row.split(" | "),
    );

    // Assess
    expect(rows).toEqual(
      [...NODE_RUNTIMES, ...PYTHON_RUNTIMES].map((runtime) => {
        const { deprecation, blockCreate, blockUpdate } = endOfRuntime(runtime) ?? {};
        const name = DEFAULTS.includes(runtime) ? `\`${runtime}\` (default)` : `\`${runtime}\``;
        return [name, deprecation, blockCreate, blockUpdate, providerOfRuntime(runtime) ?? "any"];
      }),
    );
  });
});

describe("the reference of settings", () => {
  it.each([...NODE_RUNTIMES, ...PYTHON_RUNTIMES])("names the end of the support of %s", (runtime) => {
    // Prepare
    const setting = NODE_RUNTIMES.some((node) => node === runtime) ? "node" : "python";
    const rows = textOf("docs/environments.md").split("\n");

    // Act
    const row = rows.find((line) => line.startsWith(`| \`functionRuntimes.${setting}\``)) ?? "";
    const [, date] =
      new RegExp(`\`${runtime}\`[^(]*\\(?(?:supported )?until (\\d{4}-\\d{2}-\\d{2})`).exec(
        row.split(" | ").at(-1) ?? "",
      ) ?? [];

    // Assess
    expect(date).toBe(endOfRuntime(runtime)?.deprecation);
  });
});

describe(".nvmrc", () => {
  it("names the major version of the default runtime, on which the tests run the handlers", () => {
    // Act
    const version = textOf(".nvmrc").trim();

    // Assess
    expect(`nodejs${version}.x`).toBe(DEFAULT_NODE_RUNTIME);
  });
});
