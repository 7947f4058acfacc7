import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { templateOfApp } from "../../src/cli/template/app";
import { REVIEW } from "../../src/review/arguments";
import { inTempFolder } from "../../src/testing/temp-folder";
import { codeBlocksOf, readDocument } from "./support/documents";

const manifest = templateOfApp({ name: "my-app", engine: "1.0.0" }).get("package.json") ?? "{}";
const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(manifest);

interface Trust {
  readonly Condition: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Commands of npm that need no script in package.json. */
const OWN_COMMANDS = ["ci", "install"];

/** A job of `.gitlab-ci.yml`, or a hidden job that others extend. */
interface Job {
  readonly extends?: string;
  readonly stage?: string;
  readonly before_script?: readonly string[];
  readonly script?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly id_tokens?: Readonly<Record<string, unknown>>;
  readonly rules?: readonly Readonly<Record<string, unknown>>[];
  readonly parallel?: { readonly matrix: readonly Readonly<Record<string, string>>[] };
}

/** The keywords at the top level that are no jobs (https://docs.gitlab.com/ci/yaml/#keywords). */
const GLOBAL_KEYWORDS = ["image", "stages", "variables", "workflow"];

/** The variables of a project with a CI/CD variable for the review's comment. */
const SET_BY_PROJECT = ["REVIEW_TOKEN"];

const [block] = codeBlocksOf(readDocument("docs/gitlab.md")).filter(({ language }) => language === "yaml");
const pipeline: {
  readonly stages: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
} = parse(block?.text ?? "");
const jobs = new Map(
  Object.entries(pipeline as unknown as Readonly<Record<string, Job>>).filter(
    ([name]) => !GLOBAL_KEYWORDS.includes(name),
  ),
);

/** A job with the keywords of the jobs that it extends. */
function jobOf(name: string): Job {
  const job = jobs.get(name);
  if (job === undefined) throw new Error(`docs/gitlab.md: got no job ${name}`);
  return job.extends === undefined ? job : { ...jobOf(job.extends), ...job };
}

const names = [...jobs.keys()].filter((name) => !name.startsWith("."));

function commandsOf({ before_script = [], script = [] }: Job): readonly string[] {
  return [...before_script, ...script];
}

/**
 * The SHA-256 of `terraform_<version>_linux_amd64.zip` by the version of Terraform, from `terraform_<version>_SHA256SUMS`
 * of https://releases.hashicorp.com/terraform/. Add the checksum of a new version, and write the same to docs/gitlab.md.
 */
const TERRAFORM_SHA256: Readonly<Record<string, string>> = {
  "1.11.4": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
};

describe("the pipeline in docs/gitlab.md", () => {
  it("runs scripts that a new app has", () => {
    // Act
    const run = names.flatMap((name) =>
      commandsOf(jobOf(name)).flatMap((command) =>
        [...command.matchAll(/\bnpm (?:run (?:--silent )?)?([\w:-]+)/g)].map(([, script = ""]) => script),
      ),
    );

    // Assess
    expect(run.length).toBeGreaterThan(5);
    expect(run.filter((name) => !OWN_COMMANDS.includes(name) && !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it("has jobs with scripts, in stages that exist", () => {
    // Act
    const stages = names.map((name) => jobOf(name).stage);

    // Assess
    expect(names).toEqual(["check", "plan", "dev", "staging", "prod"]);
    expect(stages).toEqual([...pipeline.stages]);
    expect(names.filter((name) => (jobOf(name).script ?? []).length === 0)).toEqual([]);
  });

  it("deploys the first environment alone without a person, and only from the default branch", () => {
    // Act
    const rules = Object.fromEntries(["dev", "staging", "prod"].map((name) => [name, jobOf(name).rules]));

    // Assess
    const branch = { if: "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" };
    const manual = { ...branch, when: "manual", allow_failure: false };
    expect(rules).toEqual({ dev: [branch], staging: [manual], prod: [manual] });
  });

  it.each(names)("sets each variable that the job %s uses", (name) => {
    // Prepare
    const job = jobOf(name);
    const set = [
      ...Object.keys(pipeline.variables),
      ...Object.keys(job.variables ?? {}),
      ...Object.keys(job.id_tokens ?? {}),
      ...(job.parallel?.matrix ?? []).flatMap((row) => Object.keys(row)),
      ...commandsOf(job).flatMap((command) => [...command.matchAll(/^export (\w+)=/g)].map(([, one]) => one)),
      ...SET_BY_PROJECT,
    ];

    // Act
    const used = commandsOf(job).flatMap((command) =>
      [...command.matchAll(/\$\{?([A-Z]\w*)/g)].map(([, one = ""]) => one),
    );

    // Assess
    expect(used.filter((one) => !one.startsWith("CI_") && !set.includes(one))).toEqual([]);
  });

  it.each(["plan", "dev", "staging", "prod"])("lets the job %s assume a role with a token", (name) => {
    // Act
    const { variables, parallel, id_tokens } = jobOf(name);

    // Assess
    const roles = (parallel?.matrix ?? [variables ?? {}]).map(({ AWS_ROLE_ARN }) => AWS_ROLE_ARN);
    expect(roles).toEqual(
      roles.map(() => expect.stringMatching(/^arn:aws:iam::\d{12}:role\/gitlab-\w+-\w+$/)),
    );
    expect(id_tokens).toEqual({ AWS_TOKEN: { aud: "https://gitlab.com" } });
  });

  it("passes options that the review has", () => {
    // Act
    const options = commandsOf(jobOf("plan")).flatMap((command) =>
      command.includes("npm run --silent review")
        ? [...command.matchAll(/--([\w-]+) "\$REVIEW_GATES"/g)].map(([, option = ""]) => option)
        : [],
    );

    // Assess
    expect(options).toEqual(["fail-on"]);
    expect(Object.keys(REVIEW.options)).toEqual(expect.arrayContaining(options));
  });

  it.each([
    { what: "no gate", gates: "", status: 0, words: "run --silent review -- dev", isPosted: true },
    {
      what: "a gate that stops the plan",
      gates: "outage",
      status: 3,
      words: "run --silent review -- dev --fail-on outage",
      isPosted: true,
    },
    {
      what: "a review that fails",
      gates: "outage",
      status: 1,
      words: "run --silent review -- dev --fail-on outage",
      isPosted: false,
    },
  ])(
    "ends the job plan with the status of the review, after it posts a complete review: $what",
    ({ gates, status, words, isPosted }) => {
      inTempFolder((folder) => {
        // Prepare
        const programs = { npm: `echo "$@"; exit ${status}`, curl: "cp review.md posted.md" };
        for (const [name, text] of Object.entries(programs)) {
          writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
          chmodSync(join(folder, name), 0o755);
        }

        // Act
        const ended = spawnSync("/bin/bash", ["-e", "-c", (jobOf("plan").script ?? []).join("\n")], {
          cwd: folder,
          encoding: "utf8",
          env: { PATH: `${folder}:/usr/bin:/bin`, ENVIRONMENT: "dev", REVIEW_GATES: gates },
        });

        // Assess
        expect(ended.status).toBe(status);
        expect(readFileSync(join(folder, "review.md"), "utf8")).toBe(`${words}\n`);
        expect(existsSync(join(folder, "posted.md"))).toBe(isPosted);
      });
    },
  );

  it("installs the version of Terraform that the workflows of GitHub install", () => {
    // Act
    const versions = ["plan", "deploy"].map(
      (workflow) => /terraform_version: (\S+)/.exec(readDocument(`.github/workflows/${workflow}.yml`))?.[1],
    );

    // Assess
    expect(new Set([...versions, pipeline.variables.TERRAFORM_VERSION]).size).toBe(1);
    expect(block?.text).toContain(
      `https://releases.hashicorp.com/terraform/${versions[0]}/terraform_${versions[0]}_SHA256SUMS\n  TERRAFORM_SHA256: `,
    );
  });
});

describe("the checksum of Terraform in docs/gitlab.md", () => {
  it("is that of the pipeline's version", () => {
    // Act
    const { TERRAFORM_VERSION: version = "", TERRAFORM_SHA256: checksum } = pipeline.variables;

    // Assess
    expect(Object.keys(TERRAFORM_SHA256)).toContain(version);
    expect(checksum).toBe(TERRAFORM_SHA256[version]);
  });
});

describe("the commands before a job with AWS, in a shell", () => {
  const ARCHIVE = "the archive";

  /** Runs the commands as GitLab's runner does (`set -eo pipefail`), with programs that record their calls. */
  function run(checksum: string) {
    return inTempFolder((folder) => {
      const programs = join(folder, "programs");
      mkdirSync(programs);
      const program = (name: string, lines: string) => {
        writeFileSync(join(programs, name), `#!/bin/sh\necho "${name} $*" >> "$CALLS"\n${lines}\n`);
        chmodSync(join(programs, name), 0o755);
      };
      program("curl", `printf '%s' '${ARCHIVE}' > "$2"`);
      program("unzip", "");
      program("npm", 'cat "$AWS_WEB_IDENTITY_TOKEN_FILE" >> "$CALLS"');
      const { before_script: lines = [] } = jobOf("dev");
      const calls = join(folder, "calls");
      writeFileSync(calls, "");
      const { status } = spawnSync("bash", ["-c", ["set -eo pipefail", ...lines].join("\n")], {
        cwd: folder,
        env: {
          ...pipeline.variables,
          PATH: `${programs}:${process.env.PATH}`,
          TMPDIR: folder,
          CALLS: calls,
          AWS_TOKEN: "the-token",
          TERRAFORM_SHA256: checksum,
        },
      });
      return { status, calls: readFileSync(calls, "utf8") };
    });
  }

  it("unpack Terraform and write the token to a file when the checksum is correct", () => {
    // Act
    const { status, calls } = run(createHash("sha256").update(ARCHIVE).digest("hex"));

    // Assess
    expect(status).toBe(0);
    expect(calls).toBe(
      `curl -fsSLo terraform.zip https://releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_linux_amd64.zip
unzip -qo terraform.zip terraform -d /usr/local/bin
npm ci
the-token`,
    );
  });

  it("end before they unpack an archive with another checksum", () => {
    // Act
    const { status, calls } = run(pipeline.variables.TERRAFORM_SHA256 ?? "");

    // Assess
    expect(status).not.toBe(0);
    expect(calls).toMatch(/^curl .*\n$/);
  });
});

describe("the trust policies in docs/gitlab.md", () => {
  it("trust jobs of one project only, and deploy from one branch only", () => {
    // Act
    const conditions = codeBlocksOf(readDocument("docs/gitlab.md"))
      .filter(({ language }) => language === "json")
      .flatMap(({ text }) => JSON.parse(text).Statement.map(({ Condition }: Trust) => Condition));

    // Assess
    const aud = { "gitlab.com:aud": "https://gitlab.com" };
    const subject = "project_path:my-group/my-app:ref_type:branch:ref:";
    expect(conditions).toEqual([
      { StringEquals: { ...aud, "gitlab.com:sub": `${subject}main` } },
      { StringEquals: aud, StringLike: { "gitlab.com:sub": `${subject}*` } },
    ]);
  });

  it("have the audience of the tokens that the pipeline requests", () => {
    expect(readDocument("docs/gitlab.md")).toContain("AWS_TOKEN: { aud: https://gitlab.com }");
  });
});
