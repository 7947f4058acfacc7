import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

const LAUNCHER = join(__dirname, "emulator", "launcher.py");

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

/** One empty AWS account, which moto_server emulates with the patches of `emulator/patches.py`. */
export class Emulator {
  private constructor(
    readonly accountId: string,
    readonly endpoint: string,
    private readonly process: ChildProcessWithoutNullStreams,
    private readonly errors: readonly string[],
  ) {}

  static async start(accountId: string): Promise<Emulator> {
    const child = spawn("python3", [LAUNCHER], {
      env: { ...process.env, MOTO_ACCOUNT_ID: accountId, PYTHONDONTWRITEBYTECODE: "1" },
    });
    const errors: string[] = [];
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
    const ended = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("exit", (status) =>
        reject(new Error(`the emulator ended with ${status}: ${errors.join("")}`)),
      );
    });
    // The end of the process is an error during the start, but not after stop().
    ended.catch(() => {});
    const line = await Promise.race([
      new Promise<string>((take) => createInterface(child.stdout).once("line", take)),
      ended,
    ]);
    const { port } = JSON.parse(line) as { port: number };
    return new Emulator(accountId, `http://127.0.0.1:${port}`, child, errors);
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
    return this.errors.join("");
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.stdin.end();
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
