import type { IncomingMessage } from "node:http";
import { createPost } from "../connections";
import { type EndpointRequest, ForbiddenByContract } from "../contract";
import {
  type EndpointAddress,
  EndpointFailure,
  type InvocationStats,
  nameOf,
  type Refusal,
  readAnswer,
  refusalOfConnection,
} from "../endpoint";
import { toEndpointHeaders } from "../headers";
import { isRecord, parseJson } from "../json";
import { MAX_ANSWER_IN_BYTES, MIN_ATTEMPT_IN_MS } from "../limits";
import { createEndpointLoad } from "../retries";
import { sign } from "../signature";
import { EventStreamDecoder, EventStreamFault, type StreamEvent } from "./event-stream";

/** The answer of an endpoint, part by part. */
export interface EndpointStream {
  /**
   * The parts of the container's answer. The iteration reads no further part before the consumer wants it, so that TCP slows
   * down the container. The end of the iteration ends the request.
   *
   * @throws EndpointFailure
   */
  readonly parts: AsyncGenerator<Buffer, void>;
  /** The statistics up to now. */
  stats(): InvocationStats;
}

/** Invokes one endpoint for streams. */
export interface StreamClient {
  /**
   * Sends the request to the endpoint, and retries until the endpoint sends the first part, if a retry can succeed.
   *
   * @param timeLeftInMs - returns the milliseconds that are left
   * @param signal - its abort ends the request at any time. The reason is a {@link Refusal}
   * @throws EndpointFailure
   */
  open(request: EndpointRequest, timeLeftInMs: () => number, signal: AbortSignal): Promise<EndpointStream>;
}

/** The stream violates the format of event streams, or contains an unknown message. */
const CORRUPT: Refusal = { status: 502, type: "StreamCorrupt", origin: "service" };

/** The media type of event streams. */
const EVENT_STREAM = "application/vnd.amazon.eventstream";

/**
 * Creates a client of InvokeEndpointWithResponseStream
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html). The client
 * opens a keep-alive connection before the first request. Retries follow the rules of `retries.ts`.
 */
export function createStreamClient(
  { endpointName, region, url, headers: ofTarget }: EndpointAddress,
  environment: NodeJS.ProcessEnv,
): StreamClient {
  const post = createPost(url);
  const load = createEndpointLoad();
  const path = `${url.pathname.replace(/\/$/, "")}/endpoints/${encodeURIComponent(endpointName)}/invocations-response-stream`;
  const canonicalPath = path.split("/").map(encodeURIComponent).join("/");

  return {
    async open(request, timeLeftInMs, signal) {
      const nextWaitInMs = load.startRequest();
      for (let retries = 0; ; retries++) {
        const start = performance.now();
        const stats = () => ({ endpointMs: Math.round(performance.now() - start), retries });
        const outcome = await attempt(request, signal, stats);
        if ("parts" in outcome) {
          load.recordSuccess();
          return outcome;
        }
        const wait = nextWaitInMs(outcome.retry, start);
        if (signal.aborted || timeLeftInMs() - wait < MIN_ATTEMPT_IN_MS) {
          throw new EndpointFailure(outcome, stats());
        }
        await waitFor(wait, signal);
      }
    },
  };

  /** @returns the stream with its first part, or the reason why there is none */
  async function attempt(
    request: EndpointRequest,
    signal: AbortSignal,
    stats: () => InvocationStats,
  ): Promise<EndpointStream | Refusal> {
    if (signal.aborted) return signal.reason;
    const outgoing = post(path, signed(request));
    const stop = () => outgoing.destroy();
    signal.addEventListener("abort", stop);
    outgoing.once("close", () => signal.removeEventListener("abort", stop));
    let hasAnswered = false;
    const refuse = (thrown: unknown): Refusal => {
      if (signal.aborted) return signal.reason;
      if (thrown instanceof EndpointFailure) return thrown.refusal;
      if (thrown instanceof EventStreamFault) return CORRUPT;
      return refusalOfConnection(thrown as NodeJS.ErrnoException, outgoing.reusedSocket && !hasAnswered);
    };
    try {
      const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
        outgoing.once("response", resolve);
        // Also after the answer has begun: the answer then reports the error, too.
        outgoing.on("error", reject);
        outgoing.end(request.body);
      });
      hasAnswered = true;
      if (incoming.statusCode !== 200) return await readRefusal(incoming);
      const parts = readParts(incoming);
      const first = await parts.next();
      return {
        parts: partsOf(first, parts, (thrown) => new EndpointFailure(refuse(thrown), stats())),
        stats,
      };
    } catch (thrown) {
      return refuse(thrown);
    }
  }

  function signed({ contentType, accept, body, headers = {} }: EndpointRequest): string[] {
    // The operation has no header for a model of a multi-model endpoint, and cannot open a session.
    if (headers.targetModel !== undefined) throw new ForbiddenByContract("targetModel");
    if (headers.sessionId === "NEW_SESSION") throw new ForbiddenByContract("sessionId");
    const further = { ...toEndpointHeaders(headers), ...ofTarget, "x-amzn-sagemaker-accept": accept };
    return sign(
      { region, host: url.host, canonicalPath, contentType, accept: EVENT_STREAM, body, headers: further },
      environment,
    );
  }
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

