import { type PolicyDocument, policyDocument } from "./policy-document";

/** Who may take the function's role: Lambda, for functions of this account alone. */
export function functionRoleTrust({ accountId }: { readonly accountId: string }): PolicyDocument {
  return policyDocument({
    Sid: "LambdaOfThisAccount",
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: ["sts:AssumeRole"],
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  });
}

/** What the function may do: ask its one endpoint, write its one log group, send traces. */
export function functionRolePolicy({
  endpointArn,
  logGroupArn,
}: {
  readonly endpointArn: string;
  readonly logGroupArn: string;
}): PolicyDocument {
  return policyDocument(
    {
      Sid: "InvokeItsEndpoint",
      Effect: "Allow",
      Action: ["sagemaker:InvokeEndpoint"],
      Resource: [endpointArn],
    },
    {
      // No CreateLogGroup: Terraform owns the group, and with it the retention.
      Sid: "WriteItsLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [`${logGroupArn}:*`],
    },
    {
      // X-Ray defines no resource types for these actions.
      Sid: "SendTraces",
      Effect: "Allow",
      Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
      Resource: ["*"],
    },
  );
}
