import type { JsonObject } from "../../terraform";
import { authorizerArnsOf } from "../principals/authorizer";
import { type EndpointInStack, endpointsOf } from "../principals/endpoint-in-stack";
import { type FunctionInStack, functionsOf } from "../principals/function-role";
import { type GatewayRoleInStack, gatewayRolesOf } from "../principals/gateway-role";
import { roleNameOf } from "../principals/principal";
import { asyncLocation, captureDestination } from "../recorder";
import type { ResolvedStack } from "../resolved-stack";
import { type Addition, ENDPOINT_ADDITIONS } from "./endpoint-additions";
import { type Document, type Mutant, texts } from "./mutant";

const KIND = "hand-picked";

/** A hand-picked mutant that needs a model that the stack does not have. */
export interface SkippedMutant {
  readonly description: string;
  /** The property that a model of the stack would need. */
  readonly needs: string;
}

/** The hand-picked mutants of a stack, and the skipped mutants. */
export interface HandPicked {
  readonly mutants: readonly Mutant[];
  readonly skipped: readonly SkippedMutant[];
}

/** Mutants that contributors write. Each mutant is made once, from the first model with the needed property. */
export function handPicked(stack: ResolvedStack, documents: readonly Document[]): HandPicked {
  const mutants: Mutant[] = [];
  const skipped: SkippedMutant[] = [];
  function add<Principal extends { readonly roleArn: string }>(
    principals: readonly Principal[],
    kind: string,
    { detail, killedBy, statement, fits }: Addition<Principal>,
  ): void {
    const subjectOf = (candidate: Principal) => `role ${roleNameOf(candidate.roleArn)}`;
    const policyOf = (candidate: Principal) =>
      documents.find((document) => document.subject === subjectOf(candidate) && document.kind === "identity");
    const principal = principals.find((candidate) => {
      const policy = policyOf(candidate);
      return policy !== undefined && (fits?.test(candidate, policy) ?? true);
    });
    const subject = principal && subjectOf(principal);
    const own = principal && policyOf(principal);
    if (principal === undefined || subject === undefined || own === undefined) {
      skipped.push({ description: `${kind}: ${detail}`, needs: fits?.needs ?? `a ${kind}` });
      return;
    }
    const added = { Sid: "More", Effect: "Allow", ...statement(principal, stack, own) };
    mutants.push({
      kind: KIND,
      description: `${subject}: ${detail}`,
      subject,
      change: own.replaced([...own.statements, added]),
      killedBy,
    });
  }
  // The role of an authorizer invokes no endpoint.
  const authorizerArns = authorizerArnsOf(stack);
  const isAuthorizer = ({ arn }: FunctionInStack) => authorizerArns.has(arn);
  const functions = functionsOf(stack).filter((fn) => !isAuthorizer(fn));
  const endpoints = endpointsOf(stack);
  for (const addition of FUNCTION_ADDITIONS) add(functions, "new function", addition);
  const authorizers = functionsOf(stack).filter(isAuthorizer);
  for (const addition of AUTHORIZER_ADDITIONS) add(authorizers, "authorizer", addition);
  for (const addition of ENDPOINT_ADDITIONS) add(endpoints, "new endpoint", addition);
  const gatewayRoles = gatewayRolesOf(stack);
  for (const addition of GATEWAY_ROLE_ADDITIONS) add(gatewayRoles, "route via API Gateway", addition);
  const gatewayTrusts = gatewayRoles
    .slice(0, 1)
    .flatMap((role) => gatewayTrustMutants(role, stack, documents));
  if (gatewayTrusts.length === 0) {
    const needs = "a route via API Gateway";
    skipped.push({ description: "route via API Gateway: a condition of the trust", needs });
  }
  const trusts = endpoints.slice(0, 1).flatMap((endpoint) => trustMutants(endpoint, stack, documents));
  if (trusts.length === 0)
    skipped.push({ description: "new endpoint: another trust", needs: "a new endpoint" });
  return { mutants: [...mutants, ...gatewayTrusts, ...trusts, ...UNKNOWN_TYPES.map(unknownType)], skipped };
}

