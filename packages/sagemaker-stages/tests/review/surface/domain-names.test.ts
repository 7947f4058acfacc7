import { describe, expect, it } from "@jest/globals";
import { risksOf } from "../../../src/review/risks";
import { type PlannedChange, planned } from "../support/planned";
import { surfaceTexts } from "../support/texts";

const MAPPING = "aws_api_gateway_base_path_mapping";
const NAME = "aws_api_gateway_domain_name";
const SUBJECT = "domain name api.example.com";

function bodyWith(security: readonly object[]): string {
  return JSON.stringify({ openapi: "3.0.1", paths: { "/churn": { post: { security } } } });
}
const OPEN = bodyWith([]);
const SIGNED = JSON.stringify({
  openapi: "3.0.1",
  paths: { "/churn": { post: { security: [{ sigv4: [] }] } } },
  components: {
    securitySchemes: {
      sigv4: { type: "apiKey", in: "header", "x-amazon-apigateway-authtype": "awsSigv4" },
    },
  },
});

/** An API that does not change, with this document and this default address. */
function api(body: string, disable_execute_api_endpoint: boolean): PlannedChange {
  const values = {
    id: "a",
    body,
    disable_execute_api_endpoint,
    endpoint_configuration: [{ types: ["REGIONAL"] }],
  };
  return { type: "aws_api_gateway_rest_api", name: "api", before: values, after: values };
}

function mapping(part: object = {}): Record<string, unknown> {
  return { api_id: "a", stage_name: "prod", domain_name: "api.example.com", base_path: "v1", ...part };
}

function domainName(part: object = {}): Record<string, unknown> {
  return {
    domain_name: "api.example.com",
    security_policy: "TLS_1_2",
    endpoint_configuration: [{ types: ["REGIONAL"], ip_address_type: "dualstack" }],
    mutual_tls_authentication: [],
    policy: "",
    ...part,
  };
}

describe("the mapping of a domain name", () => {
  it.each<[string, PlannedChange[], object]>([
    [
      "is added to an API whose default address is enabled",
      [api(OPEN, false), { type: MAPPING, after: mapping() }],
      { kind: "added", after: "address of stage prod, below /v1", opened: false, public: false },
    ],
    [
      "is added to an API with an open route whose default address is disabled",
      [api(OPEN, true), { type: MAPPING, after: mapping({ base_path: "" }) }],
      { kind: "added", after: "address of stage prod", opened: true, public: true },
    ],
    [
      "is added to an API without an open route whose default address is disabled",
      [api(SIGNED, true), { type: MAPPING, after: mapping() }],
      { kind: "added", opened: true, public: false },
    ],
    [
      "is added to an API outside of the plan",
      [{ type: MAPPING, after: mapping() }],
      { kind: "undetermined", undetermined: true, public: true },
    ],
    [
      "is removed",
      [api(OPEN, true), { type: MAPPING, before: mapping() }],
      {
        kind: "removed",
        before: "address of stage prod, below /v1",
        opened: false,
        public: false,
      },
    ],
    [
      "has another base path",
      [api(OPEN, true), { type: MAPPING, before: mapping(), after: mapping({ base_path: "v2" }) }],
      {
        kind: "address changed",
        before: "address of stage prod, below /v1",
        after: "address of stage prod, below /v2",
        opened: false,
        public: false,
      },
    ],
    [
      "leads to another stage",
      [api(OPEN, true), { type: MAPPING, before: mapping(), after: mapping({ stage_name: "test" }) }],
      { kind: "address changed", opened: true, public: true },
    ],
  ])("is reported when it %s", (_case, changes, expected) => {
    // Act
    const found = surfaceTexts(planned(changes));

    // Assess
    expect(found).toMatchObject([{ subject: SUBJECT, ...expected }]);
  });

  it("of a new API is reported without a warning, because the review shows the API's routes", () => {
    // Prepare
    const { id: _, ...known } = api(OPEN, true).after ?? {};
    const changes: PlannedChange[] = [
      { type: "aws_api_gateway_rest_api", name: "api", after: known, unknown: { id: true } },
      { type: MAPPING, after: { ...mapping(), api_id: undefined }, unknown: { api_id: true } },
    ];

    // Act
    const found = surfaceTexts(planned(changes)).filter(({ subject }) => subject === SUBJECT);

    // Assess
    expect(found).toMatchObject([{ kind: "added", opened: false, public: false, undetermined: false }]);
  });
});

