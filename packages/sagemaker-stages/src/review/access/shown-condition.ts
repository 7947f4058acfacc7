import { MASK } from "../masking/masking";
import type { Condition } from "./condition";

/** The value of a condition that Terraform does not know before the apply. */
export const UNKNOWN_VALUE = "(known after apply)";

/** The value of a condition that is masked, and differs from the value before. */
export const ANOTHER_MASKED_VALUE = `${MASK} (another value)`;

/** A condition as the review shows it. */
export interface ShownCondition {
  readonly operator: string;
  readonly key: string;
  /** `‹masked›` replaces a value that can be a secret. */
  readonly values: readonly string[];
}

/**
 * Condition keys in lower case whose values name resources, accounts, networks, services or sign-in methods. The value
 * of another key can be a shared secret (`aws:Referer`, `sts:ExternalId`, `lambda:EventSourceToken`) or personal data
 * (`aws:username`) (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
 */
const HARMLESS: ReadonlySet<string> = new Set(
  [
    "aws:CalledVia aws:CalledViaFirst aws:CalledViaLast aws:CurrentTime aws:EpochTime aws:FederatedProvider",
    "aws:MultiFactorAuthAge aws:MultiFactorAuthPresent aws:PrincipalAccount aws:PrincipalArn",
    "aws:PrincipalIsAWSService aws:PrincipalOrgID aws:PrincipalOrgPaths aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList aws:PrincipalType aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID",
    "aws:ResourceOrgPaths aws:SecureTransport aws:SourceAccount aws:SourceArn aws:SourceIp aws:SourceOrgID",
    "aws:SourceOrgPaths aws:SourceOwner aws:SourceVpc aws:SourceVpcArn aws:SourceVpce aws:TagKeys",
    "aws:TokenIssueTime aws:ViaAWSService aws:VpcSourceIp",
    "cloudwatch:namespace",
    "ec2:AuthorizedService ec2:AuthorizedUser ec2:InstanceType ec2:Region ec2:Subnet ec2:Vpc",
    "iam:AWSServiceName iam:AssociatedResourceArn iam:PassedToService iam:PermissionsBoundary iam:PolicyARN",
    "kms:CallerAccount kms:GrantIsForAWSResource kms:GrantOperations kms:KeySpec kms:KeyUsage kms:ViaService",
    "lambda:CodeSigningConfigArn lambda:FunctionArn lambda:FunctionUrlAuthType lambda:InvokedViaFunctionUrl",
    "lambda:Layer lambda:Principal lambda:SecurityGroupIds lambda:SourceFunctionArn lambda:SubnetIds lambda:VpcIds",
    "s3:DataAccessPointAccount s3:DataAccessPointArn s3:ResourceAccount s3:TlsVersion s3:authType s3:prefix",
    "s3:delimiter s3:max-keys s3:signatureversion s3:x-amz-acl s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "sagemaker:TargetModel",
  ]
    .join(" ")
    .toLowerCase()
    .split(" "),
);

/**
 * - Tags: every principal that can describe a resource can read its tags, and AWS recommends to keep secrets out of
 *   tags (https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html).
 * - GitHub's claims about a workflow (repository, environment, branch): a reader must see who can deploy.
 */
const HARMLESS_PREFIX =
  /^(?:aws:(?:principaltag|requesttag|resourcetag)\/|token\.actions\.githubusercontent\.com:)/;

/** Names of tags whose values are secrets nevertheless. */
const SECRET_TAG = /pass|secret|token|credential|private/;

/**
 * The conditions without values that can be secrets.
 *
 * @param before - the conditions before the change, to show that a masked value differs
 */
export function shown(conditions: readonly Condition[], before?: readonly Condition[]): ShownCondition[] {
  return conditions.map((one) => ({ operator: one.operator, key: one.key, values: valuesOf(one, before) }));
}

function valuesOf(one: Condition, before: readonly Condition[] = []): readonly string[] {
  if (one.hidden === "known after apply") return [UNKNOWN_VALUE];
  if (one.hidden === undefined && isHarmless(one.key)) return one.values;
  const old = before.filter(
    ({ key, operator }) => key.toLowerCase() === one.key.toLowerCase() && operator === one.operator,
  );
  const isOther = old.length > 0 && old.every(({ id }) => id !== one.id);
  return [isOther ? ANOTHER_MASKED_VALUE : MASK];
}

function isHarmless(key: string): boolean {
  const name = key.toLowerCase();
  return (
    HARMLESS.has(name) ||
    (HARMLESS_PREFIX.test(name) &&
      !name
        .split("/")
        .slice(1)
        .some((part) => SECRET_TAG.test(part)))
  );
}
