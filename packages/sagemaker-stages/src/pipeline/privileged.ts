import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { credentialsFromVariables } from "../aws/credentials-from-variables";
import type { Command } from "../lib/command";
import { compare } from "./compare";
import { partsOfEndpoints } from "./endpoint-parts";
import { PipelineError } from "./errors";
import { findArtifact, findImage } from "./existence";
import { requireDigest } from "./folder-digest";
import { requireHead } from "./head";
import { PLAN_FILE, readPlanRecord, readState, readWhole, recordPlan } from "./plan-record";
import { defineStep } from "./step";
import { verify } from "./verify";
import { notice, variable } from "./workflow";

const ENVIRONMENT = { summary: "name of the environment" } as const;
const RECORD = {
  summary: "folder of the recorded plan: the artifact plan-<environment> of a run",
} as const;

/**
 * The steps of jobs that can request an AWS role's credentials. Every package that this module imports can also request
 * these credentials. A test lists these packages.
 */
export const PRIVILEGED: readonly Command[] = [
  defineStep(
    {
      name: "received",
      summary:
        "Check that a folder of stacks has the digest STACKS_DIGEST of the job that synthesized the stacks",
      words: { folder: { summary: "folder of the stacks" } },
    },
    ({ words: { folder } }) => requireDigest(folder, variable("STACKS_DIGEST")),
  ),

  defineStep(
    {
      name: "record",
      summary: "Describe the plan in a folder",
      words: {
        environment: ENVIRONMENT,
        folder: RECORD,
        state: { summary: "file with the output of `terraform state pull` before the plan" },
      },
    },
    ({ words: { environment, folder, state } }) => {
      const { changes, digest, commit } = recordPlan(environment, folder, state);
      notice(`${environment}: ${changes ? "changes" : "no changes"}. Plan ${digest} of commit ${commit}.`);
    },
  ),

  defineStep(
    {
      name: "verify",
      summary:
        "Check that the recorded plan has the digest PLAN_DIGEST and was made from the checked-out sources",
      words: { environment: ENVIRONMENT, folder: RECORD },
    },
    ({ words: { environment, folder } }) => verify(environment, folder, variable("PLAN_DIGEST")),
  ),

  defineStep(
    {
      name: "compare",
      summary: "Check that a new plan has the same changes as the recorded plan, from the same state",
      words: {
        environment: ENVIRONMENT,
        folder: RECORD,
        plan: { summary: "file with the new plan as JSON" },
        state: { summary: "file with the output of `terraform state pull` before the new plan" },
      },
    },
    ({ words: { environment, folder, plan, state } }) =>
      compare(
        environment,
        { plan: readJson(join(folder, PLAN_FILE)), state: readPlanRecord(folder).state },
        { plan: readJson(plan), state: readState(state) },
      ),
  ),

  defineStep(
    {
      name: "parts",
      summary: "Determine whether the parts of each endpoint that AWS needs to patch the endpoint exist",
      words: {
        plan: { summary: "file with a refresh-only plan as JSON" },
        result: { summary: "file for the result as JSON" },
      },
    },
    async ({ words: { plan, result } }) => {
      const region = variable("AWS_REGION");
      const credentials = credentialsFromVariables();
      if (credentials === undefined) {
        throw new PipelineError(
          "AWS_ACCESS_KEY_ID: got no credentials; allowed: the credentials of a role in the variables of AWS",
        );
      }
      const endpoints = await partsOfEndpoints(readJson(plan), {
        image: (uri) => findImage(uri, credentials),
        artifact: (uri) => findArtifact(uri, region, credentials),
      });
      writeFileSync(result, JSON.stringify(endpoints));
      process.stdout.write(`endpoints: ${endpoints.length}\n`);
    },
  ),

  defineStep({ name: "head", summary: "Check that GITHUB_SHA is the last commit of main" }, () =>
    requireHead(variable("GITHUB_SHA")),
  ),
];

function readJson(file: string): unknown {
  return JSON.parse(readWhole(file).toString("utf8"));
}
