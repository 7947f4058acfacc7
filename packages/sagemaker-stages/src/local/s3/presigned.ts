import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type HttpRequest, isNamed } from "../http";
import { LOCAL_CREDENTIALS } from "../signature";

/** The parts of a presigned URL, whose signature is valid. */
export interface PresignedUrl {
  /** The session token of the signer. */
  readonly sessionToken: string | undefined;
}

/** The reason why S3 refuses a presigned URL. */
export type PresignedFault = "SignatureDoesNotMatch" | "AccessDenied" | "InvalidAccessKeyId";

/** The maximum time of a presigned URL: 7 days (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html). */
const MAX_SECONDS = 604_800;

/** Whether a request has its signature in the query. */
export function isPresigned(request: Pick<HttpRequest, "query">): boolean {
  return new URLSearchParams(request.query).has("X-Amz-Signature");
}

/**
 * Checks the signature in a query (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html). The
 * signature includes the signed headers, so that a request with another size or media type is refused.
 */
export function checkPresigned(request: HttpRequest, region: string): PresignedUrl | PresignedFault {
  const query = new URLSearchParams(request.query);
  const [accessKeyId, day = "", ...scope] = (query.get("X-Amz-Credential") ?? "").split("/");
  if (accessKeyId !== LOCAL_CREDENTIALS.accessKeyId) return "InvalidAccessKeyId";
  const time = query.get("X-Amz-Date") ?? "";
  const seconds = Number(query.get("X-Amz-Expires"));
  const isScoped = scope.join("/") === `${region}/s3/aws4_request` && time.startsWith(`${day}T`);
  if (!isScoped || query.get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256") return "SignatureDoesNotMatch";
  const start = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  const isInTime = Date.now() <= start + seconds * 1000;
  if (!(seconds >= 1 && seconds <= MAX_SECONDS && isInTime)) return "AccessDenied";
  const names = (query.get("X-Amz-SignedHeaders") ?? "").split(";");
  const sent = Buffer.from(query.get("X-Amz-Signature") ?? "");
  const expected = Buffer.from(signatureOf(request, names, time, `${day}/${scope.join("/")}`));
  const isValid =
    names.includes("host") && sent.length === expected.length && timingSafeEqual(sent, expected);
  return isValid ? { sessionToken: query.get("X-Amz-Security-Token") ?? undefined } : "SignatureDoesNotMatch";
}

function signatureOf(
  { method, path, query, headers }: HttpRequest,
  names: readonly string[],
  time: string,
  scope: string,
): string {
  const parameters = query
    .split("&")
    .filter((parameter) => !parameter.startsWith("X-Amz-Signature="))
    .sort()
    .join("&");
  const canonical = names.map((name) => {
    const values = headers.filter(([candidate]) => isNamed(candidate, name)).map(([, value]) => value.trim());
    return `${name}:${values.join(",")}\n`;
  });
  const text = [method, path, parameters, canonical.join(""), names.join(";"), "UNSIGNED-PAYLOAD"].join("\n");
  const hash = createHash("sha256").update(text).digest("hex");
  const key = scope
    .split("/")
    .reduce<string | Buffer>(
      (current, part) => createHmac("sha256", current).update(part).digest(),
      `AWS4${LOCAL_CREDENTIALS.secretAccessKey}`,
    );
  return createHmac("sha256", key).update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash}`).digest("hex");
}
