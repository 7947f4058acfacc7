import { posix } from "node:path";
import { accountName } from "../account";
import type { LocalState, S3State } from "../environment";
import { type Fault, FaultCollector } from "../fault-collector";

/** The name and the state of a stack. Two stacks cannot have the same name or the same state. */
export interface NamedStack {
  readonly name: string;
  readonly state: LocalState | S3State;
}

/** Finds stacks with the same name or the same state. */
export function findSharedStacks(stacks: readonly NamedStack[]): Fault[] {
  const faults: Fault[] = [];
  const names = new Set<string>();
  const states = new Map<string, string>();
  for (const { name, state } of stacks) {
    const collector = new FaultCollector(name, faults);
    const isDefault = name === accountName({});
    collector.require(
      !names.has(name),
      "name",
      name,
      isDefault ? 'a unique name, e.g. name: "account-prod"' : "a unique name",
      isDefault ? "another account has this name, which is the default" : "another stack has this name",
    );
    names.add(name);

    const location =
      "local" in state
        ? posix.normalize(state.local.path.replaceAll("\\", "/"))
        : `s3://${state.s3.bucket}/${state.s3.key}`;
    const other = states.get(location);
    collector.require(
      other === undefined,
      "state",
      location,
      "a location that no other stack uses",
      `${other} keeps its state there, and Terraform would destroy the resources of ${other}`,
    );
    states.set(location, name);
  }
  return faults;
}
