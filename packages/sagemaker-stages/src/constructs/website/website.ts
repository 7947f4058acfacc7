import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CloudfrontDistribution } from "@cdktf/provider-aws/lib/cloudfront-distribution";
import { CloudfrontOriginAccessControl } from "@cdktf/provider-aws/lib/cloudfront-origin-access-control";
import { CloudfrontResponseHeadersPolicy } from "@cdktf/provider-aws/lib/cloudfront-response-headers-policy";
import { App, AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import type { ParsedWebsiteSettings } from "../../environment/settings/website";
import { websiteBucketPolicy } from "../../iam/workload/bucket-policies";
import { STAGE_ORIGIN, type WebsiteFile } from "../../page/build";
import { securityHeaders } from "../../page/headers";
import { publicDocument } from "../../page/public-document";
import { environmentBucketName, PrivateBucket } from "../storage/private-bucket";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformJson, terraformText } from "../terraform/terraform-json";

/** Props of {@link Website}. */
export interface WebsiteProps {
  readonly account: AwsScope;
  /** The environment's prefix, with which every name begins. */
  readonly environmentName: string;
  readonly settings: ParsedWebsiteSettings;
  /** The media types of bytes that the page shows, see `securityHeaders`. */
  readonly shownMediaTypes: readonly string[];
  /** Whether Terraform refuses to plan the destruction of the distribution. A new distribution has another URL. */
  readonly protected: boolean;
}

/** The page's files, and the values of the stage that the page needs. */
export interface PublishedPage {
  /** The files of the page, see `pageFiles`. */
  readonly files: readonly WebsiteFile[];
  /** The stage's URL. */
  readonly url: string;
  /** The URL's origin, to which the page may connect. */
  readonly origin: string;
  /** The API's OpenAPI document. The page receives its public part. */
  readonly openApi: unknown;
}

/**
 * AWS's managed policy CachingOptimized
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html).
 */
const CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6";

/** Browsers revalidate the files at each visit: the files are small and keep their names. */
const CACHE_CONTROL = "no-cache";

/**
 * The web page: a private bucket (TLS only, encrypted, versioned, no public access), and a CloudFront distribution that reads
 * the bucket and adds security headers to every response.
 */
export class Website extends Construct {
  /** `https://<id>.cloudfront.net`; known after the first apply. */
  readonly origin: string;
  private readonly bucket: PrivateBucket;

  constructor(scope: Construct, id: string, props: WebsiteProps) {
    super(scope, id);
    const { account, environmentName } = props;
    this.bucket = new PrivateBucket(this, {
      bucketName: environmentBucketName(account, environmentName, "website"),
      forceDestroy: !props.protected,
    });
    const distribution = this.addDistribution(props);
    this.bucket.addPolicy(
      websiteBucketPolicy({ bucketArn: this.bucket.bucket.arn, distributionArn: distribution.arn }),
    );
    this.origin = `https://${distribution.domainName}`;
  }

  /** Uploads the page's files, and the values of the stage that the page needs. */
  publish({ files, url, origin, openApi }: PublishedPage): void {
    const folder = resolve(App.of(this).outdir, "website");
    for (const { name, contentType, body } of files) {
      // The content of a file with the stage's URL is known only after an apply, so the Terraform contains this content.
      // The other files are uploaded from the disk.
      if (body.includes(STAGE_ORIGIN)) {
        this.addObject(name, contentType, { content: terraformText(body.replaceAll(STAGE_ORIGIN, origin)) });
      } else {
        const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
        mkdirSync(join(folder, hash), { recursive: true });
        const path = join(folder, hash, name);
        writeFileSync(path, body);
        const asset = new TerraformAsset(this, `${name}-asset`, { path, type: AssetType.FILE });
        this.addObject(name, contentType, { source: asset.path, sourceHash: hash });
      }
    }
    const json = "application/json";
    this.addObject("config.json", json, { content: terraformJson({ stageUrl: url }) });
    this.addObject("openapi.json", json, { content: terraformJson(publicDocument(openApi, url)) });
  }

  private addObject(
    key: string,
    contentType: string,
    body: { readonly content: string } | { readonly source: string; readonly sourceHash: string },
  ): void {
    this.bucket.addObject(key, { key, contentType, cacheControl: CACHE_CONTROL, ...body });
  }

  private addDistribution({
    account,
    environmentName,
    settings,
    shownMediaTypes,
    protected: isProtected,
  }: WebsiteProps): CloudfrontDistribution {
    const name = `${environmentName}-website`;
    const access = new CloudfrontOriginAccessControl(this, "origin-access", {
      name,
      originAccessControlOriginType: "s3",
      signingBehavior: "always",
      signingProtocol: "sigv4",
    });
    const headers = this.addHeadersPolicy(name, account.stageDomain, shownMediaTypes);
    return new CloudfrontDistribution(this, "distribution", {
      comment: name,
      enabled: true,
      isIpv6Enabled: true,
      httpVersion: "http2and3",
      priceClass: settings.priceClass,
      defaultRootObject: "index.html",
      origin: [
        {
          originId: "bucket",
          domainName: this.bucket.bucket.bucketRegionalDomainName,
          originAccessControlId: access.id,
        },
      ],
      defaultCacheBehavior: {
        targetOriginId: "bucket",
        allowedMethods: ["GET", "HEAD"],
        cachedMethods: ["GET", "HEAD"],
        compress: true,
        viewerProtocolPolicy: "redirect-to-https",
        cachePolicyId: CACHING_OPTIMIZED,
        responseHeadersPolicyId: headers.id,
      },
      restrictions: { geoRestriction: { restrictionType: "none" } },
      viewerCertificate: { cloudfrontDefaultCertificate: true },
      ...(isProtected ? { lifecycle: { preventDestroy: true } } : {}),
    });
  }

  /**
   * The header allows the page to connect to every stage of the region: the stage depends on the distribution, so that the
   * distribution cannot depend on the stage. A meta element in the page limits connections to the stage.
   */
  private addHeadersPolicy(
    name: string,
    stageDomain: string,
    shownMediaTypes: readonly string[],
  ): CloudfrontResponseHeadersPolicy {
    const headers = new Map(Object.entries(securityHeaders([`https://*.${stageDomain}`], shownMediaTypes)));
    const take = (header: string) => {
      const value = headers.get(header);
      if (value === undefined) throw new Error(`website/headers.ts: got no ${header}`);
      headers.delete(header);
      return value;
    };
    return new CloudfrontResponseHeadersPolicy(this, "headers", {
      name,
      securityHeadersConfig: {
        contentSecurityPolicy: { contentSecurityPolicy: take("Content-Security-Policy"), override: true },
        contentTypeOptions: { override: take("X-Content-Type-Options") === "nosniff" },
        frameOptions: { frameOption: take("X-Frame-Options"), override: true },
        referrerPolicy: { referrerPolicy: take("Referrer-Policy"), override: true },
        strictTransportSecurity: {
          accessControlMaxAgeSec: Number(take("Strict-Transport-Security").replace("max-age=", "")),
          override: true,
        },
      },
      customHeadersConfig: {
        items: [...headers].map(([header, value]) => ({ header, value, override: true })),
      },
    });
  }
}
