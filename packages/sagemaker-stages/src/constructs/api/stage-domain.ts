import { ApiGatewayBasePathMapping } from "@cdktf/provider-aws/lib/api-gateway-base-path-mapping";
import { ApiGatewayDomainName } from "@cdktf/provider-aws/lib/api-gateway-domain-name";
import type { ApiGatewayRestApi } from "@cdktf/provider-aws/lib/api-gateway-rest-api";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import {
  isEnhancedPolicy,
  type ParsedStageDomain,
  PROVIDER_OF_ENHANCED_STAGE_POLICIES,
} from "../../environment/settings/domain";
import { omitUndefined } from "../../lib/omit-undefined";
import { AliasRecords } from "../domain/alias-records";
import { certificateArnOf } from "../domain/certificate";
import { requireProviderVersion } from "../terraform/provider-version";

/** Props of {@link StageDomain}. */
export interface StageDomainProps {
  readonly settings: ParsedStageDomain;
  /** Whether Terraform refuses to plan the destruction of the domain name. */
  readonly protected: boolean;
}

/** A Regional domain name of API Gateway that is mapped to one stage: {@link mapTo}. */
export class StageDomain extends Construct {
  /** The name of API Gateway that serves the domain name, for the CNAME record of a name without a hosted zone. */
  readonly target: string;
  /** The domain name, and its records if the settings name a hosted zone. */
  readonly nameAndRecords: readonly ITerraformDependable[];
  private readonly domainName: string;
  private readonly basePath: string | undefined;

  constructor(scope: Construct, id: string, props: StageDomainProps) {
    super(scope, id);
    const { name: domainName, basePath, securityPolicy, hostedZone } = props.settings;
    const domain = new ApiGatewayDomainName(
      this,
      "name",
      omitUndefined({
        domainName,
        regionalCertificateArn: certificateArnOf(this, props.settings),
        securityPolicy,
        // AWS recommends addresses of both kinds
        // (https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-custom-domain-ip-address-type.html).
        endpointConfiguration: { types: ["REGIONAL"], ipAddressType: "dualstack" },
        lifecycle: props.protected ? { preventDestroy: true } : undefined,
      }),
    );
    if (isEnhancedPolicy(securityPolicy)) requireStrictAccess(domain);
    const records =
      hostedZone === undefined
        ? []
        : new AliasRecords(this, "records", {
            domainName,
            hostedZoneId: hostedZone.id,
            target: { domainName: domain.regionalDomainName, hostedZoneId: domain.regionalZoneId },
          }).records;
    this.target = domain.regionalDomainName;
    this.nameAndRecords = [domain, ...records];
    this.domainName = domain.domainName;
    this.basePath = basePath;
  }

  /** Serves a stage at the domain name. */
  mapTo({ apiId, stageName }: { readonly apiId: string; readonly stageName: string }): void {
    const { domainName, basePath } = this;
    new ApiGatewayBasePathMapping(this, "mapping", omitUndefined({ apiId, stageName, domainName, basePath }));
  }
}

/**
 * Sets the security policy of a domain name as the policy of its API, too: if the two differ, API Gateway uses the policy of
 * the API for the TLS connection
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html). Only the enhanced
 * policies, because version 5.100.0 of the provider has no argument for the policy of an API.
 */
export function setPolicyOfApi(api: ApiGatewayRestApi, { securityPolicy }: ParsedStageDomain): void {
  if (!isEnhancedPolicy(securityPolicy)) return;
  // The bindings of 6.25.0 do not have the argument.
  api.addOverride("security_policy", securityPolicy);
  requireStrictAccess(api);
}

/**
 * API Gateway requires the access mode for the enhanced security policies. With STRICT, the Host header must be the name of the
 * TLS connection (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html).
 */
function requireStrictAccess(resource: ApiGatewayDomainName | ApiGatewayRestApi): void {
  // The bindings of 6.25.0 do not have the argument.
  resource.addOverride("endpoint_access_mode", "STRICT");
  requireProviderVersion(resource, PROVIDER_OF_ENHANCED_STAGE_POLICIES);
}
