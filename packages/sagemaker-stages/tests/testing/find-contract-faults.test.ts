import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import * as z from "zod/mini";
import type { ContractModel } from "../../src";
import { findContractFaults } from "../../src/testing";
import { models } from "../fixtures/app/functions";
import { ProjectCopy } from "../local/support/project";
import { runNode } from "../stacks/support/project";

/** Seconds on an idle machine; a busy machine takes longer. */
const TIMEOUT_IN_MS = 60_000;

const loanDefault = models["loan-default"];

/** The fixture models with changes of loan-default. */
function withLoanDefault(changes: Partial<ContractModel>): typeof models {
  return { ...models, "loan-default": { ...loanDefault, ...changes } };
}

describe("findContractFaults", () => {
  it("finds nothing when every contract keeps the rules", async () => {
    // Act
    const faults = await findContractFaults(models);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<readonly [string, Partial<ContractModel>, RegExp]>([
    [
      "a synthesis would refuse the contract",
      { route: { method: "POST", path: "/{model}" } },
      /^functions\/loan-default\/contract\.ts: route\.path: got "\/\{model\}"; allowed: /,
    ],
    [
      "the schema refuses the example",
      { example: { ...loanDefault.example, request: { data: 1 } } },
      /^functions\/loan-default\/contract\.ts: example\.request\.data: got .+; allowed: /,
    ],
    [
      "the contract encodes the same request in two ways",
      { encode: () => ({ contentType: "text/csv", accept: "text/csv", body: `${Math.random()}`, rows: 1 }) },
      /contract\.ts: encode: got two encodings of example\.request; allowed: the same encoding/,
    ],
    [
      "encode changes the request",
      {
        schema: z.object({ data: z.string() }),
        encode: (request) => {
          (request as { data: string }).data = "52000.5,8500,36 ";
          return { contentType: "text/csv", accept: "application/json", body: "52000.5,8500,36", rows: 1 };
        },
      },
      /contract\.ts: encode: got a change of example\.request; allowed: no change/,
    ],
    [
      "the dialect cannot read a text",
      { text: { read: (text) => JSON.parse(text), write: String } },
      /contract\.ts: text\.read: got SyntaxError: .+; allowed: a request for every text/,
    ],
    [
      "the dialect cannot write the example's answer",
      { text: { read: (data) => ({ data }), write: () => JSON.parse("{") } },
      /contract\.ts: text\.write: got SyntaxError: .+; allowed: the text of example\.answer/,
    ],
    [
      "the contract cannot read the answer of the sample",
      {
        decode: () => {
          throw new TypeError("no predictions");
        },
      },
      /contract\.ts: decode: got TypeError: no predictions for .+; allowed: an answer that the contract reads/,
    ],
    [
      "the answer of the sample has another form than the example's answer",
      { example: { ...loanDefault.example, answer: { outcome: 1 } } },
      /contract\.ts: example\.answer: got an answer of the form \{"outcome":"number"\}; allowed: "string"/,
    ],
  ])("finds the fault when %s", async (_, changes, fault) => {
    // Prepare
    const example: ContractModel["example"] = JSON.parse(
      JSON.stringify(changes.example ?? loanDefault.example),
    );

    // Act
    const faults = await findContractFaults(withLoanDefault({ ...changes, example }));

    // Assess
    expect(faults).toContainEqual(expect.stringMatching(fault));
    expect(faults.filter((line) => !line.startsWith("functions/loan-default/contract.ts: "))).toEqual([]);
  });
});

describe("the regular expressions of contracts", () => {
  const project = new ProjectCopy();

  beforeAll(() => {
    project.write(
      "contract-faults.ts",
      `import { findContractFaults } from "sagemaker-stages/testing";
import { models } from "./functions";

findContractFaults(models).then((faults) => process.stdout.write(JSON.stringify(faults)));
`,
    );
  });

  afterAll(() => project.remove());

  it(
    "are faults when they take more than linear time, even in a file that the contract imports",
    async () => {
      // Prepare
      project.write("functions/loan-default/numbers.ts", "export const NUMBER = /^\\d+\\.?\\d*$/;\n");
      project.edit(
        "functions/loan-default/contract.ts",
        (text) =>
          `import { NUMBER } from "./numbers";\nexport const COMMAS = /\\s*[,\\n]\\s*/;\nexport const isNumber = (text: string) => NUMBER.test(text);\n${text}`,
      );

      // Act
      const { status, stdout, stderr } = await runNode(
        ["--import", "tsx", "contract-faults.ts"],
        project.folder,
        "UTC",
        "with network",
      );

      // Assess
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const faults: string[] = JSON.parse(stdout);
      expect(faults.length).toBeGreaterThan(1);
      for (const file of ["contract.ts", "numbers.ts"]) {
        expect(faults).toContainEqual(
          expect.stringMatching(
            new RegExp(
              `^functions/loan-default/${file}: got /.+/, which takes polynomial time on repeated .+; allowed: `,
            ),
          ),
        );
      }
    },
    TIMEOUT_IN_MS,
  );
});
