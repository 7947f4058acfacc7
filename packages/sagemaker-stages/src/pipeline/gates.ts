import * as z from "zod";
import { GATES, type Gate } from "../lib/gates";
import { PipelineError } from "./errors";
import { github } from "./github";

/** The part of the review's JSON that the gates need. */
export const gateReport = z.object({
  environments: z.array(
    z.object({
      environment: z.string(),
      protected: z.nullable(z.boolean()),
      flags: z.object({ destroy: z.boolean(), widen: z.boolean(), public: z.boolean(), outage: z.boolean() }),
      outages: z.array(z.object({ message: z.string() })),
      errored: z.boolean(),
      incompleteReasons: z.array(z.string()),
    }),
  ),
});

/** The gates and the reasons of the reviewed plans. */
export type GateReport = z.output<typeof gateReport>;

/** The gates of the environments. */
export interface GateSettings {
  /** Gates of protected environments, and of environments whose synthesized stack the review did not find. */
  readonly ofProtected: readonly Gate[];
  /** Gates of all other environments. */
  readonly ofOthers: readonly Gate[];
}

/** The value with which no gate stops a pull request. */
const NO_GATE = "none";

/**
 * Reads the repository variable `REVIEW_GATES`. Without a value, only outages of protected environments stop a pull request: Terraform
 * already refuses most of them, and `protected: true` says that callers depend on the environment.
 *
 * @throws PipelineError where a gate is unknown
 */
export function readGates(value: string | undefined): GateSettings {
  const words = (value ?? "").split(",").flatMap((word) => (word.trim() === "" ? [] : word.trim()));
  if (words.length === 0) return { ofProtected: ["outage"], ofOthers: [] };
  if (words.length === 1 && words[0] === NO_GATE) return { ofProtected: [], ofOthers: [] };
  const gates = words.map((word) => {
    const gate = GATES.find((known) => known === word);
    if (gate !== undefined) return gate;
    throw new PipelineError(
      `REVIEW_GATES: got ${JSON.stringify(word)}; allowed: ${GATES.join(", ")}, separated by commas; ${NO_GATE}; or no value, which stops outages of protected environments`,
    );
  });
  return { ofProtected: gates, ofOthers: gates };
}

/** The label of a pull request that permits the changes of a gate. */
export function labelOf(gate: Gate): string {
  return `permit-${gate}`;
}

/** A gate that stops the plans of some environments. */
export interface Stop {
  readonly gate: Gate;
  readonly environments: GateReport["environments"];
}

/**
 * The gates that stop the plans, in the order of {@link GATES}. The workflow always has the synthesized stacks: an environment whose
 * stack the review did not find counts as protected.
 */
export function stopsOf({ environments }: GateReport, { ofProtected, ofOthers }: GateSettings): Stop[] {
  return GATES.flatMap((gate): Stop[] => {
    const stopped = environments.filter(
      (one) => one.flags[gate] && (one.protected === false ? ofOthers : ofProtected).includes(gate),
    );
    return stopped.length === 0 ? [] : [{ gate, environments: stopped }];
  });
}

/** Reasons that a message names. The comment lists all of them. */
const MAX_REASONS = 3;

/** The message of a gate that stops the plans, with the remedy. */
export function stopMessage({ gate, environments }: Stop): string {
  const reasons = environments.map(({ environment, outages, errored, incompleteReasons }) => {
    const messages = [
      // Such a plan stops every gate.
      ...(errored ? ["the plan failed"] : []),
      ...incompleteReasons,
      ...(gate === "outage" ? outages.map(({ message }) => message) : []),
    ];
    const more = messages.length - MAX_REASONS;
    const named = [...messages.slice(0, MAX_REASONS), ...(more > 0 ? [`${more} more`] : [])];
    return named.length === 0 ? environment : `${environment} (${named.join("; ")})`;
  });
  const unknown = environments.flatMap((one) => (one.protected === null ? one.environment : []));
  const assumed =
    unknown.length === 0
      ? ""
      : ` The review found no synthesized stack of ${unknown.join(", ")}, which therefore counts as protected.`;
  return `The gate ${gate} stops the plan of ${reasons.join(", ")}.${assumed} Change the pull request; or read the review, add the label ${labelOf(gate)} to the pull request, and run the failed jobs again.`;
}

/** The names of a pull request's labels. Read from GitHub: a repeated job has the labels of its first event. */
export async function labelsOf(pullRequest: number): Promise<readonly string[]> {
  const { client, repository } = github();
  const labels = await client.paginate(client.issues.listLabelsOnIssue, {
    ...repository,
    issue_number: pullRequest,
    per_page: 100,
  });
  return labels.map(({ name }) => name);
}
