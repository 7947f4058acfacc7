import { type Partition, partitionOf } from "./partition";
import { literalInPattern } from "./wildcards";

/** Parts of an ARN (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html). */
export const ARN_PARTS = 6;

/** An ARN in its parts. A part can be a reference that Terraform resolves, or a pattern. */
export interface Arn {
  /** E.g. `aws`. */
  readonly partition: string;
  /** The service's namespace, e.g. `sagemaker`. */
  readonly service: string;
  /** @default - none: IAM and S3 name no region */
  readonly region?: string;
  /** @default - none: S3 and API Gateway name no account */
  readonly accountId?: string;
  /** The part after the account, including its colons, e.g. `endpoint/<name>`. */
  readonly resource: string;
}

/** `arn:<partition>:<service>:<region>:<account>:<resource>` */
export function buildArn({ partition, service, region = "", accountId = "", resource }: Arn): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** The parts of an ARN. @returns `undefined` for a text that is not an ARN */
export function parseArn(text: string): Required<Arn> | undefined {
  const [arn, partition = "", service = "", region = "", accountId = "", resource] = splitArn(text);
  if (arn !== "arn" || resource === undefined) return undefined;
  return { partition, service, region, accountId, resource };
}

/** Splits an ARN at its colons. The last part, the resource, can contain colons. Another text can have fewer parts. */
export function splitArn(text: string): string[] {
  const parts = text.split(":");
  if (parts.length <= ARN_PARTS) return parts;
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(":")];
}

/** The start of the ARNs of a service in a region: `arn:<partition>:<service>:<region>:` */
export function regionalArnPrefix(service: string, region: string): string {
  return `arn:${partitionOf(region)}:${service}:${region}:`;
}

/**
 * ARN of an object in S3. For all objects below a prefix, pass the prefix and append `*` to the result.
 *
 * @param url - `s3://<bucket>/<key>`; a `*` or `?` in the key is not a wildcard
 */
export function s3ObjectArn(partition: string, url: string): string {
  const resource = literalInPattern(url.replace("s3://", ""));
  return buildArn({ partition, service: "s3", resource });
}

/** Builds ARNs of one account and region. */
export class ArnFactory {
  /** The region's partition. */
  readonly partition: Partition;

  /**
   * @param region - e.g. `eu-central-1`
   * @param accountId - 12 digits, or a reference that Terraform resolves
   */
  constructor(
    readonly region: string,
    readonly accountId: string,
  ) {
    this.partition = partitionOf(region);
  }

  /** `arn:<partition>:<service>:<region>:<account>:<resource>` */
  arn(service: string, resource: string): string {
    const { partition, region, accountId } = this;
    return buildArn({ partition, service, region, accountId, resource });
  }

  /** `arn:<partition>:<service>::<account>:<resource>`, of a service without regions. */
  globalArn(service: string, resource: string): string {
    const { partition, accountId } = this;
    return buildArn({ partition, service, accountId, resource });
  }

  /** `arn:<partition>:iam::<account>:role/<name>`, of a role without a path. */
  roleArn(name: string): string {
    return this.globalArn("iam", `role/${name}`);
  }

  /** `arn:<partition>:s3:::<name>` */
  bucketArn(name: string): string {
    return buildArn({ partition: this.partition, service: "s3", resource: name });
  }

  /** {@link s3ObjectArn} in the region's partition. */
  objectArn(url: string): string {
    return s3ObjectArn(this.partition, url);
  }

  /** `arn:<partition>:ecr:<region>:<account>:repository/<repository>` @param accountId - the registry's account */
  repositoryArn(accountId: string, repository: string): string {
    return ecrRepositoryArn({ partition: this.partition, region: this.region, accountId, repository });
  }

  /** ARN of a resource of API Gateway: `arn:<partition>:apigateway:<region>::<path>`. */
  apiGatewayArn(path: string): string {
    const { partition, region } = this;
    return buildArn({ partition, service: "apigateway", region, resource: path });
  }
}

/** An image repository in ECR, in any account and region. */
export interface EcrRepository extends Pick<Required<Arn>, "partition" | "region" | "accountId"> {
  /** The repository's name. */
  readonly repository: string;
}

/** `arn:<partition>:ecr:<region>:<account>:repository/<repository>` */
export function ecrRepositoryArn({ partition, region, accountId, repository }: EcrRepository): string {
  return buildArn({ partition, service: "ecr", region, accountId, resource: `repository/${repository}` });
}

/**
 * ARN of the repository that an image is in.
 *
 * @param uri - `<account>.dkr.ecr.<region>.<domain>/<repository>` with a tag or digest
 */
export function imageRepositoryArn(uri: string, partition: string): string {
  const [registry = "", repositoryAndVersion = ""] = uri.split(/\/(.*)/s);
  const [accountId = "", , , region = ""] = registry.split(".");
  const [repository = ""] = repositoryAndVersion.split(/[:@]/);
  return ecrRepositoryArn({ partition, region, accountId, repository });
}
