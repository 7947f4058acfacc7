import { presentAnswer, toAnswer, toFailureAnswer } from "../answer";
import { requireTaken } from "../body";
import { stopAtFirstFaults } from "../bounded-schema";
import type { Contract, EndpointReply, EndpointRequest } from "../contract";
import { exposedHeaders } from "../cors";
import { readEndpointAddress } from "../endpoint";
import { type IncomingRequest, partOf, readEvent, readHeader } from "../event";
import { explain } from "../failure";
import type { Handler } from "../handler-core";
import { isRecord, parseJson } from "../json";
import { RESERVE_IN_MS } from "../limits";
import type { LogLine } from "../log";
import { JSON_TYPE, mediaTypeOf, TEXT_TYPE } from "../media-type";
import { writeLine } from "../metrics";
import type { HandlerParts } from "../parts";
import { ENCODED_ASYNC_PAYLOAD_IN_BYTES, maxReadInBytes } from "../payload-limits";
import { ProblemError, refusal } from "../problem";
import type { ReadyAnswer } from "../ready-answer";
import { EndpointFailure, type InvocationStats, NO_STATS, TIME_IS_OVER } from "../refusal";
import { encodeRequest, parseRequest, readBareRequest } from "../request";
import { callerOf } from "./caller";
import {
  type AsyncEndpointClient,
  createAsyncEndpointClient,
  MAX_INLINE_PAYLOAD_IN_BYTES,
  type QueuedInvocation,
} from "./client";
import { type AsyncLocation, readAsyncLocation, readAsyncTimeout, readS3Uri } from "./location";
import { locationOf, newId, type Operation, readIdempotentId, readOperation, UNKNOWN_ID } from "./operation";
import {
  keysOf,
  MAX_REQUEST_IN_RECORD_IN_BYTES,
  type QueuedRecord,
  type RequestKeys,
  readRecord,
  writeRecord,
} from "./record";
import { type AsyncStore, createAsyncStore, type StoredObject, type TimeLeft } from "./store";

/** The time until a caller should read the answer again. */
export const RETRY_AFTER_PENDING_IN_SECONDS = 5;

/**
 * The maximum size of an answer that passes through the function: base64 is a third larger, and an answer of a function has at
 * most 6 MB. A caller reads a larger answer from S3.
 */
const MAX_PASSED_ANSWER_IN_BYTES = 4_500_000;

/** The time in which a caller must begin an upload. */
export const UPLOAD_EXPIRES_IN_SECONDS = 900;

/** The time in which a caller must read an answer that the function cannot return. */
const ANSWER_EXPIRES_IN_SECONDS = 300;

/** See {@link maxReadInBytes}. */
function readLimitOf({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memoryInMb }: NodeJS.ProcessEnv): number {
  const limit = maxReadInBytes(Number(memoryInMb));
  // Lambda sets the variable in every function.
  return limit > 0 ? limit : ENCODED_ASYNC_PAYLOAD_IN_BYTES;
}

/**
 * The time after which a request without an answer has failed: SageMaker's default for the time in the queue, 6 hours, the
 * longest time of an invocation, 1 hour
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html), and a reserve.
 */
const LOST_AFTER_IN_MS = (21_600 + 3_600 + 600) * 1000;

/** The dependencies of one operation. */
interface Call<Request, Answer> {
  readonly contract: Contract<Request, Answer>;
  readonly parts: HandlerParts;
  readonly store: AsyncStore;
  readonly client: AsyncEndpointClient;
  readonly location: AsyncLocation;
  readonly incoming: IncomingRequest;
  readonly caller: string;
  readonly time: TimeLeft;
  /** See {@link maxReadInBytes}. */
  readonly readLimit: number;
}

/** The result of an operation. */
interface Result {
  readonly answer: ReadyAnswer;
  readonly stats?: InvocationStats;
  /** The rows of a request that was added to the queue. */
  readonly rows?: number;
}

/** The log line of an asynchronous route. */
interface AsyncLogLine extends LogLine {
  /** The operation: `start`, `read`, `upload` or `start-upload`. */
  operation?: Operation["kind"];
}

/**
 * Creates the Lambda handler of a contract whose endpoint is asynchronous: the function adds the request to the endpoint's
 * queue, and answers at once with an id. The caller reads the answer with the id. Requests, answers and their records are
 * objects in S3; there is no other state.
 *
 * @param parts - see `createHandlerWith`
 * @param environment - the variables of `createHandlerWith`, `readAsyncLocation` and `readAsyncTimeout`
 * @throws Error in Lambda's init phase, if the environment lacks a variable
 */
