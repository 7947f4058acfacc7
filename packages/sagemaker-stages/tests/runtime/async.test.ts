import { Sha256 } from "@aws-crypto/sha256-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { SignatureV4 } from "@smithy/signature-v4";
import { callerOf } from "../../src/runtime/async/caller";
import { createAsyncHandlerWith } from "../../src/runtime/async/handler";
import { readAsyncLocation } from "../../src/runtime/async/location";
import { keysOf } from "../../src/runtime/async/record";
import { createAsyncStore } from "../../src/runtime/async/store";
import type { Contract } from "../../src/runtime/contract";
import { EVERY_PART } from "../../src/runtime/parts";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { functionUrlEvent, lambdaContext } from "../../src/testing/events";
import {
  contract as housePrice,
  about as housePriceAbout,
} from "../fixtures/app/functions/house-price/contract";
import { contract as loanDefault } from "../fixtures/app/functions/loan-default/contract";
import { fetchWhole } from "../support/fetch-whole";
import { AsyncEndpoint, type AsyncRoutes, idIn } from "./support/async-requests";
import { JPEG, mirror } from "./support/image-contract";
import { type CapturedLog, captureLog } from "./support/log";
import { LossyStorage } from "./support/lossy-storage";

const LOAN = JSON.stringify({ data: "52000.5,8500,36" });

/** Images pass to the endpoint, and the endpoint's images to the caller. */
const passedImage = {
  ...mirror,
  model: "passed-image",
  passThrough: { accept: "image/png" },
  limits: { rows: 1, payloadInBytes: 100_000_000 },
} satisfies Contract<{ contentType: string; base64: string }, unknown>;

const ROLE = "arn:aws:sts::111122223333:assumed-role/planning";

let endpoint: AsyncEndpoint;
let log: CapturedLog;

beforeAll(async () => {
  endpoint = new AsyncEndpoint();
  await endpoint.start();
});

beforeEach(() => {
  log = captureLog();
  endpoint.answer(async () => ({
    status: 200,
    contentType: "application/json",
    body: JSON.stringify({ predictions: [{ predicted_label: 0 }] }),
  }));
});

afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => endpoint.close());

describe("an asynchronous request of a caller", () => {
  it.each([
    [
      "another signer",
      { identity: { userArn: "arn:aws:iam::111122223333:user/one" } },
      { identity: { userArn: "arn:aws:iam::111122223333:user/two" } },
    ],
    ["another role", { identity: { userArn: `${ROLE}/a` } }, { identity: { userArn: `${ROLE}-other/a` } }],
    [
      "another signed-in user of the same role",
      { identity: { userArn: `${ROLE}/c`, cognitoIdentityId: "eu:1" } },
      { identity: { userArn: `${ROLE}/c`, cognitoIdentityId: "eu:2" } },
    ],
    [
      "another customer or token",
      { authorizer: { principalId: "acme" } },
      { authorizer: { principalId: "globex" } },
    ],
    [
      "another user of a user pool",
      { authorizer: { claims: { iss: "i", sub: "1" } } },
      { authorizer: { claims: { iss: "i", sub: "2" } } },
    ],
    ["a caller without an identity", { authorizer: { principalId: "acme" } }, {}],
  ])("answers 404 to %s", async (_, one, other) => {
    // Prepare
    const own = endpoint.routesOf(loanDefault, one);
    const id = idIn(await own.start(LOAN));

    // Act
    const foreign = await endpoint.routesOf(loanDefault, other).read(id);
    const unknown = await endpoint.routesOf(loanDefault, other).read("x".repeat(32));
    const answer = await own.answer(id);

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: '"repaid"' });
    // Both answers are equal, so that no caller learns that an id exists.
    expect(foreign).toMatchObject({ statusCode: 404, body: unknown.body });
  });

  it("answers to another session of the same role, over a REST API and a function URL", async () => {
    // Prepare
    const id = idIn(
      await endpoint.routesOf(loanDefault, { identity: { userArn: `${ROLE}/one` } }).start(LOAN),
    );
    const { handler } = endpoint.routesOf(loanDefault);
    const event = functionUrlEvent({ method: "GET" }, {}) as { requestContext: object };

    // Act
    const rest = await endpoint.routesOf(loanDefault, { identity: { userArn: `${ROLE}/two` } }).answer(id);
    const url = await handler(
      {
        ...event,
        rawPath: `/requests/${id}`,
        requestContext: { ...event.requestContext, authorizer: { iam: { userArn: `${ROLE}/three` } } },
      },
      lambdaContext(),
    );

    // Assess
    expect(rest.statusCode).toBe(200);
    expect(url).toMatchObject({ statusCode: 200, body: '"repaid"' });
  });

  it("has different ids for two callers with the same Idempotency-Key and body", async () => {
    // Act
    const headers = { "Idempotency-Key": "1" };
    const ids = await Promise.all(
      ["acme", "globex"].map(async (principalId) =>
        idIn(
          await endpoint
            .routesOf(loanDefault, { authorizer: { principalId } })
            .start(LOAN, "application/json", headers),
        ),
      ),
    );

    // Assess
    expect(new Set(ids).size).toBe(2);
  });

  it("refuses an upload of another caller", async () => {
    // Prepare
    const own = endpoint.routesOf(loanDefault, { authorizer: { principalId: "acme" } });
    const permitted = JSON.parse(
      (await own.upload({ contentType: "application/json", bytes: LOAN.length })).body,
    );
    await fetchWhole(permitted.url, { method: "PUT", headers: permitted.headers, body: LOAN });

    // Act
    const foreign = await endpoint.routesOf(loanDefault).startUpload(permitted.id);
    const accepted = await own.startUpload(permitted.id);

    // Assess
    expect([foreign.statusCode, accepted.statusCode]).toEqual([404, 202]);
  });
});

