import { type Environment, namePrefix } from "../../../environment/environment";
import type { Models } from "../../../models";
import type { Route } from "../../../runtime/contract";
import { OTHER_ACCOUNT } from "../account";
import { requireMembers } from "../policy";
import type { RecordedCall } from "../recorder";
import { Refused } from "../refused";
import type { AccessRequest, Requester, Use } from "../request";
import type { ResolvedStack, Resource } from "../resolved-stack";

/** From what requests are derived: the Terraform, the environment it was made from, and what was recorded. */
export interface Sources {
  readonly stack: ResolvedStack;
  readonly environment: Environment;
  /** The app's models, which have the routes. */
  readonly models: Models;
  /** What the code of each function asks, by the function's name. */
  readonly recorded: ReadonlyMap<string, readonly RecordedCall[]>;
}

/** One kind of principal or resource: what it is there for, and what must not get through. */
export interface PrincipalRules {
  /**
   * The Terraform from which the requests are derived: types with the arguments that are known. Another argument may
   * need a right that nobody thought of, so it is an error until it stands here.
   */
  readonly reads: Readonly<Record<string, readonly string[]>>;
  /** Every request that must get through. */
  readonly uses: (sources: Sources) => readonly Use[];
  /** Requests that must not, beyond the near misses of the uses. */
  readonly abuses: (sources: Sources) => readonly AccessRequest[];
}

/** @throws Refused where a resource has an argument that `rules` do not know */
export function requireKnownArguments(rules: PrincipalRules, { stack }: Sources): void {
  for (const [type, known] of Object.entries(rules.reads)) {
    for (const { address, set } of stack.all(type)) {
      const place = `${address} (what it needs is said in support/principals/)`;
      requireMembers(Object.fromEntries(set.map((name) => [name, true])), known, place);
    }
  }
}

/** Some principal outside of the stack, in its account or in another. */
export function outsidePrincipal(
  stack: ResolvedStack,
  kind: "principal with every permission" | "principal without permissions",
  account?: string,
): Requester {
  const id = account ?? stack.account.id;
  return { kind, arn: `arn:${stack.account.partition}:iam::${id}:role/somebody` };
}

/** Who comes from another account, with every right there. */
export function foreignPrincipal(stack: ResolvedStack): Requester {
  return outsidePrincipal(stack, "principal with every permission", OTHER_ACCOUNT);
}

/** Names of what serves a model: the environment's own, or those of what is there already. */
export function namesOf(environment: Environment, model: string): { endpoint: string; function: string } {
  const settings = environment.models[model];
  const own = `${namePrefix(environment)}-${model}`;
  if (settings === undefined) throw new Error(`${environment.name} has no model ${model}`);
  return {
    endpoint: "existingEndpoint" in settings ? settings.existingEndpoint : own,
    function: settings.existingFunction?.replace(/^.*:function:/, "") ?? own,
  };
}

/** The route of a model. @throws Error where the app has no such model */
export function routeOf(models: Models, name: string): Route {
  const model = models[name];
  if (model === undefined) throw new Error(`model: got ${name}; allowed: ${Object.keys(models).join(", ")}`);
  return model.route;
}

/** The name in a role's ARN, or behind a path. */
export function roleNameOf(arn: string): string {
  return arn.replace(/^.*\//, "");
}

/** The resource whose `argument` is `value`. */
export function requireOne(stack: ResolvedStack, type: string, argument: string, value: string): Resource {
  const found = stack.find(type, argument, value);
  if (found === undefined) throw new Refused(`${stack.name}: no ${type} has ${argument} ${value}`);
  return found;
}
