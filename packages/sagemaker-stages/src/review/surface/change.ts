/** How the public surface changes. */
export type SurfaceKind =
  | "added"
  | "removed"
  | "authorization changed"
  | "routes changed"
  | "target changed"
  | "address changed"
  | "CORS changed"
  | "throttling changed"
  | "transfer changed"
  | "undetermined";

/** The route, address or resource whose exposure changes. */
export type SurfaceSubject =
  | { readonly kind: "route"; readonly route: string; readonly api?: string }
  | { readonly kind: "all routes" }
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "gateway responses" }
  | { readonly kind: "endpoint type" }
  | { readonly kind: "default address"; readonly api?: string }
  | { readonly kind: "domain name"; readonly name: string }
  | { readonly kind: "API"; readonly api: string }
  | { readonly kind: "stage"; readonly stage: string }
  | { readonly kind: "throttled routes"; readonly stage: string; readonly path: string }
  | { readonly kind: "usage plan"; readonly usagePlan: string }
  | { readonly kind: "customer"; readonly customer: string }
  | { readonly kind: "function URL"; readonly function: string }
  | { readonly kind: "user pool"; readonly name: string; readonly part: "users" | "sign-in" }
  | {
      readonly kind: "sign-in client";
      readonly name: string;
      readonly part:
        | "addresses"
        | "addresses after the sign-out"
        | "OAuth flows"
        | "authentication flows"
        | "scopes"
        | "identity providers"
        | "settings";
    }
  | { readonly kind: "identity pool"; readonly name: string; readonly part?: "providers" }
  | { readonly kind: "page"; readonly pattern: string }
  | { readonly kind: "bucket"; readonly bucket: string }
  | { readonly kind: "load balancer" | "listener" | "listener rule"; readonly name: string }
  | { readonly kind: "resource"; readonly type: string; readonly name: string };

/** The pages that a browser permits to call. */
export interface Cors {
  /** Sorted, each once; empty where browsers permit no page. */
  readonly origins: readonly string[];
  /** Sorted, each once; empty where no methods are set. */
  readonly methods: readonly string[];
  /** Whether a browser sends a page's cookies. */
  readonly credentials: boolean;
}

/** One credential that a route requires. `NONE` with a name is a requirement that API Gateway ignores. */
export type Requirement =
  | { readonly kind: "API_KEY" | "AWS_IAM" }
  | { readonly kind: "NONE"; readonly ignoredScheme?: string; readonly ignoredType?: string }
  | { readonly kind: "authorizer"; readonly name?: string; readonly type?: string }
  | TokenRequirement;

/** A token, of which the plan shows every property that API Gateway or the engine's authorizer checks. */
export interface TokenRequirement {
  readonly kind: "token";
  /** The issuers, or the ids of user pools, of which one must have signed the token. */
  readonly issuers: readonly string[];
  /** The audiences, of which the token must contain one; absent for user pools. */
  readonly audiences?: readonly string[];
  /** The scopes, of which the token must contain all; absent for user pools, whose tokens must contain one of the scopes. */
  readonly scopes?: readonly string[];
}

/** What a route invokes, without addresses: an address can contain a secret. */
export interface TargetName {
  readonly kind: "function" | "endpoint" | "other";
  /** Name of the function or the endpoint; of others, the type of the integration. */
  readonly name?: string;
  /** Whether API Gateway invokes the target with a role. */
  readonly hasRole: boolean;
}

/** A state that has no parameters. */
export type SurfaceNote =
  | "known after apply"
  | "exists"
  | "new, not supported"
  | "changed, not supported"
  | "removed, not supported"
  | "enabled"
  | "disabled"
  | "only an administrator creates users"
  | "anyone can create a user"
  | "one-time codes required"
  | "one-time codes optional"
  | "no one-time codes"
  | "only signed-in users get credentials"
  | "visitors without a sign-in get credentials"
  | "address of the page"
  | "readable by anyone"
  | "readable with a signature"
  | "behaviors known after apply"
  | "document known after apply"
  | "document masked"
  | "document not OpenAPI"
  | "stage of an unknown API"
  | "stage of an API without a document";