export function createAsyncHandlerWith<Request, Answer>(
  parts: HandlerParts,
  contract: Contract<Request, Answer>,
  environment: NodeJS.ProcessEnv = process.env,
): Handler {
  const location = readAsyncLocation(environment);
  const timeout = readAsyncTimeout(environment);
  const client = createAsyncEndpointClient(readEndpointAddress(environment), timeout, environment);
  const store = createAsyncStore(location.bucket, environment);
  const cors = {
    "Access-Control-Allow-Origin": environment.CORS_ALLOW_ORIGIN || "*",
    "Access-Control-Expose-Headers": exposedHeaders(["Location", ...(contract.answerHeaders ?? [])]),
  };
  const readLimit = readLimitOf(environment);
  const logsMessages = environment.LOG_ERROR_MESSAGES === "true";
  const metricsEnvironment = environment.METRICS_ENVIRONMENT;
  stopAtFirstFaults(contract.schema);
  let cold = true;

  return async (event, context) => {
    const start = performance.now();
    const time = () => context.getRemainingTimeInMillis() - RESERVE_IN_MS;
    const incoming = readEvent(event, context);
    const line: AsyncLogLine = {
      requestId: incoming.requestId,
      lambdaRequestId: context.awsRequestId,
      model: contract.model,
      status: 200,
      totalMs: 0,
      retries: 0,
      cold,
    };
    cold = false;

    let answer: unknown;
    let rows: number | undefined;
    try {
      const operation = readOperation(incoming, contract.route);
      line.operation = operation.kind;
      const caller = callerOf(incoming);
      const call = { contract, parts, store, client, location, incoming, caller, time, readLimit };
      const result = await run(call, operation);
      Object.assign(line, result.stats);
      rows = result.rows;
      line.status = result.answer.response?.status ?? 200;
      answer = toAnswer(result.answer, incoming, cors);
      if (time() <= 0) throw new EndpointFailure(TIME_IS_OVER, result.stats ?? NO_STATS);
    } catch (thrown) {
      const { failure, error, stats } = (parts.problems ?? explain)(thrown, logsMessages, contract);
      Object.assign(line, stats, { status: failure.status, error });
      answer = toFailureAnswer(failure, incoming, cors);
    }
    line.totalMs = Math.round(performance.now() - start);
    // A poll is no request of the model. The metrics of the endpoint's queue are SageMaker's.
    const isStart = line.operation === "start" || line.operation === "start-upload";
    writeLine(line, isStart ? metricsEnvironment : undefined, rows);
    return answer;
  };
}

async function run<Request, Answer>(call: Call<Request, Answer>, operation: Operation): Promise<Result> {
  if (operation.kind === "read") return { answer: await read(call, operation) };
  if (operation.kind === "upload") return { answer: permitUpload(call) };
  if (operation.kind === "start-upload") return await startUpload(call, operation.id);
  const id = readIdempotentId(call.incoming, call.caller);
  return await start(call, id ?? newId(), id === undefined);
}

/** What the endpoint receives, and what `decode` receives with the endpoint's answer. */
interface Prepared {
  readonly encoded: Omit<EndpointRequest, "body">;
  readonly payload: { readonly body: string | Uint8Array } | { readonly location: string };
  readonly isText: boolean;
  /** `undefined` if the endpoint's answer passes through without `decode`. */
  readonly request?: { readonly value: unknown } | undefined;
}

/** Parses and encodes the request in an event. @throws ProblemError */
function prepare<Request, Answer>(
  { contract, parts }: Call<Request, Answer>,
  incoming: IncomingRequest,
): Prepared {
  const { bare, isText, contentType } = readBareRequest(contract, incoming, parts);
  const accept = parts.accept?.(contract, incoming, isText) ?? (isText ? TEXT_TYPE : JSON_TYPE);
  const request = parseRequest(contract, bare);
  const caller = { headers: parts.callerHeaders?.(contract, incoming) ?? {}, accept };
  const passed = parts.passThrough?.request(contract, incoming, accept, contentType);
  const { body, ...encoded } = encodeRequest(contract, request, caller, passed);
  return {
    encoded,
    payload: { body },
    isText,
    request: passed === undefined ? { value: request } : undefined,
  };
}

/**
 * Adds a request to the queue.
 *
 * @param isNew - whether no other request can have the id
 */
async function start<Request, Answer>(
  call: Call<Request, Answer>,
  id: string,
  isNew: boolean,
): Promise<Result> {
  const prepared = prepare(call, call.incoming);
  return isNew ? await enqueue(call, id, prepared) : await startOnce(call, id, async () => prepared);
}

