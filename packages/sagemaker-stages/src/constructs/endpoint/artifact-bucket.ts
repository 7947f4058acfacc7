import { createHash } from "node:crypto";
import { join } from "node:path";
import { Fn, type ITerraformDependable, Op, TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import type { ReleasedArtifact } from "../../environment/settings/model-source/release";
import { type ArtifactLocation, artifactLocation } from "../../iam/workload/artifact-location";
import { privateBucketPolicy } from "../../iam/workload/bucket-policies";
import { appFolder } from "../../lib/app-folder";
import { sha256Of } from "../../lib/file-digest";
import { omitUndefined } from "../../lib/omit-undefined";
import { environmentBucketName, PrivateBucket } from "../storage/private-bucket";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformText } from "../terraform/terraform-json";
import { FROM_STACK_TO_PROJECT } from "../terraform/terraform-settings";

/** A trained model in S3. */
export interface Artifact {
  /** `s3://<bucket>/<key>`; a prefix ends with a slash. */
  readonly url: string;
  /** The artifact's location, for policies. */
  readonly location: ArtifactLocation;
  /** Resources that must exist before the artifact can be read. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/** An existing artifact in S3. */
export function artifactInS3(url: string, account: AwsScope): Artifact {
  return { url, location: artifactLocation(url, account), dependsOn: [] };
}

/** Props of {@link ArtifactBucket}. */
export interface ArtifactBucketProps {
  readonly account: AwsScope;
  /** The environment's prefix, with which the bucket's name begins. */
  readonly environmentName: string;
  /** Whether the destruction fails while the bucket contains objects. */
  readonly protected: boolean;
}

/** The environment's private bucket for artifacts that are files of the app, and for the artifacts of releases. */
export class ArtifactBucket extends Construct {
  private readonly bucket: PrivateBucket;
  private readonly account: AwsScope;
  private readonly uploads = new Map<string, Artifact>();

  constructor(
    scope: Construct,
    id: string,
    { account, environmentName, protected: isProtected }: ArtifactBucketProps,
  ) {
    super(scope, id);
    this.account = account;
    this.bucket = new PrivateBucket(this, {
      bucketName: environmentBucketName(account, environmentName, "artifacts"),
      forceDestroy: !isProtected,
    });
    this.bucket.addPolicy(privateBucketPolicy(this.bucket.bucket.arn));
  }

  /**
   * Uploads a file. The key and the resource's id contain the file's SHA-256. A changed file therefore gets a new object
   * and a new Terraform resource. The old object stays until no revision uses the object, even if a rollout fails and is
   * rolled back. Two containers of a model can use one file.
   *
   * @param path - the file, from the app's folder
   */
  upload(model: string, path: string): Artifact {
    const hash = sha256Of(join(appFolder(), path));
    return this.store(`${model}/${hash}/model.tar.gz`, (key) =>
      this.bucket.addObject(`${model}-${hash.slice(0, ID_DIGITS)}`, { key, source: inProject(path) }),
    );
  }

  /**
   * Stores the artifact of a release: uploads a file, or copies an object of any bucket. Terraform creates no model unless the
   * bytes have the pinned SHA-256:
   * - The condition of an upload computes the SHA-256 of the file, during the plan and again during the apply.
   * - S3 computes the SHA-256 of the copy (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html,
   *   `x-amz-checksum-algorithm`), and the condition compares the copy's checksum with each plan. SageMaker reads only the
   *   copy: a later change of the source has no effect.
   *
   * The key and the resource's id contain a digest of all arguments of the copy. Each other location or ETag therefore gets a new
   * object, even for the same bytes: S3 computes the checksum only after the copy, and Terraform deletes a replaced object. The
   * object that a deployed model reads is neither overwritten nor deleted before the endpoint serves the new model.
   *
   * @param release - the id of the release, for messages
   */
  storePinned(model: string, release: string, pinned: ReleasedArtifact): Artifact {
    const { uri, file, sha256 } = pinned;
    const remedy = `The release ${release} of ${model} pins the SHA-256 ${sha256}. Restore the released bytes, or make a new release. SageMaker has not received the artifact.`;
    const pin = digestOfPin(pinned);
    const id = `${model}-release-${pin}`;
    return this.store(`${model}/${sha256}/${pin}/model.tar.gz`, (key) => {
      if (file !== undefined) {
        // Terraform refuses a condition that refers to no object.
        const found = new TerraformLocal(this, `${id}-sha256`, Fn.filesha256(inProject(file)));
        return this.bucket.addObject(id, {
          key,
          source: inProject(file),
          lifecycle: {
            precondition: [
              {
                condition: Op.eq(found.asString, sha256),
                errorMessage: terraformText(`The file ${file} has other bytes. ${remedy}`),
              },
            ],
          },
        });
      }
      const source = uri ?? "";
      return this.bucket.copyObject(
        id,
        omitUndefined({
          key,
          source: terraformText(source.replace("s3://", "")),
          checksumAlgorithm: "SHA256",
          copyIfMatch: pinned.etag,
          // The metadata, the tags and the encryption of the source do not belong to the release.
          metadataDirective: "REPLACE",
          taggingDirective: "REPLACE",
          lifecycle: {
            postcondition: [
              {
                condition: `\${self.checksum_sha256 == "${Buffer.from(sha256, "hex").toString("base64")}"}`,
                errorMessage: terraformText(
                  `The copy of ${source} has other bytes. ${remedy} If you restored the bytes, delete the copy s3://${this.bucket.bucketName}/${key} first.`,
                ),
              },
            ],
          },
        }),
      );
    });
  }

  /** The artifact with a key, once. @param add - creates the object */
  private store(key: string, add: (key: string) => ITerraformDependable): Artifact {
    const known = this.uploads.get(key);
    if (known !== undefined) return known;
    const artifact = {
      ...artifactInS3(`s3://${this.bucket.bucketName}/${key}`, this.account),
      dependsOn: [add(key)],
    };
    this.uploads.set(key, artifact);
    return artifact;
  }
}

/** The digits of a digest in the id of a resource. */
const ID_DIGITS = 16;

/** A digest of all arguments of a copy or of an upload. */
function digestOfPin({ uri, file, etag, sha256 }: ReleasedArtifact): string {
  const pin = JSON.stringify(uri === undefined ? ["file", file, sha256] : ["uri", uri, etag, sha256]);
  return createHash("sha256").update(pin).digest("hex").slice(0, ID_DIGITS);
}

/** The path of a file of the app, as Terraform reads the file. */
function inProject(path: string): string {
  return `${FROM_STACK_TO_PROJECT}/${path.replaceAll("\\", "/")}`;
}