describe("an asynchronous request of another kind", () => {
  it("answers a direct invocation with the id, and then with the answer", async () => {
    // Prepare
    const { handler } = endpoint.routesOf(loanDefault);

    // Act
    const accepted = await handler({ data: "52000.5,8500,36" }, lambdaContext());
    const { id } = accepted as { readonly id: string };
    let answer: unknown;
    do {
      answer = await handler({ asyncRequestId: id }, lambdaContext());
    } while ((answer as { status?: string }).status === "pending");
    const unknown = await handler({ asyncRequestId: "x".repeat(32) }, lambdaContext());

    // Assess
    expect(accepted).toEqual({ id: expect.stringMatching(/^[\w-]{32}$/), status: "pending" });
    expect(answer).toEqual({ id, status: "done", answer: "repaid" });
    expect(unknown).toMatchObject({ status: 404 });
  });

  it("answers a function URL with addresses below the URL", async () => {
    // Prepare
    const { handler } = endpoint.routesOf(loanDefault);
    const post = (path: string, body: string) =>
      handler(
        { ...(functionUrlEvent({ method: "POST" }, { body }) as object), rawPath: path },
        lambdaContext(),
      );

    // Act
    const accepted = await post("/", LOAN);
    const permitted = await post("/uploads", JSON.stringify({ contentType: "application/json", bytes: 2 }));
    const unknown = await post("/requests/1", "{}");

    // Assess
    expect(accepted).toMatchObject({
      statusCode: 202,
      headers: { Location: expect.stringMatching(/^\/requests\/[\w-]{32}$/), "Retry-After": "5" },
    });
    expect(permitted).toMatchObject({
      statusCode: 201,
      headers: { Location: expect.stringMatching(/^\/uploads\/[\w-]{32}$/) },
    });
    expect(unknown).toMatchObject({ statusCode: 404 });
  });

  it("answers a text with a text", async () => {
    // Prepare
    const text = { ...loanDefault, text: { read: (data: string) => ({ data }), write: String } };
    const routes = endpoint.routesOf(text);

    // Act
    const answer = await routes.answer(idIn(await routes.start("52000.5,8500,36", "text/plain")));

    // Assess
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { "Content-Type": "text/plain" },
      body: "repaid",
    });
  });

  it("answers with the bytes of the model when the reader accepts bytes, else with JSON", async () => {
    // Prepare
    endpoint.answer(async ({ body }) => ({ status: 200, contentType: "image/png", body }));
    const routes = endpoint.routesOf(mirror);

    // Act
    const id = idIn(await routes.start(JPEG, "image/jpeg", { Accept: "image/png" }));
    const bytes = await routes.answer(id, { Accept: "image/png" });
    const json = await routes.answer(id, { Accept: "application/json" });

    // Assess
    expect(bytes).toMatchObject({ headers: { "Content-Type": "image/png" }, isBase64Encoded: true });
    expect(Buffer.from(bytes.body, "base64")).toEqual(Buffer.from(JPEG));
    expect(JSON.parse(json.body)).toEqual({ contentType: "image/png", base64: bytes.body });
  });

  it("passes JSON through unchanged in both directions", async () => {
    // Prepare
    const received: string[] = [];
    endpoint.answer(async ({ body }) => {
      received.push(String(body));
      return { status: 200, contentType: "application/json", body: '{"predictions": [329.50]}' };
    });
    const routes = endpoint.routesOf(housePrice);
    const sent = '{ "instances": [{"area": 96.50, "rooms": 4}] }';

    // Act
    const answer = await routes.answer(idIn(await routes.start(sent)));
    const { handler } = routes;
    const direct = (await handler(housePriceAbout.example.request, lambdaContext())) as { id: string };
    let decoded: unknown;
    do {
      decoded = await handler({ asyncRequestId: direct.id }, lambdaContext());
    } while ((decoded as { status?: string }).status === "pending");

    // Assess
    expect(received[0]).toBe(sent);
    expect(answer.body).toBe('{"predictions": [329.50]}');
    expect(decoded).toMatchObject({ status: "done", answer: { predictions: [329.5] } });
  });

  it("passes an upload through without reading it, and redirects to an answer that is larger than Lambda's limit", async () => {
    // Prepare
    const large = Buffer.alloc(7_000_000, "x");
    endpoint.answer(async ({ body, contentType, accept }) => ({
      status: 200,
      contentType: "image/png",
      body: Buffer.concat([Buffer.from(`${contentType} ${accept} `), body]),
    }));
    const routes = endpoint.routesOf(passedImage);
    const { id, url, headers } = JSON.parse(
      (await routes.upload({ contentType: "image/jpeg", bytes: large.length })).body,
    );
    await fetchWhole(url, { method: "PUT", headers, body: large });

    // Act
    const accepted = await routes.startUpload(id, { Accept: "image/png" });
    const answer = await routes.answer(id, { Accept: "image/png" });
    const read = await fetch(answer.headers.Location ?? "");
    const bytes = Buffer.from(await read.arrayBuffer());

    // Assess
    expect([accepted.statusCode, answer.statusCode, read.status]).toEqual([202, 303, 200]);
    expect(bytes.subarray(0, 21).toString()).toBe("image/jpeg image/png ");
    expect(bytes.length).toBe(large.length + 21);
  });
});

