import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { compareVersions } from "./version-constraint";

/**
 * The newest version of 5.x, for teams that did not upgrade their other stacks to 6.x. The tests validate, plan and deploy with this
 * version. CDKTF's bindings are generated from the schema of 6.25.0. `docs/provider-versions.md` compares what the versions
 * say about every argument that the stacks use.
 */
const OLDEST = "5.100.0";
/** A major version can remove arguments. When this constraint was written, no version of 7.x existed. */
const NEXT_MAJOR = "7.0.0";

/** The oldest version of the AWS provider that each stack accepts, if it is newer than {@link OLDEST}. */
const minimums = new WeakMap<TerraformStack, string>();

/** The stacks whose versions of the AWS provider this module declares. A stack without `requireVersions` declares its own. */
const declared = new WeakSet<TerraformStack>();

/** Declares the versions of the AWS provider that the constructs of a stack support. */
export function declareProviderVersions(stack: TerraformStack): void {
  declared.add(stack);
  stack.addOverride(
    "terraform.required_providers.aws.version",
    `>= ${minimums.get(stack) ?? OLDEST}, < ${NEXT_MAJOR}`,
  );
}

/**
 * Requires a newer version of the AWS provider in the stack of a construct, because an older version refuses a value of the
 * construct.
 *
 * @param minimum - the first version that accepts the value
 */
export function requireProviderVersion(scope: Construct, minimum: string): void {
  const stack = TerraformStack.of(scope);
  if (compareVersions(minimum, minimums.get(stack) ?? OLDEST) <= 0) return;
  minimums.set(stack, minimum);
  if (declared.has(stack)) declareProviderVersions(stack);
}
