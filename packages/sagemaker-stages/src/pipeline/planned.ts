import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { Refused } from "./errors";
import { digestOfFolder } from "./folder-digest";

/** The files of a planned environment, in a folder of their own. None is hidden: uploads leave hidden files out. */
export const FILES = {
  /** What `terraform show -json` says of the plan: what the review reads. The plan itself is not kept. */
  plan: "plan.json",
} as const;

const DESCRIPTION = "planned.json";

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

/** Which of its states an environment is in: Terraform counts the serial up wherever the state changes. */
export interface StateVersion {
  /** Of all states that came of one another. */
  readonly lineage: string;
  readonly serial: number;
}

/** Of which sources a plan was made, and what belongs to it. */
export interface Planned {
  /** Name of the environment. */
  readonly environment: string;
  /** The commit that was checked out. */
  readonly commit: string;
  /** That commit's tree, in git's words: two commits with one tree have the same files. */
  readonly tree: string;
  /** What it was planned from; `null` where there was no state. */
  readonly state: StateVersion | null;
  /** Whether there is anything to apply. */
  readonly changes: boolean;
  /** Of the plan's file, and of everything in the folder of the synthesized stack: `cdk.tf.json`, packages, pages. */
  readonly sha256: Readonly<Record<"plan" | "stack", string>>;
}

/** A description that was kept. */
export interface Kept extends Planned {
  /** SHA-256 of the description, which names those of all that belongs to it: the plan's digest, for short. */
  readonly digest: string;
}

/** Where the stack of an environment is synthesized. */
export function stackFolder(environment: string): string {
  return join("cdktf.out", "stacks", environment);
}

/** SHA-256 of a file, in hexadecimal. @throws Refused where there is none */
export function sha256Of(file: string): string {
  return createHash("sha256").update(contentOf(file)).digest("hex");
}

/**
 * Describes a plan beside it.
 *
 * @param folder - where the plan's files are
 * @param state - file with what `terraform state pull` said before the planning
 * @throws Refused where the planning failed, or a file is missing
 */
export function record(environment: string, folder: string, state: string): Kept {
  const json: unknown = JSON.parse(contentOf(join(folder, FILES.plan)).toString("utf8"));
  // Terraform says itself whether there is anything to apply, since 1.8.
  const { applyable, errored } = z.object({ applyable: z.boolean(), errored: z.boolean() }).parse(json);
  if (errored) throw new Refused(`${environment}: the planning failed; such a plan cannot be applied.`);
  const described: Planned = {
    environment,
    ...headOf("."),
    state: readState(state),
    changes: applyable,
    sha256: {
      plan: sha256Of(join(folder, FILES.plan)),
      stack: digestOfFolder(stackFolder(environment)),
    },
  };
  writeFileSync(join(folder, DESCRIPTION), `${JSON.stringify(described, null, 2)}\n`);
  return readPlanned(folder);
}

/**
 * Which state `terraform state pull` told.
 *
 * @param file - with what it printed; nothing where there is no state
 */
export function readState(file: string): StateVersion | null {
  const pulled = contentOf(file).toString("utf8");
  return pulled.trim() === "" ? null : stateVersion.parse(JSON.parse(pulled));
}

/**
 * The description in a folder.
 *
 * @throws Refused where there is none, or one that cannot be read
 */
export function readPlanned(folder: string): Kept {
  const file = join(folder, DESCRIPTION);
  const parsed = planned.safeParse(JSON.parse(contentOf(file).toString("utf8")));
  if (!parsed.success) throw new Refused(`${file}: ${z.prettifyError(parsed.error)}`);
  return { ...parsed.data, digest: sha256Of(file) };
}

/** The descriptions in the folders of a folder; empty where there is no such folder. */
export function readAllPlanned(folder: string): Kept[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => readPlanned(join(folder, name)));
}

/** The commit that is checked out, and its tree. */
export function headOf(folder: string): { readonly commit: string; readonly tree: string } {
  const { status, stdout, stderr } = spawnSync("git", ["rev-parse", "HEAD", "HEAD^{tree}"], {
    cwd: folder,
    encoding: "utf8",
  });
  const [commit, tree] = (stdout ?? "").split("\n");
  if (status !== 0 || commit === undefined || tree === undefined) {
    throw new Refused(`git rev-parse: ${stderr ?? "there is no git"}`);
  }
  return { commit, tree };
}

/**
 * The content of a file.
 *
 * @throws Refused where the file cannot be read
 */
export function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new Refused(`${file} cannot be read.`);
  }
}
