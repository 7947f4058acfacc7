import type * as z from "zod";
import { raw } from "../../fault-collector";
import { listOf, number, optional, rule, settings, text, wholeNumber, withDefault } from "../setting";

const VARIABLES_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html";

/** All variables of a function together have at most 4,096 bytes (VARIABLES_SOURCE). */
const MAX_BYTES_OF_NAMES = 2_000;

/** S3 removes an object after this time (https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html). */
const MAX_DAYS = 3_653;

const fieldNames = rule(
  listOf(text),
  {
    holds: (names) =>
      names.length > 0 && new Set(names).size === names.length && names.every((name) => name !== ""),
    allowed: "one or more names of fields, each once",
    source: "the names select the fields of requests and answers",
  },
  {
    holds: (names) => Buffer.byteLength(JSON.stringify(names)) <= MAX_BYTES_OF_NAMES,
    allowed: `names of at most ${MAX_BYTES_OF_NAMES} bytes together, as JSON`,
    source: VARIABLES_SOURCE,
    got: (names) => raw(`${Buffer.byteLength(JSON.stringify(names))} bytes`),
  },
);

/**
 * Capture: the function stores requests and answers in the environment's own bucket, in the format of SageMaker's data
 * capture. `docs/capture.md` describes the records.
 */
export const captureSettings = settings({
  /**
   * Percentage of the requests that the function stores, from 0 to 100. Each stored request is one object in S3. `0` stores
   * nothing, and keeps the bucket until S3 has deleted the requests that were stored before.
   */
  percent: rule(number, {
    holds: (percent) => percent >= 0 && percent <= 100,
    allowed: "a number from 0 to 100",
    source: "a percentage; 0 stores nothing",
  }),
  /**
   * The fields of requests and answers whose values the function stores, e.g. `["age", "predictions"]`. A name applies at
   * every depth, and to everything below the field. A request or an answer that is not an object has the name `request` or
   * `answer`. Not together with `drop`.
   *
   * @default - no field: the function stores the names of fields, and `null` in place of each value
   */
  keep: optional(fieldNames),
  /**
   * The fields whose values the function does not store. The function stores the values of all other fields, also of fields
   * that a new version of the contract adds. Not together with `keep`, and not for a model whose callers can send fields with any
   * name.
   *
   * @default - see `keep`
   */
  drop: optional(fieldNames),
  /**
   * Days after which S3 deletes the stored requests, 1–3653
   * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html).
   *
   * @default 30
   */
  days: withDefault(
    wholeNumber(
      1,
      MAX_DAYS,
      "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html; ten years",
    ),
    30,
  ),
  /**
   * ARN of the KMS key that encrypts the stored requests, in the environment's region. The key's policy must allow the account
   * to use the key with IAM policies; the function's role gets `kms:GenerateDataKey`.
   *
   * @default - none: S3's own keys (SSE-S3)
   */
  kmsKeyArn: optional(text),
});

/** Settings of capture. */
export type CaptureSettings = z.input<typeof captureSettings>;

/** {@link CaptureSettings} with defaults. */
export type ParsedCaptureSettings = z.output<typeof captureSettings>;
