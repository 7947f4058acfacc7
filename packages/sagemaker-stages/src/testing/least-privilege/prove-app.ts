import { hasAccessLogs } from "../../environment/account";
import type { Environment } from "../../environment/environment";
import { withoutUndefined } from "../../environment/present";
import type { RecordEntry } from "../record";
import { synthesize, type TestedApp } from "../synthesize";
import type { Fault, Finding } from "./finding";
import { mutantsOf } from "./mutants";
import { describeSurvivor, type MutantResult, runMutants } from "./mutants/run-mutants";
import { derivedPermissions, namedPermissions } from "./named-permissions";
import { recordPermissions } from "./permission-record";
import type { PrincipalRules } from "./principals/principal";
import type { Proof } from "./proof";
import { proveStack } from "./prove";
import { Refused } from "./refused";

/** What an app adds to the engine's stacks. */
export interface LeastPrivilegeOptions {
  /**
   * Rules of the principals that the app's own stack classes add: the requests that each of them needs, and the requests
   * that must be denied.
   *
   * @default - none
   */
  readonly rules?: readonly PrincipalRules[];
  /**
   * Terraform types that the app's own stack classes add, and that grant nobody a permission, e.g.
   * `aws_cloudwatch_dashboard`. `recordTerraform` shows the policies of such a type.
   *
   * @default - none: a type that no rule reads is a finding
   */
  readonly typesWithoutPermissions?: readonly string[];
  /**
   * Whether the proof itself is tested with mutants, i.e. with policies that are wrong in one place.
   *
   * @default true
   */
  readonly mutants?: boolean;
}

/** A fault of a stack's policies. */
export interface LeastPrivilegeFinding extends Omit<Finding, "fault"> {
  /** The kind of fault; `other than named`: a role serves another endpoint, artifact or image than the environment names. */
  readonly fault: Fault | "other than named";
  /** The stack's name, which is the name of its environment. */
  readonly stack: string;
  /** All of it in one line, for people. */
  readonly message: string;
}

/** How much was proved. */
export interface LeastPrivilegeCounts {
  readonly stacks: number;
  /** Roles, managed policies, functions, buckets, routes and VPC endpoints that have policies or are requested. */
  readonly subjects: number;
  readonly policies: number;
  readonly statements: number;
  /** Requests that must be allowed. */
  readonly allowedRequests: number;
  /** Requests that must be denied, without the near misses of the allowed ones. */
  readonly deniedRequests: number;
  readonly mutants: {
    readonly made: number;
    /** Mutants that the proof found, for the right reason. */
    readonly killed: number;
    /** Hand-picked mutants that fit no model of the app. */
    readonly skipped: number;
  };
}

/** The outcome of a proof of least privilege. */
export interface LeastPrivilegeResult {
  /** Empty where every policy is least-privilege. */
  readonly findings: readonly LeastPrivilegeFinding[];
  /** Mutants that the proof did not find, each in one line: faults of the proof. */
  readonly survivors: readonly string[];
  /** Hand-picked mutants that fit no model of the app, each with what a model would need. */
  readonly skippedMutants: readonly string[];
  readonly counts: LeastPrivilegeCounts;
  /** Every permission with the request that needs it, for Jest snapshots. */
  readonly record: readonly RecordEntry[];
}

/**
 * Proves that the policies of an app's environments are least-privilege: every request that the app needs is allowed, each
 * permission and condition is needed by one, and everything else is denied. The functions of the app run in processes on
 * this machine; AWS is not contacted. Stacks of accounts are not proved: `recordTerraform` shows their policies.
 *
 * @throws InvalidCatalog or InvalidEnvironments with every fault of the app
 * @throws Error where a function's handler fails before it sends a request
 * @example
 * const { findings, survivors } = await proveLeastPrivilege({ models, environments, accounts });
 * expect(findings.map(({ message }) => message)).toEqual([]);
 * expect(survivors).toEqual([]);
 */
export async function proveLeastPrivilege(
  app: TestedApp,
  options: LeastPrivilegeOptions = {},
): Promise<LeastPrivilegeResult> {
  const { proofs, findings } = await proveEnvironments(app, options);
  const run = (options.mutants ?? true) ? runMutantsOf(proofs) : { results: [], skipped: [] };
  return {
    findings,
    survivors: run.results.filter(({ isKilled }) => !isKilled).map(describeSurvivor),
    skippedMutants: run.skipped,
    counts: countsOf(proofs, run),
    record: proofs.flatMap(({ proof, environment }) => recordPermissions(proof, environment, app.models)),
  };
}

