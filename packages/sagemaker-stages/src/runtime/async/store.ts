import { createHash, createHmac } from "node:crypto";
import type * as HttpModule from "node:http";
import type * as HttpsModule from "node:https";
import { MIN_ATTEMPT_IN_MS, RETRY_AFTER_UNAVAILABLE_IN_SECONDS } from "../limits";
import { EndpointFailure, NO_STATS } from "../refusal";

/** An object in S3. */
export interface StoredObject {
  readonly bytes: Buffer;
  /** The media type that the object has in S3; empty if there is none. */
  readonly contentType: string;
  readonly etag: string;
  /** The size of the whole object, which can be larger than `bytes`. */
  readonly size: number;
}

/** A condition of a write: only if the object does not exist, or only if it has this ETag. */
export type WriteCondition = "new" | { readonly etag: string };

/** A request that the caller sends to S3 itself, within a limited time. */
export interface PresignedRequest {
  readonly url: string;
  /** The headers that the caller must send. */
  readonly headers: Readonly<Record<string, string>>;
  /** The end of the time, in ISO 8601. */
  readonly expiresAt: string;
}

/** The objects of one bucket. */
export interface AsyncStore {
  /**
   * Writes an object.
   *
   * @param body - with a condition, bytes that no other write has: a retry recognizes its own earlier write by the bytes
   * @returns the ETag; `undefined` if the condition does not hold
   * @throws EndpointFailure if S3 does not answer in time, or fails
   */
  put(
    key: string,
    body: string | Uint8Array,
    time: TimeLeft,
    condition?: WriteCondition,
  ): Promise<string | undefined>;
  /**
   * Reads an object.
   *
   * @param maxBytes - a larger object is not read: `bytes` is empty
   * @returns `undefined` if the object does not exist
   * @throws EndpointFailure if S3 does not answer in time, or fails
   */
  get(key: string, time: TimeLeft, maxBytes: number): Promise<StoredObject | undefined>;
  /** Signs a request for a caller. The signature includes every header, so that S3 refuses another type or size. */
  presign(
    method: "PUT" | "GET",
    key: string,
    seconds: number,
    headers?: Readonly<Record<string, string>>,
  ): PresignedRequest;
}

/** Returns the milliseconds that are left. */
export type TimeLeft = () => number;

/** The attempts at a failing S3, as in AWS's SDKs. */
const MAX_ATTEMPTS = 3;
const RETRY_WAIT_IN_MS = 100;

/** The maximum part of S3's error document that is read. */
const MAX_ERROR_IN_BYTES = 4096;

/** The answer of S3. */
interface Answer extends StoredObject {
  readonly status: number;
}

/** The object does not exist, or the request did not reach S3. */
type Outcome = Answer | { readonly status: 0; readonly code: string };

/**
 * Creates a client of S3's operations PutObject and GetObject
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html).
 *
 * @param environment - the variables of every AWS SDK: AWS_REGION, the credentials, and AWS_ENDPOINT_URL_S3 for another
 * address, whose paths begin with the bucket
 */
