import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { COMMAND } from "../local/support/project";
import { copyProject } from "../stacks/support/project";
import { type Aws, startAws } from "./support/aws";

/** Includes one download of the provider: some hundred megabytes. */
const TIMEOUT_IN_MS = 300_000;
const ACCOUNT = "111122223333";

const temp = makeTempFolder();
const project = join(temp, "project");
const temporary = join(temp, "tmp");
let aws: Aws;

beforeAll(async () => {
  copyProject(project);
  mkdirSync(temporary);
  aws = await startAws(ACCOUNT, []);
});

afterAll(async () => {
  await aws.stop();
  removeFolder(temp);
});

function start(words: readonly string[], more: NodeJS.ProcessEnv = {}): ChildProcess {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(AWS_|TF_CLI_ARGS|TF_WORKSPACE$)/.test(name),
  );
  return spawn(process.execPath, [COMMAND, "review", ...words], {
    cwd: project,
    env: {
      ...Object.fromEntries(inherited),
      TMPDIR: temporary,
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_EC2_METADATA_DISABLED: "true",
      ...more,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function ended(
  child: ChildProcess,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, ...texts };
}

/** A program in place of terraform. `onPlan` is the script that runs for `terraform plan`. */
function pretended(onPlan: string): string {
  const file = join(temp, "pretended-terraform");
  writeFileSync(
    file,
    `#!/bin/sh\nfor word in "$@"; do case "$word" in -out=*) out="\${word#-out=}";; esac; done\nif [ "$1" = plan ]; then\n${onPlan}\nfi\n`,
  );
  chmodSync(file, 0o755);
  return file;
}

/** The folders of plans that a review left behind. */
const left = (): string[] => readdirSync(temporary).filter((name) => name.startsWith("review-"));

describe("sagemaker-stages review dev", () => {
  it(
    "plans the environment with the real Terraform, and leaves no plan behind",
    async () => {
      // Prepare
      const before = readdirSync(project).sort();

      // Act
      const { status, stdout, stderr } = await ended(start(["dev", "--fail-on", "destroy,outage"]));

      // Assess
      // Whether the synthesis warns of the end of a runtime depends on the day.
      const lines = stderr.split("\n").filter((line) => !/^warning: .*runtimes/.test(line));
      expect({ status, stderr: lines }).toEqual({
        status: 0,
        stderr: [
          "review: main.ts: synthesizing …",
          "review: dev: terraform init …",
          "review: dev: terraform plan …",
          "review: dev: terraform show …",
          "",
        ],
      });
      const headline = stdout.slice(0, stdout.indexOf("\n")).split(" · ");
      // Whether a runtime ends soon depends on the day of the plan: tests/review/risks/runtimes.test.ts sets the day.
      expect(headline.filter((part) => !/^(?:function \S+|\d+ functions) .*runtime/.test(part))).toEqual([
        expect.stringMatching(
          /^dev: new environment, \d+ resources(?:, (?:at least )?\$[\d.,]+ a month without requests)?$/,
        ),
        "1 route opened to the public (POST /ticket-urgency)",
        "nothing destroyed",
      ]);
      expect(stdout).toContain("`POST /loan-default`");
      // The review shows the path of the construct, and not the address.
      expect(stdout).toContain("`stage/api`");
      expect(left()).toEqual([]);
      expect(readdirSync(project).sort()).toEqual([...new Set([...before, "cdktf.out"])].sort());
      expect(aws.unknown).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "ends with status 1 and Terraform's output when Terraform fails, and leaves nothing behind",
    async () => {
      // Prepare
      const program = pretended(
        'echo "Error: No valid credential sources found" >&2; echo "db_password = hunter2" >&2; echo secret; exit 1',
      );

      // Act
      const { status, stdout, stderr } = await ended(start(["dev"], { TERRAFORM_BINARY_NAME: program }));

      // Assess
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(
        /dev: terraform plan failed with status 1:\nError: No valid credential sources found\ndb_password = ‹masked›\n$/,
      );
      expect(left()).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "ends Terraform on %s, ends with status %d, and removes the plan, which only the user could read",
    async (signal, code) => {
      // Prepare
      const modes = join(temp, `modes-${signal}`);
      const program = pretended(
        `echo secret > "$out"; ls -ld "$(dirname "$out")" "$out" | cut -c1-10 > "${modes}.part"; mv "${modes}.part" "${modes}"; exec sleep 60`,
      );
      const child = start(["dev"], { TERRAFORM_BINARY_NAME: program });
      const end = ended(child);
      while (!existsSync(modes)) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        if (child.exitCode !== null) throw new Error((await end).stderr);
      }

      // Act
      child.kill(signal);
      const { status, stdout } = await end;

      // Assess
      expect({ status, stdout }).toEqual({ status: code, stdout: "" });
      expect(readFileSync(modes, "utf8").split("\n")).toEqual(["drwx------", "-rw-------", ""]);
      expect(left()).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "names the existing stacks when the argument is not the name of a stack",
    async () => {
      // Act
      const { status, stderr } = await ended(start(["develop"]));

      // Assess
      expect(status).toBe(2);
      expect(stderr).toContain("stack: got develop; allowed: account, account-prod, dev, prod, staging, or");
      expect(left()).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "names the program to install when the machine has no Terraform",
    async () => {
      // Act
      const { status, stderr } = await ended(start(["dev"], { TERRAFORM_BINARY_NAME: join(temp, "none") }));

      // Assess
      expect(status).toBe(1);
      expect(stderr).toContain("is not on the PATH; install Terraform 1.10 or newer");
      expect(left()).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );
});
