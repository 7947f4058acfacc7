import { type FaultCollector, raw } from "../../fault-collector";
import type { ScalingSettings } from "../../settings/endpoint/scaling";

/**
 * Checks the range of an endpoint's capacity.
 *
 * @param max - the largest possible capacity
 * @param because - the reason why a capacity is refused, e.g. the source of `max`
 * @param collector - collects the faults of `autoscaling`
 * @param smallest - the smallest possible capacity
 * @returns whether `minCapacity` and `maxCapacity` are a valid range
 */
export function checkScaling(
  { minCapacity, maxCapacity }: ScalingSettings,
  max: number,
  because: (capacity: number) => string,
  collector: FaultCollector,
  smallest = 1,
): boolean {
  const isMinValid = collector.requireWholeNumber(
    minCapacity,
    "minCapacity",
    smallest,
    max,
    because(minCapacity),
  );
  const min = Math.max(isMinValid ? minCapacity : 1, 1);
  const isMaxValid = collector.requireWholeNumber(maxCapacity, "maxCapacity", min, max, because(maxCapacity));
  return isMinValid && isMaxValid;
}

/**
 * Checks that the range of the capacity contains the initial capacity.
 *
 * @param field - the setting with the initial capacity
 * @param collector - collects the faults of `autoscaling`
 */
export function checkInitialCapacity(
  { minCapacity, maxCapacity }: ScalingSettings,
  initial: number,
  field: string,
  collector: FaultCollector,
): void {
  collector.require(
    initial >= minCapacity && initial <= maxCapacity,
    "minCapacity",
    raw(`${minCapacity} to ${maxCapacity} with ${field} ${initial}`),
    `a range from minCapacity to maxCapacity that contains ${field}`,
    `each new configuration starts with ${field}`,
  );
}
