import { createHash } from "node:crypto";
import type { Credentials } from "aws4";
import * as z from "zod";
import { defaultCredentials } from "../../aws/credentials";
import { serviceDomain } from "../../aws/partition";
import { type AwsRequest, endpointUrl, sendSigned } from "../../aws/signed-request";
import { parseJson } from "../../lib/json";
import { UserError } from "../../lib/user-error";

/** A service that `release` reads: its name in signatures, the prefix of its domain, and the prefix of its operations. */
const SERVICES = {
  s3: { domain: "s3", target: "" },
  sagemaker: { domain: "api.sagemaker", target: "SageMaker" },
  ecr: { domain: "api.ecr", target: "AmazonEC2ContainerRegistry_V20150921" },
} as const;

type Service = keyof typeof SERVICES;

/** An object of S3, as S3 describes it. */
export interface S3Head {
  /** The version; `undefined` in a bucket without versioning. */
  readonly versionId: string | undefined;
  /** Without quotes. */
  readonly etag: string | undefined;
  readonly sizeInBytes: number;
}

/**
 * Reads S3, SageMaker and ECR of one region with the credentials of AWS's default provider chain. The requests are signed with
 * `aws4`, so that the command needs no further SDK. `AWS_ENDPOINT_URL` replaces the address, as for the SDKs
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
 */
export class AwsReader {
  private constructor(
    private readonly region: string,
    private readonly credentials: Credentials,
  ) {}

  /** @throws UserError if no credentials are found */
  static async of(region: string): Promise<AwsReader> {
    try {
      return new AwsReader(region, await defaultCredentials(region));
    } catch (error) {
      throw new UserError(
        `AWS credentials: ${error instanceof Error ? error.message : String(error)}. Sign in to the account of the environment, e.g. with AWS_PROFILE.`,
      );
    }
  }

  /**
   * Describes an object.
   *
   * @param owner - the expected owner of the bucket; S3 refuses the request if another account owns the bucket
   * @returns the status of the answer, and the object for the status 200
   */
  async head(uri: string, owner?: string): Promise<{ readonly status: number; readonly object?: S3Head }> {
    const headers = owner === undefined ? {} : { "x-amz-expected-bucket-owner": owner };
    const { status, headers: answered } = await this.send("s3", "HEAD", objectPath(uri), headers);
    if (status !== 200) return { status };
    const version = answered.get("x-amz-version-id");
    return {
      status,
      object: {
        versionId: version === null || version === "null" ? undefined : version,
        etag: answered.get("etag")?.replaceAll('"', ""),
        sizeInBytes: Number(answered.get("content-length")),
      },
    };
  }

  /** The SHA-256 of the bytes of an object, in hexadecimal digits. The bytes never are in the memory together. */
  async sha256(uri: string, { versionId, etag, sizeInBytes }: S3Head): Promise<string> {
    const query = versionId === undefined ? "" : `?versionId=${encodeURIComponent(versionId)}`;
    // Without versions, another program could replace the object between the two requests.
    const headers = etag === undefined ? {} : { "if-match": `"${etag}"` };
    const response = await this.send("s3", "GET", `${objectPath(uri)}${query}`, headers);
    if (response.status !== 200 || response.body === null) {
      throw new UserError(
        `${uri}: got the status ${response.status} of S3; allowed: an object that these credentials may read with s3:GetObject${versionId === undefined ? "" : " and s3:GetObjectVersion"}`,
      );
    }
    const hash = createHash("sha256");
    let read = 0;
    for await (const chunk of response.body) {
      hash.update(chunk);
      read += chunk.length;
    }
    if (read !== sizeInBytes) {
      throw new UserError(`${uri}: got ${read} bytes; allowed: ${sizeInBytes} bytes. Repeat the command.`);
    }
    return hash.digest("hex");
  }

  /**
   * Calls an operation of a service with the protocol JSON 1.1.
   *
   * @throws UserError with AWS's message
   */
  async call<Answer>(
    service: Exclude<Service, "s3">,
    operation: string,
    input: object,
    schema: z.ZodType<Answer>,
  ): Promise<Answer> {
    const headers = {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `${SERVICES[service].target}.${operation}`,
    };
    const response = await this.send(service, "POST", "/", headers, JSON.stringify(input));
    const text = await response.text();
    if (response.status === 200) return schema.parse(parseJson(text));
    throw new UserError(`${service}:${operation}: AWS answered ${response.status}: ${messageIn(text)}`);
  }

  private async send(
    service: Service,
    method: AwsRequest["method"],
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<Response> {
    const { region, credentials } = this;
    const { origin } = endpointUrl(service.toUpperCase(), serviceDomain(SERVICES[service].domain, region));
    const url = new URL(`${origin}${path}`);
    return await sendSigned(
      { service, region, method, url, headers, ...(body === undefined ? {} : { body }) },
      credentials,
    );
  }
}

const failure = z.object({ message: z.optional(z.string()), Message: z.optional(z.string()) });

/** AWS's message in an answer with an error. */
function messageIn(text: string): string {
  const { data } = failure.safeParse(parseJson(text));
  return data?.message ?? data?.Message ?? "without a message";
}

/** `/<bucket>/<key>`: every bucket has this form of address, also a bucket whose name contains dots. */
function objectPath(uri: string): string {
  return `/${uri.replace("s3://", "").split("/").map(encodeURIComponent).join("/")}`;
}
