import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

const LAUNCHER = join(__dirname, "emulator", "launcher.py");

/** One request that the emulator got. */
export interface Operation {
  /** As requests are signed for it, e.g. `apigateway`. */
  readonly service: string;
  /** As AWS's API calls it, e.g. `CreateRestApi`. */
  readonly operation: string;
  readonly region: string;
  /** Of HTTP. */
  readonly method: string;
  /** Of the URL, as it was sent. */
  readonly path: string;
  /** Or by the tests themselves. */
  readonly byTerraform: boolean;
  /** The request's plain values, those of objects and lists by their path, e.g. `VpcConfig.SubnetIds.0`. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** Of the answer; absent while there is none, 0 where the test refused it. */
  readonly status?: number;
}

/** AWS, as far as moto_server plays it and `emulator/launcher.py` mends it; one account, empty at start. */
export class Emulator {
  private constructor(
    readonly accountId: string,
    readonly endpoint: string,
    private readonly process: ChildProcessWithoutNullStreams,
    private readonly said: readonly string[],
  ) {}

  static async start(accountId: string): Promise<Emulator> {
    const child = spawn("python3", [LAUNCHER], {
      env: { ...process.env, MOTO_ACCOUNT_ID: accountId, PYTHONDONTWRITEBYTECODE: "1" },
    });
    const said: string[] = [];
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
    const ended = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("exit", (status) =>
        reject(new Error(`the emulator ended with ${status}: ${said.join("")}`)),
      );
    });
    // Its end is an error while it starts, and none when it is stopped.
    ended.catch(() => {});
    const line = await Promise.race([
      new Promise<string>((take) => createInterface(child.stdout).once("line", take)),
      ended,
    ]);
    const { port } = JSON.parse(line) as { port: number };
    return new Emulator(accountId, `http://127.0.0.1:${port}`, child, said);
  }

  /** Everything that was asked for until now, in order. */
  operations(): Promise<readonly Operation[]> {
    return this.ask("operations");
  }

  /** From now on requests of these operations, each `<service>:<operation>`, wait and are not executed. */
  async hold(...operations: readonly string[]): Promise<void> {
    await this.ask("hold", { operations, executed: false });
  }

  /** From now on these operations are executed, and their answers wait. */
  async holdAnswers(...operations: readonly string[]): Promise<void> {
    await this.ask("hold", { operations, executed: true });
  }

  /** The operations of the requests that wait. */
  held(): Promise<readonly string[]> {
    return this.ask("held");
  }

  /** Refuses the requests that wait, and holds nothing any more. */
  async refuseHeld(): Promise<void> {
    await this.ask("refuse", {});
  }

  /** Whether SageMaker rolls updates of endpoints back to the old configuration, as it does with a broken model. */
  async rollEndpointUpdatesBack(endpointUpdates: boolean): Promise<void> {
    await this.ask("faults", { endpointUpdates });
  }

  /** What it wrote on standard error: a fault of its own. */
  faults(): string {
    return this.said.join("");
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.stdin.end();
    await ended;
  }

  private async ask<Answer>(what: string, told?: object): Promise<Answer> {
    const response = await fetch(`${this.endpoint}/emulator/${what}`, {
      ...(told === undefined ? {} : { method: "POST", body: JSON.stringify(told) }),
    });
    if (!response.ok) throw new Error(`the emulator answered ${response.status} to ${what}`);
    return (await response.json()) as Answer;
  }
}
