import type { CapturedFields } from "./fields";

/** The settings of capture, in the function's variables. */
export interface CaptureSettings {
  /** The bucket. */
  readonly bucket: string;
  /** `<endpoint>/<variant>`: the first parts of the objects' keys. */
  readonly prefix: string;
  /** The percentage of requests that capture stores. */
  readonly percent: number;
  readonly fields: CapturedFields;
  /** ARN of the key that encrypts the objects. @default - none: the bucket's default encryption */
  readonly kmsKeyArn: string | undefined;
  /** Whether the function's concurrency is reserved, and therefore limited. */
  readonly isReserved: boolean;
}

/**
 * Reads the settings from the function's variables: CAPTURE_DESTINATION (`s3://bucket/endpoint/variant`), CAPTURE_PERCENT,
 * CAPTURE_KEEP or CAPTURE_DROP (names as a JSON list), CAPTURE_KMS_KEY, CAPTURE_RESERVED (set with reserved concurrency).
 *
 * @returns `undefined` without CAPTURE_DESTINATION
 * @throws Error in Lambda's init phase, if a variable is malformed: a masked field must not be stored because of a typo
 */
export function readCaptureSettings(environment: NodeJS.ProcessEnv): CaptureSettings | undefined {
  const { CAPTURE_DESTINATION, CAPTURE_PERCENT, CAPTURE_KEEP, CAPTURE_DROP } = environment;
  if (!CAPTURE_DESTINATION) return undefined;
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+)$/.exec(CAPTURE_DESTINATION) ?? [];
  if (bucket === undefined || prefix === undefined) {
    throw new Error(`CAPTURE_DESTINATION: got "${CAPTURE_DESTINATION}"; allowed: s3://<bucket>/<prefix>`);
  }
  const percent = Number(CAPTURE_PERCENT);
  if (!(percent > 0 && percent <= 100)) {
    throw new Error(`CAPTURE_PERCENT: got "${CAPTURE_PERCENT}"; allowed: a number above 0, at most 100`);
  }
  const fields =
    CAPTURE_DROP === undefined
      ? { keep: readNames("CAPTURE_KEEP", CAPTURE_KEEP ?? "[]") }
      : { drop: readNames("CAPTURE_DROP", CAPTURE_DROP) };
  return {
    bucket,
    prefix,
    percent,
    fields,
    kmsKeyArn: environment.CAPTURE_KMS_KEY || undefined,
    isReserved: Boolean(environment.CAPTURE_RESERVED),
  };
}

function readNames(variable: string, text: string): string[] {
  const names: unknown = JSON.parse(text);
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    throw new Error(`${variable}: got ${text}; allowed: names of fields, as a JSON list`);
  }
  return names;
}
