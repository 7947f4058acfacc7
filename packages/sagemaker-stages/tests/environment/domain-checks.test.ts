import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import type { StageDomain, WebsiteDomain } from "../../src/environment/settings/domain";
import { example, exampleModel, named } from "../stacks/support/environments";
import { checkEnvironments } from "../support/app";

const ZONE = { id: "Z0123456789EXAMPLE", name: "example.com" };
const ID = "11111111-2222-4333-8444-555555555555";
const CERTIFICATE = `arn:aws:acm:eu-central-1:111122223333:certificate/${ID}`;
const CLOUDFRONT_CERTIFICATE = `arn:aws:acm:us-east-1:111122223333:certificate/${ID}`;

function withStage(domain: StageDomain): Environment {
  return { ...example, stage: { ...example.stage, domain } };
}

function withPage(domain: WebsiteDomain, stageDomain?: StageDomain): Environment {
  const { corsAllowOrigin: _, ...stage } = example.stage;
  return {
    ...example,
    stage: stageDomain === undefined ? stage : { ...stage, domain: stageDomain },
    website: { domain },
    models: { "ticket-urgency": { ...exampleModel, access: "PUBLIC" } },
  };
}

/** The faults of environments: the field, the value and the allowed values. */
function faultsOf(...environments: readonly Environment[]): string[] {
  return checkEnvironments(environments).map(
    ({ environment, field, got, allowed }) => `${environment}: ${field}: got ${got}; allowed: ${allowed}`,
  );
}

