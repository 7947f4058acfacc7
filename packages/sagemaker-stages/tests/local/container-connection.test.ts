import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { ownContainer } from "../../src/local/sagemaker/container";

/** Shorter than the time in which this process is blocked. */
const CONNECT_TIMEOUT_IN_MS = 60;
const BLOCKED_IN_MS = 200;

const REQUEST = { contentType: "text/plain", accept: "text/plain", body: Buffer.from("Once") };

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Blocks this process, as the start of many processes does on a busy machine. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("the time for the connection to a container", () => {
  it("does not contain the time in which this process is blocked", async () => {
    // Prepare
    const server = http.createServer((incoming, outgoing) => {
      incoming
        .resume()
        .on("end", () => outgoing.writeHead(200, { "Content-Type": "text/plain" }).end("upon"));
    });
    closing.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const container = ownContainer(new URL(`http://127.0.0.1:${port}`), CONNECT_TIMEOUT_IN_MS);

    // Act
    const answered = container.invoke(REQUEST);
    // The connection is opened in the next ticks. Its event waits in the queue of the event loop.
    for (let tick = 0; tick < 10; tick++) await new Promise<void>((resolve) => process.nextTick(resolve));
    block(BLOCKED_IN_MS);
    const { status, body } = await answered;

    // Assess
    expect({ status, body: String(body) }).toEqual({ status: 200, body: "upon" });
  });

  it("ends when a host does not accept the connection", async () => {
    // Prepare
    const silent = new net.Socket();
    closing.push(() => silent.destroy());
    const create = http.request;
    // A socket that never connects, as one to a host that drops packets.
    const connecting = Object.assign(silent, { connecting: true });
    http.request = ((url: URL, options: http.RequestOptions) =>
      create(url, {
        ...options,
        agent: undefined,
        createConnection: () => connecting,
      })) as typeof http.request;
    closing.push(() => {
      http.request = create;
    });
    const container = ownContainer(new URL("http://127.0.0.1:9"), CONNECT_TIMEOUT_IN_MS);

    // Act
    const answered = container.invoke(REQUEST);

    // Assess
    await expect(answered).rejects.toThrow("cannot be reached at its address");
  });
});