describe("an answer that is larger than Lambda's limit", () => {
  const LARGE = JSON.stringify({ predictions: [1], explanation: "x".repeat(5_000_000) });
  const HOUSES = JSON.stringify(housePriceAbout.example.request);

  function answerWith(body: string): void {
    endpoint.answer(async () => ({ status: 200, contentType: "application/json", body: Buffer.from(body) }));
  }

  it.each([
    { query: "", status: 303 },
    { query: "redirect=true", status: 303 },
    { query: "redirect=false&other=1", status: 200 },
  ])("is named by a $status with the query $query", async ({ query, status }) => {
    // Prepare
    answerWith(LARGE);
    const routes = endpoint.routesOf(housePrice);

    // Act
    const answer = await routes.answer(idIn(await routes.start(HOUSES)), {}, query);

    // Assess
    const { Location = "", ...headers } = answer.headers;
    expect(answer.statusCode).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({
      url: Location,
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(headers["Access-Control-Expose-Headers"]).toMatch(/\bLocation\b/);
    expect(await (await fetch(Location)).text()).toBe(LARGE);
  });

  it("is named by a 200 on a function URL", async () => {
    // Prepare
    answerWith(LARGE);
    const routes = endpoint.routesOf(housePrice);
    const id = idIn(await routes.start(HOUSES));
    await routes.answer(id);
    const event = functionUrlEvent({ method: "GET" }, { query: "redirect=false" }) as object;

    // Act
    const answer = await routes.handler({ ...event, rawPath: `/requests/${id}` }, lambdaContext());

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, headers: { Location: expect.stringMatching(/^http/) } });
  });

  it("is refused with redirect=false, too, if the function must read the answer", async () => {
    // Prepare
    answerWith(LARGE);
    const { passThrough: _, ...read } = housePrice;
    const routes = endpoint.routesOf(read, {}, { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "64" });

    // Act
    const answer = await routes.answer(idIn(await routes.start(HOUSES)), {}, "redirect=false");

    // Assess
    expect(answer.statusCode).toBe(413);
    expect(answer.headers).not.toHaveProperty("Location");
  });

  it("does not change the form of a smaller answer", async () => {
    // Prepare
    answerWith('{"predictions": [329.50]}');
    const routes = endpoint.routesOf(housePrice);

    // Act
    const answer = await routes.answer(idIn(await routes.start(HOUSES)), {}, "redirect=false");

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: '{"predictions": [329.50]}' });
    expect(answer.headers).not.toHaveProperty("Location");
  });

  it("is refused with another value of redirect", async () => {
    // Prepare
    const routes = endpoint.routesOf(housePrice);
    const id = idIn(await routes.start(HOUSES));

    // Act
    const answers = await Promise.all(
      ["0", "FALSE", ""].map((value) => routes.read(id, {}, `redirect=${value}`)),
    );

    // Assess
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400, 400]);
    expect(JSON.parse(answers[0]?.body ?? "").detail).toBe(
      "redirect: got another value; allowed: true or false",
    );
  });
});

