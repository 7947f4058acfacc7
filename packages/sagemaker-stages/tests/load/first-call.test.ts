import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { firstCall } from "../../src/load/first-call";
import type { Check } from "../../src/smoke/checks";

describe("the first call", () => {
  const servers: http.Server[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  /** The check of a route that answers with the statuses in their order, the last one again and again. */
  async function checkOf(...statuses: readonly number[]): Promise<Check> {
    let requests = 0;
    const server = http.createServer((_, response) => {
      const status = statuses[Math.min(requests++, statuses.length - 1)] ?? 200;
      // The next try follows at once.
      response.writeHead(status, { "retry-after": "0" }).end();
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return {
      route: "POST /iris",
      caller: "with the key",
      expected: "200, an answer",
      request: () => ({ method: "POST", url, headers: {}, body: "{}" }),
      findFault: ({ status }) => (status === 200 ? undefined : "not 200"),
      isTransient: () => false,
    };
  }

  it("counts every try while the endpoint starts, and the time from the first one", async () => {
    // Prepare
    const check = await checkOf(503, 503, 504, 200);
    const start = performance.now();

    // Act
    const { tries, tookInMs } = await firstCall(check, 30);

    // Assess
    const passed = performance.now() - start;
    expect(tries).toBe(4);
    // The time of the last try alone would be a small part of the time that has passed.
    expect(tookInMs).toBeGreaterThan(passed * 0.6);
    expect(tookInMs).toBeLessThanOrEqual(passed);
  });

  it("ends the command when the answer is final", async () => {
    // Prepare
    const check = await checkOf(403);

    // Act and assess
    await expect(firstCall(check, 30)).rejects.toThrow(
      "The first call of POST /iris, with the key, failed: got 403, not 200; expected 200, an answer. The run was not started.",
    );
  });
});
