import { describe, expect, it } from "@jest/globals";
import { parseCidr, partOf } from "../../src/environment/cidr";
import type { Environment, ExistingVpc, NewVpc } from "../../src/environment/environment";
import { checkEnvironments } from "../support/app";

const ZONES = ["eu-central-1a", "eu-central-1b"];
const SUBNET = "subnet-0123456789abcdef0";
const GROUP = "sg-0123456789abcdef0";

/** An environment with this network. The compiler does not check the network. */
function environmentIn(network: unknown, region = "eu-central-1"): Environment {
  return {
    name: "test",
    region,
    state: { local: { path: "terraform.test.tfstate" } },
    stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
    models: {
      "loan-default": {
        artifact: "s3://amzn-s3-demo-bucket/loan-default/model.tar.gz",
        image: { algorithm: "linear-learner", tag: "1" },
        serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      },
    },
    network: network as NewVpc | ExistingVpc,
  };
}

function newVpc(vpc: Partial<NewVpc["vpc"]>): NewVpc {
  return { vpc: { availabilityZones: ZONES, ...vpc } };
}

function existingVpc(existing: Partial<ExistingVpc["existing"]>): ExistingVpc {
  return { existing: { subnetIds: [SUBNET], securityGroupIds: [GROUP], ...existing } };
}

