/**
 * A text that consists of an exact first part and a free rest. The policies must allow every text with this first part,
 * e.g. every name of a log stream, and no other text.
 *
 * @example
 * const objects: Exactly = { exact: "arn:aws:s3:::amzn-s3-demo-bucket/reports/", free: "2026-11-29.json" };
 */
export interface Exactly {
  readonly exact: string;
  readonly free: string;
}

/**
 * A text without a free rest, for a request on exactly one resource.
 *
 * @example
 * const resource = only("arn:aws:sqs:eu-central-1:111122223333:reports");
 */
export function only(exact: string): Exactly {
  return { exact, free: "" };
}

/** The whole text. */
export function textOf({ exact, free }: Exactly): string {
  return exact + free;
}

/**
 * The principal of a request.
 * - `principal`: a role, user or group with its policies in the stack;
 * - `principal with every permission`: only the policy of the resource or of the VPC endpoint can deny its request;
 * - `principal without permissions`: a principal without policies;
 * - `service`: a service of AWS, e.g. `lambda.amazonaws.com`;
 * - `federation`: a user of an identity provider, e.g. of the identity pools `cognito-identity.amazonaws.com`;
 * - `anonymous`: an unsigned request.
 *
 * @example
 * const principal: Principal = { kind: "service", name: "lambda.amazonaws.com" };
 */
export type Principal =
  | {
      readonly kind: "principal" | "principal with every permission" | "principal without permissions";
      readonly arn: string;
    }
  | { readonly kind: "service" | "federation"; readonly name: string }
  | { readonly kind: "anonymous" };

/**
 * A token with a valid signature and lifetime.
 *
 * @example
 * const token: RequestToken = { issuer: "https://login.example.com", audience: "models", scopes: ["predict"] };
 */
export interface RequestToken {
  /** The issuer, or the ARN of the user pool. */
  readonly issuer: string;
  /** The audience; absent for a token of a user pool. */
  readonly audience?: string;
  readonly scopes: readonly string[];
}

/**
 * A request to AWS, with the parts that policies can evaluate.
 *
 * @example
 * const deletion: AccessRequest = { ...report, action: "s3:DeleteObject", reason: "the handler deletes a report" };
 */
export interface AccessRequest {
  /** The subject of the policies that the request tests, e.g. `role dev-iris-function`. */
  readonly subject: string;
  /** The sender of the request. */
  readonly principal: Principal;
  /** `<service>:<Action>` */
  readonly action: string;
  /** An ARN, or `*` for an action without a resource. */
  readonly resource: Exactly;
  /**
   * Condition keys and their values. The proof adds `aws:PrincipalArn`, and `aws:SecureTransport` with the default value
   * `true`.
   */
  readonly context: Readonly<Record<string, Exactly>>;
  /** The service name of the VPC endpoint that the request passes, e.g. `com.amazonaws.eu-central-1.s3`. */
  readonly vpcEndpoint?: string;
  /** Whether the request has a key of the stage. */
  readonly withApiKey?: boolean;
  /** The name of the key of the request, in the header `x-api-key`. */
  readonly apiKey?: string;
  /** The valid token of the request, in the header `authorization`. */
  readonly token?: RequestToken;
  /** The reason for the request. For a denied request: the effect that the policies must prevent. */
  readonly reason: string;
  /** The source of the reason: an address of AWS's documentation, or `recorded`. */
  readonly source: string;
}

/**
 * A request that the policies must allow.
 *
 * @example
 * const report: AllowedRequest = {
 *   subject: "role dev-iris-function",
 *   principal: { kind: "principal", arn: "arn:aws:iam::111122223333:role/dev-iris-function" },
 *   action: "s3:PutObject",
 *   resource: { exact: "arn:aws:s3:::amzn-s3-demo-bucket/reports/", free: "2026-11-29.json" },
 *   context: {},
 *   otherRequests: "denied",
 *   reason: "the handler writes a report",
 *   source: "functions/iris/handler.ts",
 * };
 */
export interface AllowedRequest extends AccessRequest {
  /**
   * Other requests of the same principal:
   * - `denied`: the near misses of this request must be denied;
   * - `any`: near misses are not checked, because the policies only deny requests of principals with other permissions.
   */
  readonly otherRequests: "denied" | "any";
}

/** A text that is equal for equal requests. */
export function keyOf({
  principal,
  action,
  resource,
  context,
  vpcEndpoint,
  withApiKey,
  apiKey,
  token,
}: AccessRequest): string {
  const keys = Object.entries(context).map(([key, value]) => `${key}=${textOf(value)}`);
  return JSON.stringify([
    principal,
    action,
    textOf(resource),
    keys.sort(),
    vpcEndpoint ?? "",
    withApiKey ?? false,
    ...(token === undefined ? [] : [token]),
    ...(apiKey === undefined ? [] : [`key ${apiKey}`]),
  ]);
}

/**
 * A sentence about the authorization of a request, in the form of IAM's error messages.
 *
 * @example
 * describe(request, false);
 * // "arn:aws:iam::111122223333:role/r is not authorized to perform s3:GetObject on arn:aws:s3:::b/k"
 */
export function describe(
  { principal, action, resource, context, vpcEndpoint, withApiKey, apiKey, token }: AccessRequest,
  isAuthorized: boolean,
): string {
  const conditions = Object.entries(context)
    .filter(([, value]) => value.exact !== "")
    .map(([key, value]) => `${key} ${textOf(value)}`);
  const name =
    principal.kind === "anonymous"
      ? "an unsigned request"
      : "arn" in principal
        ? `${principal.arn}${principal.kind === "principal" ? "" : ` (a ${principal.kind})`}`
        : principal.name;
  return [
    `${name} is ${isAuthorized ? "" : "not "}authorized to perform ${action} on ${textOf(resource)}`,
    ...(conditions.length > 0 ? [`with ${conditions.join(" and ")}`] : []),
    ...(withApiKey ? ["with the API key"] : []),
    ...(apiKey === undefined ? [] : [`with the key ${apiKey}`]),
    ...(token === undefined ? [] : [`with ${describeToken(token)}`]),
    ...(vpcEndpoint === undefined ? [] : [`through ${vpcEndpoint}`]),
  ].join(" ");
}

function describeToken({ issuer, audience, scopes }: RequestToken): string {
  return [
    `a token of ${issuer}`,
    ...(audience === undefined ? [] : [`for ${audience}`]),
    scopes.length === 0 ? "without scopes" : `with the scopes ${scopes.join(", ")}`,
  ].join(" ");
}
