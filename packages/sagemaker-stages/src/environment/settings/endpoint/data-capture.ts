import type * as z from "zod";
import { isInBucket, maxKeyBytes, policyText } from "../model-source/s3-location";
import {
  listOf,
  maxCharacters,
  optional,
  rule,
  settings,
  text,
  textOf,
  wholeNumber,
  withDefault,
} from "../setting";

const DATA_CAPTURE_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html";
/** A bucket and a prefix, without a trailing slash. */
const DESTINATION = /^s3:\/\/([^/]+)\/(.*[^/])$/s;

/** Every value of {@link CaptureMode}. */
export const CAPTURE_MODES = ["Input", "Output"] as const;

/** The parts of an invocation that data capture writes. */
export type CaptureMode = (typeof CAPTURE_MODES)[number];

/**
 * Data capture: SageMaker writes requests and answers to S3
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html).
 */
export const dataCaptureSettings = settings({
  /**
   * The destination in S3: `s3://bucket/prefix` in the environment's region, at most 512 characters. SageMaker writes below
   * `<prefix>/<endpoint>/<variant>/`. The endpoint's role may write only there.
   */
  destination: rule(
    text,
    {
      holds: (value) => isInBucket(value, DESTINATION),
      allowed: "s3://<bucket>/<prefix>, without a slash at the end",
      source: DATA_CAPTURE_SOURCE,
    },
    maxCharacters(512, DATA_CAPTURE_SOURCE),
    policyText,
    maxKeyBytes(DESTINATION),
  ),
  /** Percentage of the requests that SageMaker captures, 1–100. */
  samplingPercentage: wholeNumber(1, 100, DATA_CAPTURE_SOURCE),
  /**
   * The parts of an invocation that SageMaker captures: `Input` is the request, `Output` is the answer.
   *
   * @default ["Input", "Output"]
   */
  captureModes: withDefault(
    rule(listOf(textOf<CaptureMode>()), {
      holds: (modes) =>
        modes.length > 0 &&
        modes.every((mode) => CAPTURE_MODES.includes(mode)) &&
        new Set(modes).size === modes.length,
      allowed: `${CAPTURE_MODES.join(", ")}, or both, each once`,
      source: DATA_CAPTURE_SOURCE,
    }),
    [...CAPTURE_MODES],
  ),
  /**
   * ARN of the KMS key that encrypts the captured data, not an alias. Set the key even if it is the bucket's default
   * key: otherwise SageMaker captures nothing.
   *
   * @default - none: the bucket's default encryption, which must be SSE-S3
   */
  kmsKeyArn: optional(text),
});

/** Settings of data capture. */
export type DataCaptureSettings = z.input<typeof dataCaptureSettings>;

/** {@link DataCaptureSettings} with defaults. */
export type ParsedDataCaptureSettings = z.output<typeof dataCaptureSettings>;
