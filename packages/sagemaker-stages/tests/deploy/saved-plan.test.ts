import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, ListObjectsV2Command, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import type { Environment } from "../../src/environment/environment";
import { dev } from "../fixtures/app/environments/dev";
import { Deployment } from "./support/deployment";
import type { Ended } from "./support/programs";
import { succeeded } from "./support/project";

const TIMEOUT_IN_MS = 600_000;

/** The step that says what was synthesized. */
const DIGEST_OF_STACKS = "npm run --silent pipeline -- digest cdktf.out/stacks";

const Bucket = "amzn-s3-demo-state-bucket";

const { "ticket-urgency": ticketUrgency } = dev.models;
if (ticketUrgency === undefined) throw new Error("dev lacks the model of this test");

/** One model, with state where workflows find it. */
const small: Environment = {
  ...dev,
  name: "small",
  accountId: "123456789012",
  state: { s3: { bucket: Bucket, key: "small.tfstate" } },
  models: { "ticket-urgency": { ...ticketUrgency, access: "AWS_IAM" } },
};
const withRateLimit = (rateLimit: number): Environment => ({
  ...small,
  stage: { ...small.stage, throttling: { ...small.stage.throttling, rateLimit } },
});
const [reviewed, meanwhile] = [withRateLimit(900), withRateLimit(800)];

/** A job's steps that run something, each by its name or first line. */
function scriptsOf(workflow: string, job: string): ReadonlyMap<string, string> {
  const file = join(__dirname, "../../../../.github/workflows", workflow);
  const { jobs } = parse(readFileSync(file, "utf8")) as {
    jobs: Record<string, { steps: { name?: string; run?: string }[] }>;
  };
  const steps = jobs[job]?.steps ?? [];
  return new Map(steps.flatMap(({ name, run }) => (run === undefined ? [] : [[name ?? run, run]])));
}

/** What an apply that comes to the same does to a state. */
const MOVE_ON = `cd cdktf.out/stacks/small
terraform state pull | node -e 'const state = JSON.parse(require("fs").readFileSync(0)); state.serial++; process.stdout.write(JSON.stringify(state))' > moved.json
terraform state push -lock=false moved.json`;

const WRITES = /^(Create|Put|Update|Delete|Tag|Untag|Add|Remove|Attach|Detach|Set|Publish|Start|Stop)/;

