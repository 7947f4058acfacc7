import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AccountSettings } from "../../../src/environment/account";
import type { Environment } from "../../../src/environment/environment";
import { makeTempFolder, removeFolder } from "../../../src/testing/temp-folder";
import { copyProject } from "../../stacks/support/project";
import type { Emulator } from "./emulator";
import { type Ended, programEnvironment, run } from "./programs";
import { changesOf, type PlannedChange, State } from "./state";

const REPOSITORY = join(__dirname, "../../../../..");

/** Files that can be models' artifacts: `models/first.tar.gz` and `models/second.tar.gz`. */
const ARTIFACTS = join(__dirname, "../../fixtures/app/artifacts");

/** Models of examples, in place of the fixture app's. */
const EXAMPLE_FUNCTIONS = join(__dirname, "../../../examples/functions");

/** The provider that the tests know: that of the committed lock file. */
export const PROVIDER_VERSION = "5.100.0";

/** How `terraform plan -detailed-exitcode` ends where there is. */
const SOMETHING_TO_CHANGE = 2;

/** Remembers its process, so that a test can kill that one. */
const TERRAFORM = `#!/bin/sh
echo $$ >> "$TERRAFORM_PROCESSES"
exec terraform "$@"
`;

/** The project's sources in a folder of their own, with environments of their own, deployed to an emulator. */
export class DeployedProject {
  readonly folder = makeTempFolder();
  private readonly processes = join(this.folder, "terraform-processes");
  private readonly environment: NodeJS.ProcessEnv;

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
      // What the emulator does not know it will not know at the next try.
      AWS_MAX_ATTEMPTS: "2",
      TERRAFORM_PROCESSES: this.processes,
    };
    this.setEnvironments(...environments);
    this.setAccounts();
  }

  /** Makes these the environments that exist. */
  setEnvironments(...environments: readonly Environment[]): void {
    const literal = JSON.stringify(environments, null, 2);
    writeFileSync(
      join(this.project, "environments", "index.ts"),
      `import type { Environment } from "sagemaker-stages";\n\nexport const environments: readonly Environment[] = ${literal};\n`,
    );
  }

  /** Makes these the accounts that exist; none at first. */
  setAccounts(...accounts: readonly AccountSettings[]): void {
    const literal = JSON.stringify(accounts, null, 2);
    writeFileSync(
      join(this.project, "environments", "accounts.ts"),
      `import type { AccountSettings } from "sagemaker-stages";\n\nexport const accounts: readonly AccountSettings[] = ${literal};\n`,
    );
  }

  /** Makes the models of the examples the models that exist, in place of the fixture app's. */
  setExampleModels(): void {
    const functions = join(this.project, "functions");
    rmSync(functions, { recursive: true });
    cpSync(EXAMPLE_FUNCTIONS, functions, { recursive: true });
  }

  /** Writes the stacks as they are now: the app of cdktf.json, without the seconds that cdktf takes around it. */
  async synth(): Promise<void> {
    const words = ["--import", "tsx", "main.ts"];
    succeeded(await run(process.execPath, words, this.project, this.environment));
  }

  /** Whether there is a file of the project, e.g. a state. */
  hasFile(path: string): boolean {
    return existsSync(join(this.project, path));
  }

  /** Removes a file of the project. */
  removeFile(path: string): void {
    rmSync(join(this.project, path));
  }

  /** `cdktf deploy <name>`, which takes the provider of the lock file without looking for newer ones. */
  deploy(name: string): Promise<Ended> {
    return this.cdktf("deploy", name, "--auto-approve", "--no-color");
  }

  /** `cdktf destroy <name>` */
  destroy(name: string): Promise<Ended> {
    return this.cdktf("destroy", name, "--auto-approve", "--no-color");
  }

  /**
   * What the next apply of the stack as it is now would change.
   *
   * @param options - more options of `terraform plan`
   */
  async plan(name: string, ...options: readonly string[]): Promise<readonly PlannedChange[]> {
    const file = join(this.folder, "plan");
    // To show a plan, Terraform loads the provider's schema, for seconds.
    if (!(await this.planTo(file, name, ...options))) return [];
    return changesOf(JSON.parse(await this.terraform(name, "show", "-json", file)));
  }

  /**
   * The plan of the stack as it is now, as `terraform show -json` writes it.
   *
   * @param args - of `terraform plan`, e.g. `-destroy`
   */
  async shownPlan(name: string, ...args: readonly string[]): Promise<string> {
    const file = join(this.folder, "plan");
    await this.planTo(file, name, ...args);
    return this.terraform(name, "show", "-json", file);
  }

  /** Replaces a text, which must be there once, in a file of the project's copy. */
  edit(path: string, from: string, to: string): void {
    const file = join(this.project, path);
    const parts = readFileSync(file, "utf8").split(from);
    if (parts.length !== 2) throw new Error(`${path} has ${JSON.stringify(from)} ${parts.length - 1} times`);
    writeFileSync(file, parts.join(to));
  }

  /** Whether there is something to change. */
  private async planTo(file: string, name: string, ...args: readonly string[]): Promise<boolean> {
    await this.synth();
    await this.terraform(name, "init", "-input=false");
    const words = ["plan", "-input=false", "-detailed-exitcode", `-out=${file}`, ...args];
    const planned = await run("terraform", words, this.stack(name), this.environment);
    if (planned.status !== 0 && planned.status !== SOMETHING_TO_CHANGE) succeeded(planned);
    return planned.status === SOMETHING_TO_CHANGE;
  }

  /**
   * What Terraform says, told to plan the end of a stack that it must not destroy. Through cdktf the end of a long output
   * can be lost.
   *
   * @throws Error where it would destroy it
   */
  async refusalToDestroy(name: string): Promise<string> {
    const words = ["plan", "-destroy", "-input=false", "-no-color"];
    const { status, output } = await run("terraform", words, this.stack(name), this.environment);
    if (status === 0) throw new Error(`Terraform would destroy ${name}`);
    return output;
  }

  /**
   * What Terraform says when it applies the stack as it was synthesized last and AWS refuses. Through cdktf the end of a
   * long output can be lost.
   *
   * @throws Error where nothing is refused
   */
  async refusalToApply(name: string): Promise<string> {
    const words = ["apply", "-auto-approve", "-input=false", "-no-color"];
    const { status, output } = await run("terraform", words, this.stack(name), this.environment);
    if (status === 0) throw new Error(`nothing of ${name} was refused`);
    return output;
  }

  /** What Terraform's state holds. */
  async state(name: string): Promise<State> {
    return new State(await this.terraform(name, "state", "pull"));
  }

  /** Runs `terraform <args>` on a stack that is synthesized; answers what it said, and throws where it fails. */
  async terraform(name: string, ...args: readonly string[]): Promise<string> {
    return succeeded(await run("terraform", args, this.stack(name), this.environment)).stdout;
  }

  /** Runs what a workflow runs, as Actions runs it, in the project's folder. */
  shell(script: string, variables: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const bash = ["--noprofile", "--norc", "-eo", "pipefail", "-c", script];
    return run("bash", bash, this.project, { ...this.environment, ...variables });
  }

  /** Copies the repository's `package.json`, whose scripts the workflows run. */
  addScripts(): void {
    cpSync(join(REPOSITORY, "package.json"), join(this.project, "package.json"));
  }

  /** The stack as it was synthesized last. */
  synthesized(name: string): string {
    return readFileSync(join(this.stack(name), "cdk.tf.json"), "utf8");
  }

  /** The number of the process of the terraform that cdktf started last. */
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

  private cdktf(command: string, ...args: readonly string[]): Promise<Ended> {
    const program = join(this.project, "node_modules", ".bin", "cdktf");
    return run(program, [command, ...args], this.project, this.environment);
  }
}

/** @throws Error with what was said from the first error on, where it failed */
export function succeeded(ended: Ended): Ended {
  if (ended.status === 0) return ended;
  const [, errors = ended.output] = /(\bError: .*)/s.exec(ended.output) ?? [];
  throw new Error(`ended with ${ended.status}:\n${errors}`);
}
