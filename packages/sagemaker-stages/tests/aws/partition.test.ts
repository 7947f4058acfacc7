import { describe, expect, it } from "@jest/globals";
import { domainOf, isOfKnownPartition, partitionOf, serviceDomain } from "../../src/aws/partition";

// https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
describe("a region", () => {
  it.each([
    ["us-east-1", "aws", "amazonaws.com"],
    ["ap-southeast-5", "aws", "amazonaws.com"],
    ["cn-northwest-1", "aws-cn", "amazonaws.com.cn"],
    ["us-gov-east-1", "aws-us-gov", "amazonaws.com"],
  ])("has the right partition and the right domain: %s", (region, partition, domain) => {
    // Act
    const found = [partitionOf(region), domainOf(region), serviceDomain("s3", region)];

    // Assess
    expect(found).toEqual([partition, domain, `s3.${region}.${domain}`]);
    expect(isOfKnownPartition(region)).toBe(true);
  });

  it.each(["us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "eusc-de-east-1"])(
    "is in an unsupported partition: %s",
    (region) => {
      // Act
      const isKnown = isOfKnownPartition(region);

      // Assess
      expect(isKnown).toBe(false);
    },
  );
});
