import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { Construct } from "constructs";

/** Props of {@link AliasRecords}. */
export interface AliasRecordsProps {
  readonly domainName: string;
  readonly hostedZoneId: string;
  /** The name of AWS that serves the domain name, and the hosted zone of AWS that contains this name. */
  readonly target: { readonly domainName: string; readonly hostedZoneId: string };
}

/** Alias records of a domain name in Route 53: `A` for callers with IPv4, `AAAA` for callers with IPv6. */
export class AliasRecords extends Construct {
  readonly records: readonly Route53Record[];

  constructor(scope: Construct, id: string, { domainName, hostedZoneId, target }: AliasRecordsProps) {
    super(scope, id);
    this.records = ["A", "AAAA"].map(
      (type) =>
        new Route53Record(this, type, {
          zoneId: hostedZoneId,
          name: domainName,
          type,
          // The name has one target: without another record, the health of the target changes no answer.
          alias: { name: target.domainName, zoneId: target.hostedZoneId, evaluateTargetHealth: false },
        }),
    );
  }
}
