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
  };
  if (sessionToken) headers["x-amz-security-token"] = sessionToken;
  for (const name of Object.keys(request.headers).sort()) headers[name] = request.headers[name] ?? "";
  let canonicalHeaders = "";
  for (const name in headers) {
    canonicalHeaders += `${name}:${headers[name]?.trim().replace(/ {2,}/g, " ")}\n`;
  }
  const signedHeaders = Object.keys(headers).join(";");
  const canonicalRequest = `POST\n${request.canonicalPath}\n\n${canonicalHeaders}\n${signedHeaders}\n${sha256(request.body)}`;
  const day = time.slice(0, 8);
  const scope = `${day}/${request.region}/sagemaker/aws4_request`;
  const text = `${ALGORITHM}\n${time}\n${scope}\n${sha256(canonicalRequest)}`;
  headers.authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${hmac(signingKey(secretAccessKey, scope), text).toString("hex")}`;
  return headers;
}

let lastKey: { readonly of: string; readonly key: Buffer } | undefined;

/** The signing key of one day. The function caches the last key. */
function signingKey(secretAccessKey: string, scope: string): Buffer {
  const of = secretAccessKey + scope;
  if (lastKey?.of === of) return lastKey.key;
  const key = scope.split("/").reduce(hmac, Buffer.from(`AWS4${secretAccessKey}`));
  lastKey = { of, key };
  return key;
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
