import { posix } from "node:path";
import type { LocalState, S3State } from "../environment";
import { isProjectFile, partsOf } from "../paths";
import { BUCKET, BUCKET_SOURCE } from "../patterns";
import { POLICY_TEXT_ALLOWED, POLICY_TEXT_SOURCE, strayCharacter } from "../policy-text";
import { type Fault, inWords, Report } from "../report";
import { checkBucketRegion } from "./place-checks";

/** A key of parts between single slashes; a backend's settings take no expressions of Terraform. */
const STATE_KEY = /^(?!.*[$%]\{)[^/]+(?:\/[^/]+)*$/s;

/** Rules of one stack's `state`. @param report - in `state` */
export function checkState(state: LocalState | S3State, report: Report): void {
  if ("local" in state) {
    const { path } = state.local;
    const parts = partsOf(path);
    report.require(
      isProjectFile(path),
      "local.path",
      path,
      "a file inside the project's folder, of letters, digits and _ . - / (or \\)",
      "the stack is the same wherever the project lies",
    );
    report.require(
      parts[0] !== "cdktf.out",
      "local.path",
      path,
      "a path outside cdktf.out",
      "cdktf.out is made anew at every synthesis",
    );
    return;
  }
  const { bucket, key, region } = state.s3;
  report.require(
    BUCKET.test(bucket),
    "s3.bucket",
    bucket,
    "3–63 characters a-z, 0-9, . and -",
    BUCKET_SOURCE,
  );
  report.require(
    STATE_KEY.test(key),
    "s3.key",
    key,
    "a key without ${ and %{, not starting or ending with a slash, and without two together",
    "https://developer.hashicorp.com/terraform/language/backend/s3",
  );
  const stray = strayCharacter(key);
  report.require(
    stray === undefined,
    "s3.key",
    inWords(`the character ${stray} in ${JSON.stringify(key)}`),
    POLICY_TEXT_ALLOWED,
    POLICY_TEXT_SOURCE,
  );
  if (region !== undefined) checkBucketRegion(region, "s3.region", report);
}

/** What a stack shares with no other. */
export interface NamedStack {
  readonly name: string;
  readonly state: LocalState | S3State;
}

/** Stacks of the same name, or with the same state. */
export function findSharedStacks(stacks: readonly NamedStack[]): Fault[] {
  const faults: Fault[] = [];
  const names = new Set<string>();
  const states = new Map<string, string>();
  for (const { name, state } of stacks) {
    const report = new Report(name, faults);
    report.require(!names.has(name), "name", name, "a name of its own", "the stack is named so");
    names.add(name);

    const place =
      "local" in state
        ? posix.normalize(state.local.path.replaceAll("\\", "/"))
        : `s3://${state.s3.bucket}/${state.s3.key}`;
    const other = states.get(place);
    report.require(
      other === undefined,
      "state",
      place,
      "a place of its own",
      `${other} keeps its state there, and would be destroyed`,
    );
    states.set(place, name);
  }
  return faults;
}
