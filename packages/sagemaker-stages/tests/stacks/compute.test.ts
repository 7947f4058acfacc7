import { describe, expect, it } from "@jest/globals";
import { examples } from "../../examples";
import type { Environment } from "../../src/environment/environment";
import type { InstanceEndpoint, ServingSettings } from "../../src/environment/model-settings";
import { example, exampleModel, exampleWith } from "./support/environments";
import { type SynthesizedStack, synthesize, synthesizeOne } from "./support/synthesized";

const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** A dollar sign. In a literal `${`, the linter would report a mistake. */
const DOLLAR = "$";

const { serverless: _, ...withoutCompute } = exampleModel;
const onInstances: ServingSettings & InstanceEndpoint = {
  ...withoutCompute,
  instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
};

function withInstances(settings: Partial<ServingSettings & InstanceEndpoint> = {}): Environment {
  return { ...example, models: { "loan-default": { ...onInstances, ...settings } } };
}

describe("an endpoint on instances", () => {
  it("has a variant with the type and number of the instances, and no serverless configuration", () => {
    // Prepare
    const environment = withInstances({
      instances: {
        instanceType: "ml.m5.large",
        initialInstanceCount: 2,
        modelDataDownloadTimeoutInSeconds: 120,
        containerStartupHealthCheckTimeoutInSeconds: 60,
      },
    });

    // Act
    const { values } = synthesizeOne(environment).one("aws_sagemaker_endpoint_configuration");

    // Assess
    expect(values.production_variants).toEqual([
      {
        variant_name: "AllTraffic",
        model_name: expect.any(String),
        instance_type: "ml.m5.large",
        initial_instance_count: 2,
        model_data_download_timeout_in_seconds: 120,
        container_startup_health_check_timeout_in_seconds: 60,
      },
    ]);
    expect(values.kms_key_arn).toBeUndefined();
    expect(values.data_capture_config).toBeUndefined();
  });

  it("has encrypted volumes and data capture when the environment sets both", () => {
    // Prepare
    const dataCapture = { destination: "s3://amzn-s3-demo-bucket/captured", samplingPercentage: 5 };
    const environments = [
      withInstances({ volumeKeyArn: KEY, dataCapture: { ...dataCapture, kmsKeyArn: KEY } }),
      withInstances({ dataCapture: { ...dataCapture, captureModes: ["Output"] } }),
    ];

    // Act
    const [everything, least] = environments.map(
      (environment) => synthesizeOne(environment).one("aws_sagemaker_endpoint_configuration").values,
    );

    // Assess
    const captured = {
      enable_capture: true,
      destination_s3_uri: "s3://amzn-s3-demo-bucket/captured",
      initial_sampling_percentage: 5,
    };
    expect(everything).toMatchObject({ kms_key_arn: KEY });
    expect(everything?.data_capture_config).toEqual({
      ...captured,
      capture_options: [{ capture_mode: "Input" }, { capture_mode: "Output" }],
      kms_key_id: KEY,
    });
    expect(least?.data_capture_config).toEqual({
      ...captured,
      capture_options: [{ capture_mode: "Output" }],
    });
  });

  it("has a model with network isolation when the environment sets network isolation", () => {
    // Act
    const isolation = [true, false].map(
      (networkIsolation) =>
        synthesizeOne(withInstances({ networkIsolation })).one("aws_sagemaker_model").values
          .enable_network_isolation,
    );

    // Assess
    expect(isolation).toEqual([true, undefined]);
  });
});

describe("a container's environment", () => {
  it("is unchanged in the model and its revision, even if a value looks like a Terraform expression", () => {
    // Prepare
    const template = `a ${DOLLAR}{b} %{c}`;
    const environment = exampleWith({ containerEnvironment: { WORKERS: "2", TEMPLATE: template } });

    // Act
    const stack = synthesizeOne(environment);

    // Assess
    const escaped = { WORKERS: "2", TEMPLATE: `a $${DOLLAR}{b} %%{c}` };
    expect(stack.one("aws_sagemaker_model").values.primary_container.environment).toEqual(escaped);
    expect(revision(stack, "model-revision")).toMatchObject({ environment: escaped });
  });
});

