import * as z from "zod";
import { BUCKET } from "../../patterns";
import {
  byName,
  maxCharacters,
  number,
  optional,
  rule,
  settings,
  text,
  textLike,
  wholeNumber,
} from "../setting";
import { modelPackageSettings } from "./model-source";

/** The page that describes the format of a release. */
const FORMAT = "docs/releases.md";

/**
 * The largest object that one CopyObject request copies, in bytes: 5 GB
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html).
 */
export const MAX_COPIED_BYTES = 5 * 1024 ** 3;

/** The id of a release: the name of its file without `.json`. */
const ID = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
const ID_ALLOWED =
  "1–64 characters a-z, 0-9, ., _, -, with a letter or a digit at both ends, e.g. 2026-11-20";

/** Whether a text can be the id of a release. */
export function isReleaseId(id: string): boolean {
  return ID.test(id) && !id.includes("..");
}

/** The id of a release. */
export const releaseId = rule(text, {
  holds: isReleaseId,
  allowed: ID_ALLOWED,
  source: "the id is the name of the file functions/<model>/releases/<id>.json",
});

const sha256 = textLike(/^[0-9a-f]{64}$/, "a SHA-256 in 64 lower-case hexadecimal digits", FORMAT);

/** The characters of a key that a copy can name: the provider encodes the source, and S3 decodes the source once. */
const OBJECT = /^s3:\/\/([^/]+)\/(.+\.tar\.gz)$/s;

/** The artifact that a release pins: an archive in S3, or a file of the project. */
export const releasedArtifact = settings({
  /** `s3://<bucket>/<key>.tar.gz`, in any account. */
  uri: optional(
    rule(text, {
      holds: (uri) => BUCKET.test(OBJECT.exec(uri)?.[1] ?? ""),
      allowed: "s3://<bucket>/<key>.tar.gz",
      source: `a release pins one object: ${FORMAT}`,
    }),
  ),
  /** A file of the project, from the app's folder. */
  file: optional(
    textLike(/^(?!\/)(?!.*:).+\.tar\.gz$/, "a file of the project such as models/iris.tar.gz", FORMAT),
  ),
  /** The version of the object in a versioned bucket, for people and for the audit: the digest identifies the bytes. */
  versionId: optional(rule(text, maxCharacters(1024, FORMAT))),
  /**
   * The object's ETag, required together with `uri`. S3 refuses to copy an object with another ETag
   * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html, `x-amz-copy-source-if-match`).
   */
  etag: optional(textLike(/^[0-9a-f]{32}(?:-\d{1,5})?$/, "an ETag without quotes", FORMAT)),
  /** SHA-256 of the bytes, 64 hexadecimal digits. */
  sha256,
  /** Size in bytes; at most 5 GB, because one request copies the object. */
  sizeInBytes: wholeNumber(
    1,
    MAX_COPIED_BYTES,
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html",
  ),
  /** ARN of the KMS key that encrypts the object in S3. The deployer decrypts the object with the key while S3 copies it. */
  keyArn: optional(text),
});

/** One metric of a release with the origin of its value. */
export const releaseMetric = settings({
  /** The value. */
  value: number,
  /** The origin of the value, e.g. a file with its SHA-256, or a training job. */
  source: rule(text, maxCharacters(300, FORMAT)),
});

/** An entry about an environment that deployed a release, which `promote` writes. */
export const releaseDeployment = settings({
  /** Digest of the content of the release that the environment deployed: the output `releases` of its stack. */
  digest: textLike(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hexadecimal digits", FORMAT),
  /** The account that the outputs name, 12 digits. */
  account: textLike(/^\d{12}$/, "an account of 12 digits", FORMAT),
  /** The region that the outputs name. */
  region: text,
  /** The day on which `promote` read the outputs, in UTC. */
  seen: textLike(/^\d{4}-\d\d-\d\d$/, "a day such as 2026-11-20", FORMAT),
});

/** An image that its digest identifies. */
const imageByDigest = textLike(
  /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/[a-z0-9]+(?:[._/-][a-z0-9]+)*@sha256:[0-9a-f]{64}$/,
  "<account>.dkr.ecr.<region>.amazonaws.com/<repository>@sha256:<digest>",
  "a tag can move to another image",
);

/**
 * The content of `functions/<model>/releases/<id>.json`: what one version of a model consists of. `npx sagemaker-stages release`
 * writes the file, and `promote` adds the environments that deployed the release.
 */
export const releaseContent = settings({
  /** The name of the model. */
  model: text,
  /** The id: the name of the file without `.json`. */
  id: releaseId,
  /** The artifact. Absent for a model package, and for an image that contains or downloads its model. */
  artifact: optional(releasedArtifact),
  /** The images by region, each with its digest. */
  images: optional(byName(imageByDigest)),
  /** A version in the Model Registry, instead of `artifact` and `images`. */
  modelPackage: optional(modelPackageSettings),
  /** Variables of the container, e.g. a model of the Hugging Face Hub with its commit. */
  containerEnvironment: optional(byName(text)),
  /** Metrics by name. Reviews show the metrics before and after a change. */
  metrics: optional(byName(releaseMetric)),
  /** The environments that deployed the release, by name. */
  deployedIn: optional(byName(releaseDeployment)),
});

/** The content of a release. */
export type ReleaseContent = z.input<typeof releaseContent>;

/** The artifact that a release pins. */
export type ReleasedArtifact = z.input<typeof releasedArtifact>;

/**
 * The setting `release`: the id of a release. Before the rules run, `withReleases` replaces the id by the content of the file.
 */
export const releaseSetting = z.union([releaseId, releaseContent]);
