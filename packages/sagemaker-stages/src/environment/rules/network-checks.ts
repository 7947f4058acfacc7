import type { Environment, ExistingVpc, NewVpc } from "../environment";
import type { FaultCollector } from "../fault-collector";

const ZONES_SOURCE =
  "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html";

/** Checks the network of an environment. @param collector - collects the faults of `network` */
export function checkNetwork(
  { network, region }: Pick<Environment, "network" | "region">,
  collector: FaultCollector,
): void {
  if (network === undefined) return;
  if (!collector.requireExclusive(network, "existing", ["vpc"], "the VPC either exists or is created"))
    return;
  if ("vpc" in network) checkNewVpc(network.vpc, region, collector.in("vpc"));
  else checkExistingVpc(network.existing, collector.in("existing"));
}

/** Checks a new VPC. @param collector - collects the faults of the settings of the VPC */
export function checkNewVpc(
  { availabilityZones }: NewVpc["vpc"],
  region: string,
  collector: FaultCollector,
): void {
  collector.require(
    availabilityZones.length > 0,
    "availabilityZones",
    availabilityZones,
    `at least one zone of ${region}`,
    "a function needs a subnet",
  );
  for (const zone of availabilityZones) {
    collector.require(
      // Lambda is not available in local zones, e.g. us-west-2-lax-1a.
      zone.startsWith(region) && /^[a-f]$/.test(zone.slice(region.length)),
      "availabilityZones",
      zone,
      `${region}a to ${region}f`,
      ZONES_SOURCE,
    );
  }
  requireDistinct(availabilityZones, "availabilityZones", "each zone has one subnet", collector);
}

/** Checks an existing VPC. @param collector - collects the faults of the settings of the VPC */
export function checkExistingVpc(
  { subnetIds, securityGroupIds }: ExistingVpc["existing"],
  collector: FaultCollector,
): void {
  for (const [field, ids] of Object.entries({ subnetIds, securityGroupIds })) {
    requireDistinct(ids, field, "Lambda accepts each id once", collector);
  }
}

function requireDistinct(
  values: readonly string[],
  field: string,
  because: string,
  collector: FaultCollector,
): void {
  const twice = values.filter((value, index) => values.indexOf(value) < index);
  for (const value of new Set(twice)) collector.require(false, field, value, "each value once", because);
}
