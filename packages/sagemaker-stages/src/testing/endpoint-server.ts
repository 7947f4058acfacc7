import http from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** An answer of the endpoint, given to one request. */
export interface ScriptedAnswer {
  /** @default 200 */
  readonly status?: number;
  /** E.g. `x-amzn-errortype`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as UTF-8. @default "" */
  readonly body?: string | Uint8Array;
  /** Wait before the answer. */
  readonly delayInMs?: number;
  /**
   * - `close the connection`: close the connection in place of an answer;
   * - `never`: keep the connection open and stay silent;
   * - `cut off`: announce the whole body, send half of it, close the connection;
   * - `stall`: announce the whole body, send half of it, stay silent.
   */
  readonly instead?: "close the connection" | "never" | "cut off" | "stall";
}

/** A request as the endpoint got it. */
export interface RecordedRequest {
  readonly method: string;
  /** With the query, as in the request line. */
  readonly path: string;
  /** By name in lower case. */
  readonly headers: http.IncomingHttpHeaders;
  /** The bytes of the body, read as UTF-8. */
  readonly body: string;
  /** The bytes of the body. */
  readonly bytes: Uint8Array;
  /** Which connection it came on: 1 for the first that was opened. */
  readonly connection: number;
}

/**
 * The answer of the SageMaker runtime where the model's container answers with an error.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors
 */
export function modelError(message: string): ScriptedAnswer {
  return {
    status: 424,
    headers: { "x-amzn-errortype": "ModelError" },
    body: JSON.stringify({ Message: message }),
  };
}

/** An answer that depends on the request. */
export type ComputedAnswer = (request: RecordedRequest) => Promise<ScriptedAnswer>;

/**
 * A stand-in for the SageMaker runtime, on a free port of this machine: it gives scripted answers in their order, and
 * records every request.
 *
 * @example
 * const endpoint = await EndpointServer.start();
 * endpoint.willAnswer({ body: "0.87" });
 */
export class EndpointServer {
  /** Every request so far, in the order in which they came. */
  readonly requests: RecordedRequest[] = [];
  private readonly sockets: Socket[] = [];
  private readonly answers: ScriptedAnswer[] = [];
  private lastAnswer: ComputedAnswer = async () => NOTHING_SCRIPTED;

  private constructor(private readonly server: http.Server) {
    server.on("connection", (socket) => {
      this.sockets.push(socket);
      socket.on("error", () => socket.destroy());
    });
    server.on("request", (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const bytes = Buffer.concat(chunks);
        const request = {
          method: incoming.method ?? "",
          path: incoming.url ?? "",
          headers: incoming.headers,
          body: bytes.toString("utf8"),
          bytes,
          connection: this.sockets.indexOf(incoming.socket) + 1,
        };
        this.requests.push(request);
        const scripted = this.answers.shift();
        if (scripted !== undefined) answer(outgoing, incoming.socket, scripted);
        else void this.compute(request).then((computed) => answer(outgoing, incoming.socket, computed));
      });
    });
  }

  /** A server on a free port of 127.0.0.1. */
  static async start(): Promise<EndpointServer> {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new EndpointServer(server);
  }

  /** Gives these answers to the next requests, one each; requests beyond them are refused. */
  willAnswer(...answers: readonly ScriptedAnswer[]): void {
    this.answers.push(...answers);
  }

  /** Gives this answer to every request for which no other is scripted. */
  willAlwaysAnswer(answer: ScriptedAnswer | ComputedAnswer): void {
    this.lastAnswer = typeof answer === "function" ? answer : async () => answer;
  }

  /** The answer to a request for which none is scripted; 500 with the reason where it cannot be computed. */
  private async compute(request: RecordedRequest): Promise<ScriptedAnswer> {
    try {
      return await this.lastAnswer(request);
    } catch (error) {
      return { status: 500, body: JSON.stringify({ Message: String(error) }) };
    }
  }

  /** `host:port`, as it stands in the header Host. */
  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Base URL. */
  get url(): string {
    return `http://${this.host}`;
  }

  /** How many connections were opened so far. */
  get connections(): number {
    return this.sockets.length;
  }

  /** The one request that came; throws where it was not one. */
  get onlyRequest(): RecordedRequest {
    const [request] = this.requests;
    if (request === undefined || this.requests.length > 1) {
      throw new Error(`${this.requests.length} requests came, expected one`);
    }
    return request;
  }

  /** Resolves when so many connections were opened. */
  async connected(count: number): Promise<void> {
    while (this.connections < count) {
      await new Promise<void>((resolve) => this.server.once("connection", () => resolve()));
    }
  }

  /** Closes every open connection, as an idle timeout does. */
  async closeConnections(): Promise<void> {
    await this.dropConnections((socket) => socket.destroy());
  }

  /** Resets every open connection, as a load balancer that forgot them does. */
  async resetConnections(): Promise<void> {
    await this.dropConnections((socket) => socket.resetAndDestroy());
  }

  private async dropConnections(drop: (socket: Socket) => void): Promise<void> {
    const open = this.sockets.filter((socket) => !socket.destroyed);
    const closed = open.map(
      (socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())),
    );
    open.forEach(drop);
    await Promise.all(closed);
  }

  /** Stops listening and closes every connection. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

/** A refusal that is not tried again, so that a test whose script is too short fails soon. */
const NOTHING_SCRIPTED: ScriptedAnswer = {
  status: 400,
  headers: { "x-amzn-errortype": "ValidationError" },
  body: '{"Message":"no answer is scripted for this request"}',
};

function answer(outgoing: http.ServerResponse, socket: Socket, scripted: ScriptedAnswer): void {
  const { status = 200, headers = {}, body = "", delayInMs = 0, instead } = scripted;
  const give = () => {
    const half = body.slice(0, Math.floor(body.length / 2));
    switch (instead) {
      case "close the connection":
        socket.destroy();
        return;
      case "never":
        return;
      case "cut off":
        outgoing.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
        outgoing.write(half, () => socket.end());
        return;
      case "stall":
        outgoing.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
        outgoing.write(half);
        return;
      default:
        outgoing.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
        outgoing.end(body);
    }
  };
  if (delayInMs === 0) give();
  else setTimeout(give, delayInMs).unref();
}