const HAS_ASYNC = {
  test: (fn: FunctionInStack) => asyncLocation(fn.resource) !== undefined,
  needs: "a function with asynchronous requests",
};

/** `<bucket>/<endpoint>` of a function with asynchronous requests. */
function asyncPlaceOf(fn: FunctionInStack): string {
  return `${asyncLocation(fn.resource)?.replace(/^s3:\/\//, "")}`;
}

const FUNCTION_ADDITIONS: readonly Addition<FunctionInStack>[] = [
  {
    detail: "creates its log group, although Terraform owns it",
    killedBy: ["granted, not used"],
    statement: ({ name }, { account }) => ({
      Action: ["logs:CreateLogGroup"],
      Resource: [account.arn("logs", `log-group:/aws/lambda/${name}`)],
    }),
  },
  {
    detail: "invokes its endpoint with a response stream, which the handler never does",
    killedBy: ["granted, not used"],
    fits: {
      test: (_, own) => actionsIn(own).includes(INVOKE) && !actionsIn(own).includes(STREAM),
      needs: "a function that does not stream",
    },
    statement: (_, __, own) => ({ Action: [STREAM], Resource: invokedEndpoints(own) }),
  },
  {
    detail: "invokes its endpoint without a stream, which the handler never does",
    killedBy: ["granted, not used"],
    fits: {
      test: (_, own) => actionsIn(own).includes(STREAM) && !actionsIn(own).includes(INVOKE),
      needs: "a function whose every answer is a stream",
    },
    statement: (_, __, own) => ({ Action: [INVOKE], Resource: invokedEndpoints(own) }),
  },
  {
    detail: "invokes another endpoint with a response stream",
    killedBy: ["granted, not used"],
    fits: { test: (_, own) => actionsIn(own).includes(STREAM), needs: "a function that streams" },
    statement: ({ name }, { account }) => ({
      Action: [STREAM],
      Resource: [account.arn("sagemaker", `endpoint/another-${name}`)],
    }),
  },
  {
    detail: "invokes its endpoint, which another statement allows",
    killedBy: ["granted twice"],
    fits: {
      test: (_, own) => actionsIn(own).includes(INVOKE),
      needs: "a function that does not only stream",
    },
    statement: (_, __, own) => ({
      Action: ["SageMaker:INVOKEENDPOINT"],
      Resource: invokedEndpoints(own),
    }),
  },
  {
    detail: "reads the requests that it stores",
    killedBy: ["allowed, must be denied", "granted, not used"],
    fits: { test: (fn) => captureDestination(fn.resource) !== undefined, needs: "a function with capture" },
    statement: (fn, { account }) => ({
      Action: ["s3:GetObject"],
      Resource: [account.bucketArn(`${captureDestination(fn.resource)?.replace(/^s3:\/\//, "")}/*`)],
    }),
  },
  {
    detail: "stores requests below the prefix of another endpoint",
    killedBy: ["granted, not used", "near miss"],
    fits: { test: (fn) => captureDestination(fn.resource) !== undefined, needs: "a function with capture" },
    statement: (fn, { account }) => ({
      Action: ["s3:PutObject"],
      Resource: [account.bucketArn(`${captureDestination(fn.resource)?.split("/")[2]}/other/AllTraffic/*`)],
    }),
  },
  {
    detail: "invokes its asynchronous endpoint in real time, which no handler does",
    killedBy: ["granted, not used"],
    fits: HAS_ASYNC,
    statement: (fn, { account }) => ({
      Action: [INVOKE],
      Resource: [account.arn("sagemaker", `endpoint/${fn.name}`)],
    }),
  },
  {
    detail: "invokes its asynchronous endpoint with a response stream, which no handler does",
    killedBy: ["granted, not used"],
    fits: HAS_ASYNC,
    statement: (fn, { account }) => ({
      Action: [STREAM],
      Resource: [account.arn("sagemaker", `endpoint/${fn.name}`)],
    }),
  },
  {
    detail: "writes the results that SageMaker writes",
    killedBy: ["allowed, must be denied", "granted, not used"],
    fits: HAS_ASYNC,
    statement: (fn, { account }) => ({
      Action: ["s3:PutObject"],
      Resource: [account.bucketArn(`${asyncPlaceOf(fn)}/results/*`)],
    }),
  },
  {
    detail: "lists the ids of all callers",
    killedBy: ["allowed, must be denied", "granted, not used"],
    fits: HAS_ASYNC,
    statement: (fn, { account }) => ({
      Action: ["s3:ListBucket"],
      Resource: [account.bucketArn(`${asyncPlaceOf(fn).split("/")[0]}`)],
    }),
  },
  {
    detail: "reads the requests of another endpoint",
    killedBy: ["granted, not used"],
    fits: HAS_ASYNC,
    statement: (fn, { account }) => ({
      Action: ["s3:GetObject"],
      Resource: [account.bucketArn(`${asyncPlaceOf(fn)}-other/requests/*`)],
    }),
  },
  {
    detail: "deletes the inputs that it stores",
    killedBy: ["allowed, must be denied", "granted, not used"],
    fits: HAS_ASYNC,
    statement: (fn, { account }) => ({
      Action: ["s3:DeleteObject"],
      Resource: [account.bucketArn(`${asyncPlaceOf(fn)}/inputs/*`)],
    }),
  },
  {
    detail: "passes roles to Lambda",
    killedBy: ["granted, not used"],
    statement: ({ roleArn }) => ({ Action: ["iam:PassRole"], Resource: [roleArn] }),
  },
  {
    detail: "denies requests that it needs",
    killedBy: ["used, not granted"],
    statement: () => ({ Effect: "Deny", Action: ["sagemaker:Invoke*"], Resource: ["*"] }),
  },
  {
    detail: "denies a request that no principal sends",
    killedBy: ["granted, not used"],
    statement: () => ({ Effect: "Deny", Action: ["lambda:InvokeFunction"], Resource: ["*"] }),
  },
  {
    detail: "invokes its endpoint if the request has a tag that such requests never have",
    killedBy: ["refused"],
    statement: (_, __, own) => ({
      Action: ["sagemaker:InvokeEndpoint"],
      Resource: invokedEndpoints(own),
      Condition: { StringEquals: { "s3:prefix": "x" } },
    }),
  },
  {
    detail: "an ARN with too few parts",
    killedBy: ["refused"],
    statement: () => ({ Action: ["sagemaker:InvokeEndpoint"], Resource: ["arn:aws:sagemaker:*"] }),
  },
];

