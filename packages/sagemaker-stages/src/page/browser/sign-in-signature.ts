/** Temporary credentials of the identity pool. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The scope of a signature. */
export interface SignatureScope {
  readonly region: string;
  readonly service: string;
}

/** A request that is signed. */
export interface RequestToSign {
  readonly method: string;
  /** The query must have the encoding of {@link withStrictQuery}. */
  readonly url: URL;
  readonly body: ArrayBuffer;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const SIGNED_HEADERS = "host;x-amz-date;x-amz-security-token";

/**
 * Signs a request with Signature Version 4. The hash and the HMAC are the browser's
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 *
 * @returns the headers of the signed request. The browser itself adds the header `host`
 */
export async function signRequest(
  { method, url, body }: RequestToSign,
  { accessKeyId, secretAccessKey, sessionToken }: TemporaryCredentials,
  { region, service }: SignatureScope,
  now: Date,
): Promise<Record<string, string>> {
  const time = now.toISOString().replace(/[:-]|\.\d{3}/g, "");
  const date = time.slice(0, 8);
  const canonicalRequest = [
    method,
    // Every service except S3 encodes the encoded path again.
    url.pathname.split("/").map(encode).join("/"),
    url.search.slice(1),
    `host:${url.host}`,
    `x-amz-date:${time}`,
    `x-amz-security-token:${sessionToken}`,
    "",
    SIGNED_HEADERS,
    await sha256(body),
  ].join("\n");
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = [ALGORITHM, time, scope, await sha256(bytesOf(canonicalRequest))].join("\n");
  let key: BufferSource = bytesOf(`AWS4${secretAccessKey}`);
  for (const part of scope.split("/")) key = await hmac(key, part);
  const signature = hex(await hmac(key, text));
  return {
    authorization: `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`,
    "x-amz-date": time,
    "x-amz-security-token": sessionToken,
  };
}

/** The URL with sorted parameters and AWS's encoding of the query, so that AWS reads the query as the signature contains it. */
export function withStrictQuery(address: string): URL {
  const url = new URL(address);
  url.search = [...url.searchParams]
    .map((parameter) => parameter.map(encode))
    // By name, then by value. The space is less than each character of an encoded text; `=` would sort `a2=1` before `a=1`.
    .sort((left, right) => (left.join(" ") < right.join(" ") ? -1 : 1))
    .map((parameter) => parameter.join("="))
    .join("&");
  return url;
}

/** Encodes every character except the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A text in UTF-8. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function sha256(bytes: BufferSource): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

async function hmac(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return await crypto.subtle.sign("HMAC", imported, bytesOf(text));
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
