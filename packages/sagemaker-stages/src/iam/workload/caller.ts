import { type PolicyDocument, policyDocument, type Statement } from "../policy-document";

/** What a caller may invoke: these routes, function URLs and endpoints, each by its own ARN. */
export function callerPolicy({
  routeArns,
  functionArns,
  endpointArns,
}: {
  /** `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>` */
  readonly routeArns: readonly string[];
  /** Functions that are invoked by their URLs. */
  readonly functionArns: readonly string[];
  readonly endpointArns: readonly string[];
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
    {
      Sid: "InvokeEndpoints",
      Effect: "Allow",
      Action: ["sagemaker:InvokeEndpoint"],
      Resource: endpointArns,
    },
  ];
  // IAM takes no statement without a resource.
  return policyDocument(
    ...statements.filter(({ Resource }) => Resource !== undefined && Resource.length > 0),
  );
}
