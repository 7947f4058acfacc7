import { createHash, createHmac } from "node:crypto";

/** What is signed of a request to the SageMaker runtime. */
export interface SignedRequest {
  /** The region that the request is signed for. */
  readonly region: string;
  /** Value of the header Host. */
  readonly host: string;
  /** Path as it is sent, percent-encoded, without a query. */
  readonly path: string;
  readonly contentType: string;
  readonly accept: string;
  readonly body: string;
}

/** Credentials as Lambda sets them in the function's environment. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Absent for lasting credentials. */
  readonly sessionToken: string | undefined;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * The headers of a `POST` that is signed with Signature Version 4, Authorization included
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export function sign(request: SignedRequest, credentials: Credentials): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  // In alphabetical order, as the signature requires.
  const headers: Record<string, string> = {
    accept: request.accept,
    "content-type": request.contentType,
    host: request.host,
    "x-amz-date": time,
    ...(sessionToken ? { "x-amz-security-token": sessionToken } : {}),
  };
  const signedHeaders = Object.keys(headers).join(";");
  const canonicalRequest = [
    "POST",
    request.path.split("/").map(encodeSegment).join("/"),
    "",
    ...Object.entries(headers).map(([name, value]) => `${name}:${value.trim().replace(/ +/g, " ")}`),
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

/** The key that a day's requests are signed with; the last one is kept. */
function signingKey(secretAccessKey: string, scope: readonly string[]): Buffer {
  const of = [secretAccessKey, ...scope].join();
  if (lastKey?.of === of) return lastKey.key;
  const key = scope.reduce<Buffer>((above, part) => hmac(above, part), Buffer.from(`AWS4${secretAccessKey}`));
  lastKey = { of, key };
  return key;
}

/** Every service but S3 wants the path encoded once more than it is sent. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
