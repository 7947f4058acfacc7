import { type PolicyDocument, policyDocument } from "../policy-document";

/** Who may take the role: API Gateway, as its documentation says (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html). */
export function apiGatewayLogsTrust(): PolicyDocument {
  return policyDocument({
    Sid: "ApiGateway",
    Effect: "Allow",
    Principal: { Service: "apigateway.amazonaws.com" },
    Action: ["sts:AssumeRole"],
  });
}

/**
 * What API Gateway may do: the actions of AWS's own AmazonAPIGatewayPushToCloudWatchLogs, on groups that have API
 * Gateway's names instead of all (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonAPIGatewayPushToCloudWatchLogs.html).
 * As it takes the role it tries it, in the group `/aws/apigateway/welcome`
 * (https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2312).
 *
 * @param groupArnPrefix - `arn:<partition>:logs:<region>:<account>:log-group`
 */
export function apiGatewayLogsPolicy(groupArnPrefix: string): PolicyDocument {
  return policyDocument(
    {
      // CloudWatch Logs defines no resource type for this action.
      Sid: "FindLogGroups",
      Effect: "Allow",
      Action: ["logs:DescribeLogGroups"],
      Resource: ["*"],
    },
    {
      Sid: "KeepLogsOfApis",
      Effect: "Allow",
      Action: [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:PutLogEvents",
      ],
      // A group's streams stand behind its name: the asterisk is for them, too.
      Resource: [`${groupArnPrefix}:/aws/apigateway/*`, `${groupArnPrefix}:API-Gateway-Execution-Logs_*`],
    },
  );
}
