import type { AccessChange } from "./access/access-change";
import { isReadForAccess } from "./access/resource-policies";
import type { Change } from "./changes/changes";
import { compareTexts } from "./changes/changes";
import { hasLabel } from "./rendering/phrases/resource-types";
import { isReadForRisks } from "./risks";
import { isReadForSurface, type SurfaceChange } from "./surface";

/** A changed type that the review does not evaluate: the review only lists its changes. */
export interface UnsupportedType {
  /** The provider's prefix in Terraform, e.g. `google`. */
  readonly provider: string;
  readonly type: string;
  readonly count: number;
}

/** Providers whose resources only exist in the state and on the machine that applies a plan. */
const HARMLESS: ReadonlySet<string> = new Set(["random", "terraform", "time"]);

/** The changed types without a rule. Other types without a finding have none. */
export function unsupportedTypesIn(
  changes: readonly Change[],
  access: readonly AccessChange[],
  surface: readonly SurfaceChange[],
): readonly UnsupportedType[] {
  const read = new Set([
    ...access.flatMap(({ where }) => where.map(({ address }) => address)),
    ...surface.map(({ address }) => address),
  ]);
  const counts = new Map<string, number>();
  for (const { type, kind, address } of changes) {
    if (kind === "tags" || kind === "move" || read.has(address) || isRead(type)) continue;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts]
    .map(([type, count]) => ({ provider: providerOf(type), type, count }))
    .sort((one, other) => compareTexts(one.type, other.type));
}

/** Whether the review supports a type. */
function isRead(type: string): boolean {
  const provider = providerOf(type);
  if (HARMLESS.has(provider)) return true;
  if (provider !== "aws" && provider !== "awscc") return false;
  return hasLabel(type) || isReadForAccess(type) || isReadForSurface(type) || isReadForRisks(type);
}

function providerOf(type: string): string {
  return type.split("_")[0] ?? type;
}

/** Whether the review does not support the provider. */
export function isOfOtherProvider({ provider }: UnsupportedType): boolean {
  return provider !== "aws" && provider !== "awscc";
}
