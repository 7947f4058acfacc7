import { describe, expect, it } from "@jest/globals";
import { unzipSync } from "fflate";
import { functionCode } from "../../src/constructs/function/function-code";
import { answerOrigins, uploadOrigins } from "../../src/environment/async-requests";
import type { Environment } from "../../src/environment/environment";
import type { InstanceSettings, ModelSettings } from "../../src/environment/model-settings";
import { boundaryPolicy } from "../../src/iam/deployment/boundary";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { findNetworkPolicyFaults } from "../../src/iam/network-limits";
import type { PolicyDocument, Statement } from "../../src/iam/policy-document";
import { example, exampleModel, named } from "./support/environments";
import { parseEmbedded, synthesize } from "./support/synthesized";

const ACCOUNT = "111122223333";
const BUCKET = "arn:aws:s3:::test-async-111122223333-eu-central-1";
const TOPICS = "arn:aws:sns:eu-central-1:111122223333";

const asyncModel: ModelSettings = {
  artifact: exampleModel.artifact,
  image: exampleModel.image,
  instances: { instanceType: "ml.m5.large", initialInstanceCount: 2, async: { days: 3 } },
};

/** A model with other settings of `async`. */
function modelWith(async: Required<InstanceSettings>["async"]): ModelSettings {
  return { ...asyncModel, instances: { instanceType: "ml.m5.large", initialInstanceCount: 1, async } };
}

const withAsync: Environment = {
  ...example,
  models: { "loan-default": { ...asyncModel, functionUrl: {} }, "ticket-urgency": exampleModel },
  callers: {
    shop: {
      mayInvoke: [
        { model: "loan-default", by: "route" },
        { model: "ticket-urgency", by: "route" },
      ],
      roles: ["shop"],
    },
  },
};

const keyed: Environment = {
  ...example,
  models: {
    "loan-default": modelWith({
      days: 1,
      kmsKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    }),
  },
};

const synthesized = synthesize([
  example,
  named("keyed", keyed),
  named("queues", withAsync),
  named("passing", { ...example, models: { "house-price": asyncModel } }),
  named("real-time", { ...example, models: { "loan-default": exampleModel } }),
  named("sold", {
    ...example,
    models: {
      "loan-default": { ...asyncModel, access: "API_KEY" },
      "ticket-urgency": { ...exampleModel, access: "API_KEY" },
    },
    customers: { acme: { models: ["loan-default"] }, globex: { models: ["ticket-urgency"] } },
  }),
  named("topics", {
    ...example,
    protected: true,
    models: {
      "loan-default": modelWith({
        days: 1,
        scaling: {
          minCapacity: 1,
          maxCapacity: 4,
          targetBacklogPerInstance: 2,
          scaleInCooldownInSeconds: 600,
        },
        timeoutInSeconds: 3600,
        maxConcurrentRequestsPerInstance: 4,
        successTopicArn: `${TOPICS}:done`,
        failureTopicArn: `${TOPICS}:done`,
      }),
    },
  }),
]);
const stack = synthesized.stack("queues");
const bucket = "queues-async-111122223333-eu-central-1";
const location = `s3://${bucket}/queues-loan-default`;

function codeOf(zip: Uint8Array): string {
  return Buffer.from(unzipSync(zip)["index.js"] ?? []).toString();
}

