import { isCallerAnswer } from "../answer";
import type { Contract } from "../contract";
import { readEvent } from "../event";
import { createHandlerWith, type Handler, type HandlerFunctions } from "../handler-core";
import { isRecord, parseJson } from "../json";
import type { HandlerParts } from "../parts";
import { type Invocation, startExtension } from "./extension";
import { placeOf } from "./places";
import { type Exchange, toRecords } from "./records";
import { readCaptureSettings } from "./settings";
import { createCaptureStore, MIN_ATTEMPT_IN_MS, type Stored } from "./store";

/** The maximum time of a write after an answer. A process accepts no request in this time. */
export const MAX_WRITE_IN_MS = 1_000;

/**
 * The maximum time of a write of a function with reserved concurrency: Lambda throttles requests while every process writes. S3
 * answers small requests after 100–200 ms (https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html).
 */
export const MAX_WRITE_IN_MS_IF_RESERVED = 300;

/** The time before Lambda's timeout that a write leaves: Lambda would end the process, and report a timeout. */
export const RESERVE_IN_MS = 200;

/** After this number of failed writes in a row, capture pauses. A destination that hangs then costs little. */
export const MAX_FAILURES = 3;

/** The time of a pause. After it, one failed write begins the next pause. */
export const PAUSE_IN_MS = 30_000;

/**
 * The maximum number of answers that wait for their write. A process on Lambda has one request at a time, so that this limit
 * only matters elsewhere.
 */
const MAX_WAITING = 4;

/** A handler that captures. */
export interface CapturingHandler {
  readonly handler: Handler;
  /** Resolves in Lambda's init phase, when capture is ready or cannot run. Never rejects. */
  readonly ready: Promise<void>;
}

/** A request while its handler runs. */
interface Observed {
  request?: unknown;
  answer?: unknown;
  hasAnswer?: boolean;
  /** The bodies that pass through, and are no JSON. */
  isText?: Exchange["isText"];
}

/** An answer whose records are not written yet. */
interface Answered extends Observed {
  readonly requestId: string;
  readonly time: Date;
}

/**
 * Creates the handler of a contract that stores requests and answers in S3 after the answer: an internal extension delays
 * Lambda's freezing of the process, and not the answer ({@link startExtension}). A lost record is one line of the log, and
 * never changes an answer.
 *
 * Only the functions of models with `capture` contain this code.
 *
 * @param parts - see `createHandlerWith`
 * @param environment - the function's variables: those of `createHandlerWith`, `readCaptureSettings` and
 * AWS_LAMBDA_RUNTIME_API. Without CAPTURE_DESTINATION, the handler captures nothing
 * @param ofStreamMode - see `createHandlerWith`
 */
export function capture<Request, Answer>(
  parts: HandlerParts,
  contract: Contract<Request, Answer>,
  environment: NodeJS.ProcessEnv = process.env,
  ...ofStreamMode: HandlerFunctions
): CapturingHandler {
  const settings = readCaptureSettings(environment);
  const address = environment.AWS_LAMBDA_RUNTIME_API;
  if (settings === undefined || !address) {
    const handler = createHandlerWith(parts, contract, environment, ...ofStreamMode);
    return { handler, ready: Promise.resolve() };
  }
  // A process on Lambda has one request at a time. Elsewhere, concurrent requests are not captured.
  let running = 0;
  let observed: Observed = {};
  const observe = (part: Observed) =>
    void Object.assign(observed, part, { isText: { ...observed.isText, ...part.isText } });
  const handler = createHandlerWith(
    observeParts(parts, observe),
    observeContract(contract, observe),
    environment,
    ...ofStreamMode,
  );
  const store = createCaptureStore(settings, environment);
  const answers = new Answers();
  const ofContract = {
    place: placeOf(contract.schema),
    isOpenAnswer: contract.passThrough !== undefined,
    rowsIn: contract.limits.rowsIn,
  };
  const maxWriteInMs = settings.isReserved ? MAX_WRITE_IN_MS_IF_RESERVED : MAX_WRITE_IN_MS;
  let failures = 0;
  let pausedUntil = 0;
  let isActive = false;

  const lose = (requestId: string, reason: string) =>
    process.stdout.write(`${JSON.stringify({ requestId, model: contract.model, captureLost: reason })}\n`);

  const write = async (answered: Answered, { deadlineMs, invokedFunctionArn }: Invocation): Promise<void> => {
    const { requestId, time, request, answer, isText } = answered;
    if (Date.now() < pausedUntil) return void lose(requestId, "Paused");
    const exchange: Exchange = { requestId, time, request, answer, isText: isText ?? {}, ...ofContract };
    const { lines, omitted } = toRecords(exchange, settings.fields);
    if (omitted > 0) lose(requestId, `TooLarge: ${omitted} row(s)`);
    if (lines === "") return;
    // The time of the records is a part of the process's time, and not of the write.
    const end = Math.min(Date.now() + maxWriteInMs, deadlineMs - RESERVE_IN_MS);
    // A slow answer says nothing about the destination, and must not pause the records of fast answers.
    if (end - Date.now() < MIN_ATTEMPT_IN_MS) return void lose(requestId, "NoTime");
    const [, , , , accountId] = invokedFunctionArn.split(":");
    const stored: Stored = await store.write(lines, time, accountId || undefined, () => end - Date.now());
    failures = stored.ok ? 0 : failures + 1;
    if (stored.ok) return;
    lose(requestId, stored.reason);
    if (failures < MAX_FAILURES) return;
    failures = MAX_FAILURES - 1;
    pausedUntil = Date.now() + PAUSE_IN_MS;
  };

  const ready = startExtension(address, async (invocation) => {
    const answered = await answers.take(invocation.requestId);
    if (answered === undefined) return;
    try {
      await write(answered, invocation);
    } catch (error) {
      lose(answered.requestId, error instanceof Error ? error.name : "Error");
    }
  }).then((isRegistered) => {
    isActive = isRegistered;
    if (!isRegistered) lose("none", "NotRegistered");
  });

  return {
    ready,
    async handler(event, context) {
      if (!isActive) return handler(event, context);
      const own: Observed = {};
      observed = own;
      const isAlone = ++running === 1;
      const answer = await handler(event, context);
      running--;
      const isSampled = isAlone && observed === own && Math.random() * 100 < settings.percent;
      const { requestId } = readEvent(event, context);
      const answered = isSampled && own.hasAnswer ? { ...own, requestId, time: new Date() } : undefined;
      // The runtime sends the answer before the event loop continues.
      setImmediate(() => {
        if (!answers.put(context.awsRequestId, answered)) lose(requestId, "Busy");
      });
      return answer;
    },
  };
}

