import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { signIn } from "../../examples/sign-in";
import type { Environment } from "../../src/environment/environment";
import type { Deployment } from "../../src/local/terraform/deployment";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { environments } from "../fixtures/app/environments";
import { DEV, LOAN_DEFAULT, PROD } from "./support/environments";
import { REPAID_ROW } from "./support/rows";
import { only, Stacks } from "./support/terraform";

const SYNTHESIS_TIMEOUT_IN_MS = 30_000;

let stacks: Stacks;
let folder: string;
let deployment: Deployment;

beforeAll(() => {
  stacks = new Stacks();
  folder = stacks.synthesize(DEV);
  deployment = readDeployment("dev", folder);
}, SYNTHESIS_TIMEOUT_IN_MS);

afterAll(() => {
  stacks.remove();
});

/** The effect of a change of the Terraform: the lines of differences from AWS, or the message of the error. */
function describeChange(changedFolder: string): string {
  try {
    return readDeployment("dev", changedFolder).unsupported.join("\n");
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message : error}`;
  }
}

describe("the stack of an environment with a key", () => {
  it("the stack has no unreported difference from AWS", () => {
    // Act
    const { unsupported } = deployment;

    // Assess
    expect(unsupported.filter((line) => line.includes("NOT SERVED"))).toEqual([]);
    expect(unsupported.filter((line) => line.includes("NOT INTERPRETED"))).toEqual([]);
    expect(unsupported).toEqual(
      expect.arrayContaining([
        expect.stringContaining("aws_iam_role_policy (2): permissions of roles are not enforced"),
        expect.stringContaining("aws_cloudwatch_log_group"),
        "X-Ray: no traces are sent",
      ]),
    );
  });

  it("a stack with a sign-in names the role whose permissions are enforced", () => {
    // Act
    const { unsupported } = readDeployment("sign-in", stacks.synthesize(signIn));

    // Assess
    expect(unsupported).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /aws_iam_role \(\d+\): roles are not assumed; except the role of signed-in users$/,
        ),
        expect.stringMatching(
          /aws_iam_role_policy \(\d+\): permissions of roles are not enforced.*; except the role of signed-in users$/,
        ),
      ]),
    );
  });

  it("a stack with callers is served, and only AWS evaluates the policies of the callers", () => {
    // Prepare
    const withCallers = stacks.synthesize({
      ...PROD,
      callers: {
        shop: {
          mayInvoke: [{ model: "loan-default", by: "route" }],
          roles: ["shop"],
          users: ["shop"],
          groups: ["shops"],
        },
      },
    });

    // Act
    const { unsupported } = readDeployment("prod", withCallers);

    // Assess
    expect(unsupported.filter((line) => line.includes("NOT "))).toEqual([]);
    expect(unsupported).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^aws_iam_policy \(1\): permissions of callers are not enforced/),
        expect.stringMatching(
          /^(?=.*aws_iam_group_policy_attachment \(1\))(?=.*aws_iam_role_policy_attachment \(1\)).*aws_iam_user_policy_attachment \(1\).*: see aws_iam_policy$/,
        ),
      ]),
    );
  });

  it("the function has the settings of the Terraform", () => {
    // Act
    const [fn, ...more] = deployment.functions;

    // Assess
    expect(more).toEqual([]);
    expect(fn).toMatchObject({
      name: "dev-loan-default",
      arn: "arn:aws:lambda:us-east-1:123456789012:function:dev-loan-default",
      zipFile: expect.stringMatching(/loan-default\.zip$/),
      handler: "index.handler",
      runtime: "nodejs22.x",
      timeoutInSeconds: 28,
      memorySizeInMb: 256,
      environment: { ENDPOINT_NAME: "dev-loan-default", CORS_ALLOW_ORIGIN: "*" },
      region: "us-east-1",
      logGroup: "/aws/lambda/dev-loan-default",
    });
    expect(fn?.zipFile.startsWith(folder)).toBe(true);
  });

  it.each<[number, number | undefined]>([
    [40, 40],
    [0, 0],
    [-1, undefined],
  ])(
    "the function has the reserved concurrency %i of the Terraform as %s",
    (executions, reservedConcurrency) => {
      // Prepare
      const changed = stacks.change(folder, (terraform) => {
        Object.assign(only(terraform, "aws_lambda_function"), { reserved_concurrent_executions: executions });
      });

      // Act
      const { functions, unsupported } = readDeployment("dev", changed);

      // Assess
      expect(functions.map((fn) => fn.reservedConcurrency)).toEqual([reservedConcurrency]);
      expect(unsupported.filter((line) => line.includes("reserved_concurrent_executions"))).toEqual([]);
    },
  );

  it("reports that ephemeral storage is not limited on this machine", () => {
    // Prepare
    const models = { "loan-default": { ...LOAN_DEFAULT, function: { ephemeralStorageInMb: 1024 } } };

    // Act
    const { functions, unsupported } = readDeployment("dev", stacks.synthesize({ ...DEV, models }));

    // Assess
    expect(functions).toHaveLength(1);
    expect(unsupported.filter((line) => /NOT (SERVED|INTERPRETED)/.test(line))).toEqual([]);
    expect(unsupported).toContain(
      "ephemeral storage: functions write to this machine's temporary folder, without a size limit",
    );
  });

  it("permits API Gateway to invoke the function for its route", () => {
    // Act
    const [stage] = deployment.stages;
    const [fn] = deployment.functions;

    // Assess
    expect(fn?.invocableFor).toEqual([`${stage?.executionArn}/POST/loan-default`]);
  });

  it("the stack has the stage with its limits and its API key", () => {
    // Act
    const [stage, ...more] = deployment.stages;

    // Assess
    expect(more).toEqual([]);
    expect(stage).toMatchObject({
      stageName: "dev",
      executionArn: `arn:aws:execute-api:us-east-1:123456789012:${stage?.apiId}/dev`,
      throttling: { rateLimit: 1_000, burstLimit: 2_000 },
      apiKeys: [{ value: "local-dev-key-not-a-secret", throttling: { rateLimit: 1_000, burstLimit: 2_000 } }],
    });
  });

  it("the stack has the route with its authorization, its request model and an example", () => {
    // Act
    const methods = deployment.stages[0]?.openApi.methods;

    // Assess
    expect(methods).toEqual([
      expect.objectContaining({
        httpMethod: "POST",
        path: "/loan-default",
        authorization: "API_KEY",
        requestModels: { "application/json": expect.anything() },
        example: { data: REPAID_ROW },
        integration: expect.objectContaining({ type: "aws_proxy", timeoutInMillis: 29_000 }),
      }),
      expect.objectContaining({ httpMethod: "OPTIONS", path: "/loan-default", authorization: "NONE" }),
    ]);
  });

  it("the stack has the endpoint", () => {
    // Act
    const { endpoints } = deployment;

    // Assess
    expect(endpoints).toEqual([
      {
        name: "dev-loan-default",
        model: "loan-default",
        variantName: "AllTraffic",
        compute: { kind: "serverless", maxConcurrency: 5 },
        region: "us-east-1",
        accountId: "123456789012",
      },
    ]);
  });
});

describe("the stack of an environment", () => {
  it.each(environments.map((environment) => [environment.name, environment] as const))(
    "the stack has no unreported difference from AWS: %s",
    (name, environment) => {
      // Act
      const { unsupported, stages } = readDeployment(name, stacks.synthesize(environment));

      // Assess
      expect(unsupported.filter((line) => /NOT (SERVED|INTERPRETED)/.test(line))).toEqual([]);
      expect(stages.length).toBeGreaterThan(0);
    },
  );

  it("the stack with an accountId is emulated in this account, with signed requests", () => {
    // Act
    const { accountId, stages, functions } = readDeployment("prod", stacks.synthesize(PROD));

    // Assess
    expect(accountId).toBe("444455556666");
    expect(functions[0]?.arn).toContain(":444455556666:");
    expect(stages[0]?.apiKeys).toEqual([]);
    expect(stages[0]?.openApi.methods.map(({ authorization }) => authorization)).toEqual(["AWS_IAM", "NONE"]);
  });

  it.each(["cn-north-1", "us-gov-west-1"])(
    "the stack in another partition finds its functions: %s",
    (region) => {
      // Act
      const { functions, stages } = readDeployment("dev", stacks.synthesize({ ...DEV, region }));

      // Assess
      const [{ integration } = {}] = stages[0]?.openApi.methods ?? [];
      expect(integration).toMatchObject({ uri: expect.stringContaining(`/functions/${functions[0]?.arn}/`) });
      expect(functions[0]?.invocableFor).toEqual([`${stages[0]?.executionArn}/POST/loan-default`]);
    },
  );
});

describe("the stack of an environment in a network", () => {
  it.each<[string, NonNullable<Environment["network"]>, (string | RegExp)[]]>([
    [
      "that the environment creates",
      { vpc: { availabilityZones: ["us-east-1a", "us-east-1b"] } },
      [
        "aws_vpc (1): functions use this machine's network, which is not isolated",
        /aws_subnet \(2\).*: see aws_vpc$/,
        "aws_vpc_endpoint (2): see aws_vpc: a request that the endpoint policy refuses works here and fails on AWS",
      ],
    ],
    ["that exists", { existing: { subnetIds: ["subnet-0123abcd"], securityGroupIds: ["sg-0123abcd"] } }, []],
  ])("%s is reported as this machine's network", (_, network, lines) => {
    // Act
    const { unsupported, functions } = readDeployment("dev", stacks.synthesize({ ...DEV, network }));

    // Assess
    expect(functions.map(({ name }) => name)).toEqual(["dev-loan-default"]);
    expect(unsupported.filter((line) => /NOT (SERVED|INTERPRETED)/.test(line))).toEqual([]);
    expect(unsupported).toEqual(
      expect.arrayContaining([
        ...lines.map((line) => (typeof line === "string" ? line : expect.stringMatching(line))),
        "VPC: functions use this machine's network; their subnets and security groups have no effect",
      ]),
    );
  });

  it("the network is reported only when the environment has a network", () => {
    // Act
    const { unsupported } = deployment;

    // Assess
    expect(unsupported.join("\n")).not.toContain("VPC");
  });
});

describe("the differences from AWS", () => {
  it("the differences have one line for all resources of a bucket", () => {
    // Prepare
    const models = { "loan-default": { ...LOAN_DEFAULT, access: "PUBLIC" as const } };
    const website = stacks.synthesize({ ...DEV, models, website: {} });

    // Act
    const { unsupported } = readDeployment("dev", website);

    // Assess
    const [line, ...others] = unsupported.filter((each) => each.includes("aws_s3_bucket"));
    expect(others).toEqual([]);
    expect(line).toMatch(
      /aws_s3_bucket_policy \(\d\).*: the local stage serves the page's files from this project/,
    );
    expect(unsupported).toEqual([...new Set(unsupported)]);
  });

  it("name a resource of an unknown type", () => {
    // Prepare
    const changed = stacks.change(folder, ({ resource }) => {
      resource.aws_sqs_queue = { queue: { name: "dev" } };
    });

    // Act
    const lines = describeChange(changed);

    // Assess
    expect(lines).toContain("aws_sqs_queue (1): NOT SERVED on this machine");
  });

  it.each([
    ["aws_lambda_function", { layers: ["arn:aws:lambda:us-east-1:123456789012:layer:l:1"] }],
    ["aws_lambda_permission", { source_account: "123456789012" }],
    ["aws_api_gateway_rest_api", { policy: "{}" }],
    ["aws_api_gateway_rest_api", { binary_media_types: ["*/*"] }],
    ["aws_api_gateway_stage", { variables: { color: "green" } }],
    ["aws_api_gateway_api_key", { enabled: false }],
    ["aws_api_gateway_usage_plan", { product_code: "a-product-of-the-marketplace" }],
    ["aws_sagemaker_endpoint", { deployment_status: "InService" }],
    ["aws_sagemaker_endpoint_configuration", { shadow_production_variants: {} }],
    ["aws_sagemaker_model", { container_log_group: "/models" }],
  ])("name an unknown argument: %s %j", (type, argument) => {
    // Prepare
    const changed = stacks.change(folder, (terraform) => {
      Object.assign(only(terraform, type), argument);
    });

    // Act
    const lines = describeChange(changed);

    // Assess
    expect(lines).toMatch(new RegExp(`${type}\\..*: ${Object.keys(argument)[0]} is NOT INTERPRETED`));
  });

  it.each([
    [
      "aws_api_gateway_method_settings",
      { settings: { throttling_rate_limit: 1, throttling_burst_limit: 1, caching_enabled: true } },
    ],
    ["aws_api_gateway_method_settings", { method_path: "loan-default/POST" }],
    ["aws_lambda_function", { memory_size: "a lot" }],
    ["aws_lambda_function", { function_name: `\${aws_iam_role.unknown.name}` }],
    ["aws_sagemaker_endpoint_configuration", { name: "another", production_variants: [] }],
    ["aws_sagemaker_endpoint", { endpoint_config_name: "unknown" }],
  ])(
    "the differences become an error when a known argument has an invalid value: %s %j",
    (type, argument) => {
      // Prepare
      const changed = stacks.change(folder, (terraform) => {
        Object.assign(only(terraform, type), argument);
      });

      // Act
      const lines = describeChange(changed);

      // Assess
      expect(lines).toMatch(/^refused: /);
    },
  );

  it("name an unknown member of a known argument", () => {
    // Prepare
    const changed = stacks.change(folder, (terraform) => {
      const { logging_config: logging } = only(terraform, "aws_lambda_function");
      Object.assign(logging ?? {}, { application_log_level: "FATAL" });
    });

    // Act
    const lines = describeChange(changed);

    // Assess
    expect(lines).toMatch(
      /^aws_lambda_function\..+: logging_config\.application_log_level is NOT INTERPRETED on this machine$/m,
    );
  });

  it("a permission is ignored when it permits another action than invoking", () => {
    // Prepare
    const changed = stacks.change(folder, (terraform) => {
      only(terraform, "aws_lambda_permission").action = "lambda:GetFunction";
    });

    // Act
    const { functions } = readDeployment("dev", changed);

    // Assess
    expect(functions[0]?.invocableFor).toEqual([]);
  });

  it("a stage does not accept a key when no usage plan of the key contains the stage", () => {
    // Prepare
    const withoutLink = stacks.change(folder, ({ resource }) => {
      delete resource.aws_api_gateway_usage_plan_key;
    });
    const ofAnother = stacks.change(folder, (terraform) => {
      only(terraform, "aws_api_gateway_usage_plan").api_stages = [{ api_id: "another", stage: "dev" }];
    });

    // Act
    const keys = [withoutLink, ofAnother].map((changed) => readDeployment("dev", changed).stages[0]?.apiKeys);

    // Assess
    expect(keys).toEqual([[], []]);
  });
});

describe("an API with validated parameters", () => {
  it("the API has the required parameters when the method's validator checks these parameters", () => {
    // Prepare
    const parameters = [
      { name: "q", in: "query", required: true },
      { name: "k", in: "query", required: false },
    ];
    const [checked, unchecked] = ["parameters", "body"].map((validator) =>
      stacks.changeOpenApi(folder, ({ paths }) => {
        Object.assign(paths["/loan-default"]?.post ?? {}, {
          parameters,
          "x-amazon-apigateway-request-validator": validator,
        });
      }),
    );

    // Act
    const [required, notRequired] = [checked, unchecked].map(
      (changed) => readDeployment("dev", changed ?? "").stages[0]?.openApi.methods[0]?.requiredParameters,
    );

    // Assess
    expect(required).toEqual(["q"]);
    expect(notRequired).toEqual([]);
  });
});

describe("an API with an unsupported part", () => {
  const POST = "/loan-default";

  it.each<[string, Parameters<Stacks["changeOpenApi"]>[1]]>([
    [
      "an integration of an unknown type",
      ({ paths }) => {
        Object.assign(paths[POST]?.post ?? {}, {
          "x-amazon-apigateway-integration": { type: "http_proxy", uri: "https://example.com" },
        });
      },
    ],
    [
      "a method without an integration",
      ({ paths }) => {
        delete paths[POST]?.post?.["x-amazon-apigateway-integration"];
      },
    ],
    [
      "a security scheme that is not defined",
      ({ paths }) => {
        Object.assign(paths[POST]?.post ?? {}, { security: [{ oauth: [] }] });
      },
    ],
    [
      "a security scheme of an unknown kind",
      ({ paths, components }) => {
        Object.assign(components, { securitySchemes: { oauth: { type: "oauth2", flows: {} } } });
        Object.assign(paths[POST]?.post ?? {}, { security: [{ oauth: [] }] });
      },
    ],
    [
      "an authorizer",
      ({ paths, components }) => {
        Object.assign(components, {
          securitySchemes: {
            users: {
              type: "apiKey",
              name: "Authorization",
              in: "header",
              "x-amazon-apigateway-authtype": "cognito_user_pools",
            },
          },
        });
        Object.assign(paths[POST]?.post ?? {}, { security: [{ users: [] }] });
      },
    ],
    [
      "two combined schemes",
      ({ paths, components }) => {
        Object.assign(components.securitySchemes ?? {}, {
          sigv4: {
            type: "apiKey",
            name: "Authorization",
            in: "header",
            "x-amazon-apigateway-authtype": "awsSigv4",
          },
        });
        Object.assign(paths[POST]?.post ?? {}, { security: [{ api_key: [], sigv4: [] }] });
      },
    ],
    [
      "a binary media type with a wildcard for all types",
      (document) => {
        Object.assign(document, { "x-amazon-apigateway-binary-media-types": ["image/png", "*/*"] });
      },
    ],
    [
      "a required header",
      ({ paths }) => {
        const parameters = [{ name: "x-correlation-id", in: "header", required: true }];
        Object.assign(paths[POST]?.post ?? {}, { parameters });
      },
    ],
    [
      "a path with a parameter of several segments",
      ({ paths }) => {
        Object.assign(paths, { "/models/{model+}": paths[POST] });
      },
    ],
    [
      "a parameter in a header to be validated",
      ({ paths }) => {
        Object.assign(paths[POST]?.post ?? {}, {
          parameters: [{ name: "x-k", in: "header", required: true }],
        });
      },
    ],
    [
      "a security for all methods",
      (api) => {
        delete api.paths[POST]?.post?.security;
        Object.assign(api, { security: [{ api_key: [] }] });
      },
    ],
    [
      "an unknown source of API keys",
      (api) => {
        Object.assign(api, { "x-amazon-apigateway-api-key-source": "QUERY" });
      },
    ],
    [
      "an integration with a role",
      ({ paths }) => {
        Object.assign(paths[POST]?.post?.["x-amazon-apigateway-integration"] ?? {}, {
          credentials: "arn:aws:iam::123456789012:role/invoke",
        });
      },
    ],
    [
      "a gateway response with a part of the request in it",
      (api) => {
        Object.assign(api["x-amazon-apigateway-gateway-responses"] ?? {}, {
          DEFAULT_4XX: {
            responseParameters: { "gatewayresponse.header.X-Origin": "method.request.header.Origin" },
          },
        });
      },
    ],
    [
      "a validator that is not defined",
      ({ paths }) => {
        Object.assign(paths[POST]?.post ?? {}, { "x-amazon-apigateway-request-validator": "everything" });
      },
    ],
    [
      "a resource policy",
      (api) => {
        Object.assign(api, {
          "x-amazon-apigateway-policy": {
            Version: "2012-10-17",
            Statement: [
              { Effect: "Deny", Principal: "*", Action: "execute-api:Invoke", Resource: ["execute-api:/*"] },
            ],
          },
        });
      },
    ],
    [
      "a method's own authorization",
      ({ paths }) => {
        Object.assign(paths[POST]?.post ?? {}, {
          security: [],
          "x-amazon-apigateway-auth": { type: "AWS_IAM" },
        });
      },
    ],
    [
      "binary media types",
      (api) => {
        Object.assign(api, { "x-amazon-apigateway-binary-media-types": ["*/*"] });
      },
    ],
    [
      "a method for every method",
      ({ paths }) => {
        const { post } = paths[POST] ?? {};
        if (post !== undefined) paths[POST] = { "x-amazon-apigateway-any-method": post };
      },
    ],
  ])("the API is refused, or has a reported difference: %s", (_case, change) => {
    // Prepare
    const changed = stacks.changeOpenApi(folder, change);

    // Act
    const lines = describeChange(changed);

    // Assess
    const isRefused = lines.startsWith("refused: ");
    expect(isRefused || /NOT (SERVED|INTERPRETED)/.test(lines)).toBe(true);
  });
});
