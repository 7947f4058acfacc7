import { createHash, timingSafeEqual } from "node:crypto";
import aws4 from "aws4";
import { ArnFactory } from "../aws/arn";
import type { RoleSessions } from "./cognito/sessions";
import { type HttpRequest, headerOf, isNamed } from "./http";

/** The only credentials of the local stage. They are valid nowhere else. */
export const LOCAL_CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" } as const;

/** The error of AWS for a refused signature. */
export interface SignatureFault {
  readonly errorType:
    | "MissingAuthenticationTokenException"
    | "IncompleteSignatureException"
    | "InvalidSignatureException"
    | "UnrecognizedClientException"
    | "ExpiredTokenException";
  readonly message: string;
}

/**
 * The maximum difference between the time of a signature and the current time. Beyond this limit, AWS refuses the
 * signature.
 */
const MAX_SKEW_IN_MS = 5 * 60 * 1000;

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/, ]+)\/(\d{8})\/([^/, ]+)\/([^/, ]+)\/aws4_request, ?SignedHeaders=([^, ]+), ?Signature=([0-9a-f]{64})$/;

/** The parts of the header Authorization. */
interface Authorization {
  readonly accessKeyId: string;
  /** The scope of the credential. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** The names of the signed headers, separated by `;`. */
  readonly signedHeaders: string;
  readonly signature: string;
}

let lastHeader: string | undefined;
let lastAuthorization: Authorization | undefined;

/** The parts of a header Authorization; `undefined` if the header is not complete. */
function parseAuthorization(header: string): Authorization | undefined {
  // The checks of one request read the parts several times.
  if (header === lastHeader) return lastAuthorization;
  const [whole, accessKeyId = "", date = "", region = "", service = "", signedHeaders = "", signature = ""] =
    AUTHORIZATION.exec(header) ?? [];
  lastHeader = header;
  lastAuthorization =
    whole === undefined ? undefined : { accessKeyId, date, region, service, signedHeaders, signature };
  return lastAuthorization;
}

function authorizationOf(request: HttpRequest): Authorization | undefined {
  return parseAuthorization(headerOf(request, "authorization") ?? "");
}

/** The access key of a signed request. */
export function accessKeyIdOf(request: HttpRequest): string | undefined {
  return authorizationOf(request)?.accessKeyId;
}

/** The ARN of the user with an access key. On this machine, the name of the user is the access key. */
export function userArnOf(
  { region, accountId }: Pick<ArnFactory, "region" | "accountId">,
  accessKeyId: string,
): string {
  return new ArnFactory(region, accountId).globalArn("iam", `user/${accessKeyId}`);
}

/** The region in the scope of a signed request. */
export function regionOf(request: HttpRequest): string | undefined {
  return authorizationOf(request)?.region;
}

/** The error for a session token that does not belong to the access key. */
const INVALID_TOKEN: SignatureFault = {
  errorType: "UnrecognizedClientException",
  message: "The security token included in the request is invalid.",
};

/**
 * Checks a Signature Version 4 in the Authorization header against {@link LOCAL_CREDENTIALS}, or against temporary credentials.
 *
 * @param sessions - the temporary credentials that are accepted. Default: none
 * @param scope - the required service and region of the credential's scope
 * @returns `undefined` if the signature is valid
 */
export function findSignatureFault(
  request: HttpRequest,
  scope: { readonly service: string; readonly region: string },
  sessions?: RoleSessions,
): SignatureFault | undefined {
  const header = headerOf(request, "authorization");
  if (header === undefined) {
    return { errorType: "MissingAuthenticationTokenException", message: "Missing Authentication Token" };
  }
  const authorization = parseAuthorization(header);
  if (authorization === undefined) {
    return {
      errorType: "IncompleteSignatureException",
      message:
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.",
    };
  }
  const { accessKeyId, date, region, service, signedHeaders, signature } = authorization;
  const names = signedHeaders.split(";");
  const session = sessions?.find(accessKeyId);
  if (session !== undefined) {
    // AWS requires a signed session token.
    const token = headerOf(request, "x-amz-security-token");
    if (token !== session.sessionToken || !names.includes("x-amz-security-token")) return INVALID_TOKEN;
    if (session.expiresAt * 1_000 <= (sessions?.now() ?? 0)) {
      return {
        errorType: "ExpiredTokenException",
        message: "The security token included in the request is expired",
      };
    }
  } else if (accessKeyId !== LOCAL_CREDENTIALS.accessKeyId) {
    return {
      errorType: "UnrecognizedClientException",
      message: `The security token included in the request is invalid. The local stage accepts only the access key ${LOCAL_CREDENTIALS.accessKeyId}`,
    };
  }
  const datetime = headerOf(request, "x-amz-date") ?? "";
  const skew = Math.abs(Date.now() - toMillis(datetime));
  if (service !== scope.service || region !== scope.region || !datetime.startsWith(`${date}T`)) {
    return {
      errorType: "InvalidSignatureException",
      message: `Credential should be scoped to ${scope.region}/${scope.service}, not ${region}/${service}.`,
    };
  }
  if (!(skew <= MAX_SKEW_IN_MS)) {
    return {
      errorType: "InvalidSignatureException",
      message: `Signature expired or not yet current: ${datetime}`,
    };
  }
  if (
    !names.includes("host") ||
    !isBodyAsDeclared(request) ||
    !isEqual(trySign(request, scope, names, datetime, session ?? LOCAL_CREDENTIALS) ?? "", signature)
  ) {
    return {
      errorType: "InvalidSignatureException",
      message:
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    };
  }
  return undefined;
}

/** Whether the body has the hash in the signed header. True if the client has not sent this header. */
function isBodyAsDeclared(request: HttpRequest): boolean {
  const declared = headerOf(request, "x-amz-content-sha256");
  return declared === undefined || declared === sha256(request.body ?? "");
}

/** A time such as `20261120T190000Z` in milliseconds; NaN for any other text. */
function toMillis(datetime: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(datetime) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/**
 * The result of {@link sign}; `undefined` for a path or query with an invalid percent-encoding, which no client can
 * sign.
 */
function trySign(...request: Parameters<typeof sign>): string | undefined {
  try {
    return sign(...request);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** The expected signature of a request. */
function sign(
  request: HttpRequest,
  { service, region }: { readonly service: string; readonly region: string },
  names: readonly string[],
  datetime: string,
  { accessKeyId, secretAccessKey }: Readonly<Record<"accessKeyId" | "secretAccessKey", string>>,
): string {
  const values = names.map((name) => {
    const all = request.headers.filter(([candidate]) => isNamed(candidate, name));
    return [name, all.map(([, value]) => value.trim()).join(",")];
  });
  const signer = new aws4.RequestSigner(
    {
      service,
      region,
      method: request.method,
      path: request.target,
      headers: Object.fromEntries(values),
      body: request.body ?? "",
      doNotModifyHeaders: true,
    },
    // The headers contain the session token.
    { accessKeyId, secretAccessKey },
  );
  signer.datetime = datetime;
  // The signature includes all headers that the client has signed, even headers that aws4 would exclude.
  Object.assign(signer, { extraHeadersToInclude: Object.fromEntries(names.map((name) => [name, true])) });
  return signer.signature();
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function isEqual(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}
