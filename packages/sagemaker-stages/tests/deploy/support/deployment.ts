import type { Environment } from "../../../src/environment/environment";
import { type AuthorizationCheck, recordingOf } from "./authorization";
import { Clients } from "./clients";
import { type Deployed, readDeployed } from "./deployed";
import { Emulator, type Operation } from "./emulator";
import { expectedOf } from "./expected";
import { listAccount, listState } from "./listing";
import { killRunning } from "./programs";
import { DeployedProject } from "./project";

/** An emulated account, and a copy of the project that Terraform deploys to the account. */
export class Deployment {
  /** The existing resources before the first apply, in the form of {@link listAccount}. */
  private before: readonly string[] = [];

  private constructor(
    readonly emulator: Emulator,
    readonly project: DeployedProject,
    readonly clients: Clients,
    /** The environment's name. */
    readonly name: string,
  ) {}

  /**
   * Starts the emulator, and copies the project.
   *
   * @param prepare - creates resources that must exist before the first apply
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

  /** The resources of the account that did not exist before, without the file of Terraform's state. */
  async createdResources(): Promise<readonly string[]> {
    const now = await listAccount(this.clients);
    return now.filter((entry) => !this.before.includes(entry) && !/^object \S+\.tfstate in /.test(entry));
  }

  /** The resources that existed before, and do not exist any more. */
  async lostResources(): Promise<readonly string[]> {
    const now = await listAccount(this.clients);
    return this.before.filter((entry) => !now.includes(entry));
  }

  /** The resources in Terraform's state. */
  async resourcesInState(): Promise<readonly string[]> {
    return listState((await this.project.state(this.name)).resources);
  }

  /** The permissions in the account, without roles, managed policies, functions and buckets that existed before. */
  deployed(): Promise<Deployed> {
    const known = this.before.flatMap(
      (entry) => /^(?:role|managed policy|function|bucket) (\S+)$/.exec(entry)?.[1] ?? [],
    );
    return readDeployed(this.clients, known);
  }

  /** The permissions in the synthesized stack. */
  async synthesized(): Promise<Deployed> {
    const { resources } = await this.project.state(this.name);
    return expectedOf(this.project.synthesized(this.name), resources);
  }

  /** Terraform's operations during a function. */
  async operationsOf(act: () => Promise<unknown>): Promise<readonly Operation[]> {
    const { length } = await this.emulator.operations();
    await act();
    return (await this.emulator.operations()).slice(length).filter(({ byTerraform }) => byTerraform);
  }

  /** The distinct authorizations by IAM that Terraform's operations need. */
  async recording(): Promise<readonly AuthorizationCheck[]> {
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
