import { coversPattern } from "../../aws/wildcards";
import { allow, camelCase, type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import {
  actionsOf,
  type InvokeAction,
  type InvokedEndpoint,
  invokedArns,
  invokeEndpoint,
  modelCondition,
  modelPatterns,
} from "./invoke-endpoint";

/** An endpoint that a caller invokes directly. */
export interface InvokedByCaller extends InvokedEndpoint {
  /** The model's name, e.g. `loan-default`. */
  readonly model: string;
}

/** Policy of a caller: permission to invoke these routes, function URLs and endpoints, each by its ARN. */
export function callerPolicy({
  routeArns,
  functionArns,
  endpoints,
}: {
  /** `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>` */
  readonly routeArns: readonly string[];
  /** ARNs of functions whose URLs the caller may invoke. */
  readonly functionArns: readonly string[];
  /** Endpoints. The target of an endpoint can limit the caller's permission on the endpoint. */
  readonly endpoints: readonly InvokedByCaller[];
}): PolicyDocument {
  const statements: readonly Statement[] = [
    {
      Sid: "InvokeRoutes",
      Effect: "Allow",
      Action: ["execute-api:Invoke"],
      Resource: routeArns,
    },
    {
      Sid: "InvokeFunctionUrls",
      Effect: "Allow",
      Action: ["lambda:InvokeFunctionUrl"],
      Resource: functionArns,
      Condition: { StringEquals: { "lambda:FunctionUrlAuthType": "AWS_IAM" } },
    },
    {
      // A URL requires both actions. The condition excludes invocations that do not use the URL
      // (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html).
      Sid: "InvokeFunctionsThroughUrls",
      Effect: "Allow",
      Action: ["lambda:InvokeFunction"],
      Resource: functionArns,
      Condition: { Bool: { "lambda:InvokedViaFunctionUrl": "true" } },
    },
    ...endpointStatements(endpoints),
  ];
  // IAM refuses a statement without a resource.
  return policyDocument(
    ...statements.filter(({ Resource }) => Resource !== undefined && Resource.length > 0),
  );
}

const INVOKE = "sagemaker:InvokeEndpoint";
const INVOKE_STREAM = "sagemaker:InvokeEndpointWithResponseStream";

/** The statements for whole endpoints: the ids, by the actions of the endpoints. */
const WHOLE_ENDPOINTS = [
  ["InvokeEndpoints", [INVOKE]],
  ["StreamEndpoints", [INVOKE_STREAM]],
  ["InvokeAndStreamEndpoints", [INVOKE, INVOKE_STREAM]],
] as const satisfies readonly (readonly [Sid: string, actions: readonly InvokeAction[]])[];

/**
 * Several models can share an endpoint: a permission that a wider permission includes gets no statement. An endpoint is in one
 * statement, so that the policy contains each ARN once.
 */
function endpointStatements(endpoints: readonly InvokedByCaller[]): Statement[] {
  const whole = new Map<string, Set<InvokeAction>>();
  for (const endpoint of endpoints.filter((candidate) => modelCondition(candidate) === undefined)) {
    for (const arn of invokedArns(endpoint)) {
      whole.set(arn, new Set([...(whole.get(arn) ?? []), ...actionsOf(endpoint)]));
    }
  }
  const ofModels = endpoints.filter(
    (endpoint) =>
      modelCondition(endpoint) !== undefined && whole.get(endpoint.endpointArn)?.has(INVOKE) !== true,
  );
  return [
    ...WHOLE_ENDPOINTS.map(([Sid, actions]) => {
      const isExact = (ofArn: ReadonlySet<InvokeAction>) =>
        ofArn.size === actions.length && actions.every((action) => ofArn.has(action));
      return allow(
        Sid,
        [...actions],
        [...whole].flatMap(([arn, ofArn]) => (isExact(ofArn) ? [arn] : [])),
      );
    }),
    ...ofModels
      .filter((endpoint, index) => !isCovered(endpoint, ofModels.slice(0, index), ofModels.slice(index + 1)))
      .map((endpoint) => invokeEndpoint(`InvokeModelsOf${camelCase(endpoint.model)}`, endpoint)),
  ];
}

/** Whether the permission of another endpoint includes this permission. Of two equal permissions, the first is kept. */
function isCovered(
  endpoint: InvokedByCaller,
  before: readonly InvokedByCaller[],
  after: readonly InvokedByCaller[],
): boolean {
  return (
    before.some((other) => covers(other, endpoint)) ||
    after.some((other) => covers(other, endpoint) && !covers(endpoint, other))
  );
}

function covers(outer: InvokedEndpoint, inner: InvokedEndpoint): boolean {
  const patterns = modelPatterns(outer.target ?? {});
  return (
    outer.endpointArn === inner.endpointArn &&
    modelPatterns(inner.target ?? {}).every((model) =>
      patterns.some((pattern) => coversPattern(pattern, model)),
    )
  );
}
