import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach } from "@jest/globals";

/** The API of API Gateway that returns the values of keys, as a test sees it. Each test starts with the status 200. */
export interface KeyServer {
  /** The paths of the requests, in their order. */
  readonly requestedPaths: (string | undefined)[];
  /** The status of the next answers. */
  status: number;
}

/**
 * Serves the values of keys for each test of a `describe`, as the endpoint of the AWS SDK in this process.
 *
 * @param variable - the variable with the keys of a smoke test; it is absent at the start of each test
 * @param valueOfKey - the value of the key with an id
 */
export function serveKeys(variable: string, valueOfKey: (id: string | undefined) => string): KeyServer {
  const names = ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", variable];
  const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  const keys: KeyServer = { requestedPaths: [], status: 200 };
  const server = http.createServer((request, response) => {
    keys.requestedPaths.push(request.url);
    response.writeHead(keys.status, { "Content-Type": "application/json" });
    const [, id] = /^\/apikeys\/(\w+)/.exec(request.url ?? "") ?? [];
    response.end(
      JSON.stringify(keys.status === 200 ? { value: valueOfKey(id) } : { message: "not authorized" }),
    );
  });

  beforeEach(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
    process.env.AWS_ACCESS_KEY_ID = "test";
    process.env.AWS_SECRET_ACCESS_KEY = "test";
    delete process.env[variable];
    keys.requestedPaths.length = 0;
    keys.status = 200;
  });

  afterEach(async () => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  return keys;
}
