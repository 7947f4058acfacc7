import { describe, expect, it } from "@jest/globals";
import { readSchemas } from "../../documentation/provider-versions";
import type { Environment } from "../../src/environment/environment";
import type { StageDomain, WebsiteDomain } from "../../src/environment/settings/domain";
import { inTempFolder } from "../../src/testing/temp-folder";
import { type JsonObject, StackJson } from "../../src/testing/terraform";
import { createApp } from "../support/app";
import { example, exampleModel, named } from "./support/environments";
import { parseEmbedded, synthesize } from "./support/synthesized";

const ZONE = { id: "Z0123456789EXAMPLE", name: "example.com" };
const CERTIFICATE_ID = "11111111-2222-4333-8444-555555555555";
const CERTIFICATE = `arn:aws:acm:eu-central-1:111122223333:certificate/${CERTIFICATE_ID}`;
const CLOUDFRONT_CERTIFICATE = `arn:aws:acm:us-east-1:111122223333:certificate/${CERTIFICATE_ID}`;

const { corsAllowOrigin: _, ...stage } = example.stage;

function withDomains(name: string, ofStage: StageDomain, ofPage: WebsiteDomain, part = {}): Environment {
  return named(name, {
    ...example,
    stage: { ...stage, domain: { ...ofStage, name: `api.${name}.example.com` } },
    website: { domain: { ...ofPage, name: `models.${name}.example.com` } },
    models: { "ticket-urgency": { ...exampleModel, access: "PUBLIC" } },
    ...part,
  });
}

const inZone = { name: "", hostedZone: ZONE };
const stacks = synthesize([
  withDomains("zone", { ...inZone, basePath: "v1" }, inZone),
  withDomains(
    "own",
    { name: "", certificateArn: CERTIFICATE, disableExecuteApiEndpoint: false },
    { name: "", certificateArn: CLOUDFRONT_CERTIFICATE },
  ),
  withDomains("virginia", inZone, inZone, { region: "us-east-1" }),
  withDomains("kept", inZone, inZone, { protected: true }),
  named("none", example),
]);
const zone = stacks.stack("zone");
const own = stacks.stack("own");

/** The stack of an environment, without the comparison of its provider with the lock file. */
function codeOf(environment: Environment): StackJson {
  return inTempFolder((outdir) => {
    const stack = createApp([environment], { outdir }).node.findChild(environment.name);
    const code = (stack as unknown as { toTerraform(): unknown }).toTerraform();
    return new StackJson(environment.name, JSON.stringify(code));
  });
}

/** The arguments of the resource of a type whose argument has a value. */
function found(stack: StackJson, type: string, argument: string, value: string): JsonObject {
  const resources = stack.resources(type).filter(({ values }) => values[argument] === value);
  const [resource] = resources;
  if (resource === undefined || resources.length > 1)
    throw new Error(`${type}: got ${resources.length} with ${argument} ${value}; allowed: one`);
  return resource.values;
}

function addressOf(stack: StackJson, type: string, argument: string, value: string): string {
  return stack.resources(type).find(({ values }) => values[argument] === value)?.address ?? "";
}

const STAGE_NAME = "api.zone.example.com";
const PAGE_NAME = "models.zone.example.com";

