import { beforeAll, describe, expect, it } from "@jest/globals";
import { examples } from "../../examples";
import { namePrefix } from "../../src/environment/environment";
import { isViaGateway } from "../../src/environment/model-settings";
import { FAULTS, type Fault } from "../../src/testing/least-privilege/finding";
import { mutantsOf } from "../../src/testing/least-privilege/mutants";
import { describeSurvivor, runMutants, table } from "../../src/testing/least-privilege/mutants/run-mutants";
import { recordPermissions } from "../../src/testing/least-privilege/permission-record";
import {
  type EnvironmentProof,
  type LeastPrivilegeFinding,
  proveEnvironments,
  runMutantsOf,
} from "../../src/testing/least-privilege/prove-app";
import { plainText } from "../../src/testing/stack-text";
import { environments } from "../fixtures/app/environments";
import { accounts } from "../fixtures/app/environments/accounts";
import { models } from "../support/app";
import { everything, proved } from "./support/environments";

expect.addSnapshotSerializer(plainText);

/** Seconds on an idle machine; a busy machine takes longer. */
const TIMEOUT_IN_MS = 180_000;

/** The faults that each test looks for. A stack that is `refused` has no proof, so that every test of the stack fails. */
const CLAIMS: Readonly<Record<string, readonly (Fault | "other than named")[]>> = {
  "allow every request that is needed": ["used, not granted"],
  "grant each permission once, and only permissions that a request needs": [
    "granted, not used",
    "granted twice",
  ],
  "deny every other action": ["another action"],
  "deny every near miss": ["near miss", "other context"],
  "have wildcards only where no narrower resource exists": ["wildcard"],
  "have no condition without an effect": ["condition without purpose"],
  "deny every other principal, and every request that must be denied": [
    "other principal",
    "allowed, must be denied",
  ],
  "name the endpoints, artifacts and images that the environment names": ["other than named"],
};

let proofs: readonly EnvironmentProof[] = [];
let findings: readonly LeastPrivilegeFinding[] = [];

function proofOf(name: string): EnvironmentProof {
  const found = proofs.find(({ environment }) => environment.name === name);
  if (found === undefined) {
    throw new Error(`${name}: got no proof; allowed: ${findings.map(({ message }) => message).join("\n")}`);
  }
  return found;
}

beforeAll(async () => {
  const ofApp = await proveEnvironments({ models, environments, accounts });
  const others = proved.filter((environment) => !environments.includes(environment));
  const ofOthers = await proveEnvironments({ models, environments: others });
  proofs = [...ofApp.proofs, ...ofOthers.proofs];
  findings = [...ofApp.findings, ...ofOthers.findings];
}, TIMEOUT_IN_MS);

describe("the claims", () => {
  it("are about every fault that a proof can find", () => {
    // Act
    const claimed = Object.values(CLAIMS).flat();

    // Assess
    expect([...claimed, "refused"].sort()).toEqual([...FAULTS, "other than named"].sort());
  });
});

describe.each(proved.map((environment) => [environment.name, environment.models] as const))(
  "the policies of %s",
  (name, served) => {
    it.each(Object.entries(CLAIMS))("%s", (_, faults) => {
      // Prepare
      const { environment } = proofOf(name);

      // Act
      const found = findings.filter(({ stack, fault }) => stack === name && faults.includes(fault));

      // Assess
      expect(environment.name).toBe(name);
      expect(found.map(({ message }) => message)).toEqual([]);
    });

    it("are compared with the recorded requests of each function's code", () => {
      // Prepare
      const { proof, environment } = proofOf(name);

      // Act
      const recorded = proof.allowedRequests.filter(
        ({ source, subject }) => source === "recorded" && subject.startsWith("role "),
      );

      // Assess
      // A contract whose requests choose between a stream and a plain answer has a request of each kind.
      expect([...new Set(recorded.map(({ subject }) => subject))].sort()).toEqual(
        Object.entries(served)
          .filter(([, settings]) => settings.existingFunction === undefined && !isViaGateway(settings))
          .map(([model]) => `role ${namePrefix(environment)}-${model}-function`)
          .sort(),
      );
    });

    it("are each compared with at least one request", () => {
      // Prepare
      const { policySet, allowedRequests, deniedRequests } = proofOf(name).proof;

      // Act
      const requested = [...allowedRequests, ...deniedRequests].map(({ subject }) => subject);

      // Assess
      expect(policySet.policies.length).toBeGreaterThan(0);
      expect(
        policySet.policies.map(({ subject }) => subject).filter((subject) => !requested.includes(subject)),
      ).toEqual([]);
    });
  },
);

describe("the proof", () => {
  // In an app with several environments, one environment stands for the others: the same mutant is made once.
  it(
    "kills each hand-picked mutant of each environment alone",
    () => {
      // Act
      const results = proofs.flatMap(({ proof, environment }) => {
        const { mutants } = mutantsOf(proof.stack, proof.iamData, environment);
        return runMutants(
          proof,
          [...mutants.values()].filter(({ kind }) => kind === "hand-picked"),
        );
      });

      // Assess
      expect(results.length).toBeGreaterThan(proofs.length);
      expect(results.filter(({ isKilled }) => !isKilled).map(describeSurvivor)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "kills each mutant with a finding that the mutant expects",
    () => {
      // Prepare
      const { proof, environment } = proofOf(everything.name);

      // Act
      const { results, skipped } = runMutantsOf([{ proof, environment }]);

      // Assess
      process.stdout.write(`Least privilege, mutants killed / total:\n${table(results)}\n`);
      expect(results.filter(({ isKilled }) => !isKilled).map(describeSurvivor)).toEqual([]);
      // The fixture app has no contract that streams: tests/least-privilege/streams.test.ts kills these mutants.
      expect(
        skipped.filter(
          (mutant) => !/ a function (?:that streams|whose every answer is a stream)\)$/.test(mutant),
        ),
      ).toEqual([]);
      // Each kind of finding needs a mutant. Without a mutant, the check for this kind may never fail.
      expect(
        FAULTS.filter((fault) => !results.some(({ mutant }) => mutant.killedBy.includes(fault))),
      ).toEqual([]);
      const subjects = new Set(results.map(({ mutant }) => mutant.subject));
      expect(proof.policySet.policies.filter(({ subject }) => !isLike([...subjects], subject))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  /** Mutants that differ only in the model run once. */
  function isLike(subjects: readonly string[], subject: string): boolean {
    const general = (text: string) =>
      Object.keys(everything.models).reduce((result, model) => result.replaceAll(model, "<model>"), text);
    return subjects.map(general).includes(general(subject));
  }
});

describe("the record of permissions", () => {
  it.each(examples.map(({ name }) => name))(
    "has each permission of the example %s with the request that needs it",
    (name) => {
      // Prepare
      const { proof, environment } = proofOf(name);

      // Act
      const record = recordPermissions(proof, environment, models);

      // Assess
      expect(record.length).toBeGreaterThan(0);
      for (const { title, text } of record) expect(text).toMatchSnapshot(title);
    },
  );
});
