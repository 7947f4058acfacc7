import { isRecord } from "../runtime/json";
import type { RecordEntry } from "./record";
import { plainText } from "./stack-text";

/**
 * The part of Jest's `expect` that {@link matchRecord} uses.
 *
 * @example
 * import { expect } from "@jest/globals";
 * matchRecord(expect, recordTerraform(app));
 */
export interface JestExpect {
  (text: string): { toMatchSnapshot(hint: string): void };
  addSnapshotSerializer(serializer: typeof plainText): void;
  getState(): object;
}

/**
 * The major version of Jest whose `SnapshotState` has the members of {@link SnapshotState}. Jest does not document
 * these members, so another version can lack these members.
 */
export const SUPPORTED_JEST = "30";

/** Jest's snapshots of one test file: the part of `SnapshotState` of jest-snapshot that records use. */
interface SnapshotState {
  getUncheckedKeys(): readonly string[];
  markSnapshotsAsCheckedForTest(name: string): void;
  /** `all` if Jest runs with `-u`, `none` if it runs with `--ci`, else `new`. The type declarations of jest-snapshot declare this member as private. */
  readonly _updateSnapshot: unknown;
}

/**
 * Compares each entry of a record with the Jest snapshot of the entry's title. Call it once in a test.
 *
 * Snapshots of other titles, e.g. of deleted models, remain in the file and do not fail the run. Without this function,
 * Jest ends with status 1 if a snapshot is obsolete. `jest -u` removes the obsolete snapshots.
 *
 * @param expect - Jest's `expect`
 * @throws if a snapshot has another text
 * @throws Error if snapshots are missing and Jest runs with `--ci` or `CI=true`, so that it writes none
 * @throws Error if the call is outside of a test, or if the version of Jest is not supported. Jest 30 is supported
 * @example
 * it("creates the recorded resources", () => {
 *   matchRecord(expect, recordTerraform(app));
 * });
 */
export function matchRecord(expect: JestExpect, entries: readonly RecordEntry[]): void {
  expect.addSnapshotSerializer(plainText);
  const { currentTestName, snapshotState } = expect.getState() as Readonly<Record<string, unknown>>;
  if (typeof currentTestName !== "string" || snapshotState === undefined) {
    throw new Error(
      "matchRecord: got no snapshots of the current test; allowed: a call inside of a test of Jest",
    );
  }
  if (!isSnapshotState(snapshotState)) {
    const missing = missingMembers(snapshotState).join(", ");
    throw new Error(
      `matchRecord: got a version of Jest whose snapshots have no ${missing}; allowed: Jest ${SUPPORTED_JEST} (package.json of the app)`,
    );
  }
  const stored = new Set(snapshotState.getUncheckedKeys());
  const isComparable = ({ title }: RecordEntry) =>
    snapshotState._updateSnapshot !== "none" || stored.has(`${currentTestName}: ${title} 1`);
  for (const { title, text } of entries.filter(isComparable)) expect(text).toMatchSnapshot(title);
  if (snapshotState._updateSnapshot !== "all") keepOtherEntries(snapshotState, currentTestName);
  const missing = entries.filter((entry) => !isComparable(entry)).map(({ title }) => title);
  if (missing.length > 0) {
    throw new Error(
      `matchRecord: got a record without the entries ${missing.join(", ")}; allowed in CI: a record with every entry, because Jest writes no snapshots there. Run the tests on your machine, and commit __snapshots__`,
    );
  }
}

/** Call this function after the comparison of all entries: Jest then reports no snapshot of the test as obsolete. */
function keepOtherEntries(snapshots: SnapshotState, testName: string): void {
  const names = snapshots.getUncheckedKeys().map((key) => key.replace(/ \d+$/, ""));
  for (const name of names.filter((other) => other.startsWith(`${testName}: `))) {
    snapshots.markSnapshotsAsCheckedForTest(name);
  }
}

function isSnapshotState(value: unknown): value is SnapshotState {
  return missingMembers(value).length === 0;
}

/** The members of {@link SnapshotState} that a value lacks. */
function missingMembers(value: unknown): string[] {
  const snapshots = isRecord(value) ? value : {};
  const functions = ["getUncheckedKeys", "markSnapshotsAsCheckedForTest"];
  return [
    ...functions.filter((name) => typeof snapshots[name] !== "function"),
    ...("_updateSnapshot" in snapshots ? [] : ["_updateSnapshot"]),
  ];
}