describe("a stage with a domain name in a hosted zone", () => {
  const certificate = addressOf(zone, "aws_acm_certificate", "domain_name", STAGE_NAME);
  const name = zone.resource("aws_api_gateway_domain_name");

  it("has a certificate in its region, which Terraform replaces before the destruction", () => {
    // Act
    const values = found(zone, "aws_acm_certificate", "domain_name", STAGE_NAME);

    // Assess
    expect(values).toEqual({
      domain_name: STAGE_NAME,
      validation_method: "DNS",
      lifecycle: { create_before_destroy: true },
    });
  });

  it("proves the ownership of the name with the record that ACM chooses", () => {
    // Act
    const records = zone.resources("aws_route53_record").filter(({ values }) => values.type === "CNAME");
    const record = records.find(({ values }) => String(values.name).includes(certificate));

    // Assess
    expect(records).toHaveLength(2);
    expect(record?.values).toEqual({
      zone_id: ZONE.id,
      name: `\${tolist(${certificate}.domain_validation_options).0.resource_record_name}`,
      type: "CNAME",
      ttl: 300,
      records: [`\${tolist(${certificate}.domain_validation_options).0.resource_record_value}`],
    });
  });

  it("serves the name only after ACM has issued the certificate", () => {
    // Prepare
    const validation = zone
      .resources("aws_acm_certificate_validation")
      .find(({ values }) => values.certificate_arn === `\${${certificate}.arn}`);

    // Act
    const { values } = name;

    // Assess
    expect(validation?.values.validation_record_fqdns).toEqual([
      expect.stringMatching(/^\$\{aws_route53_record\.[\w-]+\.fqdn\}$/),
    ]);
    expect(values).toEqual({
      domain_name: STAGE_NAME,
      regional_certificate_arn: `\${${validation?.address}.certificate_arn}`,
      security_policy: "TLS_1_2",
      endpoint_configuration: { types: ["REGIONAL"], ip_address_type: "dualstack" },
    });
  });

  it("maps the base path to the stage", () => {
    // Act
    const { values } = zone.resource("aws_api_gateway_base_path_mapping");

    // Assess
    expect(values).toEqual({
      api_id: `\${${zone.resource("aws_api_gateway_rest_api").address}.id}`,
      stage_name: `\${${zone.resource("aws_api_gateway_stage").address}.stage_name}`,
      domain_name: `\${${name.address}.domain_name}`,
      base_path: "v1",
    });
  });

  it("has alias records for IPv4 and IPv6", () => {
    // Act
    const records = zone.resources("aws_route53_record").filter(({ values }) => values.name === STAGE_NAME);

    // Assess
    const alias = {
      name: `\${${name.address}.regional_domain_name}`,
      zone_id: `\${${name.address}.regional_zone_id}`,
      evaluate_target_health: false,
    };
    expect(records.map(({ values }) => values)).toEqual([
      { zone_id: ZONE.id, name: STAGE_NAME, type: "AAAA", alias },
      { zone_id: ZONE.id, name: STAGE_NAME, type: "A", alias },
    ]);
  });

  it("exists before the default address of an existing API closes", () => {
    // Act
    const { depends_on } = zone.resource("aws_api_gateway_rest_api").values;

    // Assess
    const records = zone.resources("aws_route53_record").filter(({ values }) => values.name === STAGE_NAME);
    expect(depends_on).toHaveLength(3);
    expect(new Set(depends_on as string[])).toEqual(
      new Set([name.address, ...records.map(({ address }) => address)]),
    );
  });

  it("disables the API's default address", () => {
    // Act
    const { values } = zone.resource("aws_api_gateway_rest_api");

    // Assess
    expect(values.disable_execute_api_endpoint).toBe(true);
  });
});

describe("a page with a domain name in a hosted zone", () => {
  const distribution = zone.resource("aws_cloudfront_distribution");

  it("has a certificate in us-east-1, and a validation record in the hosted zone", () => {
    // Act
    const certificate = found(zone, "aws_acm_certificate", "domain_name", PAGE_NAME);
    const validations = zone.resources("aws_acm_certificate_validation").map(({ values }) => values.provider);

    // Assess
    expect(certificate).toMatchObject({ provider: "aws.us_east_1", validation_method: "DNS" });
    expect(validations.filter((provider) => provider === "aws.us_east_1")).toHaveLength(1);
    expect(zone.resources("aws_route53_record").filter(({ values }) => "provider" in values)).toEqual([]);
  });

  it("serves the name with TLS 1.2 or newer", () => {
    // Act
    const { aliases, viewer_certificate } = distribution.values;

    // Assess
    expect(aliases).toEqual([PAGE_NAME]);
    expect(viewer_certificate).toEqual({
      acm_certificate_arn: expect.stringMatching(
        /^\$\{aws_acm_certificate_validation\.website_\w+\.certificate_arn\}$/,
      ),
      minimum_protocol_version: "TLSv1.2_2021",
      ssl_support_method: "sni-only",
    });
  });

  it("has alias records to the distribution", () => {
    // Act
    const records = zone.resources("aws_route53_record").filter(({ values }) => values.name === PAGE_NAME);

    // Assess
    const alias = {
      name: `\${${distribution.address}.domain_name}`,
      zone_id: `\${${distribution.address}.hosted_zone_id}`,
      evaluate_target_health: false,
    };
    expect(records.map(({ values: { type, alias: target } }) => [type, target])).toEqual([
      ["AAAA", alias],
      ["A", alias],
    ]);
  });
});

