import * as z from "zod";
import { maxCharacters, propertiesOf, rule, settings, textLike } from "./setting";

/** Sends the alarms to an existing topic. */
export const topicNotification = settings({
  /**
   * ARN of an existing standard topic of Amazon SNS in the environment's region, in any account. The topic's policy must
   * permit CloudWatch to publish for the environment's alarms: `docs/alarms.md` shows the statement. Not a FIFO topic: a
   * topic without a group of messages would refuse the alarms.
   */
  topicArn: textLike(
    /^arn:aws(?:-[a-z]+)*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
    "the ARN of a standard topic such as arn:aws:sns:eu-central-1:111122223333:on-call",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-create-topic.html",
  ),
});

/** Sends the alarms to an email address. */
export const emailNotification = settings({
  /**
   * The email address. The environment creates a topic, and Amazon SNS sends a message with a link to the address. The
   * address receives alarms only after someone opened the link, within 48 hours. The address is in Terraform's state and in the plan.
   */
  email: rule(
    textLike(
      /^[^\s@"\\]+@[^\s@"\\]+\.[^\s@"\\.]+$/,
      "one email address such as on-call@example.com",
      "https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html",
    ),
    maxCharacters(254, "https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3"),
  ),
});

/** Where alarms are sent: exactly one of `topicArn` and `email`. */
export const notifySettings = z.union([topicNotification, emailNotification]);

/** All settings of every kind of notification. Rules check that exactly one is given. */
export const anyNotify = z
  .strictObject(
    { ...propertiesOf(topicNotification), ...propertiesOf(emailNotification) },
    {
      error: ({ code }) =>
        code === "invalid_type"
          ? 'either { email: "on-call@example.com" }, or { topicArn: "arn:aws:sns:eu-central-1:111122223333:on-call" }'
          : undefined,
    },
  )
  .partial();

/** Where alarms are sent. */
export type NotifySettings = z.input<typeof notifySettings>;
