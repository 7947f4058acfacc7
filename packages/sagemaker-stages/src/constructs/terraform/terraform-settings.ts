import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { LocalBackend, S3Backend, type TerraformStack } from "cdktf";
import type { ParsedEnvironment } from "../../environment/environment";
import { lockProviders } from "./provider-lock";

/**
 * The bindings are checked against the 6.x schema; the stacks use only arguments that 5.100 knows as well.
 */
const AWS_PROVIDER_VERSIONS = ">= 5.100.0, < 7.0.0";
/** The first with lock files in S3. */
const TERRAFORM_VERSIONS = ">= 1.10.0";
/** Terraform runs in `cdktf.out/stacks/<name>`; paths of state files and artifacts start at the project's folder. */
export const FROM_STACK_TO_PROJECT = "../../..";

/**
 * The versions of Terraform and its provider that the constructs work with, and the lock file that chooses one of them;
 * for a stack with an `AwsProvider`.
 */
export function requireVersions(stack: TerraformStack): void {
  stack.addOverride("terraform.required_version", TERRAFORM_VERSIONS);
  stack.addOverride("terraform.required_providers.aws.version", AWS_PROVIDER_VERSIONS);
  lockProviders(stack);
}

/** What a stack is deployed to and where its state is, as an environment or an account says it. */
export type StackSettings = Pick<ParsedEnvironment, "region" | "accountId" | "tags" | "state"> & {
  /** Value of the tag `Environment` of every resource: an environment's prefix, or the name of an account's stack. */
  readonly environmentTag: string;
};

/** Versions, provider and backend of a stack. */
export function addTerraformSettings(stack: TerraformStack, settings: StackSettings): void {
  const { environmentTag, region, accountId, tags, state } = settings;

  new AwsProvider(stack, "aws", {
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
  // S3Backend of cdktf 0.21 does not know the argument.
  stack.addOverride("terraform.backend.s3.use_lockfile", true);
}
