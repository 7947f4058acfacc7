import { AwsProvider, type AwsProviderConfig } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";

/**
 * The region of the certificates and web ACLs of CloudFront distributions
 * (https://docs.aws.amazon.com/acm/latest/userguide/acm-regions.html,
 * https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html).
 */
export const CLOUDFRONT_REGION = "us-east-1";

/** Id of the provider's construct, and its alias: the name after `aws.` in Terraform. */
const CLOUDFRONT_ID = "aws-us-east-1";
const CLOUDFRONT_ALIAS = "us_east_1";

/** The configuration of each stack's provider. */
const configurations = new WeakMap<TerraformStack, AwsProviderConfig>();

/** Adds the AWS provider of a stack. A resource without the argument `provider` uses this provider. */
export function addAwsProvider(stack: TerraformStack, configuration: AwsProviderConfig): void {
  configurations.set(stack, configuration);
  new AwsProvider(stack, "aws", configuration);
}

/**
 * Adds the provider of {@link forCloudFront} to a stack, also if no resource uses the provider. Terraform refuses to plan a
 * stack whose state has a resource of a provider without a configuration
 * (https://developer.hashicorp.com/terraform/language/providers/configuration), so that a team could not remove the last of
 * these resources. Terraform does not configure a provider that no resource uses.
 */
export function addCloudFrontProvider(stack: TerraformStack): void {
  forCloudFront(stack);
}

/**
 * The argument `provider` of a resource that CloudFront requires in us-east-1, e.g. the certificate of a distribution. In a
 * stack of another region, the first call adds a second AWS provider with the alias `us_east_1`: only the region differs
 * from the stack's provider, so that both have the same allowed accounts and default tags. A stack calls
 * {@link addCloudFrontProvider} before it can contain such a resource.
 *
 * The alias is an older way than the argument `region` of resources, which version 5.100 of the provider does not have
 * (https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support).
 *
 * @returns no argument in a stack of us-east-1, where the stack's provider creates the resource
 * @throws Error if {@link addAwsProvider} did not add the provider of the stack
 * @example
 * new AcmCertificate(this, "certificate", { domainName: "models.example.com", ...forCloudFront(this) });
 */
export function forCloudFront(scope: Construct): { readonly provider?: AwsProvider } {
  const stack = TerraformStack.of(scope);
  const configuration = configurations.get(stack);
  if (configuration === undefined) {
    throw new Error(
      `stack ${stack.node.id}: got no provider of addAwsProvider; allowed: a stack whose provider addTerraformSettings adds`,
    );
  }
  if (configuration.region === CLOUDFRONT_REGION) return {};
  const known = stack.node.tryFindChild(CLOUDFRONT_ID) as AwsProvider | undefined;
  return {
    provider:
      known ??
      new AwsProvider(stack, CLOUDFRONT_ID, {
        ...configuration,
        region: CLOUDFRONT_REGION,
        alias: CLOUDFRONT_ALIAS,
      }),
  };
}