const AUTHORIZER_ADDITIONS: readonly Addition<FunctionInStack>[] = [
  {
    detail: "invokes an endpoint, as the function of a model does",
    killedBy: ["granted, not used"],
    statement: (_, { account }) => ({
      Action: ["sagemaker:InvokeEndpoint"],
      Resource: [account.arn("sagemaker", "endpoint/another")],
    }),
  },
  {
    detail: "sends traces, although tracing is not active",
    killedBy: ["granted, not used"],
    statement: () => ({ Action: ["xray:PutTraceSegments"], Resource: ["*"] }),
  },
  {
    detail: "reads API keys, which the check of a credential does not need",
    killedBy: ["granted, not used"],
    statement: () => ({
      Action: ["apigateway:GET"],
      Resource: ["arn:aws:apigateway:eu-central-1::/apikeys/*"],
    }),
  },
];

const GATEWAY_ROLE_ADDITIONS: readonly Addition<GatewayRoleInStack>[] = [
  {
    detail: "invokes its endpoint asynchronously, which no integration does",
    killedBy: ["granted, not used"],
    statement: (_, __, own) => ({
      Action: ["sagemaker:InvokeEndpointAsync"],
      Resource: invokedEndpoints(own),
    }),
  },
  {
    detail: "invokes another endpoint",
    killedBy: ["granted, not used"],
    statement: ({ endpointName }, { account }) => ({
      Action: ["sagemaker:InvokeEndpoint"],
      Resource: [account.arn("sagemaker", `endpoint/another-${endpointName}`)],
    }),
  },
  {
    detail: "writes a log, as a function's role does",
    killedBy: ["granted, not used"],
    statement: (_, { account }) => ({
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [`${account.arn("logs", "log-group:/aws/lambda/another")}:*`],
    }),
  },
  {
    detail: "invokes a function",
    killedBy: ["granted, not used"],
    statement: (_, { account }) => ({
      Action: ["lambda:InvokeFunction"],
      Resource: [account.arn("lambda", "function:another")],
    }),
  },
];