/** What a change is from, or to. */
export type SurfaceState =
  | { readonly kind: "note"; readonly note: SurfaceNote }
  | AuthorizationState
  | { readonly kind: "CORS"; readonly cors: Cors }
  | ThrottlingState
  | TransferState
  | { readonly kind: "endpoint types"; readonly types: readonly string[] }
  | { readonly kind: "route count"; readonly count: number }
  /** Addresses, flows, scopes or providers of a sign-in, sorted. */
  | { readonly kind: "names"; readonly names: readonly string[] }
  /** Changed arguments of a resource, whose effect the review does not evaluate; sorted. */
  | { readonly kind: "settings"; readonly names: readonly string[] }
  | { readonly kind: "open routes"; readonly routes: readonly string[] }
  | { readonly kind: "key routes"; readonly routes: readonly string[] }
  | { readonly kind: "mapping"; readonly stage: string; readonly basePath: string }
  | { readonly kind: "facing"; readonly internal: boolean; readonly isNew: boolean };

/** What callers of a route need. */
export interface AuthorizationState {
  readonly kind: "authorization";
  /** Sorted; each once. */
  readonly requirements: readonly Requirement[];
  readonly scopes: readonly string[];
  /** Whether one of the alternatives requires nothing: anyone can call the route. */
  readonly isOpen: boolean;
  /** The route's CORS, if the whole route is added or removed. */
  readonly cors?: Cors;
  /** What the route invokes, if that changes. */
  readonly target?: TargetName;
  /** The other route that answers the requests. */
  readonly answeredBy?: string;
  /** What differs from the state before, although both read alike. */
  readonly differs?: "definition" | "target";
}

/** Limits of requests. */
export interface ThrottlingState {
  readonly kind: "throttling";
  readonly rate: Limit;
  readonly burst: Limit;
  /** Limit of a period; its members are `null` where they are known after apply. */
  readonly quota?: { readonly limit: number | null; readonly period: string | null };
}

/** How API Gateway or a function URL sends an answer. */
export interface TransferState {
  readonly kind: "transfer";
  /** Whether the answer is sent in parts. */
  readonly isStreamed: boolean;
  /** Seconds that API Gateway waits for the answer; absent for a function URL. */
  readonly timeoutInSeconds?: number;
}

/** A number of requests; `null` where only the account's limit applies. */
export type Limit = number | null | "known after apply";

/** One change of who can reach a resource, and how. */
export interface SurfaceChange {
  /** Path of the construct that changes. */
  readonly path: string;
  /** Address of the resource in Terraform. */
  readonly address: string;
  readonly subject: SurfaceSubject;
  readonly kind: SurfaceKind;
  /** Undefined where the subject did not exist. */
  readonly before: SurfaceState | undefined;
  /** Undefined where the subject will not exist. */
  readonly after: SurfaceState | undefined;
  /**
   * Callers need less authorization than before, a key opens more routes, or the effect of an authorizer is undetermined.
   */
  readonly opened: boolean;
  /**
   * Anyone can reach the subject without authorization, and could not before. Also true where {@link undetermined} is
   * true, so that a gate never passes an undetermined change.
   */
  readonly public: boolean;
  /** The plan does not show the effect of the change: a reviewer must check it. */
  readonly undetermined: boolean;
  /**
   * Requests that the subject accepted before are refused: callers need other credentials, a page of another origin, or
   * another address.
   */
  readonly refuses: boolean;
  /** Browsers permit pages of more origins, more methods or credentials. */
  readonly widenedCors: boolean;
  /** More requests are permitted. */
  readonly raisedThrottling: boolean;
  /** A caller can make a function work longer than before, and longer than API Gateway's default. */
  readonly raisedTimeout: boolean;
}

/** A change before its resource is known; absent flags are false. */
export type Finding = Pick<SurfaceChange, "subject" | "kind" | "before" | "after"> &
  Partial<
    Pick<
      SurfaceChange,
      "opened" | "public" | "undetermined" | "refuses" | "widenedCors" | "raisedThrottling" | "raisedTimeout"
    >
  >;

/** A state without parameters. */
export function note(text: SurfaceNote): SurfaceState {
  return { kind: "note", note: text };
}

/** A change whose effect the plan does not show. */
export function undetermined(
  subject: SurfaceSubject,
  before: SurfaceState | undefined,
  after: SurfaceState | undefined,
): Finding {
  return { subject, kind: "undetermined", before, after, public: true, undetermined: true };
}

/** Whether two states are equal. */
export function isSameState(one: SurfaceState | undefined, other: SurfaceState | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
