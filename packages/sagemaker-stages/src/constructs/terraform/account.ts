import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import type { Construct } from "constructs";
import type { Environment } from "../../environment/environment";
import { domainOf, partitionOf } from "../../environment/environment";
import { s3ObjectArn } from "../../iam/arn-text";

/** Where resources live, and the ARNs that follow from their names. */
export class Account {
  readonly region: string;
  readonly partition: string;
  /** Domain of the region's REST APIs: `execute-api.<region>.amazonaws.com`. */
  readonly stageDomain: string;
  /** 12 digits, or a token that Terraform resolves before it plans. */
  readonly accountId: string;

  constructor(scope: Construct, { region, accountId }: Pick<Environment, "region" | "accountId">) {
    this.region = region;
    this.partition = partitionOf(region);
    this.stageDomain = `execute-api.${region}.${domainOf(region)}`;
    // Read while planning, so that a plan shows ARNs in full either way.
    this.accountId = accountId ?? new DataAwsCallerIdentity(scope, "caller").accountId;
  }

  /** A service's name in the region, as conditions know it: `<service>.<region>.amazonaws.com`. */
  serviceName(service: string): string {
    return `${service}.${this.region}.${domainOf(this.region)}`;
  }

  /** `arn:<partition>:<service>:<region>:<account>:<resource>` */
  arn(service: string, resource: string): string {
    return `${this.arnPrefix(service)}:${resource}`;
  }

  /** `arn:<partition>:iam::<account>:role/<name>`, of a role without a path. */
  roleArn(name: string): string {
    return `arn:${this.partition}:iam::${this.accountId}:role/${name}`;
  }

  /** `arn:<partition>:iam::<account>:oidc-provider/<issuer>` @param issuer - without `https://` */
  oidcProviderArn(issuer: string): string {
    return `arn:${this.partition}:iam::${this.accountId}:oidc-provider/${issuer}`;
  }

  /** ARN of what is at a place in S3, whose key is taken literally. @param url - `s3://<bucket>/<key>` */
  objectArn(url: string): string {
    return s3ObjectArn(this.partition, url);
  }

  /** `arn:<partition>:<service>:<region>:<account>` */
  arnPrefix(service: string): string {
    return `arn:${this.partition}:${service}:${this.region}:${this.accountId}`;
  }
}
