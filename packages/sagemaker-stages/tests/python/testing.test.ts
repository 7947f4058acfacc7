import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { ProjectCopy } from "../local/support/project";
import { addChurn } from "./support/churn";

const run = promisify(execFile);

const TIMEOUT_IN_MS = 120_000;

const HANDLER = "functions/churn/handler.py";

let project: ProjectCopy;

beforeEach(() => {
  project = new ProjectCopy();
  addChurn(project);
  project.setAccounts();
});

afterEach(() => project.remove());

const CONTRACTS = `import { findContractFaults } from "sagemaker-stages/testing";
import { models } from "./functions";
void findContractFaults(models).then((faults) => console.log(JSON.stringify(faults)));
`;

const PROOF = `import { proveLeastPrivilege } from "sagemaker-stages/testing";
import { environments } from "./environments";
import { models } from "./functions";
void proveLeastPrivilege({ models, environments }).then(({ findings, survivors, record }) =>
  console.log(JSON.stringify({ findings: findings.map(({ message }) => message), survivors, record })),
);
`;

interface Printed {
  readonly value: unknown;
  readonly errors: string;
}

/** Deletes the model's sample. The changed handler reads a list, as a scikit-learn endpoint answers. */
function removeSample(): void {
  project.delete("functions/churn/sample/index.ts");
  project.edit(HANDLER, (text) => text.replace('["predictions"][0]["predicted_label"]', "[0]"));
}

/** The JSON that a script prints, and its errors. The script runs in the app's folder. */
async function printed(script: string, environment = process.env): Promise<Printed> {
  project.write("script.ts", script);
  const { stdout, stderr } = await run(process.execPath, ["--import", "tsx", "script.ts"], {
    cwd: project.folder,
    env: environment,
    maxBuffer: 2 ** 26,
  });
  return { value: JSON.parse(stdout), errors: stderr };
}

/** Like {@link printed}, but on a machine without a program on its PATH. */
function printedWithoutPython(script: string, variables: NodeJS.ProcessEnv = {}): Promise<Printed> {
  return printed(script, { HOME: project.folder, PATH: "", ...variables });
}

