import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const stack = z.object({
  provider: z.optional(
    z.object({
      aws: z.optional(
        z.array(
          z.object({
            alias: z.optional(z.string()),
            default_tags: z.optional(
              z.array(z.object({ tags: z.optional(z.record(z.string(), z.string())) })),
            ),
          }),
        ),
      ),
    }),
  ),
  resource: z.optional(
    z.record(
      z.string(),
      z.record(
        z.string(),
        z.object({
          "//": z.optional(z.object({ metadata: z.optional(z.object({ path: z.string() })) })),
          lifecycle: z.optional(z.object({ prevent_destroy: z.optional(z.boolean()) })),
        }),
      ),
    ),
  ),
});

/** What the review reads from `cdk.tf.json`, because a plan does not contain it. */
export interface SynthesizedStack {
  /** Construct paths by address, e.g. `ticket-urgency/endpoint/role`, without the stack's name. */
  readonly paths: ReadonlyMap<string, string>;
  /**
   * Whether Terraform refuses to destroy the API or an endpoint: the environment has `protected: true`. `undefined` if CDKTF did
   * not synthesize the stack.
   */
  readonly isProtected: boolean | undefined;
}

/** A synthesized stack with the names by which a plan is assigned to it. */
export interface NamedStack extends SynthesizedStack {
  /** Name of the stack and of its folder. */
  readonly name: string;
  /** The provider's default tag `Environment`, which has the prefix of the project; `undefined` for a stack without the tag. */
  readonly environmentTag: string | undefined;
}

/**
 * Reads the stacks that CDKTF synthesized; none if the folder does not exist.
 *
 * @param folder - the folder of the stacks, e.g. `cdktf.out/stacks`
 */
export function readSynthesizedStacks(folder: string): readonly NamedStack[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const file = join(folder, name, "cdk.tf.json");
      return existsSync(file) ? [{ name, ...synthesizedStackIn(readFileSync(file, "utf8")) }] : [];
    });
}

/**
 * The stack of a plan. A plan names its environment by the tag, which differs from the stack's name in an environment with
 * `project`; the name is compared only with stacks without the tag. A removed stack keeps its folder: the environment is protected
 * if one of several stacks with the same tag is protected.
 *
 * @param environment - see `Plan.environment`
 */
export function stackOf(stacks: readonly NamedStack[], environment: string): SynthesizedStack {
  const found = stacks.filter(({ name, environmentTag }) => (environmentTag ?? name) === environment);
  return {
    paths: new Map(found.flatMap(({ paths }) => [...paths])),
    isProtected: found.length === 0 ? undefined : found.some(({ isProtected }) => isProtected === true),
  };
}

/** Types whose destruction a protected environment refuses. An account's stack contains none of these types. */
const PROTECTED_TYPES = ["aws_api_gateway_rest_api", "aws_sagemaker_endpoint"] as const;

/** Reads the content of `cdk.tf.json`. */
export function synthesizedStackIn(text: string): Omit<NamedStack, "name"> {
  const { resource: resources = {}, provider } = stack.safeParse(JSON.parse(text)).data ?? {};
  const [main] = provider?.aws?.filter(({ alias }) => alias === undefined) ?? [];
  return {
    environmentTag: main?.default_tags?.[0]?.tags?.Environment,
    paths: new Map(
      Object.entries(resources).flatMap(([type, byName]) =>
        Object.entries(byName).flatMap(([name, { "//": notes }]): [string, string][] => {
          const path = notes?.metadata?.path;
          return path === undefined ? [] : [[`${type}.${name}`, path.split("/").slice(1).join("/")]];
        }),
      ),
    ),
    isProtected: PROTECTED_TYPES.some((type) =>
      Object.values(resources[type] ?? {}).some(({ lifecycle }) => lifecycle?.prevent_destroy === true),
    ),
  };
}