describe("every URL of a stack with domain names", () => {
  it("has the domain name in the outputs", () => {
    // Act
    const { output = {} } = zone.terraform;

    // Assess
    expect(output.stage_url?.value).toBe("https://api.zone.example.com/v1");
    expect(output.ticket_urgency_url?.value).toBe("https://api.zone.example.com/v1/ticket-urgency");
    expect(output.website_url?.value).toBe("https://models.zone.example.com");
    expect(output.execute_api_url).toEqual({
      description: "The API's default address, which is disabled",
      value: `\${${zone.resource("aws_api_gateway_stage").address}.invoke_url}`,
    });
    expect(output).not.toHaveProperty("stage_domain_target");
    expect(output).not.toHaveProperty("website_domain_target");
  });

  it("has the domain name in the page's configuration and document", () => {
    // Act
    const [config, document] = ["config.json", "openapi.json"].map((key) =>
      parseEmbedded(String(found(zone, "aws_s3_object", "key", key).content), key),
    );

    // Assess
    expect(config).toEqual({ stageUrl: "https://api.zone.example.com/v1" });
    expect(document?.servers).toEqual([{ url: "https://api.zone.example.com/v1" }]);
  });

  it("lets the page connect only to the stage's domain name", () => {
    // Act
    const { security_headers_config } = zone.resource("aws_cloudfront_response_headers_policy").values;
    const page = String(found(zone, "aws_s3_object", "key", "index.html").content);

    // Assess
    expect(JSON.stringify(security_headers_config)).toContain(
      "connect-src 'self' https://api.zone.example.com;",
    );
    expect(page).toContain("https://api.zone.example.com");
    expect(page).not.toContain("execute-api");
  });

  it("has the page's domain name as the only origin of CORS", () => {
    // Act
    const body = String(zone.resource("aws_api_gateway_rest_api").values.body);
    const { environment } = zone.resource("aws_lambda_function").values;

    // Assess
    expect(body).toContain("'https://models.zone.example.com'");
    expect(body).not.toContain("cloudfront.net");
    expect(environment).toMatchObject({
      variables: { CORS_ALLOW_ORIGIN: "https://models.zone.example.com" },
    });
  });

  it("has permissions of the API, the stage and the route, which name no domain name", () => {
    // Act
    const { source_arn } = zone.resource("aws_lambda_permission").values;

    // Assess
    expect(source_arn).toMatch(
      /^\$\{aws_api_gateway_rest_api\.\w+\.execution_arn\}\/zone\/POST\/ticket-urgency$/,
    );
  });
});

describe("a stack with existing certificates", () => {
  it("creates neither certificates nor records, and needs no resource in us-east-1", () => {
    // Act
    const types = own.types().filter((type) => /acm|route53/.test(type));

    // Assess
    expect(types).toEqual([]);
    expect(own.text).not.toContain("aws.us_east_1");
  });

  it("uses the certificates", () => {
    // Act
    const ofStage = own.resource("aws_api_gateway_domain_name").values.regional_certificate_arn;
    const ofPage = own.resource("aws_cloudfront_distribution").values.viewer_certificate;

    // Assess
    expect(ofStage).toBe(CERTIFICATE);
    expect(ofPage).toMatchObject({ acm_certificate_arn: CLOUDFRONT_CERTIFICATE });
  });

  it("has the targets of the records in the outputs", () => {
    // Act
    const { output = {} } = own.terraform;

    // Assess
    expect(output.stage_domain_target).toEqual({
      description: "The target of the CNAME record of api.own.example.com",
      value: `\${${own.resource("aws_api_gateway_domain_name").address}.regional_domain_name}`,
    });
    expect(output.website_domain_target).toEqual({
      description: "The target of the CNAME record of models.own.example.com",
      value: `\${${own.resource("aws_cloudfront_distribution").address}.domain_name}`,
    });
  });

  it("has paths without a base path and without the name of the stage", () => {
    // Act
    const { output = {} } = own.terraform;

    // Assess
    expect(own.resource("aws_api_gateway_base_path_mapping").values).not.toHaveProperty("base_path");
    expect(output.ticket_urgency_url?.value).toBe("https://api.own.example.com/ticket-urgency");
  });

  it("keeps the API's default address when the environment says so", () => {
    // Act
    const { values } = own.resource("aws_api_gateway_rest_api");

    // Assess
    expect(values.disable_execute_api_endpoint).toBe(false);
    expect(own.terraform.output?.execute_api_url?.description).toBe("The API's default address");
  });
});

