import { isPrivate, parseCidr } from "../cidr";
import type { Environment, ExistingVpc, NewVpc } from "../environment";
import { inWords, type Report } from "../report";

const VPC_SOURCE = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html";
const ZONES_SOURCE =
  "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html";
const LAMBDA_SOURCE = "https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html";

/** AWS's largest VPC. */
const SHORTEST_LENGTH = 16;
/** An eighth of it is a /27: 27 addresses for the interfaces of Lambda and of the way to SageMaker. */
const LONGEST_LENGTH = 24;
const MOST_SUBNETS = 16;
const MOST_SECURITY_GROUPS = 5;
const ID = /^[a-z]+-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

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
export function checkNewVpc(
  { cidrBlock, availabilityZones }: NewVpc["vpc"],
  region: string,
  report: Report,
): void {
  if (cidrBlock !== undefined) {
    const range = parseCidr(cidrBlock);
    report.require(
      range !== undefined &&
        isPrivate(range) &&
        range.length >= SHORTEST_LENGTH &&
        range.length <= LONGEST_LENGTH,
      "cidrBlock",
      cidrBlock,
      `a range such as 10.0.0.0/16, from its first address, of length ${SHORTEST_LENGTH}–${LONGEST_LENGTH} in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`,
      VPC_SOURCE,
    );
  }
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
  checkIds(subnetIds, "subnetIds", "subnet", MOST_SUBNETS, report);
  checkIds(securityGroupIds, "securityGroupIds", "sg", MOST_SECURITY_GROUPS, report);
}

function checkIds(
  ids: readonly string[],
  field: string,
  kind: "subnet" | "sg",
  most: number,
  report: Report,
): void {
  report.require(
    ids.length >= 1 && ids.length <= most,
    field,
    ids.length === 0 ? ids : inWords(`${ids.length} ids`),
    `1–${most} ids`,
    LAMBDA_SOURCE,
  );
  for (const id of ids) {
    report.require(
      ID.test(id) && id.startsWith(`${kind}-`),
      field,
      id,
      `${kind}- and 8 or 17 digits 0-9 a-f`,
      LAMBDA_SOURCE,
    );
  }
  requireDistinct(ids, field, "Lambda takes each once", report);
}

function requireDistinct(values: readonly string[], field: string, because: string, report: Report): void {
  const twice = values.filter((value, index) => values.indexOf(value) < index);
  for (const value of new Set(twice)) report.require(false, field, value, "each once", because);
}
