import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { fetchJson } from "../../src/authorizer/fetch-json";

let server: http.Server | undefined;

afterEach(async () => {
  const closing = server;
  server = undefined;
  closing?.closeAllConnections();
  await new Promise((resolve) => (closing === undefined ? resolve(undefined) : closing.close(resolve)));
});

async function serve(answer: http.RequestListener): Promise<string> {
  const started = http.createServer(answer);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", () => resolve()));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/jwks`;
}

describe("a document of an issuer", () => {
  it("is read when it is JSON", async () => {
    // Prepare
    const url = await serve((_, response) => response.end('{"keys":[]}'));

    // Act
    const document = await fetchJson(url, http.get);

    // Assess
    expect(document).toEqual({ keys: [] });
  });

  it("is read on a new connection, because the server can have closed the previous connection", async () => {
    // Prepare
    const used = new WeakSet<object>();
    const url = await serve(({ socket }, response) => {
      if (used.has(socket)) socket.destroy();
      used.add(socket);
      response.setHeader("connection", "keep-alive");
      response.end('{"keys":[]}');
    });
    await fetchJson(url, http.get);

    // Act
    const document = await fetchJson(url, http.get);

    // Assess
    expect(document).toEqual({ keys: [] });
  });

  it("is refused without TLS", async () => {
    // Prepare
    const url = await serve((_, response) => response.end('{"keys":[]}'));

    // Act
    const reading = fetchJson(url);

    // Assess
    await expect(reading).rejects.toThrow(new Error("ERR_INVALID_PROTOCOL"));
  });

  it.each<{ name: string; answer: http.RequestListener; reason: string }>([
    {
      name: "is not JSON",
      answer: (_, response) => response.end("<html>secret"),
      reason: "the document is not JSON",
    },
    {
      name: "has another status",
      answer: (_, response) => response.writeHead(503).end("{}"),
      reason: "status 503",
    },
    {
      name: "is a redirect",
      answer: (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
      reason: "status 302",
    },
    {
      name: "is longer than the limit",
      answer: (_, response) => response.end(`"${"x".repeat(200_000)}"`),
      reason: "more than 150000 bytes",
    },
    {
      name: "ends before its length",
      answer: (_, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write('{"keys":', () => response.destroy());
      },
      reason: "ECONNRESET",
    },
    { name: "never begins", answer: () => {}, reason: "no answer within 2000 ms" },
  ])("is refused when it $name", async ({ answer, reason }) => {
    // Prepare
    const url = await serve(answer);

    // Act
    const reading = fetchJson(url, http.get);

    // Assess
    await expect(reading).rejects.toThrow(new Error(reason));
  });

  it("is refused when it never ends", async () => {
    // Prepare
    const url = await serve((_, response) => {
      response.write('{"keys":');
    });

    // Act
    const reading = fetchJson(url, http.get);

    // Assess
    await expect(reading).rejects.toThrow(/no answer within 2000 ms/);
  }, 15_000);

  it("is refused when no server answers", async () => {
    // Prepare
    const url = await serve(() => {});
    await new Promise((resolve) => server?.close(resolve));
    server = undefined;

    // Act
    const reading = fetchJson(url, http.get);

    // Assess
    await expect(reading).rejects.toThrow("ECONNREFUSED");
  });
});
