import { PipelineError, PLAN_AGAIN } from "./errors";
import { github } from "./github";
import { BRANCH } from "./head";

/** The file name of the workflow that plans. */
const WORKFLOW = "plan.yml";

/** The prefix of the names of artifacts with plans. The name of the environment follows. */
export const ARTIFACT_PREFIX = "plan-";

/**
 * Finds the run whose plans are applied: the named run, or else the merged pull request's last successful run that
 * started before the merge.
 *
 * @param commit - the commit on main that is deployed
 * @param named - the id of a run on main for the same commit
 * @returns the run's id
 * @throws PipelineError if there is no such run, or if its plans have expired
 */
export async function findRun(commit: string, named: string | undefined): Promise<number> {
  const run = named === undefined ? await runOfPullRequest(commit) : await runOnMain(commit, named);
  await requirePlans(run);
  return run;
}

async function runOfPullRequest(commit: string): Promise<number> {
  const { client, repository } = github();
  const { data: pulls } = await client.repos.listPullRequestsAssociatedWithCommit({
    ...repository,
    commit_sha: commit,
  });
  const merged = pulls.find(({ merged_at, merge_commit_sha, base }) => {
    return merged_at !== null && merge_commit_sha === commit && base.ref === BRANCH;
  });
  if (merged === undefined)
    throw new PipelineError(`${commit} is not a commit of a merged pull request. ${PLAN_AGAIN}`);

  // Both pull requests would have runs of the same commit, and the other branch can have another workflow. A run lists
  // its open pull requests only, so a merged pull request cannot be found by its runs.
  const { data: ofBranch } = await client.pulls.list({
    ...repository,
    head: `${repository.owner}:${merged.head.ref}`,
    state: "all",
    per_page: 100,
  });
  const duplicate = ofBranch.find(
    ({ number, head }) => number !== merged.number && head.sha === merged.head.sha,
  );
  if (duplicate !== undefined) {
    throw new PipelineError(
      `Pull requests ${merged.number} and ${duplicate.number} have the same last commit ${merged.head.sha}, so their plans cannot be distinguished. ${PLAN_AGAIN}`,
    );
  }

  const { data } = await client.actions.listWorkflowRuns({
    ...repository,
    workflow_id: WORKFLOW,
    head_sha: merged.head.sha,
    event: "pull_request",
    status: "success",
  });
  const mergedAt = Date.parse(merged.merged_at ?? "");
  // A run of a fork is ignored: the fork's owner controls its workflow, and the run gets no credentials. A run that
  // started again after the merge was not reviewed before the merge.
  const reviewed = data.workflow_runs.filter(
    ({ head_repository, head_branch, run_started_at, created_at }) =>
      isOf(repository, head_repository) &&
      head_branch === merged.head.ref &&
      Date.parse(run_started_at ?? created_at) < mergedAt,
  );
  const last = reviewed.toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))[0];
  if (last === undefined) {
    throw new PipelineError(
      `Pull request ${merged.number} has no successful run of ${WORKFLOW} for ${merged.head.sha} that started before the merge. ${PLAN_AGAIN}`,
    );
  }
  return last.id;
}

async function runOnMain(commit: string, named: string): Promise<number> {
  if (!/^\d{1,15}$/.test(named)) {
    throw new PipelineError(
      `plan_run: got ${named}; allowed: the id of a run, which is the number at the end of its URL`,
    );
  }
  const { client, repository } = github();
  const { data: run } = await client.actions.getWorkflowRun({ ...repository, run_id: Number(named) });
  const [path] = run.path.split("@");
  const isRight =
    path === `.github/workflows/${WORKFLOW}` &&
    run.event === "workflow_dispatch" &&
    run.head_branch === BRANCH &&
    // The name alone could also be the name of a tag.
    run.head_sha === commit &&
    run.conclusion === "success" &&
    isOf(repository, run.head_repository);
  if (isRight) return run.id;
  throw new PipelineError(
    `plan_run: got ${named}, a run of ${path} by ${run.event} on ${run.head_branch} (${run.head_sha}), ${run.conclusion ?? run.status}; allowed: a successful run of ${WORKFLOW} that was started by hand on ${BRANCH} at ${commit}`,
  );
}

async function requirePlans(run: number): Promise<void> {
  const { client, repository } = github();
  const artifacts = await client.paginate(client.actions.listWorkflowRunArtifacts, {
    ...repository,
    run_id: run,
    per_page: 100,
  });
  const plans = artifacts.filter(({ name }) => name.startsWith(ARTIFACT_PREFIX));
  if (plans.length === 0) throw new PipelineError(`Run ${run} has no plans. ${PLAN_AGAIN}`);
  const expired = plans.find((plan) => plan.expired);
  if (expired !== undefined) {
    throw new PipelineError(`The plans of run ${run} have expired (${expired.name}). ${PLAN_AGAIN}`);
  }
}

function isOf(
  { owner, repo }: { readonly owner: string; readonly repo: string },
  repository: { readonly full_name: string } | null,
): boolean {
  return repository?.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase();
}
