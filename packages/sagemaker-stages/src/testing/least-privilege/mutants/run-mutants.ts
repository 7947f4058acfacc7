import type { Finding } from "../finding";
import type { Proof } from "../proof";
import { Refused } from "../refused";
import type { Mutant } from "./mutant";

/** A mutant, and what was found of it. */
export interface MutantResult {
  readonly mutant: Mutant;
  /** Whether it was found for its reason. */
  readonly isKilled: boolean;
  /** Up to the one that kills it. */
  readonly findings: readonly Finding[];
}

/** Looks for every mutant in turn, with what `proof` holds policies against. */
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
    yield* proof.against(changed).findings([subject]);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    yield { fault: "refused", subject, statements: [], text: error.message };
  }
}

/** How many of each kind were killed: one line a kind, and the sum. */
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

/** A mutant that got away, with what was found instead. */
export function describeSurvivor({ mutant, findings }: MutantResult): string {
  const instead = findings.slice(0, 3).map(({ fault, subject, text }) => `${fault} (${subject}): ${text}`);
  return `${mutant.kind}: ${mutant.description}; expected: ${mutant.killedBy.join(" or ")}; found: ${instead.join("; ") || "nothing"}`;
}