const INVOKE = "sagemaker:InvokeEndpoint";
const STREAM = "sagemaker:InvokeEndpointWithResponseStream";

/** The actions in a role's policy. */
function actionsIn({ statements }: Document): string[] {
  return statements.flatMap(({ Action: actions }) => texts(actions));
}

/** ARNs of the endpoints that a role's policy allows to invoke. */
function invokedEndpoints({ statements }: Document): string[] {
  return statements
    .filter(({ Action: actions }) => texts(actions).some((action) => action === INVOKE || action === STREAM))
    .flatMap(({ Resource: resources }) => texts(resources));
}

function trustMutants(
  endpoint: EndpointInStack,
  stack: ResolvedStack,
  documents: readonly Document[],
): Mutant[] {
  const subject = `role ${roleNameOf(endpoint.roleArn)}`;
  return documents
    .filter((document) => document.subject === subject && document.kind === "trust")
    .flatMap((trust): Mutant[] => [
      {
        kind: KIND,
        description: `${subject}: is assumed with session tags`,
        subject,
        change: trust.replaced(
          trust.statements.map((statement) => ({
            ...statement,
            Action: ["sts:AssumeRole", "sts:TagSession"],
          })),
        ),
        killedBy: ["granted, not used"],
      },
      {
        kind: KIND,
        description: `${subject}: a condition on the ARN of one model, which SageMaker does not send`,
        subject,
        change: trust.replaced(
          trust.statements.map((statement) => ({
            ...statement,
            Condition: {
              ArnLike: { "aws:SourceArn": stack.account.arn("sagemaker", `model/${endpoint.name}`) },
            },
          })),
        ),
        killedBy: ["used, not granted"],
      },
    ]);
}

/** Conditions on keys that API Gateway does not send. With such a condition, the route answers 500. */
function gatewayTrustMutants(
  { roleArn }: GatewayRoleInStack,
  { account }: ResolvedStack,
  documents: readonly Document[],
): Mutant[] {
  const subject = `role ${roleNameOf(roleArn)}`;
  const conditions: readonly (readonly [key: string, condition: JsonObject])[] = [
    ["aws:SourceAccount", { StringEquals: { "aws:SourceAccount": account.id } }],
    ["aws:SourceArn", { ArnLike: { "aws:SourceArn": `${account.arn("execute-api", "*")}` } }],
  ];
  return documents
    .filter((document) => document.subject === subject && document.kind === "trust")
    .flatMap((trust) =>
      conditions.map(
        ([key, condition]): Mutant => ({
          kind: KIND,
          description: `${subject}: a condition on ${key}, which API Gateway does not send`,
          subject,
          change: trust.replaced(
            trust.statements.map((statement) => ({ ...statement, Condition: condition })),
          ),
          killedBy: ["used, not granted"],
        }),
      ),
    );
}

const UNKNOWN_TYPES: readonly (readonly [type: string, values: JsonObject])[] = [
  ["aws_sqs_queue_policy", { policy: "{}" }],
  ["aws_iam_user_policy", { user: "external", policy: "{}" }],
  [
    "aws_iam_policy_attachment",
    { roles: ["a-function"], policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess" },
  ],
  ["aws_ecr_repository_policy", { policy: "{}" }],
  ["aws_s3_bucket_acl", { acl: "public-read" }],
];

/** A resource of a type that no rule reads. */
function unknownType([type, values]: (typeof UNKNOWN_TYPES)[number]): Mutant {
  return {
    kind: KIND,
    description: `a ${type}`,
    subject: type,
    change: ({ resource }) => {
      resource[type] = { more: values };
    },
    killedBy: ["refused"],
  };
}
