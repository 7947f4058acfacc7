import * as z from "zod";
import { isProjectFile, partsOf } from "../paths";
import { BUCKET, BUCKET_SOURCE, REGION, REGIONS_SOURCE } from "../patterns";
import { policyText } from "./s3-place";
import { optional, rule, settings, text, textLike } from "./setting";

/** State in a file: for a first try, and for environments that only one person deploys. */
const localState = settings({
  /** State in a file of the project. */
  local: settings({
    /** File, relative to the project's folder. The file can hold secrets: keep it out of version control. */
    path: rule(
      text,
      {
        holds: isProjectFile,
        allowed: "a file inside the project's folder, of letters, digits and _ . - / (or \\)",
        source: "the stack is the same wherever the project lies",
      },
      {
        holds: (path) => partsOf(path)[0] !== "cdktf.out",
        allowed: "a path outside cdktf.out",
        source: "cdktf.out is made anew at every synthesis",
      },
    ),
  }),
});

/** State in an S3 bucket, encrypted, with a lock file beside it. Terraform 1.10 or newer. */
const s3State = settings({
  /** State in an S3 bucket. */
  s3: settings({
    /** Name of an existing bucket, versioned and private: an account's `stateBucket`, or another bucket. */
    bucket: textLike(BUCKET, "3–63 characters a-z, 0-9, . and -", BUCKET_SOURCE),
    /** Key of the state in the bucket; the lock is `<key>.tflock`. */
    key: rule(
      textLike(
        // A key of parts between single slashes; a backend's settings take no expressions of Terraform.
        /^(?!.*[$%]\{)[^/]+(?:\/[^/]+)*$/s,
        "a key without ${ and %{, not starting or ending with a slash, and without two together",
        "https://developer.hashicorp.com/terraform/language/backend/s3",
      ),
      policyText,
    ),
    /**
     * Region of the bucket.
     *
     * @default - the environment's region
     */
    region: optional(textLike(REGION, "an AWS region such as eu-central-1", REGIONS_SOURCE)),
  }),
});

/** The place of Terraform's state. */
export const stateSettings = z.union([localState, s3State]);

/** State in a file. */
export type LocalState = z.input<typeof localState>;

/** State in an S3 bucket. */
export type S3State = z.input<typeof s3State>;
