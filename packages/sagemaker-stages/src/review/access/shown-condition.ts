import { MASK } from "../masking";
import type { Condition } from "./condition";
import { baseOf } from "./operator";
import { code, listed } from "./text";

/** A condition for people's eyes. */
export interface ShownCondition {
  readonly operator: string;
  readonly key: string;
  /** `‹masked›` in place of what can be a secret. */
  readonly values: readonly string[];
}

/**
 * Keys whose values name resources, accounts, networks, services or ways to sign in, in lower case. Everything else can
 * be a shared secret (`aws:Referer`, `sts:ExternalId`, `lambda:EventSourceToken`), personal (`aws:username`), or is not
 * known (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
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
 * - Tags are for everybody who may describe a resource, and AWS asks to keep secrets out of them
 *   (https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html); the plan shows them, too.
 * - What GitHub says of a workflow (repository, environment, branch) decides who may deploy.
 */
const HARMLESS_PREFIX =
  /^(?:aws:(?:principaltag|requesttag|resourcetag)\/|token\.actions\.githubusercontent\.com:)/;

/** A tag that is a secret by its name all the same. */
const SECRET_TAG = /pass|secret|token|credential|private/;

/** The conditions, without values that can be secrets. `before` are those that stood there. */
export function shown(conditions: readonly Condition[], before?: readonly Condition[]): ShownCondition[] {
  return conditions.map((one) => ({ operator: one.operator, key: one.key, values: valuesOf(one, before) }));
}

function valuesOf(one: Condition, before: readonly Condition[] = []): readonly string[] {
  if (one.hidden === "known after apply") return ["(known after apply)"];
  if (one.hidden === undefined && isHarmless(one.key)) return one.values;
  const old = before.filter(
    ({ key, operator }) => key.toLowerCase() === one.key.toLowerCase() && operator === one.operator,
  );
  const isOther = old.length > 0 && old.every(({ id }) => id !== one.id);
  return [isOther ? `${MASK} (another value)` : MASK];
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

const WORDS: ReadonlyMap<string, string> = new Map([
  ["StringEquals", "is"],
  ["StringNotEquals", "is not"],
  ["StringLike", "is like"],
  ["StringNotLike", "is not like"],
  ["ArnEquals", "is"],
  ["ArnNotEquals", "is not"],
  ["ArnLike", "is like"],
  ["ArnNotLike", "is not like"],
  ["Bool", "is"],
  ["IpAddress", "is in"],
  ["NotIpAddress", "is not in"],
  ["NumericEquals", "is"],
  ["DateLessThan", "is before"],
  ["DateGreaterThan", "is after"],
]);

/** E.g. ``where `aws:SourceAccount` is `111122223333` ``; empty for no conditions. */
export function conditionWords(conditions: readonly ShownCondition[]): string {
  if (conditions.length === 0) return "";
  return `where ${conditions.map(oneInWords).join(", and ")}`;
}

function oneInWords({ operator, key, values }: ShownCondition): string {
  const texts = listed(values.map(code), "or");
  const base = baseOf(operator);
  const word = WORDS.get(base);
  if (word !== undefined && operator === base) return `${code(key)} ${word} ${texts}`;
  if (word !== undefined && operator === `${base}IfExists`)
    return `${code(key)} ${word} ${texts} or is not given`;
  return `${code(key)} fits ${code(operator)} ${texts}`;
}