describe("an asynchronous model", () => {
  it("has a private bucket for TLS only, without versions, that deletes the objects of each endpoint", () => {
    // Act
    const { values: blocked } = stack.one("aws_s3_bucket_public_access_block");
    const { values: policy, address } = stack.one("aws_s3_bucket_policy");
    const { values: lifecycle } = stack.one("aws_s3_bucket_lifecycle_configuration");

    // Assess
    expect(stack.one("aws_s3_bucket").values).toMatchObject({ bucket, force_destroy: true });
    expect(blocked).toMatchObject({ block_public_policy: true, restrict_public_buckets: true });
    expect(parseEmbedded(policy.policy, address)).toMatchObject({
      Statement: [{ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }],
    });
    expect(stack.find("aws_s3_bucket_versioning")).toEqual([]);
    expect(lifecycle).toMatchObject({
      rule: [
        { filter: [{ prefix: "queues-loan-default/" }], expiration: [{ days: 3 }], status: "Enabled" },
        { id: "every-object", expiration: [{ days: 3 }] },
      ],
    });
  });

  it("writes results and failures below its endpoint's name, and waits for the bucket's settings", () => {
    // Act
    const { values } = stack
      .find("aws_sagemaker_endpoint_configuration")
      .find(({ address }) => address.includes("loan-default")) ?? { values: {} };

    // Assess
    expect(values).toMatchObject({
      async_inference_config: {
        output_config: { s3_output_path: `${location}/results`, s3_failure_path: `${location}/failures` },
      },
      depends_on: [expect.stringContaining("aws_s3_bucket_policy.async_policy_")],
    });
    expect(JSON.stringify(values)).not.toContain('"async":');
  });

  it("is replaced when the model becomes asynchronous, and not with later changes", () => {
    // Act
    const [own, other] = ["loan-default", "ticket-urgency"].map((model) => {
      const endpoints = stack.find("aws_sagemaker_endpoint");
      return JSON.stringify(endpoints.find(({ values }) => values.name === `queues-${model}`)?.values);
    });

    // Assess
    // The location is the same in each revision of an asynchronous endpoint, and absent in each other revision.
    expect(own).toMatch(
      /"replace_triggered_by":\["terraform_data\.loan-default_endpoint_configuration-revision_\w+\.triggers_replace\.async\.location"\]/,
    );
    expect(other).not.toContain("replace_triggered_by");
  });

  it("has its own address in Terraform, to which the endpoint of real-time requests moves", () => {
    // Prepare
    const addresses = (environment: string) =>
      synthesized
        .stack(environment)
        .find("aws_sagemaker_endpoint")
        .map(({ address }) => address);

    // Act
    const { moved } = JSON.parse(stack.text);

    // Assess
    const [from] = addresses("real-time");
    const to = addresses("queues").find((address) => address.includes("loan-default"));
    expect(from).toMatch(/^aws_sagemaker_endpoint\.loan-default_endpoint_[0-9A-F]{8}$/);
    expect(to).toMatch(/^aws_sagemaker_endpoint\.loan-default_endpoint_async-endpoint_[0-9A-F]{8}$/);
    expect(moved).toEqual([{ from, to }]);
    expect(JSON.parse(synthesized.stack("real-time").text).moved).toBeUndefined();
  });

  it("scales from zero to its instances by the waiting requests, and starts with the first request", () => {
    // Act
    const [tracking, start] = stack.find("aws_appautoscaling_policy").map(({ values }) => values);
    const { values: alarm } = stack.one("aws_cloudwatch_metric_alarm");

    // Assess
    expect(stack.one("aws_appautoscaling_target").values).toMatchObject({ min_capacity: 0, max_capacity: 2 });
    expect(tracking).toMatchObject({
      policy_type: "TargetTrackingScaling",
      target_tracking_scaling_policy_configuration: {
        target_value: 5,
        customized_metric_specification: {
          metric_name: "ApproximateBacklogSizePerInstance",
          namespace: "AWS/SageMaker",
          statistic: "Average",
          dimensions: [{ name: "EndpointName", value: "queues-loan-default" }],
        },
      },
    });
    expect(start).toMatchObject({
      name: "queues-loan-default-start",
      policy_type: "StepScaling",
      step_scaling_policy_configuration: {
        adjustment_type: "ChangeInCapacity",
        step_adjustment: [{ metric_interval_lower_bound: "0", scaling_adjustment: 1 }],
      },
    });
    expect(alarm).toMatchObject({
      alarm_name: "queues-loan-default-backlog-without-capacity",
      metric_name: "HasBacklogWithoutCapacity",
      dimensions: { EndpointName: "queues-loan-default" },
      threshold: 1,
      evaluation_periods: 2,
      alarm_actions: [
        expect.stringMatching(
          /^\$\{aws_appautoscaling_policy\.loan-default_endpoint_scaling_start-policy_\w+\.arn\}$/,
        ),
      ],
    });
  });

  it("has its own scaling, limits and topics, and no alarm if an instance always runs", () => {
    // Act
    const own = synthesized.stack("topics");
    const { values } = own.one("aws_sagemaker_endpoint_configuration");

    // Assess
    expect(values).toMatchObject({
      async_inference_config: {
        client_config: { max_concurrent_invocations_per_instance: 4 },
        output_config: {
          notification_config: { success_topic: `${TOPICS}:done`, error_topic: `${TOPICS}:done` },
        },
      },
    });
    expect(own.one("aws_appautoscaling_target").values).toMatchObject({ min_capacity: 1, max_capacity: 4 });
    expect(own.one("aws_appautoscaling_policy").values).toMatchObject({
      target_tracking_scaling_policy_configuration: { target_value: 2, scale_in_cooldown: 600 },
    });
    expect(own.types()).not.toContain("aws_cloudwatch_metric_alarm");
    expect(own.one("aws_lambda_function").values.environment?.variables).toMatchObject({
      ASYNC_TIMEOUT_IN_SECONDS: "3600",
    });
    expect(own.one("aws_s3_bucket").values).toMatchObject({ force_destroy: false });
  });

  it("has the handler of asynchronous requests with its variables, beside an unchanged handler", () => {
    // Act
    const functions = new Map(
      stack.find("aws_lambda_function").map(({ values }) => [values.function_name, values] as const),
    );
    const own = functions.get("queues-loan-default");
    const sidsOf = (model: string) =>
      stack
        .find("aws_iam_role_policy")
        .filter(({ address }) => address.includes(`${model}_function`))
        .flatMap(({ values, address }) =>
          (parseEmbedded(values.policy, address) as unknown as PolicyDocument).Statement.map(
            ({ Sid }) => Sid,
          ),
        );
    const other = functions.get("queues-ticket-urgency");

    // Assess
    const code = functionCode("loan-default", { asynchronous: true });
    expect(own?.source_code_hash).toBe(code.sha256);
    expect(sidsOf("loan-default")).toContain("InvokeEndpointAsync");
    expect(sidsOf("loan-default")).not.toContain("InvokeEndpoint");
    expect(sidsOf("ticket-urgency")).toContain("InvokeEndpoint");
    expect(codeOf(code.zip)).toContain("/async-invocations");
    expect(codeOf(functionCode("ticket-urgency").zip)).not.toContain("/async-invocations");
    expect(own?.environment?.variables).toMatchObject({ ASYNC_LOCATION: location });
    expect(own?.environment?.variables).not.toHaveProperty("ASYNC_TIMEOUT_IN_SECONDS");
    expect(other?.source_code_hash).toBe(functionCode("ticket-urgency").sha256);
    expect(Object.keys(other?.environment?.variables ?? {}).join()).not.toContain("ASYNC");
  });

  it("has four routes with the authorization of the contract's route, of which only the first has a request model", () => {
    // Act
    const { paths } = stack.openApi() as unknown as {
      paths: Record<string, Record<string, Record<string, unknown>>>;
    };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
    );
    const own = operations.filter(
      ({ name }) => name.includes("/loan-default") && !name.startsWith("options"),
    );

    // Assess
    expect(own.map(({ name }) => name)).toEqual([
      "post /loan-default",
      "get /loan-default/requests/{id}",
      "post /loan-default/uploads",
      "post /loan-default/uploads/{id}",
    ]);
    expect(own.map(({ operation }) => operation.security)).toEqual(
      Array.from({ length: 4 }, () => [{ sigv4: [] }]),
    );
    expect(own.map(({ operation }) => operation["x-amazon-apigateway-request-validator"])).toEqual([
      "body",
      "parameters",
      "parameters",
      "parameters",
    ]);
    expect(own.map(({ operation }) => Object.keys(operation.responses ?? {}))).toEqual([
      ["202", "default"],
      ["200", "202", "default"],
      ["201", "default"],
      ["202", "default"],
    ]);
    expect(operations.filter(({ name }) => name.includes("/ticket-urgency"))).toHaveLength(2);
  });

  it("lets pages send the Idempotency-Key to every route, and to the function URL, whose Location they may read", () => {
    // Act
    const preflights = Object.entries(stack.openApi().paths).flatMap(([path, { options }]) =>
      path.startsWith("/loan-default") ? [JSON.stringify(options)] : [],
    );
    const { cors } = stack.one("aws_lambda_function_url").values;

    // Assess
    expect(preflights).toHaveLength(4);
    expect(preflights.filter((text) => !text.includes("idempotency-key"))).toEqual([]);
    expect(preflights[1]).toContain("'GET,OPTIONS'");
    expect(cors?.allow_headers).toContain("idempotency-key");
    expect(cors?.expose_headers).toContain("location");
  });

  it("lets API Gateway invoke the function for exactly these routes", () => {
    // Act
    const permissions = stack
      .find("aws_lambda_permission")
      .map(({ values }) => values)
      .filter(({ function_name: name }) => name.includes("loan-default"));

    // Assess
    expect(permissions.map(({ source_arn: arn }) => arn?.replace(/^[^}]*}/, "")).sort()).toEqual([
      "/queues/GET/loan-default/requests/*",
      "/queues/POST/loan-default",
      "/queues/POST/loan-default/uploads",
      "/queues/POST/loan-default/uploads/*",
    ]);
    expect(new Set(permissions.map(({ statement_id: id }) => id)).size).toBe(4);
  });

  it("lets a caller read results of the models that it may call, and of no other model", () => {
    // Act
    const { values } = stack.one("aws_iam_policy");
    const { Statement: statements } = parseEmbedded(values.policy, "policy") as unknown as PolicyDocument;
    const routes = statements.flatMap(({ Resource = [] }) =>
      Resource.map((arn) => arn.replace(/^.*queues/, "")),
    );

    // Assess
    expect(routes).toEqual([
      "/POST/loan-default",
      "/GET/loan-default/requests/*",
      "/POST/loan-default/uploads",
      "/POST/loan-default/uploads/*",
      "/POST/ticket-urgency",
    ]);
  });

  it("has the limits of a customer on every route, and opens them with the key", () => {
    // Act
    const plans = synthesized.stack("sold").find("aws_api_gateway_usage_plan");
    const limited = plans.map(({ values }) => JSON.stringify(values).match(/\/[a-z-/{}]+\/(?:POST|GET)/g));

    // Assess
    expect(limited).toEqual([
      [
        "/loan-default/POST",
        "/loan-default/requests/{id}/GET",
        "/loan-default/uploads/POST",
        "/loan-default/uploads/{id}/POST",
      ],
      ["/ticket-urgency/POST"],
    ]);
  });
});

