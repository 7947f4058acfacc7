import { buildArn } from "../../aws/arn";
import { allow, type Statement } from "../policy-document";
import type { EnvironmentArns } from "./environment-arns";

/** The region of the certificates of CloudFront. */
const CLOUDFRONT_REGION = "us-east-1";
/** The service of API Gateway's service-linked role. */
const API_GATEWAY_OPERATIONS = "ops.apigateway.amazonaws.com";

/** Id of the statement with which Terraform waits until all name servers of Route 53 have a record. A plan changes no record. */
export const WAIT_FOR_RECORDS = "WaitForRecords";

/** The condition key with the names of the records in a request. */
const RECORD_NAMES = "route53:ChangeResourceRecordSetsNormalizedRecordNames";

/** A domain name with a hosted zone. */
interface NameInZone {
  readonly name: string;
  readonly hostedZoneId: string;
  /** The region of the certificate. */
  readonly region: string;
}

function namesInZones({ environment }: EnvironmentArns): NameInZone[] {
  const { stage, website, region } = environment;
  return [
    { domain: stage.domain, region },
    { domain: website?.domain, region: CLOUDFRONT_REGION },
  ].flatMap(({ domain, region }) =>
    domain?.hostedZone === undefined
      ? []
      : [{ name: domain.name, hostedZoneId: domain.hostedZone.id, region }],
  );
}

/**
 * Permissions for the domain names of an environment. The permissions for the domain name of API Gateway itself belong to the
 * permissions for APIs, because the same tag identifies both.
 *
 * @returns an empty list if the environment has no domain name
 */
export function domainStatements(arns: EnvironmentArns): Statement[] {
  return [...apiGatewayRoleStatements(arns), ...certificateStatements(arns), ...recordStatements(arns)];
}

/**
 * API Gateway creates its service-linked role with the first Regional domain name of an account, with the permissions of the
 * deployer (https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html,
 * https://github.com/amplify-education/serverless-domain-manager/issues/112).
 */
function apiGatewayRoleStatements(arns: EnvironmentArns): Statement[] {
  if (arns.environment.stage.domain === undefined) return [];
  return [
    allow("CreateApiGatewayServiceRole", ["iam:CreateServiceLinkedRole"], [apiGatewayRoleArn(arns)], {
      StringEquals: { "iam:AWSServiceName": API_GATEWAY_OPERATIONS },
    }),
  ];
}

/** ARN of API Gateway's service-linked role. */
export function apiGatewayRoleArn(arns: EnvironmentArns): string {
  return arns.roleArn(`aws-service-role/${API_GATEWAY_OPERATIONS}/AWSServiceRoleForAPIGateway`);
}

/** ACM assigns the ids, so that conditions identify certificates by the tag `Environment`. */
function certificateStatements(arns: EnvironmentArns): Statement[] {
  const names = namesInZones(arns);
  if (names.length === 0) return [];
  const { prefix } = arns;
  const withRequestTag = { "aws:RequestTag/Environment": prefix };
  const withResourceTag = { "aws:ResourceTag/Environment": prefix };
  return [
    // ACM defines no resource type for this action.
    allow("RequestCertificates", ["acm:RequestCertificate"], ["*"], {
      StringEquals: { ...withRequestTag, "acm:ValidationMethod": "DNS" },
      "ForAllValues:StringEquals": { "acm:DomainNames": names.map(({ name }) => name) },
    }),
    // A certificate is requested with its tags. Certificates with the tag of another environment are excluded.
    allow("TagNewCertificates", ["acm:AddTagsToCertificate"], certificateArns(arns), {
      StringEquals: withRequestTag,
      StringEqualsIfExists: withResourceTag,
    }),
    allow(
      "ManageCertificates",
      [
        "acm:AddTagsToCertificate",
        "acm:DeleteCertificate",
        "acm:DescribeCertificate",
        "acm:ListTagsForCertificate",
        "acm:RemoveTagsFromCertificate",
      ],
      certificateArns(arns),
      { StringEquals: withResourceTag },
    ),
  ];
}

/** ARN patterns of the environment's certificates: one pattern for each region. */
export function certificateArns(arns: EnvironmentArns): string[] {
  const { partition, accountId } = arns;
  const ofRegion = (region: string): string =>
    buildArn({ partition, service: "acm", region, accountId, resource: "certificate/*" });
  return [...new Set(namesInZones(arns).map(({ region }) => ofRegion(region)))];
}

