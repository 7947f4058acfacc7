import type { IncomingMessage } from "node:http";
import { createPost } from "../connections";
import { type EndpointHeaders, type EndpointRequest, ForbiddenByContract } from "../contract";
import { type EndpointAddress, readAnswer, refusalOfConnection } from "../endpoint";
import { toEndpointHeaders } from "../headers";
import { type InvocationStats, type Refusal, TIME_IS_OVER } from "../refusal";
import { createRetries } from "../retries";
import { sign } from "../signature";
import type { TimeLeft } from "./store";

/**
 * The maximum size of a payload in the request itself, in bytes. A larger payload is an object in S3
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-invoke-endpoint.html).
 */
export const MAX_INLINE_PAYLOAD_IN_BYTES = 128_000;

/** A request for the endpoint's queue. */
export interface AsyncInvocation {
  readonly request: Omit<EndpointRequest, "body" | "rows">;
  /** The payload, or the S3 URI of the payload. */
  readonly payload: { readonly body: string | Uint8Array } | { readonly location: string };
  /** The id of the request, which the endpoint's notifications contain. A contract can choose another id. */
  readonly inferenceId: string;
  /** The last part of the answer's key. */
  readonly filename: string;
}

/** The places of the answer: S3 URIs. */
export interface QueuedInvocation {
  readonly outputLocation: string;
  readonly failureLocation: string;
  readonly stats: InvocationStats;
}

/** Adds requests to the queue of one endpoint. */
export interface AsyncEndpointClient {
  /** @throws EndpointFailure */
  enqueue(invocation: AsyncInvocation, timeLeftInMs: TimeLeft): Promise<QueuedInvocation>;
}

/** The maximum size of an answer of InvokeEndpointAsync: its document has one id, and an error has a message. */
const MAX_ANSWER_IN_BYTES = 64 * 1024;

/** The locations, or the reason why the endpoint did not accept the request. */
type Outcome = Omit<QueuedInvocation, "stats"> | Refusal;

/**
 * Creates a client of InvokeEndpointAsync
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html). The client retries by the
 * rules of `retries.ts`.
 *
 * @param timeoutInSeconds - the time in which the container must answer. Default: SageMaker's
 */
export function createAsyncEndpointClient(
  { endpointName, region, url }: EndpointAddress,
  timeoutInSeconds: string | undefined,
  environment: NodeJS.ProcessEnv,
): AsyncEndpointClient {
  const post = createPost(url);
  const retrying = createRetries();
  const path = `${url.pathname.replace(/\/$/, "")}/endpoints/${encodeURIComponent(endpointName)}/async-invocations`;
  const canonicalPath = path.split("/").map(encodeURIComponent).join("/");

  return {
    async enqueue(invocation, timeLeftInMs) {
      const headers = headersOf(invocation, timeoutInSeconds);
      const body = "body" in invocation.payload ? invocation.payload.body : "";
      return await retrying(timeLeftInMs, () => attempt(headers, body, timeLeftInMs()));
    },
  };

  function attempt(
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array,
    timeoutInMs: number,
  ): Promise<Outcome> {
    return new Promise((resolve) => {
      const outgoing = post(
        path,
        sign(
          {
            region,
            host: url.host,
            canonicalPath,
            contentType: "application/octet-stream",
            accept: "application/json",
            body,
            headers,
          },
          environment,
        ),
      );
      const settle = (outcome: Outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const timer = setTimeout(
        () => {
          settle(TIME_IS_OVER);
          outgoing.destroy();
        },
        Math.max(0, timeoutInMs),
      );
      const onError = (error: NodeJS.ErrnoException) => {
        settle(refusalOfConnection(error, outgoing.reusedSocket));
      };
      outgoing.on("error", onError);
      outgoing.on("response", (incoming) => {
        // A connection that breaks now was not idle.
        outgoing.reusedSocket = false;
        const chunks: Buffer[] = [];
        let length = 0;
        incoming.on("data", (chunk: Buffer) => {
          length += chunk.length;
          if (length <= MAX_ANSWER_IN_BYTES) chunks.push(chunk);
        });
        incoming.on("error", onError);
        incoming.on("end", () => settle(readLocations(incoming, Buffer.concat(chunks))));
      });
      outgoing.end(body);
    });
  }
}

/** The headers that InvokeEndpointAsync has. */
const TAKEN: readonly (keyof EndpointHeaders)[] = ["customAttributes", "inferenceId"];

/** @throws ForbiddenByContract for a header that InvokeEndpointAsync does not have: SageMaker would ignore the header */
function headersOf(
  { request, payload, inferenceId, filename }: AsyncInvocation,
  timeoutInSeconds: string | undefined,
): Record<string, string> {
  const { contentType, accept, headers = {} } = request;
  for (const name of Object.keys(headers) as (keyof EndpointHeaders)[]) {
    if (headers[name] !== undefined && !TAKEN.includes(name)) throw new ForbiddenByContract(name);
  }
  return {
    "x-amzn-sagemaker-inference-id": inferenceId,
    ...toEndpointHeaders(headers),
    "x-amzn-sagemaker-content-type": contentType,
    "x-amzn-sagemaker-accept": accept,
    "x-amzn-sagemaker-filename": filename,
    ...("location" in payload ? { "x-amzn-sagemaker-inputlocation": payload.location } : {}),
    ...(timeoutInSeconds === undefined
      ? {}
      : { "x-amzn-sagemaker-invocationtimeoutseconds": timeoutInSeconds }),
  };
}

function readLocations(incoming: IncomingMessage, bytes: Buffer): Outcome {
  const { statusCode, headers } = incoming;
  const outputLocation = headers["x-amzn-sagemaker-outputlocation"];
  const failureLocation = headers["x-amzn-sagemaker-failurelocation"];
  if (statusCode === 202 && typeof outputLocation === "string" && typeof failureLocation === "string") {
    return { outputLocation, failureLocation };
  }
  const refusal = readAnswer(incoming, bytes, []);
  return "reply" in refusal ? { status: 502, type: "NotAccepted", origin: "service" } : refusal;
}
