import { describe, expect, it } from "@jest/globals";
import { accessChanges } from "../../../src/review/access/access";
import type { AccessChange } from "../../../src/review/access/access-change";
import { planWith } from "./support/plans";
import {
  CRAFTY_EXTERNAL_CALLERS,
  callersOf,
  PLAIN_EXTERNAL_CALLERS,
  type PolicyKind,
  pairOf,
  Random,
  requestsOf,
  resourceOf,
} from "./support/random-policies";
import {
  type Caller,
  letsThrough,
  type PolicyRequest,
  type PolicyStatement,
} from "./support/second-evaluator";

/** Seeds of pairs that were compared wrongly before. */
const SEEDS: readonly number[] = [1, 7, 42, 2_026, 20_261_129];
const PAIRS_PER_SEED = 1_100;
const EXTERNAL_CALLERS: readonly Caller[] = [...PLAIN_EXTERNAL_CALLERS, ...CRAFTY_EXTERNAL_CALLERS];
const KINDS: readonly PolicyKind[] = ["identity", "trust", "bucket", "key"];

interface Counts {
  pairs: number;
  widening: number;
  public: number;
  falseAlarms: number;
  falsePublic: number;
}

/** The requests of the callers that are allowed only after the change. */
function letIn(
  [before, after]: readonly [readonly PolicyStatement[], readonly PolicyStatement[]],
  requests: readonly PolicyRequest[],
): readonly PolicyRequest[] {
  return requests.filter((request) => letsThrough(after, request) && !letsThrough(before, request));
}

/**
 * The access changes of each pair. One plan contains all pairs, because to read a plan takes longer than to compare a pair.
 * Each pair is compared alone: other resources of a plan can change the result.
 */
function changesOfPairs(
  kind: PolicyKind,
  pairs: readonly ReturnType<typeof pairOf>[],
): readonly (readonly AccessChange[])[] {
  const resources = pairs.map((pair, number) => {
    const resource = resourceOf(kind, ...pair);
    return { ...resource, address: `${resource.address}_${number}` };
  });
  const plan = planWith(resources);
  expect(plan.resources.map(({ address }) => address)).toEqual(resources.map(({ address }) => address));
  return plan.resources.map((resource) => accessChanges({ ...plan, resources: [resource] }));
}

function compared(kind: PolicyKind): { counts: Counts; missed: readonly string[] } {
  const counts: Counts = { pairs: 0, widening: 0, public: 0, falseAlarms: 0, falsePublic: 0 };
  const missed: string[] = [];
  const all = requestsOf(kind, callersOf(kind));
  // A caller that can use TLS gains no access by calls without TLS.
  const isPlain = ({ caller, context }: PolicyRequest): boolean =>
    PLAIN_EXTERNAL_CALLERS.includes(caller) && context["aws:SecureTransport"] === "true";
  const isExternal = ({ caller }: PolicyRequest): boolean => EXTERNAL_CALLERS.includes(caller);
  for (const seed of SEEDS) {
    const random = new Random(seed);
    const pairs = Array.from({ length: PAIRS_PER_SEED }, () => pairOf(kind, random));
    for (const [number, changes] of changesOfPairs(kind, pairs).entries()) {
      const pair = pairs[number] ?? [[], []];
      const said = { widens: changes.some((one) => one.widens), public: changes.some((one) => one.public) };
      const wider = letIn(pair, all);
      const right = { widens: wider.length > 0, public: wider.some(isPlain) };
      counts.pairs += 1;
      counts.widening += Number(right.widens);
      counts.public += Number(right.public);
      const where = `seed ${seed}, pair ${number}: ${JSON.stringify(pair)}`;
      if (right.widens && !said.widens) missed.push(`widens: ${where}`);
      if (right.public && !said.public) missed.push(`public: ${where}`);
      counts.falseAlarms += Number(said.widens && !right.widens);
      counts.falsePublic += Number(said.public && !wider.some(isExternal));
    }
  }
  return { counts, missed };
}

describe("the review of random pairs of policies, compared with a second evaluator", () => {
  it.each(KINDS)(
    "reports all wider and all public access: %s",
    (kind) => {
      // Act
      const { counts, missed } = compared(kind);

      // Assess
      expect(missed.slice(0, 3)).toEqual([]);
      expect(counts.pairs * KINDS.length).toBeGreaterThanOrEqual(20_000);
      expect(counts.widening).toBeGreaterThan(500);
      // The review reports wider access in case of doubt. This limits the rate of false alarms.
      expect(counts.falseAlarms / counts.pairs).toBeLessThan(0.2);
      expect(counts.falsePublic / counts.pairs).toBeLessThan(0.04);
    },
    120_000,
  );
});
