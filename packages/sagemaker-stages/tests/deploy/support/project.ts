import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AccountSettings } from "../../../src/environment/account";
import type { Environment } from "../../../src/environment/environment";
import { makeTempFolder, removeFolder } from "../../../src/testing/temp-folder";
import { MAIN } from "../../local/support/project";
import { copyProject } from "../../stacks/support/project";
import type { Emulator } from "./emulator";
import { type Ended, programEnvironment, run } from "./programs";
import { changesOf, type PlannedChange, State } from "./state";

const REPOSITORY = join(__dirname, "../../../../..");

/** Files that can be models' artifacts: `models/first.tar.gz` and `models/second.tar.gz`. */
const ARTIFACTS = join(__dirname, "../../fixtures/app/artifacts");

/** The models of the examples. */
const EXAMPLE_FUNCTIONS = join(__dirname, "../../../examples/functions");

/** The version of the provider in the committed lock file. */
export const PROVIDER_VERSION = "5.100.0";

/** The status of `terraform plan -detailed-exitcode` for a plan with changes. */
const STATUS_OF_CHANGES = 2;

/** A wrapper of terraform that records the process id, so that a test can kill the process. */
const TERRAFORM = `#!/bin/sh
echo $$ >> "$TERRAFORM_PROCESSES"
exec terraform "$@"
`;

/** A copy of the project's sources with the environments of a test. Terraform deploys the copy to an emulator. */
export class DeployedProject {
  readonly folder = makeTempFolder();
  private readonly processes = join(this.folder, "terraform-processes");
  private readonly environment: NodeJS.ProcessEnv;
  /** Whether the synthesized stacks are those of the current sources. */
  private isSynthesized = false;
  /** The requirements of each stack, {@link requirementsOf}, at its last `terraform init`. */
  private readonly initialized = new Map<string, string>();
  /** The states that have not changed since they were read. */
  private readonly states = new Map<string, State>();

  constructor(emulator: Emulator, ...environments: readonly Environment[]) {
    copyProject(join(this.folder, "project"));
    cpSync(ARTIFACTS, join(this.project, "models"), { recursive: true });
    const terraform = join(this.folder, "terraform");
    writeFileSync(terraform, TERRAFORM);
    chmodSync(terraform, 0o755);
    writeFileSync(this.processes, "");
    const home = join(this.folder, "home");
    mkdirSync(home);
    this.environment = {
      ...programEnvironment(home, emulator.endpoint),
      TERRAFORM_BINARY_NAME: terraform,
      // A retry does not help if the emulator does not support an operation.
      AWS_MAX_ATTEMPTS: "2",
      TERRAFORM_PROCESSES: this.processes,
    };
    this.setEnvironments(...environments);
    this.setAccounts();
  }

  /** Replaces the environments of the project. */
  setEnvironments(...environments: readonly Environment[]): void {
    this.isSynthesized = false;
    const literal = JSON.stringify(environments, null, 2);
    writeFileSync(
      join(this.project, "environments", "index.ts"),
      `import type { Environment } from "sagemaker-stages";\n\nexport const environments: readonly Environment[] = ${literal};\n`,
    );
  }

  /** Replaces the accounts of the project. A new project has no accounts. */
  setAccounts(...accounts: readonly AccountSettings[]): void {
    this.isSynthesized = false;
    const literal = JSON.stringify(accounts, null, 2);
    writeFileSync(
      join(this.project, "environments", "accounts.ts"),
      `import type { AccountSettings } from "sagemaker-stages";\n\nexport const accounts: readonly AccountSettings[] = ${literal};\n`,
    );
  }

  /** Replaces the models of the fixture app with the models of the examples. */
  setExampleModels(): void {
    this.isSynthesized = false;
    const functions = join(this.project, "functions");
    rmSync(functions, { recursive: true });
    cpSync(EXAMPLE_FUNCTIONS, functions, { recursive: true });
  }

  /** Synthesizes the stacks without cdktf, because cdktf is slower. */
  async synth(): Promise<void> {
    succeeded(await run(process.execPath, MAIN, this.project, this.environment));
    this.isSynthesized = true;
  }

  /** Whether the project has a file, e.g. a state. */
  hasFile(path: string): boolean {
    return existsSync(join(this.project, path));
  }

  /** The text of a file of the project. */
  read(path: string): string {
    return readFileSync(join(this.project, path), "utf8");
  }

  /** Writes a file of the project. */
  write(path: string, content: string | Uint8Array): void {
    this.isSynthesized = false;
    writeFileSync(join(this.project, path), content);
  }

  /** Removes a file of the project. */
  removeFile(path: string): void {
    rmSync(join(this.project, path));
  }

  /** `cdktf deploy <name>`, with the provider of the lock file. */
  deploy(name: string): Promise<Ended> {
    return this.cdktf("deploy", name, "--auto-approve", "--no-color");
  }

  /** `cdktf destroy <name>` */
  destroy(name: string): Promise<Ended> {
    return this.cdktf("destroy", name, "--auto-approve", "--no-color");
  }

  /**
   * The changes of the next apply of the current stack.
   *
   * @param options - more options of `terraform plan`
   */
  async plan(name: string, ...options: readonly string[]): Promise<readonly PlannedChange[]> {
    const file = join(this.folder, "plan");
    // `terraform show` takes seconds, because it loads the provider's schema.
    if (!(await this.planTo(file, name, ...options))) return [];
    return changesOf(JSON.parse(await this.terraform(name, "show", "-json", file)));
  }

  /**
   * The plan of the current stack in the form of `terraform show -json`.
   *
   * @param args - arguments of `terraform plan`, e.g. `-destroy`
   */
  async shownPlan(name: string, ...args: readonly string[]): Promise<string> {
    const file = join(this.folder, "plan");
    await this.planTo(file, name, ...args);
    return this.terraform(name, "show", "-json", file);
  }

