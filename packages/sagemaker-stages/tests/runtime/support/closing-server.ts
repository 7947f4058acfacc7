import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";
import { predictions } from "./answers";

/** Emulates a SageMaker runtime that closes its first connection, and answers on every later connection. */
export class ClosingServer {
  /** The number of opened connections. */
  connections = 0;
  private readonly sockets = new Set<Socket>();
  private first: Socket | undefined;

  private constructor(private readonly server: net.Server) {}

  /**
   * Starts a server on a free port of 127.0.0.1.
   *
   * @param lastBytes - bytes that the server sends on the first connection before it closes the connection
   * @param when - whether the server closes the connection when it opens, or in place of the answer to the first
   * request
   */
  static async start(
    lastBytes: string,
    when: "at once" | "on the first request" = "at once",
  ): Promise<ClosingServer> {
    const server = net.createServer();
    const running = new ClosingServer(server);
    server.on("connection", (socket) => {
      running.connections++;
      running.sockets.add(socket);
      socket.on("error", () => socket.destroy());
      if (running.first !== undefined) {
        socket.on("data", () => socket.write(answerOf(predictions(0).body)));
        return;
      }
      running.first = socket;
      if (when === "at once") socket.end(lastBytes);
      else socket.once("data", () => socket.end(lastBytes));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return running;
  }

  /** `http://127.0.0.1:<port>` */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves when the client has had the time to read the last bytes of the first connection. */
  async firstClosed(): Promise<void> {
    if (this.first === undefined) await once(this.server, "connection");
    if (this.first?.writableFinished === false) await once(this.first, "finish");
    // The bytes are sent. This process reads them in one of the next turns of its event loop.
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function answerOf(body: string): string {
  const head = [
    "HTTP/1.1 200 OK",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