/** The first part and the parts after it, with the failures of the client. */
async function* partsOf(
  first: IteratorResult<Buffer, void>,
  rest: AsyncGenerator<Buffer, void>,
  toFailure: (thrown: unknown) => EndpointFailure,
): AsyncGenerator<Buffer, void> {
  try {
    for (let part = first; !part.done; part = await rest.next()) yield part.value;
  } catch (thrown) {
    throw toFailure(thrown);
  } finally {
    // Ends the request if the consumer stops early.
    await rest.return();
  }
}

/** @throws EventStreamFault, EndpointFailure, and errors of the connection */
async function* readParts(incoming: IncomingMessage): AsyncGenerator<Buffer, void> {
  const decoder = new EventStreamDecoder();
  for await (const bytes of incoming) {
    const payloads: Buffer[] = [];
    let fault: { readonly thrown: unknown } | undefined;
    try {
      for (const event of decoder.push(bytes)) payloads.push(payloadOf(event));
    } catch (thrown) {
      fault = { thrown };
    }
    // One part for all events that arrived together: each part is one write to the caller.
    const part = Buffer.concat(payloads);
    if (part.length > 0) yield part;
    if (fault !== undefined) throw fault.thrown;
  }
  decoder.end();
}

/** @throws EndpointFailure for a message that ends the stream */
function payloadOf({ headers, payload }: StreamEvent): Buffer {
  if (headers[":message-type"] === "event") {
    // An event of another type is a future extension, which clients ignore.
    return headers[":event-type"] === "PayloadPart" ? payload : Buffer.alloc(0);
  }
  throw new EndpointFailure(refusalOf(headers, payload), { endpointMs: 0, retries: 0 });
}

/**
 * The failure in an exception of the stream
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_ResponseStream.html).
 */
function refusalOf(headers: StreamEvent["headers"], payload: Buffer): Refusal {
  const parsed = parseJson(String(payload));
  const document = isRecord(parsed) ? parsed : {};
  const text = document.Message ?? document.message ?? headers[":error-message"];
  const message = typeof text === "string" ? { message: text } : {};
  const name = nameOf(headers[":exception-type"] ?? headers[":error-code"]);
  if (name === "ModelStreamError") {
    const type = nameOf(document.ErrorCode) ?? name;
    return {
      status: type === "ModelInvocationTimeExceeded" ? 504 : 502,
      type,
      origin: "container",
      ...message,
    };
  }
  if (name === undefined) return CORRUPT;
  return { status: 503, type: name, origin: "service", retry: "few", ...message };
}

async function readRefusal(incoming: IncomingMessage): Promise<Refusal> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    length += chunk.length;
    if (length > MAX_ANSWER_IN_BYTES) break;
    chunks.push(chunk);
  }
  const answer = readAnswer(incoming, Buffer.concat(chunks), []);
  // Only a 200 is an answer.
  return "reply" in answer ? CORRUPT : answer;
}
