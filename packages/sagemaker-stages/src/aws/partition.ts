/**
 * The partitions whose names and domains this project knows
 * (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html).
 */
export type Partition = "aws" | "aws-cn" | "aws-us-gov";

/** The beginnings of regions in partitions whose names and domains this project does not know. */
const UNKNOWN_PARTITIONS = /^(?:us-iso|eu-iso|eusc)/;

/** Whether a region belongs to one of {@link Partition}. @param region - e.g. `eu-central-1` */
export function isOfKnownPartition(region: string): boolean {
  return !UNKNOWN_PARTITIONS.test(region);
}

/** The partition that a region belongs to: the second part of every ARN. @param region - e.g. `eu-central-1` */
export function partitionOf(region: string): Partition {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** The domain of AWS's services in a region, e.g. `amazonaws.com`. @param region - e.g. `eu-central-1` */
export function domainOf(region: string): string {
  return partitionOf(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}

/** The domain of one service in a region, e.g. `s3.eu-central-1.amazonaws.com`. Condition keys name services by it. */
export function serviceDomain(service: string, region: string): string {
  return `${service}.${region}.${domainOf(region)}`;
}
