import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { securityHeaders } from "../../src/page/headers";
import { example, exampleModel, named } from "./support/environments";
import { type Found, parseEmbedded, type SynthesizedStack, synthesize } from "./support/synthesized";

const { corsAllowOrigin: _, ...stage } = example.stage;
const withPage: Environment = {
  ...example,
  stage,
  website: {},
  models: {
    "loan-default": exampleModel,
    "ticket-urgency": { ...exampleModel, access: "PUBLIC" },
  },
};
const { website: __, ...withoutPage } = withPage;
const synthesized = synthesize([
  withPage,
  named("none", withoutPage),
  named("kept", { ...withPage, protected: true }),
  named("far", { ...withPage, website: { priceClass: "PriceClass_All" } }),
]);
const stack = synthesized.stack("test");
const bucket = stack.one("aws_s3_bucket");
const distribution = stack.one("aws_cloudfront_distribution");
const PAGE_ORIGIN = `https://\${${distribution.address}.domain_name}`;

describe("an environment without a website", () => {
  it("has neither a bucket nor a distribution, and allows pages of every origin", () => {
    // Prepare
    const none = synthesized.stack("none");

    // Act
    const types = none.types().filter((type) => /_s3_|cloudfront/.test(type));

    // Assess
    expect(types).toEqual([]);
    expect(none.terraform.output).not.toHaveProperty("website_url");
    expect(corsOriginsOf(none)).toEqual(["*"]);
  });
});

describe("the bucket", () => {
  it("has a name with account and region", () => {
    // Act
    const { values } = bucket;

    // Assess
    expect(values.bucket).toBe("test-website-111122223333-eu-central-1");
  });

  it("has no public access: no ACLs, no public policies", () => {
    // Act
    const block = stack.one("aws_s3_bucket_public_access_block").values;
    const ownership = stack.one("aws_s3_bucket_ownership_controls").values;

    // Assess
    expect(block).toEqual({
      bucket: `\${${bucket.address}.id}`,
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(ownership.rule).toEqual({ object_ownership: "BucketOwnerEnforced" });
  });

  it("is encrypted and versioned", () => {
    // Act
    const encryption = stack.one("aws_s3_bucket_server_side_encryption_configuration").values;
    const versioning = stack.one("aws_s3_bucket_versioning").values;

    // Assess
    expect(encryption.rule).toEqual([
      { apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } },
    ]);
    expect(versioning.versioning_configuration).toEqual({ status: "Enabled" });
  });

  it.each([
    ["test", true],
    ["kept", false],
  ])("of %s is destroyed together with its objects: %s", (name, isDestroyed) => {
    // Act
    const { values } = synthesized.stack(name).one("aws_s3_bucket");

    // Assess
    expect(values.force_destroy).toBe(isDestroyed);
  });
});

describe("the distribution", () => {
  it.each([
    ["test", undefined],
    ["kept", { prevent_destroy: true }],
  ])("of %s, with its domain, has the lifecycle %o", (name, lifecycle) => {
    // Act
    const { values } = synthesized.stack(name).one("aws_cloudfront_distribution");

    // Assess
    expect(values.lifecycle).toEqual(lifecycle);
  });

  it("reads the bucket with signed requests", () => {
    // Act
    const [origin] = distribution.values.origin;
    const access = stack.one("aws_cloudfront_origin_access_control");

    // Assess
    expect(origin).toEqual({
      origin_id: "bucket",
      domain_name: `\${${bucket.address}.bucket_regional_domain_name}`,
      origin_access_control_id: `\${${access.address}.id}`,
    });
    expect(access.values).toMatchObject({
      origin_access_control_origin_type: "s3",
      signing_behavior: "always",
      signing_protocol: "sigv4",
    });
  });

  it("serves only GET and HEAD requests, and only over TLS", () => {
    // Act
    const { allowed_methods, viewer_protocol_policy } = distribution.values.default_cache_behavior;

    // Assess
    expect(allowed_methods).toEqual(["GET", "HEAD"]);
    expect(viewer_protocol_policy).toBe("redirect-to-https");
  });

  it.each([
    ["test", "PriceClass_100"],
    ["far", "PriceClass_All"],
  ])("of %s has the price class %s", (name, priceClass) => {
    // Act
    const { values } = synthesized.stack(name).one("aws_cloudfront_distribution");

    // Assess
    expect(values.price_class).toBe(priceClass);
  });

  it("sends every security header of the page", () => {
    // Prepare
    const expected = securityHeaders(["https://*.execute-api.eu-central-1.amazonaws.com"]);

    // Act
    const { address, values } = stack.one("aws_cloudfront_response_headers_policy");

    // Assess
    const { security_headers_config: known, custom_headers_config: custom } = values;
    expect(distribution.values.default_cache_behavior.response_headers_policy_id).toBe(`\${${address}.id}`);
    expect({
      "Content-Security-Policy": known.content_security_policy.content_security_policy,
      "Strict-Transport-Security": `max-age=${known.strict_transport_security.access_control_max_age_sec}`,
      "X-Content-Type-Options": known.content_type_options.override ? "nosniff" : "absent",
      "X-Frame-Options": known.frame_options.frame_option,
      "Referrer-Policy": known.referrer_policy.referrer_policy,
      ...Object.fromEntries(custom.items.map(({ header, value }) => [header, value])),
    }).toEqual(expected);
  });

  it("allows the page to connect only to stages of its region", () => {
    // Act
    const policy = contentSecurityPolicyOf(stack);

    // Assess
    expect(/connect-src ([^;]*)/.exec(policy)?.[1]).toBe(
      "'self' https://*.execute-api.eu-central-1.amazonaws.com",
    );
  });
});

describe("the page's files", () => {
  const objects = stack.find("aws_s3_object");
  const contentOf = (key: string): string => contentIn(objects, key);

  it("are the page, and a file with the values of its stage", () => {
    // Act
    const types = objects.map(({ values }) => [values.key, values.content_type]);

    // Assess
    expect(Object.fromEntries(types)).toEqual({
      "config.json": "application/json",
      "favicon.svg": "image/svg+xml",
      "index.html": "text/html; charset=utf-8",
      "openapi.json": "application/json",
      "page.js": "text/javascript; charset=utf-8",
      "style.css": "text/css; charset=utf-8",
    });
  });

  it("have no tags: S3 allows ten tags per object, and an environment can have 47", () => {
    // Act
    const overrides = objects.map(({ values }) => values.override_provider);

    // Assess
    expect(overrides).toEqual(objects.map(() => ({ default_tags: { tags: {} } })));
  });

  it("are uploaded after the bucket has encryption and versioning", () => {
    // Act
    const dependencies = objects.map(({ values }) => values.depends_on);

    // Assess
    const settled = [
      stack.one("aws_s3_bucket_versioning").address,
      stack.one("aws_s3_bucket_server_side_encryption_configuration").address,
    ];
    expect(dependencies).toEqual(objects.map(() => settled));
  });

  it("are revalidated by browsers at each visit, so that changes are visible at once", () => {
    // Act
    const cacheControls = new Set(objects.map(({ values }) => values.cache_control));

    // Assess
    expect([...cacheControls]).toEqual(["no-cache"]);
  });

  it("contain the stage's URL", () => {
    // Act
    const config = parseEmbedded(contentOf("config.json"), "config.json");

    // Assess
    expect(config).toEqual({ stageUrl: `\${${stack.one("aws_api_gateway_stage").address}.invoke_url}` });
  });

  it("allow the page to connect only to its own stage", () => {
    // Act
    const html = contentOf("index.html");

    // Assess
    const api = stack.one("aws_api_gateway_rest_api").address;
    expect(/http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]).toBe(
      `connect-src 'self' https://\${${api}.id}.execute-api.eu-central-1.amazonaws.com`,
    );
  });

  it("describe only the public routes, and contain no data of the account", () => {
    // Act
    const text = contentOf("openapi.json");

    // Assess
    expect(Object.keys(parseEmbedded(text, "openapi.json").paths as object)).toEqual(["/ticket-urgency"]);
    expect(text).not.toMatch(/arn:|111122223333|x-amazon/);
  });
});