/**
 * Adds a request to the queue, unless a request with the same id is in the queue already. Of several functions at the same
 * time, one adds the request: each claims the id with a conditional write
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html). A claim ends with the time of its function,
 * so that a killed function does not block the id.
 */
async function startOnce<Request, Answer>(
  call: Call<Request, Answer>,
  id: string,
  prepared: () => Promise<Prepared>,
): Promise<Result> {
  const { store, location, caller, time } = call;
  const { record: key } = keysOf(location, caller, id);
  // The function's own reserve is part of its time.
  const claim = () => ({
    state: "starting" as const,
    until: Date.now() + Math.max(0, time()) + RESERVE_IN_MS,
  });
  let etag = await writeRecord(store, key, claim(), time, "new");
  if (etag === undefined) {
    const known = await readRecord(store, key, time);
    if (known?.record.state === "queued") return { answer: accepted(call, id) };
    const isFree =
      known !== undefined && known.record.state === "starting" && known.record.until <= Date.now();
    etag = isFree ? await writeRecord(store, key, claim(), time, { etag: known.etag }) : undefined;
    if (etag === undefined) {
      throw beingStarted();
    }
  }
  try {
    return await enqueue(call, id, await prepared(), etag);
  } catch (error) {
    // So that the caller can repeat the request at once. The claim ends in any case.
    await writeRecord(store, key, { state: "starting", until: 0 }, time, { etag }).catch(() => undefined);
    throw error;
  }
}

function beingStarted(): ProblemError {
  return new ProblemError({
    status: 409,
    detail: "The same request is being started at this moment. Try again after the seconds in Retry-After.",
    retryAfterInSeconds: 1,
  });
}

/** @param etag - the ETag of the claim */
async function enqueue<Request, Answer>(
  { contract: _, ...call }: Call<Request, Answer>,
  id: string,
  { encoded, payload, isText, request }: Prepared,
  etag?: string,
): Promise<Result> {
  const { store, client, location, caller, time } = call;
  const { rows, ...endpointRequest } = encoded;
  const keys = keysOf(location, caller, id);
  const json = request && JSON.stringify(request.value);
  const isSeparate = json !== undefined && Buffer.byteLength(json) > MAX_REQUEST_IN_RECORD_IN_BYTES;
  const isInline = "body" in payload && Buffer.byteLength(payload.body) <= MAX_INLINE_PAYLOAD_IN_BYTES;
  await Promise.all([
    isSeparate && store.put(keys.request, json, time),
    "body" in payload && !isInline && store.put(keys.payload, payload.body, time),
  ]);
  const queued = await client.enqueue(
    {
      request: endpointRequest,
      payload: "location" in payload || isInline ? payload : { location: uriOf(location, keys.payload) },
      inferenceId: id,
      // A request that was added twice has one answer.
      filename: `${id}.out`,
    },
    time,
  );
  const record: QueuedRecord = {
    state: "queued",
    at: Date.now(),
    ...placesOf(location, queued),
    isText,
    accept: encoded.accept,
    ...(request && !isSeparate ? { request: request.value } : {}),
    hasRequest: isSeparate,
  };
  const condition = etag === undefined ? undefined : { etag };
  const written = await writeRecord(store, keys.record, record, time, condition);
  // A function that continues after the end of its claim can lose the claim. The record is then the other function's.
  if (written === undefined) throw beingStarted();
  return { answer: accepted(call, id), stats: queued.stats, rows };
}

/** The keys of the answer. @throws Error if SageMaker names another bucket, to which the function has no access */
function placesOf(
  { bucket }: AsyncLocation,
  { outputLocation, failureLocation }: QueuedInvocation,
): Pick<QueuedRecord, "output" | "failure"> {
  const [output, failure] = [outputLocation, failureLocation].map((uri) => {
    const place = readS3Uri(uri);
    if (place?.bucket !== bucket) throw new Error("the endpoint writes its answers to another bucket");
    return place.key;
  });
  return { output: output ?? "", failure: failure ?? "" };
}

function uriOf({ bucket }: AsyncLocation, key: string): string {
  return `s3://${bucket}/${key}`;
}

/** 202 with the place of the answer. */
function accepted({ incoming }: Pick<Call<unknown, unknown>, "incoming">, id: string): ReadyAnswer {
  const location = locationOf(incoming, `/requests/${id}`);
  return {
    bare: { id, status: "pending" },
    contentType: JSON_TYPE,
    response: {
      status: 202,
      headers: { Location: location, "Retry-After": String(RETRY_AFTER_PENDING_IN_SECONDS) },
    },
  };
}

