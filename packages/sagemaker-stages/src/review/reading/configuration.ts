import * as z from "zod";

/** The attributes and blocks of a resource's configuration, with the addresses that each references. */
export type Configured = Readonly<Record<string, readonly string[]>>;

const resource = z.object({
  address: z.string(),
  expressions: z.optional(z.record(z.string(), z.unknown())),
});
const moduleShape = z.object({
  resources: z.optional(z.array(resource)),
  module_calls: z.optional(z.record(z.string(), z.object({ module: z.optional(z.unknown()) }))),
});
const shape = z.object({ root_module: z.optional(z.unknown()) });

/**
 * Reads the configuration in a plan, by the address of the resource without the keys of `count` and `for_each`
 * (https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation).
 */
export function readConfiguration(configuration: unknown): ReadonlyMap<string, Configured> {
  const found = new Map<string, Configured>();
  const { data } = shape.safeParse(configuration);
  readModule(data?.root_module, "", found);
  return found;
}

/** The address in the configuration: without the keys of `count` and `for_each`. */
export function withoutKeys(address: string): string {
  return address.replace(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, "");
}

function readModule(module: unknown, prefix: string, found: Map<string, Configured>): void {
  const { data } = moduleShape.safeParse(module);
  if (data === undefined) return;
  for (const { address, expressions } of data.resources ?? []) {
    found.set(
      prefix + address,
      Object.fromEntries(
        Object.entries(expressions ?? {}).map(([name, expression]) => [
          name,
          referencesIn(expression).map((reference) => prefix + reference),
        ]),
      ),
    );
  }
  for (const [name, { module: called }] of Object.entries(data.module_calls ?? {})) {
    readModule(called, `${prefix}module.${name}.`, found);
  }
}

/** Referenced addresses. Terraform writes `aws_iam_role.a.name` and `aws_iam_role.a`; only the second is an address. */
function referencesIn(expression: unknown): string[] {
  const found = new Set<string>();
  const read = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const one of value) read(one);
    } else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        if (name !== "references") {
          if (name !== "constant_value") read(inner);
        } else if (Array.isArray(inner)) {
          for (const reference of inner) {
            if (
              typeof reference === "string" &&
              /^(?!(?:var|local|each|count|self|path|module)\.)[a-z]\w*\.[\w-]+$/.test(withoutKeys(reference))
            ) {
              found.add(withoutKeys(reference));
            }
          }
        }
      }
    }
  };
  read(expression);
  return [...found].sort();
}
