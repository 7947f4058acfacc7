import { CloudwatchCompositeAlarm } from "@cdktf/provider-aws/lib/cloudwatch-composite-alarm";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { Construct } from "constructs";
import { alarmTopicName, environmentAlarmName, objectiveAlarmName } from "../../environment/alarm-names";
import type { NotifySettings } from "../../environment/settings/notify";
import { alarmTopicPolicy } from "../../iam/workload/alarm-topic";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformJson } from "../terraform/terraform-json";
import {
  ModelAlarms,
  type ModelAlarmsProps,
  type NotifiedTopic,
  notificationsTo,
  ruleOf,
  runbook,
} from "./model-alarms";

/** Props of {@link Alarms}. */
export interface AlarmsProps {
  readonly account: AwsScope;
  /** The environment's prefix, with which every name begins. */
  readonly prefix: string;
  readonly notify: NotifySettings;
  /** The models with objectives, at least one. */
  readonly models: readonly Omit<ModelAlarmsProps, "prefix" | "topic">[];
}

/** The alarms of an environment: the alarms of each model with objectives, the composite alarm, and the notifications. */
export class Alarms extends Construct {
  /** The composite alarm, which is in ALARM while an alarm of a model is. */
  readonly alarm: CloudwatchCompositeAlarm;
  /** ARN of the topic of the notifications. */
  readonly topicArn: string;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { prefix, models } = props;
    const topic = this.topicOf(props);
    this.topicArn = topic.arn;
    const ofModels = models.map((model) => new ModelAlarms(this, model.model, { ...model, prefix, topic }));
    this.alarm = new CloudwatchCompositeAlarm(this, "alarm", {
      alarmName: environmentAlarmName(prefix),
      alarmDescription: `A model of ${prefix} misses its objectives. ${runbook("runbook")}`,
      alarmRule: ruleOf(
        ofModels.flatMap(({ alarms }) => alarms),
        "OR",
      ),
      ...notificationsTo(topic),
    });
  }

  /** The existing topic, or a new topic with the email address. */
  private topicOf(props: AlarmsProps): NotifiedTopic {
    const { account, prefix, notify } = props;
    if ("topicArn" in notify) return { arn: notify.topicArn, policy: undefined };
    const name = alarmTopicName(prefix);
    const topicArn = account.arn("sns", name);
    const topic = new SnsTopic(this, "topic", { name });
    const policy = new SnsTopicPolicy(this, "topic-policy", {
      arn: topic.arn,
      policy: terraformJson(
        alarmTopicPolicy({
          topicArn,
          accountId: account.accountId,
          alarmArns: notifyingAlarms(props).map((alarm) => account.arn("cloudwatch", `alarm:${alarm}`)),
        }),
      ),
    });
    new SnsTopicSubscription(this, "email", {
      topicArn: topic.arn,
      protocol: "email",
      endpoint: notify.email,
    });
    return { arn: topic.arn, policy };
  }
}

/** The names of the alarms that send notifications themselves. */
function notifyingAlarms({ prefix, models }: AlarmsProps): string[] {
  return [
    environmentAlarmName(prefix),
    ...models.flatMap(({ model, objectives: { availability, drift } }) => [
      ...(availability === undefined ? [] : [objectiveAlarmName(prefix, model, "availability-fast")]),
      ...(drift === true ? [objectiveAlarmName(prefix, model, "drift")] : []),
    ]),
  ];
}
