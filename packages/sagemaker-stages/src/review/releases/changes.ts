import * as z from "zod";
import type { Plan } from "../reading/plan";
import { isValues, type Value } from "../reading/values";

/** The resource with the deployed releases (`RELEASES_RESOURCE` in `src/environment/releases.ts`). */
export const RELEASES_RESOURCE = "terraform_data.deployed_releases";

/** A release in the resource: `DeployedRelease` in `src/environment/releases.ts`. */
const deployed = z.object({
  release: z.string(),
  digest: z.string(),
  promotes: z.enum(["bytes", "package"]),
  serves: z.string(),
  promotedFrom: z.optional(z.string()),
  seen: z.optional(z.string()),
  metrics: z.record(z.string(), z.number()),
});

type Deployed = z.infer<typeof deployed>;

/** A metric before and after; `null` where the release does not have the metric. */
export interface MetricChange {
  readonly name: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** A model that serves another release than before. */
export interface ReleaseChange {
  readonly model: string;
  /** The id of the release before; `null` without a release. */
  readonly before: string | null;
  /** The id of the release after; `null` without a release. */
  readonly after: string | null;
  /** The artifact and the image after the change. */
  readonly serves: string;
  /** The environment from which the release is promoted; `null` without `promotedFrom`. */
  readonly promotedFrom: string | null;
  /** What the release pins: the bytes, or a model package. */
  readonly promotes: "bytes" | "package";
  /** The day on which `promote` read that `promotedFrom` served the release; `null` if the day is not known. */
  readonly servedOn: string | null;
  readonly metrics: readonly MetricChange[];
}

/** The models whose release changes, in the order of their names. Equal digests are no change. */
export function releaseChanges({ resources }: Plan): ReleaseChange[] {
  const resource = resources.find(({ address }) => address === RELEASES_RESOURCE);
  if (resource === undefined) return [];
  const [before, after] = [releasesIn(resource.before?.input), releasesIn(resource.after?.input)];
  const models = [...new Set([...after.keys(), ...before.keys()])];
  return models.flatMap((model): ReleaseChange[] => {
    const [was, is] = [before.get(model), after.get(model)];
    if (was?.digest === is?.digest && was?.release === is?.release) return [];
    return [
      {
        model,
        before: was?.release ?? null,
        after: is?.release ?? null,
        serves: is?.serves ?? "",
        promotedFrom: is?.promotedFrom ?? null,
        promotes: is?.promotes ?? "bytes",
        servedOn: is?.seen ?? null,
        metrics: metricChanges(was, is),
      },
    ];
  });
}

function releasesIn(input: Value | undefined): Map<string, Deployed> {
  if (!isValues(input)) return new Map();
  return new Map(
    Object.entries(input).flatMap(([model, value]) => {
      const { data } = deployed.safeParse(value);
      return data === undefined ? [] : [[model, data] as const];
    }),
  );
}

function metricChanges(before: Deployed | undefined, after: Deployed | undefined): MetricChange[] {
  if (after === undefined) return [];
  const names = [...new Set([...Object.keys(after.metrics), ...Object.keys(before?.metrics ?? {})])].sort();
  return names.map((name) => ({
    name,
    before: before?.metrics[name] ?? null,
    after: after.metrics[name] ?? null,
  }));
}
