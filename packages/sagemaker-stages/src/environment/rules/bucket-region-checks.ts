import { type AccountSettings, accountName } from "../account";
import type { Environment } from "../environment";
import type { FaultCollector } from "../fault-collector";
import type { ModelSettings } from "../model-settings";
import { artifactsOf, containersOf, s3LocationOf } from "../model-source";

const SOURCE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html";

/**
 * AWS reserves the names with this prefix for the examples of its documentation
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). No bucket has such a name: in an environment, the
 * name is a placeholder, which `new-model` writes for each region.
 */
const PLACEHOLDER = "amzn-s3-demo-";

/** A bucket that must be in a region. */
interface BucketUse {
  /** The name of the environment or of the account. */
  readonly stack: string;
  readonly field: string;
  readonly value: string;
  readonly bucket: string;
  readonly region: string;
}

/**
 * Checks that no bucket must be in two regions. A bucket is in one region: SageMaker reads and writes only buckets of the endpoint's
 * region, and Terraform needs the region of the bucket of a state. Without this check, the deployment of one of the environments
 * fails.
 */
export function checkBucketRegions(
  environments: readonly Environment[],
  accounts: readonly AccountSettings[],
  collectorOf: (name: string) => FaultCollector,
): void {
  const created = accounts.flatMap((account): BucketUse[] => {
    const { stateBucket: bucket, region } = account;
    return bucket === undefined
      ? []
      : [{ stack: accountName(account), field: "stateBucket", value: bucket, bucket, region }];
  });
  const first = new Map<string, BucketUse>(created.map((use) => [use.bucket, use]));
  for (const use of environments.flatMap(bucketsOf)) {
    const { stack, field, value, bucket, region } = use;
    const other = first.get(bucket) ?? use;
    first.set(bucket, other);
    // The state in an account's bucket has its own rule, which names the region.
    if (field === "state.s3.bucket" && created.includes(other)) continue;
    collectorOf(stack).require(
      region === other.region || bucket.startsWith(PLACEHOLDER),
      field,
      value,
      `a bucket in ${region}`,
      `${other.stack} has the bucket ${bucket} as ${other.field}, in ${other.region}, and a bucket is in one region: ${SOURCE}`,
    );
  }
}

/** The buckets in the settings of an environment, with the region in which each bucket must be. */
function bucketsOf({ name: stack, region, state, models }: Environment): BucketUse[] {
  const states =
    "s3" in state
      ? [
          {
            stack,
            field: "state.s3.bucket",
            value: state.s3.bucket,
            bucket: state.s3.bucket,
            region: state.s3.region ?? region,
          },
        ]
      : [];
  const ofModels = Object.entries(models).flatMap(([model, settings]) =>
    locationsOf(settings).flatMap(([field, value]) => {
      const bucket = s3LocationOf(value)?.bucket;
      return bucket === undefined
        ? []
        : [{ stack, field: `models.${model}.${field}`, value, bucket, region }];
    }),
  );
  return [...states, ...ofModels];
}

/**
 * The locations in S3 in the settings of a model, by their fields: the artifacts that SageMaker reads, and the destination of data
 * capture. Each deployment copies the artifact of a release, from a bucket of any region.
 */
function locationsOf(settings: ModelSettings): (readonly [field: string, location: string])[] {
  if (!("serverless" in settings || "instances" in settings)) return [];
  const isSeries = "containers" in settings && settings.containers !== undefined;
  const artifacts = containersOf(settings).flatMap((container, index) => {
    if (container.pinned !== undefined) return [];
    const prefix = isSeries ? `containers.${index}.` : "";
    const field = container.modelPackage === undefined ? "artifact" : "modelPackage.artifacts";
    return artifactsOf(container).map((artifact) => [`${prefix}${field}`, artifact] as const);
  });
  const destination = "dataCapture" in settings ? settings.dataCapture?.destination : undefined;
  return [
    ...artifacts,
    ...(destination === undefined ? [] : [["dataCapture.destination", destination] as const]),
  ];
}
