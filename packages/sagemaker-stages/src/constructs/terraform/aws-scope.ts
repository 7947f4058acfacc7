import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import type { Construct } from "constructs";
import { ArnFactory, regionalArnPrefix } from "../../aws/arn";
import { serviceDomain } from "../../aws/partition";
import type { Environment } from "../../environment/environment";

/** The account and region of a stack's resources, and the ARNs that follow from the resources' names. */
export class AwsScope extends ArnFactory {
  /** Domain of the region's REST APIs: `execute-api.<region>.amazonaws.com`. */
  readonly stageDomain: string;

  /**
   * @param scope - the stack
   * @param place - without `accountId`, Terraform reads the account of the credentials while it plans: a plan shows ARNs in
   *   full either way
   */
  constructor(scope: Construct, { region, accountId }: Pick<Environment, "region" | "accountId">) {
    super(region, accountId ?? new DataAwsCallerIdentity(scope, "caller").accountId);
    this.stageDomain = serviceDomain("execute-api", region);
  }

  /** A service's name in the region, as conditions know it: `<service>.<region>.amazonaws.com`. */
  serviceName(service: string): string {
    return serviceDomain(service, this.region);
  }

  /** `arn:<partition>:iam::<account>:oidc-provider/<issuer>` @param issuer - without `https://` */
  oidcProviderArn(issuer: string): string {
    return this.globalArn("iam", `oidc-provider/${issuer}`);
  }

  /** `arn:<partition>:<service>:<region>:<account>` */
  arnPrefix(service: string): string {
    return `${regionalArnPrefix(service, this.region)}${this.accountId}`;
  }
}