  /** Replaces a text that a file of the project contains exactly once. */
  edit(path: string, from: string, to: string): void {
    this.isSynthesized = false;
    const file = join(this.project, path);
    const parts = readFileSync(file, "utf8").split(from);
    if (parts.length !== 2) throw new Error(`${path} has ${JSON.stringify(from)} ${parts.length - 1} times`);
    writeFileSync(file, parts.join(to));
  }

  /** Writes a plan. Returns whether the plan has changes. */
  private async planTo(file: string, name: string, ...args: readonly string[]): Promise<boolean> {
    if (!this.isSynthesized) await this.synth();
    if (this.initialized.get(name) !== this.requirementsOf(name)) {
      await this.terraform(name, "init", "-input=false");
      this.initialized.set(name, this.requirementsOf(name));
    }
    const words = ["plan", "-input=false", "-detailed-exitcode", `-out=${file}`, ...args];
    const planned = await run("terraform", words, this.stack(name), this.environment);
    if (planned.status !== 0 && planned.status !== STATUS_OF_CHANGES) succeeded(planned);
    return planned.status === STATUS_OF_CHANGES;
  }

  /**
   * The output of Terraform for a plan to destroy a protected stack. The plan runs without cdktf, because cdktf can
   * lose the end of a long output.
   *
   * @throws Error if Terraform would destroy the stack
   */
  async refusalToDestroy(name: string): Promise<string> {
    const words = ["plan", "-destroy", "-input=false", "-no-color"];
    const { status, output } = await run("terraform", words, this.stack(name), this.environment);
    if (status === 0) throw new Error(`Terraform would destroy ${name}`);
    return output;
  }

  /**
   * The output of Terraform for an apply of the synthesized stack that AWS refuses. The apply runs without cdktf,
   * because cdktf can lose the end of a long output.
   *
   * @throws Error if AWS refuses no request
   */
  async refusalToApply(name: string): Promise<string> {
    this.states.delete(name);
    const words = ["apply", "-auto-approve", "-input=false", "-no-color"];
    const { status, output } = await run("terraform", words, this.stack(name), this.environment);
    if (status === 0) throw new Error(`${name}: got a successful apply; allowed: an apply that AWS refuses`);
    return output;
  }

  /** Terraform's state. The state is read again after each program that can change the state. */
  async state(name: string): Promise<State> {
    const known = this.states.get(name);
    if (known !== undefined) return known;
    const state = new State(this.localState(name) ?? (await this.terraform(name, "state", "pull")));
    this.states.set(name, state);
    return state;
  }

  /**
   * The text of a state in a local file. `undefined` for a state in S3, and before the first apply.
   * `terraform state pull` prints the same text, and first hashes the provider of 700 MB.
   */
  private localState(name: string): string | undefined {
    const { backend } = (
      JSON.parse(this.synthesized(name)) as {
        terraform: { backend: { local?: { path: string } } };
      }
    ).terraform;
    if (backend.local === undefined) return undefined;
    const file = resolve(this.stack(name), backend.local.path);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  /** Runs `terraform <args>` for a synthesized stack. @returns the standard output. @throws Error if terraform fails */
  async terraform(name: string, ...args: readonly string[]): Promise<string> {
    this.states.delete(name);
    return succeeded(await run("terraform", args, this.stack(name), this.environment)).stdout;
  }

  /** Runs a script of a workflow in the project's folder, as GitHub Actions does. */
  shell(script: string, variables: Readonly<Record<string, string>> = {}): Promise<Ended> {
    this.isSynthesized = false;
    this.initialized.clear();
    this.states.clear();
    const bash = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script];
    return run("bash", bash, this.project, { ...this.environment, ...variables });
  }

  /** Copies the repository's `package.json`, whose scripts the workflows run. */
  addScripts(): void {
    cpSync(join(REPOSITORY, "package.json"), join(this.project, "package.json"));
  }

  /** The text of the synthesized stack. */
  synthesized(name: string): string {
    return readFileSync(join(this.stack(name), "cdk.tf.json"), "utf8");
  }

  /** The process id of the last terraform that cdktf started. */
  lastTerraform(): number {
    const processes = readFileSync(this.processes, "utf8").trim().split("\n");
    return Number(processes.at(-1));
  }

  remove(): void {
    removeFolder(this.folder);
  }

  private get project(): string {
    return join(this.folder, "project");
  }

  private stack(name: string): string {
    return join(this.project, "cdktf.out", "stacks", name);
  }

  /**
   * The parts of a synthesized stack after whose change Terraform requires `terraform init`: the backend, and the
   * requirements of Terraform and of the providers.
   */
  private requirementsOf(name: string): string {
    return JSON.stringify((JSON.parse(this.synthesized(name)) as { terraform: object }).terraform);
  }

  private async cdktf(command: string, name: string, ...args: readonly string[]): Promise<Ended> {
    this.states.delete(name);
    const program = join(this.project, "node_modules", ".bin", "cdktf");
    const ended = await run(program, [command, name, ...args], this.project, this.environment);
    // cdktf synthesizes the project and initializes the stack before the command.
    if (ended.status === 0) {
      this.isSynthesized = true;
      this.initialized.set(name, this.requirementsOf(name));
    }
    return ended;
  }
}

/** Requires a status of 0. @throws Error with the output from the first error on */
export function succeeded(ended: Ended): Ended {
  if (ended.status === 0) return ended;
  const [, errors = ended.output] = /(\bError: .*)/s.exec(ended.output) ?? [];
  throw new Error(`ended with ${ended.status}:\n${errors}`);
}
