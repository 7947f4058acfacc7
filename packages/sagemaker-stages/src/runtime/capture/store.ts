import { createHash, createHmac, randomUUID } from "node:crypto";
import type * as HttpModule from "node:http";
import type * as HttpsModule from "node:https";
import type { CaptureSettings } from "./settings";

/** The result of a write. */
export type Stored = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Writes objects to S3. */
export interface CaptureStore {
  /**
   * Writes one object. Retries once if a retry can succeed. Never throws.
   *
   * @param lines - JSON lines
   * @param time - the time of the answer, which is part of the object's key
   * @param accountId - the account that must own the bucket; `undefined`: any account
   * @param timeLeftInMs - returns the milliseconds that are left
   */
  write(
    lines: string,
    time: Date,
    accountId: string | undefined,
    timeLeftInMs: () => number,
  ): Promise<Stored>;
}

/** The minimum time of an attempt: an attempt cannot succeed in less time. */
export const MIN_ATTEMPT_IN_MS = 20;

const RETRY_WAIT_IN_MS = 50;

/** The maximum part of S3's error document that is read. */
const MAX_ERROR_IN_BYTES = 4096;

/** The result of an attempt. */
type Attempt = Stored & { readonly retry?: boolean };

/**
 * Creates a client of S3's operation PutObject (https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html). The key
 * of an object is `<endpoint>/<variant>/yyyy/mm/dd/hh/MM-SS-mmm-<uuid>.jsonl` in UTC: the folders of SageMaker's data capture
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html).
 *
 * @param environment - the variables of every AWS SDK: AWS_REGION, the credentials, and AWS_ENDPOINT_URL_S3 for another
 * address, whose paths begin with the bucket
 */
export function createCaptureStore(
  { bucket, prefix, kmsKeyArn }: CaptureSettings,
  environment: NodeJS.ProcessEnv,
): CaptureStore {
  const { AWS_REGION: region = "", AWS_ENDPOINT_URL_S3: other } = environment;
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = new URL(other ? `${other}/${bucket}` : `https://${bucket}.s3.${region}.${domain}`);
  const secure = url.protocol === "https:";
  const { request, Agent }: Pick<typeof HttpModule, "request" | "Agent"> = secure
    ? (require("node:https") as typeof HttpsModule)
    : (require("node:http") as typeof HttpModule);
  // One connection: a process has one request at a time.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  return {
    async write(lines, time, accountId, timeLeftInMs) {
      const [year, month, day, hour, minute, second, ms] = time.toISOString().split(/\D/);
      const key = `${prefix}/${year}/${month}/${day}/${hour}/${minute}-${second}-${ms}-${randomUUID()}.jsonl`;
      const path = `${url.pathname.replace(/\/$/, "")}/${key}`;
      for (let isRetry = false; ; isRetry = true) {
        const outcome = await attempt(path, lines, accountId, timeLeftInMs());
        const isOver = timeLeftInMs() < RETRY_WAIT_IN_MS + MIN_ATTEMPT_IN_MS;
        if (outcome.ok || isRetry || !outcome.retry || isOver) return outcome;
        await new Promise((resolve) => setTimeout(resolve, RETRY_WAIT_IN_MS));
      }
    },
  };

  function attempt(
    path: string,
    body: string,
    accountId: string | undefined,
    timeoutInMs: number,
  ): Promise<Attempt> {
    const headers = signed(path, body, accountId);
    return new Promise((resolve) => {
      const outgoing = request(url, { method: "PUT", path, headers, agent });
      const settle = (outcome: Attempt) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const timer = setTimeout(
        () => {
          settle({ ok: false, reason: "TimeIsOver" });
          outgoing.destroy();
        },
        Math.max(0, timeoutInMs),
      );
      outgoing.on("error", (error: NodeJS.ErrnoException) =>
        settle({ ok: false, reason: error.code ?? error.name, retry: true }),
      );
      outgoing.on("response", (incoming) => {
        const status = incoming.statusCode ?? 0;
        let document = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (chunk: string) => {
          if (document.length < MAX_ERROR_IN_BYTES) document += chunk;
        });
        incoming.on("error", () => settle({ ok: false, reason: "ConnectionClosed", retry: true }));
        incoming.on("end", () => {
          if (status === 200) return settle({ ok: true });
          const [, code = ""] = /<Code>([\w.]{1,64})<\/Code>/.exec(document) ?? [];
          settle({ ok: false, reason: `${status} ${code}`.trim(), retry: status >= 500 || status === 429 });
        });
      });
      outgoing.end(body);
    });
  }

  /** The headers with a signature of version 4, in the order of their names. */
  function signed(path: string, body: string, accountId: string | undefined): Record<string, string> {
    const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "", AWS_SESSION_TOKEN } = environment;
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    const hash = createHash("sha256").update(body).digest("hex");
    const headers: Record<string, string> = {
      "content-length": String(Buffer.byteLength(body)),
      "content-type": "application/jsonlines",
      host: url.host,
      "x-amz-content-sha256": hash,
      "x-amz-date": time,
      // Another account could create a bucket with this name after the bucket was deleted.
      ...(accountId === undefined ? {} : { "x-amz-expected-bucket-owner": accountId }),
      ...(AWS_SESSION_TOKEN ? { "x-amz-security-token": AWS_SESSION_TOKEN } : {}),
      ...(kmsKeyArn === undefined
        ? {}
        : {
            "x-amz-server-side-encryption": "aws:kms",
            "x-amz-server-side-encryption-aws-kms-key-id": kmsKeyArn,
            "x-amz-server-side-encryption-bucket-key-enabled": "true",
          }),
    };
    const names = Object.keys(headers).sort();
    const canonical = names.map((name) => `${name}:${headers[name]}\n`).join("");
    const canonicalRequest = `PUT\n${path}\n\n${canonical}\n${names.join(";")}\n${hash}`;
    const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${createHash("sha256").update(canonicalRequest).digest("hex")}`;
    const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${AWS_SECRET_ACCESS_KEY}`);
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names.join(";")}, Signature=${hmac(key, text).toString("hex")}`;
    return headers;
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
