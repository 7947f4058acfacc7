import * as z from "zod";
import { isProjectFile, partsOf } from "../paths";
import { BUCKET, BUCKET_SOURCE, REGION, REGIONS_SOURCE } from "../patterns";
import { policyText } from "./model-source/s3-location";
import { optional, rule, settings, text, textLike } from "./setting";

/** State in a file, for environments that only one person deploys. */
const localState = settings({
  /** State in a file of the project. */
  local: settings({
    /** Path of the file from the project's folder. The state can contain secrets: keep it out of version control. */
    path: rule(
      text,
      {
        holds: isProjectFile,
        allowed: "a file inside the project's folder, of letters, digits and _ . - / (or \\)",
        source: "the stack must not depend on the location of the project",
      },
      {
        holds: (path) => partsOf(path)[0] !== "cdktf.out",
        allowed: "a path outside cdktf.out",
        source: "every synthesis replaces cdktf.out",
      },
    ),
  }),
});

/** State in an S3 bucket, encrypted and with a lock file. Requires Terraform 1.10 or newer. */
const s3State = settings({
  /** State in an S3 bucket. */
  s3: settings({
    /** Name of an existing bucket, e.g. an account's `stateBucket`. The bucket must be private and versioned. */
    bucket: textLike(BUCKET, "3–63 characters a-z, 0-9, . and -", BUCKET_SOURCE),
    /** Key of the state in the bucket. The lock file is `<key>.tflock`. */
    key: rule(
      textLike(
        // A key of parts between single slashes. Terraform would interpret `${` and `%{`.
        /^(?!.*[$%]\{)[^/]+(?:\/[^/]+)*$/s,
        "a key without ${ and %{, without leading, trailing or double slashes",
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

/** The location of Terraform's state. */
export const stateSettings = z.union([localState, s3State]);

/** State in a file. */
export type LocalState = z.input<typeof localState>;

/** State in an S3 bucket. */
export type S3State = z.input<typeof s3State>;
