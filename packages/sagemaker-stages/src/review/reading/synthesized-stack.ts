import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const stack = z.object({
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

/**
 * Reads a synthesized stack. Without paths if CDKTF did not synthesize the stack.
 *
 * @param folder - the folder of the stacks, e.g. `cdktf.out/stacks`
 */
export function readSynthesizedStack(folder: string, stackName: string): SynthesizedStack {
  const file = join(folder, stackName, "cdk.tf.json");
  if (!existsSync(file)) return { paths: new Map(), isProtected: undefined };
  return synthesizedStackIn(readFileSync(file, "utf8"));
}

/** Types whose destruction a protected environment refuses. An account's stack contains none of these types. */
const PROTECTED_TYPES = ["aws_api_gateway_rest_api", "aws_sagemaker_endpoint"] as const;

/** Reads the content of `cdk.tf.json`. */
export function synthesizedStackIn(text: string): SynthesizedStack {
  const resources = stack.safeParse(JSON.parse(text)).data?.resource ?? {};
  return {
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