describe("a domain name", () => {
  it.each<[string, Environment]>([
    ["a stage with a hosted zone", withStage({ name: "api.example.com", hostedZone: ZONE })],
    ["a stage at the hosted zone's own name", withStage({ name: "example.com", hostedZone: ZONE })],
    [
      "a stage with a hosted zone without a name",
      withStage({ name: "api.other.org", hostedZone: { id: ZONE.id } }),
    ],
    ["a stage with a certificate", withStage({ name: "api.example.org", certificateArn: CERTIFICATE })],
    ["a name of punycode", withStage({ name: "api.xn--bcher-kva.example", certificateArn: CERTIFICATE })],
    ["a page with a hosted zone", withPage({ name: "models.example.com", hostedZone: ZONE })],
    [
      "a page with a certificate",
      withPage({ name: "models.example.com", certificateArn: CLOUDFRONT_CERTIFICATE }),
    ],
    [
      "a page and a stage",
      withPage(
        { name: "models.example.com", hostedZone: ZONE },
        { name: "api.example.com", hostedZone: ZONE, basePath: "v1.2_a-b" },
      ),
    ],
  ])("is accepted for %s", (_case, environment) => {
    // Act
    const faults = faultsOf(environment);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each([
    "API.example.com",
    "*.example.com",
    "https://api.example.com",
    "api.example.com/v1",
    "api.example.com:443",
    "api.example.com.",
    ".example.com",
    "api..example.com",
    "-api.example.com",
    "api-.example.com",
    "api_1.example.com",
    "example",
    "192.0.2.1",
    "",
    `${"a".repeat(64)}.example.com`,
    `${"a.".repeat(124)}example.com`,
  ])("is refused when it is no DNS name: %s", (name) => {
    // Act
    const faults = faultsOf(withStage({ name, certificateArn: CERTIFICATE }));

    // Assess
    expect(faults).toEqual([
      `test: stage.domain.name: got "${name}"; allowed: a DNS name such as api.example.com: lower case, no wildcard, no scheme, no dot at the end, at most 253 characters`,
    ]);
  });

  it.each([
    ["another name", "api.example.org"],
    ["a name that only ends with the zone's name", "api.notexample.com"],
    ["the zone's parent", "com.example"],
  ])("is refused outside of its hosted zone: %s", (_case, name) => {
    // Act
    const faults = faultsOf(withStage({ name, hostedZone: ZONE }));

    // Assess
    expect(faults).toEqual([
      `test: stage.domain.name: got "${name}"; allowed: example.com, or a name that ends with .example.com, because the hosted zone has this name`,
    ]);
  });

  it("is refused with a hosted zone when it is too long for a new certificate", () => {
    // Prepare
    const name = `${"a".repeat(54)}.example.com`;

    // Act
    const faults = faultsOf(withStage({ name, hostedZone: ZONE }));

    // Assess
    expect(faults).toEqual([
      `test: stage.domain.name: got ${name} of 66 characters; allowed: at most 64 characters for a new certificate, or certificateArn`,
    ]);
  });

  it("is refused with a path in place of the hosted zone's id", () => {
    // Act
    const faults = faultsOf(withStage({ name: "api.example.com", hostedZone: { id: "/hostedzone/Z012" } }));

    // Assess
    expect(faults).toEqual([
      'test: stage.domain.hostedZone.id: got "/hostedzone/Z012"; allowed: the id of a hosted zone such as Z0123456789EXAMPLE, without /hostedzone/',
    ]);
  });
});

describe("the certificate of a domain name", () => {
  it("is refused together with a hosted zone", () => {
    // Act
    const faults = faultsOf(
      withStage({ name: "api.example.com", hostedZone: ZONE, certificateArn: CERTIFICATE }),
    );

    // Assess
    expect(faults).toEqual([
      "test: stage.domain.certificateArn: got certificateArn together with hostedZone; allowed: either certificateArn or hostedZone",
    ]);
  });

  it("is required without a hosted zone", () => {
    // Act
    const faults = faultsOf(withStage({ name: "api.example.com" }));

    // Assess
    expect(faults).toEqual([
      "test: stage.domain.certificateArn: got nothing; allowed: the ARN of a certificate, or hostedZone",
    ]);
  });

  it.each<[string, Environment, string]>([
    [
      "another region than the environment's",
      withStage({ name: "api.example.com", certificateArn: CLOUDFRONT_CERTIFICATE }),
      `test: stage.domain.certificateArn: got "${CLOUDFRONT_CERTIFICATE}"; allowed: a certificate in eu-central-1, arn:aws:acm:eu-central-1:…`,
    ],
    [
      "the environment's region for a page",
      withPage({ name: "models.example.com", certificateArn: CERTIFICATE }),
      `test: website.domain.certificateArn: got "${CERTIFICATE}"; allowed: a certificate in us-east-1, arn:aws:acm:us-east-1:…`,
    ],
    [
      "another partition",
      withStage({ name: "api.example.com", certificateArn: CERTIFICATE.replace("arn:aws", "arn:aws-cn") }),
      `test: stage.domain.certificateArn: got "${CERTIFICATE.replace("arn:aws", "arn:aws-cn")}"; allowed: a certificate in eu-central-1, arn:aws:acm:eu-central-1:…`,
    ],
    [
      "another account",
      withStage({
        name: "api.example.com",
        certificateArn: CERTIFICATE.replace("111122223333", "444455556666"),
      }),
      `test: stage.domain.certificateArn: got "${CERTIFICATE.replace("111122223333", "444455556666")}"; allowed: a certificate of the account 111122223333`,
    ],
    [
      "IAM",
      withStage({
        name: "api.example.com",
        certificateArn: "arn:aws:iam::111122223333:server-certificate/api",
      }),
      'test: stage.domain.certificateArn: got "arn:aws:iam::111122223333:server-certificate/api"; allowed: the ARN of a certificate of AWS Certificate Manager',
    ],
  ])("is refused from %s", (_case, environment, fault) => {
    // Act
    const faults = faultsOf(environment);

    // Assess
    expect(faults).toContain(fault);
  });

  it("can be of any account when the environment has none", () => {
    // Prepare
    const { accountId: _, ...anyAccount } = withStage({
      name: "api.example.com",
      certificateArn: CERTIFICATE,
    });

    // Act
    const faults = faultsOf(anyAccount);

    // Assess
    expect(faults).toEqual([]);
  });
});

describe("a base path", () => {
  it.each(["v1/x", "/v1", "", "v 1", "{proxy+}", "a".repeat(65), "ping", "sping"])(
    "is refused when API Gateway refuses or reserves the path: %s",
    (basePath) => {
      // Act
      const faults = faultsOf(withStage({ name: "api.example.com", hostedZone: ZONE, basePath }));

      // Assess
      expect(faults).toEqual([
        `test: stage.domain.basePath: got "${basePath}"; allowed: 1–64 letters, digits and ._-, without a slash, other than ping and sping`,
      ]);
    },
  );
});

describe("a security policy", () => {
  it.each(["TLS_1_0", "SecurityPolicy_TLS13_2025_EDGE", "TLSv1.2_2021"])(
    "of a stage is refused when its minimum is below TLS 1.2, or when it is not for Regional domain names: %s",
    (policy) => {
      // Prepare
      const domain = { name: "api.example.com", hostedZone: ZONE, securityPolicy: policy as "TLS_1_2" };

      // Act
      const faults = faultsOf(withStage(domain));

      // Assess
      expect(faults).toEqual([expect.stringContaining(`stage.domain.securityPolicy: got "${policy}"`)]);
    },
  );

  it.each(["TLSv1", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019", "TLS_1_2"])(
    "of a page is refused when it is older than TLSv1.2_2021: %s",
    (policy) => {
      // Prepare
      const domain = {
        name: "models.example.com",
        hostedZone: ZONE,
        securityPolicy: policy as "TLSv1.2_2021",
      };

      // Act
      const faults = faultsOf(withPage(domain));

      // Assess
      expect(faults).toEqual([
        `test: website.domain.securityPolicy: got "${policy}"; allowed: TLSv1.2_2021, TLSv1.2_2025, TLSv1.3_2025`,
      ]);
    },
  );
});

describe("domain names of several stages and pages", () => {
  it("are refused when a stage and its page have the same name", () => {
    // Act
    const faults = faultsOf(
      withPage({ name: "api.example.com", hostedZone: ZONE }, { name: "api.example.com", hostedZone: ZONE }),
    );

    // Assess
    expect(faults).toEqual([
      'test: website.domain.name: got "api.example.com"; allowed: another name, because stage.domain of test has this name',
    ]);
  });

  it("are refused when two environments have the same name", () => {
    // Prepare
    const environment = withStage({ name: "api.example.com", hostedZone: ZONE });

    // Act
    const faults = faultsOf(environment, named("other", environment));

    // Assess
    expect(faults).toEqual([
      'other: stage.domain.name: got "api.example.com"; allowed: another name, because stage.domain of test has this name',
    ]);
  });
});

describe("an unknown setting of a domain name", () => {
  it.each<[string, Environment]>([
    [
      "a base path of a page",
      withPage({ name: "models.example.com", hostedZone: ZONE, basePath: "v1" } as WebsiteDomain),
    ],
    [
      "a misspelt setting",
      withStage({
        name: "api.example.com",
        hostedZone: ZONE,
        disableExecuteApi: false,
      } as StageDomain),
    ],
  ])("is refused: %s", (_case, environment) => {
    // Act
    const faults = faultsOf(environment);

    // Assess
    expect(faults).toHaveLength(1);
  });
});
