import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createRequire } from "node:module";
import { connect, createServer, type Server } from "node:net";
import { describe, expect, it } from "@jest/globals";

type LeftOpen = (maxWaitInMs?: number) => Promise<string[]>;

const { openResources }: { openResources: (global: object) => LeftOpen } =
  createRequire(__filename)("../support/open-resources");

/** The timers of a test file. */
function timers() {
  return { setTimeout, setInterval };
}

async function listen(): Promise<Server> {
  const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`got the address ${address}`);
  return address.port;
}

describe("the resources that a test file leaves open", () => {
  it("are named when a server, a connection, a process and a timer are open", async () => {
    // Prepare
    const global = timers();
    const leftOpen = openResources(global);
    const server = await listen();
    const port = portOf(server);
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1_000)"], { stdio: "ignore" });
    const timer = global.setTimeout(() => {}, 60_000);

    // Act
    const left = await leftOpen(0);

    // Assess
    clearTimeout(timer);
    child.kill();
    socket.destroy();
    server.close();
    await Promise.all([once(child, "exit"), once(server, "close")]);
    expect(left).toEqual(
      expect.arrayContaining([
        expect.stringMatching(new RegExp(`^the server .*"port":${port}`)),
        expect.stringMatching(new RegExp(`^the connection \\d+ to ${port}$`)),
        expect.stringMatching(/^the process \d+ \(.*setInterval/),
        "a timer of 60000 ms",
      ]),
    );
  });

  it("are none when everything is closed, or keeps no process alive", async () => {
    // Prepare
    const global = timers();
    const leftOpen = openResources(global);
    const server = await listen();
    clearTimeout(global.setTimeout(() => {}, 60_000));
    const unreferenced = global.setInterval(() => {}, 60_000).unref();
    server.close();

    // Act
    const left = await leftOpen();

    // Assess
    clearInterval(unreferenced);
    expect(left).toEqual([]);
  });

  it("contain a timer that has not fired, even if it fires soon", async () => {
    // Prepare
    const global = timers();
    const leftOpen = openResources(global);
    const fired = new Promise<void>((resolve) => {
      global.setTimeout(resolve, 20);
    });

    // Act
    const left = await leftOpen();

    // Assess
    await fired;
    expect(left).toEqual(["a timer of 20 ms"]);
  });

  it("are the unread answers of fetch, without their queries, whatever their sizes", async () => {
    // Prepare
    const global = { ...timers(), fetch };
    const leftOpen = openResources(global);
    const server = createHttpServer((_, response) => response.end("answer")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${portOf(server)}`;
    const read = await global.fetch(`${url}/read`);
    await read.text();
    const cancelled = await global.fetch(`${url}/cancelled`);
    await cancelled.body?.cancel();
    const empty = await global.fetch(`${url}/empty`, { method: "HEAD" });
    const unread = await global.fetch(`${url}/unread?signature=secret`, { method: "POST" });

    // Act
    const left = await leftOpen();

    // Assess
    await unread.text();
    server.close();
    server.closeAllConnections();
    await once(server, "close");
    expect(empty.body).toBeNull();
    expect(left).toEqual([`the unread answer 200 of POST ${url}/unread`]);
  });
});
