/** What of the public surface changes. */
export type SurfaceKind =
  | "added"
  | "removed"
  | "authorization changed"
  | "target changed"
  | "address changed"
  | "CORS changed"
  | "throttling changed"
  | "not understood";

/** One change of who can reach what, and how. */
export interface SurfaceChange {
  /** Path of the construct that changes. */
  readonly path: string;
  /** Its address in Terraform. */
  readonly address: string;
  /** E.g. `POST /churn`, `function URL of prod-churn`, `every route of stage prod`. */
  readonly what: string;
  readonly kind: SurfaceKind;
  /** In words; undefined where there was nothing. */
  readonly before: string | undefined;
  /** In words; undefined where there will be nothing. */
  readonly after: string | undefined;
  /**
   * Somebody may call without authorization, or with a weaker one, who could not before; or nobody can tell, because an
   * authorizer decides instead.
   */
  readonly opened: boolean;
  /**
   * Anybody can reach, without authorization, what was not reachable so before. Also true where that cannot be told from
   * the plan: then {@link unjudged} is true, too, so that a gate never passes on what nobody has seen.
   */
  readonly public: boolean;
  /** The plan does not show enough to judge the change: a person has to look at it. */
  readonly unjudged: boolean;
  /** Pages of more origins, more methods or credentials are let through by browsers. */
  readonly widenedCors: boolean;
  /** More requests are let through. */
  readonly raisedThrottling: boolean;
}

/** A change as its finder tells it; flags that are absent are false. */
export type Finding = Pick<SurfaceChange, "what" | "kind" | "before" | "after"> &
  Partial<Pick<SurfaceChange, "opened" | "public" | "unjudged" | "widenedCors" | "raisedThrottling">>;

/** A change that nobody can judge by the plan. */
export function unjudged(what: string, before: string | undefined, after: string | undefined): Finding {
  return { what, kind: "not understood", before, after, public: true, unjudged: true };
}
