import { coversPattern } from "../../aws/wildcards";
import { allow, camelCase, type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import {
  type InvokedEndpoint,
  invokedArns,
  invokeEndpoint,
  modelCondition,
  modelPatterns,
} from "./invoke-endpoint";

/** An endpoint that a caller invokes without route and function. */
export interface InvokedByCaller extends InvokedEndpoint {
  /** The model's name, e.g. `loan-default`. */
  readonly model: string;
}

/** What a caller may invoke: these routes, function URLs and endpoints, each by its own ARN. */
export function callerPolicy({
  routeArns,
  functionArns,
  endpoints,
}: {
  /** `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>` */
  readonly routeArns: readonly string[];
  /** Functions that are invoked by their URLs. */
  readonly functionArns: readonly string[];
  /** What of each endpoint the caller may invoke follows from the endpoint's target. */
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
      // A URL wants both actions; the condition keeps the function from being invoked without it
      // (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html).
      Sid: "InvokeFunctionsByTheirUrls",
      Effect: "Allow",
      Action: ["lambda:InvokeFunction"],
      Resource: functionArns,
      Condition: { Bool: { "lambda:InvokedViaFunctionUrl": "true" } },
    },
    ...endpointStatements(endpoints),
  ];
  // IAM takes no statement without a resource.
  return policyDocument(
    ...statements.filter(({ Resource }) => Resource !== undefined && Resource.length > 0),
  );
}

/** Several models can have one endpoint: a permission that a wider one covers has no statement. */
function endpointStatements(endpoints: readonly InvokedByCaller[]): Statement[] {
  const whole = endpoints.filter((endpoint) => modelCondition(endpoint) === undefined);
  const arns = new Set(whole.flatMap(invokedArns));
  const ofModels = endpoints.filter(
    (endpoint) => modelCondition(endpoint) !== undefined && !arns.has(endpoint.endpointArn),
  );
  return [
    allow("InvokeEndpoints", ["sagemaker:InvokeEndpoint"], [...arns]),
    ...ofModels
      .filter((endpoint, index) => !isCovered(endpoint, ofModels.slice(0, index), ofModels.slice(index + 1)))
      .map((endpoint) => invokeEndpoint(`InvokeModelsOf${camelCase(endpoint.model)}`, endpoint)),
  ];
}

/** Whether another endpoint's permission covers this one's; of two alike, the first stays. */
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
