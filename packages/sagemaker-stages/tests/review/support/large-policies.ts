/** Two policies of the maximum size, before and after a plan. */
export interface PolicyPair {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** Whether the change widens access. */
  readonly widens: boolean;
  readonly isOfBucket: boolean;
}

type Statements = (size: number) => readonly object[];

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: all inline policies of a role together. */
const MAX_INLINE = 10_240;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html */
const MAX_BUCKET_POLICY = 20_480;

const list = <T>(length: number, of: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => of(index));
const name = (index: number): string => index.toString(36);
const account = (index: number): string => String(100_000_000_000 + index);

const documentOf = (statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** The largest document that is not above the limit. */
function largest(limit: number, statements: Statements): string {
  let size = 1;
  while (documentOf(statements(size + 1)).length <= limit) size += 1;
  return documentOf(statements(size));
}

const inline = (statements: Statements): string => largest(MAX_INLINE, statements);
const ofBucket = (statements: Statements): string => largest(MAX_BUCKET_POLICY, statements);
const one =
  (statement: (size: number) => object): Statements =>
  (size) => [{ Effect: "Allow", ...statement(size) }];

/** Pairs with millions of permissions, or pairs that are slow to compare in a simple order. */
export function largePolicies(): readonly PolicyPair[] {
  const wide = inline(
    one((size) => ({
      Action: list(size, (index) => `dynamodb:Action${index}`),
      Resource: list(size, (index) => `arn:aws:dynamodb:eu-west-1:111122223333:table/t${index}*`),
    })),
  );
  const patterns = inline(
    one((size) => ({
      Action: list(size, (index) => `*${name(index)}`),
      Resource: list(Math.ceil(size / 2), (index) => `arn:aws:s3:::*${name(index)}*`),
    })),
  );
  const others = inline(
    one((size) => ({
      Action: list(size, (index) => `*:*${name(index)}*`),
      Resource: list(Math.ceil(size / 2), (index) => `arn:aws:s3:::*${name(index)}`),
    })),
  );
  const square = inline(
    one((size) => ({
      Action: list(size, (index) => `s3:a${name(index)}`),
      Resource: list(size, (index) => `arn:aws:s3:::${name(index)}`),
    })),
  );
  const pieces = inline((size) =>
    list(size, (index) => ({
      Effect: "Allow",
      Action: list(4, (step) => `s3:a${name((index * 97 + step * 31) % 380)}`),
      Resource: list(4, (step) => `arn:aws:s3:::${name((index * 61 + step * 17) % 380)}`),
    })),
  );
  const cube = ofBucket(
    one((size) => ({
      Principal: { AWS: list(size, account) },
      Action: list(size, (index) => `s3:a${name(index)}*`),
      Resource: list(size, (index) => `arn:aws:s3:::b/${name(index)}*`),
    })),
  );
  const narrower = ofBucket(
    one((size) => ({
      Principal: { AWS: list(size, account) },
      Action: list(size, (index) => `s3:a${name(index)}`),
      Resource: list(size, (index) => `arn:aws:s3:::b/${name(index)}/*`),
    })),
  );
  const networks = (suffix: string): string =>
    ofBucket(
      one((size) => ({
        Principal: "*",
        Action: "s3:*",
        Resource: "*",
        Condition: {
          IpAddress: { "aws:SourceIp": list(size, (index) => `10.${index >> 8}.${index & 255}.${suffix}`) },
        },
      })),
    );
  const pair = (
    title: string,
    before: string,
    after: string,
    widens: boolean,
    isOfBucket = false,
  ): PolicyPair[] => [
    { name: title, before, after, widens, isOfBucket },
    { name: `${title}, the other way around`, before: after, after: before, widens: !widens, isOfBucket },
  ];
  return [
    ...pair("tables of one statement, narrowed", wide, wide.replaceAll(/(t\d+)\*/g, "$1/*"), false),
    { name: "patterns and other patterns", before: patterns, after: others, widens: true, isOfBucket: false },
    {
      name: "one statement and pieces of it",
      before: square,
      after: pieces,
      widens: true,
      isOfBucket: false,
    },
    {
      name: "pieces of a statement and the statement",
      before: pieces,
      after: square,
      widens: true,
      isOfBucket: false,
    },
    ...pair("principals, actions and resources, narrowed", cube, narrower, false, true),
    ...pair("networks, narrowed", networks("0/24"), networks("9/32"), false, true),
  ];
}

/** The JSON of a plan that replaces a policy by the other policy. */
export function planOfPair({ before, after, isOfBucket }: PolicyPair): string {
  const of = (policy: string): object =>
    isOfBucket ? { bucket: "b", policy } : { role: "r", name: "p", policy };
  const type = isOfBucket ? "aws_s3_bucket_policy" : "aws_iam_role_policy";
  return planOf([{ type, before: of(before), after: of(after) }]);
}

/** A plan with many changes of each kind that the review compares. */
export function planOfMany(count: number): string {
  const policy = (action: string, index: number): string =>
    documentOf([{ Effect: "Allow", Action: action, Resource: `arn:aws:s3:::b${index}/*` }]);
  const kinds: readonly ((index: number) => Change)[] = [
    (index) => ({
      type: "aws_iam_role_policy",
      before: { role: `r${index}`, name: "p", policy: policy("s3:GetObject", index) },
      after: { role: `r${index}`, name: "p", policy: policy("s3:*", index) },
    }),
    (index) => ({
      type: "aws_iam_role_policy",
      after: { role: "one", name: `p${index}`, policy: policy("s3:Get*", index) },
    }),
    (index) => ({
      type: "aws_security_group_rule",
      after: {
        type: "ingress",
        security_group_id: "sg-1",
        protocol: "tcp",
        from_port: index,
        to_port: index,
        cidr_blocks: ["0.0.0.0/0"],
      },
    }),
    (index) => ({
      type: "aws_s3_object",
      name: `o-${index.toString(16).padStart(16, "0")}_ABCDEF01`,
      before: { bucket: "b", key: `k${index}` },
    }),
    (index) => ({
      type: "aws_lambda_function",
      before: {
        function_name: `f${index}`,
        environment: [{ variables: { API_TOKEN: `token-of-function-${index}` } }],
      },
      after: {
        function_name: `f${index}`,
        environment: [{ variables: { API_TOKEN: `token-of-function-${index}-b` } }],
      },
    }),
    (index) => ({
      type: "aws_lambda_permission",
      after: {
        function_name: "f",
        action: "lambda:InvokeFunction",
        principal: "events.amazonaws.com",
        source_arn: `arn:aws:events:us-east-1:111122223333:rule/r${index}`,
      },
    }),
    (index) => ({ type: "aws_dynamodb_table", before: { name: `t${index}` } }),
    (index) => ({
      type: "aws_lambda_function_url",
      before: { function_name: `f${index}`, authorization_type: "AWS_IAM" },
      after: {
        function_name: `f${index}`,
        authorization_type: index === 7 ? "NONE" : "AWS_IAM",
        invoke_mode: "BUFFERED",
      },
    }),
  ];
  return planOf(
    list(count, (index) => {
      const kind = kinds[index % kinds.length];
      if (kind === undefined) throw new Error("each index has a kind");
      return { name: `x${index}`, ...kind(index) };
    }),
  );
}

interface Change {
  readonly type: string;
  readonly name?: string;
  readonly before?: object;
  readonly after?: object;
}

function planOf(changes: readonly Change[]): string {
  return JSON.stringify({
    format_version: "1.2",
    planned_values: {},
    configuration: {},
    resource_changes: changes.map(({ type, name: called = "it", before = null, after = null }) => ({
      address: `${type}.${called}`,
      mode: "managed",
      type,
      change: {
        actions: [before === null ? "create" : after === null ? "delete" : "update"],
        before,
        after,
        after_unknown: {},
        before_sensitive: {},
        after_sensitive: {},
      },
    })),
  });
}
