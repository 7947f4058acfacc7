import type * as z from "zod";
import { flag, oneOf, optional, propertiesOf, rule, settings, text, textLike, withDefault } from "./setting";

/** A part of a DNS name (https://www.rfc-editor.org/rfc/rfc1123#section-2.1). */
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** A name of at least two parts whose last part is no number, so that an IP address is no name. */
const DNS_NAME = new RegExp(`^(?:${LABEL}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$`);
const MAX_DNS_CHARACTERS = 253;
const DNS_SOURCE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains.html, https://www.rfc-editor.org/rfc/rfc1123#section-2.1";

const ACM_SOURCE = "https://docs.aws.amazon.com/acm/latest/userguide/acm-concepts.html";

const dnsName = rule(text, {
  holds: (name) => DNS_NAME.test(name) && name.length <= MAX_DNS_CHARACTERS,
  allowed:
    "a DNS name such as api.example.com: lower case, no wildcard, no scheme, no dot at the end, at most 253 characters",
  source: DNS_SOURCE,
});

/** A public hosted zone of Route 53. */
export const hostedZone = settings({
  /** Id of a public hosted zone in the account of the environment, e.g. `Z0123456789EXAMPLE`. */
  id: textLike(
    /^[A-Z0-9]{1,32}$/,
    "the id of a hosted zone such as Z0123456789EXAMPLE, without /hostedzone/",
    "https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html",
  ),
  /**
   * Name of the hosted zone, e.g. `example.com`. The rules then refuse a domain name outside the hosted zone before a plan.
   * Without the name, the apply fails for such a domain name.
   *
   * @default - the domain name is not compared with the hosted zone
   */
  name: optional(dnsName),
});

/** The settings of every domain name. */
const anyDomain = settings({
  /**
   * The domain name: a DNS name in lower case without a wildcard, e.g. `api.example.com`. No other stage or page of the app's
   * environments has the same name. With `protected`, Terraform refuses another name, because callers use the name.
   */
  name: dnsName,

  /**
   * ARN of an existing certificate of AWS Certificate Manager for the name, in the account of the environment: for a stage in
   * the region of the environment, for a page in us-east-1. Terraform then creates no DNS records: the output
   * `stage_domain_target` or `website_domain_target` is the target of the CNAME record that you create. Either
   * `certificateArn` or `hostedZone`.
   */
  certificateArn: optional(
    textLike(
      /^arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      "the ARN of a certificate of AWS Certificate Manager",
      ACM_SOURCE,
    ),
  ),

  /**
   * The hosted zone that contains the name. Terraform then creates a certificate, the record that proves the ownership of
   * the name, and the records of the name. AWS renews the certificate while the record exists. Either `certificateArn` or
   * `hostedZone`. If the account has another certificate for the name, in any region, or for its wildcard, use
   * `certificateArn`: the certificates would need the same record.
   */
  hostedZone: optional(hostedZone),
});

/**
 * The first version of Terraform's AWS provider that was checked for CloudFront's newer security policies
 * (https://github.com/hashicorp/terraform-provider-aws/pull/45741).
 */
export const PROVIDER_OF_NEWER_WEBSITE_POLICIES = "6.28.0";

/**
 * The first version of Terraform's AWS provider that was checked for API Gateway's enhanced security policies: REST APIs have
 * the arguments `security_policy` and `endpoint_access_mode`
 * (https://github.com/hashicorp/terraform-provider-aws/pull/47973). Without them, the policy of the domain name has no effect.
 */
export const PROVIDER_OF_ENHANCED_STAGE_POLICIES = "6.66.0";

const STAGE_POLICIES_SOURCE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html";
/** The policies of Regional domain names with TLS 1.2 as the minimum, from the older to the newer. */
const STAGE_POLICIES = [
  "TLS_1_2",
  "SecurityPolicy_TLS13_1_2_2021_06",
  "SecurityPolicy_TLS13_1_2_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_3_2025_09",
  "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
] as const;

