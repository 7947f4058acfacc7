import http from "node:http";
import type { AddressInfo } from "node:net";

/** A request to a container. */
export interface ContainerInvocation {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly body: string;
}

/** The answer of a container. */
export interface ContainerAnswer {
  /** @default 200 */
  readonly status?: number;
  /** @default application/json */
  readonly contentType?: string;
  readonly body: string;
}

/** A model's container: an HTTP server on this machine whose answers the test sets. */
export class ContainerServer {
  /** The received requests, in order. */
  readonly invocations: ContainerInvocation[] = [];
  /** Makes the answers. */
  answer: (invocation: ContainerInvocation) => ContainerAnswer = () => ({ body: "" });
  /** Unanswered invocations, see {@link hold}. */
  readonly held: (() => void)[] = [];
  private isHeld = false;
  /** The delay of each answer. */
  answerTimeInMs = 0;
  /** The failure instead of an answer: closes the connection, or never answers. @default the container answers */
  closes: "before" | "within" | "never" | undefined;
  private readonly server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method = "", url: path = "", headers } = incoming;
      const invocation: ContainerInvocation = {
        method,
        path,
        contentType: headers["content-type"],
        accept: headers.accept,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      this.invocations.push(invocation);
      if (this.closes === "never") return;
      if (this.closes === "before") {
        incoming.socket.destroy();
        return;
      }
      if (this.closes === "within") {
        outgoing.writeHead(200, { "Content-Length": "100" }).write("{", () => incoming.socket.destroy());
        return;
      }
      const answer = () => {
        const { status = 200, contentType = "application/json", body } = this.answer(invocation);
        outgoing.writeHead(status, { "Content-Type": contentType }).end(body);
      };
      if (this.isHeld) this.held.push(answer);
      else this.answerLater(answer, outgoing);
    });
  });

  /** Answers after {@link answerTimeInMs}. A caller that no longer waits gets no answer, and leaves no timer. */
  private answerLater(answer: () => void, outgoing: http.ServerResponse): void {
    const timer = setTimeout(answer, this.answerTimeInMs);
    outgoing.once("close", () => clearTimeout(timer));
  }

  /** Holds all answers until {@link letGo}. */
  hold(): void {
    this.isHeld = true;
  }

  /** Sends the held answers, and answers later requests. */
  letGo(): void {
    this.isHeld = false;
    for (const answer of this.held.splice(0)) answer();
  }

  /** Starts to listen. @param port - default: any free port */
  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Stops the server and closes every connection. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