describe("the permission for an upload", () => {
  it.each<[string, () => AsyncRoutes, string, string]>([
    [
      "a text for a model of JSON",
      () => endpoint.routesOf(loanDefault),
      "text/plain",
      'got "text/plain"; allowed: application/json',
    ],
    [
      "another charset",
      () => endpoint.routesOf(loanDefault),
      "application/json; charset=latin1",
      'got the charset "latin1"; allowed: utf-8',
    ],
    [
      "a text for a model of images",
      () => endpoint.routesOf(passedImage),
      "text/plain",
      'got "text/plain"; allowed: application/json or image/jpeg or image/png',
    ],
    [
      "a parameter of an image that the function reads",
      () => endpoint.routesOf(mirror),
      "image/png; depth=16",
      'got the parameter "depth"; allowed: image/png without it',
    ],
  ])("is refused as the same body is for %s", async (_, routesOfContract, contentType, fault) => {
    // Prepare
    const routes = routesOfContract();

    // Act
    const refused = await routes.upload({ contentType, bytes: 20 });
    const sent = await routes.start("x", contentType);

    // Assess
    expect(refused.statusCode).toBe(415);
    expect(JSON.parse(refused.body).detail).toBe(`Content-Type: ${fault}`);
    expect(JSON.parse(sent.body).detail).toBe(JSON.parse(refused.body).detail);
  });

  it("is given for each media type of the contract, in any case and with harmless parameters", async () => {
    // Prepare
    const given: readonly (readonly [AsyncRoutes, string])[] = [
      [endpoint.routesOf(loanDefault), "application/json; charset=utf-8"],
      [endpoint.routesOf(mirror), "Image/PNG; name=x.png"],
      [endpoint.routesOf(passedImage), "image/jpeg"],
      [endpoint.routesOf(passedImage), "application/json"],
    ];

    // Act
    const answers = await Promise.all(
      given.map(([routes, contentType]) => routes.upload({ contentType, bytes: 20 })),
    );

    // Assess
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 201]);
  });
});

