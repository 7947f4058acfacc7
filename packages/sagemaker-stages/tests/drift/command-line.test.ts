import { afterAll, describe, expect, it } from "@jest/globals";
import { COMMAND, ProjectCopy } from "../local/support/project";
import { type Finished, run } from "../package/support/small-repository";
import { recordsOfRows } from "./support/captured";
import { Random } from "./support/random";

const TIMEOUT_IN_MS = 60_000;
const FOLDER = ".sagemaker-stages/capture/dev";

/** Rows of the model loan-default, as a caller sends them: each row is one text of income, amount and months. */
function rows(count: number, seed: number, factor = 1): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const income = Math.round((50_000 + 12_000 * random.normal()) * factor);
    const amount = Math.round(8_000 + 3_000 * random.normal());
    return [income, amount, 12 * (1 + Math.floor(random.next() * 6))].join(",");
  });
}

describe("the commands baseline and drift", () => {
  const project = new ProjectCopy();
  const call = (...words: string[]): Promise<Finished> =>
    run(process.execPath, [COMMAND, ...words], project.folder);

  afterAll(() => {
    project.remove();
  });

  it(
    "write a baseline, and have the exit statuses 0, 1, 3 and 4 for rows that are texts",
    async () => {
      // Prepare
      const lines = rows(2_000, 1).map((row) => `${row},repaid`);
      project.write("train.csv", `income,amount,months,outcome\n${lines.join("\n")}\n`);
      const capture = (texts: readonly string[]) =>
        project.write(
          `${FOLDER}/dev-loan-default/AllTraffic/2026/11/29/10/15-00-000.jsonl`,
          recordsOfRows(texts.map((data) => ({ data }))),
        );
      const drift = () => call("drift", "dev", "--captured", FOLDER);

      // Act
      const withoutBaseline = await drift();
      const baseline = await call("baseline", "loan-default", "--data", "train.csv", "--drop", "outcome");
      capture(rows(500, 2));
      const stable = await drift();
      capture(rows(500, 2, 1.2));
      const shifted = await drift();
      capture(rows(20, 2));
      const tooFew = await drift();

      // Assess
      expect(withoutBaseline).toMatchObject({ status: 4, stdout: "" });
      expect(baseline).toMatchObject({ status: 0, stderr: "" });
      expect(baseline.stdout).toContain("functions/loan-default/baseline.json: 2000 rows, 3 features\n");
      expect(stable).toMatchObject({ status: 0, stderr: "" });
      expect(shifted).toMatchObject({ status: 1, stderr: "" });
      expect(shifted.stdout).toMatch(/^DRIFT +income +number /m);
      expect(tooFew).toMatchObject({ status: 3, stderr: "" });
      expect(project.read(".sagemaker-stages/drift/dev.html")).toContain("<h3>income</h3>");
    },
    TIMEOUT_IN_MS,
  );
});