describe("a setting of a model or a configuration", () => {
  const NETWORK = {
    existing: { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] },
  };
  const capture = { destination: "s3://amzn-s3-demo-bucket/captured", samplingPercentage: 5 };

  it.each<[string, Environment, Environment, boolean, boolean]>([
    [
      "a container's variable",
      withInstances(),
      withInstances({ containerEnvironment: { WORKERS: "2" } }),
      true,
      false,
    ],
    ["network isolation", withInstances(), withInstances({ networkIsolation: true }), true, false],
    [
      "the network",
      { ...withInstances(), network: NETWORK },
      { ...withInstances({ inNetwork: true }), network: NETWORK },
      true,
      false,
    ],
    [
      "the instance type",
      withInstances(),
      withInstances({ instances: { ...onInstances.instances, instanceType: "ml.c5.large" } }),
      false,
      true,
    ],
    [
      "the number of instances",
      withInstances(),
      withInstances({ instances: { ...onInstances.instances, initialInstanceCount: 3 } }),
      false,
      true,
    ],
    ["the volumes' key", withInstances(), withInstances({ volumeKeyArn: KEY }), false, true],
    ["data capture", withInstances(), withInstances({ dataCapture: capture }), false, true],
    [
      "the captured data",
      withInstances({ dataCapture: capture }),
      withInstances({ dataCapture: { ...capture, captureModes: ["Input"] } }),
      false,
      true,
    ],
    ["serverless to instances", example, withInstances(), false, true],
    [
      "autoscaling, which has separate resources",
      withInstances(),
      withInstances({
        instances: {
          ...onInstances.instances,
          autoscaling: { minCapacity: 1, maxCapacity: 4, targetInvocationsPerInstance: 100 },
        },
      }),
      false,
      false,
    ],
    [
      "the deployment, a setting of the endpoint",
      withInstances(),
      withInstances({ deployment: { terminationWaitInSeconds: 60 } }),
      false,
      false,
    ],
    [
      "the artifact's key, which only the role's policy contains",
      withInstances(),
      withInstances({ artifactKeyArn: KEY }),
      false,
      false,
    ],
    ["tags", withInstances(), withInstances({ tags: { Team: "a" } }), false, false],
  ])(
    "creates a new revision when it changes, if AWS cannot change the setting: %s",
    (_, before, after, ofModel, ofConfiguration) => {
      // Act
      const [first, second] = [before, after].map((environment) => {
        const stack = synthesizeOne(environment);
        return {
          model: JSON.stringify(revision(stack, "model-revision")),
          configuration: JSON.stringify(revision(stack, "configuration-revision")),
        };
      });

      // Assess
      expect(first?.model !== second?.model).toBe(ofModel);
      expect(first?.configuration !== second?.configuration).toBe(ofConfiguration);
    },
  );
});

describe("the role's policy", () => {
  const capture = { destination: "s3://amzn-s3-demo-bucket/captured", samplingPercentage: 5 };
  const before = withInstances({ dataCapture: capture });

  // The previous configuration needs its permissions until the update ends, and after a rollback.
  it.each<[string, Environment, boolean]>([
    ["the volumes' key", withInstances({ dataCapture: capture, volumeKeyArn: KEY }), true],
    ["the artifact's key", withInstances({ dataCapture: capture, artifactKeyArn: KEY }), true],
    [
      "the destination of data capture",
      withInstances({ dataCapture: { ...capture, destination: "s3://amzn-s3-demo-bucket/other" } }),
      true,
    ],
    ["the key of data capture", withInstances({ dataCapture: { ...capture, kmsKeyArn: KEY } }), true],
    [
      "alarms",
      withInstances({
        dataCapture: capture,
        deployment: { terminationWaitInSeconds: 120, rollbackOn: { serverErrorsPerMinute: 1 } },
      }),
      true,
    ],
    [
      "the image's repository",
      withInstances({ dataCapture: capture, image: { algorithm: "sagemaker-xgboost", tag: "1" } }),
      true,
    ],
    [
      "the sampling percentage of data capture",
      withInstances({ dataCapture: { ...capture, samplingPercentage: 6 } }),
      false,
    ],
    [
      "the image's tag",
      withInstances({ dataCapture: capture, image: { algorithm: "linear-learner", tag: "2" } }),
      false,
    ],
  ])("is created beside the previous policy when the needs change: %s", (_, after, isNew) => {
    // Act
    const [first, second] = [before, after].map((environment) => {
      const stack = synthesizeOne(environment);
      const policy = stack.all("aws_iam_role_policy", 2).find(({ values }) => values.name !== "function");
      expect(stack.one("aws_sagemaker_endpoint").values.depends_on).toContain(policy?.address);
      return { revision: revision(stack, "policy-revision"), policy: policy?.values.policy };
    });

    // Assess
    expect(JSON.stringify(first?.revision) !== JSON.stringify(second?.revision)).toBe(isNew);
    expect(first?.policy !== second?.policy).toBe(isNew);
  });
});

