import { type AccessRequest, type AllowedRequest, only } from "../request";
import type { ResolvedStack } from "../resolved-stack";
import { foreignPrincipal, outsidePrincipal, type PrincipalRules } from "./principal";

const PUBLISH = "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html";
const ACTIONS =
  "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html";

const ALARMS = ["aws_cloudwatch_composite_alarm", "aws_cloudwatch_metric_alarm"];
const ACTION_ARGUMENTS = ["alarm_actions", "ok_actions", "insufficient_data_actions"];

/** The topic that sends alarms: CloudWatch publishes for each alarm whose actions name the topic. */
export const alarmTopic: PrincipalRules = {
  reads: {},
  allowedRequests: ({ stack }) =>
    topicArns(stack).flatMap((topicArn) =>
      alarmsOf(stack, topicArn).map(
        (alarmArn): AllowedRequest => ({
          subject: `topic ${topicArn}`,
          principal: { kind: "service", name: "cloudwatch.amazonaws.com" },
          action: "sns:Publish",
          resource: only(topicArn),
          context: { "aws:SourceArn": only(alarmArn), "aws:SourceAccount": only(stack.account.id) },
          reason: "the action of an alarm",
          source: ACTIONS,
          otherRequests: "denied",
        }),
      ),
    ),
  deniedRequests: ({ stack }) => topicArns(stack).flatMap((topicArn) => deniedRequestsOf(topicArn, stack)),
};

function topicArns(stack: ResolvedStack): string[] {
  return stack.all("aws_sns_topic").map((topic) => topic.text("arn"));
}

/** The ARNs of the alarms that an action connects to the topic. */
function alarmsOf(stack: ResolvedStack, topicArn: string): string[] {
  return ALARMS.flatMap((type) => stack.all(type))
    .filter((alarm) =>
      ACTION_ARGUMENTS.some((argument) => {
        const actions = alarm.get(argument);
        return Array.isArray(actions) && actions.includes(topicArn);
      }),
    )
    .map((alarm) => stack.account.arn("cloudwatch", `alarm:${alarm.text("alarm_name")}`));
}

/** Requests with which someone else reads the alarms, or changes the topic. */
function deniedRequestsOf(topicArn: string, stack: ResolvedStack): AccessRequest[] {
  const principals = [
    { kind: "anonymous" } as const,
    foreignPrincipal(stack),
    outsidePrincipal(stack, "principal without permissions"),
    { kind: "service", name: "cloudwatch.amazonaws.com" } as const,
  ];
  return ["sns:Subscribe", "sns:SetTopicAttributes", "sns:DeleteTopic"].flatMap((action) =>
    principals.map((principal) => ({
      subject: `topic ${topicArn}`,
      principal,
      action,
      resource: only(topicArn),
      context: {},
      reason: "someone else receives the alarms, or changes the topic",
      source: PUBLISH,
    })),
  );
}
