import type { Finding } from "../finding";
import type { Proof } from "../proof";
import { Refused } from "../refused";
import type { Mutant } from "./mutant";

/** A mutant with the findings of the proof. */
export interface MutantResult {
  readonly mutant: Mutant;
  /** Whether a finding has a kind that the mutant expects. */
  readonly isKilled: boolean;
  /** The findings up to the finding that kills the mutant. */
  readonly findings: readonly Finding[];
}

/** Runs the proof against each mutant, with the requests of the original proof. */
export function runMutants(proof: Proof, mutants: readonly Mutant[]): MutantResult[] {
  return mutants.map((mutant) => {
    const findings: Finding[] = [];
    for (const finding of find(proof, mutant)) {
      findings.push(finding);
      if (finding.subject === mutant.subject && mutant.killedBy.includes(finding.fault)) {
        return { mutant, isKilled: true, findings };
      }
    }
    return { mutant, isKilled: false, findings };
  });
}

function* find(proof: Proof, { subject, change }: Mutant): Generator<Finding> {
  const changed = proof.stack.changed(change);
  try {
    yield* proof.withPolicies(changed).findings([subject]);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    yield { fault: "refused", subject, statements: [], text: error.message };
  }
}

/** The number of killed mutants: one line per kind, and the sum. */
export function table(results: readonly MutantResult[]): string {
  const kinds = [...new Set(results.map(({ mutant }) => mutant.kind))];
  const line = (name: string, of: readonly MutantResult[]) =>
    `  ${name.padEnd(56)}${of.filter(({ isKilled }) => isKilled).length}/${of.length}`.trimEnd();
  return [
    ...kinds.map((kind) =>
      line(
        kind,
        results.filter(({ mutant }) => mutant.kind === kind),
      ),
    ),
    line("mutants killed / total", results),
  ].join("\n");
}

/** A sentence about a mutant that no expected finding killed, with the first findings. */
export function describeSurvivor({ mutant, findings }: MutantResult): string {
  const instead = findings.slice(0, 3).map(({ fault, subject, text }) => `${fault} (${subject}): ${text}`);
  return `${mutant.kind}: ${mutant.description}; expected: ${mutant.killedBy.join(" or ")}; found: ${instead.join("; ") || "nothing"}`;
}
