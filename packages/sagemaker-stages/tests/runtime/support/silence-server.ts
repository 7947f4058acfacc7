import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";
import { predictions } from "./answers";

/** Plays a SageMaker runtime that gives its first connection up, and answers on every later one. */
export class SilenceServer {
  /** How many connections were opened. */
  connections = 0;
  private readonly sockets = new Set<Socket>();
  private first: Socket | undefined;

  private constructor(private readonly server: net.Server) {}

  /**
   * A server on a free port of 127.0.0.1.
   *
   * @param lastWords - bytes on the first connection before it is ended
   * @param when - as soon as it is opened, or in place of the answer to its first request
   */
  static async start(
    lastWords: string,
    when: "at once" | "when it is asked" = "at once",
  ): Promise<SilenceServer> {
    const server = net.createServer();
    const playing = new SilenceServer(server);
    server.on("connection", (socket) => {
      playing.connections++;
      playing.sockets.add(socket);
      socket.on("error", () => socket.destroy());
      if (playing.first !== undefined) {
        socket.on("data", () => socket.write(answerOf(predictions(0).body)));
        return;
      }
      playing.first = socket;
      if (when === "at once") socket.end(lastWords);
      else socket.once("data", () => socket.end(lastWords));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return playing;
  }

  /** `http://127.0.0.1:<port>` */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves when the other side has had the time to read the last words of the first connection. */
  async gaveUp(): Promise<void> {
    if (this.first === undefined) await once(this.server, "connection");
    if (this.first?.writableFinished === false) await once(this.first, "finish");
    // The bytes are sent; this process reads them in one of the next turns of its event loop.
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
