import type { Credentials } from "aws4";
import * as z from "zod";
import { domainOf, serviceDomain } from "../aws/partition";
import { percentEncode } from "../aws/percent-encode";
import { type AwsRequest, endpointUrl, sendSigned } from "../aws/signed-request";
import { parseJson } from "../lib/json";
import { UserError } from "../lib/user-error";

/** Whether a part of an endpoint exists. */
export type Found =
  | { readonly state: "exists" | "missing" }
  | { readonly state: "unchecked"; readonly reason: string };

const EXISTS: Found = { state: "exists" };
const MISSING: Found = { state: "missing" };

/** An image in ECR: account, region, repository, and tag or digest. */
const ECR_IMAGE =
  /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[a-z.]+\/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** The media types that the API accepts (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html). */
const MANIFESTS = [
  "application/vnd.docker.distribution.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
];

const batchGetImage = z.object({
  images: z.array(z.unknown()).default([]),
  failures: z.array(z.object({ failureCode: z.string() })).default([]),
});

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageFailure.html */
const MISSING_IMAGE = ["ImageNotFound", "ImageTagDoesNotMatchDigest"];

/**
 * Reads the manifest of an image in ECR, in any account, with `ecr:BatchGetImage`.
 *
 * @param uri - registry, repository, and tag or digest
 */
export async function findImage(uri: string, credentials: Credentials): Promise<Found> {
  const [, registryId, region, repositoryName, imageTag, imageDigest] = ECR_IMAGE.exec(uri) ?? [];
  if (registryId === undefined || region === undefined) return unchecked("the image is not in ECR");
  const imageId = imageDigest === undefined ? { imageTag: imageTag ?? "latest" } : { imageDigest };
  const answer = await send(
    {
      service: "ecr",
      region,
      host: `api.ecr.${region}.${domainOf(region)}`,
      method: "POST",
      path: "/",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.BatchGetImage",
      },
      body: JSON.stringify({
        registryId,
        repositoryName,
        imageIds: [imageId],
        acceptedMediaTypes: MANIFESTS,
      }),
    },
    credentials,
  );
  if (typeof answer === "string") return unchecked(answer);
  const { data } = batchGetImage.safeParse(parseJson(answer.body));
  if (answer.status === 200 && data !== undefined) {
    if (data.images.length > 0) return EXISTS;
    const codes = data.failures.map(({ failureCode }) => failureCode);
    if (codes.some((code) => MISSING_IMAGE.includes(code))) return MISSING;
    return unchecked(codes[0] ?? "ECR returned neither the image nor a failure");
  }
  const fault = errorCodeOf(answer.body);
  return fault === "RepositoryNotFoundException" ? MISSING : unchecked(refusal(answer.status, fault));
}

/**
 * Lists an artifact in S3 by its key, with `s3:ListBucket`.
 *
 * @param uri - `s3://<bucket>/<key>`, or a prefix with a slash at the end
 * @param region - the region of the endpoint, which is also the region of the bucket
 */
export async function findArtifact(uri: string, region: string, credentials: Credentials): Promise<Found> {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(uri) ?? [];
  if (bucket === "") return unchecked("the artifact is not in S3");
  const answer = await send(
    {
      service: "s3",
      region,
      host: serviceDomain("s3", region),
      method: "GET",
      // The key itself is the first of all keys that begin with it.
      path: `/${percentEncode(bucket)}?encoding-type=url&list-type=2&max-keys=1&prefix=${percentEncode(key)}`,
    },
    credentials,
  );
  if (typeof answer === "string") return unchecked(answer);
  if (answer.status === 200) {
    const first = /<Key>([^<]*)<\/Key>/.exec(answer.body)?.[1];
    if (first === undefined) return MISSING;
    // S3 encodes a space as a plus sign.
    return key.endsWith("/") || decodeURIComponent(first.replaceAll("+", " ")) === key ? EXISTS : MISSING;
  }
  const fault = /<Code>(\w+)<\/Code>/.exec(answer.body)?.[1];
  return fault === "NoSuchBucket" ? MISSING : unchecked(refusal(answer.status, fault));
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends a request of the service to its own or to the configured address.
 *
 * @param path - the encoded path and query
 * @returns the answer, or the reason why there is none
 */
async function send(
  { host, path, ...request }: Omit<AwsRequest, "url"> & { readonly host: string; readonly path: string },
  credentials: Credentials,
): Promise<Answer | string> {
  try {
    const { origin } = endpointUrl(request.service.toUpperCase(), host);
    const response = await sendSigned({ ...request, url: new URL(`${origin}${path}`) }, credentials);
    return { status: response.status, body: await response.text() };
  } catch (error) {
    if (error instanceof UserError) return error.message;
    const cause = error instanceof Error ? error.cause : undefined;
    // An error without a cause is a fault of this program; otherwise the body of the answer is incomplete.
    if (!(cause instanceof Error)) throw error;
    return `no answer: ${"code" in cause ? String(cause.code) : cause.name}`;
  }
}

/** The code of an error of ECR, without its namespace. */
function errorCodeOf(body: string): string | undefined {
  const { data } = z.object({ __type: z.string() }).safeParse(parseJson(body));
  return data?.__type.split("#").at(-1);
}

function refusal(status: number, fault: string | undefined): string {
  return fault === undefined ? `AWS answered with the status ${status}` : `AWS answered ${fault}`;
}

function unchecked(reason: string): Found {
  return { state: "unchecked", reason };
}
