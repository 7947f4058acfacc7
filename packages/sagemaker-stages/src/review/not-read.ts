import type { AccessChange } from "./access/access-change";
import { isReadForAccess } from "./access/resource-policies";
import type { Change } from "./changes";
import { compareTexts } from "./changes";
import { isNamed } from "./resource-types";
import { isReadForRisks } from "./risks";
import { isReadForSurface, type SurfaceChange } from "./surface";

/** A type of resource that changes, and of which nothing is judged: its changes are listed, and no more. */
export interface NotRead {
  /** Terraform's name of the provider's own prefix, e.g. `google`. */
  readonly provider: string;
  readonly type: string;
  readonly count: number;
}

/** Providers whose resources do nothing outside of the state and the machine that applies it. */
const HARMLESS: ReadonlySet<string> = new Set(["random", "terraform", "time"]);

/** What a plan changes that no rule of the review reads, so that silence means that nothing was found. */
export function notReadIn(
  changes: readonly Change[],
  access: readonly AccessChange[],
  surface: readonly SurfaceChange[],
): readonly NotRead[] {
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

/** Whether the review knows what a resource of the type can open, lose or stop. */
function isRead(type: string): boolean {
  const provider = providerOf(type);
  if (HARMLESS.has(provider)) return true;
  if (provider !== "aws" && provider !== "awscc") return false;
  return isNamed(type) || isReadForAccess(type) || isReadForSurface(type) || isReadForRisks(type);
}

function providerOf(type: string): string {
  return type.split("_")[0] ?? type;
}

/** Whether the resources are of a provider that the review does not know at all. */
export function isOfOtherProvider({ provider }: NotRead): boolean {
  return provider !== "aws" && provider !== "awscc";
}