/** Reads the answer of a request. */
async function read<Request, Answer>(
  call: Call<Request, Answer>,
  { id, redirects }: Extract<Operation, { kind: "read" }>,
): Promise<ReadyAnswer> {
  const { store, location, caller, time, contract, incoming, readLimit } = call;
  const keys = keysOf(location, caller, id);
  const stored = await readRecord(store, keys.record, time);
  if (stored?.record.state !== "queued") throw refusal(404, UNKNOWN_ID);
  const { record } = stored;
  const passes = contract.passThrough !== undefined && record.request === undefined && !record.hasRequest;
  const output = await store.get(record.output, time, passes ? MAX_PASSED_ANSWER_IN_BYTES : readLimit);
  if (output !== undefined) {
    if (output.bytes.length < output.size) return tooLarge(call, record, passes, redirects);
    return inForm(await present(call, keys, record, output, passes), incoming, id);
  }
  if ((await store.get(record.failure, time, 0)) !== undefined) throw modelFailed();
  if (Date.now() - record.at > LOST_AFTER_IN_MS) {
    throw refusal(
      504,
      "The request was in the queue of the model's endpoint for too long. Start a new request.",
    );
  }
  return accepted(call, id);
}

/** The answer to a direct invocation, which has no status, says whether the request is pending. */
function inForm(answer: ReadyAnswer, { kind }: IncomingRequest, id: string): ReadyAnswer {
  return kind === "direct" ? { ...answer, bare: { id, status: "done", answer: answer.bare } } : answer;
}

/** The reason in S3 can quote the request. The container writes its errors to its own log, too. */
function modelFailed(): EndpointFailure {
  return new EndpointFailure({ status: 502, type: "ModelError", origin: "container" }, NO_STATS);
}

/**
 * A caller reads a large answer that passes through from S3. The function must decode every other answer.
 *
 * @param redirects - whether the status is 303. A 200 has the same header and body: no other 200 has the header Location
 */
function tooLarge<Request, Answer>(
  { store, incoming, readLimit }: Call<Request, Answer>,
  { output }: QueuedRecord,
  passes: boolean,
  redirects: boolean,
): ReadyAnswer {
  if (passes && incoming.kind !== "direct") {
    const { url, expiresAt } = store.presign("GET", output, ANSWER_EXPIRES_IN_SECONDS);
    return {
      bare: { url, expiresAt },
      contentType: JSON_TYPE,
      response: { status: redirects ? 303 : 200, headers: { Location: url } },
    };
  }
  throw refusal(
    413,
    `answer: got more than ${readLimit} bytes; allowed: at most ${readLimit}. Request less at once.`,
  );
}

async function present<Request, Answer>(
  { contract, parts, incoming, store, time, readLimit }: Call<Request, Answer>,
  keys: RequestKeys,
  record: QueuedRecord,
  output: StoredObject,
  passes: boolean,
): Promise<ReadyAnswer> {
  const accept = parts.accept?.(contract, incoming, record.isText) ?? (record.isText ? TEXT_TYPE : JSON_TYPE);
  const reply = replyOf(output, record.accept);
  const isText = contract.answerTypes?.includes(reply.contentType) !== true;
  const body = isText ? String(output.bytes) : "";
  const passed = passes ? parts.passThrough?.answer(contract, incoming, accept, body, reply) : undefined;
  if (passed !== undefined) return passed;
  const request = record.hasRequest
    ? parseJson(String((await store.get(keys.request, time, readLimit * 2))?.bytes ?? ""))
    : record.request;
  // The function has validated the value before it wrote the value.
  return presentAnswer(contract, contract.decode(body, request as Request, reply), accept, parts);
}

/** Media types of objects that were written without a media type. */
const NO_TYPE = ["", "binary/octet-stream", "application/octet-stream"];

/** @param accept - the media type that the endpoint had to answer with */
function replyOf({ contentType: stored, bytes }: StoredObject, accept: string): EndpointReply {
  const contentTypeHeader = NO_TYPE.includes(stored) ? accept : stored;
  return { contentType: mediaTypeOf(contentTypeHeader), contentTypeHeader, bytes };
}

/** Whether the endpoint receives an upload of this type unchanged. */
function passesUpload(
  { passThrough, bytes }: Call<unknown, unknown>["contract"],
  contentType: string,
): boolean {
  return passThrough !== undefined && bytes?.takes.includes(mediaTypeOf(contentType)) === true;
}

