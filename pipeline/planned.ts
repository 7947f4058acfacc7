import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { Refused } from "./errors";

/** The files of a planned environment, in a folder of their own. None is hidden: uploads leave hidden files out. */
export const FILES = {
  /** What `terraform apply` takes. */
  plan: "plan.tfplan",
  /** What `terraform show -json` says of it. */
  json: "plan.json",
  /** `.terraform.lock.hcl`: a plan is applied with the provider that made it. */
  lockFile: "terraform.lock.hcl",
} as const;

const DESCRIPTION = "planned.json";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const objectId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);

const planned = z.strictObject({
  environment: z.string(),
  commit: objectId,
  tree: objectId,
  changes: z.boolean(),
  sha256: z.strictObject({ plan: sha256, json: sha256, lockFile: sha256, stack: sha256 }),
});

/** Of which sources a plan was made, and what belongs to it. */
export interface Planned {
  /** Name of the environment. */
  readonly environment: string;
  /** The commit that was checked out. */
  readonly commit: string;
  /** That commit's tree, in git's words: two commits with one tree have the same files. */
  readonly tree: string;
  /** Whether there is anything to apply. */
  readonly changes: boolean;
  /** Of the files, and of the synthesized stack (`cdk.tf.json`). */
  readonly sha256: Readonly<Record<"plan" | "json" | "lockFile" | "stack", string>>;
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
 * @throws Refused where the planning failed, or a file is missing
 */
export function record(environment: string, folder: string): Planned {
  const json: unknown = JSON.parse(contentOf(join(folder, FILES.json)).toString("utf8"));
  // Terraform says itself whether there is anything to apply, since 1.8.
  const { applyable, errored } = z.object({ applyable: z.boolean(), errored: z.boolean() }).parse(json);
  if (errored) throw new Refused(`${environment}: the planning failed; such a plan cannot be applied.`);
  const described: Planned = {
    environment,
    ...headOf("."),
    changes: applyable,
    sha256: {
      plan: sha256Of(join(folder, FILES.plan)),
      json: sha256Of(join(folder, FILES.json)),
      lockFile: sha256Of(join(folder, FILES.lockFile)),
      stack: sha256Of(join(stackFolder(environment), "cdk.tf.json")),
    },
  };
  writeFileSync(join(folder, DESCRIPTION), `${JSON.stringify(described, null, 2)}\n`);
  return described;
}

/**
 * The description in a folder.
 *
 * @throws Refused where there is none, or one that cannot be read
 */
export function readPlanned(folder: string): Planned {
  const parsed = planned.safeParse(JSON.parse(contentOf(join(folder, DESCRIPTION)).toString("utf8")));
  if (!parsed.success) throw new Refused(`${join(folder, DESCRIPTION)}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** The descriptions in the folders of a folder; empty where there is no such folder. */
export function readAllPlanned(folder: string): Planned[] {
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

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new Refused(`${file} cannot be read.`);
  }
}
