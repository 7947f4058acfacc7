import { setTimeout as sleep } from "node:timers/promises";
import { type Credentials, sign } from "aws4";
import { isObject } from "../lib/json";
import { UserError } from "../lib/user-error";

/** A request to an AWS service, before its signature. */
export interface AwsRequest {
  /** The name of the service in the signature, e.g. `s3`. */
  readonly service: string;
  readonly region: string;
  readonly method: "GET" | "HEAD" | "POST";
  /** The address with the encoded path and query. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * The attempts in total after a failure on the way or in AWS, as the AWS SDKs' default
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
 */
const MAX_ATTEMPTS = 3;

/**
 * The attempts in total while AWS throttles. S3 answers 503 SlowDown until it has scaled to a new rate of requests, which takes
 * longer than one pause (https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html).
 */
const MAX_ATTEMPTS_THROTTLED = 8;

/** The statuses of an answer while AWS throttles: 503 is also S3's status for SlowDown. */
const THROTTLED = [429, 503];

const FIRST_PAUSE_IN_MS = 200;
const MAX_PAUSE_IN_MS = 10_000;

/** The time until the headers of an answer arrive. */
const TIMEOUT_IN_MS = 30_000;

/**
 * Signs and sends a request with Signature Version 4. Repeats a request that fails on the way, that AWS throttles, or that
 * fails in AWS.
 *
 * @returns the answer; its status can be an error's
 * @throws UserError if there is no answer
 */
export async function sendSigned(request: AwsRequest, credentials: Credentials): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const answer = await trySend(request, credentials);
    if (typeof answer === "string") {
      if (attempt >= MAX_ATTEMPTS) throw new UserError(`${request.url.origin}: no answer: ${answer}`);
    } else {
      if (attempt >= maxAttempts(answer)) return answer;
      await answer.body?.cancel();
    }
    await sleep(pauseInMs(attempt));
  }
}

function maxAttempts({ status }: Response): number {
  if (THROTTLED.includes(status)) return MAX_ATTEMPTS_THROTTLED;
  return status >= 500 ? MAX_ATTEMPTS : 1;
}

/**
 * The pause after an attempt: a random part of an interval that doubles with each attempt, so that parallel requests do not
 * return together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, full jitter).
 */
function pauseInMs(attempt: number): number {
  return Math.random() * Math.min(MAX_PAUSE_IN_MS, FIRST_PAUSE_IN_MS * 2 ** (attempt - 1));
}

/** @returns the answer, or the reason why there is none */
async function trySend(
  { service, region, method, url, headers = {}, body }: AwsRequest,
  credentials: Credentials,
): Promise<Response | string> {
  const signed = sign(
    {
      service,
      region,
      method,
      host: url.host,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
    },
    credentials,
  );
  // The client sets the header Host itself, from the same URL.
  const sent = Object.fromEntries(
    Object.entries(signed.headers ?? {})
      .filter(([name]) => name.toLowerCase() !== "host")
      .map(([name, value]) => [name, String(value)]),
  );
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), TIMEOUT_IN_MS);
  try {
    return await fetch(url, {
      method,
      headers: sent,
      signal: controller.signal,
      redirect: "manual",
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    if (controller.signal.aborted) return `none within ${TIMEOUT_IN_MS / 1000} s`;
    const cause = isObject(error) ? error.cause : undefined;
    // An error without a cause is a fault of this program.
    if (!isObject(cause)) throw error;
    return String(cause.code ?? cause.message);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The address of a service: the variable AWS_ENDPOINT_URL_<SERVICE> or AWS_ENDPOINT_URL, as in the AWS SDKs
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html), or the public address.
 *
 * @param variable - the service in the variable's name, e.g. `S3`
 * @param host - the host of the public address
 * @throws UserError if the variable contains no URL
 */
export function endpointUrl(
  variable: string,
  host: string,
): { readonly origin: string; readonly isCustom: boolean } {
  const custom = [process.env[`AWS_ENDPOINT_URL_${variable}`], process.env.AWS_ENDPOINT_URL].find(
    (value) => value !== undefined && value !== "",
  );
  if (custom === undefined) return { origin: `https://${host}`, isCustom: false };
  if (!URL.canParse(custom)) {
    throw new UserError(`AWS_ENDPOINT_URL: got ${custom}; allowed: a URL, e.g. http://127.0.0.1:5000`);
  }
  return { origin: custom.replace(/\/+$/, ""), isCustom: true };
}

/** The text of the first element with this name in XML; the answers of S3 and CloudWatch need no more. */
export function elementOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text === undefined ? undefined : unescapeXml(text);
}

/** The texts of all elements with this name. */
export function elementsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) =>
    unescapeXml(text),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (all, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return ENTITIES[name] ?? all;
  });
}
