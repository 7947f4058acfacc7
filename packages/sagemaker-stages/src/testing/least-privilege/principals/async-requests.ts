import type { ASYNC_FOLDERS } from "../../../environment/async-requests";
import type { JsonObject } from "../../terraform";
import { asyncLocation } from "../recorder";
import { type AccessRequest, type AllowedRequest, type Exactly, only } from "../request";
import type { ResolvedStack, Resource } from "../resolved-stack";
import { type EndpointInStack, type RoleRequest, throughS3, viaS3 } from "./endpoint-in-stack";

const GET = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html";
const PUT = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html";
const ROLE =
  "https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-create-endpoint-prerequisites.html";
const MULTIPART = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html";

/** With a bucket key, S3 sends the ARN of the bucket as the encryption context. */
const BUCKET_KEY = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html";
const CONTEXT_OF_BUCKET = "kms:EncryptionContext:aws:s3:arn";

type Folder = (typeof ASYNC_FOLDERS)[keyof typeof ASYNC_FOLDERS];

/** The rest of a key: the hash of a caller, and the id of a request. */
export const OBJECT_OF_REQUEST = "0123456789abcdef/abcdefghijklmnopqrstuvwxyz";

/** The folders that a function writes and reads. */
const WRITTEN: readonly Folder[] = ["inputs", "requests"];
const READ: readonly Folder[] = ["inputs", "requests", "results", "failures"];

/** The objects in a folder. @param location - `s3://<bucket>/<endpoint>` */
function objectsIn(location: string, folder: Folder, { account }: ResolvedStack): Exactly {
  return {
    exact: account.bucketArn(`${location.replace(/^s3:\/\//, "")}/${folder}/`),
    free: OBJECT_OF_REQUEST,
  };
}

/** A request to S3, without the parts that every request of a role has. */
type ObjectRequest = Pick<AllowedRequest, "action" | "resource" | "reason" | "source">;

/** A request to KMS, which S3 sends for a role. */
type KeyRequest = ObjectRequest & Pick<AllowedRequest, "context">;

