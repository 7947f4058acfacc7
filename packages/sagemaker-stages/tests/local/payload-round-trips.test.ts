import { createHash } from "node:crypto";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { echoContainer } from "../support/containers/echo";
import type { StandIn } from "../support/containers/stand-in";
import {
  type BytesAnswer,
  type BytesRequest,
  HAS_BOTO3,
  HAS_CURL,
  runPython,
  sendWithCurl,
  sendWithFetch,
} from "./support/byte-clients";
import { send } from "./support/client";
import { EVERY_BYTE, FILES, fileOf, type SentFile } from "./support/files";
import { payloadApp } from "./support/payload-app";
import type { ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";
import { sign } from "./support/signing";

const START_TIMEOUT_IN_MS = 90_000;
const TIMEOUT_IN_MS = 60_000;
const MEGABYTE = 1024 * 1024;
/** The contract's limit, which is the limit of a serverless endpoint. */
const LIMIT = 4 * MEGABYTE;
const MAX_EVENT = 6 * MEGABYTE;

/** All files, and files with the sizes of the limits. */
const SENT: readonly SentFile[] = [...FILES, fileOf(1), fileOf(MEGABYTE), fileOf(LIMIT)];

let container: StandIn;
let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  if (!HAS_CURL) report("curl 7.75 or later is missing: the tests with curl are skipped.");
  if (!HAS_BOTO3) report("python3 with boto3 and numpy is missing: the tests with boto3 are skipped.");
  container = echoContainer();
  await container.listen();
  project = payloadApp();
  stage = await RunningStage.serve(project, ["dev", "--container", `file-echo=${container.url}`]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  await container?.close();
  project?.remove();
});

