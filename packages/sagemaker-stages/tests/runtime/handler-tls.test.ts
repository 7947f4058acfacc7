import { readFileSync } from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { predictions } from "./support/answers";
import { Bundle } from "./support/bundle";
import { ROW } from "./support/events";
import { environmentOf } from "./support/handler";

/**
 * A self-signed certificate for `localhost`, valid until 2126, and its key. Only these tests use them. A new pair:
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key.pem -out certificate.pem`
 */
const CERTIFICATE = join(__dirname, "support/tls/certificate.pem");
const KEY = join(__dirname, "support/tls/key.pem");

let bundle: Bundle;
let server: https.Server;
/** The server names that the clients sent (SNI), one per connection. */
let serverNames: unknown[];
let paths: (string | undefined)[];

beforeAll(() => {
  bundle = Bundle.of("loan-default");
});

afterAll(() => {
  bundle.remove();
});

beforeEach(async () => {
  serverNames = [];
  paths = [];
  server = https.createServer(
    { cert: readFileSync(CERTIFICATE), key: readFileSync(KEY) },
    (incoming, outgoing) => {
      paths.push(incoming.url);
      incoming.resume().on("end", () => outgoing.end(predictions(0).body));
    },
  );
  server.on("secureConnection", (socket) => {
    serverNames.push(socket instanceof TLSSocket ? Reflect.get(socket, "servername") : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Invokes the package twice in one process. @returns the answers */
async function invokeTwice(host: string, trust: NodeJS.ProcessEnv): Promise<unknown> {
  const { port } = server.address() as AddressInfo;
  const event = JSON.stringify({ data: ROW });
  const written = await bundle.runNode(
    `const { handler } = require(${JSON.stringify(bundle.path)});
    const context = { awsRequestId: "id", getRemainingTimeInMillis: () => 5000 };
    const { write } = process.stdout;
    process.stdout.write = () => true;
    (async () => {
      const answers = [await handler(${event}, context), await handler(${event}, context)];
      write.call(process.stdout, JSON.stringify(answers));
    })();`,
    { ...environmentOf({ url: `https://${host}:${port}` }), ...trust },
  );
  return JSON.parse(written);
}

it("requests to an https:// address share one TLS connection, which names the server", async () => {
  // Act
  const answers = await invokeTwice("localhost", { NODE_EXTRA_CA_CERTS: CERTIFICATE });

  // Assess
  expect(answers).toEqual(["repaid", "repaid"]);
  expect(serverNames).toEqual(["localhost"]);
  expect(paths).toEqual(Array(2).fill("/endpoints/dev-loan-default-endpoint/invocations"));
});

it.each([
  { certificate: "that no known authority signed", host: "localhost", trust: {} },
  { certificate: "of another host", host: "127.0.0.1", trust: { NODE_EXTRA_CA_CERTS: CERTIFICATE } },
])("no request reaches a server with a certificate $certificate", async ({ host, trust }) => {
  // Act
  const answers = await invokeTwice(host, trust);

  // Assess
  expect(answers).toEqual([
    expect.objectContaining({ status: 503 }),
    expect.objectContaining({ status: 503 }),
  ]);
  expect(paths).toEqual([]);
});
