import { connect, type Socket } from "node:net";
import { launcherPort } from "./launcher";

const HOST = "127.0.0.1";
const PORT = /^\{"port": (\d+)\}\n/;

/** A request that the emulator received. */
export interface Operation {
  /** The service in the signature, e.g. `apigateway`. */
  readonly service: string;
  /** The name in AWS's API, e.g. `CreateRestApi`. */
  readonly operation: string;
  readonly region: string;
  /** The HTTP method. */
  readonly method: string;
  /** The path of the URL, not decoded. */
  readonly path: string;
  /** Whether Terraform, and not the test, sent the request. */
  readonly byTerraform: boolean;
  /** The request's plain values by their path, e.g. `VpcConfig.SubnetIds.0`. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** The status of the answer. Absent before the answer; 0 if the test refused the request. */
  readonly status?: number;
}

/**
 * One empty AWS account, which moto_server emulates with the patches of `emulator/patches.py`. Each account has its own
 * process, which `emulator/launcher.py` forks.
 */
export class Emulator {
  private constructor(
    readonly accountId: string,
    readonly endpoint: string,
    private readonly connection: Socket,
    private readonly errors: () => string,
  ) {}

  /** @throws Error if the emulator ends before it accepts requests */
  static async start(accountId: string): Promise<Emulator> {
    const connection = connect(launcherPort(), HOST).setEncoding("utf8");
    connection.write(`${JSON.stringify({ accountId })}\n`);
    // The first line is the port. Everything else is the emulator's standard error.
    let received = "";
    const port = await new Promise<string>((resolve, reject) => {
      connection.on("data", (chunk: string) => {
        received += chunk;
        const [, found] = PORT.exec(received) ?? [];
        if (found !== undefined) resolve(found);
      });
      connection.once("error", reject);
      connection.once("close", () => reject(new Error(`the emulator ended: ${received}`)));
    });
    const errors = (): string => received.replace(PORT, "");
    return new Emulator(accountId, `http://${HOST}:${port}`, connection, errors);
  }

  /** The received operations in their order. */
  operations(): Promise<readonly Operation[]> {
    return this.send("operations");
  }

  /** Holds requests of these operations, each `<service>:<operation>`, before their execution. */
  async hold(...operations: readonly string[]): Promise<void> {
    await this.send("hold", { operations, executed: false });
  }

  /** Executes these operations, and holds their answers. */
  async holdAnswers(...operations: readonly string[]): Promise<void> {
    await this.send("hold", { operations, executed: true });
  }

  /** The held operations. */
  held(): Promise<readonly string[]> {
    return this.send("held");
  }

  /** Refuses the held requests, and ends the hold. */
  async refuseHeld(): Promise<void> {
    await this.send("refuse", {});
  }

  /** Sets whether SageMaker rolls back updates of endpoints, as it does for a broken model. */
  async rollEndpointUpdatesBack(endpointUpdates: boolean): Promise<void> {
    await this.send("faults", { endpointUpdates });
  }

  /** The emulator's standard error. Empty without faults of the emulator. */
  faults(): string {
    return this.errors();
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.connection.once("close", resolve));
    this.connection.end();
    await ended;
  }

  private async send<Answer>(path: string, settings?: object): Promise<Answer> {
    const response = await fetch(`${this.endpoint}/emulator/${path}`, {
      ...(settings === undefined ? {} : { method: "POST", body: JSON.stringify(settings) }),
    });
    if (!response.ok) throw new Error(`the emulator answered ${response.status} to ${path}`);
    return (await response.json()) as Answer;
  }
}
