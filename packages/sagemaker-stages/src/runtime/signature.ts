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

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * Signs a `POST` with Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 *
 * @param environment - the variables with the credentials. They are read at each call, because Lambda can renew them while
 * the process lives.
 * @returns all headers, including Authorization and Content-Length: name, value, name, value, …
 */
export function sign(request: SignedRequest, environment: NodeJS.ProcessEnv): string[] {
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "", AWS_SESSION_TOKEN } = environment;
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const headers: string[] = [];
  let canonicalHeaders = "";
  let signedHeaders = "";
  const add = (name: string, value: string) => {
    headers.push(name, value);
    canonicalHeaders += `${name}:${value.trim().replace(/ {2,}/g, " ")}\n`;
    signedHeaders += signedHeaders ? `;${name}` : name;
  };
  // The signature requires alphabetical order. The further headers start with `x-amzn-`, and so come last.
  add("accept", request.accept);
  add("content-type", request.contentType);
  add("host", request.host);
  add("x-amz-date", time);
  // Absent for long-term credentials.
  if (AWS_SESSION_TOKEN) add("x-amz-security-token", AWS_SESSION_TOKEN);
  for (const name of Object.keys(request.headers).sort()) add(name, request.headers[name] ?? "");
  const canonicalRequest = `POST\n${request.canonicalPath}\n\n${canonicalHeaders}\n${signedHeaders}\n${sha256(request.body)}`;
  const day = time.slice(0, 8);
  const scope = `${day}/${request.region}/sagemaker/aws4_request`;
  const text = `${ALGORITHM}\n${time}\n${scope}\n${sha256(canonicalRequest)}`;
  const signature = hmac(signingKey(AWS_SECRET_ACCESS_KEY, scope), text).toString("hex");
  headers.push(
    "authorization",
    `${ALGORITHM} Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    // Node.js writes a list of headers as it is, which is faster than an object, and does not add the length of the body.
    "content-length",
    String(Buffer.byteLength(request.body)),
  );
  return headers;
}

let lastKeyOf = "";
let lastKey: string | Buffer = "";

/** The signing key of one day. The function caches the last key. */
function signingKey(secretAccessKey: string, scope: string): string | Buffer {
  const keyOf = secretAccessKey + scope;
  if (keyOf !== lastKeyOf) {
    lastKey = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
    lastKeyOf = keyOf;
  }
  return lastKey;
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