describe("the stage's CORS", () => {
  it("allows only the page's origin, in the function, the preflight and the gateway responses", () => {
    // Act
    const origins = corsOriginsOf(stack);

    // Assess
    expect(origins).toEqual([PAGE_ORIGIN]);
  });
});

describe("the page's URL", () => {
  it("is in the outputs", () => {
    // Act
    const output = stack.terraform.output?.website_url;

    // Assess
    expect(output?.value).toBe(PAGE_ORIGIN);
  });
});

function contentIn(objects: readonly Found<"aws_s3_object">[], key: string): string {
  const content = objects.find(({ values }) => values.key === key)?.values.content;
  if (content === undefined) throw new Error(`no object ${key} with a content`);
  return content;
}

function contentSecurityPolicyOf(of: SynthesizedStack): string {
  const { values } = of.one("aws_cloudfront_response_headers_policy");
  return values.security_headers_config.content_security_policy.content_security_policy;
}

/** Every origin that a response of the stage allows. */
function corsOriginsOf(of: SynthesizedStack): string[] {
  const api = of.openApi();
  const parameters = [
    ...Object.values(api["x-amazon-apigateway-gateway-responses"]).map(
      (response) => response.responseParameters,
    ),
    ...Object.values(api.paths).flatMap(({ options }) =>
      Object.values(options?.["x-amazon-apigateway-integration"].responses ?? {}).map(
        (response) => response.responseParameters,
      ),
    ),
  ].flatMap((all) => Object.entries(all).filter(([name]) => /Access-Control-Allow-Origin$/i.test(name)));
  const variables = of
    .find("aws_lambda_function")
    .map(({ values }) => values.environment.variables.CORS_ALLOW_ORIGIN);
  return [...new Set([...parameters.map(([, value]) => value.replaceAll("'", "")), ...variables])].map(
    String,
  );
}