describe("a domain name", () => {
  it.each<[string, Omit<PlannedChange, "type">]>([
    ["is new and Regional", { after: domainName() }],
    ["is new, and AWS computes its policy", { after: domainName(), unknown: { policy: true } }],
    [
      "has another certificate",
      { before: domainName(), after: domainName({ regional_certificate_arn: "x" }) },
    ],
    [
      "answers IPv6, too",
      {
        before: domainName({ endpoint_configuration: [{ types: ["REGIONAL"], ip_address_type: "ipv4" }] }),
        after: domainName(),
      },
    ],
    ["is removed", { before: domainName() }],
  ])("is no address without a mapping when it %s", (_case, change) => {
    // Act
    const found = surfaceTexts(planned([{ type: NAME, ...change }]));

    // Assess
    expect(found).toEqual([]);
  });

  it.each<[string, Omit<PlannedChange, "type">]>([
    [
      "no longer requires a client certificate",
      {
        before: domainName({ mutual_tls_authentication: [{ truststore_uri: "s3://b/k" }] }),
        after: domainName(),
      },
    ],
    [
      "is no longer private",
      { before: domainName({ endpoint_configuration: [{ types: ["PRIVATE"] }] }), after: domainName() },
    ],
    ["has another policy", { before: domainName({ policy: "{}" }), after: domainName() }],
    ["is new and edge-optimized", { after: domainName({ endpoint_configuration: [{ types: ["EDGE"] }] }) }],
  ])("is undetermined when it %s", (_case, change) => {
    // Act
    const found = surfaceTexts(planned([{ type: NAME, ...change }]));

    // Assess
    expect(found).toMatchObject([{ subject: SUBJECT, kind: "undetermined", public: true }]);
  });
});

describe("a domain name of a page", () => {
  const page = (aliases: readonly string[]) => ({
    enabled: true,
    aliases,
    default_cache_behavior: [{ trusted_key_groups: [] }],
  });

  it("is reported as added and removed, without a warning", () => {
    // Act
    const found = surfaceTexts(
      planned([
        {
          type: "aws_cloudfront_distribution",
          before: page(["old.example.com", "models.example.com"]),
          after: page(["models.example.com", "new.example.com"]),
        },
      ]),
    );

    // Assess
    const flags = { opened: false, public: false, undetermined: false };
    expect(found).toMatchObject([
      { subject: "domain name new.example.com", kind: "added", after: "address of the page", ...flags },
      { subject: "domain name old.example.com", kind: "removed", before: "address of the page", ...flags },
    ]);
  });
});

describe("the API's default address", () => {
  it("is another public address when it is enabled again beside the domain name", () => {
    // Prepare
    const { before } = api(OPEN, true);
    const { after } = api(OPEN, false);
    const changes: PlannedChange[] = [
      { type: "aws_api_gateway_rest_api", name: "api", ...(before && { before }), ...(after && { after }) },
    ];

    // Act
    const found = surfaceTexts(planned(changes));

    // Assess
    expect(found).toMatchObject([
      {
        subject: "default address (execute-api) of the API",
        before: "disabled",
        after: "enabled",
        opened: true,
        public: true,
      },
    ]);
  });
});

describe("the minimum version of TLS", () => {
  const page = (minimum_protocol_version: string) => ({
    enabled: true,
    viewer_certificate: [{ minimum_protocol_version }],
  });

  it.each<[string, PlannedChange, string | undefined]>([
    [
      "a stage with TLS 1.0",
      { type: NAME, before: domainName(), after: domainName({ security_policy: "TLS_1_0" }) },
      "worse",
    ],
    [
      "a stage with TLS 1.2 after TLS 1.3",
      {
        type: NAME,
        before: domainName({ security_policy: "SecurityPolicy_TLS13_1_3_2025_09" }),
        after: domainName(),
      },
      "worse",
    ],
    [
      "a stage with TLS 1.3",
      {
        type: NAME,
        before: domainName(),
        after: domainName({ security_policy: "SecurityPolicy_TLS13_1_3_2025_09" }),
      },
      undefined,
    ],
    [
      "a stage with a policy that the review does not know, which the list of changes shows",
      { type: NAME, before: domainName(), after: domainName({ security_policy: "SecurityPolicy_New" }) },
      undefined,
    ],
    [
      "an API with TLS 1.2 after TLS 1.3",
      {
        type: "aws_api_gateway_rest_api",
        before: { security_policy: "SecurityPolicy_TLS13_1_3_2025_09" },
        after: { security_policy: "TLS_1_2" },
      },
      "worse",
    ],
    [
      "an API of a provider without the argument",
      { type: "aws_api_gateway_rest_api", before: { name: "a" }, after: { name: "b" } },
      undefined,
    ],
    [
      "a page with an older policy",
      { type: "aws_cloudfront_distribution", before: page("TLSv1.2_2021"), after: page("TLSv1.2_2019") },
      "worse",
    ],
    [
      "a page without its certificate, at CloudFront's default",
      { type: "aws_cloudfront_distribution", before: page("TLSv1.2_2021"), after: page("TLSv1") },
      "worse",
    ],
    [
      "a page with a newer policy",
      { type: "aws_cloudfront_distribution", before: page("TLSv1.2_2021"), after: page("TLSv1.3_2025") },
      undefined,
    ],
    [
      "an equal policy",
      { type: NAME, before: domainName(), after: domainName({ regional_certificate_arn: "x" }) },
      undefined,
    ],
  ])("is reported only when it is lower: %s", (_case, change, direction) => {
    // Act
    const risks = risksOf(planned([change])).filter(({ risk }) => risk === "TLS policy");

    // Assess
    expect(risks.map((risk) => risk.direction)).toEqual(direction === undefined ? [] : [direction]);
  });
});
