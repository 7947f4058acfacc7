import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { HttpRequest } from "../smoke/http";

/** Error codes of Node.js, as in the report. Other errors have their code as the reason. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  ETIMEDOUT: "no connection",
  EPIPE: "connection closed",
  ENOTFOUND: "unknown host name",
  EAI_AGAIN: "the host name cannot be resolved at the moment",
  EMFILE: "too many open files on this machine (ulimit -n)",
};

/** The result of a request after {@link HttpSender.close}. */
export const SENDER_CLOSED = "not answered before the end of the run";

/** The server closed the idle connection while the request was sent. The request can be sent again. */
const CLOSED_WHILE_IDLE = Symbol("closed while idle");

/** A timer of a busy machine is this late, and the first round trip of a connection can be faster than later ones. */
const RESET_MARGIN_IN_MS = 20;

/**
 * Sends requests over connections that stay open, as a client of a model does. `fetch` would need twice the time of a core
 * for each request.
 */
export class HttpSender {
  private readonly agents: { readonly http: http.Agent; readonly https: https.Agent };
  private readonly open = new Set<http.ClientRequest>();
  /** The round trip of each connection in milliseconds: the time in which it was established. */
  private readonly roundTrips = new WeakMap<Socket, number>();
  private closed = false;
  private resentRequests = 0;

  /**
   * @param maxConnections - the maximum number of open connections
   * @param resetMarginInMs - the time after two round trips in which a reset belongs to the idle connection
   */
  constructor(
    maxConnections: number,
    private readonly resetMarginInMs = RESET_MARGIN_IN_MS,
  ) {
    const options = { keepAlive: true, maxSockets: maxConnections, maxFreeSockets: maxConnections };
    this.agents = { http: new http.Agent(options), https: new https.Agent(options) };
  }

  /** The number of requests that were sent again, because the server had closed the idle connection. */
  get resent(): number {
    return this.resentRequests;
  }

  /**
   * Sends a request, and reads the whole answer. A request is sent again once, if its idle connection was closed.
   *
   * @returns the status of the answer, or the reason why there is no answer
   */
  async send(request: HttpRequest, timeoutInMs: number): Promise<number | string> {
    const deadline = performance.now() + timeoutInMs;
    const first = await this.sendOnce(request, timeoutInMs);
    if (first !== CLOSED_WHILE_IDLE) return first;
    if (this.closed) return SENDER_CLOSED;
    this.resentRequests++;
    const second = await this.sendOnce(request, deadline - performance.now());
    return second === CLOSED_WHILE_IDLE ? "connection reset" : second;
  }

  /** Closes all connections, and ends the open requests. The sender sends nothing afterwards. */
  close(): void {
    this.closed = true;
    for (const outgoing of this.open) outgoing.destroy();
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  private sendOnce(
    { method, url, headers, body }: HttpRequest,
    timeoutInMs: number,
  ): Promise<number | string | typeof CLOSED_WHILE_IDLE> {
    if (this.closed) return Promise.resolve(SENDER_CLOSED);
    const isHttps = url.startsWith("https:");
    return new Promise((resolve) => {
      const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const options = { method, headers: { ...headers, ...length } };
      const outgoing = isHttps
        ? https.request(url, { ...options, agent: this.agents.https })
        : http.request(url, { ...options, agent: this.agents.http });
      this.open.add(outgoing);
      const finish = (result: number | string | typeof CLOSED_WHILE_IDLE) => {
        clearTimeout(timer);
        this.open.delete(outgoing);
        resolve(this.closed ? SENDER_CLOSED : result);
      };
      const timer = setTimeout(
        () => {
          finish("no answer in time");
          outgoing.destroy();
        },
        Math.max(0, Math.ceil(timeoutInMs)),
      );
      /** Whether a reset of the connection can only be that of the idle connection. */
      let isResetOfIdle = () => false;
      outgoing.on("socket", (socket) => {
        if (!outgoing.reusedSocket) return this.measureRoundTrip(socket);
        const sentAt = performance.now();
        const { bytesRead } = socket;
        const limit = 2 * (this.roundTrips.get(socket) ?? 0) + this.resetMarginInMs;
        isResetOfIdle = () => socket.bytesRead === bytesRead && performance.now() - sentAt <= limit;
      });
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        const { code = error.name } = error;
        // A server closes idle connections at any time: it has not processed a request on such a connection
        // (https://nodejs.org/api/http.html#requestreusedsocket). The reset arrives after one round trip, and before any byte
        // of an answer. A later reset can be a failure of the model.
        finish(code === "ECONNRESET" && isResetOfIdle() ? CLOSED_WHILE_IDLE : (REASONS[code] ?? code));
      });
      outgoing.on("response", (incoming) => {
        incoming.on("error", () => finish("the connection closed within the answer"));
        incoming.on("end", () => finish(incoming.statusCode ?? 0));
        incoming.resume();
      });
      outgoing.end(body);
    });
  }

  private measureRoundTrip(socket: Socket): void {
    let start = performance.now();
    // The address of the host is known: the connection starts.
    socket.once("lookup", () => {
      start = performance.now();
    });
    socket.once("connect", () => this.roundTrips.set(socket, performance.now() - start));
  }
}
