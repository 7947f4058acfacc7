import type { JsonObject } from "../../../stacks/support/synthesized";
import type { Fault } from "../finding";
import type { ResolvedStack } from "../resolved-stack";
import type { Document, Mutant } from "./mutant";

const KIND = "picked by hand";

/** What no rule makes, and people write. All of them are about the stack's loan-default model. */
export function handPicked(stack: ResolvedStack, documents: readonly Document[]): Mutant[] {
  const { account } = stack;
  const name = `${stack.name}-loan-default`;
  const document = (subject: string, kind: Document["kind"]): Document => {
    const found = documents.find((candidate) => candidate.subject === subject && candidate.kind === kind);
    if (found === undefined) throw new Error(`no ${kind} policy of ${subject}`);
    return found;
  };
  const more = (subject: string, what: string, killedBy: readonly Fault[], statement: JsonObject): Mutant => {
    const own = document(subject, "identity");
    return {
      kind: KIND,
      description: `${subject}: ${what}`,
      subject,
      change: own.replaced([...own.statements, { Sid: "More", Effect: "Allow", ...statement }]),
      killedBy,
    };
  };
  const fn = `role ${name}-function`;
  const endpoint = `role ${name}-endpoint`;
  const endpointArn = account.arn("sagemaker", `endpoint/${name}`);
  const unknownType = (type: string, values: JsonObject): Mutant => ({
    kind: KIND,
    description: `a ${type}`,
    subject: type,
    change: ({ resource }) => {
      resource[type] = { more: values };
    },
    killedBy: ["refused"],
  });
  const trust = document(endpoint, "trust");
  return [
    more(fn, "creates its log group, although Terraform owns it", ["granted, not used"], {
      Action: ["logs:CreateLogGroup"],
      Resource: [account.arn("logs", `log-group:/aws/lambda/${name}`)],
    }),
    more(fn, "asks its endpoint for a stream, which the handler never does", ["granted, not used"], {
      Action: ["sagemaker:InvokeEndpointWithResponseStream"],
      Resource: [endpointArn],
    }),
    more(fn, "asks its endpoint, a second time", ["granted twice"], {
      Action: ["SageMaker:INVOKEENDPOINT"],
      Resource: [endpointArn],
    }),
    more(fn, "passes roles to Lambda", ["granted, not used"], {
      Action: ["iam:PassRole"],
      Resource: [account.globalArn("iam", `role/${name}-function`)],
    }),
    more(fn, "denies itself what it needs", ["used, not granted"], {
      Effect: "Deny",
      Action: ["sagemaker:Invoke*"],
      Resource: ["*"],
    }),
    more(fn, "denies what nobody asks", ["granted, not used"], {
      Effect: "Deny",
      Action: ["s3:GetObject"],
      Resource: ["*"],
    }),
    more(fn, "asks its endpoint if the request has a tag that requests of it never have", ["refused"], {
      Action: ["sagemaker:InvokeEndpoint"],
      Resource: [endpointArn],
      Condition: { StringEquals: { "s3:prefix": "x" } },
    }),
    more(fn, "an ARN with too few parts", ["refused"], {
      Action: ["sagemaker:InvokeEndpoint"],
      Resource: ["arn:aws:sagemaker:*"],
    }),
    more(endpoint, "lists the bucket of its artifact", ["granted, not used"], {
      Action: ["s3:ListBucket"],
      Resource: [account.bucketArn("amzn-s3-demo-bucket")],
    }),
    more(endpoint, "reads the next model's artifact", ["granted, not used"], {
      Action: ["s3:GetObject"],
      Resource: [`arn:${account.partition}:s3:::amzn-s3-demo-bucket/loan-default/2/model.tar.gz`],
    }),
    more(endpoint, "decrypts with every key", ["a wildcard"], { Action: ["kms:Decrypt"], Resource: ["*"] }),
    more(endpoint, "keeps network interfaces, although it is in no VPC", ["granted, not used"], {
      Action: ["ec2:CreateNetworkInterface"],
      Resource: ["*"],
    }),
    more(endpoint, "takes other roles", ["granted, not used"], {
      Action: ["sts:AssumeRole"],
      Resource: [account.globalArn("iam", `role/${name}-function`)],
    }),
    more(endpoint, "pushes images into its repository", ["granted, not used"], {
      Action: ["ecr:PutImage"],
      Resource: [
        `arn:${account.partition}:ecr:${account.region}:${account.registry()}:repository/linear-learner`,
      ],
    }),
    {
      kind: KIND,
      description: `${endpoint}: is taken with tags and a session name of the taker's choice`,
      subject: endpoint,
      change: trust.replaced(
        trust.statements.map((statement) => ({ ...statement, Action: ["sts:AssumeRole", "sts:TagSession"] })),
      ),
      killedBy: ["granted, not used"],
    },
    {
      kind: KIND,
      description: `${endpoint}: AWS says that one endpoint's ARN does not work here`,
      subject: endpoint,
      change: trust.replaced(
        trust.statements.map((statement) => ({
          ...statement,
          Condition: { ArnLike: { "aws:SourceArn": endpointArn.replace("endpoint/", "model/") } },
        })),
      ),
      killedBy: ["used, not granted"],
    },
    unknownType("aws_sqs_queue_policy", { policy: "{}" }),
    unknownType("aws_iam_user_policy", { user: "somebody", policy: "{}" }),
    unknownType("aws_iam_policy_attachment", {
      roles: [`${name}-function`],
      policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess",
    }),
    unknownType("aws_ecr_repository_policy", { policy: "{}" }),
    unknownType("aws_s3_bucket_acl", { acl: "public-read" }),
  ];
}