describe("the target tracking", () => {
  it("of instances follows their invocations", () => {
    // Prepare
    const environment = withInstances({
      instances: {
        ...onInstances.instances,
        autoscaling: {
          minCapacity: 1,
          maxCapacity: 4,
          targetInvocationsPerInstance: 250,
          scaleInCooldownInSeconds: 600,
          scaleOutCooldownInSeconds: 0,
        },
      },
    });

    // Act
    const stack = synthesizeOne(environment);

    // Assess
    const target = stack.one("aws_appautoscaling_target");
    const endpoint = stack.one("aws_sagemaker_endpoint");
    expect(target.values).toMatchObject({
      service_namespace: "sagemaker",
      resource_id: "endpoint/test-loan-default/variant/AllTraffic",
      scalable_dimension: "sagemaker:variant:DesiredInstanceCount",
      min_capacity: 1,
      max_capacity: 4,
      depends_on: [endpoint.address],
    });
    const { values: policy } = stack.one("aws_appautoscaling_policy");
    expect(policy).toMatchObject({
      policy_type: "TargetTrackingScaling",
      service_namespace: `\${${target.address}.service_namespace}`,
      resource_id: `\${${target.address}.resource_id}`,
      scalable_dimension: `\${${target.address}.scalable_dimension}`,
    });
    expect(policy.target_tracking_scaling_policy_configuration).toEqual({
      predefined_metric_specification: { predefined_metric_type: "SageMakerVariantInvocationsPerInstance" },
      target_value: 250,
      scale_in_cooldown: 600,
      scale_out_cooldown: 0,
    });
  });

  // AWS refuses to change the type of a registered variant.
  it("of instances is replaced only when the instance type changes", () => {
    // Prepare
    const environment = withInstances({
      instances: {
        ...onInstances.instances,
        autoscaling: { minCapacity: 1, maxCapacity: 4, targetInvocationsPerInstance: 250 },
      },
    });

    // Act
    const stack = synthesizeOne(environment);

    // Assess
    const fixed = stack.all("terraform_data", 4).find(({ address }) => address.includes("fixed"));
    expect(fixed?.values.triggers_replace).toEqual({ instanceType: "ml.m5.large" });
    for (const type of ["aws_appautoscaling_target", "aws_appautoscaling_policy"] as const) {
      expect(stack.one(type).values.lifecycle).toEqual({ replace_triggered_by: [fixed?.address] });
    }
  });

  it("of provisioned concurrency follows its use", () => {
    // Prepare
    const environment = exampleWith({
      serverless: {
        ...exampleModel.serverless,
        provisionedConcurrency: 1,
        autoscaling: { minCapacity: 1, maxCapacity: 5, targetUtilization: 0.7 },
      },
    });

    // Act
    const stack = synthesizeOne(environment);

    // Assess
    expect(stack.one("aws_appautoscaling_target").values).toEqual({
      service_namespace: "sagemaker",
      resource_id: "endpoint/test-loan-default/variant/AllTraffic",
      scalable_dimension: "sagemaker:variant:DesiredProvisionedConcurrency",
      min_capacity: 1,
      max_capacity: 5,
      depends_on: [stack.one("aws_sagemaker_endpoint").address],
      tags: { Model: "loan-default" },
    });
    expect(
      stack.one("aws_appautoscaling_policy").values.target_tracking_scaling_policy_configuration,
    ).toEqual({
      predefined_metric_specification: {
        predefined_metric_type: "SageMakerVariantProvisionedConcurrencyUtilization",
      },
      target_value: 0.7,
    });
    expect(stack.one("aws_sagemaker_endpoint_configuration").values.production_variants).toMatchObject([
      { serverless_config: { memory_size_in_mb: 2048, max_concurrency: 5, provisioned_concurrency: 1 } },
    ]);
  });
});

