import { type PolicyDocument, policyDocument } from "../policy-document";

/**
 * Policy of the topic that sends an environment's alarms: only CloudWatch may publish, and only for these alarms
 * (https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html). The policy replaces the default policy of a
 * new topic, which lets every principal of the account with permissions for SNS use the topic.
 */
export function alarmTopicPolicy({
  topicArn,
  accountId,
  alarmArns,
}: {
  readonly topicArn: string;
  readonly accountId: string;
  /** ARNs of the alarms whose actions name the topic. */
  readonly alarmArns: readonly string[];
}): PolicyDocument {
  return policyDocument({
    Sid: "PublishAlarms",
    Effect: "Allow",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: ["sns:Publish"],
    Resource: [topicArn],
    Condition: {
      ArnEquals: { "aws:SourceArn": alarmArns },
      StringEquals: { "aws:SourceAccount": accountId },
    },
  });
}
