import type * as z from "zod";
import { isInBucket, maxKeyBytes, policyText } from "./s3-place";
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
} from "./setting";

const DATA_CAPTURE_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html";
/** A bucket and a prefix, without a slash at its end. */
const DESTINATION = /^s3:\/\/([^/]+)\/(.*[^/])$/s;

/** Every value of {@link CaptureMode}. */
export const CAPTURE_MODES = ["Input", "Output"] as const;

/** What data capture writes. */
export type CaptureMode = (typeof CAPTURE_MODES)[number];

/**
 * Data capture
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html).
 */
export const dataCaptureSettings = settings({
  /**
   * `s3://bucket/prefix` in the environment's region, at most 512 characters. SageMaker writes below
   * `<prefix>/<endpoint>/<variant>/`; the endpoint's role may write nowhere else.
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
  /** Percent of the requests, 1–100. */
  samplingPercentage: wholeNumber(1, 100, DATA_CAPTURE_SOURCE),
  /**
   * What is captured.
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
   * ARN of the KMS key that encrypts the captured data, not an alias. Name the key also where it is the bucket's
   * default: SageMaker captures nothing otherwise.
   *
   * @default - none: the bucket's default, which is then S3's own encryption
   */
  kmsKeyArn: optional(text),
});

/** Data capture. */
export type DataCaptureSettings = z.input<typeof dataCaptureSettings>;

/** {@link DataCaptureSettings} with defaults. */
export type ParsedDataCaptureSettings = z.output<typeof dataCaptureSettings>;
