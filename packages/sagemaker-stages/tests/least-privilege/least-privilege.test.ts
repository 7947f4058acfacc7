import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { examples } from "../../examples";
import { type Environment, namePrefix } from "../../src/environment/environment";
import { FAULTS, type Fault, type Finding } from "../../src/testing/least-privilege/finding";
import { mutantsOf } from "../../src/testing/least-privilege/mutants";
import { describeSurvivor, runMutants, table } from "../../src/testing/least-privilege/mutants/run-mutants";
import { derivedPermissions, namedPermissions } from "../../src/testing/least-privilege/named-permissions";
import type { Proof } from "../../src/testing/least-privilege/proof";
import { iamData, prove } from "../../src/testing/least-privilege/prove";
import { type Chapter, reportText } from "../../src/testing/least-privilege/report";
import { environments } from "../fixtures/app/environments";
import { accounts } from "../fixtures/app/environments/accounts";
import { synthesize } from "../stacks/support/synthesized";
import { everything, proved } from "./support/environments";

/** Seconds on an idle machine; a busy one may take its time. */
const TIMEOUT_IN_MS = 180_000;

const REPORT = join(__dirname, "../../../../docs/least-privilege.md");

/** Which test looks for which fault. What is refused cannot be read at all, and fails every test. */
const CLAIMS: Readonly<Record<string, readonly Fault[]>> = {
  "let everything through that is asked": ["used, not granted"],
  "grant nothing that nobody asks, and nothing twice": ["granted, not used", "granted twice"],
  "deny every other action": ["another action"],
  "deny every near miss": ["near miss", "other context"],
  "have wildcards only where there is nothing narrower": ["a wildcard"],
  "have no condition that changes nothing": ["condition without purpose"],
  "let nobody else in, and no abuse": ["other requester", "abuse"],
};

const proofs = new Map<string, Proof>();

function proofOf(name: string): Proof {
  const proof = proofs.get(name);
  if (proof === undefined) throw new Error(`nothing was proved of ${name}`);
  return proof;
}

beforeAll(async () => {
  const own = synthesize(environments, accounts);
  const others = synthesize(proved.filter((environment) => !environments.includes(environment)));
  for (const environment of proved) {
    const { name } = environment;
    proofs.set(name, await prove(environment, (own.has(name) ? own : others).stack(name)));
  }
}, TIMEOUT_IN_MS);

describe("the claims", () => {
  it("are about everything that can be wrong", () => {
    // Act
    const claimed = Object.values(CLAIMS).flat();

    // Assess
    expect([...claimed, "refused"].sort()).toEqual([...FAULTS].sort());
  });
});

describe.each(proved.map((environment) => [environment.name, environment] as const))(
  "the policies of %s",
  (name, environment) => {
    const { models } = environment;
    let findings: readonly Finding[] = [];

    beforeAll(() => {
      findings = [...proofOf(name).findings()];
    });

    it.each(Object.entries(CLAIMS))("%s", (_, faults) => {
      // Act
      const found = findings.filter(({ fault }) => faults.includes(fault));

      // Assess
      expect(found.map(({ fault, subject, text }) => `${fault}: ${subject}: ${text}`)).toEqual([]);
    });

    it("are held against what each function asked when it was run", () => {
      // Act
      const recorded = proofOf(name).uses.filter(
        ({ source, subject }) => source === "recorded" && subject.startsWith("role "),
      );

      // Assess
      expect(recorded.map(({ subject }) => subject).sort()).toEqual(
        Object.entries(models)
          .filter(([, { existingFunction }]) => existingFunction === undefined)
          .map(([model]) => `role ${namePrefix(environment)}-${model}-function`)
          .sort(),
      );
    });

    it("are held against the endpoints, artifacts and images that the environment names", () => {
      // Prepare
      const { uses, stack } = proofOf(name);

      // Act
      const derived = derivedPermissions(uses, environment);

      // Assess
      expect(derived).toEqual(namedPermissions(environment, stack.account));
    });

    it("are each held against something", () => {
      // Prepare
      const { policySet, uses, abuses } = proofOf(name);

      // Act
      const asked = [...uses, ...abuses].map(({ subject }) => subject);

      // Assess
      expect(
        policySet.policies.map(({ subject }) => subject).filter((subject) => !asked.includes(subject)),
      ).toEqual([]);
    });
  },
);

describe("the proof", () => {
  it(
    "finds every mutant, and for its reason",
    async () => {
      // Prepare
      const proof = proofOf(everything.name);
      const mutants = mutantsOf(proof.stack, await iamData(), Object.keys(everything.models));

      // Act
      const results = runMutants(proof, mutants);

      // Assess
      process.stdout.write(`Least privilege, mutants killed / total:\n${table(results)}\n`);
      expect(results.filter(({ isKilled }) => !isKilled).map(describeSurvivor)).toEqual([]);
      // What no mutant can provoke may be a check that cannot fail.
      expect(
        FAULTS.filter((fault) => !results.some(({ mutant }) => mutant.killedBy.includes(fault))),
      ).toEqual([]);
      const subjects = new Set(results.map(({ mutant }) => mutant.subject));
      expect(proof.policySet.policies.filter(({ subject }) => !isLike([...subjects], subject))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  /** Models that are alike are mutated once. */
  function isLike(subjects: readonly string[], subject: string): boolean {
    const general = (text: string) =>
      Object.keys(everything.models).reduce((result, model) => result.replaceAll(model, "<model>"), text);
    return subjects.map(general).includes(general(subject));
  }
});

describe("docs/least-privilege.md", () => {
  it("says what was proved", () => {
    // Prepare
    const chapter = (title: string, { name, models }: Environment): Chapter => ({
      title: `${title} \`${name}\``,
      proof: proofOf(name),
      models: Object.keys(models),
    });
    const chapters = [
      ...environments.map((environment) => chapter("The environment", environment)),
      ...examples.map((environment) => chapter("The example", environment)),
    ];

    // Act
    const text = reportText(chapters);

    // Assess
    if (process.env.RECORD) writeFileSync(REPORT, text);
    if (readFileSync(REPORT, "utf8") !== text) {
      throw new Error(
        "docs/least-privilege.md is out of date: npm run record:least-privilege writes it anew",
      );
    }
  });
});
