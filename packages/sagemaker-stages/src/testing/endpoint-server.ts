import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { payloadPart } from "./event-stream";

/**
 * An answer of the endpoint to one request.
 *
 * @example
 * const answer: ScriptedAnswer = { status: 200, headers: { "content-type": "text/csv" }, body: "0.87" };
 */
export interface ScriptedAnswer {
  /** @default 200 */
  readonly status?: number;
  /** E.g. `x-amzn-errortype`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body. The server sends a text as UTF-8. @default "" */
  readonly body?: string | Uint8Array;
  /**
   * The parts of an answer in a stream, to a request of InvokeEndpointWithResponseStream. With `partDelayInMs`, the server waits
   * after each part.
   *
   * @default - the body as one part
   */
  readonly parts?: readonly (string | Uint8Array)[];
  /** @default 0 */
  readonly partDelayInMs?: number;
  /** The time before the answer. @default 0 */
  readonly delayInMs?: number;
  /**
   * A fault in place of the answer:
   * - `close the connection`: the server closes the connection without an answer;
   * - `never`: the server keeps the connection open and sends no answer;
   * - `cut off`: the server sends half of the body and closes the connection;
   * - `stall`: the server sends half of the body and keeps the connection open.
   *
   * @default - no fault
   */
  readonly instead?: "close the connection" | "never" | "cut off" | "stall";
}

/**
 * A request that the endpoint received.
 *
 * @example
 * const { path, body }: RecordedRequest = endpoint.onlyRequest;
 * expect({ path, body }).toEqual({ path: "/endpoints/endpoint/invocations", body: "5.1,3.5" });
 */
export interface RecordedRequest {
  readonly method: string;
  /** The path with the query, as in the request line. */
  readonly path: string;
  /** The headers by their names in lower case. */
  readonly headers: http.IncomingHttpHeaders;
  /** The body as UTF-8. */
  readonly body: string;
  /** The bytes of the body. */
  readonly bytes: Uint8Array;
  /** The number of the request's connection. The first connection has the number 1. */
  readonly connection: number;
}

/**
 * The answer of the SageMaker runtime to a request that the model's container answers with an error.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors
 *
 * @example
 * endpoint.willAnswer(modelError("out of memory"));
 */
export function modelError(message: string): ScriptedAnswer {
  return {
    status: 424,
    headers: { "x-amzn-errortype": "ModelError" },
    body: JSON.stringify({ Message: message }),
  };
}

/**
 * An answer that depends on the request.
 *
 * @example
 * const echo: ComputedAnswer = async ({ body }) => ({ body });
 * endpoint.willAlwaysAnswer(echo);
 */
export type ComputedAnswer = (request: RecordedRequest) => Promise<ScriptedAnswer>;

/**
 * A server that answers in place of the SageMaker runtime, on a free port of this machine. The server sends scripted
 * answers in their order, and records every request.
 *
 * @example
 * const endpoint = await EndpointServer.start();
 * endpoint.willAnswer({ body: "0.87" });
 * await invokeHandler(models.iris, models.iris.example.request, endpoint);
 * expect(endpoint.onlyRequest.body).toBe("5.1,3.5,1.4,0.2");
 * await endpoint.close();
 */
export class EndpointServer {
  /** The received requests in their order. */
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
        const isStream = request.path.endsWith("/invocations-response-stream");
        const give = (scripted: ScriptedAnswer) =>
          answer(outgoing, incoming.socket, isStream ? inEventStream(scripted) : scripted);
        const scripted = this.answers.shift();
        if (scripted !== undefined) give(scripted);
        else void this.compute(request).then(give);
      });
    });
  }

  /** Starts a server on a free port of 127.0.0.1. */
  static async start(): Promise<EndpointServer> {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new EndpointServer(server);
  }

  /** Scripts the answers to the next requests, one answer for each request. Later requests get the status 400. */
  willAnswer(...answers: readonly ScriptedAnswer[]): void {
    this.answers.push(...answers);
  }

  /** Sets the answer to every request without a scripted answer. */
  willAlwaysAnswer(answer: ScriptedAnswer | ComputedAnswer): void {
    this.lastAnswer = typeof answer === "function" ? answer : async () => answer;
  }

  /** The answer to a request without a scripted answer. Status 500 with the error if the computation throws. */
  private async compute(request: RecordedRequest): Promise<ScriptedAnswer> {
    try {
      return await this.lastAnswer(request);
    } catch (error) {
      return { status: 500, body: JSON.stringify({ Message: String(error) }) };
    }
  }

  /** `host:port`, as in the header Host. */
  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The base URL. */
  get url(): string {
    return `http://${this.host}`;
  }

  /** The number of connections since the start. */
  get connections(): number {
    return this.sockets.length;
  }

  /** The only received request. @throws Error if the server received another number of requests */
  get onlyRequest(): RecordedRequest {
    const [request] = this.requests;
    if (request === undefined || this.requests.length > 1) {
      throw new Error(`requests: got ${this.requests.length}; allowed: exactly one`);
    }
    return request;
  }

  /** Resolves when clients have opened this number of connections. */
  async connected(count: number): Promise<void> {
    while (this.connections < count) {
      await new Promise<void>((resolve) => this.server.once("connection", () => resolve()));
    }
  }

  /** Closes every open connection, as an idle timeout does. */
  async closeConnections(): Promise<void> {
    await this.dropConnections((socket) => socket.destroy());
  }

  /** Resets every open connection, as a load balancer does after the loss of its connection table. */
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

/** An answer that handlers do not retry, so that a test with too few scripted answers fails at once. */
const NOTHING_SCRIPTED: ScriptedAnswer = {
  status: 400,
  headers: { "x-amzn-errortype": "ValidationError" },
  body: '{"Message":"no answer is scripted for this request"}',
};

/** The answer of InvokeEndpointWithResponseStream: a successful answer is an event stream. */
function inEventStream(scripted: ScriptedAnswer): ScriptedAnswer {
  const { status = 200, headers = {}, body = "", parts = [body] } = scripted;
  if (status !== 200) return scripted;
  const messages = parts.map(payloadPart);
  return {
    ...scripted,
    headers: {
      ...headers,
      "content-type": "application/vnd.amazon.eventstream",
      ...(headers["content-type"] !== undefined && {
        "x-amzn-sagemaker-content-type": headers["content-type"],
      }),
    },
    body: Buffer.concat(messages),
    parts: messages,
  };
}

/** Sends each part alone. */
async function sendParts(
  outgoing: http.ServerResponse,
  { status = 200, headers, ...scripted }: ScriptedAnswer,
) {
  outgoing.writeHead(status, { ...headers });
  for (const part of scripted.parts ?? []) {
    if (outgoing.destroyed) return;
    outgoing.write(part);
    // A caller that has left must not keep the test's process alive.
    await new Promise((resolve) => setTimeout(resolve, scripted.partDelayInMs).unref());
  }
  outgoing.end();
}

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
        if (scripted.partDelayInMs !== undefined) {
          void sendParts(outgoing, scripted);
          return;
        }
        outgoing.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
        outgoing.end(body);
    }
  };
  if (delayInMs === 0) give();
  else setTimeout(give, delayInMs).unref();
}