describe("an asynchronous model with a key of KMS", () => {
  const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  const own = synthesized.stack("keyed");
  const useOfKey = {
    Sid: "UseAsyncKey",
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: [KEY],
    Condition: {
      StringEquals: {
        "kms:ViaService": "s3.eu-central-1.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::keyed-async-111122223333-eu-central-1",
      },
    },
  };

  it("has a bucket that encrypts every object with the key, also results and failures", () => {
    // Act
    const { values } = own.one("aws_s3_bucket_server_side_encryption_configuration");
    const configuration = own.one("aws_sagemaker_endpoint_configuration").values;

    // Assess
    expect(values.rule).toEqual([
      {
        apply_server_side_encryption_by_default: { sse_algorithm: "aws:kms", kms_master_key_id: KEY },
        bucket_key_enabled: true,
      },
    ]);
    expect(configuration).toMatchObject({ async_inference_config: { output_config: { kms_key_id: KEY } } });
  });

  it("lets the roles of function and endpoint use the key through S3 for this bucket only", () => {
    // Act
    const statements = own
      .find("aws_iam_role_policy")
      .map(
        ({ values, address }) =>
          (parseEmbedded(values.policy, address) as unknown as PolicyDocument).Statement,
      )
      .map((ofRole) => ofRole.filter(({ Action }) => Action.some((action) => action.startsWith("kms:"))));

    // Assess
    expect(statements).toEqual([[useOfKey], [useOfKey]]);
  });

  it("has a boundary that permits the same use, and no deployer that may use the key", () => {
    // Prepare
    const environment = named("keyed", keyed);

    // Act
    const boundary = boundaryPolicy(environment, ACCOUNT).Statement.filter(
      ({ Sid }) => Sid === "UseAsyncKey",
    );

    // Assess
    expect(boundary).toEqual([useOfKey]);
    expect(
      JSON.stringify([deployerPolicies(environment, ACCOUNT), plannerPolicies(environment, ACCOUNT)]),
    ).not.toContain("kms:");
  });

  it("has S3's own keys without the setting", () => {
    // Act
    const { values } = stack.one("aws_s3_bucket_server_side_encryption_configuration");

    // Assess
    expect(values.rule).toEqual([{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }]);
    expect(stack.text).not.toContain("kms:");
  });
});

