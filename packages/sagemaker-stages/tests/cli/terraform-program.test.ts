import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { terraformProgram } from "../../src/lib/terraform-program";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { COMMAND } from "../local/support/project";
import { run } from "../package/support/small-repository";
import { copyProject } from "../stacks/support/project";

const TIMEOUT_IN_MS = 60_000;

const temp = makeTempFolder();
const project = join(temp, "project");
const programs = join(temp, "programs");
const record = join(temp, "calls");

beforeAll(() => {
  copyProject(project);
  mkdirSync(programs);
  for (const name of ["terraform", "tofu"]) {
    writeFileSync(join(programs, name), `#!/bin/sh\necho "${name} $*" >> "${record}"\nexit 3\n`, {
      mode: 0o755,
    });
  }
});

afterAll(() => removeFolder(temp));

describe("a command that runs terraform", () => {
  it.each([
    { words: ["providers-lock"], call: /^tofu -chdir=\S+ providers lock -platform=linux_amd64 .*$/ },
    { words: ["review", "dev"], call: /^tofu init .*$/ },
    { words: ["smoke", "dev"], call: /^tofu -chdir=cdktf\.out\/stacks\/dev output -json .*$/ },
    {
      words: ["load", "dev", "--model", "loan-default", "--rate", "1"],
      call: /^tofu -chdir=cdktf\.out\/stacks\/dev output -json .*$/,
    },
  ])(
    "runs the program that TERRAFORM_BINARY_NAME names: sagemaker-stages $words.0",
    async ({ words, call }) => {
      // Prepare
      writeFileSync(record, "");
      const variables = [`PATH=${programs}${delimiter}${process.env.PATH}`, "TERRAFORM_BINARY_NAME=tofu"];

      // Act
      const { status } = await run("env", [...variables, process.execPath, COMMAND, ...words], project);

      // Assess
      expect(status).not.toBe(0);
      expect(readFileSync(record, "utf8").trimEnd().split("\n")).toEqual([expect.stringMatching(call)]);
    },
    TIMEOUT_IN_MS,
  );
});

describe("terraformProgram", () => {
  const { TERRAFORM_BINARY_NAME: before } = process.env;

  afterAll(() => {
    if (before === undefined) delete process.env.TERRAFORM_BINARY_NAME;
    else process.env.TERRAFORM_BINARY_NAME = before;
  });

  it.each([
    ["the value of TERRAFORM_BINARY_NAME", "tofu", "tofu"],
    ["terraform when TERRAFORM_BINARY_NAME is empty, as in cdktf", "", "terraform"],
    ["terraform without TERRAFORM_BINARY_NAME", undefined, "terraform"],
  ])("is %s", (_, value, expected) => {
    // Prepare
    if (value === undefined) delete process.env.TERRAFORM_BINARY_NAME;
    else process.env.TERRAFORM_BINARY_NAME = value;

    // Act
    const program = terraformProgram();

    // Assess
    expect(program).toBe(expected);
  });
});
