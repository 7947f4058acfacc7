import type { Environment } from "../../../src/environment/environment";
import { type Asked, recordingOf } from "./authorization";
import { Clients } from "./clients";
import { type Deployed, readDeployed } from "./deployed";
import { Emulator, type Operation } from "./emulator";
import { expectedOf } from "./expected";
import { listAccount, listState } from "./listing";
import { killRunning } from "./programs";
import { DeployedProject } from "./project";

/** An emulated account, and a copy of the project that is deployed to it. */
export class Deployment {
  /** What the account held before, as {@link listAccount} says it. */
  private before: readonly string[] = [];

  private constructor(
    readonly emulator: Emulator,
    readonly project: DeployedProject,
    readonly clients: Clients,
    /** Name of the environment. */
    readonly name: string,
  ) {}

  /**
   * Starts them.
   *
   * @param prepare - puts into the account what must be there before
   */
  static async start(
    environment: Environment,
    prepare: (clients: Clients) => Promise<unknown> = async () => {},
  ): Promise<Deployment> {
    const emulator = await Emulator.start(environment.accountId ?? "123456789012");
    const project = new DeployedProject(emulator, environment);
    const clients = new Clients(emulator, environment.region);
    const deployment = new Deployment(emulator, project, clients, environment.name);
    await prepare(clients);
    deployment.before = await listAccount(clients);
    return deployment;
  }

  /** What the account holds that was not there before; the state's own file is not told. */
  async made(): Promise<readonly string[]> {
    const now = await listAccount(this.clients);
    return now.filter((entry) => !this.before.includes(entry) && !/^object \S+\.tfstate in /.test(entry));
  }

  /** What the account does not hold any more. */
  async lost(): Promise<readonly string[]> {
    const now = await listAccount(this.clients);
    return this.before.filter((entry) => !now.includes(entry));
  }

  /** What the state says that the account must hold. */
  async remembered(): Promise<readonly string[]> {
    return listState((await this.project.state(this.name)).resources);
  }

  /** Who may do what in the account, but for the roles, managed policies, functions and buckets that were there before. */
  deployed(): Promise<Deployed> {
    const known = this.before.flatMap(
      (entry) => /^(?:role|managed policy|function|bucket) (\S+)$/.exec(entry)?.[1] ?? [],
    );
    return readDeployed(this.clients, known);
  }

  /** Who should be allowed to do what, as the stack was synthesized. */
  async synthesized(): Promise<Deployed> {
    const { resources } = await this.project.state(this.name);
    return expectedOf(this.project.synthesized(this.name), resources);
  }

  /** What Terraform asked for while `act` ran. */
  async operationsOf(act: () => Promise<unknown>): Promise<readonly Operation[]> {
    const { length } = await this.emulator.operations();
    await act();
    return (await this.emulator.operations()).slice(length).filter(({ byTerraform }) => byTerraform);
  }

  /** What AWS would have asked IAM for what Terraform did until now, once each. */
  async recording(): Promise<readonly Asked[]> {
    return recordingOf(await this.emulator.operations(), {
      accountId: this.emulator.accountId,
      environmentName: this.name,
    });
  }

  async stop(): Promise<void> {
    killRunning();
    this.project.remove();
    await this.emulator.stop();
  }
}