describe("the uploads of pages", () => {
  it("are permitted to the origins of the stage and of the function URL, with the headers of an upload only", () => {
    // Act
    const { values, address } = stack.one("aws_s3_bucket_cors_configuration");
    const policy = stack.one("aws_s3_bucket_policy").values;

    // Assess
    expect(values.cors_rule).toEqual([
      {
        allowed_methods: ["PUT"],
        allowed_origins: ["https://www.example.com"],
        allowed_headers: ["content-type", "if-none-match"],
        max_age_seconds: 600,
      },
    ]);
    // Terraform deletes the policy before the rule, and creates it after the rule.
    expect(JSON.stringify(policy)).toContain(address);
  });

  it.each([
    { what: "no origin", stage: { corsAllowOrigin: undefined }, functionUrl: {}, origins: [] },
    { what: "every origin", stage: { corsAllowOrigin: "*" }, functionUrl: {}, origins: [] },
    {
      what: "several origins",
      stage: { corsAllowOrigin: ["https://a.example.com", "https://b.example.com"] },
      functionUrl: { corsAllowOrigins: ["https://b.example.com", "https://c.example.com"] },
      origins: ["https://a.example.com", "https://b.example.com", "https://c.example.com"],
    },
  ])("have the origins $origins if the environment names $what", ({ stage: own, functionUrl, origins }) => {
    // Prepare
    const environment = {
      ...example,
      stage: { ...example.stage, ...own },
      models: { "loan-default": { ...asyncModel, functionUrl } },
    } as Environment;

    // Act and assess
    expect(uploadOrigins(environment)).toEqual(origins);
  });

  it("are not permitted to the origins of a function URL of a model that answers in real time", () => {
    // Prepare
    const corsAllowOrigins = ["https://other.example.com"];
    const other = { ...exampleModel, functionUrl: { corsAllowOrigins } };

    // Act and assess
    expect(
      uploadOrigins({ ...example, models: { "loan-default": asyncModel, "ticket-urgency": other } }),
    ).toEqual(["https://www.example.com"]);
    expect(uploadOrigins({ ...example, models: { "ticket-urgency": other } })).toEqual([]);
  });

  it("may read large answers only if a model's contract passes its answers through", () => {
    // Act
    const { values } = synthesized.stack("passing").one("aws_s3_bucket_cors_configuration");

    // Assess
    expect(values.cors_rule).toEqual([
      expect.objectContaining({ allowed_methods: ["PUT"] }),
      { allowed_methods: ["GET"], allowed_origins: ["https://www.example.com"] },
    ]);
  });

  it("may read answers from the origins of the models that pass their answers through only", () => {
    // Prepare
    const corsAllowOrigins = ["https://other.example.com"];
    const environment = {
      ...example,
      stage: { ...example.stage, corsAllowOrigin: "*" },
      models: {
        "loan-default": { ...asyncModel, functionUrl: { corsAllowOrigins } },
        "house-price": { ...asyncModel, functionUrl: { corsAllowOrigins: ["https://www.example.com"] } },
      },
    };
    const passes = { passThrough: { accept: "application/json" } };

    // Act
    const origins = [
      answerOrigins(environment, { "loan-default": {}, "house-price": passes }),
      answerOrigins(environment, { "loan-default": {}, "house-price": {} }),
      uploadOrigins(environment),
    ];

    // Assess
    expect(origins).toEqual([
      ["https://www.example.com"],
      [],
      ["https://other.example.com", "https://www.example.com"],
    ]);
  });

  it("need a permission of the deployer for this bucket only", () => {
    // Act
    const put = Object.values(deployerPolicies(withAsync, ACCOUNT))
      .flatMap((policy) => policy?.Statement ?? [])
      .filter(({ Action }) => Action.includes("s3:PutBucketCORS"));

    // Assess
    expect(put.map(({ Resource }) => Resource)).toEqual([[BUCKET]]);
    expect(JSON.stringify(deployerPolicies(example, ACCOUNT))).not.toContain("PutBucketCORS");
  });
});

