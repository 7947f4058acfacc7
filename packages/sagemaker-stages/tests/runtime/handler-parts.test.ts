import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { unzipSync } from "fflate";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { functionUrlEvent } from "../../src/testing/events";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { copyProject, runNode } from "../stacks/support/project";
import { environmentOf } from "./support/handler";
import { EVERY_BYTE, JPEG } from "./support/image-contract";

const FUNCTION_CODE = join(__dirname, "../../src/constructs/function/function-code");
const TIMEOUT_IN_MS = 60_000;
/** The limit of every package, see package-size.ts. */
const MAX_BYTES = 12 * 1024;

/** A contract that needs every part of a handler except the query. */
const CONTRACT = `import { bytesOf, type Bytes, type Contract, toBytes } from "sagemaker-stages/model";
import * as z from "zod/mini";

const schema = z.strictObject({ contentType: z.string(), base64: z.string() });

export const contract = {
  model: "mirror",
  route: { method: "POST", path: "/mirror" },
  schema,
  limits: { rows: 1, payloadInBytes: 4_000_000 },
  bytes: { takes: ["image/jpeg"], read: (bytes) => bytes },
  answerTypes: ["image/png"],
  callerHeaders: ["x-tag"],
  encode: (image, { accept, headers }) => ({
    contentType: image.contentType,
    accept,
    body: bytesOf(image),
    rows: 1,
    headers: { customAttributes: headers["x-tag"] ?? "none" },
  }),
  decode: (_body, _request, reply) => toBytes(reply),
} satisfies Contract<z.infer<typeof schema>, Bytes>;
`;

const folder = makeTempFolder();
let endpoint: EndpointServer;

beforeAll(async () => {
  endpoint = await EndpointServer.start();
  const project = join(folder, "app");
  copyProject(project);
  mkdirSync(join(project, "functions/mirror"));
  writeFileSync(join(project, "functions/mirror/contract.ts"), CONTRACT);
});

afterAll(async () => {
  removeFolder(folder);
  await endpoint.close();
});

it(
  "a package contains the parts that its contract needs, and is smaller than the limit",
  async () => {
    // Prepare
    const project = join(folder, "app");
    endpoint.willAnswer({ headers: { "content-type": "image/png" }, body: EVERY_BYTE });
    writeFileSync(
      join(project, "package.ts"),
      `import { functionCode } from ${JSON.stringify(FUNCTION_CODE)};
console.log(JSON.stringify(Buffer.from(functionCode("mirror").zip).toString("base64")));
`,
    );
    const event = functionUrlEvent(
      { method: "POST" },
      { body: JPEG, contentType: "image/jpeg", headers: { accept: "image/png", "x-tag": "seven" } },
    );

    // Act
    const packaged = await runNode(["--import", "tsx", "package.ts"], project);
    const code =
      unzipSync(Buffer.from(JSON.parse(packaged.stdout), "base64"))["index.js"] ?? new Uint8Array();
    writeFileSync(join(project, "index.cjs"), code);
    writeFileSync(
      join(project, "invoke.cjs"),
      `Object.assign(process.env, ${JSON.stringify(environmentOf(endpoint))});
const { handler } = require("./index.cjs");
process.stdout.write = () => true;
handler(${JSON.stringify(event)}, { awsRequestId: "id", getRemainingTimeInMillis: () => 5000 })
  .then((answer) => { console.error(JSON.stringify(answer)); process.exit(); });
`,
    );
    const { stderr } = await runNode(["invoke.cjs"], project, "UTC", "with network");

    // Assess
    expect(packaged.stderr).toBe("");
    expect(JSON.parse(stderr)).toMatchObject({
      statusCode: 200,
      headers: { "Content-Type": "image/png" },
      body: Buffer.from(EVERY_BYTE).toString("base64"),
      isBase64Encoded: true,
    });
    const sent = endpoint.onlyRequest;
    expect(Buffer.from(sent.bytes).equals(Buffer.from(JPEG))).toBe(true);
    expect(sent.headers["x-amzn-sagemaker-custom-attributes"]).toBe("seven");
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(MAX_BYTES);
  },
  TIMEOUT_IN_MS,
);
