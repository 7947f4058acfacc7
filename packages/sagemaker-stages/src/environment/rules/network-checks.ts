import type { Environment, ExistingVpc, NewVpc } from "../environment";
import type { Report } from "../report";

const ZONES_SOURCE =
  "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html";
/** Rules of `network`. @param report - below `network` */
export function checkNetwork(
  { network, region }: Pick<Environment, "network" | "region">,
  report: Report,
): void {
  if (network === undefined) return;
  if (!report.requireApart(network, "existing", ["vpc"], "a VPC is there, or is made")) return;
  if ("vpc" in network) checkNewVpc(network.vpc, region, report.in("vpc"));
  else checkExistingVpc(network.existing, report.in("existing"));
}

/** Rules of a VPC that is made. @param report - below its settings */
export function checkNewVpc({ availabilityZones }: NewVpc["vpc"], region: string, report: Report): void {
  report.require(
    availabilityZones.length > 0,
    "availabilityZones",
    availabilityZones,
    `at least one zone of ${region}`,
    "a function needs a subnet",
  );
  for (const zone of availabilityZones) {
    report.require(
      // Other zones, such as us-west-2-lax-1a, have no Lambda.
      zone.startsWith(region) && /^[a-f]$/.test(zone.slice(region.length)),
      "availabilityZones",
      zone,
      `${region}a to ${region}f`,
      ZONES_SOURCE,
    );
  }
  requireDistinct(availabilityZones, "availabilityZones", "each zone has one subnet", report);
}

/** Rules of a VPC that is there. @param report - below its settings */
export function checkExistingVpc(
  { subnetIds, securityGroupIds }: ExistingVpc["existing"],
  report: Report,
): void {
  for (const [field, ids] of Object.entries({ subnetIds, securityGroupIds })) {
    requireDistinct(ids, field, "Lambda takes each once", report);
  }
}

function requireDistinct(values: readonly string[], field: string, because: string, report: Report): void {
  const twice = values.filter((value, index) => values.indexOf(value) < index);
  for (const value of new Set(twice)) report.require(false, field, value, "each once", because);
}
