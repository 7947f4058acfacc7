import type * as z from "zod";
import { UNLIMITED } from "../../fault-collector";
import { number, optional, positiveNumber, propertiesOf, settings, textLike, wholeNumber } from "../setting";
import { scalingSettings, TARGET_TRACKING_SOURCE } from "./scaling";

const CLIENT_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceClientConfig.html";
const INVOKE_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html";
const NOTIFICATION_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceNotificationConfig.html";
const LIFECYCLE_SOURCE =
  "https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html: S3 counts whole days";

/** SageMaker's default for the time of a request in the queue, in seconds: 6 hours ({@link INVOKE_SOURCE}). */
export const MAX_SECONDS_IN_QUEUE = 21_600;

/** A standard topic: the messages of SageMaker have no message group. */
const topicArn = textLike(
  /^arn:aws(?:-[a-z]+)*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
  "the ARN of a standard topic such as arn:aws:sns:eu-central-1:111122223333:results",
  NOTIFICATION_SOURCE,
);

/** Scaling by the number of waiting requests. */
export const backlogScaling = settings({
  ...propertiesOf(scalingSettings),
  /**
   * The smallest number of instances, from 0. With 0, an endpoint without requests has no instances and costs nothing. The first
   * request then waits until CloudWatch's alarm is on (two minutes) and until an instance runs.
   */
  minCapacity: number,
  /** The largest number of instances, from `minCapacity` and from `initialInstanceCount`. */
  maxCapacity: number,
  /**
   * Target of the scaling: requests per instance that wait or are processed, above 0
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html). Application Auto Scaling adds instances
   * while the average of CloudWatch's metric `ApproximateBacklogSizePerInstance` is above the target.
   *
   * @default 5, the value of AWS's example
   */
  targetBacklogPerInstance: optional(positiveNumber(TARGET_TRACKING_SOURCE)),
});

/**
 * Asynchronous requests
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceConfig.html). Such an endpoint answers no
 * real-time request.
 */
export const asyncSettings = settings({
  /**
   * Days after which S3 deletes inputs, results and failures, from 1. A request can wait for six hours and run for one hour: one
   * day is enough if callers start the requests of their uploads soon, because the days of an uploaded file begin with its upload. The
   * data belongs to callers: keep it no longer than callers need to fetch their results.
   */
  days: wholeNumber(1, UNLIMITED, LIFECYCLE_SOURCE),
  /**
   * Scale the number of instances with the waiting requests.
   *
   * @default - from 0 to `initialInstanceCount` instances
   */
  scaling: optional(backlogScaling),
  /**
   * Seconds that the container has for one request, 1–3600. SageMaker stops a request that takes longer, and writes a failure.
   *
   * @default - SageMaker's default, 900 seconds
   */
  timeoutInSeconds: optional(wholeNumber(1, 3600, INVOKE_SOURCE)),
  /**
   * Requests that SageMaker sends to one container at the same time, 1–1000.
   *
   * @default - SageMaker chooses the number
   */
  maxConcurrentRequestsPerInstance: optional(wholeNumber(1, 1000, CLIENT_SOURCE)),
  /**
   * ARN of an existing standard topic of Amazon SNS in the environment's region that receives a message for each result. The
   * message names the objects of the request and of the result, and does not contain the result.
   *
   * @default - none
   */
  successTopicArn: optional(topicArn),
  /**
   * ARN of an existing standard topic of Amazon SNS in the environment's region that receives a message for each failure.
   *
   * @default - none
   */
  failureTopicArn: optional(topicArn),
});

/** Asynchronous requests. */
export type AsyncSettings = z.input<typeof asyncSettings>;

/** {@link AsyncSettings} with defaults. */
export type ParsedAsyncSettings = z.output<typeof asyncSettings>;

/** Scaling by the number of waiting requests. */
export type BacklogScaling = z.input<typeof backlogScaling>;
