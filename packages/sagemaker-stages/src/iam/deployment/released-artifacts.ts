import { s3ObjectArn } from "../../aws/arn";
import { serviceDomain } from "../../aws/partition";
import { containersOf, s3LocationOf } from "../../environment/model-source";
import type { ReleasedArtifact } from "../../environment/settings/model-source/release";
import { allow, type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import { newEndpoints } from "./deployer-scaling";
import type { EnvironmentArns } from "./environment-arns";

/** The id of the deployer's statement for the sources of copies, which a plan does not need. */
export const READ_RELEASED_ARTIFACTS = "ReadReleasedArtifacts";

/**
 * Terraform copies the artifacts of releases with the deployer's permissions: CopyObject reads the source as GetObject
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html). Terraform names no version: S3 refuses an object with
 * another ETag, and the copy has a checksum, so that `s3:GetObjectVersion` is not necessary.
 *
 * The statement allows the archives of the bucket, and not only the released object. Otherwise each promotion would need a new
 * policy of the deploy role, which only an administrator can write.
 */
export function releasedArtifactStatements(arns: EnvironmentArns): Statement[] {
  const pinned = newEndpoints(arns.environment)
    .flatMap(containersOf)
    .flatMap((source) => source.pinned ?? []);
  const buckets = pinned.flatMap(({ uri = "" }) => s3LocationOf(uri)?.bucket ?? []);
  if (buckets.length === 0) return [];
  const keys = pinned.flatMap(({ keyArn }) => keyArn ?? []);
  const archives = buckets.map((bucket) => `${arns.bucketArn(bucket)}/*.tar.gz`);
  const read = allow(READ_RELEASED_ARTIFACTS, ["s3:GetObject"], archives);
  if (keys.length === 0) return [read];
  return [
    read,
    allow("DecryptReleasedArtifacts", ["kms:Decrypt"], keys, {
      StringEquals: { "kms:ViaService": serviceDomain("s3", arns.region) },
    }),
  ];
}

/** The policies that the owner of an artifact in another account adds. */
export interface OwnerPolicies {
  /** Statements for the policy of the bucket. */
  readonly bucket: PolicyDocument;
  /** Statements for the policy of the key; absent without a key. */
  readonly key?: PolicyDocument;
}

/**
 * The policies with which the account of an artifact lets other accounts copy it. The principal is the other account: that
 * account's own policies, which the command `deployer` prints, let only the deployer read the object.
 *
 * @param accountIds - the accounts of the environments that serve the release, 12 digits each
 * @param region - the region of the environments, for the key
 */
export function ownerPolicies(
  { uri = "", keyArn }: ReleasedArtifact,
  accountIds: readonly string[],
  partition: string,
  region: string,
): OwnerPolicies {
  const AWS = accountIds.map((id) => `arn:${partition}:iam::${id}:root`);
  return {
    bucket: policyDocument({
      Sid: "CopyReleasedArtifact",
      Effect: "Allow",
      Principal: { AWS },
      Action: ["s3:GetObject"],
      Resource: [s3ObjectArn(partition, uri)],
    }),
    ...(keyArn === undefined
      ? {}
      : {
          key: policyDocument({
            Sid: "DecryptReleasedArtifact",
            Effect: "Allow",
            Principal: { AWS },
            Action: ["kms:Decrypt"],
            Resource: ["*"],
            Condition: { StringEquals: { "kms:ViaService": serviceDomain("s3", region) } },
          }),
        }),
  };
}