describe("a machine without Python", () => {
  it.each([
    ["findContractFaults", "true", CONTRACTS],
    ["proveLeastPrivilege", "1", PROOF],
  ])(
    "makes %s fail and name the missing program when the variable CI is %j",
    async (_title, CI, script) => {
      // Act
      const act = printedWithoutPython(script, { CI });

      // Assess
      await expect(act).rejects.toThrow(
        /PythonMissing: functions\/churn\/handler\.py: python3 is missing\. Install Python .*python3 -m pip install boto3/,
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "lets findContractFaults pass when the variable CI is false",
    async () => {
      // Act
      const { value } = await printedWithoutPython(CONTRACTS, { CI: "false" });

      // Assess
      expect(value).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );
});

describe("findContractFaults", () => {
  it(
    "finds nothing when a handler in Python answers the example with the sample",
    async () => {
      // Act
      const { value, errors } = await printed(CONTRACTS);

      // Assess
      expect({ value, errors }).toEqual({ value: [], errors: "" });
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    [
      "raises an error",
      'label = json.loads(response["Body"].read())["predictions"][0]["predicted_label"]',
      'label = {}["label"]',
      /^functions\/churn: handler\.py: got Error: functions\/churn\/handler\.py: KeyError: 'label'/,
    ],
    [
      "refuses the example",
      '"statusCode": 200',
      '"statusCode": 400',
      /^functions\/churn: handler\.py: got status 400/,
    ],
    [
      "answers in another form than the example's answer",
      '"label": label, ',
      "",
      /^functions\/churn: example\.answer: got an answer of the form .*"label":"number".*; allowed: \{"name":"string"\}/,
    ],
    [
      "connects to another host than the endpoint",
      "    row = ",
      '    import urllib.request; urllib.request.urlopen("http://192.0.2.1/")\n    row = ',
      /got connections to 192\.0\.2\.1:80; allowed: 127\.0\.0\.1:\d+/,
    ],
  ])(
    "finds a handler in Python that %s",
    async (_title, from, to, message) => {
      // Prepare
      project.edit(HANDLER, (text) => text.replace(from, to));

      // Act
      const { value } = await printed(CONTRACTS);

      // Assess
      expect(value).toEqual([expect.stringMatching(message)]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "says that the handler was not run when the model has no sample",
    async () => {
      // Prepare
      removeSample();

      // Act
      const { value, errors } = await printed(CONTRACTS);

      // Assess
      expect(value).toEqual([]);
      expect(errors).toBe(
        "Not run: functions/churn/handler.py, because churn has no sample: write functions/churn/sample/index.ts. Its answer to example.request was not compared with example.answer.\n",
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "says that the handler was not run when the machine has no Python",
    async () => {
      // Act
      const { value, errors } = await printedWithoutPython(CONTRACTS);

      // Assess
      expect(value).toEqual([]);
      expect(errors).toMatch(/^Not run: functions\/churn\/handler\.py: python3 is missing\. Install Python/);
    },
    TIMEOUT_IN_MS,
  );
});

describe("proveLeastPrivilege", () => {
  it(
    "runs a handler in Python, proves its role, and finds every mutant",
    async () => {
      // Act
      const { value, errors } = await printed(PROOF);

      // Assess
      expect(errors).toBe("");
      expect(value).toMatchObject({ findings: [], survivors: [] });
      expect(JSON.stringify(value)).toContain("POST /endpoints/dev-churn/invocations");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "refuses a handler in Python that sends a request to another service",
    async () => {
      // Prepare
      project.edit(HANDLER, (text) =>
        text.replace("    row = ", '    boto3.client("s3").list_buckets()\n    row = '),
      );

      // Act
      const { value } = await printed(PROOF);

      // Assess
      expect(value).toMatchObject({
        findings: [expect.stringMatching(/^stack dev, dev: refused: .*the handler of functions\/churn/)],
      });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "proves the role of a handler in Python that raises an error about the answer {} when the model has no sample",
    async () => {
      // Prepare
      removeSample();

      // Act
      const { value, errors } = await printed(PROOF);

      // Assess
      expect(value).toMatchObject({ findings: [], survivors: [] });
      expect(JSON.stringify(value)).toContain("POST /endpoints/dev-churn/invocations");
      expect(errors).toBe(
        "functions/churn/handler.py: KeyError: 0. The endpoint answered {} because churn has no sample: write functions/churn/sample/index.ts. The proof uses only the 1 request that the handler sent before the error.\n",
      );
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["raises an error before its request", "    row = ", '    {}["early"]\n    row = ', true, "'early'"],
    ["raises an error about its sample", "predicted_label", "late", false, "'late'"],
  ])(
    "fails with the error of a handler in Python that %s",
    async (_title, from, to, isWithoutSample, key) => {
      // Prepare
      if (isWithoutSample) removeSample();
      project.edit(HANDLER, (text) => text.replace(from, to));

      // Act
      const act = printed(PROOF);

      // Assess
      await expect(act).rejects.toThrow(`functions/churn/handler.py: KeyError: ${key}`);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "says that it assumes the request of the handler when the machine has no Python",
    async () => {
      // Prepare
      const withPython = await printed(PROOF);

      // Act
      const { value, errors } = await printedWithoutPython(PROOF);

      // Assess
      expect(value).toEqual(withPython.value);
      expect(errors).toMatch(/Not run: functions\/churn\/handler\.py: python3 is missing/);
      expect(errors).toContain(
        "The proof of dev assumes that this handler sends sagemaker:InvokeEndpoint to endpoint/dev-churn and nothing else.",
      );
    },
    TIMEOUT_IN_MS,
  );
});
