import { splitArn } from "../../aws/arn";
import { OTHER_ACCOUNT } from "./account";
import {
  type AccessRequest,
  type AllowedRequest,
  type Exactly,
  keyOf,
  type Principal,
  textOf,
} from "./request";
import type { ResolvedStack } from "./resolved-stack";

/** A request that differs from an allowed request in one part. The policies must deny the variation. */
export interface Variation {
  readonly kind: "near miss" | "other context" | "other principal";
  /** The part that differs, e.g. `a request with another region's resource`. */
  readonly difference: string;
  readonly request: AccessRequest;
}

/** The names and principals of a stack from which variations are made. */
export interface VariationContext {
  readonly stack: ResolvedStack;
  /** Prefix of the names in the stack. */
  readonly prefix: string;
  /** Prefixes of the names in other environments. */
  readonly otherPrefixes: readonly string[];
  /** ARNs of every principal that has a policy of the stack. */
  readonly holders: readonly string[];
}

/** Services that can assume roles. Variations of a request have these services as principals. */
const OTHER_SERVICES = [
  "lambda.amazonaws.com",
  "sagemaker.amazonaws.com",
  "apigateway.amazonaws.com",
  "cloudfront.amazonaws.com",
  "ec2.amazonaws.com",
  "ecs-tasks.amazonaws.com",
  "events.amazonaws.com",
  "s3.amazonaws.com",
  "glue.amazonaws.com",
  "codebuild.amazonaws.com",
  "cloudformation.amazonaws.com",
];

const OTHER_FEDERATION = "accounts.google.com";

/** The variations that an attacker can try, or that a typing error in a policy would allow. */
export function namedVariations(allowed: AllowedRequest, variationContext: VariationContext): Variation[] {
  if (allowed.otherRequests === "any") return [];
  return [
    ...differing(allowed.resource, variationContext).map(([difference, resource]) => ({
      kind: "near miss" as const,
      difference: `a request with ${difference} resource name`,
      request: { ...allowed, resource },
    })),
    ...Object.entries(allowed.context).flatMap(([key, value]) =>
      contextVariations(allowed, key, value, variationContext),
    ),
    ...otherPrincipals(allowed, variationContext).map(([difference, principal]) => ({
      kind: "other principal" as const,
      difference,
      request: { ...allowed, principal },
    })),
  ];
}

/**
 * A variation for each edit of one character in an exact text. A wildcard anywhere in a policy allows at least one of
 * these variations.
 *
 * @param ofResource - whether to vary the resource
 */
export function* edits(allowed: AllowedRequest, ofResource: boolean): Generator<Variation> {
  if (allowed.otherRequests === "any") return;
  if (ofResource && allowed.resource.exact !== "*") {
    for (const resource of editsOf(allowed.resource)) {
      const difference = "a request with a resource that differs in one character";
      yield { kind: "near miss", difference, request: { ...allowed, resource } };
    }
  }
  for (const [key, value] of Object.entries(allowed.context)) {
    if (isBool(value)) continue;
    for (const edited of editsOf(value)) {
      const difference = `a request with a ${key} that differs in one character`;
      yield {
        kind: "other context",
        difference,
        request: { ...allowed, context: { ...allowed.context, [key]: edited } },
      };
    }
  }
}

function* editsOf({ exact, free }: Exactly): Generator<Exactly> {
  for (let at = 0; at < exact.length; at++) {
    const [before, after] = [exact.slice(0, at), exact.slice(at + 1)];
    const letter = exact[at] === "x" ? "y" : "x";
    yield { exact: `${before}${letter}${after}`, free };
    yield { exact: `${before}${letter}${exact.slice(at)}`, free };
    yield { exact: before + after, free };
  }
  if (isName({ exact, free })) yield { exact: `${exact}x`, free };
}

function contextVariations(
  allowed: AllowedRequest,
  key: string,
  value: Exactly,
  variationContext: VariationContext,
): Variation[] {
  if (value.exact === "") return [];
  const { [key]: _, ...others } = allowed.context;
  const changed = isBool(value)
    ? ([["the opposite", { exact: value.exact === "true" ? "false" : "true", free: "" }]] as const)
    : differing(value, variationContext);
  return [
    ...changed.map(
      ([difference, other]): Variation => ({
        kind: "other context",
        difference: `a request with ${difference} ${key}`,
        request: { ...allowed, context: { ...allowed.context, [key]: other } },
      }),
    ),
    {
      kind: "other context",
      difference: `a request without ${key}`,
      request: { ...allowed, context: others },
    },
  ];
}

function isBool({ exact }: Exactly): boolean {
  return exact === "true" || exact === "false";
}

/** Whether the exact part ends with a name, and not with a delimiter before the free part. */
function isName({ exact }: Exactly): boolean {
  return /[^:/]$/.test(exact);
}