describe("an upload that the function must read", () => {
  it.each([
    { memory: "256", allowed: 13_421_772 },
    { memory: "512", allowed: 26_214_400 },
    { memory: "3008", allowed: 26_214_400 },
  ])("has at most $allowed bytes with $memory MB of memory", async ({ memory, allowed }) => {
    // Prepare
    const routes = endpoint.routesOf(loanDefault, {}, { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory });
    const upload = (bytes: number) => routes.upload({ contentType: "application/json", bytes });

    // Act
    const [permitted, refused] = [await upload(allowed), await upload(allowed + 1)];

    // Assess
    expect([permitted.statusCode, refused.statusCode]).toEqual([201, 413]);
    expect(JSON.parse(refused.body).detail).toBe(`bytes: got ${allowed + 1}; allowed: at most ${allowed}`);
  });

  it("is not started if it is larger than the memory of the function allows", async () => {
    // Prepare
    const [large, small] = ["512", "1"].map((memory) =>
      endpoint.routesOf(loanDefault, {}, { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory }),
    );
    const body = LOAN.padEnd(60_000);
    const permitted = await large?.upload({ contentType: "application/json", bytes: body.length });
    const { id, url, headers } = JSON.parse(permitted?.body ?? "");
    await fetchWhole(url, { method: "PUT", headers, body });

    // Act
    const refused = await small?.startUpload(id);
    const accepted = await large?.startUpload(id);

    // Assess
    expect([refused?.statusCode, accepted?.statusCode]).toEqual([413, 202]);
  });
});

