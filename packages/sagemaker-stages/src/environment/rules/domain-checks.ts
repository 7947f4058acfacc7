import { parseArn } from "../../aws/arn";
import { partitionOf } from "../../aws/partition";
import type { ModelRoutes } from "../../models";
import type { Environment } from "../environment";
import { type FaultCollector, raw } from "../fault-collector";
import {
  RESERVED_PATHS,
  RESERVED_PATHS_SOURCE,
  type StageDomain,
  type WebsiteDomain,
} from "../settings/domain";

/** The region of the certificates of CloudFront. */
const CLOUDFRONT_REGION = "us-east-1";
const CLOUDFRONT_SOURCE =
  "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html";
const API_GATEWAY_SOURCE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-regional-api-custom-domain-create.html";

/** The limit for the first name of a certificate that ACM issues. */
const MAX_CERTIFICATE_CHARACTERS = 64;
const ACM_SOURCE = "https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html";

/** A domain name of an environment. */
interface PlacedDomain {
  readonly domain: StageDomain | WebsiteDomain;
  /** The path of the settings. */
  readonly field: string;
  /** The region of the certificate. */
  readonly region: string;
  /** The source of the region. */
  readonly source: string;
}

function domainsOf({ stage, website, region }: Environment): PlacedDomain[] {
  return [
    ...(stage.domain === undefined
      ? []
      : [{ domain: stage.domain, field: "stage.domain", region, source: API_GATEWAY_SOURCE }]),
    ...(website?.domain === undefined
      ? []
      : [
          {
            domain: website.domain,
            field: "website.domain",
            region: CLOUDFRONT_REGION,
            source: CLOUDFRONT_SOURCE,
          },
        ]),
  ];
}

/**
 * Checks the domain names of an environment.
 *
 * @param routes - the routes of the app's models
 */
export function checkDomains(environment: Environment, routes: ModelRoutes, collector: FaultCollector): void {
  for (const placed of domainsOf(environment)) {
    const below = collector.in(placed.field);
    checkCertificate(placed, environment, below);
    checkHostedZone(placed.domain, below);
  }
  checkPaths(environment, routes, collector);
}

function checkCertificate(
  { domain, region, source }: PlacedDomain,
  { region: ofEnvironment, accountId }: Environment,
  collector: FaultCollector,
): void {
  const { certificateArn, hostedZone } = domain;
  if (!collector.requireExclusive(domain, "certificateArn", ["hostedZone"], "a name has one certificate"))
    return;
  collector.require(
    certificateArn !== undefined || hostedZone !== undefined,
    "certificateArn",
    certificateArn,
    "the ARN of a certificate, or hostedZone",
    "a name needs a certificate",
  );
  const arn = certificateArn === undefined ? undefined : parseArn(certificateArn);
  if (arn === undefined) return;
  collector.require(
    arn.region === region && arn.partition === partitionOf(ofEnvironment),
    "certificateArn",
    certificateArn,
    `a certificate in ${region}, arn:${partitionOf(ofEnvironment)}:acm:${region}:…`,
    source,
  );
  collector.require(
    accountId === undefined || arn.accountId === accountId,
    "certificateArn",
    certificateArn,
    `a certificate of the account ${accountId}`,
    source,
  );
}

function checkHostedZone({ name, hostedZone }: StageDomain | WebsiteDomain, collector: FaultCollector): void {
  if (hostedZone === undefined) return;
  collector.require(
    name.length <= MAX_CERTIFICATE_CHARACTERS,
    "name",
    raw(`${name} of ${name.length} characters`),
    `at most ${MAX_CERTIFICATE_CHARACTERS} characters for a new certificate, or certificateArn`,
    ACM_SOURCE,
  );
  const zone = hostedZone.name;
  collector.require(
    zone === undefined || name === zone || name.endsWith(`.${zone}`),
    "name",
    name,
    `${zone}, or a name that ends with .${zone}, because the hosted zone has this name`,
    "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/rrsets-working-with.html",
  );
}

/** API Gateway answers two paths of a domain name itself. A base path moves the routes to other paths. */
function checkPaths({ stage, models }: Environment, routes: ModelRoutes, collector: FaultCollector): void {
  if (stage.domain === undefined || stage.domain.basePath !== undefined) return;
  for (const model of Object.keys(models)) {
    const path = Object.hasOwn(routes, model) ? routes[model]?.route.path : undefined;
    collector.require(
      path === undefined || !RESERVED_PATHS.some((reserved) => path === `/${reserved}`),
      "stage.domain.basePath",
      raw(`no basePath, and the path ${path} of ${model}`),
      `a basePath, or models whose paths are not ${RESERVED_PATHS.map((reserved) => `/${reserved}`).join(" and ")}`,
      RESERVED_PATHS_SOURCE,
    );
  }
}

/** Checks that no two stages or pages of the environments have the same domain name. */
export function checkDomainsTogether(
  environments: readonly Environment[],
  collectorOf: (environment: string) => FaultCollector,
): void {
  const owners = new Map<string, string>();
  for (const environment of environments) {
    for (const { domain, field } of domainsOf(environment)) {
      const owner = owners.get(domain.name);
      collectorOf(environment.name).require(
        owner === undefined,
        `${field}.name`,
        domain.name,
        `another name, because ${owner} has this name`,
        "a name has one target",
      );
      owners.set(domain.name, owner ?? `${field} of ${environment.name}`);
    }
  }
}