/** A console without the stack that Jest would print. */
function report(text: string): void {
  process.stderr.write(`${text}\n`);
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The bytes that the container received in the last request. */
function received(): Buffer {
  return container.invocations.at(-1)?.body ?? Buffer.alloc(0);
}

function functionUrlOf(model: string): string {
  const [, url] = new RegExp(`(http://\\S+)/ {2}\\(function URL of dev-${model}`).exec(stage.output) ?? [];
  if (url === undefined) throw new Error(`no function URL of ${model} in:\n${stage.output}`);
  return url;
}

/** Signs the request in this process, and sends it with `fetch`. */
async function sendSigned({ url, headers, body }: BytesRequest): Promise<BytesAnswer> {
  const { origin, pathname } = new URL(url);
  const signed = await sign(origin, { path: pathname, headers, body }, { service: "lambda" });
  return sendWithFetch({ url, headers: signed.headers ?? {}, body });
}

type Way = readonly [client: string, send: (request: BytesRequest) => Promise<BytesAnswer>];

const CURL: readonly Way[] = HAS_CURL ? [["curl", sendWithCurl]] : [];
const TO_STAGE: readonly Way[] = [...CURL, ["fetch", sendWithFetch]];
const TO_FUNCTION_URL: readonly Way[] = [...CURL, ["fetch", sendSigned]];

describe.each(TO_STAGE)("bytes to the REST API with %s", (_client, sendBytes) => {
  const url = () => `${stage.url}/dev/file-echo`;

  it.each(SENT)(
    "arrive and return unchanged: $name",
    async ({ contentType, bytes }) => {
      // Act
      const headers = { "Content-Type": contentType, Accept: contentType };
      const answer = await sendBytes({ url: url(), headers, body: bytes });

      // Assess
      expect(sha256(received())).toBe(sha256(bytes));
      expect(answer).toMatchObject({ status: 201, headers: { "content-type": contentType } });
      expect(sha256(answer.body)).toBe(sha256(bytes));
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the handler refuses a body of one byte too many, and the error names the contract's limit",
    async () => {
      // Act
      const { contentType, bytes } = fileOf(LIMIT + 1);
      const headers = { "Content-Type": contentType, Accept: contentType };
      const answer = await sendBytes({ url: url(), headers, body: bytes });

      // Assess
      expect(problemIn(answer)).toMatchObject({
        status: 413,
        detail: `body: got ${LIMIT + 1} bytes; allowed: at most ${LIMIT}`,
      });
    },
    TIMEOUT_IN_MS,
  );
});

function problemIn({ status, headers, body }: BytesAnswer): { status: number; detail: string } {
  expect(headers["content-type"]).toBe("application/problem+json");
  const problem = JSON.parse(body.toString("utf8")) as { status: number; detail: string };
  expect(problem.status).toBe(status);
  return problem;
}

describe("bytes to the REST API", () => {
  const call = (headers: Record<string, string>, body: Buffer) =>
    sendWithFetch({ url: `${stage.url}/dev/file-echo`, headers, body });

  it.each(["*/*", "application/json", "image/webp,*/*", "text/html,*/*;q=0.8", "IMAGE/JPEG,*/*"])(
    "return as JSON when Accept is %s, because API Gateway would leave bytes in base64",
    async (Accept) => {
      // Act
      const answer = await call({ "Content-Type": "image/jpeg", Accept }, EVERY_BYTE.bytes);

      // Assess
      expect(answer).toMatchObject({ status: 201, headers: { "content-type": "application/json" } });
      expect(JSON.parse(answer.body.toString("utf8"))).toEqual({
        contentType: "image/jpeg",
        base64: EVERY_BYTE.bytes.toString("base64"),
      });
    },
  );

  it("the bytes can be sent as base64 in JSON, and return as bytes", async () => {
    // Act
    const request = { contentType: "image/jpeg", base64: EVERY_BYTE.bytes.toString("base64") };
    const headers = { "Content-Type": "application/json", Accept: "image/jpeg" };
    const answer = await call(headers, Buffer.from(JSON.stringify(request)));

    // Assess
    expect(sha256(received())).toBe(sha256(EVERY_BYTE.bytes));
    expect(answer).toMatchObject({ status: 201, headers: { "content-type": "image/jpeg" } });
    expect(sha256(answer.body)).toBe(sha256(EVERY_BYTE.bytes));
  });

  it("the bytes have only the headers of the contract in both directions", async () => {
    // Act
    const answer = await call(
      {
        "Content-Type": "image/jpeg",
        Accept: "image/jpeg",
        "X-Correlation-Id": "order-17",
        "X-Other": "stays behind",
      },
      EVERY_BYTE.bytes,
    );

    // Assess
    expect(answer.headers).toMatchObject({ "x-model-version": "7", "x-correlation-id": "order-17" });
    expect(answer.headers["access-control-expose-headers"]).toBe(
      "Retry-After,x-amzn-RequestId,x-model-version,x-correlation-id",
    );
    expect(container.invocations.at(-1)?.headers).toMatchObject({
      "x-amzn-sagemaker-custom-attributes": "order-17",
      "content-type": "image/jpeg",
      accept: "image/jpeg",
    });
    expect(container.invocations.at(-1)?.headers).not.toHaveProperty("x-other");
  });

  it("the bytes of another type are refused by the function with the allowed types", async () => {
    // Act
    const answer = await call({ "Content-Type": "image/gif" }, EVERY_BYTE.bytes);

    // Assess
    const { status, detail } = problemIn(answer);
    expect(status).toBe(415);
    expect(detail).toContain('"image/gif"; allowed: application/json or application/octet-stream');
  });

  it("the bytes in a form are refused, and the message names the correct way to send bytes", async () => {
    // Prepare
    const form = new FormData();
    form.set("file", new Blob([EVERY_BYTE.bytes]), "every.bin");

    // Act
    const response = await fetch(`${stage.url}/dev/file-echo`, { method: "POST", body: form });

    // Assess
    expect(response.status).toBe(415);
    expect(await response.text()).toContain("--data-binary");
  });

  it(
    "bytes above the event's limit are refused with this limit, and bytes above the contract's limit by the function",
    async () => {
      // Prepare
      const sendOf = (size: number) =>
        call({ "Content-Type": "application/octet-stream" }, fileOf(size).bytes);
      const reachesFunction = async (size: number) =>
        problemIn(await sendOf(size)).detail.includes(`allowed: at most ${LIMIT}`);

      // Act
      const longest = await findLongest(reachesFunction);
      const tooLong = problemIn(await sendOf(longest + 1));

      // Assess
      expect(longest).toBeGreaterThan(4.4 * MEGABYTE);
      expect(tooLong.status).toBe(413);
      expect(tooLong.detail).toContain(`at most ${MAX_EVENT} bytes`);
    },
    TIMEOUT_IN_MS,
  );

  it("the bytes above 10 MB are refused with API Gateway's limit", async () => {
    // Act
    const body = Buffer.alloc(10 * MEGABYTE + 1);
    const answer = await call({ "Content-Type": "application/octet-stream" }, body);

    // Assess
    expect(answer.status).toBe(413);
    expect(answer.body.toString("utf8")).toBe("HTTP content length exceeded 10485760 bytes.");
  });
});

/**
 * The approximate length of the longest body in an event of 6 MB. The exact length depends on the event's other
 * members.
 */
async function findLongest(fits: (size: number) => Promise<boolean>): Promise<number> {
  let taken = LIMIT + 1;
  let refused = (MAX_EVENT * 3) / 4;
  while (refused - taken > 1) {
    const size = Math.floor((taken + refused) / 2);
    if (await fits(size)) taken = size;
    else refused = size;
  }
  return taken;
}

describe.each(TO_FUNCTION_URL)("bytes to the function URL with %s and a signature", (_client, sendBytes) => {
  const sendFile = ({ contentType, bytes }: SentFile, Accept = contentType) =>
    sendBytes({
      url: `${functionUrlOf("file-echo")}/`,
      headers: { "Content-Type": contentType, Accept },
      body: bytes,
      signedFor: "aws:amz:us-east-1:lambda",
    });

  it.each(SENT)(
    "arrive and return unchanged: $name",
    async (file) => {
      // Act
      const answer = await sendFile(file);

      // Assess
      expect(sha256(received())).toBe(sha256(file.bytes));
      expect(answer).toMatchObject({ status: 201, headers: { "content-type": file.contentType } });
      expect(sha256(answer.body)).toBe(sha256(file.bytes));
    },
    TIMEOUT_IN_MS,
  );

  it("return as bytes when Accept is */*", async () => {
    // Act
    const answer = await sendFile(EVERY_BYTE, "*/*");

    // Assess
    expect(sha256(answer.body)).toBe(sha256(EVERY_BYTE.bytes));
  });

  it(
    "the handler refuses a body of one byte too many, and the error names the contract's limit",
    async () => {
      // Act
      const answer = await sendFile(fileOf(LIMIT + 1));

      // Assess
      expect(problemIn(answer)).toMatchObject({
        status: 413,
        detail: expect.stringContaining(`at most ${LIMIT}`),
      });
    },
    TIMEOUT_IN_MS,
  );

  it("the bytes that are not UTF-8 are refused with a type that function URLs forward as text", async () => {
    // Act
    const answer = await sendFile({ ...EVERY_BYTE, contentType: "text/csv" });

    // Assess
    const { status, detail } = problemIn(answer);
    expect(status).toBe(400);
    expect(detail).toContain("bytes converted to text");
  });
});

/** Invokes a function and prints its answer: parameters on standard input, one JSON document. */
const INVOKE_WITH_BOTO3 = `
import json, sys, boto3
request = json.load(sys.stdin)
client = boto3.client(
    "lambda", endpoint_url=request["endpoint"], region_name="us-east-1",
    aws_access_key_id="local", aws_secret_access_key="local",
)
answer = client.invoke(FunctionName=request["function"], Payload=json.dumps(request["payload"]))
print(json.dumps({"status": answer["StatusCode"], "error": answer.get("FunctionError"), "payload": json.load(answer["Payload"])}))
`;

interface Invoked {
  readonly status: number;
  readonly payload: unknown;
}

async function invokeWithBoto3(payload: unknown): Promise<Invoked> {
  const request = { endpoint: stage.url, function: "dev-file-echo", payload };
  return JSON.parse(await runPython(INVOKE_WITH_BOTO3, JSON.stringify(request))) as Invoked;
}

async function invokeWithSdk(payload: unknown): Promise<Invoked> {
  const client = new LambdaClient({
    endpoint: stage.url,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  try {
    const { StatusCode: status = 0, Payload } = await client.send(
      new InvokeCommand({ FunctionName: "dev-file-echo", Payload: JSON.stringify(payload) }),
    );
    return { status, payload: JSON.parse(Payload?.transformToString() ?? "null") };
  } finally {
    client.destroy();
  }
}

const INVOKERS: readonly (readonly [string, (payload: unknown) => Promise<Invoked>])[] = [
  ["the AWS SDK for JavaScript", invokeWithSdk],
  ...(HAS_BOTO3 ? [["boto3", invokeWithBoto3] as const] : []),
];

describe.each(INVOKERS)("bytes in a direct invocation with %s", (_client, invoke) => {
  it.each(SENT)(
    "arrive and return unchanged in the JSON of their base64: $name",
    async ({ contentType, bytes }) => {
      // Act
      const { status, payload } = await invoke({ contentType, base64: bytes.toString("base64") });

      // Assess
      expect(status).toBe(200);
      expect(sha256(received())).toBe(sha256(bytes));
      const { base64, ...rest } = payload as { contentType: string; base64: string };
      expect(rest).toEqual({ contentType });
      expect(sha256(Buffer.from(base64, "base64"))).toBe(sha256(bytes));
    },
    TIMEOUT_IN_MS,
  );

  it(
    "the handler refuses a body of one byte too many, and the error names the contract's limit",
    async () => {
      // Act
      const { contentType, bytes } = fileOf(LIMIT + 1);
      const { payload } = await invoke({ contentType, base64: bytes.toString("base64") });

      // Assess
      expect(payload).toMatchObject({ status: 413, detail: expect.stringContaining(`at most ${LIMIT}`) });
    },
    TIMEOUT_IN_MS,
  );
});

describe("a page's preflight", () => {
  it("allows the headers of the contract on the stage and on the function URL", async () => {
    // Act
    const headers = {
      Origin: "https://www.example.com",
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "content-type,x-correlation-id",
    };
    const answers = [
      await send(stage.url, { method: "OPTIONS", path: "/dev/file-echo", headers }),
      await send(functionUrlOf("file-echo"), { method: "OPTIONS", path: "/", headers }),
    ];

    // Assess
    for (const answer of answers) {
      expect(answer.headers["access-control-allow-headers"]?.split(",")).toContain("x-correlation-id");
    }
  });
});

describe("the banner", () => {
  it("shows how to send a file, and the address of Lambda's Invoke", () => {
    // Act
    const { output } = stage;

    // Assess
    expect(output).toContain(
      `curl '${stage.url}/dev/file-echo' -H 'content-type: application/octet-stream' --data-binary @FILE`,
    );
    expect(output).toContain(
      `Lambda  ${stage.url}  (e.g. boto3.client("lambda", endpoint_url="${stage.url}"))`,
    );
    expect(output.match(/--data-binary/g)).toHaveLength(1);
  });
});
