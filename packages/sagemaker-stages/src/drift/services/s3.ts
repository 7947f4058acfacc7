import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { Credentials } from "aws4";
import { serviceDomain } from "../../aws/partition";
import { percentEncode } from "../../aws/percent-encode";
import { elementOf, elementsOf, endpointUrl, sendSigned } from "../../aws/signed-request";
import type { CapturedFile, Store } from "../captured/store";
import { DriftError, NeverCaptured } from "../errors";

/** A bucket, and how to call S3. */
export interface BucketOptions {
  readonly bucket: string;
  readonly region: string;
  readonly credentials: Credentials;
  /**
   * The account that must own the bucket: S3 refuses the requests if the bucket belongs to another account
   * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html).
   *
   * @default - any account
   */
  readonly owner?: string | undefined;
}

/** The error code of S3 for a bucket that does not exist. */
const NO_BUCKET = "NoSuchBucket";

/** The error codes of S3 for an object or a bucket that the credentials may not read. */
const DENIED = ["AccessDenied", "AllAccessDisabled", "Forbidden"];

/** Objects in S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html). */
export class S3Store implements Store {
  readonly name: string;

  constructor(private readonly options: BucketOptions) {
    this.name = `s3://${options.bucket}`;
  }

  async *list(prefix: string, max = 1000): AsyncGenerator<CapturedFile> {
    let token: string | undefined;
    do {
      const query = {
        "list-type": "2",
        "max-keys": String(max),
        prefix,
        // Keys are encoded, because XML cannot contain all characters.
        "encoding-type": "url",
        ...(token === undefined ? {} : { "continuation-token": token }),
      };
      const answer = await this.get("", query);
      const xml = await answer.text();
      for (const key of elementsOf(xml, "Key")) {
        yield { path: decodeURIComponent(key.replaceAll("+", " ")) };
      }
      token = elementOf(xml, "NextContinuationToken");
    } while (token !== undefined);
  }

  async read({ path }: CapturedFile): Promise<Readable> {
    const { body } = await this.get(path, {});
    return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream);
  }

  /** @throws DriftError if the answer is not a success */
  private async get(key: string, query: Readonly<Record<string, string>>): Promise<Response> {
    const { bucket, region, credentials, owner } = this.options;
    const { origin, isCustom } = endpointUrl("S3", serviceDomain("s3", region));
    const path = key.split("/").map(percentEncode).join("/");
    // A certificate of S3 covers one label only, so that a bucket with a dot is in the path.
    const isInPath = isCustom || bucket.includes(".");
    const base = isInPath ? `${origin}/${bucket}` : origin.replace("https://", `https://${bucket}.`);
    const words = Object.entries(query).map(([name, value]) => `${name}=${percentEncode(value)}`);
    const url = new URL(`${base}/${path}${words.length === 0 ? "" : `?${words.sort().join("&")}`}`);
    const headers = owner === undefined ? {} : { "x-amz-expected-bucket-owner": owner };
    const answer = await sendSigned({ service: "s3", region, method: "GET", url, headers }, credentials);
    if (answer.ok) return answer;
    const xml = await answer.text();
    const message = this.describe(answer, xml, key, query.prefix);
    throw elementOf(xml, "Code") === NO_BUCKET ? new NeverCaptured(message) : new DriftError(message);
  }

  private describe(answer: Response, xml: string, key: string, prefix = ""): string {
    const { bucket, region } = this.options;
    const code = elementOf(xml, "Code") ?? `HTTP ${answer.status}`;
    const place = `s3://${bucket}/${key === "" ? prefix : key}`;
    const bucketRegion = answer.headers.get("x-amz-bucket-region");
    if (code === NO_BUCKET) {
      return `${place}: the bucket does not exist. Captured requests need the setting capture or dataCapture of the model, and a deployment: docs/drift.md`;
    }
    if (bucketRegion !== null && bucketRegion !== region) {
      return `${place}: got a bucket in ${bucketRegion}; allowed: a bucket in the environment's region, ${region}`;
    }
    if (DENIED.includes(code)) {
      return `${place}: ${code}. The credentials need s3:ListBucket on the bucket, s3:GetObject on the objects, and kms:Decrypt on the bucket's key: docs/drift.md`;
    }
    return `${place}: ${code}: ${elementOf(xml, "Message") ?? "no message"}`;
  }
}
