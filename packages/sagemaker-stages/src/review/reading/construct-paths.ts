import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const stack = z.object({
  resource: z.optional(
    z.record(
      z.string(),
      z.record(
        z.string(),
        z.object({ "//": z.optional(z.object({ metadata: z.optional(z.object({ path: z.string() })) })) }),
      ),
    ),
  ),
});

/**
 * Reads the construct paths of a synthesized stack by address, e.g. `ticket-urgency/endpoint/role`. The paths do not
 * contain the stack's name. Empty if CDKTF did not synthesize the stack.
 *
 * @param folder - the folder of the stacks, e.g. `cdktf.out/stacks`
 */
export function readConstructPaths(folder: string, stackName: string): ReadonlyMap<string, string> {
  const file = join(folder, stackName, "cdk.tf.json");
  if (!existsSync(file)) return new Map();
  return constructPathsIn(readFileSync(file, "utf8"));
}

/** Reads the construct paths in the content of `cdk.tf.json`. */
export function constructPathsIn(text: string): ReadonlyMap<string, string> {
  const { data } = stack.safeParse(JSON.parse(text));
  return new Map(
    Object.entries(data?.resource ?? {}).flatMap(([type, byName]) =>
      Object.entries(byName).flatMap(([name, { "//": notes }]): [string, string][] => {
        const path = notes?.metadata?.path;
        return path === undefined ? [] : [[`${type}.${name}`, path.split("/").slice(1).join("/")]];
      }),
    ),
  );
}
