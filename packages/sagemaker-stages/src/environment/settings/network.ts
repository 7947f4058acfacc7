import * as z from "zod";
import { isPrivate, parseCidr } from "../cidr";
import { inWords } from "../report";
import { listOf, optional, rule, settings, text, textLike, withDefault } from "./setting";

const LAMBDA_SOURCE = "https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html";

/** AWS's largest VPC. */
const MIN_PREFIX_LENGTH = 16;
/** An eighth of it is a /27: 27 addresses for the interfaces of Lambda and of the endpoint of SageMaker's runtime. */
const MAX_PREFIX_LENGTH = 24;

function idsOf(kind: "subnet" | "sg", max: number) {
  const id = textLike(
    new RegExp(`^${kind}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`),
    `${kind}- and 8 or 17 digits 0-9 a-f`,
    LAMBDA_SOURCE,
  );
  return rule(listOf(id), {
    holds: ({ length }) => length >= 1 && length <= max,
    allowed: `1–${max} ids`,
    source: LAMBDA_SOURCE,
    got: (ids) => (ids.length === 0 ? ids : inWords(`${ids.length} ids`)),
  });
}

/**
 * A dedicated VPC with one isolated subnet in each zone. From the subnets, functions reach SageMaker's runtime and there
 * only the environment's endpoints; endpoints reach S3 and there only their artifacts. The interface endpoint of
 * SageMaker's runtime costs money by the hour and zone (https://aws.amazon.com/privatelink/pricing/). Destroying the VPC
 * waits until Lambda releases its network interfaces, up to 45 minutes. A function that leaves the VPC and stays loses
 * the permissions with which Lambda deletes its interfaces: delete these by hand, or the destruction waits in vain.
 */
export const newVpc = settings({
  /**
   * The VPC's addresses: `<address>/<length>` in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (RFC 1918), the length
   * 16–24. Each zone has an eighth of the addresses, which the zone's letter decides: a new zone moves no other zone.
   *
   * @default "10.0.0.0/16"
   */
  cidrBlock: withDefault(
    rule(text, {
      holds: (block) => {
        const range = parseCidr(block);
        return (
          range !== undefined &&
          isPrivate(range) &&
          range.length >= MIN_PREFIX_LENGTH &&
          range.length <= MAX_PREFIX_LENGTH
        );
      },
      allowed: `a range such as 10.0.0.0/16, from its first address, of length ${MIN_PREFIX_LENGTH}–${MAX_PREFIX_LENGTH} in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16`,
      source: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html",
    }),
    "10.0.0.0/16",
  ),
  /**
   * Zones of the environment's region, 1–6, e.g. `eu-central-1a`; two or more, where one may fail. Each zone must have
   * SageMaker's runtime: see `aws ec2 describe-vpc-endpoint-services`.
   */
  availabilityZones: listOf(text),
});

/**
 * Existing subnets and security groups. From the subnets, functions must reach SageMaker's runtime through an interface
 * endpoint with private DNS or a NAT gateway, and the security groups must allow it on port 443. The environment adds
 * nothing to the VPC but Lambda's network interfaces. Interfaces can remain after the last function, because Lambda
 * deletes them with the function's role, which is then gone: delete these by hand
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html).
 */
export const existingVpc = settings({
  /** 1–16 subnets of one VPC (https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html). */
  subnetIds: idsOf("subnet", 16),
  /** 1–5 security groups of the same VPC (same source). */
  securityGroupIds: idsOf("sg", 5),
});

/** Either kind of network. A rule refuses both together, with its reason. */
export const anyNetwork = z
  .strictObject({ vpc: optional(newVpc), existing: optional(existingVpc) })
  .refine(({ vpc, existing }) => vpc !== undefined || existing !== undefined, "vpc or existing");

/** The network of an environment: a dedicated VPC, or existing subnets and security groups. */
export const networkSettings = z.union([settings({ vpc: newVpc }), settings({ existing: existingVpc })]);

/** The network of an environment. */
export type NetworkSettings = z.input<typeof networkSettings>;

/** {@link NetworkSettings} with defaults. */
export type ParsedNetworkSettings = z.output<typeof networkSettings>;

/** Settings of a dedicated VPC with defaults. */
export type ParsedNewVpc = z.output<typeof newVpc>;

/** A dedicated VPC. */
export type NewVpc = Extract<NetworkSettings, { readonly vpc: unknown }>;

/** Existing subnets and security groups. */
export type ExistingVpc = Extract<NetworkSettings, { readonly existing: unknown }>;