/** The text with another account, region or environment, or with a longer name, if the text has such a part. */
function differing(
  { exact, free }: Exactly,
  { stack, prefix, otherPrefixes }: VariationContext,
): (readonly [difference: string, other: Exactly])[] {
  if (exact === "*" || exact === "") return [];
  const { account } = stack;
  const replaced = (difference: string, from: RegExp | string, to: string) =>
    [difference, { exact: exact.replace(from, to), free }] as const;
  // A text that is not an ARN can be an account's id, or contain a region.
  const [, , , region, owner] = splitArn(exact);
  return [
    replaced("another account's", owner || account.id, OTHER_ACCOUNT),
    replaced("another region's", region || account.region, account.otherRegion),
    ...otherPrefixes.map((other) => replaced(`${other}'s`, new RegExp(`(?<=[/:])${prefix}(?=[-/])`), other)),
    ...(isName({ exact, free }) ? [["a longer", { exact: `${exact}2`, free }] as const] : []),
  ].filter(([, other]) => other.exact !== exact);
}

/** Other principals that can send the same request. */
function otherPrincipals(
  { principal, action }: AllowedRequest,
  { stack, holders }: VariationContext,
): (readonly [difference: string, principal: Principal])[] {
  if (principal.kind === "anonymous") return [];
  const { account } = stack;
  const anonymous = ["an unsigned request", { kind: "anonymous" }] as const;
  const arn = account.globalArn("iam", "role/external");
  const foreignArn = arn.replace(account.id, OTHER_ACCOUNT);
  const foreignPrincipal = [
    "another account's principal",
    { kind: "principal with every permission", arn: foreignArn },
  ] as const;
  const without = [
    "a principal without permissions",
    { kind: "principal without permissions", arn },
  ] as const;
  if ("name" in principal) {
    return [
      ...(principal.kind === "federation"
        ? [[`a user of ${OTHER_FEDERATION}`, { kind: "federation", name: OTHER_FEDERATION }] as const]
        : []),
      ...OTHER_SERVICES.filter((name) => name !== principal.name).map(
        (name) => [`the service ${name}`, { kind: "service", name }] as const,
      ),
      anonymous,
      foreignPrincipal,
      without,
      ...(action.startsWith("sts:")
        ? [["a principal with every permission", { kind: "principal with every permission", arn }] as const]
        : []),
    ];
  }
  return [
    anonymous,
    foreignPrincipal,
    ...(principal.kind === "principal with every permission"
      ? [["a principal with every permission", { kind: "principal with every permission", arn }] as const]
      : [without]),
    ...holders
      .filter((holder) => holder !== principal.arn)
      .map((holder) => [holder, { kind: principal.kind, arn: holder }] as const),
  ];
}

/** The requests that must be allowed. A variation of one request can be equal to the request of another principal. */
export class KnownLegitimate {
  private readonly precise: ReadonlySet<string>;
  private readonly resources = new Map<string, Exactly[]>();
  /** Requests by their principal, action, resource and VPC endpoint. */
  private readonly contexts = new Map<string, AllowedRequest[]>();

  constructor(allowedRequests: readonly AllowedRequest[]) {
    this.precise = new Set(allowedRequests.map(keyOf));
    for (const allowed of allowedRequests) {
      const known = this.resources.get(principalKey(allowed)) ?? [];
      this.resources.set(principalKey(allowed), [...known, allowed.resource]);
      const beside = this.contexts.get(requestKey(allowed)) ?? [];
      this.contexts.set(requestKey(allowed), [...beside, allowed]);
    }
  }

  /** Whether the principal of a variation needs the same request for another reason. */
  has({ kind, request }: Variation): boolean {
    if (this.precise.has(keyOf(request))) return true;
    if (kind === "other context") {
      return (this.contexts.get(requestKey(request)) ?? []).some((allowed) => hasContextOf(allowed, request));
    }
    if (kind !== "other principal") return false;
    const resource = textOf(request.resource);
    const known = this.resources.get(principalKey(request)) ?? [];
    return known.some((used) => textOf(used) === "*" || textOf(used) === resource || isBelow(used, resource));
  }
}

/** Whether a resource is below a path of which a request can need every resource, e.g. the objects of a bucket. */
function isBelow({ exact, free }: Exactly, resource: string): boolean {
  return free !== "" && exact.endsWith("/") && resource.startsWith(exact);
}

/**
 * Whether a request has the condition keys of a request that must be allowed. The free parts of the values can differ.
 */
function hasContextOf(allowed: AllowedRequest, { context }: AccessRequest): boolean {
  const keys = Object.keys(allowed.context);
  if (keys.length !== Object.keys(context).length) return false;
  return keys.every((key) => {
    const [known, got] = [allowed.context[key], context[key]];
    if (known === undefined || got === undefined) return false;
    const isFree = known.free !== "" && known.exact !== "";
    return isFree ? textOf(got).startsWith(known.exact) : textOf(got) === textOf(known);
  });
}

/** A text that is equal for requests that differ only in their condition keys. */
function requestKey({ principal, action, resource, vpcEndpoint }: AccessRequest): string {
  return JSON.stringify([principal, action, textOf(resource), vpcEndpoint ?? ""]);
}

/** The principal and the action alone: VPC endpoint and condition keys of another principal's request can differ. */
function principalKey({ principal, action }: AccessRequest): string {
  return JSON.stringify([principal, action]);
}