/** Permits one upload of a size and a type. @throws ProblemError 400, 413, 415 */
function permitUpload<Request, Answer>(call: Call<Request, Answer>): ReadyAnswer {
  const { contract, parts, incoming, store, location, caller, readLimit } = call;
  const { contentType, bytes } = readUpload(incoming.event);
  const passes = passesUpload(contract as Call<unknown, unknown>["contract"], contentType);
  // Before the caller sends the file. Parameters of a file that passes through are the container's.
  if (!passes) requireTaken(contentType, contract, parts);
  const max = passes ? contract.limits.payloadInBytes : readLimit;
  if (bytes > max) throw refusal(413, `bytes: got ${bytes}; allowed: at most ${max}`);
  const id = newId();
  const { url, headers, expiresAt } = store.presign(
    "PUT",
    keysOf(location, caller, id).upload,
    UPLOAD_EXPIRES_IN_SECONDS,
    // S3 refuses a second file, so that the file of a started request does not change.
    { "content-type": contentType, "content-length": String(bytes), "if-none-match": "*" },
  );
  const submit = locationOf(incoming, `/uploads/${id}`);
  return {
    bare: { id, method: "PUT", url, headers, expiresAt, submit },
    contentType: JSON_TYPE,
    response: { status: 201, headers: { Location: submit } },
  };
}

/**
 * Visible US-ASCII with single spaces between: the value of a header. A signature includes several spaces as one
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
const CONTENT_TYPE = /^(?=.{1,255}$)[!-~]+(?: [!-~]+)*$/;

function readUpload(event: unknown): { readonly contentType: string; readonly bytes: number } {
  const { body, isBase64Encoded } = isRecord(event) ? event : {};
  const text = typeof body === "string" ? body : "";
  const value = parseJson(isBase64Encoded === true ? String(Buffer.from(text, "base64")) : text);
  const { contentType, bytes } = isRecord(value) ? value : {};
  if (typeof contentType !== "string" || !CONTENT_TYPE.test(contentType)) {
    throw refusal(
      400,
      'contentType: got no media type; allowed: {"contentType": <media type>, "bytes": <size>}',
    );
  }
  if (typeof bytes !== "number" || !Number.isInteger(bytes) || bytes < 1) {
    throw refusal(400, 'bytes: got no size; allowed: {"contentType": <media type>, "bytes": <size>}');
  }
  return { contentType, bytes };
}

/** Starts a request with an uploaded body. A repetition has no effect. */
async function startUpload<Request, Answer>(call: Call<Request, Answer>, id: string): Promise<Result> {
  const { store, location, caller, time, contract, parts, incoming, readLimit } = call;
  const { upload: key } = keysOf(location, caller, id);
  // The endpoint reads an upload that passes through.
  const mayPass = contract.passThrough !== undefined && contract.bytes !== undefined;
  const upload = await store.get(key, time, mayPass ? 0 : readLimit);
  if (upload === undefined) {
    throw refusal(
      404,
      "upload: got an id without an uploaded file of this caller; allowed: the id of a file that was uploaded",
    );
  }
  return await startOnce(call, id, async () => {
    const { contentType } = upload;
    if (passesUpload(contract as Call<unknown, unknown>["contract"], contentType)) {
      const accept = parts.accept?.(contract, incoming, false) ?? JSON_TYPE;
      const { passThrough, answerTypes } = contract;
      return {
        encoded: {
          contentType: passThrough?.contentType ?? mediaTypeOf(contentType),
          accept: answerTypes?.includes(accept) ? accept : (passThrough?.accept ?? accept),
          rows: 1,
        },
        payload: { location: uriOf(location, key) },
        isText: false,
      };
    }
    const whole = mayPass ? await store.get(key, time, readLimit) : upload;
    if (whole === undefined || whole.bytes.length < whole.size) {
      throw refusal(413, `upload: got ${upload.size} bytes; allowed: at most ${readLimit}`);
    }
    return prepare(call, withBody(incoming, whole));
  });
}

/** The event of the request as if the caller had sent the uploaded file as its body. */
function withBody(incoming: IncomingRequest, { bytes, contentType }: StoredObject): IncomingRequest {
  const event = isRecord(incoming.event) ? incoming.event : {};
  const headers: Record<string, unknown> = { ...partOf(event, "headers") };
  for (const name of Object.keys(headers)) {
    if (["content-type", "content-encoding", "content-length"].includes(name.toLowerCase()))
      delete headers[name];
  }
  return {
    ...incoming,
    event: {
      ...event,
      headers: { ...headers, accept: readHeader(event, "accept"), "content-type": contentType },
      multiValueHeaders: {},
      body: bytes.toString("base64"),
      isBase64Encoded: true,
    },
  };
}
