import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as sendRequest,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What happens to a conditional write. */
type Fault =
  /** S3 writes the object, and the connection closes before the answer. */
  | { readonly kind: "lose-answer" }
  /** The connection closes before S3 receives the write. */
  | { readonly kind: "drop"; readonly meanwhile: () => Promise<void> }
  | { readonly kind: "refuse"; readonly status: number; readonly code: string };

/** A proxy before S3 whose connections fail at chosen conditional writes. */
export class LossyStorage {
  /** The statuses of S3's answers to conditional writes, also of answers that were lost. */
  readonly conditionalWrites: number[] = [];
  private readonly faults = new Map<number, Fault>();
  private writes = 0;

  private constructor(
    private readonly target: URL,
    private readonly server: Server,
  ) {}

  /** @param target - the address of S3, of which the proxy keeps the path: the signature contains the path and not the host */
  static async start(target: string): Promise<LossyStorage> {
    const server = createServer();
    const storage = new LossyStorage(new URL(target), server);
    server.on("request", (request, response) => {
      storage.forward(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return storage;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${this.target.pathname}`;
  }

  /** @param write - the number of the conditional write, from 1 */
  loseAnswerOfConditionalWrite(write: number): void {
    this.faults.set(write, { kind: "lose-answer" });
  }

  /** @param meanwhile - runs before the connection closes */
  dropConditionalWrite(write: number, meanwhile: () => Promise<void>): void {
    this.faults.set(write, { kind: "drop", meanwhile });
  }

  refuseConditionalWrite(write: number, status: number, code: string): void {
    this.faults.set(write, { kind: "refuse", status, code });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { method = "", url = "", headers } = request;
    const isConditional = "if-none-match" in headers || "if-match" in headers;
    const fault = isConditional ? this.faults.get(++this.writes) : undefined;
    if (fault?.kind === "drop") {
      await fault.meanwhile();
      return void response.destroy();
    }
    if (fault?.kind === "refuse") {
      this.conditionalWrites.push(fault.status);
      return void response.writeHead(fault.status).end(`<Error><Code>${fault.code}</Code></Error>`);
    }
    const answer = await send(this.target, { method, url, headers }, body);
    if (isConditional) this.conditionalWrites.push(answer.status);
    if (fault?.kind === "lose-answer") return void response.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }
}

interface Forwarded {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Sends a request with its own `Host`, which its signature contains. */
async function send(
  { hostname, port }: URL,
  request: Pick<IncomingMessage, "headers"> & { readonly method: string; readonly url: string },
  body: Buffer,
): Promise<Forwarded> {
  const { method, url: path, headers } = request;
  const outgoing = sendRequest({ hostname, port, method, path, headers });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    body: await buffer(incoming),
  };
}
