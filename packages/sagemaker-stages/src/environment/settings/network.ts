import * as z from "zod";
import { isPrivate, parseCidr } from "../cidr";
import { raw } from "../fault-collector";
import { listOf, optional, rule, settings, text, textLike, withDefault } from "./setting";

const LAMBDA_SOURCE = "https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html";

/** The prefix length of AWS's largest VPC. */
const MIN_PREFIX_LENGTH = 16;
/** One eighth of a /24 is a /27: 27 addresses for the interfaces of Lambda and of the endpoint of SageMaker's runtime. */
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
    got: (ids) => (ids.length === 0 ? ids : raw(`${ids.length} ids`)),
  });
}

/**
 * A new VPC with one isolated subnet in each zone. Functions in the subnets can reach only SageMaker's runtime, and there
 * only the environment's endpoints. Endpoints can reach only S3, and there only their artifacts. The interface endpoint of
 * SageMaker's runtime costs money per hour and zone (https://aws.amazon.com/privatelink/pricing/). The destruction of the
 * VPC takes up to 45 minutes, until Lambda releases its network interfaces. If an existing function leaves the VPC, its role
 * loses the permissions with which Lambda deletes its interfaces: delete these interfaces manually before you destroy the
 * VPC.
 */
export const newVpc = settings({
  /**
   * The VPC's address range: `<address>/<length>` in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (RFC 1918), with a
   * length of 16–24. Each zone has one eighth of the addresses. The zone's letter determines which eighth, so that a
   * new zone does not change the other zones.
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
   * 1–6 availability zones of the environment's region, e.g. `eu-central-1a`. Choose two or more, so that one zone can fail.
   * Each zone must offer SageMaker's runtime: see `aws ec2 describe-vpc-endpoint-services`.
   */
  availabilityZones: listOf(text),
});

/**
 * Existing subnets and security groups. The functions must reach SageMaker's runtime from the subnets, through an
 * interface endpoint with private DNS or a NAT gateway. The security groups must allow port 443. The environment adds
 * only Lambda's network interfaces to the VPC. Interfaces can remain after the last function, because Lambda deletes
 * interfaces with the function's role, and this role does not exist after the function: delete these interfaces
 * manually (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html).
 */
export const existingVpc = settings({
  /** 1–16 subnets of one VPC (https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html). */
  subnetIds: idsOf("subnet", 16),
  /** 1–5 security groups of the same VPC (https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html). */
  securityGroupIds: idsOf("sg", 5),
});

/** Both kinds of networks. A rule refuses both kinds together, and shows why. */
export const anyNetwork = z
  .strictObject({ vpc: optional(newVpc), existing: optional(existingVpc) })
  .refine(({ vpc, existing }) => vpc !== undefined || existing !== undefined, "vpc or existing");

/** The network of an environment: a new VPC, or existing subnets and security groups. */
export const networkSettings = z.union([
  settings({
    /** A new VPC. Either `vpc` or `existing`. */
    vpc: newVpc,
  }),
  settings({
    /** Existing subnets and security groups. Either `vpc` or `existing`. */
    existing: existingVpc,
  }),
]);

/** The network of an environment. */
export type NetworkSettings = z.input<typeof networkSettings>;

/** {@link NetworkSettings} with defaults. */
export type ParsedNetworkSettings = z.output<typeof networkSettings>;

/** Settings of a new VPC with defaults. */
export type ParsedNewVpc = z.output<typeof newVpc>;

/** A new VPC. */
export type NewVpc = Extract<NetworkSettings, { readonly vpc: unknown }>;

/** Existing subnets and security groups. */
export type ExistingVpc = Extract<NetworkSettings, { readonly existing: unknown }>;