describe("a deployment", () => {
  it.each<[string, NonNullable<InstanceEndpoint["deployment"]>, object]>([
    ["to all instances at once", {}, { type: "ALL_AT_ONCE", wait_interval_in_seconds: 0 }],
    [
      "as a canary",
      { trafficShift: { canary: { percent: 10, waitInSeconds: 300 } } },
      {
        type: "CANARY",
        wait_interval_in_seconds: 300,
        canary_size: { type: "CAPACITY_PERCENT", value: 10 },
      },
    ],
    [
      "linearly",
      { trafficShift: { linear: { percent: 25, waitInSeconds: 60 } } },
      {
        type: "LINEAR",
        wait_interval_in_seconds: 60,
        linear_step_size: { type: "CAPACITY_PERCENT", value: 25 },
      },
    ],
  ])("shifts traffic %s", (_, deployment, routing) => {
    // Act
    const { values } = synthesizeOne(withInstances({ deployment })).one("aws_sagemaker_endpoint");

    // Assess
    expect(values.deployment_config).toEqual({
      blue_green_update_policy: { traffic_routing_configuration: routing, termination_wait_in_seconds: 0 },
    });
  });

  it("uses SageMaker's default when the environment has no setting for deployments", () => {
    // Act
    const { values } = synthesizeOne(withInstances()).one("aws_sagemaker_endpoint");

    // Assess
    expect(values.deployment_config).toBeUndefined();
  });

  it("is rolled back by its own alarms and by existing alarms, and its role may describe these alarms", () => {
    // Prepare
    const environment = withInstances({
      deployment: {
        terminationWaitInSeconds: 300,
        maximumExecutionTimeoutInSeconds: 3600,
        rollbackOn: { serverErrorsPerMinute: 5, modelLatencyInMs: 250, alarmNames: ["checkout"] },
      },
    });

    // Act
    const stack = synthesizeOne(environment);

    // Assess
    const alarms = stack.all("aws_cloudwatch_metric_alarm", 2);
    const dimensions = { EndpointName: "test-loan-default", VariantName: "AllTraffic" };
    expect(alarms.map(({ values }) => values)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          alarm_name: "test-loan-default-server-errors",
          namespace: "AWS/SageMaker",
          metric_name: "Invocation5XXErrors",
          statistic: "Sum",
          comparison_operator: "GreaterThanOrEqualToThreshold",
          threshold: 5,
          period: 60,
          treat_missing_data: "notBreaching",
          dimensions,
        }),
        expect.objectContaining({
          alarm_name: "test-loan-default-model-latency",
          metric_name: "ModelLatency",
          statistic: "Average",
          // CloudWatch measures latency in microseconds.
          threshold: 250_000,
          dimensions,
        }),
      ]),
    );
    const addressOf = (name: string) =>
      alarms.find(({ values }) => values.alarm_name.endsWith(name))?.address;
    expect(stack.one("aws_sagemaker_endpoint").values.deployment_config).toMatchObject({
      blue_green_update_policy: {
        termination_wait_in_seconds: 300,
        maximum_execution_timeout_in_seconds: 3600,
      },
      auto_rollback_configuration: {
        alarms: [
          { alarm_name: `\${${addressOf("server-errors")}.alarm_name}` },
          { alarm_name: `\${${addressOf("model-latency")}.alarm_name}` },
          { alarm_name: "checkout" },
        ],
      },
    });
    const policy = stack.all("aws_iam_role_policy", 2).find(({ values }) => values.name !== "function");
    expect(policy?.values.policy).toContain('"Action":["cloudwatch:DescribeAlarms"]');
    for (const name of ["test-loan-default-server-errors", "test-loan-default-model-latency", "checkout"]) {
      expect(policy?.values.policy).toContain(`"arn:aws:cloudwatch:eu-central-1:111122223333:alarm:${name}"`);
    }
  });
});

