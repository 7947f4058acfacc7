import { describe, expect, it } from "@jest/globals";
import { openApi } from "../../src/constructs/api/openapi";
import type { Environment } from "../../src/environment/environment";
import type { ServerlessEndpoint, ServingSettings } from "../../src/environment/model-settings";
import { models } from "../fixtures/app/functions";
import { example, exampleModel } from "./support/environments";
import {
  type JsonObject,
  type OpenApiDocument,
  parseEmbedded,
  type SynthesizedStack,
  synthesizeOne,
} from "./support/synthesized";

/** The example with one route, without a function. */
function viaGateway(
  settings: Partial<ServingSettings & ServerlessEndpoint> = {},
  part: Partial<Environment> = {},
): Environment {
  return {
    ...example,
    ...part,
    models: { "house-price": { ...exampleModel, via: "gateway", ...settings } },
  };
}

const SHARED = "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/shared";

/** The integration of the route's method. */
function integrationOf(stack: SynthesizedStack): JsonObject {
  const operation = stack.openApi().paths["/house-price"]?.post;
  return (operation?.["x-amazon-apigateway-integration"] ?? {}) as unknown as JsonObject;
}

describe("a route via API Gateway", () => {
  it("has no function, no permission and no log group of a function", () => {
    // Act
    const stack = synthesizeOne(viaGateway());

    // Assess
    expect(stack.types().filter((type) => type.startsWith("aws_lambda"))).toEqual([]);
    expect(stack.find("aws_cloudwatch_log_group").map(({ values }) => values.name)).toEqual([
      "/aws/sagemaker/Endpoints/test-house-price",
    ]);
    expect(stack.text).not.toContain("xray:");
  });

  it("has a role for API Gateway with the permission to invoke only this endpoint", () => {
    // Act
    const stack = synthesizeOne(viaGateway({ tags: { Team: "atlas" } }));

    // Assess
    const role = stack.find("aws_iam_role").find(({ values }) => values.name === "test-house-price-gateway");
    const [policy] = stack
      .find("aws_iam_role_policy")
      .filter(({ values }) => values.role === `\${${role?.address}.name}`);
    expect(role?.values.tags).toEqual({ Team: "atlas", Model: "house-price" });
    expect(parseEmbedded(role?.values.assume_role_policy ?? "", "trust").Statement).toEqual([
      {
        Sid: "AllowApiGatewayToAssumeRole",
        Effect: "Allow",
        Principal: { Service: "apigateway.amazonaws.com" },
        Action: ["sts:AssumeRole"],
      },
    ]);
    expect(parseEmbedded(policy?.values.policy ?? "", "policy").Statement).toEqual([
      {
        Sid: "InvokeEndpoint",
        Effect: "Allow",
        Action: ["sagemaker:InvokeEndpoint"],
        Resource: ["arn:aws:sagemaker:eu-central-1:111122223333:endpoint/test-house-price"],
      },
    ]);
  });

  it("gives the role the environment's permissions boundary", () => {
    // Act
    const stack = synthesizeOne(viaGateway({}, { permissionsBoundary: true }));

    // Assess
    const role = stack.find("aws_iam_role").find(({ values }) => values.name === "test-house-price-gateway");
    expect(role?.values.permissions_boundary).toBe("arn:aws:iam::111122223333:policy/test-boundary");
  });

  it("creates the API after the policy of the role", () => {
    // Act
    const stack = synthesizeOne(viaGateway());

    // Assess
    const [policy] = stack
      .find("aws_iam_role_policy")
      .filter(({ values }) => values.name === "gateway")
      .map(({ address }) => address);
    expect(stack.one("aws_api_gateway_rest_api").values).toMatchObject({ depends_on: [policy] });
  });

  it("sends SageMaker the unchanged body, and no header of the caller", () => {
    // Act
    const { responses: _, ...integration } = integrationOf(synthesizeOne(viaGateway()));

    // Assess
    expect(integration).toEqual({
      type: "aws",
      httpMethod: "POST",
      uri: "arn:aws:apigateway:eu-central-1:runtime.sagemaker:path/endpoints/test-house-price/invocations",
      credentials: "arn:aws:iam::111122223333:role/test-house-price-gateway",
      requestParameters: {
        "integration.request.header.Accept": "'application/json'",
        "integration.request.header.Content-Type": "'application/json'",
      },
      passthroughBehavior: "never",
      requestTemplates: { "application/json": "$input.body" },
      timeoutInMillis: 29_000,
    });
  });

  it.each([
    ["the environment's own endpoint", exampleModel, "test-house-price"],
    ["an existing endpoint", { existingEndpoint: "shared-2026" }, "shared-2026"],
  ])("invokes the endpoint that the role's policy names: %s", (_, endpoint, name) => {
    // Act
    const stack = synthesizeOne({
      ...example,
      models: { "house-price": { ...endpoint, via: "gateway" } },
    });

    // Assess
    const policies = stack.find("aws_iam_role_policy").filter(({ values }) => values.name === "gateway");
    expect(integrationOf(stack).uri).toContain(`/endpoints/${name}/`);
    expect(policies.map(({ values }) => values.policy).join()).toContain(`:endpoint/${name}"`);
  });

  it.each<[string, object, string, string, object]>([
    ["a variant", { targetVariant: "blue" }, "Target-Variant", "blue", { Resource: [SHARED] }],
    [
      "one model of a multi-model endpoint",
      { targetModel: "eu/prices.tar.gz" },
      "Target-Model",
      "eu/prices.tar.gz",
      {
        Resource: [SHARED],
        Condition: { StringEquals: { "sagemaker:TargetModel": "eu/prices.tar.gz" } },
      },
    ],
    [
      "an inference component",
      { inferenceComponent: "prices" },
      "Inference-Component",
      "prices",
      { Resource: [SHARED, SHARED.replace("endpoint/shared", "inference-component/prices")] },
    ],
    [
      "a container",
      { targetContainer: "prices" },
      "Target-Container-Hostname",
      "prices",
      { Resource: [SHARED] },
    ],
  ])(
    "sends %s with each request, and the role may invoke no other target",
    (_, target, header, value, statement) => {
      // Act
      const stack = synthesizeOne({
        ...example,
        models: { "house-price": { existingEndpoint: "shared", via: "gateway", ...target } },
      });

      // Assess
      const policy = stack.find("aws_iam_role_policy").find(({ values }) => values.name === "gateway");
      expect(integrationOf(stack).requestParameters).toMatchObject({
        [`integration.request.header.X-Amzn-SageMaker-${header}`]: `'${value}'`,
      });
      expect(parseEmbedded(policy?.values.policy ?? "", "policy").Statement).toEqual([
        { Sid: "InvokeEndpoint", Effect: "Allow", Action: ["sagemaker:InvokeEndpoint"], ...statement },
      ]);
    },
  );

  it("passes bytes without a template, with the caller's media type, and documents no JSON form", () => {
    // Prepare
    const contract = {
      ...models["house-price"],
      bytes: { takes: ["image/jpeg"] },
      passThrough: { accept: "application/json" },
    };

    // Act
    const document = openApi({
      title: "test-inference",
      region: "eu-central-1",
      partition: "aws",
      corsAllowOrigin: "*",
      routes: [{ contract, access: "PUBLIC", endpoint: { endpointName: "pictures", roleArn: "arn:role" } }],
    }) as unknown as OpenApiDocument;

    // Assess
    const post = document.paths["/house-price"]?.post;
    expect(post).toMatchObject({
      parameters: [{ name: "Content-Type", in: "header", required: false }],
      "x-amazon-apigateway-integration": {
        requestParameters: {
          "integration.request.header.Content-Type": "method.request.header.Content-Type",
          "integration.request.header.Accept": "'application/json'",
        },
        passthroughBehavior: "when_no_templates",
      },
    });
    expect(post?.["x-amazon-apigateway-integration"]).not.toHaveProperty("requestTemplates");
    expect(post?.requestBody?.content).toEqual({ "image/jpeg": {} });
    expect(document).toMatchObject({
      "x-amazon-apigateway-binary-media-types": [
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "image/*",
        "image/jpeg",
        "multipart/form-data",
      ],
    });
  });

  it("names China's partition in China", () => {
    // Act
    const stack = synthesizeOne(viaGateway({}, { region: "cn-north-1" }));

    // Assess
    expect(integrationOf(stack)).toMatchObject({
      uri: "arn:aws-cn:apigateway:cn-north-1:runtime.sagemaker:path/endpoints/test-house-price/invocations",
      credentials: "arn:aws-cn:iam::111122223333:role/test-house-price-gateway",
    });
  });

  it("has one response per status, with CORS headers that the method declares", () => {
    // Act
    const stack = synthesizeOne(viaGateway());

    // Assess
    const responses = integrationOf(stack).responses as unknown as Readonly<
      Record<
        string,
        { statusCode: string; contentHandling: string; responseParameters: Record<string, string> }
      >
    >;
    const declared = stack.openApi().paths["/house-price"]?.post?.responses as unknown as Readonly<
      Record<string, { headers: object }>
    >;
    const statuses = Object.entries(responses).map(([pattern, { statusCode }]) => [pattern, statusCode]);
    expect(statuses).toEqual([
      ["200", "200"],
      ["400", "429"],
      ["408|429|5\\d{2}", "503"],
      ["default", "502"],
    ]);
    for (const { statusCode, contentHandling, responseParameters } of Object.values(responses)) {
      expect(contentHandling).toBe("CONVERT_TO_TEXT");
      const headers = Object.keys(responseParameters).map((name) =>
        name.replace("method.response.header.", ""),
      );
      expect(Object.keys(declared[statusCode]?.headers ?? {})).toEqual(headers);
      expect(responseParameters["method.response.header.Access-Control-Allow-Origin"]).toBe(
        "'https://www.example.com'",
      );
    }
  });

  it("is validated, authorized and documented like a route with a function", () => {
    // Act
    const viaFunction = synthesizeOne(viaGateway({ via: "lambda" })).openApi();
    const document = synthesizeOne(viaGateway()).openApi();

    // Assess
    const [post, ofFunction] = [document, viaFunction].map(({ paths }) => paths["/house-price"]?.post);
    for (const member of ["security", "requestBody", "x-amazon-apigateway-request-validator"] as const) {
      expect(post?.[member]).toEqual(ofFunction?.[member]);
    }
    expect(post?.responses["200"]).toMatchObject(ofFunction?.responses["200"] ?? {});
    expect(document.paths["/house-price"]?.options).toEqual(viaFunction.paths["/house-price"]?.options);
  });

  it("names the endpoint in the response to a timeout", () => {
    // Act
    const document = synthesizeOne({
      ...example,
      models: { "house-price": { ...exampleModel, via: "gateway" }, "loan-default": exampleModel },
    }).openApi();

    // Assess
    const { responseTemplates } = document["x-amazon-apigateway-gateway-responses"].INTEGRATION_TIMEOUT ?? {};
    expect(responseTemplates?.["application/json"]).toContain(
      "the function or the endpoint did not answer within 29 seconds",
    );
  });

  it("has an endpoint with the same Terraform address as a route with a function, so that a change replaces no endpoint", () => {
    // Act
    const [before, after] = (["lambda", "gateway"] as const).map((via) => synthesizeOne(viaGateway({ via })));

    // Assess
    const types = [
      "aws_sagemaker_endpoint",
      "aws_sagemaker_endpoint_configuration",
      "aws_sagemaker_model",
    ] as const;
    for (const type of types) expect(after?.find(type)).toEqual(before?.find(type));
  });

  it("has the same outputs as a route with a function", () => {
    // Act
    const [before, after] = (["lambda", "gateway"] as const).map((via) => synthesizeOne(viaGateway({ via })));

    // Assess
    expect(after?.terraform.output).toEqual(before?.terraform.output);
  });

  it("is named by its ARN in the policies of callers", () => {
    // Act
    const stack = synthesizeOne(
      viaGateway(
        {},
        { callers: { shop: { mayInvoke: [{ model: "house-price", by: "route" }], roles: ["shop"] } } },
      ),
    );

    // Assess
    expect(stack.one("aws_iam_policy").values.policy).toContain("/test/POST/house-price");
  });
});
