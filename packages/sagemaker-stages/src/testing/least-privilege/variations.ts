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

/** A request that differs from one that must get through in one thing, and must not get through. */
export interface Variation {
  readonly kind: "near miss" | "other context" | "other principal";
  /** What differs, in words. */
  readonly difference: string;
  readonly request: AccessRequest;
}

/** Where a variation could turn into something that is there for good reason. */
export interface VariationContext {
  readonly stack: ResolvedStack;
  /** Prefix of the names in the stack. */
  readonly prefix: string;
  /** Prefixes of the names in other environments. */
  readonly otherPrefixes: readonly string[];
  /** ARNs of everybody who has a policy of the stack. */
  readonly holders: readonly string[];
}

/** Services whose roles are often taken over, beside the two that the project uses. */
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

/** The variations that have a name: each is what somebody could try, or what a slip would let in. */
export function namedVariations(use: AllowedRequest, variationContext: VariationContext): Variation[] {
  if (use.otherRequests === "any") return [];
  return [
    ...differing(use.resource, variationContext).map(([difference, resource]) => ({
      kind: "near miss" as const,
      difference,
      request: { ...use, resource },
    })),
    ...Object.entries(use.context).flatMap(([key, value]) =>
      contextVariations(use, key, value, variationContext),
    ),
    ...otherPrincipals(use, variationContext).map(([difference, principal]) => ({
      kind: "other principal" as const,
      difference,
      request: { ...use, principal },
    })),
  ];
}

/** Every text one edit away from what must be exact: a wildcard anywhere lets one of them in. */
export function* edits(use: AllowedRequest): Generator<Variation> {
  if (use.otherRequests === "any") return;
  if (use.resource.exact !== "*") {
    for (const resource of editsOf(use.resource)) {
      const difference = `on ${textOf(resource)}`;
      yield { kind: "near miss", difference, request: { ...use, resource } };
    }
  }
  for (const [key, value] of Object.entries(use.context)) {
    if (isBool(value)) continue;
    for (const edited of editsOf(value)) {
      const difference = `with ${key} ${textOf(edited)}`;
      yield {
        kind: "other context",
        difference,
        request: { ...use, context: { ...use.context, [key]: edited } },
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
  use: AllowedRequest,
  key: string,
  value: Exactly,
  variationContext: VariationContext,
): Variation[] {
  if (value.exact === "") return [];
  const { [key]: _, ...others } = use.context;
  const changed = isBool(value)
    ? ([["the opposite", { exact: value.exact === "true" ? "false" : "true", free: "" }]] as const)
    : differing(value, variationContext);
  return [
    ...changed.map(
      ([difference, other]): Variation => ({
        kind: "other context",
        difference: `a request with ${difference} ${key}`,
        request: { ...use, context: { ...use.context, [key]: other } },
      }),
    ),
    { kind: "other context", difference: `a request without ${key}`, request: { ...use, context: others } },
  ];
}

function isBool({ exact }: Exactly): boolean {
  return exact === "true" || exact === "false";
}

/** Whether what must be exact ends with a name, and not where the free part begins. */
function isName({ exact }: Exactly): boolean {
  return /[^:/]$/.test(exact);
}

/** Another account, region, environment, a longer name; as far as the text has them. */
function differing(
  { exact, free }: Exactly,
  { stack, prefix, otherPrefixes }: VariationContext,
): (readonly [difference: string, other: Exactly])[] {
  if (exact === "*" || exact === "") return [];
  const { account } = stack;
  const replaced = (difference: string, from: RegExp | string, to: string) =>
    [difference, { exact: exact.replace(from, to), free }] as const;
  // What is no ARN may be an account, or name a region.
  const [, , , region, owner] = splitArn(exact);
  return [
    replaced("another account's", owner || account.id, OTHER_ACCOUNT),
    replaced("another region's", region || account.region, account.otherRegion),
    ...otherPrefixes.map((other) => replaced(`${other}'s`, new RegExp(`(?<=[/:])${prefix}(?=[-/])`), other)),
    ...(isName({ exact, free }) ? [["a longer", { exact: `${exact}2`, free }] as const] : []),
  ].filter(([, other]) => other.exact !== exact);
}

/** Everybody else who could try the same. */
function otherPrincipals(
  { principal, action }: AllowedRequest,
  { stack, holders }: VariationContext,
): (readonly [difference: string, principal: Principal])[] {
  if (principal.kind === "anonymous") return [];
  const { account } = stack;
  const anonymous = ["an unsigned request", { kind: "anonymous" }] as const;
  const arn = account.globalArn("iam", "role/somebody");
  const strange = arn.replace(account.id, OTHER_ACCOUNT);
  const foreignPrincipal = [
    "another account's principal",
    { kind: "principal with every permission", arn: strange },
  ] as const;
  const without = [
    "a principal without permissions",
    { kind: "principal without permissions", arn },
  ] as const;
  if (principal.kind === "service") {
    return [
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

/** The requests that must be allowed: a variation can be such a request of another principal. */
export class KnownLegitimate {
  private readonly precise: ReadonlySet<string>;
  private readonly resources = new Map<string, Exactly[]>();
  /** Requests of which a condition key has a free part, by everything else. */
  private readonly contexts = new Map<string, AllowedRequest[]>();

  constructor(allowedRequests: readonly AllowedRequest[]) {
    this.precise = new Set(allowedRequests.map(keyOf));
    for (const use of allowedRequests) {
      const known = this.resources.get(principalKey(use)) ?? [];
      this.resources.set(principalKey(use), [...known, use.resource]);
      const beside = this.contexts.get(requestKey(use)) ?? [];
      this.contexts.set(requestKey(use), [...beside, use]);
    }
  }

  /** Whether the principal of a variation has another reason for the same request. */
  has({ kind, request }: Variation): boolean {
    if (this.precise.has(keyOf(request))) return true;
    if (kind === "other context") {
      return (this.contexts.get(requestKey(request)) ?? []).some((use) => hasContextOf(use, request));
    }
    if (kind !== "other principal") return false;
    const resource = textOf(request.resource);
    const known = this.resources.get(principalKey(request)) ?? [];
    return known.some((used) => textOf(used) === "*" || textOf(used) === resource || isBelow(used, resource));
  }
}

/** Whether a resource is one of those in a folder of which a request can need any, e.g. the objects of a bucket. */
function isBelow({ exact, free }: Exactly, resource: string): boolean {
  return free !== "" && exact.endsWith("/") && resource.startsWith(exact);
}

/** Whether the condition keys of a request are those of a request that must be allowed, with another free part. */
function hasContextOf(use: AllowedRequest, { context }: AccessRequest): boolean {
  const keys = Object.keys(use.context);
  if (keys.length !== Object.keys(context).length) return false;
  return keys.every((key) => {
    const [known, got] = [use.context[key], context[key]];
    if (known === undefined || got === undefined) return false;
    const isFree = known.free !== "" && known.exact !== "";
    return isFree ? textOf(got).startsWith(known.exact) : textOf(got) === textOf(known);
  });
}

/** Everything of a request but its condition keys. */
function requestKey({ principal, action, resource, vpcEndpoint }: AccessRequest): string {
  return JSON.stringify([principal, action, textOf(resource), vpcEndpoint ?? ""]);
}

/** Another principal can send the same request through another VPC endpoint, and with other condition keys. */
function principalKey({ principal, action }: AccessRequest): string {
  return JSON.stringify([principal, action]);
}
