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
 * - `nobody`: an unsigned request.
 */
export type Requester =
  | {
      readonly kind: "principal" | "principal with every permission" | "principal without permissions";
      readonly arn: string;
    }
  | { readonly kind: "service"; readonly name: string }
  | { readonly kind: "nobody" };

/** One request to AWS, with all that policies can see of it. */
export interface AccessRequest {
  /** Whose rights it shows: the title of the policies it is about, e.g. `role dev-iris-function`. */
  readonly subject: string;
  readonly who: Requester;
  /** `<service>:<Action>` */
  readonly action: string;
  /** An ARN, or `*` for an action without a resource. */
  readonly resource: Exactly;
  /**
   * Condition keys and their values. `aws:PrincipalArn` follows from the principal, and `aws:SecureTransport` is `true`
   * where it does not stand here.
   */
  readonly context: Readonly<Record<string, Exactly>>;
  /** The VPC endpoint's service that it passes, e.g. `com.amazonaws.eu-central-1.s3`. */
  readonly through?: string;
  /** Whether it carries the stage's API key. */
  readonly withApiKey?: boolean;
  /** What happens, in words for a reader. */
  readonly because: string;
  /** Where that is from: AWS's documentation, or `recorded`. */
  readonly source: string;
}

/** {@link AccessRequest} that policies must let through. */
export interface Use extends AccessRequest {
  /**
   * Other requests that the same principal may send: `nothing`, so that the near misses must be denied; or `anything`,
   * where the policies only deny requests of principals that have the permissions from elsewhere.
   */
  readonly beside: "nothing" | "anything";
}

/** Tells requests apart and alike. */
export function keyOf({ who, action, resource, context, through, withApiKey }: AccessRequest): string {
  const keys = Object.entries(context).map(([key, value]) => `${key}=${textOf(value)}`);
  return JSON.stringify([who, action, textOf(resource), keys.sort(), through ?? "", withApiKey ?? false]);
}

/** `<who> <action> on <resource> with <context>` */
export function describe({ who, action, resource, context, through, withApiKey }: AccessRequest): string {
  const circumstances = Object.entries(context)
    .filter(([, value]) => value.exact !== "")
    .map(([key, value]) => `${key} ${textOf(value)}`);
  const name =
    who.kind === "nobody"
      ? "nobody"
      : "arn" in who
        ? `${who.kind === "principal" ? "" : `${who.kind} `}${who.arn}`
        : who.name;
  return [
    `${name} ${action} on ${textOf(resource)}`,
    ...(circumstances.length > 0 ? [`with ${circumstances.join(" and ")}`] : []),
    ...(withApiKey ? ["with the API key"] : []),
    ...(through === undefined ? [] : [`through ${through}`]),
  ].join(" ");
}