describe("the default address", () => {
  // The stages of one API after each other. The code depends on nothing else.
  const lives = [undefined, true, false, undefined].map((disableExecuteApiEndpoint) =>
    codeOf(
      disableExecuteApiEndpoint === undefined
        ? named("life", { ...example, models: { "ticket-urgency": { ...exampleModel, access: "PUBLIC" } } })
        : named("life", {
            ...example,
            stage: {
              ...example.stage,
              domain: { ...inZone, name: "api.example.com", disableExecuteApiEndpoint },
            },
            models: { "ticket-urgency": { ...exampleModel, access: "PUBLIC" } },
          }),
    ),
  );

  it("has an explicit value in every stack, because Terraform keeps the state's value of an omitted argument", () => {
    // Act
    const values = lives.map(
      (stack) => stack.resource("aws_api_gateway_rest_api").values.disable_execute_api_endpoint,
    );

    // Assess
    expect(values).toEqual([false, true, false, false]);
  });

  it("changes with a new deployment, because API Gateway applies the value only with a change of a stage", () => {
    // Act
    const triggers = lives.map((stack) => stack.resource("aws_api_gateway_deployment").values.triggers);

    // Assess
    const redeployment = `\${sha256(${lives[0]?.resource("aws_api_gateway_rest_api").address}.body)}`;
    expect(triggers).toEqual([
      { redeployment },
      { redeployment, disableExecuteApiEndpoint: "true" },
      { redeployment, disableExecuteApiEndpoint: "false" },
      { redeployment },
    ]);
  });
});

describe("domain names in us-east-1", () => {
  it("need no second provider", () => {
    // Act
    const stack = stacks.stack("virginia");

    // Assess
    expect(stack.terraform.provider.aws).toHaveLength(1);
    expect(stack.resources("aws_acm_certificate").map(({ values }) => values.provider)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe("a protected environment", () => {
  it("refuses the destruction of the stage's domain name, which callers use", () => {
    // Act
    const { lifecycle } = stacks.stack("kept").resource("aws_api_gateway_domain_name").values;

    // Assess
    expect(lifecycle).toEqual({ prevent_destroy: true });
    expect(zone.resource("aws_api_gateway_domain_name").values).not.toHaveProperty("lifecycle");
  });
});

describe("a newer security policy", () => {
  const newer = codeOf(
    withDomains("newer", { ...inZone, securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09" }, inZone),
  );
  const newerPage = codeOf(withDomains("newer-page", inZone, { ...inZone, securityPolicy: "TLSv1.3_2025" }));
  const versionOf = (stack: StackJson) => stack.terraform.terraform.required_providers.aws?.version;

  it("of a stage is also the policy of the API, which decides the TLS connection", () => {
    // Act
    const [api, plainApi] = [newer, zone].map((stack) => stack.resource("aws_api_gateway_rest_api").values);
    const { triggers } = newer.resource("aws_api_gateway_deployment").values;

    // Assess
    expect(api).toMatchObject({
      security_policy: "SecurityPolicy_TLS13_1_3_2025_09",
      endpoint_access_mode: "STRICT",
    });
    expect(triggers).toMatchObject({ securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09" });
    expect(plainApi).not.toHaveProperty("security_policy");
    expect(plainApi).not.toHaveProperty("endpoint_access_mode");
  });

  it("of a stage requires a provider in whose schema the API has the arguments", () => {
    // Prepare
    const [, minimum] = /^>= ([\d.]+),/.exec(String(versionOf(newer))) ?? [];

    // Act
    const schema = readSchemas().find(({ version }) => version === minimum);

    // Assess
    expect(schema?.types.aws_api_gateway_rest_api).toMatchObject({
      security_policy: expect.stringContaining("optional"),
      endpoint_access_mode: expect.stringContaining("optional"),
    });
  });

  it("of a stage also sets the access mode, and requires a newer provider", () => {
    // Act
    const { values } = newer.resource("aws_api_gateway_domain_name");

    // Assess
    expect(values).toMatchObject({
      security_policy: "SecurityPolicy_TLS13_1_3_2025_09",
      endpoint_access_mode: "STRICT",
    });
    expect(versionOf(newer)).toBe(">= 6.66.0, < 7.0.0");
  });

  it("of a page requires a newer provider", () => {
    // Act
    const { viewer_certificate } = newerPage.resource("aws_cloudfront_distribution").values;

    // Assess
    expect(viewer_certificate).toMatchObject({ minimum_protocol_version: "TLSv1.3_2025" });
    expect(versionOf(newerPage)).toBe(">= 6.28.0, < 7.0.0");
  });

  it("is not the default, which every supported provider accepts", () => {
    // Act
    const version = versionOf(zone);

    // Assess
    expect(version).toBe(">= 5.100.0, < 7.0.0");
  });
});

describe("a stack without domain names", () => {
  it("has none of these resources, arguments and outputs", () => {
    // Act
    const none = stacks.stack("none");

    // Assess
    expect(none.types().filter((type) => /acm|route53|domain_name|base_path/.test(type))).toEqual([]);
    expect(
      Object.keys(none.terraform.output ?? {}).filter((name) => /execute_api|target/.test(name)),
    ).toEqual([]);
  });
});
