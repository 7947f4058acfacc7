/** The state of an alarm (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html). */
export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";