/** The proofs of an app's environments. A stack whose policies cannot be read has a finding and no proof. */
export async function proveEnvironments(
  app: TestedApp,
  { rules = [], typesWithoutPermissions = [] }: LeastPrivilegeOptions = {},
): Promise<{
  readonly proofs: readonly EnvironmentProof[];
  readonly findings: readonly LeastPrivilegeFinding[];
}> {
  const stacks = synthesize({ ...app, accountStacks: false });
  const environmentNames = app.environments.map(({ name }) => name);
  const findings: LeastPrivilegeFinding[] = [];
  const proofs: EnvironmentProof[] = [];
  for (const given of app.environments) {
    const environment = withAccessLogs(given, app);
    try {
      const proof = await proveStack(stacks.stack(environment.name), {
        environment,
        models: app.models,
        environmentNames,
        rules,
        typesWithoutPermissions,
      });
      proofs.push({ environment, proof });
      findings.push(...findingsOf(proof, environment));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { name } = environment;
      findings.push(inStack(name, { fault: "refused", subject: name, statements: [], text: error.message }));
    }
  }
  return { proofs, findings };
}

/** The proof of an environment's stack. */
export interface EnvironmentProof {
  readonly environment: Environment;
  readonly proof: Proof;
}

/** As `createApp` makes the environment's stack. */
function withAccessLogs(given: Environment, { accounts = [] }: TestedApp): Environment {
  const environment = withoutUndefined(given);
  const accessLogs = hasAccessLogs(environment, accounts);
  return { ...environment, stage: { ...environment.stage, accessLogs } };
}

/** The faults of a stack. */
function findingsOf(proof: Proof, environment: Environment): LeastPrivilegeFinding[] {
  return [...proof.findings(), ...otherThanNamed(proof, environment)].map((finding) =>
    inStack(environment.name, finding),
  );
}

type StackFinding = Omit<LeastPrivilegeFinding, "stack" | "message">;

function inStack(stack: string, finding: StackFinding): LeastPrivilegeFinding {
  const { fault, subject, statements, text } = finding;
  const places = statements.length === 0 ? subject : `${subject} (${statements.join("; ")})`;
  return { ...finding, stack, message: `stack ${stack}, ${places}: ${fault}: ${text}` };
}

/** Requests are derived from the Terraform, which could mix up two models in resources and policies alike. */
function otherThanNamed({ allowedRequests, stack }: Proof, environment: Environment): StackFinding[] {
  const named = namedPermissions(environment, stack.account);
  const derived = derivedPermissions(allowedRequests, environment);
  const finding = (permission: string, text: string): StackFinding => ({
    fault: "other than named",
    subject: permission.split(" ", 2).join(" "),
    statements: [],
    text: `${permission}: ${text}`,
  });
  return [
    ...named
      .filter((permission) => !derived.includes(permission))
      .map((permission) => finding(permission, "the environment names it, but the stack does not need it")),
    ...derived
      .filter((permission) => !named.includes(permission))
      .map((permission) => finding(permission, "the stack needs it, but the environment does not name it")),
  ];
}

/** The outcome of mutants. */
export interface MutantRun {
  readonly results: readonly MutantResult[];
  /** Hand-picked mutants that fit no model of any proof. */
  readonly skipped: readonly string[];
}

/** Runs the mutants of every proof. Mutants that differ in nothing but the environment run once. */
export function runMutantsOf(proofs: readonly EnvironmentProof[]): MutantRun {
  const done = new Set<string>();
  const results: MutantResult[] = [];
  const skipped: Set<string>[] = [];
  for (const { proof, environment } of proofs) {
    const made = mutantsOf(proof.stack, proof.iamData, environment);
    const fresh = [...made.mutants].filter(([key]) => !done.has(key));
    results.push(
      ...runMutants(
        proof,
        fresh.map(([, mutant]) => mutant),
      ),
    );
    for (const [key] of fresh) done.add(key);
    skipped.push(new Set(made.skipped.map(({ description, needs }) => `${description} (needs ${needs})`)));
  }
  const [first = new Set<string>(), ...others] = skipped;
  return { results, skipped: [...first].filter((mutant) => others.every((other) => other.has(mutant))) };
}

function countsOf(
  proofs: readonly EnvironmentProof[],
  { results, skipped }: MutantRun,
): LeastPrivilegeCounts {
  const sum = (count: (proof: Proof) => number) =>
    proofs.reduce((total, { proof }) => total + count(proof), 0);
  return {
    stacks: proofs.length,
    subjects: sum(({ subjects }) => subjects.length),
    policies: sum(({ policySet }) => policySet.policies.length),
    statements: sum(({ policySet }) => policySet.policies.flatMap(({ statements }) => statements).length),
    allowedRequests: sum(({ allowedRequests }) => allowedRequests.length),
    deniedRequests: sum(({ deniedRequests }) => deniedRequests.length),
    mutants: {
      made: results.length,
      killed: results.filter(({ isKilled }) => isKilled).length,
      skipped: skipped.length,
    },
  };
}
