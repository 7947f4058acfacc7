import { raw } from "../../fault-collector";
import { BUCKET } from "../../patterns";
import { findRefusedCharacter, POLICY_TEXT_ALLOWED, POLICY_TEXT_SOURCE } from "../../policy-text";
import type { Rule } from "../setting";

const KEYS_SOURCE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html";
/** Bytes of a key in S3, in UTF-8 (KEYS_SOURCE). */
const MAX_KEY_BYTES = 1024;

/** Number of bytes of a text in UTF-8. */
export function byteLength(value: string): number {
  return Buffer.byteLength(value);
}

/** Whether a text is `s3://<bucket>/<key>`. @param pattern - a pattern whose groups are the bucket and the key */
export function isInBucket(value: string, pattern: RegExp): boolean {
  const [, bucket] = pattern.exec(value) ?? [];
  return bucket !== undefined && BUCKET.test(bucket);
}

/** The rule of S3 for the length of a key. @param pattern - a pattern whose groups are the bucket and the key */
export function maxKeyBytes(pattern: RegExp): Rule<string> {
  const bytesOf = (value: string): number => byteLength(pattern.exec(value)?.[2] ?? "");
  return {
    holds: (value) => bytesOf(value) <= MAX_KEY_BYTES,
    allowed: `a key of at most ${MAX_KEY_BYTES} bytes`,
    source: KEYS_SOURCE,
    got: (value) => raw(`a key of ${bytesOf(value)} bytes`),
  };
}

/**
 * The rule of a text that becomes the resource of a policy. The message names the refused character, because the
 * character can be invisible.
 */
export const policyText: Rule<string> = {
  holds: (value) => findRefusedCharacter(value) === undefined,
  allowed: POLICY_TEXT_ALLOWED,
  source: POLICY_TEXT_SOURCE,
  got: (value) => raw(`the character ${findRefusedCharacter(value)} in ${JSON.stringify(value)}`),
};
