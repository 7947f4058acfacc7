import { hasAccessLogs } from "../../environment/account";
import type { Environment } from "../../environment/environment";
import { omitUndefinedDeep } from "../../lib/omit-undefined";
import type { Models } from "../../models";
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

/**
 * The parts that an app adds to the engine's stacks.
 *
 * @example
 * const options: LeastPrivilegeOptions = {
 *   rules: [reports],
 *   typesWithoutPermissions: ["aws_cloudwatch_query_definition"],
 * };
 */
export interface LeastPrivilegeOptions {
  /**
   * Rules of the principals that the app's own stack classes add: the requests that each principal needs, and the requests
   * that must be denied.
   *
   * @default - none
   */
  readonly rules?: readonly PrincipalRules[];
  /**
   * Terraform types that the app's own stack classes add, and that grant no permission, e.g. `aws_cloudwatch_query_definition`.
   * `recordTerraform` shows changes of such a type.
   *
   * @default - none: a type that no rule reads is a finding
   */
  readonly typesWithoutPermissions?: readonly string[];
  /**
   * Whether mutants test the proof itself. A mutant is a copy of the policies with one fault, which the proof must find.
   *
   * @default true
   */
  readonly mutants?: boolean;
}

/**
 * A fault of a stack's policies.
 *
 * @example
 * const messages = findings.map(({ message }: LeastPrivilegeFinding) => message);
 */
export interface LeastPrivilegeFinding extends Omit<Finding, "fault"> {
  /** The kind of fault. `other than named`: a role has permissions on a resource that the environment does not name. */
  readonly fault: Fault | "other than named";
  /** The stack's name, which is the name of its environment. */
  readonly stack: string;
  /** One line with the stack, the principal, the policy statement, the action, the resource, and the repair. */
  readonly message: string;
}

/**
 * The size of a proof.
 *
 * @example
 * const { mutants }: LeastPrivilegeCounts = counts;
 * expect(mutants.killed).toBe(mutants.made);
 */
export interface LeastPrivilegeCounts {
  readonly stacks: number;
  /** Roles, managed policies, functions, buckets, routes and VPC endpoints with policies or requests. */
  readonly subjects: number;
  readonly policies: number;
  readonly statements: number;
  /** Requests that must be allowed. */
  readonly allowedRequests: number;
  /** Requests that must be denied, without the near misses of the allowed requests. */
  readonly deniedRequests: number;
  readonly mutants: {
    readonly made: number;
    /** Mutants whose fault the proof found. */
    readonly killed: number;
    /** Hand-picked mutants that need a model that the app does not have. */
    readonly skipped: number;
  };
}

/**
 * The result of a proof of least privilege.
 *
 * @example
 * const { findings, record }: LeastPrivilegeResult = await proveLeastPrivilege(app);
 * matchRecord(expect, record);
 */
export interface LeastPrivilegeResult {
  /** Empty if every policy is least-privilege. */
  readonly findings: readonly LeastPrivilegeFinding[];
  /** Mutants whose fault the proof did not find, each in one line. A survivor is a fault of the proof. */
  readonly survivors: readonly string[];
  /**
   * Hand-picked mutants that need a model that the app does not have, each with the property that the model must have.
   */
  readonly skippedMutants: readonly string[];
  readonly counts: LeastPrivilegeCounts;
  /** Every permission with the request that needs the permission, for Jest snapshots. */
  readonly record: readonly RecordEntry[];
}

/**
 * Proves that the policies of an app's environments are least-privilege. The policies allow every request that the app
 * needs and deny every other request, and no permission and no condition is unnecessary. The functions of the app run
 * in processes on this machine; the proof does not contact AWS. Stacks of accounts are not proved: `recordTerraform`
 * shows their policies.
 *
 * @throws InvalidCatalog or InvalidEnvironments with every fault of the app
 * @throws Error if a function's handler fails before it sends a request
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
      findings.push(...findingsOf(proof, environment, app.models));
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

/** The environment with access logs as `createApp` configures them. */
function withAccessLogs(given: Environment, { accounts = [] }: TestedApp): Environment {
  const environment = omitUndefinedDeep(given);
  const accessLogs = hasAccessLogs(environment, accounts);
  return { ...environment, stage: { ...environment.stage, accessLogs } };
}

/** The faults of a stack. */
function findingsOf(proof: Proof, environment: Environment, models: Models): LeastPrivilegeFinding[] {
  return [...proof.findings(), ...otherThanNamed(proof, environment, models)].map((finding) =>
    inStack(environment.name, finding),
  );
}

type StackFinding = Omit<LeastPrivilegeFinding, "stack" | "message">;

function inStack(stack: string, finding: StackFinding): LeastPrivilegeFinding {
  const { fault, subject, statements, text } = finding;
  const places = statements.length === 0 ? subject : `${subject} (${statements.join("; ")})`;
  return { ...finding, stack, message: `stack ${stack}, ${places}: ${fault}: ${text}` };
}

/**
 * Compares the permissions that the requests need with the environment. The requests come from the Terraform, where a
 * fault of the engine can confuse two models in the resources and in the policies in the same way.
 */
function otherThanNamed(
  { allowedRequests, stack }: Proof,
  environment: Environment,
  models: Models,
): StackFinding[] {
  const named = namedPermissions(environment, stack.account, models);
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
      .map((permission) =>
        finding(
          permission,
          "the environment names this permission, but no request of the stack needs it. Compare the resources of the stack with the environment",
        ),
      ),
    ...derived
      .filter((permission) => !named.includes(permission))
      .map((permission) =>
        finding(
          permission,
          "a request of the stack needs this permission, but the environment does not name it. Compare the resources of the stack with the environment",
        ),
      ),
  ];
}

/** The results of mutants. */
export interface MutantRun {
  readonly results: readonly MutantResult[];
  /** Hand-picked mutants that need a model that no proof has. */
  readonly skipped: readonly string[];
}

/** Runs the mutants of every proof. Mutants that differ only in the environment run once. */
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
