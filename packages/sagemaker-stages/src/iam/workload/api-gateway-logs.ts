import { type PolicyDocument, policyDocument } from "../policy-document";

/** Trust policy of the role for API Gateway's logs (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html). */
export function apiGatewayLogsTrust(): PolicyDocument {
  return policyDocument({
    Sid: "AllowApiGatewayToAssumeRole",
    Effect: "Allow",
    Principal: { Service: "apigateway.amazonaws.com" },
    Action: ["sts:AssumeRole"],
  });
}

/**
 * Permissions with which API Gateway writes logs. The actions are those of AWS's managed policy
 * AmazonAPIGatewayPushToCloudWatchLogs; the resources are API Gateway's log groups instead of all log groups
 * (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonAPIGatewayPushToCloudWatchLogs.html).
 * When the account setting receives the role, API Gateway tests the role with the log group `/aws/apigateway/welcome`
 * (https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2312).
 *
 * @param groupArnPrefix - `arn:<partition>:logs:<region>:<account>:log-group`
 */
export function apiGatewayLogsPolicy(groupArnPrefix: string): PolicyDocument {
  return policyDocument(
    {
      // CloudWatch Logs defines no resource type for this action.
      Sid: "DescribeLogGroups",
      Effect: "Allow",
      Action: ["logs:DescribeLogGroups"],
      Resource: ["*"],
    },
    {
      Sid: "ManageApiLogs",
      Effect: "Allow",
      Action: [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:PutLogEvents",
      ],
      // The asterisk also matches a group's streams, whose ARNs begin with the group's ARN.
      Resource: [`${groupArnPrefix}:/aws/apigateway/*`, `${groupArnPrefix}:API-Gateway-Execution-Logs_*`],
    },
  );
}
