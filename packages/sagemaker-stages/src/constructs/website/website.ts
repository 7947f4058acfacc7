import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  CloudfrontDistribution,
  type CloudfrontDistributionConfig,
} from "@cdktf/provider-aws/lib/cloudfront-distribution";
import { CloudfrontOriginAccessControl } from "@cdktf/provider-aws/lib/cloudfront-origin-access-control";
import { CloudfrontResponseHeadersPolicy } from "@cdktf/provider-aws/lib/cloudfront-response-headers-policy";
import { App, AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import {
  type ParsedWebsiteDomain,
  PROVIDER_OF_NEWER_WEBSITE_POLICIES,
  WEBSITE_POLICIES,
} from "../../environment/settings/domain";
import type { ParsedWebsiteSettings } from "../../environment/settings/website";
import { websiteBucketPolicy } from "../../iam/workload/bucket-policies";
import { STAGE_ORIGIN, type WebsiteFile } from "../../page/build";
import type { SignInConfig } from "../../page/config";
import { securityHeaders, signInSources } from "../../page/headers";
import { publicDocument } from "../../page/public-document";
import { AliasRecords } from "../domain/alias-records";
import { certificateArnOf } from "../domain/certificate";
import { Firewall } from "../firewall/firewall";
import { environmentBucketName, PrivateBucket } from "../storage/private-bucket";
import { forCloudFront } from "../terraform/aws-providers";
import type { AwsScope } from "../terraform/aws-scope";
import { requireProviderVersion } from "../terraform/provider-version";
import { terraformJson, terraformText } from "../terraform/terraform-json";

/** Props of {@link Website}. */
export interface WebsiteProps {
  readonly account: AwsScope;
  /** The environment's prefix, with which every name begins. */
  readonly environmentName: string;
  readonly settings: ParsedWebsiteSettings;
  /** The source of CSP that allows the page to call the stage, e.g. `https://api.example.com`. */
  readonly stageSource: string;
  /** The media types of bytes that the page shows, see `securityHeaders`. */
  readonly shownMediaTypes: readonly string[];
  /** The hosts to which the page connects in addition to the stage, as CSP sources. */
  readonly connectSources: readonly string[];
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
  /** The sign-in of the page's users; `undefined` for a page without sign-in. */
  readonly signIn: SignInConfig | undefined;
}

/**
 * AWS's managed policy CachingOptimized
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html).
 */
const CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6";

/** Browsers revalidate the files at each visit: the files are small and keep their names. */
const CACHE_CONTROL = "no-cache";

/** The file with the problem document of {@link REFUSAL}. */
const REFUSED_FILE = "refused.json";

/**
 * The problem document of a 403. CloudFront cannot distinguish a refusal of the firewall from a file that does not exist, for
 * which the private bucket answers 403, too
 * (https://docs.aws.amazon.com/waf/latest/developerguide/cloudfront-waf-use-cases.html).
 */
const REFUSED = JSON.stringify({
  type: "about:blank",
  title: "Forbidden",
  status: 403,
  detail:
    "The page has no such file, or the firewall refused the request: the request matches a rule of the firewall, or this IP address sent too many requests. After too many requests, try again in a few minutes.",
});

/**
 * CloudFront's answer in place of its HTML page for a 403. A custom response of AWS WAF would reach only the refusals of the
 * rate rule, and could not have the type of a problem document
 * (https://docs.aws.amazon.com/waf/latest/developerguide/customizing-the-response-for-blocked-requests.html). CloudFront
 * keeps no refusal, so that the next visitor does not receive the answer for another address.
 */
const REFUSAL = {
  errorCode: 403,
  responseCode: 403,
  responsePagePath: `/${REFUSED_FILE}`,
  errorCachingMinTtl: 0,
};

/**
 * The web page: a private bucket (TLS only, encrypted, versioned, no public access), and a CloudFront distribution that reads
 * the bucket and adds security headers to every response.
 */
export class Website extends Construct {
  /** `https://` and the domain name, or `https://<id>.cloudfront.net`, which is known after the first apply. */
  readonly origin: string;
  /** The name of CloudFront that serves the page, for the CNAME record of a name without a hosted zone. */
  readonly target: string;
  private readonly bucket: PrivateBucket;
  private readonly hasFirewall: boolean;

  constructor(scope: Construct, id: string, props: WebsiteProps) {
    super(scope, id);
    const { account, environmentName } = props;
    this.hasFirewall = props.settings.firewall !== undefined;
    this.bucket = new PrivateBucket(this, {
      bucketName: environmentBucketName(account, environmentName, "website"),
      forceDestroy: !props.protected,
    });
    const distribution = this.addDistribution(props, this.addFirewall(props));
    this.bucket.addPolicy(
      websiteBucketPolicy({ bucketArn: this.bucket.bucket.arn, distributionArn: distribution.arn }),
    );
    const { domain } = props.settings;
    this.target = distribution.domainName;
    this.origin = `https://${domain?.name ?? distribution.domainName}`;
    if (domain?.hostedZone !== undefined) {
      new AliasRecords(this, "records", {
        domainName: domain.name,
        hostedZoneId: domain.hostedZone.id,
        target: { domainName: distribution.domainName, hostedZoneId: distribution.hostedZoneId },
      });
    }
  }

  /** Uploads the page's files, and the values of the stage that the page needs. */
  publish({ files, url, origin, openApi, signIn }: PublishedPage): void {
    const sources = [origin, ...signInSources(signIn)].join(" ");
    const folder = resolve(App.of(this).outdir, "website");
    for (const { name, contentType, body } of files) {
      // The content of a file with the stage's URL is known only after an apply, so the Terraform contains this content.
      // The other files are uploaded from the disk.
      if (body.includes(STAGE_ORIGIN)) {
        this.addObject(name, contentType, { content: terraformText(body.replaceAll(STAGE_ORIGIN, sources)) });
      } else {
        const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
        mkdirSync(join(folder, hash), { recursive: true });
        const path = join(folder, hash, name);
        writeFileSync(path, body);
        const asset = new TerraformAsset(this, `${name}-asset`, { path, type: AssetType.FILE });
        this.addObject(name, contentType, { source: asset.path, sourceHash: hash });
      }
    }
    if (this.hasFirewall) this.addObject(REFUSED_FILE, "application/problem+json", { content: REFUSED });
    const json = "application/json";
    const config = signIn === undefined ? { stageUrl: url } : { stageUrl: url, signIn };
    this.addObject("config.json", json, { content: terraformJson(config) });
    const published = publicDocument(openApi, url, signIn?.targets);
    this.addObject("openapi.json", json, { content: terraformJson(published) });
  }

  private addObject(
    key: string,
    contentType: string,
    body: { readonly content: string } | { readonly source: string; readonly sourceHash: string },
  ): void {
    this.bucket.addObject(key, { key, contentType, cacheControl: CACHE_CONTROL, ...body });
  }

  private addFirewall({
    environmentName,
    settings: { firewall: settings },
  }: WebsiteProps): Firewall | undefined {
    if (settings === undefined) return undefined;
    return new Firewall(this, "firewall", {
      name: `${environmentName}-website`,
      scope: "CLOUDFRONT",
      settings,
      // The distribution takes only GET and HEAD, and the page's own links have short query strings.
      largeParts: [],
    });
  }

  private addDistribution(
    {
      stageSource,
      environmentName,
      settings,
      shownMediaTypes,
      connectSources,
      protected: isProtected,
    }: WebsiteProps,
    firewall: Firewall | undefined,
  ): CloudfrontDistribution {
    const name = `${environmentName}-website`;
    const access = new CloudfrontOriginAccessControl(this, "origin-access", {
      name,
      originAccessControlOriginType: "s3",
      signingBehavior: "always",
      signingProtocol: "sigv4",
    });
    const sources = [stageSource, ...connectSources];
    const headers = this.addHeadersPolicy(name, sources, shownMediaTypes);
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
      ...(firewall === undefined ? {} : { webAclId: firewall.webAclArn, customErrorResponse: [REFUSAL] }),
      restrictions: { geoRestriction: { restrictionType: "none" } },
      ...this.addressesOf(settings.domain),
      ...(isProtected ? { lifecycle: { preventDestroy: true } } : {}),
    });
  }

  /** The domain name and its certificate. CloudFront's default certificate is for CloudFront's own name only. */
  private addressesOf(
    domain: ParsedWebsiteDomain | undefined,
  ): Pick<CloudfrontDistributionConfig, "aliases" | "viewerCertificate"> {
    if (domain === undefined) return { viewerCertificate: { cloudfrontDefaultCertificate: true } };
    const { name, securityPolicy } = domain;
    const acmCertificateArn = certificateArnOf(this, domain, () => forCloudFront(this));
    // CloudFront's first policy with TLS 1.2 is supported by every version of the provider.
    if (securityPolicy !== WEBSITE_POLICIES[0])
      requireProviderVersion(this, PROVIDER_OF_NEWER_WEBSITE_POLICIES);
    return {
      aliases: [name],
      viewerCertificate: {
        acmCertificateArn,
        minimumProtocolVersion: securityPolicy,
        // The other method, dedicated IP addresses, costs USD 600 a month (https://aws.amazon.com/cloudfront/pricing/).
        sslSupportMethod: "sni-only",
      },
    };
  }

  /**
   * @param connectSources - without a domain name of the stage, the first source allows every stage of the region: the stage
   * depends on the distribution, so that the distribution cannot depend on the stage. For the same reason, a source allows
   * every function URL of the region if signed-in users call one. A meta element in the page limits connections to the stage,
   * and to the hosts of the sign-in
   */
  private addHeadersPolicy(
    name: string,
    connectSources: readonly string[],
    shownMediaTypes: readonly string[],
  ): CloudfrontResponseHeadersPolicy {
    const headers = new Map(Object.entries(securityHeaders(connectSources, shownMediaTypes)));
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
