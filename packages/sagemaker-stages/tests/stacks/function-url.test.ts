import { describe, expect, it } from "@jest/globals";
import { exampleWith, named } from "./support/environments";
import { synthesize } from "./support/synthesized";

const ORIGINS = ["https://www.example.com", "https://example.org"];
const synthesized = synthesize([
  named("without", exampleWith({})),
  named("with", exampleWith({ functionUrl: {} })),
  named("narrow", exampleWith({ functionUrl: { corsAllowOrigins: ORIGINS } })),
]);

/** The part of the OpenAPI document that holds the preflight. */
interface Document {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly options: {
          readonly "x-amazon-apigateway-integration": {
            readonly responses: {
              readonly default: { readonly responseParameters: Readonly<Record<string, string>> };
            };
          };
        };
      }
    >
  >;
}

describe("a function URL", () => {
  it("does not exist when the environment does not set functionUrl", () => {
    // Act
    const stack = synthesized.stack("without");

    // Assess
    stack.all("aws_lambda_function_url", 0);
    expect(stack.terraform.output).not.toHaveProperty("loan_default_function_url");
  });

  it("requires signed requests, and allows pages of every origin by default", () => {
    // Prepare
    const stack = synthesized.stack("with");

    // Act
    const { values } = stack.one("aws_lambda_function_url");

    // Assess
    expect(values).toEqual({
      function_name: `\${${stack.one("aws_lambda_function").address}.function_name}`,
      authorization_type: "AWS_IAM",
      cors: {
        allow_origins: ["*"],
        allow_methods: ["*"],
        allow_headers: [
          "accept",
          "authorization",
          "content-type",
          "x-amz-content-sha256",
          "x-amz-date",
          "x-amz-security-token",
          "x-api-key",
        ],
        expose_headers: ["access-control-allow-origin", "Retry-After", "x-amzn-RequestId"],
        max_age: 600,
      },
    });
  });

  it("allows the same headers and the same preflight age as the stage", () => {
    // Prepare
    const stack = synthesized.stack("with");
    const document = JSON.parse(String(stack.one("aws_api_gateway_rest_api").values.body)) as Document;

    // Act
    const { cors } = stack.one("aws_lambda_function_url").values;

    // Assess
    const { responseParameters } =
      document.paths["/loan-default"]?.options["x-amazon-apigateway-integration"].responses.default ?? {};
    expect(responseParameters).toMatchObject({
      "method.response.header.Access-Control-Allow-Headers": `'${cors.allow_headers.join(",")}'`,
      "method.response.header.Access-Control-Max-Age": `'${cors.max_age}'`,
    });
  });

  it("allows only pages of the environment's origins", () => {
    // Act
    const { cors } = synthesized.stack("narrow").one("aws_lambda_function_url").values;

    // Assess
    expect(cors.allow_origins).toEqual(ORIGINS);
  });

  it("grants no permission: the function's only permission is API Gateway's", () => {
    // Act
    const permissions = synthesized.stack("with").all("aws_lambda_permission", 1);

    // Assess
    expect(permissions.map(({ values }) => values.principal)).toEqual(["apigateway.amazonaws.com"]);
  });

  it("is in the outputs", () => {
    // Prepare
    const stack = synthesized.stack("with");

    // Act
    const output = stack.terraform.output?.loan_default_function_url;

    // Assess
    expect(output?.value).toBe(`\${${stack.one("aws_lambda_function_url").address}.function_url}`);
  });
});
