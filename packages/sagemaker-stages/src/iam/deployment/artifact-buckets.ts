import type { NewEndpoint } from "../../environment/model-settings";
import { artifactsOf, containersOf, s3PlaceOf } from "../../environment/model-source";
import type { Reading } from "../workload/network";
import type { EnvironmentArns } from "./environment-arns";

/** The buckets of the endpoints' artifacts, each once: those of files of the project are in the environment's bucket. */
export function artifactBuckets(
  endpoints: readonly NewEndpoint[],
  arns: EnvironmentArns,
): Pick<Reading, "bucketArns" | "listedBucketArns"> {
  const places = endpoints
    .flatMap(containersOf)
    .flatMap(artifactsOf)
    .map((artifact) => s3PlaceOf(artifact));
  const arnOf = (bucket: string | undefined): string =>
    bucket === undefined ? arns.bucket("artifacts") : arns.bucketArn(bucket);
  const listed = places.filter((place) => place?.isPrefix === true);
  return {
    bucketArns: [...new Set(places.map((place) => arnOf(place?.bucket)))],
    listedBucketArns: [...new Set(listed.map((place) => arnOf(place?.bucket)))],
  };
}