export function createAsyncStore(bucket: string, environment: NodeJS.ProcessEnv): AsyncStore {
  const { AWS_REGION: region = "", AWS_ENDPOINT_URL_S3: other } = environment;
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = new URL(other ? `${other}/${bucket}` : `https://${bucket}.s3.${region}.${domain}`);
  const { request, Agent }: Pick<typeof HttpModule, "request" | "Agent"> =
    url.protocol === "https:"
      ? (require("node:https") as typeof HttpsModule)
      : (require("node:http") as typeof HttpModule);
  const agent = new Agent({ keepAlive: true });
  const pathOf = (key: string) =>
    `${url.pathname.replace(/\/$/, "")}/${key.split("/").map(encodeURIComponent).join("/")}`;

  return {
    async put(key, body, time, condition) {
      const headers: Record<string, string> =
        condition === undefined
          ? {}
          : condition === "new"
            ? { "if-none-match": "*" }
            : { "if-match": condition.etag };
      const answer = await send("PUT", key, body, headers, time, MAX_ERROR_IN_BYTES);
      if (answer.status === 200) return answer.etag;
      if (condition === undefined || !REFUSED_CONDITION.includes(answer.status)) throw failed(answer);
      // An attempt whose answer was lost can have written the object: the condition of the next attempt then does not hold.
      if (!answer.isRepeated) return undefined;
      const found = await send("GET", key, "", {}, time, Buffer.byteLength(body));
      if (found.status === 200) return found.bytes?.equals(Buffer.from(body)) ? found.etag : undefined;
      if (isMissing(found)) return undefined;
      throw failed(found);
    },

    async get(key, time, maxBytes) {
      const answer = await send("GET", key, "", {}, time, maxBytes);
      if (answer.status === 200) return answer;
      if (isMissing(answer)) return undefined;
      throw failed(answer);
    },

    presign(method, key, seconds, headers = {}) {
      const { AWS_ACCESS_KEY_ID = "", AWS_SESSION_TOKEN } = environment;
      const now = new Date();
      const { time, scope } = scopeAt(now);
      const signed: Record<string, string> = { ...headers, host: url.host };
      const names = Object.keys(signed).sort();
      // In the order of their names, as the signature requires.
      const query = Object.entries({
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": `${AWS_ACCESS_KEY_ID}/${scope}`,
        "X-Amz-Date": time,
        "X-Amz-Expires": String(seconds),
        ...(AWS_SESSION_TOKEN ? { "X-Amz-Security-Token": AWS_SESSION_TOKEN } : {}),
        "X-Amz-SignedHeaders": names.join(";"),
      })
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join("&");
      const path = pathOf(key);
      const signature = signatureOf(method, path, query, signed, "UNSIGNED-PAYLOAD", time, scope);
      return {
        url: `${url.origin}${path}?${query}&X-Amz-Signature=${signature}`,
        headers,
        expiresAt: new Date(now.getTime() + seconds * 1000).toISOString(),
      };
    },
  };

  /** Sends a request, and retries if a retry can succeed. `isRepeated`: the answer is not the first attempt's. */
  async function send(
    method: "PUT" | "GET",
    key: string,
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>>,
    time: TimeLeft,
    maxBytes: number,
  ): Promise<Outcome & { readonly bytes?: Buffer; readonly etag?: string; readonly isRepeated: boolean }> {
    for (let attempts = 1; ; attempts++) {
      const outcome = await attempt(method, pathOf(key), body, headers, time(), maxBytes);
      const { status } = outcome;
      // 409: another write with a condition is running, possibly the earlier attempt. S3 requires a repetition.
      const canRetry = status === 0 || status >= 500 || status === 429 || status === 409;
      const isOver = time() < RETRY_WAIT_IN_MS + MIN_ATTEMPT_IN_MS;
      if (!canRetry || isOver || attempts === MAX_ATTEMPTS) return { ...outcome, isRepeated: attempts > 1 };
      await new Promise((resolve) => setTimeout(resolve, RETRY_WAIT_IN_MS));
    }
  }

  function attempt(
    method: "PUT" | "GET",
    path: string,
    body: string | Uint8Array,
    further: Readonly<Record<string, string>>,
    timeoutInMs: number,
    maxBytes: number,
  ): Promise<Outcome> {
    const headers = signedHeaders(method, path, body, further);
    return new Promise((resolve) => {
      const outgoing = request(url, { method, path, headers, agent });
      const settle = (outcome: Outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const fail = (code: string) => {
        settle({ status: 0, code });
        outgoing.destroy();
      };
      const timer = setTimeout(() => fail("TimeIsOver"), Math.max(0, timeoutInMs));
      outgoing.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? error.name));
      outgoing.on("response", (incoming) => {
        const { statusCode: status = 0, headers: received } = incoming;
        const size = Number(received["content-length"] ?? 0);
        const found = {
          status,
          contentType: received["content-type"] ?? "",
          etag: received.etag ?? "",
          size,
        };
        if (status === 200 && size > maxBytes) {
          settle({ ...found, bytes: Buffer.alloc(0) });
          return void outgoing.destroy();
        }
        const chunks: Buffer[] = [];
        let length = 0;
        incoming.on("data", (chunk: Buffer) => {
          length += chunk.length;
          if (status === 200 || length <= MAX_ERROR_IN_BYTES) chunks.push(chunk);
        });
        incoming.on("error", () => fail("ConnectionClosed"));
        incoming.on("end", () => settle({ ...found, bytes: Buffer.concat(chunks) }));
      });
      outgoing.end(body);
    });
  }

  /** All headers of a request, with a signature of version 4. */
  function signedHeaders(
    method: string,
    path: string,
    body: string | Uint8Array,
    further: Readonly<Record<string, string>>,
  ): Record<string, string> {
    const { AWS_ACCESS_KEY_ID = "", AWS_SESSION_TOKEN } = environment;
    const { time, scope } = scopeAt(new Date());
    const hash = sha256(body);
    const headers: Record<string, string> = {
      ...further,
      ...(method === "PUT" ? { "content-length": String(Buffer.byteLength(body)) } : {}),
      host: url.host,
      "x-amz-content-sha256": hash,
      "x-amz-date": time,
      ...(AWS_SESSION_TOKEN ? { "x-amz-security-token": AWS_SESSION_TOKEN } : {}),
    };
    const signature = signatureOf(method, path, "", headers, hash, time, scope);
    const names = Object.keys(headers).sort().join(";");
    headers.authorization = `${ALGORITHM} Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    return headers;
  }

  function scopeAt(now: Date): { readonly time: string; readonly scope: string } {
    const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
    return { time, scope: `${time.slice(0, 8)}/${region}/s3/aws4_request` };
  }

  function signatureOf(
    method: string,
    path: string,
    query: string,
    headers: Readonly<Record<string, string>>,
    payloadHash: string,
    time: string,
    scope: string,
  ): string {
    const names = Object.keys(headers).sort();
    const canonical = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join("");
    const canonicalRequest = `${method}\n${path}\n${query}\n${canonical}\n${names.join(";")}\n${payloadHash}`;
    const text = `${ALGORITHM}\n${time}\n${scope}\n${sha256(canonicalRequest)}`;
    const key = scope
      .split("/")
      .reduce<string | Buffer>(hmac, `AWS4${environment.AWS_SECRET_ACCESS_KEY ?? ""}`);
    return hmac(key, text).toString("hex");
  }
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * The statuses of a write whose condition does not hold. 404: the object of an If-Match does not exist. 409: another write with a
 * condition is running (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 */
const REFUSED_CONDITION = [404, 409, 412];

/**
 * Whether the object does not exist. Without the permission s3:ListBucket, S3 answers 403 for such an object
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html). A refused signature or key is a fault.
 */
function isMissing({ status, bytes }: { readonly status: number; readonly bytes?: Buffer }): boolean {
  const document = String(bytes ?? "");
  return (
    status === 404 || (status === 403 && /<Code>AccessDenied</.test(document) && !/kms:/i.test(document))
  );
}

/** The failure of a request to S3. The name of the error is S3's code, which the log contains. */
function failed(outcome: Outcome & { readonly bytes?: Buffer }): Error {
  const [, code = ""] = /<Code>([\w.]{1,64})<\/Code>/.exec(String(outcome.bytes ?? "")) ?? [];
  if (outcome.status !== 0 && outcome.status < 500 && outcome.status !== 429) {
    const error = new Error(`S3 answered ${outcome.status} ${code}`);
    error.name = `S3${code || outcome.status}`;
    return error;
  }
  return new EndpointFailure(
    {
      status: 503,
      type: "code" in outcome ? outcome.code : `S3${code || outcome.status}`,
      origin: outcome.status === 0 ? "connection" : "service",
      detail: `The storage of asynchronous requests is unavailable. Try again after ${RETRY_AFTER_UNAVAILABLE_IN_SECONDS} seconds.`,
    },
    NO_STATS,
  );
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
