import type { MetricChange, ReleaseChange } from "../../releases/changes";
import { firstOf, inDigits } from "./formats";

/** Metrics in one part of the verdict. */
const MAX_METRICS = 3;

/** `breast-cancer 2026-11-20 promoted, the bytes that staging served on 2026-11-21 (accuracy 0.95 → 0.97)` */
export function releasePart(change: ReleaseChange): string {
  const { model, before, after, metrics } = change;
  if (after === null) return `${model} no longer has a release (before: ${before})`;
  const changed = metrics.filter((metric) => metric.before !== metric.after).map(metricText);
  const shown = changed.length === 0 ? "" : ` (${firstOf(changed, MAX_METRICS)})`;
  return `${model} ${after} ${originText(change)}${shown}`;
}

/** `promoted, the bytes that staging served on 2026-11-21` */
export function originText({ promotedFrom, promotes, servedOn }: ReleaseChange): string {
  if (promotedFrom === null) return "released";
  return servedOn === null
    ? `promoted, the ${promotes} that ${promotedFrom} deployed`
    : `promoted, the ${promotes} that ${promotedFrom} served on ${servedOn}`;
}

/** `accuracy 0.95 → 0.97`, `accuracy 0.97 (new)`, `accuracy 0.97` */
export function metricText({ name, before, after }: MetricChange): string {
  if (after === null) return `${name} ${inDigits(before ?? 0)} → no value`;
  if (before === null) return `${name} ${inDigits(after)} (new)`;
  return before === after ? `${name} ${inDigits(after)}` : `${name} ${inDigits(before)} → ${inDigits(after)}`;
}
