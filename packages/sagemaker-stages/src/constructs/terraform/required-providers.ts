import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../lib/user-error";

/** A provider in a stack's `terraform.required_providers`. */
export interface RequiredProvider {
  /** @default - `hashicorp/<name>` */
  readonly source?: string;
  /**
   * Constraints, separated by commas.
   *
   * @default - every version
   */
  readonly version?: string;
}

/** The providers that a stack requires, by their local name in the stack. */
export type RequiredProviders = Readonly<Record<string, RequiredProvider>>;

/** The default registries of Terraform and of OpenTofu. */
const REGISTRIES = ["registry.terraform.io", "registry.opentofu.org"];

/**
 * The providers that a synthesized stack requires, after all overrides.
 *
 * @param folder - the stack's folder below `cdktf.out/stacks`
 * @returns no provider for a stack that requires none
 */
export function requiredProvidersOf(folder: string): RequiredProviders {
  const { terraform } = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as {
    readonly terraform?: { readonly required_providers?: RequiredProviders };
  };
  return terraform?.required_providers ?? {};
}

/**
 * The source of a provider with its namespace: Terraform reads `aws`, which CDKTF's bindings write, as `hashicorp/aws`
 * (https://developer.hashicorp.com/terraform/language/providers/requirements#source-addresses).
 *
 * @param name - the local name of the provider in a stack
 */
export function sourceOf(name: string, { source = name }: RequiredProvider): string {
  return source.includes("/") ? source : `hashicorp/${source}`;
}

/**
 * The addresses that a source can have in a lock file: a source without a registry is completed with the default registry,
 * of Terraform or of OpenTofu.
 *
 * @param source - a source with its namespace
 */
export function addressesOf(source: string): readonly string[] {
  return source.split("/").length > 2 ? [source] : REGISTRIES.map((registry) => `${registry}/${source}`);
}

/**
 * The requirements of several stacks in one: one version of a provider must satisfy the constraints of every stack.
 *
 * @throws UserError if stacks require different providers with the same local name
 */
export function mergeRequiredProviders(stacks: readonly RequiredProviders[]): RequiredProviders {
  const merged: Record<string, RequiredProvider> = {};
  for (const [name, provider] of stacks.flatMap((providers) => Object.entries(providers))) {
    merged[name] = merge(name, merged[name] ?? provider, provider);
  }
  return merged;
}

function merge(name: string, known: RequiredProvider, added: RequiredProvider): RequiredProvider {
  const source = commonSource(name, sourceOf(name, known), sourceOf(name, added));
  const constraints = [known, added].flatMap(({ version }) => version?.split(/, */) ?? []);
  return {
    source,
    ...(constraints.length === 0 ? {} : { version: [...new Set(constraints)].join(", ") }),
  };
}

/** Of two sources of the same provider, the source with a registry: it has fewer addresses. */
function commonSource(name: string, known: string, added: string): string {
  const [narrow, wide] =
    addressesOf(known).length < addressesOf(added).length ? [known, added] : [added, known];
  const allowed = addressesOf(wide);
  if (addressesOf(narrow).every((address) => allowed.includes(address))) return narrow;
  throw new UserError(
    `required_providers: ${name}: got the sources ${known} and ${added}; allowed: the same provider in all stacks`,
  );
}
