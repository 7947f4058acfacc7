import { LocalBackend, S3Backend, type TerraformStack } from "cdktf";
import type { ParsedEnvironment } from "../../environment/environment";
import { addAwsProvider } from "./aws-providers";
import { lockProviders } from "./provider-lock";
import { declareProviderVersions } from "./provider-version";

/**
 * The address of the provider. CDKTF's bindings write `aws`, an address without a namespace. Terraform and OpenTofu read
 * `hashicorp/aws` as the provider in their default registry (registry.terraform.io and registry.opentofu.org). An address with
 * the host registry.terraform.io would be wrong for OpenTofu: the registry's terms allow downloads for Terraform only
 * (https://github.com/opentofu/opentofu/issues/1478), and OpenTofu 1.10.1 fails between init and apply
 * (https://github.com/opentofu/opentofu/issues/2977).
 */
const AWS_PROVIDER_SOURCE = "hashicorp/aws";
/** Terraform 1.10 and OpenTofu 1.10 are the first versions with lock files in S3. Each compares the constraint with its own version. */
const TERRAFORM_VERSIONS = ">= 1.10.0";
/** Path from Terraform's working folder, `cdktf.out/stacks/<name>`, to the app's folder, where paths of state files and artifacts start. */
export const FROM_STACK_TO_PROJECT = "../../..";

/**
 * Requires the versions of Terraform and its provider that the constructs support, and copies the lock file that selects the
 * provider. The stack must have an `AwsProvider`.
 *
 * @example
 * new AwsProvider(this, "aws", { region: "eu-central-1" });
 * requireVersions(this);
 */
export function requireVersions(stack: TerraformStack): void {
  stack.addOverride("terraform.required_version", TERRAFORM_VERSIONS);
  stack.addOverride("terraform.required_providers.aws.source", AWS_PROVIDER_SOURCE);
  declareProviderVersions(stack);
  lockProviders(stack);
}

/** The account, the region, the tags and the state of a stack, from an environment or an account. */
export type StackSettings = Pick<ParsedEnvironment, "region" | "accountId" | "tags" | "state"> & {
  /** Value of the tag `Environment` of every resource: an environment's prefix, or the name of an account's stack. */
  readonly environmentTag: string;
};

/** Adds versions, provider and backend to a stack. */
export function addTerraformSettings(stack: TerraformStack, settings: StackSettings): void {
  const { environmentTag, region, accountId, tags, state } = settings;

  addAwsProvider(stack, {
    region,
    ...(accountId === undefined ? {} : { allowedAccountIds: [accountId] }),
    defaultTags: [{ tags: { ...tags, Environment: environmentTag } }],
  });
  requireVersions(stack);

  if ("local" in state) {
    new LocalBackend(stack, { path: `${FROM_STACK_TO_PROJECT}/${state.local.path}` });
    return;
  }
  new S3Backend(stack, {
    bucket: state.s3.bucket,
    key: state.s3.key,
    region: state.s3.region ?? region,
    encrypt: true,
    ...(accountId === undefined ? {} : { allowedAccountIds: [accountId] }),
  });
  // S3Backend of cdktf 0.21 lacks the argument.
  stack.addOverride("terraform.backend.s3.use_lockfile", true);
}