/** Permissions for the records of the environment's names. */
export function recordStatements(arns: EnvironmentArns): Statement[] {
  const names = namesInZones(arns);
  const zones = zonesOf(names);
  if (zones.length === 0) return [];
  return [
    ...zones.map((zone, index) =>
      addressRecords(
        `ManageRecords${numberOf(index)}`,
        [zoneArn(arns, zone)],
        names.filter(({ hostedZoneId }) => hostedZoneId === zone),
      ),
    ),
    ...validationStatements(arns, names),
    allow(
      "ReadHostedZones",
      ["route53:GetHostedZone", "route53:ListResourceRecordSets"],
      zones.map((zone) => zoneArn(arns, zone)),
    ),
    // The id of a change is not known before the change.
    allow(WAIT_FOR_RECORDS, ["route53:GetChange"], [changeArn(arns)]),
  ];
}

/**
 * {@link recordStatements} in fewer characters, for the deploy role's boundary: the address records of every name in every
 * hosted zone. Route 53 refuses a record whose name does not end with the name of its hosted zone.
 *
 * @param short - whether the boundary also allows validation records with further dots in the 32 characters before a name.
 *   The deployer's policies do not allow these records.
 */
export function recordLimits(arns: EnvironmentArns, { short }: { readonly short: boolean }): Statement[] {
  const names = namesInZones(arns);
  const zones = zonesOf(names).map((zone) => zoneArn(arns, zone));
  if (zones.length === 0) return [];
  return [
    addressRecords("Records", zones, names),
    ...(short
      ? [validationRecords("ValidationRecords", zones, names, {})]
      : validationStatements(arns, names)),
    allow("HostedZones", ["route53:Get*", "route53:List*"], [...zones, changeArn(arns)]),
  ];
}

function zonesOf(names: readonly NameInZone[]): string[] {
  return [...new Set(names.map(({ hostedZoneId }) => hostedZoneId))];
}

function zoneArn({ partition }: EnvironmentArns, id: string): string {
  return buildArn({ partition, service: "route53", resource: `hostedzone/${id}` });
}

function changeArn({ partition }: EnvironmentArns): string {
  return buildArn({ partition, service: "route53", resource: "change/*" });
}

/** The end of the id of a statement: nothing for the first statement, then 2, 3 and so on. */
function numberOf(index: number): string {
  return index === 0 ? "" : String(index + 1);
}

/**
 * Permissions for the address records of exact names. Other records of the hosted zone, such as those of mail, stay out of
 * reach (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html).
 */
function addressRecords(sid: string, zones: readonly string[], names: readonly NameInZone[]): Statement {
  return allow(sid, ["route53:ChangeResourceRecordSets"], zones, {
    "ForAllValues:StringEquals": {
      [RECORD_NAMES]: names.map(({ name }) => name),
      "route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA"],
    },
  });
}

/**
 * Permissions for the records with which ACM validates the names. ACM chooses the first label of such a record: an underscore
 * and 32 characters (https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html). A question mark also matches a dot,
 * so that a second pattern excludes deeper names. This pattern would exclude the record of another name of the environment that
 * is below the first name, so that each name has its own statement. Without UPSERT, one request never replaces a record.
 */
function validationStatements(arns: EnvironmentArns, names: readonly NameInZone[]): Statement[] {
  return names.map((one, index) =>
    validationRecords(`ManageValidationRecords${numberOf(index)}`, [zoneArn(arns, one.hostedZoneId)], [one], {
      "ForAllValues:StringNotLike": { [RECORD_NAMES]: [`_*.*.${one.name}`] },
    }),
  );
}

function validationRecords(
  sid: string,
  zones: readonly string[],
  names: readonly NameInZone[],
  excluded: NonNullable<Statement["Condition"]>,
): Statement {
  return allow(sid, ["route53:ChangeResourceRecordSets"], zones, {
    "ForAllValues:StringLike": { [RECORD_NAMES]: names.map(({ name }) => `_${"?".repeat(32)}.${name}`) },
    ...excluded,
    "ForAllValues:StringEquals": {
      "route53:ChangeResourceRecordSetsActions": ["CREATE", "DELETE"],
      "route53:ChangeResourceRecordSetsRecordTypes": ["CNAME"],
    },
  });
}
