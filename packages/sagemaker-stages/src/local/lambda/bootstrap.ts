/**
 * Runs in the child process: Lambda's runtime for Node.js, over an IPC channel instead of the Runtime API. This module
 * is bundled to plain JavaScript before the process starts, so that the process of a function contains nothing that
 * Lambda lacks.
 */
import { existsSync } from "node:fs";
import type httpModule from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import type httpsModule from "node:https";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ExtensionsApi } from "./extensions-api";
import { OwnSources } from "./own-sources";
import type { Done, FromFunction, FunctionError, Invoke, ToFunction } from "./protocol";
import {
  defineAwslambda,
  isOfClosedStream,
  isStreaming,
  ResponseStream,
  runStreaming,
} from "./response-stream";

type Handler = (event: unknown, ...rest: readonly object[]) => unknown;

const send = (message: FromFunction) => process.send?.(message);

function describe(error: unknown): FunctionError {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: typeof error, errorMessage: String(error) };
}

/**
 * Sends the requests of an authorizer to the local issuer, which answers in place of every issuer: the authorizer's own code
 * runs unchanged, and needs no network.
 */
function answerLocally(issuerUrl: string): void {
  // Other functions do not need the modules, and start faster without them.
  const http: typeof httpModule = require("node:http");
  const https: typeof httpsModule = require("node:https");
  const get = (url: string | URL, options: RequestOptions, answer?: (response: IncomingMessage) => void) =>
    http.get(String(url).replace(/^https:\/\//, `${issuerUrl}/`), options, answer);
  Object.assign(https, { get });
}

/** Only the authorizer has a local issuer. */
const isAuthorizer = process.env.LOCAL_ISSUER_URL !== undefined;
if (process.env.LOCAL_ISSUER_URL !== undefined) answerLocally(process.env.LOCAL_ISSUER_URL);

const [file = "", name = ""] = (process.env._HANDLER ?? "").split(/\.(?=[^.]*$)/);
const modulePath = join(process.env.LAMBDA_TASK_ROOT ?? ".", file);
const sources = new OwnSources(process.argv[2]);

/**
 * The error of a module that cannot be loaded. The message contains the place of the error, because the parent process
 * shows only the message.
 */
function describeLoading(error: unknown): FunctionError {
  const { errorType, errorMessage } = describe(error);
  const [, place] = /^ +at (functions\/.*)/m.exec((error instanceof Error && error.stack) || "") ?? [];
  return { errorType, errorMessage: place === undefined ? errorMessage : `${errorMessage} (${place})` };
}

defineAwslambda();

const memorySizeInBytes = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) * 1024 * 1024;

/**
 * The resident memory, or an upper bound of it that is within the function's memory size. The parent process only compares
 * the result with this size, and the operating system returns the bound faster: the resident memory is read from a file
 * before each answer. The bound is the maximum of the process. On Linux it includes the memory of the parent process at
 * the fork: exec keeps the maximum.
 */
function usedMemory(): number {
  const maxInBytes = process.resourceUsage().maxRSS * 1024;
  return maxInBytes <= memorySizeInBytes ? maxInBytes : process.memoryUsage.rss();
}

function load(): Handler {
  // The authorizer throws an error for each refused credential, and its log contains the reason.
  if (!isAuthorizer) sources.install(require.resolve(modulePath));
  return handlerOf(require(modulePath));
}

/** Loads an ES module, which Lambda's runtime awaits. Its code can register extensions in the meantime. */
async function loadEsModule(file: string): Promise<Handler> {
  // The module imports the bundle, which contains the sources.
  sources.install(join(dirname(file), "bundle.js"));
  return handlerOf(await import(pathToFileURL(file).href));
}

function handlerOf(module: Record<string, unknown>): Handler {
  // The function has caught these errors.
  sources.takeErrors();
  const handler = module[name];
  if (typeof handler !== "function") throw new Error(`${process.env._HANDLER} is not a function`);
  return handler as Handler;
}

/** The response stream of the running invocation: a process runs one invocation at a time. */
let running: { readonly requestId: string; readonly stream: ResponseStream; isRead: boolean } | undefined;

/** Runs a streaming handler, and sends its answer chunk by chunk. */
async function stream(
  handler: Handler,
  event: unknown,
  context: object,
  requestId: string,
): Promise<Pick<Done, "streamed">> {
  const answer: ResponseStream = new ResponseStream((bytes) =>
    send({ kind: "chunk", contentType: answer.contentType, bytes: bytes.toString("base64") }),
  );
  const state = { requestId, stream: answer, isRead: true };
  running = state;
  try {
    await runStreaming(handler, event, answer, context);
    return { streamed: answer.contentType };
  } catch (error) {
    // A caller who disconnects is no failure of the function, but the handler can fail on its own afterward.
    if (state.isRead || !isOfClosedStream(error)) throw error;
    return { streamed: answer.contentType };
  } finally {
    running = undefined;
    answer.destroy();
    // A handler closes its connections when its caller disconnects, and each closed connection reports an error.
    if (!state.isRead) sources.forgetForeignErrors();
  }
}

/** Handles a message about the running stream. A message about an earlier stream has no effect. */
function onStreamMessage(message: Exclude<ToFunction, Invoke>): void {
  if (running?.requestId !== message.requestId) return;
  if (message.kind === "taken") running.stream.taken(message.bytes);
  else {
    running.isRead = false;
    running.stream.destroy();
  }
}

function onMessage(message: ToFunction, start: (message: Invoke) => void): void {
  if ("kind" in message) onStreamMessage(message);
  else start(message);
}

async function invoke(
  handler: Handler,
  { requestId, payload, deadline, functionArn }: Invoke,
): Promise<void> {
  const context = {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: "$LATEST",
    invokedFunctionArn: functionArn,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  let result: Pick<Done, "payload" | "streamed" | "error">;
  try {
    const event: unknown = JSON.parse(payload);
    result = isStreaming(handler)
      ? await stream(handler, event, context, requestId)
      : { payload: JSON.stringify(await handler(event, context)) ?? "null" };
  } catch (error) {
    result = { error: describe(error) };
  }
  for (const error of sources.takeErrors()) {
    process.stderr.write(`${process.env.AWS_LAMBDA_FUNCTION_NAME}: ${error}\n`);
  }
  send({ kind: "done", memoryInBytes: usedMemory(), ...result });
}

function serve(load: () => Handler): void {
  try {
    const handler = load();
    process.on("message", (message) =>
      onMessage(message as ToFunction, (invocation) => void invoke(handler, invocation)),
    );
    send({ kind: "ready" });
  } catch (error) {
    fail(error);
  }
}

/** Serves a function that can have extensions: only an ES module can await their registration. */
async function serveWithExtensions(file: string): Promise<void> {
  try {
    const http: typeof httpModule = require("node:http");
    let invocations = 0;
    const { api, address } = await ExtensionsApi.start(http, () => {
      if (invocations > 0) send({ kind: "idle" });
    });
    process.env.AWS_LAMBDA_RUNTIME_API = address;
    const handler = await loadEsModule(file);
    const hasExtensions = await api.closeRegistration();
    process.on("message", (message) =>
      onMessage(message as ToFunction, (invocation) => {
        invocations++;
        api.announce(invocation);
        void invoke(handler, invocation);
      }),
    );
    send({ kind: "ready", hasExtensions });
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  send({ kind: "ready", error: describeLoading(error) });
  process.disconnect();
}

// Lambda's runtime looks for the file in this order, too.
const isEsModule = !existsSync(`${modulePath}.js`) && existsSync(`${modulePath}.mjs`);
if (isEsModule) void serveWithExtensions(`${modulePath}.mjs`);
else serve(load);
// Ctrl-C in a terminal reaches this process, too. The stage ends its functions itself, and an earlier end would look like a
// crash of the function.
process.on("SIGINT", () => undefined);
// The parent process has ended, so no process reads the answer.
process.on("disconnect", () => process.exit());
