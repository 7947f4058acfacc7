import { createHash, createHmac } from "node:crypto";

/** The signed parts of a request to the SageMaker runtime. */
export interface SignedRequest {
  /** The region that the request is signed for. */
  readonly region: string;
  /** Value of the header Host. */
  readonly host: string;
  /** The sent path without a query, percent-encoded a second time. Every service except S3 requires the second time. */
  readonly canonicalPath: string;
  readonly contentType: string;
  readonly accept: string;
  readonly body: string | Uint8Array;
  /** Further headers, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The credentials that Lambda sets in the function's environment. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Absent for long-term credentials. */
  readonly sessionToken: string | undefined;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * Signs a `POST` with Signature Version 4. Returns all headers, including Authorization
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export function sign(request: SignedRequest, credentials: Credentials): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  // The signature requires alphabetical order. The further headers start with `x-amzn-`, and so come last.
  const headers: Record<string, string> = {
    accept: request.accept,
    "content-type": request.contentType,
    host: request.host,
    "x-amz-date": time,
    ...(sessionToken ? { "x-amz-security-token": sessionToken } : {}),
  };
  for (const name of Object.keys(request.headers).sort()) headers[name] = request.headers[name] ?? "";
  const signedHeaders = Object.keys(headers).join(";");
  const canonicalRequest = [
    "POST",
    request.canonicalPath,
    "",
    ...Object.keys(headers).map((name) => `${name}:${headers[name]?.trim().replace(/ {2,}/g, " ")}`),
    "",
    signedHeaders,
    sha256(request.body),
  ].join("\n");
  const scope = [time.slice(0, 8), request.region, "sagemaker", "aws4_request"];
  const key = signingKey(secretAccessKey, scope);
  const text = [ALGORITHM, time, scope.join("/"), sha256(canonicalRequest)].join("\n");
  return {
    ...headers,
    authorization: `${ALGORITHM} Credential=${accessKeyId}/${scope.join("/")}, SignedHeaders=${signedHeaders}, Signature=${hmac(key, text).toString("hex")}`,
  };
}

let lastKey: { readonly of: string; readonly key: Buffer } | undefined;

/** The signing key of one day. The function caches the last key. */
function signingKey(secretAccessKey: string, scope: readonly string[]): Buffer {
  const of = [secretAccessKey, ...scope].join();
  if (lastKey?.of === of) return lastKey.key;
  const key = scope.reduce<Buffer>((above, part) => hmac(above, part), Buffer.from(`AWS4${secretAccessKey}`));
  lastKey = { of, key };
  return key;
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
