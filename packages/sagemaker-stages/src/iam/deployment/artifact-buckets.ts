import type { NewEndpoint } from "../../environment/model-settings";
import { artifactsOf, containersOf, s3LocationOf } from "../../environment/model-source";
import type { BucketAccess } from "../workload/network";
import type { EnvironmentArns } from "./environment-arns";

/**
 * The buckets of the endpoints' artifacts, each once. Files of the project and the artifacts of releases are in the
 * environment's bucket.
 */
export function artifactBuckets(
  endpoints: readonly NewEndpoint[],
  arns: EnvironmentArns,
): Pick<BucketAccess, "bucketArns" | "listedBucketArns"> {
  const locations = endpoints
    .flatMap(containersOf)
    .flatMap((source) =>
      source.pinned === undefined
        ? artifactsOf(source).map((artifact) => s3LocationOf(artifact))
        : [undefined],
    );
  const arnOf = (bucket: string | undefined): string =>
    bucket === undefined ? arns.bucket("artifacts") : arns.bucketArn(bucket);
  const listed = locations.filter((location) => location?.isPrefix === true);
  return {
    bucketArns: [...new Set(locations.map((location) => arnOf(location?.bucket)))],
    listedBucketArns: [...new Set(listed.map((location) => arnOf(location?.bucket)))],
  };
}
