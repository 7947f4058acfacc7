import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate";
import { AcmCertificateValidation } from "@cdktf/provider-aws/lib/acm-certificate-validation";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { Construct } from "constructs";
import type { ParsedStageDomain } from "../../environment/settings/domain";

/** Seconds that resolvers may cache the record. ACM validates again only before it renews the certificate. */
const TTL_IN_SECONDS = 300;

/** Props of {@link Certificate}. */
export interface CertificateProps {
  /** The only domain name of the certificate. */
  readonly domainName: string;
  readonly hostedZoneId: string;
  /**
   * The provider of the certificate's region.
   *
   * @default - the stack's provider
   */
  readonly provider?: AwsProvider;
}

/**
 * A certificate of AWS Certificate Manager with DNS validation: the certificate, the CNAME record in the hosted zone, and a
 * resource that waits until ACM has issued the certificate. ACM renews the certificate while the record exists
 * (https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html). The account has no other certificate for the name.
 */
export class Certificate extends Construct {
  /** ARN of the certificate, known after ACM has issued the certificate. */
  readonly arn: string;

  constructor(scope: Construct, id: string, { domainName, hostedZoneId, ...provider }: CertificateProps) {
    super(scope, id);
    const certificate = new AcmCertificate(this, "certificate", {
      ...provider,
      domainName,
      validationMethod: "DNS",
      // ACM refuses to delete a certificate in use: Terraform first moves the domain name to the new certificate.
      lifecycle: { createBeforeDestroy: true },
    });
    const validation = certificate.domainValidationOptions.get(0);
    // ACM gives all certificates of an account for a name and for its wildcard the same record, in every region
    // (https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html). Without `allow_overwrite`, the apply fails if another
    // certificate has the record: Terraform would delete the record at the end, and ACM would not renew the other certificate.
    const record = new Route53Record(this, "validation-record", {
      zoneId: hostedZoneId,
      name: validation.resourceRecordName,
      type: "CNAME",
      ttl: TTL_IN_SECONDS,
      records: [validation.resourceRecordValue],
    });
    this.arn = new AcmCertificateValidation(this, "validation", {
      ...provider,
      certificateArn: certificate.arn,
      validationRecordFqdns: [record.fqdn],
    }).certificateArn;
  }
}

/**
 * The ARN of the existing certificate of a domain name, or of a new certificate.
 *
 * @param provider - the argument `provider` of a new certificate
 * @throws Error for a domain name with neither. The rules of environments refuse this case before
 */
export function certificateArnOf(
  scope: Construct,
  { name, certificateArn, hostedZone }: Pick<ParsedStageDomain, "name" | "certificateArn" | "hostedZone">,
  provider: () => Pick<CertificateProps, "provider"> = () => ({}),
): string {
  if (certificateArn !== undefined) return certificateArn;
  if (hostedZone === undefined) {
    throw new Error(`${name}: got neither certificateArn nor hostedZone; allowed: one of the two`);
  }
  return new Certificate(scope, "certificate", {
    domainName: name,
    hostedZoneId: hostedZone.id,
    ...provider(),
  }).arn;
}