// What a plan's and a deployment's job run, on one environment; each test goes on where the one before it ended.
describe("a plan that is read and carried out by the workflows", () => {
  let deployment: Deployment;
  /** Of `reviewed`, as a run passes it on. */
  let digestOfReviewed: string;
  /** Of what was synthesized last. */
  let digestOfStacks = "";

  beforeAll(async () => {
    deployment = await Deployment.start(small, async ({ s3 }) => {
      await s3.send(new CreateBucketCommand({ Bucket }));
      const VersioningConfiguration = { Status: "Enabled" } as const;
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    });
    deployment.project.addScripts();
    succeeded(await deployment.project.shell("git init --quiet"));
    succeeded(await step("deploy.yml", "programs", "npm run --silent programs"));
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  /** Runs a step of a job. */
  async function step(
    workflow: string,
    job: string,
    name: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const script = scriptsOf(workflow, job).get(name);
    if (script === undefined) throw new Error(`${workflow}: ${job} has no step ${name}`);
    return deployment.project.shell(script, {
      ENVIRONMENT: "small",
      RUNNER_TEMP: deployment.project.folder,
      GITHUB_ACTIONS: "true",
      GITHUB_STEP_SUMMARY: join(deployment.project.folder, "summary.md"),
      ...variables,
    });
  }

  /** The outputs of a step, by name. */
  async function outputsOf(job: string, name: string): Promise<Readonly<Record<string, string>>> {
    const file = join(deployment.project.folder, "output");
    writeFileSync(file, "");
    succeeded(await step("deploy.yml", job, name, { GITHUB_OUTPUT: file }));
    const lines = readFileSync(file, "utf8").trim().split("\n");
    return Object.fromEntries(lines.map((line) => line.split("=", 2)));
  }

  /** What a job checks first: that it has the programs and stacks that other jobs made. */
  async function received(workflow: string, job: string): Promise<Ended> {
    const { pipeline = "", smoke = "" } = await outputsOf("programs", "Digests of the programs");
    return step(workflow, job, "Check what other jobs handed over", {
      PIPELINE_DIGEST: pipeline,
      SMOKE_DIGEST: smoke,
      STACKS_DIGEST: digestOfStacks,
    });
  }

  /** Checks an environment out, and synthesizes it. */
  async function checkOut(environment: Environment): Promise<void> {
    const { project } = deployment;
    project.setEnvironments(environment);
    succeeded(
      await project.shell(
        "git add environments && git -c user.name=Mona -c user.email=mona@example.com commit --quiet --allow-empty --message Change",
      ),
    );
    succeeded(await project.shell("rm -rf cdktf.out"));
    succeeded(await step("deploy.yml", "stacks", "Synthesize"));
    const { digest = "" } = await outputsOf("stacks", DIGEST_OF_STACKS);
    digestOfStacks = digest;
    // Uploads leave hidden files out.
    succeeded(await project.shell("find cdktf.out/stacks -name '.*' -delete"));
  }

  /** Plans an environment; answers the plan's digest, as a run passes it on. */
  async function plan(environment: Environment): Promise<string> {
    await checkOut(environment);
    succeeded(await received("plan.yml", "environment"));
    succeeded(await step("plan.yml", "environment", "terraform plan"));
    const { stdout } = succeeded(await deployment.project.shell("sha256sum plans/small/planned.json"));
    return stdout.slice(0, 64);
  }

  const verify = (digest: string) =>
    step("deploy.yml", "deploy", 'node programs/pipeline.cjs verify "$ENVIRONMENT" "plans/$ENVIRONMENT"', {
      PLAN_DIGEST: digest,
    });

  /** What the stage lets through, as AWS has it. */
  async function rateLimit(): Promise<unknown> {
    const { resources } = await deployment.project.state("small");
    const settings = resources.find(({ type }) => type === "aws_api_gateway_method_settings");
    return settings?.values.settings;
  }

  it(
    "is made without writing anything, and makes everything",
    async () => {
      // Prepare
      let digest = "";
      const planned = await deployment.operationsOf(async () => {
        digest = await plan(small);
      });
      await checkOut(small);

      // Act
      succeeded(await received("deploy.yml", "deploy"));
      succeeded(await verify(digest));
      succeeded(await step("deploy.yml", "deploy", "terraform init"));
      succeeded(await step("deploy.yml", "deploy", "terraform plan"));
      succeeded(await step("deploy.yml", "deploy", "terraform apply"));

      // Assess
      expect(planned.length).toBeGreaterThan(0);
      expect(planned.map(({ operation }) => operation).filter((name) => WRITES.test(name))).toEqual([]);
      expect(await deployment.made()).toEqual(await deployment.remembered());
      const { Contents = [] } = await deployment.clients.s3.send(new ListObjectsV2Command({ Bucket }));
      expect(Contents.map(({ Key }) => Key)).toEqual(["small.tfstate"]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is read by the review of the same run",
    async () => {
      // Prepare
      digestOfReviewed = await plan(reviewed);

      // Act
      succeeded(await step("plan.yml", "review", "npm run review"));

      // Assess
      const summary = readFileSync(join(deployment.project.folder, "summary.md"), "utf8");
      expect(summary).toMatch(/^small: .*nothing destroyed\n/);
      expect(summary).toMatch(/1,?000.*900/);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is refused where a byte of it changed, or another stack is synthesized",
    async () => {
      // Prepare
      const { project } = deployment;
      succeeded(await project.shell("cp -r plans kept && printf ' ' >> plans/small/plan.json"));

      // Act
      const ofPlan = await verify(digestOfReviewed);
      succeeded(await project.shell("rm -rf plans && mv kept plans"));
      succeeded(await project.shell("printf ' ' >> cdktf.out/stacks/small/cdk.tf.json"));
      const ofStack = await verify(digestOfReviewed);

      // Assess
      expect(ofPlan.status).toBe(1);
      expect(ofPlan.output).toMatch(/^::error::small: the plan was changed\./);
      expect(ofStack.status).toBe(1);
      expect(ofStack.output).toMatch(
        /^::error::small: another stack was synthesized than the one that was planned\./,
      );
    },
    TIMEOUT_IN_MS,
  );

  it.each<[what: string, change: string, fault: string]>([
    ["a program", "printf ' ' >> programs/smoke.cjs", "programs/smoke.cjs: FAILED"],
    [
      "another file of Terraform in a stack",
      "echo '{}' > cdktf.out/stacks/small/more.tf.json",
      "::error::cdktf.out/stacks: got files with the digest",
    ],
    [
      "a lock file",
      "touch cdktf.out/stacks/small/.terraform.lock.hcl",
      "::error::cdktf.out/stacks: got the hidden file small/.terraform.lock.hcl",
    ],
  ])(
    "is not made again where %s came that no job handed over",
    async (_, change, fault) => {
      // Prepare
      const { project } = deployment;
      await checkOut(reviewed);
      succeeded(await project.shell("cp -r programs kept"));
      const digests = await outputsOf("programs", "Digests of the programs");
      succeeded(await project.shell(change));

      // Act
      const { status, output } = await step("deploy.yml", "deploy", "Check what other jobs handed over", {
        PIPELINE_DIGEST: digests.pipeline ?? "",
        SMOKE_DIGEST: digests.smoke ?? "",
        STACKS_DIGEST: digestOfStacks,
      });
      succeeded(await project.shell("rm -rf programs && mv kept programs"));

      // Assess
      expect(output).toContain(fault);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is refused with another provider than the lock file of the sources names",
    async () => {
      // Prepare
      const { project } = deployment;
      await checkOut(reviewed);
      succeeded(await project.shell("cp stacks/.terraform.lock.hcl kept.hcl"));
      succeeded(
        await project.shell(
          `sed -i -E 's/"(h1|zh):[^"]*"/"\\1:AAAA"/' stacks/.terraform.lock.hcl && grep -c AAAA stacks/.terraform.lock.hcl`,
        ),
      );

      // Act
      const { status, output } = await step("deploy.yml", "deploy", "terraform init");
      succeeded(await project.shell("mv kept.hcl stacks/.terraform.lock.hcl"));

      // Assess
      expect(output).toMatch(/doesn't\s+match\s+any\s+of\s+the\s+checksums/);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is refused where the state has moved on, before it is made again and after that",
    async () => {
      // Prepare
      succeeded(await deployment.project.shell("rm -rf cdktf.out"));
      await checkOut(reviewed);
      succeeded(await verify(digestOfReviewed));
      succeeded(await step("deploy.yml", "deploy", "terraform init"));
      succeeded(await step("deploy.yml", "deploy", "terraform plan"));
      succeeded(await deployment.project.shell(MOVE_ON));

      // Act
      const applied = await step("deploy.yml", "deploy", "terraform apply");
      const planned = await step("deploy.yml", "deploy", "terraform plan");

      // Assess
      expect(applied.output).toContain("Saved plan is stale");
      expect(applied.status).not.toBe(0);
      expect(planned.output).toMatch(
        /^::error::small: planned again, it is not the plan that was read any more: the state, which has moved on from serial \d+ of \S+ to serial \d+ of \S+\.%0APlan again/m,
      );
      expect(planned.status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is refused where somebody else deployed, by what would change",
    async () => {
      // Prepare
      deployment.project.setEnvironments(meanwhile);
      succeeded(await deployment.project.deploy("small"));
      await checkOut(reviewed);
      succeeded(await verify(digestOfReviewed));
      succeeded(await step("deploy.yml", "deploy", "terraform init"));

      // Act
      const { status, output } = await step("deploy.yml", "deploy", "terraform plan");

      // Assess
      expect(output).toMatch(/not the plan that was read any more: aws_api_gateway_method_settings\.\S+, /);
      expect(status).toBe(1);
      expect(await rateLimit()).toEqual([expect.objectContaining({ throttling_rate_limit: 800 })]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );
});
