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

/** The step with the digest of the synthesized stacks. */
const DIGEST_OF_STACKS = "npm run --silent pipeline -- digest cdktf.out/stacks";

const Bucket = "amzn-s3-demo-state-bucket";

const { "ticket-urgency": ticketUrgency } = dev.models;
if (ticketUrgency === undefined) throw new Error("dev lacks the model of this test");

/** An environment with one model, and with its state in S3 for the workflows. */
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

/** The scripts of a job's steps, by the step's name or the script. */
function scriptsOf(workflow: string, job: string): ReadonlyMap<string, string> {
  const file = join(__dirname, "../../../../.github/workflows", workflow);
  const { jobs } = parse(readFileSync(file, "utf8")) as {
    jobs: Record<string, { steps: { name?: string; run?: string }[] }>;
  };
  const steps = jobs[job]?.steps ?? [];
  return new Map(steps.flatMap(({ name, run }) => (run === undefined ? [] : [[name ?? run, run]])));
}

/** Increments the serial of the state, as another apply without changes does. */
const INCREMENT_SERIAL = `cd cdktf.out/stacks/small
terraform state pull | node -e 'const state = JSON.parse(require("fs").readFileSync(0)); state.serial++; process.stdout.write(JSON.stringify(state))' > moved.json
terraform state push -lock=false moved.json`;

const WRITES = /^(Create|Put|Update|Delete|Tag|Untag|Add|Remove|Attach|Detach|Set|Publish|Start|Stop)/;

// The scripts of the jobs that plan and deploy. The tests run in order on one environment.
describe("a plan that the workflows review and apply", () => {
  let deployment: Deployment;
  /** The digest of the plan of `reviewed`, as a job passes it to the next job. */
  let digestOfReviewed: string;
  /** The digest of the synthesized stacks. */
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

  /** The first check of a job: the job received the programs and stacks of the earlier jobs unchanged. */
  async function received(workflow: string, job: string): Promise<Ended> {
    const { pipeline = "", smoke = "" } = await outputsOf("programs", "Digests of the programs");
    return step(workflow, job, "Check the digests of programs and stacks", {
      PIPELINE_DIGEST: pipeline,
      SMOKE_DIGEST: smoke,
      STACKS_DIGEST: digestOfStacks,
    });
  }

  /** Commits an environment, and synthesizes it. */
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
    // An upload of artifacts omits hidden files.
    succeeded(await project.shell("find cdktf.out/stacks -name '.*' -delete"));
  }

  /** Plans an environment. @returns the plan's digest */
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

  /** The throttling of the stage in AWS. */
  async function rateLimit(): Promise<unknown> {
    const { resources } = await deployment.project.state("small");
    const settings = resources.find(({ type }) => type === "aws_api_gateway_method_settings");
    return settings?.values.settings;
  }

  it(
    "writes nothing during the plan, and creates every resource during the apply",
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
      expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());
      const { Contents = [] } = await deployment.clients.s3.send(new ListObjectsV2Command({ Bucket }));
      expect(Contents.map(({ Key }) => Key)).toEqual(["small.tfstate"]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "appears in the review of the same run",
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
    "is refused when the plan or the stack changed",
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
      expect(ofPlan.output).toMatch(/^::error::small: the plan was modified\./);
      expect(ofStack.status).toBe(1);
      expect(ofStack.output).toMatch(
        /^::error::small: the synthesized stack differs from the planned stack\./,
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
    "is refused when a job receives a change of %s",
    async (_, change, fault) => {
      // Prepare
      const { project } = deployment;
      await checkOut(reviewed);
      succeeded(await project.shell("cp -r programs kept"));
      const digests = await outputsOf("programs", "Digests of the programs");
      succeeded(await project.shell(change));

      // Act
      const { status, output } = await step(
        "deploy.yml",
        "deploy",
        "Check the digests of programs and stacks",
        {
          PIPELINE_DIGEST: digests.pipeline ?? "",
          SMOKE_DIGEST: digests.smoke ?? "",
          STACKS_DIGEST: digestOfStacks,
        },
      );
      succeeded(await project.shell("rm -rf programs && mv kept programs"));

      // Assess
      expect(output).toContain(fault);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is refused when the provider differs from the committed lock file",
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
    "is refused when the state changed, before and after the second plan",
    async () => {
      // Prepare
      succeeded(await deployment.project.shell("rm -rf cdktf.out"));
      await checkOut(reviewed);
      succeeded(await verify(digestOfReviewed));
      succeeded(await step("deploy.yml", "deploy", "terraform init"));
      succeeded(await step("deploy.yml", "deploy", "terraform plan"));
      succeeded(await deployment.project.shell(INCREMENT_SERIAL));

      // Act
      const applied = await step("deploy.yml", "deploy", "terraform apply");
      const planned = await step("deploy.yml", "deploy", "terraform plan");

      // Assess
      expect(applied.output).toContain("Saved plan is stale");
      expect(applied.status).not.toBe(0);
      expect(planned.output).toMatch(
        /^::error::small: the new plan differs from the reviewed plan: the state, which has changed from serial \d+ of \S+ to serial \d+ of \S+\.%0APlan again/m,
      );
      expect(planned.status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is refused when another deployment changed the environment",
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
      expect(output).toMatch(
        /the new plan differs from the reviewed plan: aws_api_gateway_method_settings\.\S+, /,
      );
      expect(status).toBe(1);
      expect(await rateLimit()).toEqual([expect.objectContaining({ throttling_rate_limit: 800 })]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );
});