describe("an endpoint in a new VPC", () => {
  const stack = synthesize(examples).stack("private");
  const group = (name: string) => {
    const found = stack.all("aws_security_group", 3).find(({ values }) => values.name === name);
    if (found === undefined) throw new Error(`no security group ${name}`);
    return found;
  };

  it("has a dedicated security group with egress to S3 only and without ingress", () => {
    // Prepare
    const endpoints = `\${${group("private-endpoints").address}.id}`;
    const gateway = stack
      .all("aws_vpc_endpoint", 2)
      .find(({ values }) => values.vpc_endpoint_type === "Gateway");

    // Act
    const rules = [
      ...stack.find("aws_vpc_security_group_egress_rule"),
      ...stack.find("aws_vpc_security_group_ingress_rule"),
    ].filter(({ values }) => values.security_group_id === endpoints);

    // Assess
    expect(rules.map(({ values }) => values)).toEqual([
      {
        description: "To S3",
        security_group_id: endpoints,
        prefix_list_id: `\${${gateway?.address}.prefix_list_id}`,
        ip_protocol: "tcp",
        from_port: 443,
        to_port: 443,
      },
    ]);
  });

  it("is the only endpoint in the VPC, because a serverless endpoint stays in SageMaker's network", () => {
    // Act
    const places = stack.all("aws_sagemaker_model", 2).map(({ values }) => values.vpc_config);

    // Assess
    expect(places).toEqual([
      {
        subnets: stack.all("aws_subnet", 2).map(({ address }) => `\${${address}.id}`),
        security_group_ids: [`\${${group("private-endpoints").address}.id}`],
      },
      undefined,
    ]);
  });

  it("is created after the VPC endpoint for S3, whose policy allows only its role and its artifact's bucket", () => {
    // Act
    const gateway = stack
      .all("aws_vpc_endpoint", 2)
      .find(({ values }) => values.vpc_endpoint_type === "Gateway");

    // Assess
    const endpoint = stack
      .all("aws_sagemaker_endpoint", 2)
      .find(({ values }) => values.name === "private-energy-demand");
    const way = [
      gateway,
      ...stack.all("aws_route_table_association", 2),
      ...stack
        .all("aws_vpc_security_group_egress_rule", 2)
        .filter(({ values }) => values.prefix_list_id !== undefined),
    ];
    expect(way).toHaveLength(4);
    for (const part of way) expect(endpoint?.values.depends_on).toContain(part?.address);
    const account = `\${${stack.one("data.aws_caller_identity").address}.account_id}`;
    expect(JSON.parse(gateway?.values.policy ?? "").Statement).toEqual([
      {
        Sid: "ReadEnergyDemandArtifacts",
        Effect: "Allow",
        Principal: "*",
        Action: ["s3:GetObject"],
        Resource: ["arn:aws:s3:::amzn-s3-demo-bucket/*"],
        Condition: {
          ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${account}:role/private-energy-demand-endpoint` },
        },
      },
    ]);
  });
});

describe("a model's own tags", () => {
  it("are on every resource of the model, beside the model's name", () => {
    // Act
    const stack = synthesizeOne(exampleWith({ tags: { Team: "a" } }));

    // Assess
    const tags = [
      ...stack.all("aws_iam_role", 2),
      ...stack.all("aws_cloudwatch_log_group", 2),
      stack.one("aws_lambda_function"),
      stack.one("aws_sagemaker_endpoint"),
    ].map(({ values }) => values.tags);
    expect(tags).toEqual(Array(6).fill({ Team: "a", Model: "loan-default" }));
  });
});

function revision(stack: SynthesizedStack, id: string): object {
  const found = stack.find("terraform_data").find(({ address }) => address.includes(id));
  if (found === undefined) throw new Error(`no ${id} in stack ${stack.name}`);
  return found.values.triggers_replace;
}
