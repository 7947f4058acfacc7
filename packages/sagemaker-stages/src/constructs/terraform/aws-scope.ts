import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import type { Construct } from "constructs";
import { ArnFactory, regionalArnPrefix } from "../../aws/arn";
import { serviceDomain } from "../../aws/partition";
import type { Environment } from "../../environment/environment";

/**
 * The account and region of a stack's resources, and the ARNs that follow from the resources' names.
 *
 * @example
 * const account = new AwsScope(this, { region: "eu-central-1", accountId: "111122223333" });
 * account.arn("sagemaker", "endpoint/shop-scoring"); // arn:aws:sagemaker:eu-central-1:111122223333:endpoint/shop-scoring
 */
export class AwsScope extends ArnFactory {
  /** Domain of the region's REST APIs: `execute-api.<region>.amazonaws.com`. */
  readonly stageDomain: string;

  /**
   * @param scope - the stack
   * @param location - region and account. Without `accountId`, Terraform reads the account of the credentials during the plan,
   *   so that a plan shows complete ARNs in both cases
   */
  constructor(scope: Construct, { region, accountId }: Pick<Environment, "region" | "accountId">) {
    super(region, accountId ?? new DataAwsCallerIdentity(scope, "caller").accountId);
    this.stageDomain = serviceDomain("execute-api", region);
  }

  /** A service's name in the region, for condition keys: `<service>.<region>.amazonaws.com`. */
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
