/**
 * The partitions that this project supports
 * (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html).
 */
export type Partition = "aws" | "aws-cn" | "aws-us-gov";

/** The prefixes of regions in partitions that this project does not support. */
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

/** The domain of AWS's console in each partition. */
const CONSOLE_DOMAINS: Readonly<Record<Partition, string>> = {
  aws: "console.aws.amazon.com",
  "aws-cn": "console.amazonaws.cn",
  "aws-us-gov": "console.amazonaws-us-gov.com",
};

/** The host of AWS's console for a region, e.g. `eu-central-1.console.aws.amazon.com`. */
export function consoleHost(region: string): string {
  return `${region}.${CONSOLE_DOMAINS[partitionOf(region)]}`;
}

/** The domain of one service in a region, e.g. `s3.eu-central-1.amazonaws.com`. Condition keys contain this domain. */
export function serviceDomain(service: string, region: string): string {
  return `${service}.${region}.${domainOf(region)}`;
}
