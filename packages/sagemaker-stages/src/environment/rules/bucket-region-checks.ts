import { partitionOf } from "../../aws/partition";
import { type AccountSettings, accountName } from "../account";
import type { Environment } from "../environment";
import type { FaultCollector } from "../fault-collector";
import type { ModelSettings } from "../model-settings";
import { artifactsOf, containersOf, s3LocationOf } from "../model-source";

/** The artifact must be in the region of the model, and Terraform's backend sends its requests to one region. */
const ARTIFACT_SOURCE =
  "SageMaker reads artifacts only from the region of the model: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html";
const STATE_SOURCE = "https://developer.hashicorp.com/terraform/language/backend/s3#configuration";

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
  /** The values that have no fault. */
  readonly allowed: string;
  readonly source: string;
}

/**
 * Checks that no bucket must be in two regions. A bucket is in one region: SageMaker reads artifacts only from the endpoint's region,
 * and Terraform needs the region of the bucket of a state. Without this check, the deployment of one of the environments fails. The
 * name of a bucket is unique in a partition: `aws`, `aws-cn` and `aws-us-gov` can each have a bucket with the same name
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
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
      : [{ ...ofState(accountName(account), bucket, region), field: "stateBucket" }];
  });
  const keyOf = ({ bucket, region }: BucketUse) => `${partitionOf(region)} ${bucket}`;
  const first = new Map<string, BucketUse>(created.map((use) => [keyOf(use), use]));
  const ofAccounts = accounts.flatMap((account) => stateOf({ ...account, name: accountName(account) }));
  for (const use of [...environments.flatMap(bucketsOf), ...ofAccounts]) {
    const { stack, field, value, bucket, region, allowed, source } = use;
    const other = first.get(keyOf(use)) ?? use;
    first.set(keyOf(use), other);
    // The state in an account's bucket has its own rule, which names the region.
    if (field === "state.s3.bucket" && created.includes(other)) continue;
    collectorOf(stack).require(
      region === other.region || bucket.startsWith(PLACEHOLDER),
      field,
      value,
      allowed,
      `${other.stack} has the bucket ${bucket} as ${other.field}, in ${other.region}, and a bucket is in one region: ${source}`,
    );
  }
}

/** The buckets in the settings of an environment, with the region in which each bucket must be. */
function bucketsOf(environment: Environment): BucketUse[] {
  const { name: stack, region, models } = environment;
  const ofModels = Object.entries(models).flatMap(([model, settings]) =>
    artifactLocationsOf(settings).flatMap(([field, value]) => {
      const bucket = s3LocationOf(value)?.bucket;
      return bucket === undefined
        ? []
        : [
            {
              ...{ stack, field: `models.${model}.${field}`, value, bucket, region },
              allowed: `an artifact in a bucket in ${region}`,
              source: ARTIFACT_SOURCE,
            },
          ];
    }),
  );
  return [...stateOf(environment), ...ofModels];
}

/** The bucket of the state of an environment or an account. */
function stateOf({ name, region, state }: Pick<Environment, "name" | "region" | "state">): BucketUse[] {
  return "s3" in state ? [ofState(name, state.s3.bucket, state.s3.region ?? region)] : [];
}

function ofState(stack: string, bucket: string, region: string): BucketUse {
  return {
    ...{ stack, field: "state.s3.bucket", value: bucket, bucket, region },
    allowed: `a bucket in ${region}, or state.s3.region with the region of the bucket`,
    source: STATE_SOURCE,
  };
}

/**
 * The artifacts of a model that SageMaker reads, by their fields. Each deployment copies the artifact of a release, from a bucket of any
 * region.
 */
function artifactLocationsOf(settings: ModelSettings): (readonly [field: string, location: string])[] {
  if (!("serverless" in settings || "instances" in settings)) return [];
  const isSeries = "containers" in settings && settings.containers !== undefined;
  return containersOf(settings).flatMap((container, index) => {
    if (container.pinned !== undefined) return [];
    const prefix = isSeries ? `containers.${index}.` : "";
    const field = container.modelPackage === undefined ? "artifact" : "modelPackage.artifacts";
    return artifactsOf(container).map((artifact) => [`${prefix}${field}`, artifact] as const);
  });
}
