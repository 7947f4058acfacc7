/** A text of which the first part is exactly one thing's, and the rest may be anything, e.g. a log stream's name. */
export interface Exactly {
  readonly exact: string;
  readonly free: string;
}

/** One thing and no other. */
export function only(exact: string): Exactly {
  return { exact, free: "" };
}

/** The whole text. */
export function textOf({ exact, free }: Exactly): string {
  return exact + free;
}

/**
 * The principal of a request.
 * - `principal`: a role, user or group, with the policies that the stack gives it;
 * - `principal with every permission`: only the policy of the resource or of the VPC endpoint can deny its request;
 * - `principal without permissions`: a principal without policies;
 * - `service`: one of AWS's services, in its own name;
 * - `anonymous`: an unsigned request.
 */
export type Principal =
  | {
      readonly kind: "principal" | "principal with every permission" | "principal without permissions";
      readonly arn: string;
    }
  | { readonly kind: "service"; readonly name: string }
  | { readonly kind: "anonymous" };

/** One request to AWS, with all that policies can see of it. */
export interface AccessRequest {
  /** Whose rights it shows: the title of the policies it is about, e.g. `role dev-iris-function`. */
  readonly subject: string;
  /** The sender of the request. */
  readonly principal: Principal;
  /** `<service>:<Action>` */
  readonly action: string;
  /** An ARN, or `*` for an action without a resource. */
  readonly resource: Exactly;
  /**
   * Condition keys and their values. `aws:PrincipalArn` follows from the principal, and `aws:SecureTransport` is `true`
   * where it does not stand here.
   */
  readonly context: Readonly<Record<string, Exactly>>;
  /** The service name of the VPC endpoint that the request passes, e.g. `com.amazonaws.eu-central-1.s3`. */
  readonly vpcEndpoint?: string;
  /** Whether it carries the stage's API key. */
  readonly withApiKey?: boolean;
  /** Why the request is sent, or, of a denied request, what would happen. */
  readonly reason: string;
  /** Where that is from: AWS's documentation, or `recorded`. */
  readonly source: string;
}

/** A request that the policies must allow. */
export interface AllowedRequest extends AccessRequest {
  /**
   * Other requests of the same principal:
   * - `denied`: the near misses of this request must be denied;
   * - `any`: they are not checked, because the policies only deny requests of principals with other permissions.
   */
  readonly otherRequests: "denied" | "any";
}

/** Tells requests apart and alike. */
export function keyOf({
  principal,
  action,
  resource,
  context,
  vpcEndpoint,
  withApiKey,
}: AccessRequest): string {
  const keys = Object.entries(context).map(([key, value]) => `${key}=${textOf(value)}`);
  return JSON.stringify([
    principal,
    action,
    textOf(resource),
    keys.sort(),
    vpcEndpoint ?? "",
    withApiKey ?? false,
  ]);
}

/** `<principal> <action> on <resource> with <context>` */
export function describe({
  principal,
  action,
  resource,
  context,
  vpcEndpoint,
  withApiKey,
}: AccessRequest): string {
  const circumstances = Object.entries(context)
    .filter(([, value]) => value.exact !== "")
    .map(([key, value]) => `${key} ${textOf(value)}`);
  const name =
    principal.kind === "anonymous"
      ? "anonymous"
      : "arn" in principal
        ? `${principal.kind === "principal" ? "" : `${principal.kind} `}${principal.arn}`
        : principal.name;
  return [
    `${name} ${action} on ${textOf(resource)}`,
    ...(circumstances.length > 0 ? [`with ${circumstances.join(" and ")}`] : []),
    ...(withApiKey ? ["with the API key"] : []),
    ...(vpcEndpoint === undefined ? [] : [`through ${vpcEndpoint}`]),
  ].join(" ");
}
