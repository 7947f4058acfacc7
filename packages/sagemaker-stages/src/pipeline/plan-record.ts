import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { PipelineError } from "./errors";
import { digestOfFolder } from "./folder-digest";

/**
 * The output of `terraform show -json`, in the folder of a recorded plan. The review reads this file; the plan file
 * itself is not recorded. The name is not hidden, because uploads exclude hidden files.
 */
export const PLAN_FILE = "plan.json";

/** The file with the description of the plan, in the same folder. */
const DESCRIPTION_FILE = "planned.json";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const objectId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);

const stateVersion = z.object({ lineage: z.string(), serial: z.int() });

const planned = z.strictObject({
  environment: z.string(),
  commit: objectId,
  tree: objectId,
  state: z.nullable(stateVersion),
  changes: z.boolean(),
  sha256: z.strictObject({ plan: sha256, stack: sha256 }),
});

/** The version of a Terraform state. Each change of the state increments the serial. */
export interface StateVersion {
  /** The id that all versions of one state share. */
  readonly lineage: string;
  readonly serial: number;
}

/** The sources and the files of a plan. */
export interface PlanDescription {
  /** Name of the environment. */
  readonly environment: string;
  /** The commit that was checked out. */
  readonly commit: string;
  /** The commit's Git tree: two commits with the same tree have the same files. */
  readonly tree: string;
  /** The state before the planning; `null` if there was no state. */
  readonly state: StateVersion | null;
  /** Whether the plan changes anything. */
  readonly changes: boolean;
  /** Digests of the plan's file, and of the synthesized stack's folder: `cdk.tf.json`, packages, pages. */
  readonly sha256: Readonly<Record<"plan" | "stack", string>>;
}

/** A recorded plan. */
export interface PlanRecord extends PlanDescription {
  /** The plan's digest: SHA-256 of the description, which contains the digests of the plan's files. */
  readonly digest: string;
}

/** The folder of an environment's synthesized stack. */
export function stackFolder(environment: string): string {
  return join("cdktf.out", "stacks", environment);
}

/** SHA-256 of a file, in hexadecimal. @throws PipelineError if the file cannot be read */
export function sha256Of(file: string): string {
  return createHash("sha256").update(readWhole(file)).digest("hex");
}

/**
 * Writes the description of a plan into the plan's folder.
 *
 * @param state - the file with the output of `terraform state pull` before the planning
 * @throws PipelineError if the planning failed, or a file is missing
 */
export function recordPlan(environment: string, folder: string, state: string): PlanRecord {
  const json: unknown = JSON.parse(readWhole(join(folder, PLAN_FILE)).toString("utf8"));
  // `applyable` exists since Terraform 1.8.
  const { applyable, errored } = z.object({ applyable: z.boolean(), errored: z.boolean() }).parse(json);
  if (errored) throw new PipelineError(`${environment}: the planning failed, so the plan cannot be applied.`);
  const described: PlanDescription = {
    environment,
    ...checkedOutCommit("."),
    state: readState(state),
    changes: applyable,
    sha256: {
      plan: sha256Of(join(folder, PLAN_FILE)),
      stack: digestOfFolder(stackFolder(environment)),
    },
  };
  writeFileSync(join(folder, DESCRIPTION_FILE), `${JSON.stringify(described, null, 2)}\n`);
  return readPlanRecord(folder);
}

/**
 * The version of the state that `terraform state pull` has printed.
 *
 * @param file - the file with the output, which is empty if there is no state
 */
export function readState(file: string): StateVersion | null {
  const pulled = readWhole(file).toString("utf8");
  return pulled.trim() === "" ? null : stateVersion.parse(JSON.parse(pulled));
}

/**
 * Reads the recorded plan in a folder.
 *
 * @throws PipelineError if the description is missing or invalid
 */
export function readPlanRecord(folder: string): PlanRecord {
  const file = join(folder, DESCRIPTION_FILE);
  const parsed = planned.safeParse(JSON.parse(readWhole(file).toString("utf8")));
  if (!parsed.success) throw new PipelineError(`${file}: ${z.prettifyError(parsed.error)}`);
  return { ...parsed.data, digest: sha256Of(file) };
}

/** Reads the recorded plans in the subfolders of a folder; empty if the folder does not exist. */
export function readPlanRecords(folder: string): PlanRecord[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => readPlanRecord(join(folder, name)));
}

/** The checked-out commit, and its tree. */
export function checkedOutCommit(folder: string): { readonly commit: string; readonly tree: string } {
  const { status, stdout, stderr } = spawnSync("git", ["rev-parse", "HEAD", "HEAD^{tree}"], {
    cwd: folder,
    encoding: "utf8",
  });
  const [commit, tree] = (stdout ?? "").split("\n");
  if (status !== 0 || commit === undefined || tree === undefined) {
    throw new PipelineError(`git rev-parse: ${stderr ?? "git is not installed"}`);
  }
  return { commit, tree };
}

/**
 * Reads a file.
 *
 * @throws PipelineError if the file cannot be read
 */
export function readWhole(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new PipelineError(`${file} cannot be read.`);
  }
}