/** The bucket of a location. @param location - `s3://<bucket>/<endpoint>` */
function bucketOf(location: string): string {
  return location.replace(/^s3:\/\//, "").split("/")[0] ?? "";
}

/** The key with which a bucket encrypts every object; `undefined` for S3's own keys. */
function keyOf(bucket: string, stack: ResolvedStack): string | undefined {
  const encryption = stack
    .all("aws_s3_bucket_server_side_encryption_configuration")
    .find((resource) => resource.text("bucket") === bucket);
  const [rule] = (encryption?.get("rule") ?? []) as readonly JsonObject[];
  const { kms_master_key_id: key } = (rule?.apply_server_side_encryption_by_default ?? {}) as JsonObject;
  return typeof key === "string" ? key : undefined;
}

/** The requests to KMS that S3 sends for a role which reads and writes objects of a bucket. */
function keyRequests(location: string, stack: ResolvedStack): KeyRequest[] {
  const bucket = bucketOf(location);
  const key = keyOf(bucket, stack);
  if (key === undefined) return [];
  return ["kms:Decrypt", "kms:GenerateDataKey"].map((action) => ({
    action,
    resource: only(key),
    context: { ...viaS3(stack), [CONTEXT_OF_BUCKET]: only(stack.account.bucketArn(bucket)) },
    reason: "S3 uses the key of the bucket for the role",
    source: BUCKET_KEY,
  }));
}

/** The uses of a key that a role must not have: directly, and for the objects of another bucket. */
function deniedKeyRequests(
  location: string,
  stack: ResolvedStack,
): (ObjectRequest & Pick<AccessRequest, "context">)[] {
  return keyRequests(location, stack).flatMap(({ context, ...request }) => [
    {
      ...request,
      context: { [CONTEXT_OF_BUCKET]: only(stack.account.bucketArn(bucketOf(location))) },
      reason: "the code uses the key directly, not through S3",
    },
    {
      ...request,
      context: { ...context, [CONTEXT_OF_BUCKET]: only(stack.account.bucketArn("amzn-s3-demo-bucket")) },
      reason: "the code uses the key for another bucket",
    },
  ]);
}

/** The requests of a function to the key of the bucket of asynchronous requests. */
export function functionKeyRequests(fn: Resource, stack: ResolvedStack): KeyRequest[] {
  const location = asyncLocation(fn);
  return location === undefined ? [] : keyRequests(location, stack);
}

/** The requests of a function to the objects of asynchronous requests. */
export function functionObjectRequests(fn: Resource, stack: ResolvedStack): ObjectRequest[] {
  const location = asyncLocation(fn);
  if (location === undefined) return [];
  return [
    ...WRITTEN.map((folder) => ({
      action: "s3:PutObject",
      resource: objectsIn(location, folder, stack),
      reason: `the function stores ${folder} of asynchronous requests`,
      source: PUT,
    })),
    ...READ.map((folder) => ({
      action: "s3:GetObject",
      resource: objectsIn(location, folder, stack),
      reason: `the function reads ${folder} of asynchronous requests`,
      source: GET,
    })),
  ];
}

/** A function writes no result, deletes nothing, and lists no ids of other callers. */
export function deniedFunctionObjectRequests(
  fn: Resource,
  stack: ResolvedStack,
): (ObjectRequest & Pick<AccessRequest, "context">)[] {
  const location = asyncLocation(fn);
  if (location === undefined) return [];
  const bucket = bucketOf(location);
  const request = (action: string, resource: Exactly, reason: string) => ({
    action,
    resource,
    context: {},
    reason,
    source: PUT,
  });
  return [
    ...(["results", "failures"] as const).map((folder) =>
      request("s3:PutObject", objectsIn(location, folder, stack), `the function's code writes ${folder}`),
    ),
    ...READ.map((folder) =>
      request("s3:DeleteObject", objectsIn(location, folder, stack), `the function's code deletes ${folder}`),
    ),
    request(
      "s3:ListBucket",
      only(stack.account.bucketArn(bucket)),
      "the function's code lists the ids of all callers",
    ),
    ...deniedKeyRequests(location, stack),
  ];
}

/** `s3://<bucket>/<endpoint>` of an asynchronous endpoint; `undefined` for an endpoint that answers in real time. */
function locationOf({ configuration }: EndpointInStack): string | undefined {
  const output = configuration.get("async_inference_config.output_config.s3_output_path");
  return typeof output === "string" ? output.replace(/\/results$/, "") : undefined;
}

/** The requests of an endpoint's role for asynchronous requests. */
export function endpointObjectRequests(endpoint: EndpointInStack, stack: ResolvedStack): RoleRequest[] {
  const { configuration } = endpoint;
  const location = locationOf(endpoint);
  if (location === undefined) return [];
  const topics = ["success_topic", "error_topic"].flatMap((name) => {
    const topic = configuration.get(`async_inference_config.output_config.notification_config.${name}`);
    return typeof topic === "string" ? [topic] : [];
  });
  const through = throughS3(endpoint, stack);
  return [
    {
      action: "s3:GetObject",
      resource: objectsIn(location, "inputs", stack),
      ...through,
      reason: "SageMaker reads the inputs of asynchronous requests",
      source: ROLE,
    },
    ...(["s3_output_path", "s3_failure_path"] as const).flatMap((name) =>
      [
        { action: "s3:PutObject", source: ROLE },
        { action: "s3:AbortMultipartUpload", source: MULTIPART },
      ].map(
        ({ action, source }): RoleRequest => ({
          action,
          resource: {
            exact: stack.account.bucketArn(
              `${configuration.text(`async_inference_config.output_config.${name}`).replace(/^s3:\/\//, "")}/`,
            ),
            free: OBJECT_OF_REQUEST,
          },
          ...through,
          reason: "SageMaker writes what the container answers to asynchronous requests",
          source,
        }),
      ),
    ),
    ...keyRequests(location, stack),
    ...[...new Set(topics)].map(
      (topic): RoleRequest => ({
        action: "sns:Publish",
        resource: only(topic),
        reason: "SageMaker reports the end of asynchronous requests",
        source: ROLE,
      }),
    ),
  ];
}

/** The container has the endpoint's role, and must neither read results nor write inputs of callers. */
export function deniedEndpointObjectRequests(
  endpoint: EndpointInStack,
  stack: ResolvedStack,
): (ObjectRequest & Pick<AccessRequest, "context">)[] {
  const location = locationOf(endpoint);
  if (location === undefined) return [];
  return [
    ...(["requests", "results", "failures"] as const).map((folder) => ({
      action: "s3:GetObject",
      resource: objectsIn(location, folder, stack),
      context: {},
      reason: `the container reads ${folder} of callers`,
      source: ROLE,
    })),
    ...(["inputs", "requests"] as const).map((folder) => ({
      action: "s3:PutObject",
      resource: objectsIn(location, folder, stack),
      context: {},
      reason: `the container writes ${folder}`,
      source: ROLE,
    })),
    ...deniedKeyRequests(location, stack),
  ];
}
