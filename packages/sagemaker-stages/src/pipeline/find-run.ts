import { PLAN_AGAIN, Refused } from "./errors";
import { github } from "./github";
import { BRANCH } from "./head";

/** File name of the workflow that plans. */
const WORKFLOW = "plan.yml";

/** What the artifacts with plans are named, before the environment. */
export const ARTIFACT_PREFIX = "plan-";

/**
 * The run whose plans are those of a commit on main: the one that somebody named, else the last successful one of the
 * pull request that was merged, from before it was merged.
 *
 * @param commit - that is deployed
 * @param named - id of a run on main of the same commit
 * @returns the run's id
 * @throws Refused where there is none, or its plans are not kept any more
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
  if (merged === undefined) throw new Refused(`${commit} is of no pull request. ${PLAN_AGAIN}`);

  // Both would have runs of the same commit, and a plan of the other's branch can be of another workflow. What a run
  // says of its pull requests tells the open ones alone.
  const { data: ofBranch } = await client.pulls.list({
    ...repository,
    head: `${repository.owner}:${merged.head.ref}`,
    state: "all",
    per_page: 100,
  });
  const twin = ofBranch.find(({ number, head }) => number !== merged.number && head.sha === merged.head.sha);
  if (twin !== undefined) {
    throw new Refused(
      `Pull requests ${merged.number} and ${twin.number} are both of ${merged.head.sha}: whose plan is whose, no run says. ${PLAN_AGAIN}`,
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
  // A fork's workflow is its owner's, and gets no credentials: nothing of it is applied. What ran again after the merge
  // nobody read before it.
  const read = data.workflow_runs.filter(
    ({ head_repository, head_branch, run_started_at, created_at }) =>
      isOf(repository, head_repository) &&
      head_branch === merged.head.ref &&
      Date.parse(run_started_at ?? created_at) < mergedAt,
  );
  const last = read.toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))[0];
  if (last === undefined) {
    throw new Refused(
      `Pull request ${merged.number} has no successful run of ${WORKFLOW} for ${merged.head.sha} from before it was merged. ${PLAN_AGAIN}`,
    );
  }
  return last.id;
}

async function runOnMain(commit: string, named: string): Promise<number> {
  if (!/^\d{1,15}$/.test(named)) {
    throw new Refused(
      `plan_run: got ${named}; allowed: the id of a run, the number at the end of its address`,
    );
  }
  const { client, repository } = github();
  const { data: run } = await client.actions.getWorkflowRun({ ...repository, run_id: Number(named) });
  const [path] = run.path.split("@");
  const isRight =
    path === `.github/workflows/${WORKFLOW}` &&
    run.event === "workflow_dispatch" &&
    run.head_branch === BRANCH &&
    // Nor of a tag that is named so.
    run.head_sha === commit &&
    run.conclusion === "success" &&
    isOf(repository, run.head_repository);
  if (isRight) return run.id;
  throw new Refused(
    `plan_run: got ${named}, a run of ${path} by ${run.event} on ${run.head_branch} (${run.head_sha}), ${run.conclusion ?? run.status}; allowed: a successful run of ${WORKFLOW} that somebody started on ${BRANCH} at ${commit}`,
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
  if (plans.length === 0) throw new Refused(`Run ${run} has no plans. ${PLAN_AGAIN}`);
  const expired = plans.find((plan) => plan.expired);
  if (expired !== undefined) {
    throw new Refused(`The plans of run ${run} are not kept any more (${expired.name}). ${PLAN_AGAIN}`);
  }
}

function isOf(
  { owner, repo }: { readonly owner: string; readonly repo: string },
  repository: { readonly full_name: string } | null,
): boolean {
  return repository?.full_name.toLowerCase() === `${owner}/${repo}`.toLowerCase();
}
