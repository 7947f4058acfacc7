import { type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import { type InvokedEndpoint, invokeEndpoint } from "./invoke-endpoint";

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

/**
 * What Lambda does with the function's role to keep its network interfaces, as in AWS's own
 * AWSLambdaVPCAccessExecutionRole
 * (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html).
 */
export const NETWORK_INTERFACE_ACTIONS = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

/** What an existing function's role gets besides what it has: to ask this one endpoint. */
export function existingFunctionRolePolicy({
  endpointArn,
}: {
  readonly endpointArn: string;
}): PolicyDocument {
  return policyDocument(invokeEndpoint("InvokeItsEndpoint", { endpointArn }));
}

/** What the function may do: ask its one endpoint, write its one log group, send traces. */
export function functionRolePolicy({
  endpoint,
  logGroupArn,
  functionInVpcArn,
}: {
  readonly endpoint: InvokedEndpoint;
  readonly logGroupArn: string;
  /** The function's own ARN, where it runs in a VPC. */
  readonly functionInVpcArn?: string | undefined;
}): PolicyDocument {
  return policyDocument(
    invokeEndpoint("InvokeItsEndpoint", endpoint),
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
    ...(functionInVpcArn === undefined ? [] : networkInterfaceStatements(functionInVpcArn)),
  );
}

/**
 * Lambda itself may keep network interfaces; the function's code, whose requests carry the function's ARN, may not
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html).
 */
function networkInterfaceStatements(functionArn: string): Statement[] {
  return [
    {
      // Lambda asks for these actions on every resource.
      Sid: "LambdaKeepsNetworkInterfaces",
      Effect: "Allow",
      Action: NETWORK_INTERFACE_ACTIONS,
      Resource: ["*"],
    },
    {
      Sid: "ItsCodeDoesNot",
      Effect: "Deny",
      Action: NETWORK_INTERFACE_ACTIONS,
      Resource: ["*"],
      Condition: { ArnEquals: { "lambda:SourceFunctionArn": functionArn } },
    },
  ];
}