/** Whether a policy of a stage is also a policy of the API, with an access mode. */
export function isEnhancedPolicy(securityPolicy: ParsedStageDomain["securityPolicy"]): boolean {
  return securityPolicy.startsWith("SecurityPolicy_");
}

/** API Gateway answers these two paths itself. */
export const RESERVED_PATHS = ["ping", "sping"];
/** The source of {@link RESERVED_PATHS}. */
export const RESERVED_PATHS_SOURCE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html";

/** The domain name of a stage. */
export const stageDomain = settings({
  ...propertiesOf(anyDomain),

  /**
   * The first part of the paths, e.g. `v1` for `https://api.example.com/v1/iris`: 1–64 letters, digits and `._-`, except
   * `ping` and `sping`, which API Gateway answers itself.
   *
   * @default - none: `https://api.example.com/iris`. In both cases, the name of the stage is not part of the path
   */
  basePath: optional(
    rule(text, {
      holds: (path) => /^[A-Za-z0-9._-]{1,64}$/.test(path) && !RESERVED_PATHS.includes(path),
      allowed: `1–64 letters, digits and ._-, without a slash, other than ${RESERVED_PATHS.join(" and ")}`,
      source: RESERVED_PATHS_SOURCE,
    }),
  ),

  /**
   * The minimum version of TLS and the ciphers. The policies whose names start with `SecurityPolicy_` are the policies of the
   * domain name and of the API. They require version 6.66.0 of Terraform's AWS provider: run
   * `npx sagemaker-stages providers-lock` after the change. With these policies, API Gateway also refuses requests whose Host
   * header differs from the name of the TLS connection (`endpoint_access_mode = "STRICT"`). `TLS_1_2` is the policy of the
   * domain name only: AWS documents that the policy of the API decides, so that connections with older versions of TLS can
   * succeed. Choose a policy that starts with `SecurityPolicy_` if a minimum version is required.
   *
   * @default "TLS_1_2"
   */
  securityPolicy: withDefault(oneOf(STAGE_POLICIES, STAGE_POLICIES_SOURCE), "TLS_1_2"),

  /**
   * Disable the API's default address `https://<api>.execute-api.<region>.amazonaws.com`, so that callers reach the routes only
   * at the domain name and with its security policy. API Gateway answers requests to the default address with 403.
   *
   * @default true
   */
  disableExecuteApiEndpoint: withDefault(flag, true),
});

/** The policies of CloudFront with TLS 1.2 or TLS 1.3 as the minimum, from the older to the newer. */
export const WEBSITE_POLICIES = ["TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"] as const;

/** The domain name of the page. */
export const websiteDomain = settings({
  ...propertiesOf(anyDomain),

  /**
   * The minimum version of TLS and the ciphers of the domain name: `TLSv1.2_2021`, `TLSv1.2_2025` or `TLSv1.3_2025`. The last
   * two require version 6.28.0 of Terraform's AWS provider: run `npx sagemaker-stages providers-lock` after the change.
   *
   * @default "TLSv1.2_2021"
   */
  securityPolicy: withDefault(
    oneOf(
      WEBSITE_POLICIES,
      "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html",
    ),
    "TLSv1.2_2021",
  ),
});

/** The domain name of a stage. */
export type StageDomain = z.input<typeof stageDomain>;

/** {@link StageDomain} with defaults. */
export type ParsedStageDomain = z.output<typeof stageDomain>;

/** The domain name of the page. */
export type WebsiteDomain = z.input<typeof websiteDomain>;

/** {@link WebsiteDomain} with defaults. */
export type ParsedWebsiteDomain = z.output<typeof websiteDomain>;

/** The URL of a stage at its domain name, without a slash at the end. */
export function stageUrlOf({ name, basePath }: Pick<StageDomain, "name" | "basePath">): string {
  return `https://${name}${basePath === undefined ? "" : `/${basePath}`}`;
}