/** The answers by Lambda's request id. The extension's event arrives before or after the answer. */
class Answers {
  private readonly answered = new Map<string, Answered | undefined>();
  private readonly expected = new Map<string, (answered: Answered | undefined) => void>();

  /** @returns `false` if too many answers wait already */
  put(id: string, answered: Answered | undefined): boolean {
    const resolve = this.expected.get(id);
    this.expected.delete(id);
    if (resolve !== undefined) {
      resolve(answered);
      return true;
    }
    const hasPlace = answered === undefined || this.answered.size < MAX_WAITING;
    this.answered.set(id, hasPlace ? answered : undefined);
    return hasPlace;
  }

  /** Waits for the end of an invocation. @returns `undefined` if there is nothing to write */
  async take(id: string): Promise<Answered | undefined> {
    if (this.answered.has(id)) {
      const answered = this.answered.get(id);
      this.answered.delete(id);
      return answered;
    }
    return new Promise((resolve) => this.expected.set(id, resolve));
  }
}

function observeContract<Request, Answer>(
  contract: Contract<Request, Answer>,
  observe: (part: Observed) => void,
): Contract<Request, Answer> {
  return {
    ...contract,
    encode: (request, caller) => contract.encode(request, caller),
    decode(body, request, reply) {
      const answer = contract.decode(body, request, reply);
      observe({ request, answer: isCallerAnswer(answer) ? answer.answer : answer, hasAnswer: true });
      return answer;
    },
  };
}

/** A contract that passes bodies through neither encodes requests nor decodes answers. */
function observeParts(parts: HandlerParts, observe: (part: Observed) => void): HandlerParts {
  const { passThrough } = parts;
  if (passThrough === undefined) return parts;
  return {
    ...parts,
    passThrough: {
      request(contract, incoming, accept, contentType) {
        const encoded = passThrough.request(contract, incoming, accept, contentType);
        if (encoded !== undefined) {
          const { value, isText } = read(encoded.body);
          observe({ request: value, isText: { request: isText } });
        }
        return encoded;
      },
      answer(contract, incoming, accept, body, reply) {
        const answer = passThrough.answer(contract, incoming, accept, body, reply);
        if (answer !== undefined) {
          const { value, isText } = read(body || reply.bytes);
          observe({ answer: value, isText: { answer: isText }, hasAnswer: true });
        }
        return answer;
      },
    },
  };
}

/** The value of a JSON document, or the text or the base64 of another body. A number in CSV is a JSON document, too. */
function read(body: string | Uint8Array): { readonly value: unknown; readonly isText: boolean } {
  if (typeof body !== "string") return { value: Buffer.from(body).toString("base64"), isText: true };
  const value = parseJson(body);
  return { value: value === undefined ? body : value, isText: !isRecord(value) };
}
