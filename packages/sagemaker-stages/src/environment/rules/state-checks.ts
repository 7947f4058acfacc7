import { posix } from "node:path";
import type { LocalState, S3State } from "../environment";
import { type Fault, Report } from "../report";

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