function idsOf(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${kind}-${String(index).padStart(17, "0")}`);
}

const CIDR_RULE =
  "a range such as 10.0.0.0/16, from its first address, of length 16–24 in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16";

describe("a valid network", () => {
  it.each<[string, NewVpc | ExistingVpc]>([
    ["a new VPC in one zone", newVpc({ availabilityZones: ["eu-central-1a"] })],
    [
      "a new VPC in six zones",
      newVpc({ availabilityZones: [..."abcdef"].map((zone) => `eu-central-1${zone}`) }),
    ],
    ["the largest VPC", newVpc({ cidrBlock: "10.255.0.0/16" })],
    ["the smallest VPC", newVpc({ cidrBlock: "192.168.255.0/24" })],
    ["the last VPC of 172.16.0.0/12", newVpc({ cidrBlock: "172.31.0.0/16" })],
    ["a subnet and a security group of an existing VPC", existingVpc({})],
    [
      "ids in the older, short form",
      existingVpc({ subnetIds: ["subnet-0123abcd"], securityGroupIds: ["sg-0123abcd"] }),
    ],
    [
      "16 subnets and 5 groups",
      existingVpc({ subnetIds: idsOf("subnet", 16), securityGroupIds: idsOf("sg", 5) }),
    ],
  ])("has no fault: %s", (_, network) => {
    // Act
    const faults = checkEnvironments([environmentIn(network)]);

    // Assess
    expect(faults).toEqual([]);
  });
});

describe("an invalid network", () => {
  it.each<[string, unknown, string, string, string]>([
    ...[
      "10.0.0.0/15",
      "10.0.0.0/25",
      "10.0.1.0/16",
      "10.0.0.0",
      "10.0.0.0/016",
      "010.0.0.0/16",
      "10.0.0.0/16 ",
      "10.0.256.0/24",
      "8.8.8.0/24",
      "172.32.0.0/16",
      "172.15.0.0/16",
      "192.169.0.0/16",
      "100.64.0.0/16",
      "fd00::/16",
      "",
    ].map((cidrBlock): [string, unknown, string, string, string] => [
      `the range ${JSON.stringify(cidrBlock)}`,
      newVpc({ cidrBlock }),
      "network.vpc.cidrBlock",
      JSON.stringify(cidrBlock),
      CIDR_RULE,
    ]),
    [
      "no zone",
      newVpc({ availabilityZones: [] }),
      "network.vpc.availabilityZones",
      "[]",
      "at least one zone of eu-central-1",
    ],
    ...[
      "eu-west-1a",
      "eu-central-1",
      "eu-central-1g",
      "eu-central-1ab",
      "eu-central-1-ham-1a",
      "a",
      "euc1-az1",
    ].map((zone): [string, unknown, string, string, string] => [
      `the zone ${zone}`,
      newVpc({ availabilityZones: [zone] }),
      "network.vpc.availabilityZones",
      JSON.stringify(zone),
      "eu-central-1a to eu-central-1f",
    ]),
    [
      "one zone three times",
      newVpc({ availabilityZones: Array(3).fill("eu-central-1a") }),
      "network.vpc.availabilityZones",
      '"eu-central-1a"',
      "each value once",
    ],
    ["no subnet", existingVpc({ subnetIds: [] }), "network.existing.subnetIds", "[]", "1–16 ids"],
    [
      "17 subnets",
      existingVpc({ subnetIds: idsOf("subnet", 17) }),
      "network.existing.subnetIds",
      "17 ids",
      "1–16 ids",
    ],
    [
      "one subnet twice",
      existingVpc({ subnetIds: [SUBNET, SUBNET] }),
      "network.existing.subnetIds",
      JSON.stringify(SUBNET),
      "each value once",
    ],
    ...[
      GROUP,
      "subnet-0123456789abcdefg",
      "subnet-0123",
      "subnet-subnet-0123abcd",
      "subnet",
      `${SUBNET}\n`,
      "arn:aws:ec2:x",
    ].map((id): [string, unknown, string, string, string] => [
      `the subnet ${JSON.stringify(id)}`,
      existingVpc({ subnetIds: [id] }),
      "network.existing.subnetIds",
      JSON.stringify(id),
      "subnet- and 8 or 17 digits 0-9 a-f",
    ]),
    ["no group", existingVpc({ securityGroupIds: [] }), "network.existing.securityGroupIds", "[]", "1–5 ids"],
    [
      "6 groups",
      existingVpc({ securityGroupIds: idsOf("sg", 6) }),
      "network.existing.securityGroupIds",
      "6 ids",
      "1–5 ids",
    ],
    [
      "a subnet in place of a group",
      existingVpc({ securityGroupIds: [SUBNET] }),
      "network.existing.securityGroupIds",
      JSON.stringify(SUBNET),
      "sg- and 8 or 17 digits 0-9 a-f",
    ],
    [
      "a group twice",
      existingVpc({ securityGroupIds: [GROUP, GROUP] }),
      "network.existing.securityGroupIds",
      JSON.stringify(GROUP),
      "each value once",
    ],
  ])("is a fault: %s", (_, network, field, got, allowed) => {
    // Act
    const faults = checkEnvironments([environmentIn(network)]);

    // Assess
    expect(faults).toEqual([
      { environment: "test", field, got, allowed, because: expect.stringMatching(/./) },
    ]);
  });

  it.each<[string, unknown, string, string, string]>([
    [
      "a new VPC together with an existing VPC",
      { ...newVpc({}), ...existingVpc({}) },
      "network.existing",
      "existing together with vpc",
      "either existing or vpc",
    ],
    ["neither a new nor an existing VPC", {}, "network", "{}", "vpc or existing"],
  ])("is a fault that names both settings: %s", (_, network, field, got, allowed) => {
    // Act
    const faults = checkEnvironments([environmentIn(network)]);

    // Assess
    expect(faults).toEqual([
      { environment: "test", field, got, allowed, because: expect.stringMatching(/./) },
    ]);
  });

  it("is a fault when a setting is misspelt or has another type", () => {
    // Act
    const faults = checkEnvironments([
      environmentIn({ vpc: { availabilityZones: ZONES, natGateway: true } }),
      { ...environmentIn({ vpc: { availabilityZones: "eu-central-1a" } }), name: "second" },
      {
        ...environmentIn({ existing: { ...existingVpc({}).existing, vpcId: "vpc-0123abcd" } }),
        name: "third",
      },
      { ...environmentIn({ ...existingVpc({}), vpcId: "vpc-0123abcd" }), name: "fourth" },
    ]);

    // Assess
    expect(faults.map(({ field }) => field)).toEqual([
      "network.vpc.natGateway",
      "network.vpc.availabilityZones",
      "network.existing.vpcId",
      "network.vpcId",
    ]);
  });
});

describe("the parts of a range of addresses", () => {
  it.each([
    ["10.0.0.0/16", 0, "10.0.0.0/19"],
    ["10.0.0.0/16", 5, "10.0.160.0/19"],
    ["10.0.0.0/16", 7, "10.0.224.0/19"],
    ["192.168.255.0/24", 5, "192.168.255.160/27"],
    ["172.16.128.0/17", 1, "172.16.144.0/20"],
  ])("of %s have the right addresses: part %d is %s", (text, index, part) => {
    // Prepare
    const range = parseCidr(text) ?? { address: 0, length: 0 };

    // Act
    const found = partOf(range, 3, index);

    // Assess
    expect(found).toBe(part);
  });
});