describe("a failed asynchronous request", () => {
  it("is a 502 whose log line has no data of the caller", async () => {
    // Prepare
    endpoint.answer(async () => ({ status: 500, contentType: "text/plain", body: "the caller's secret" }));
    const routes = endpoint.routesOf(loanDefault);

    // Act
    const answer = await routes.answer(idIn(await routes.start(LOAN)));

    // Assess
    expect(answer.statusCode).toBe(502);
    expect(log.lines().at(-1)).toMatchObject({
      operation: "read",
      status: 502,
      error: { type: "ModelError", origin: "container" },
    });
    expect(log.text() + answer.body).not.toMatch(/secret|52000/);
  });

  it("is a 502 if the contract cannot read the answer", async () => {
    // Prepare
    endpoint.answer(async () => ({ status: 200, contentType: "application/json", body: "[]" }));
    const routes = endpoint.routesOf(loanDefault);

    // Act
    const answer = await routes.answer(idIn(await routes.start(LOAN)));

    // Assess
    expect(answer.statusCode).toBe(502);
  });

  it("is a 504 after SageMaker's time in the queue", async () => {
    // Prepare
    let release = () => {};
    endpoint.answer(
      () =>
        new Promise((resolve) => {
          release = () => resolve({ status: 500, contentType: "text/plain", body: "" });
        }),
    );
    const routes = endpoint.routesOf(loanDefault);
    const id = idIn(await routes.start(LOAN));
    const location = readAsyncLocation(endpoint.environment);
    const caller = callerOf({ kind: "rest-api", requestId: "", event: {} });
    const { record: key } = keysOf(location, caller, id);
    const store = createAsyncStore(location.bucket, endpoint.environment);
    const inTime = () => 4_000;

    // Act
    const before = await routes.read(id);
    const record = JSON.parse(String((await store.get(key, inTime, 100_000))?.bytes));
    await store.put(key, JSON.stringify({ ...record, at: record.at - 8 * 3_600_000 }), inTime);
    const after = await routes.read(id);
    release();

    // Assess
    expect([before.statusCode, after.statusCode]).toEqual([202, 504]);
  });

  it("can be repeated at once with the same Idempotency-Key when the endpoint throttled it", async () => {
    // Prepare
    const throttling = await EndpointServer.start();
    throttling.willAlwaysAnswer(async () => ({
      status: 429,
      headers: { "x-amzn-errortype": "ThrottlingException" },
    }));
    const environment = { ...endpoint.environment, AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: throttling.url };
    const throttled = createAsyncHandlerWith(EVERY_PART, loanDefault, environment);
    const routes = endpoint.routesOf(loanDefault);
    const headers = { "Idempotency-Key": "throttled" };
    const event = functionUrlEvent(
      { method: "POST" },
      { body: LOAN, headers: { "idempotency-key": "throttled" } },
    );

    // Act
    const first = await throttled(event, lambdaContext());
    const second = await routes.start(LOAN, "application/json", headers);
    await throttling.close();

    // Assess
    expect(first).toMatchObject({ statusCode: 429, headers: { "Retry-After": "1" } });
    expect(second.statusCode).toBe(202);
  });

  it("is a 503 when S3 does not answer", async () => {
    // Prepare
    const environment = { ...endpoint.environment, AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9/_s3" };
    const handler = createAsyncHandlerWith(EVERY_PART, loanDefault, environment);

    // Act
    const answer = await handler(functionUrlEvent({ method: "POST" }, { body: LOAN }), lambdaContext());

    // Assess
    expect(answer).toMatchObject({ statusCode: 503, headers: { "Retry-After": "10" } });
    expect(log.lines().at(-1)).toMatchObject({ error: { type: "ECONNREFUSED", origin: "connection" } });
  });

  it("is a 500 when the contract sets a header that InvokeEndpointAsync does not have", async () => {
    // Prepare
    const contract: Contract<unknown, unknown> = {
      ...(loanDefault as unknown as Contract<unknown, unknown>),
      encode: () => ({
        contentType: "text/csv",
        accept: "application/json",
        body: "1",
        rows: 1,
        headers: { targetModel: "a.tar.gz" },
      }),
    };

    // Act
    const answer = await endpoint.routesOf(contract).start(LOAN);

    // Assess
    expect(answer.statusCode).toBe(500);
    expect(log.lines().at(-1)).toMatchObject({
      error: { type: "ForbiddenByContract", field: "targetModel" },
    });
  });
});

describe("a write whose answer is lost", () => {
  const HEADERS = { "Idempotency-Key": "lost" };
  let proxy: LossyStorage;

  beforeEach(async () => {
    proxy = await LossyStorage.start(endpoint.environment.AWS_ENDPOINT_URL_S3 ?? "");
  });
  afterEach(() => proxy.close());

  const routesThroughProxy = (caller: string) =>
    endpoint.routesOf(
      loanDefault,
      { authorizer: { principalId: caller } },
      { AWS_ENDPOINT_URL_S3: proxy.url },
    );

  it.each([
    // The claim is the first conditional write, and the record with the places of the answer is the second.
    ["claims the id", 1],
    ["stores the places of the answer", 2],
  ])("starts the request when the write %s", async (_, write) => {
    // Prepare
    const routes = routesThroughProxy(`lost-${write}`);
    proxy.loseAnswerOfConditionalWrite(write);

    // Act
    const accepted = await routes.start(LOAN, "application/json", HEADERS);
    const answer = await routes.answer(idIn(accepted));

    // Assess
    expect([accepted.statusCode, answer.statusCode]).toEqual([202, 200]);
    // Without the loss, S3 answers both writes with 200.
    expect(proxy.conditionalWrites).toEqual(write === 1 ? [200, 412, 200] : [200, 200, 412]);
  });

  it("answers with the request of another function that claimed the id before the second attempt", async () => {
    // Prepare
    const others = endpoint.routesOf(loanDefault, { authorizer: { principalId: "contested" } });
    const accepted: string[] = [];
    proxy.dropConditionalWrite(1, async () => {
      accepted.push(idIn(await others.start(LOAN, "application/json", HEADERS)));
    });

    // Act
    const answer = await routesThroughProxy("contested").start(LOAN, "application/json", HEADERS);

    // Assess
    expect(answer.statusCode).toBe(202);
    expect([idIn(answer)]).toEqual(accepted);
    expect(proxy.conditionalWrites).toEqual([412]);
  });

  it("is repeated when S3 answers that another write is running", async () => {
    // Prepare
    const routes = routesThroughProxy("conflict");
    proxy.refuseConditionalWrite(1, 409, "ConditionalRequestConflict");

    // Act
    const accepted = await routes.start(LOAN, "application/json", HEADERS);

    // Assess
    expect(accepted.statusCode).toBe(202);
    expect(proxy.conditionalWrites).toEqual([409, 200, 200]);
  });

  it.each(["new", { etag: '"1"' }] as const)(
    "does not take the object of another write for its own, with the condition %j",
    async (condition) => {
      // Prepare
      const { bucket } = readAsyncLocation(endpoint.environment);
      const inTime = () => 4_000;
      const key = `dev-model/requests/foreign/${JSON.stringify(condition).length}`;
      const foreign = createAsyncStore(bucket, endpoint.environment);
      await foreign.put(key, "the object of another write", inTime);
      proxy.dropConditionalWrite(1, async () => {});
      const store = createAsyncStore(bucket, { ...endpoint.environment, AWS_ENDPOINT_URL_S3: proxy.url });

      // Act
      const etag = await store.put(key, "own", inTime, condition);

      // Assess
      expect(etag).toBeUndefined();
      expect(proxy.conditionalWrites).toEqual([412]);
    },
  );
});

describe("the variables of an asynchronous function", () => {
  it.each([
    ["ASYNC_LOCATION", ""],
    ["ASYNC_LOCATION", "s3://bucket"],
    ["ASYNC_LOCATION", "s3://bucket/prefix/"],
    ["ASYNC_TIMEOUT_IN_SECONDS", "soon"],
  ])("are refused in the init phase when %s is %j", (name, value) => {
    expect(() =>
      createAsyncHandlerWith(EVERY_PART, loanDefault, { ...endpoint.environment, [name]: value }),
    ).toThrow(`${name}: got "${value}"; allowed: `);
  });

  it("set the time of an invocation", async () => {
    // Prepare
    const sagemaker = await EndpointServer.start();
    sagemaker.willAnswer({
      status: 202,
      headers: {
        "x-amzn-sagemaker-outputlocation": "s3://dev-async-123456789012-us-east-1/dev-model/results/1.out",
        "x-amzn-sagemaker-failurelocation": "s3://dev-async-123456789012-us-east-1/dev-model/failures/1.out",
      },
    });
    const environment = {
      ...endpoint.environment,
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: sagemaker.url,
      ASYNC_TIMEOUT_IN_SECONDS: "1800",
    };
    const handler = createAsyncHandlerWith(EVERY_PART, loanDefault, environment);

    // Act
    const answer = await handler(functionUrlEvent({ method: "POST" }, { body: LOAN }), lambdaContext());
    const { path, headers, body } = sagemaker.onlyRequest;
    await sagemaker.close();

    // Assess
    expect(answer).toMatchObject({ statusCode: 202 });
    expect({ path, body }).toEqual({
      path: "/endpoints/dev-model/async-invocations",
      body: "52000.5,8500,36",
    });
    expect(headers).toMatchObject({
      "x-amzn-sagemaker-content-type": "text/csv",
      "x-amzn-sagemaker-accept": "application/json",
      "x-amzn-sagemaker-invocationtimeoutseconds": "1800",
      "x-amzn-sagemaker-filename": `${headers["x-amzn-sagemaker-inference-id"]}.out`,
    });
  });
});

describe("a presigned request", () => {
  it("has the signature of AWS's signer", async () => {
    // Prepare
    const environment = {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "id",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "to+ken/=",
    };
    const headers = { "content-type": "image/png; a=b", "content-length": "42", "if-none-match": "*" };
    const store = createAsyncStore("bucket", environment);

    // Act
    const { url } = store.presign("PUT", "dev-model/inputs/a/b", 900, headers);
    const { host, pathname, searchParams } = new URL(url);
    const signingDate = new Date(
      (searchParams.get("X-Amz-Date") ?? "").replace(
        /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
        "$1-$2-$3T$4:$5:$6Z",
      ),
    );
    const signer = new SignatureV4({
      service: "s3",
      region: "eu-central-1",
      sha256: Sha256,
      uriEscapePath: false,
      credentials: { accessKeyId: "id", secretAccessKey: "secret", sessionToken: "to+ken/=" },
    });
    const { query } = await signer.presign(
      {
        protocol: "https:",
        hostname: host,
        method: "PUT",
        path: pathname,
        headers: { ...headers, host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
      },
      {
        expiresIn: 900,
        signingDate,
        unhoistableHeaders: new Set([
          "content-type",
          "content-length",
          "if-none-match",
          "x-amz-content-sha256",
        ]),
        unsignableHeaders: new Set(["x-amz-content-sha256"]),
        signableHeaders: new Set(["content-type", "content-length", "if-none-match", "host"]),
      },
    );

    // Assess
    expect(host).toBe("bucket.s3.eu-central-1.amazonaws.com");
    expect(searchParams.get("X-Amz-SignedHeaders")).toBe("content-length;content-type;host;if-none-match");
    expect(searchParams.get("X-Amz-Signature")).toBe(query?.["X-Amz-Signature"]);
  });
});