describe("the policies around an environment with asynchronous models", () => {
  const statementsOf = (policies: object): Statement[] =>
    Object.values(policies as Record<string, PolicyDocument | undefined>).flatMap(
      (policy) => policy?.Statement ?? [],
    );

  it.each([
    { of: "the deployer", policies: deployerPolicies, actions: ["s3:DeleteObjectVersion"] },
    { of: "the planner", policies: plannerPolicies, actions: [] },
  ])("let $of neither read nor write inputs and results", ({ policies, actions }) => {
    // Act
    const onObjects = statementsOf(policies(withAsync, ACCOUNT)).filter(({ Resource = [] }) =>
      Resource.some((arn) => arn.startsWith(`${BUCKET}/`)),
    );

    // Assess
    expect(onObjects.flatMap(({ Action }) => Action)).toEqual(actions);
  });

  it.each([
    { kind: "a protected", isProtected: true, deleted: [] },
    { kind: "another", isProtected: false, deleted: ["s3:DeleteBucketPolicy", "s3:DeleteObjectVersion"] },
  ])("let the deployer of $kind environment delete $deleted of the bucket", ({ isProtected, deleted }) => {
    // Act
    const statements = statementsOf(deployerPolicies({ ...withAsync, protected: isProtected }, ACCOUNT));
    const actions = statements
      .filter(({ Resource = [] }) => [BUCKET, `${BUCKET}/*`].some((arn) => Resource.includes(arn)))
      .flatMap(({ Action }) => Action);

    // Assess
    expect(actions).toEqual(expect.arrayContaining(["s3:PutBucketPolicy", "s3:PutLifecycleConfiguration"]));
    // The policy is the first setting of the bucket that Terraform deletes.
    expect(actions.filter((action) => /^s3:Delete(?!Bucket$)/.test(action)).sort()).toEqual(deleted);
  });

  it("let the deployer create alarms that start instances, and no alarm with another action", () => {
    // Act
    const put = statementsOf(deployerPolicies(withAsync, ACCOUNT)).filter(
      ({ Sid }) => Sid === "PutBacklogAlarms",
    );

    // Assess
    expect(put).toEqual([
      {
        Sid: "PutBacklogAlarms",
        Effect: "Allow",
        Action: ["cloudwatch:PutMetricAlarm"],
        Resource: ["arn:aws:cloudwatch:eu-central-1:111122223333:alarm:test-*-backlog-without-capacity"],
        Condition: {
          "ForAllValues:StringLike": {
            "cloudwatch:AlarmActions":
              "arn:aws:autoscaling:eu-central-1:111122223333:scalingPolicy:*:resource/sagemaker/endpoint/test-*/variant/*:policyName/test-*-start",
          },
        },
      },
    ]);
  });

  it("name neither the bucket nor the alarm in an environment whose models answer in real time", () => {
    // Act
    const policies = JSON.stringify([
      deployerPolicies(example, ACCOUNT),
      plannerPolicies(example, ACCOUNT),
      boundaryPolicy(example, ACCOUNT),
      deployLimits({ ...example, permissionsBoundary: true }, ACCOUNT),
    ]);

    // Assess
    expect(policies).not.toMatch(/async|Async|backlog/);
  });

  it("exclude reading inputs and results from everything that a deployer can get", () => {
    // Act
    const { Statement: limits } = deployLimits({ ...withAsync, permissionsBoundary: true }, ACCOUNT);
    const onBucket = limits.filter(({ Resource = [] }) => Resource.includes(`${BUCKET}/*`));
    const actions = onBucket.flatMap(({ Action }) => Action);

    // Assess
    expect(actions).toContain("s3:DeleteObjectVersion");
    expect(actions.filter((action) => /GetObject|PutObject|s3:\*$/.test(action))).toEqual([]);
  });

  it("let the boundary of roles use the folders of asynchronous requests, and invoke asynchronously", () => {
    // Act
    const { Statement: statements } = boundaryPolicy(withAsync, ACCOUNT);
    const actionsOn = (end: string) =>
      statements
        .filter(({ Resource = [] }) => Resource.includes(`${BUCKET}/test-*/${end}/*`))
        .flatMap(({ Action }) => Action);

    // Assess
    expect(statements.find(({ Sid }) => Sid === "InvokeEndpoints")?.Action).toEqual([
      "sagemaker:InvokeEndpoint",
      "sagemaker:InvokeEndpointAsync",
    ]);
    expect(actionsOn("inputs").sort()).toEqual(["s3:GetObject", "s3:PutObject"]);
    expect(actionsOn("requests").sort()).toEqual(["s3:GetObject", "s3:PutObject"]);
    expect(actionsOn("results").sort()).toEqual(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]);
  });

  it("are refused if the policy of S3's VPC endpoint is too long for all asynchronous functions", () => {
    // Prepare
    const models = Array.from({ length: 60 }, (_, index) => [`model-${index}`, asyncModel]);

    // Act
    const faults = findNetworkPolicyFaults({
      ...example,
      network: { vpc: { availabilityZones: ["eu-central-1a"] } },
      models: Object.fromEntries(models),
    });

    // Assess
    expect(faults.map(({ got }) => got)).toContainEqual(
      expect.stringMatching(/for 60 functions with asynchronous requests/),
    );
  });
});

describe("the document of the API", () => {
  it.each([
    { what: "whose answers pass through", environment: "passing", path: "/house-price", large: true },
    { what: "whose answers the function reads", environment: "queues", path: "/loan-default", large: false },
  ])("describes the place of a large answer of a model $what: $large", ({ environment, path, large }) => {
    // Act
    const { paths } = synthesized.stack(environment).openApi() as unknown as {
      paths: Record<string, { get: { parameters: { name: string }[]; responses: object } }>;
    };

    // Assess
    const { parameters, responses } = paths[`${path}/requests/{id}`]?.get ?? {
      parameters: [],
      responses: {},
    };
    expect(parameters.map(({ name }) => name)).toEqual(large ? ["id", "redirect"] : ["id"]);
    expect(Object.keys(responses)).toEqual(
      large ? ["200", "202", "303", "default"] : ["200", "202", "default"],
    );
  });
});
