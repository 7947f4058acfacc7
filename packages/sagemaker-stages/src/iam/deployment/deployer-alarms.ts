import type { Environment } from "../../environment/environment";
import type { ModelSettings } from "../../environment/model-settings";
import { allow, type Statement } from "../policy-document";
import type { EnvironmentArns } from "./environment-arns";

/** Whether the environment creates alarms for objectives. */
export function hasObjectives({ models }: Environment): boolean {
  return Object.values<ModelSettings>(models).some(({ objectives }) => objectives !== undefined);
}

/** The environment's own topic, and its subscriptions, whose ARNs continue the topic's. Empty without an email address. */
export function alarmTopics(arns: EnvironmentArns): string[] {
  const { notify } = arns.environment;
  if (notify === undefined || !("email" in notify) || !hasObjectives(arns.environment)) return [];
  return [arns.alarmTopic(), `${arns.alarmTopic()}:*`];
}

/**
 * The permissions for the alarms of objectives
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html), and for the topic that sends
 * them (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html). An alarm can have actions, e.g.
 * stop an instance of EC2 or invoke a function: the deployer's alarms can only publish to the environment's topic.
 *
 * CloudWatch creates and describes composite alarms only with permission on every alarm, see the statements. The remaining risk:
 * the deployer can overwrite the rule and the actions of another composite alarm of the account and region. It cannot delete the
 * alarm, change a metric alarm of others, or publish to another topic.
 */
export function objectiveStatements(arns: EnvironmentArns): Statement[] {
  const { notify } = arns.environment;
  if (notify === undefined || !hasObjectives(arns.environment)) return [];
  const alarms = arns.objectiveAlarms();
  const onlyOwnActions = {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-alarm-actions.html
    "ForAllValues:StringEquals": {
      "cloudwatch:AlarmActions": "topicArn" in notify ? notify.topicArn : arns.alarmTopic(),
    },
  };
  return [
    allow("PutObjectiveAlarms", ["cloudwatch:PutMetricAlarm"], alarms, onlyOwnActions),
    // "You can't create a composite alarm if your cloudwatch:PutCompositeAlarm permission has a narrower scope" than *
    // (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html).
    allow("PutCompositeAlarms", ["cloudwatch:PutCompositeAlarm"], ["*"], onlyOwnActions),
    allow(
      "ManageObjectiveAlarms",
      [
        "cloudwatch:DeleteAlarms",
        "cloudwatch:ListTagsForResource",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
      ],
      alarms,
    ),
    // CloudWatch describes composite alarms only with permission on every alarm
    // (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html).
    allow("DescribeAlarms", ["cloudwatch:DescribeAlarms"], ["*"]),
    ...("email" in notify ? topicStatements(arns, notify.email) : []),
  ];
}

/** The topic, and its only subscription: the environment's address. */
function topicStatements(arns: EnvironmentArns, email: string): Statement[] {
  const [topic = "", subscriptions = ""] = alarmTopics(arns);
  return [
    allow(
      "ManageAlarmTopic",
      [
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:GetTopicAttributes",
        "sns:ListTagsForResource",
        "sns:SetTopicAttributes",
        "sns:TagResource",
        "sns:UntagResource",
      ],
      [topic],
    ),
    allow("SubscribeAddressToAlarms", ["sns:Subscribe"], [topic], {
      StringEquals: { "sns:Protocol": "email", "sns:Endpoint": email },
    }),
    allow(
      "ManageAlarmSubscriptions",
      ["sns:GetSubscriptionAttributes", "sns:Unsubscribe"],
      [topic, subscriptions],
    ),
  ];
}
