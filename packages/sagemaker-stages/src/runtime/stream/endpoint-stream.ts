import type { IncomingMessage } from "node:http";
import { type EndpointRequest, ForbiddenByContract } from "../contract";
import { nameOf, readAnswer, TOO_LARGE } from "../endpoint";
import { toEndpointHeaders } from "../headers";
import { isRecord, parseJson } from "../json";
import { EndpointFailure, type InvocationStats, NO_STATS, type Refusal } from "../refusal";
import { type Calling, readWhole } from "./abortable-calls";
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
  statsNow(): InvocationStats;
}

/** The stream violates the format of event streams, or contains an unknown message. */
const CORRUPT: Refusal = { status: 502, type: "StreamCorrupt", origin: "service" };

/** The media type of event streams. */
const EVENT_STREAM = "application/vnd.amazon.eventstream";

/**
 * Invokes an endpoint for a stream: InvokeEndpointWithResponseStream
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html). Retries until
 * the endpoint sends the first part, if a retry can succeed.
 *
 * @throws EndpointFailure; ForbiddenByContract for a header that the operation does not have
 */
export async function openStream(
  calling: Calling,
  request: EndpointRequest,
  timeLeftInMs: () => number,
  signal: AbortSignal,
): Promise<EndpointStream> {
  const { accept, headers = {} } = request;
  // The operation has no header for a model of a multi-model endpoint, and cannot open a session.
  if (headers.targetModel !== undefined) throw new ForbiddenByContract("targetModel");
  if (headers.sessionId === "NEW_SESSION") throw new ForbiddenByContract("sessionId");
  return await calling(
    {
      operation: "invocations-response-stream",
      request,
      accept: EVENT_STREAM,
      headers: { ...toEndpointHeaders(headers), "x-amzn-sagemaker-accept": accept },
      async read(incoming, { statsNow, toFailure }): Promise<EndpointStream | Refusal> {
        if (incoming.statusCode !== 200) return await readRefusal(incoming);
        const parts = readParts(incoming);
        return { parts: partsOf(await parts.next(), parts, toFailure), statsNow };
      },
    },
    timeLeftInMs,
    signal,
  );
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

/** @throws EndpointFailure, and errors of the connection */
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
    if (fault !== undefined) throw asFailure(fault.thrown);
  }
  try {
    decoder.end();
  } catch (thrown) {
    throw asFailure(thrown);
  }
}

function asFailure(thrown: unknown): unknown {
  return thrown instanceof EventStreamFault ? new EndpointFailure(CORRUPT, NO_STATS) : thrown;
}

/** @throws EndpointFailure for a message that ends the stream */
function payloadOf({ headers, payload }: StreamEvent): Buffer {
  if (headers[":message-type"] === "event") {
    // An event of another type is a future extension, which clients ignore.
    return headers[":event-type"] === "PayloadPart" ? payload : Buffer.alloc(0);
  }
  throw new EndpointFailure(refusalOf(headers, payload), NO_STATS);
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
  const bytes = await readWhole(incoming);
  if (bytes === undefined) return TOO_LARGE;
  const answer = readAnswer(incoming, bytes, []);
  // Only a 200 is an answer.
  return "reply" in answer ? CORRUPT : answer;
}
