import { describe, expect, it } from "@jest/globals";
import { unzipSync } from "fflate";
import { openApi } from "../../src/constructs/api/openapi";
import { functionCode } from "../../src/constructs/function/function-code";
import type { Environment } from "../../src/environment/environment";
import { models } from "../fixtures/app/functions";
import { example, exampleModel, named } from "./support/environments";
import { parseEmbedded, synthesize } from "./support/synthesized";

const APP = "https://app.example.com";
const OTHER = "https://www.example.org:8443";

const withOrigin = (corsAllowOrigin: string | readonly string[]): Environment => ({
  ...example,
  stage: { ...example.stage, corsAllowOrigin },
});
const withPage: Environment = {
  ...withOrigin([APP]),
  website: {},
  models: { "loan-default": { ...exampleModel, access: "PUBLIC" } },
};

const synthesized = synthesize([
  named("single", withOrigin(APP)),
  named("list", withOrigin([APP])),
  named("several", withOrigin([APP, OTHER])),
  named("page", withPage),
]);

const variablesOf = (name: string) =>
  synthesized.stack(name).one("aws_lambda_function").values.environment?.variables;

describe("a list of one origin", () => {
  it("makes the same Terraform as the origin itself, byte by byte", () => {
    // Act
    const [one, list] = ["single", "list"].map((name) =>
      synthesized.stack(name).text.replaceAll(new RegExp(`\\b${name}\\b`, "g"), "NAME"),
    );

    // Assess
    expect(list).toBe(one);
  });
});

describe("several origins", () => {
  it("are a variable of the function, whose package has the code for them", () => {
    // Act
    const variables = variablesOf("several");
    const [one, several] = ["single", "several"].map(
      (name) => synthesized.stack(name).one("aws_lambda_function").values.source_code_hash,
    );

    // Assess
    expect(variables).toMatchObject({ CORS_ALLOW_ORIGIN: `${APP},${OTHER}` });
    expect(several).not.toBe(one);
    expect(several).toBe(functionCode("loan-default", { severalOrigins: true }).sha256);
    expect(one).toBe(functionCode("loan-default").sha256);
  });

  it("add less than 500 bytes to a package", () => {
    // Act
    const [one, several] = [{}, { severalOrigins: true }].map(
      (source) => functionCode("loan-default", source).zip.length,
    );

    // Assess
    expect(Number(several) - Number(one)).toBeGreaterThan(0);
    expect(Number(several) - Number(one)).toBeLessThan(500);
  });

  it("have the page's own origin as the first origin", () => {
    // Prepare
    const stack = synthesized.stack("page");
    const page = `https://\${${stack.one("aws_cloudfront_distribution").address}.domain_name}`;

    // Act
    const variables = variablesOf("page");
    const preflight = JSON.stringify(stack.openApi().paths["/loan-default"]?.options);

    // Assess
    expect(variables).toMatchObject({ CORS_ALLOW_ORIGIN: `${page},${APP}` });
    const condition = `#if($origin == "${page}" || $origin == "${APP}")`;
    expect(preflight).toContain(JSON.stringify(condition).slice(1, -1));
  });

  it("allow no credentials, and API Gateway's own responses contain only values of the request itself", () => {
    // Prepare
    const { text } = synthesized.stack("several");
    const document = parseEmbedded(
      synthesized.stack("several").one("aws_api_gateway_rest_api").values.body,
      "body",
    ) as Record<string, unknown>;
    const own = document["x-amazon-apigateway-gateway-responses"] as Record<
      string,
      { responseParameters: Record<string, string>; responseTemplates: Record<string, string> }
    >;

    // Act
    const variables = Object.values(own).flatMap(({ responseTemplates }) =>
      Object.values(responseTemplates).flatMap((template) => template.match(/\$[A-Za-z.]+/g) ?? []),
    );
    const origins = Object.values(own).map(
      ({ responseParameters }) => responseParameters["gatewayresponse.header.Access-Control-Allow-Origin"],
    );

    // Assess
    expect(text.toLowerCase()).not.toContain("allow-credentials");
    expect(new Set(origins)).toEqual(new Set(["'*'"]));
    expect([...new Set(variables)].sort()).toEqual([
      "$context.error.messageString",
      "$context.httpMethod",
      "$context.requestId",
      "$context.resourcePath",
    ]);
  });

  it("are refused for a route via API Gateway whose endpoint does not answer JSON", () => {
    // Prepare
    const { passThrough, ...contract } = models["house-price"];
    const endpoint = { endpointName: "e", roleArn: "arn:aws:iam::111122223333:role/r" };
    const props = {
      title: "t",
      region: "us-east-1",
      partition: "aws",
      corsAllowOrigin: [APP, OTHER],
      routes: [
        {
          contract: { ...contract, passThrough: { ...passThrough, accept: "text/csv" } },
          access: "PUBLIC" as const,
          endpoint,
        },
      ],
    };

    // Act
    const act = () => openApi(props);

    // Assess
    expect(act).toThrow(/stage\.corsAllowOrigin: got several origins .*house-price.*text\/csv; allowed: one/);
  });
});

describe("the package of a function with several origins", () => {
  it("does not depend on the origins", () => {
    // Act
    const code = Buffer.from(
      unzipSync(functionCode("loan-default", { severalOrigins: true }).zip)["index.js"] ?? [],
    ).toString();

    // Assess
    expect(code).not.toContain("example.com");
  });
});
