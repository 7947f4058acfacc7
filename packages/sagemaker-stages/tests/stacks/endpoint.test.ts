import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { example, exampleModel, exampleWith } from "./support/environments";
import { type Found, type SynthesizedStack, synthesizeOne } from "./support/synthesized";

describe("the revisions of an endpoint's parts", () => {
  const MODEL_AND_CONFIGURATION = { model: true, configuration: false, endpoint: false };
  const CONFIGURATION = { model: false, configuration: true, endpoint: false };
  const NOTHING = { model: false, configuration: false, endpoint: false };
  const uri = "999988887777.dkr.ecr.eu-central-1.amazonaws.com/xgboost";

  // A new model's name changes the content of the configuration after Terraform knows the name.
  it.each<[string, Environment, typeof NOTHING]>([
    [
      "the artifact",
      exampleWith({ artifact: "s3://amzn-s3-demo-bucket/2/model.tar.gz" }),
      MODEL_AND_CONFIGURATION,
    ],
    ["the kind of image", exampleWith({ image: { uri: `${uri}:1` } }), MODEL_AND_CONFIGURATION],
    [
      "the memory",
      exampleWith({ serverless: { ...exampleModel.serverless, memorySizeInMb: 3072 } }),
      CONFIGURATION,
    ],
    [
      "the concurrency",
      exampleWith({ serverless: { ...exampleModel.serverless, maxConcurrency: 6 } }),
      CONFIGURATION,
    ],
    [
      "the provisioned concurrency",
      exampleWith({ serverless: { ...exampleModel.serverless, provisionedConcurrency: 1 } }),
      CONFIGURATION,
    ],
    ["the access of the route", exampleWith({ access: "PUBLIC" }), NOTHING],
    ["the tags", { ...example, tags: { Project: "other" } }, NOTHING],
    ["the protection", { ...example, protected: true }, NOTHING],
    ["the stage's settings", { ...example, stage: { ...example.stage, logRetentionInDays: 30 } }, NOTHING],
    ["nothing", structuredClone(example), NOTHING],
  ])("change with %s only if AWS requires a replacement", (_, environment, expected) => {
    // Prepare
    const before = revisions(example);

    // Act
    const after = revisions(environment);

    // Assess
    expect({
      model: after.model !== before.model,
      configuration: after.configuration !== before.configuration,
      endpoint: after.endpoint !== before.endpoint,
    }).toEqual(expected);
  });

  it("contain the values that AWS cannot change, so that a plan shows the changed value", () => {
    // Act
    const { model, configuration } = revisions(example);

    // Assess
    const address = synthesizeOne(example).one("aws_sagemaker_model").address;
    const image = synthesizeOne(example).one("data.aws_sagemaker_prebuilt_ecr_image").address;
    expect(JSON.parse(model)).toEqual({
      artifact: exampleModel.artifact,
      image: `\${${image}.registry_path}`,
    });
    expect(JSON.parse(configuration)).toEqual({
      model: `\${${address}.name}`,
      memorySizeInMb: 2048,
      maxConcurrency: 5,
    });
  });

  // After a failed update, resources with the previous names can still exist when the change is reverted.
  it("give model, configuration and the role's policy a name that is never used again", () => {
    // Prepare
    const stack = synthesizeOne(example);
    const [model, configuration, policy] = [
      "model-revision",
      "configuration-revision",
      "policy-revision",
    ].map((id) => revision(stack, id));

    // Act
    const names = {
      model: stack.one("aws_sagemaker_model").values.name,
      configuration: stack.one("aws_sagemaker_endpoint_configuration").values.name,
      policies: stack.all("aws_iam_role_policy", 2).map(({ values }) => values.name),
    };

    // Assess
    const digits = (address: string | undefined): string => `\${substr(${address}.id, 0, 8)}`;
    expect(names).toEqual({
      model: `test-loan-default-${digits(model?.address)}`,
      configuration: `test-loan-default-${digits(configuration?.address)}`,
      policies: [`endpoint-${digits(policy?.address)}`, "function"],
    });
    expect([model, configuration, policy].map((found) => found?.values.lifecycle)).toEqual(
      Array(3).fill({ create_before_destroy: true }),
    );
  });

  it("fit SageMaker's 63 and IAM's 64 characters with the longest name of an environment", () => {
    // Prepare
    const environment = { ...example, name: "a".repeat(16) };

    // Act
    const stack = synthesizeOne(environment);

    // Assess
    const names = [
      stack.one("aws_sagemaker_model").values.name,
      stack.one("aws_sagemaker_endpoint_configuration").values.name,
      stack.one("aws_sagemaker_endpoint").values.name,
    ].map((name) => name.replace(/\$\{substr\(.*, 0, 8\)\}$/, "01234567"));
    const roles = stack.all("aws_iam_role", 2).map(({ values }) => values.name);
    for (const name of names) expect(name.length).toBeLessThanOrEqual(63);
    for (const name of roles) expect(name.length).toBeLessThanOrEqual(64);
  });
});

describe("an endpoint", () => {
  const stack = synthesizeOne(example);
  const model = stack.one("aws_sagemaker_model");
  const configuration = stack.one("aws_sagemaker_endpoint_configuration");
  const endpoint = stack.one("aws_sagemaker_endpoint");

  it("refers to its configuration, which refers to its model", () => {
    // Prepare
    const [variant, ...others] = configuration.values.production_variants;

    // Act
    const used = endpoint.values.endpoint_config_name;

    // Assess
    expect(used).toBe(`\${${configuration.address}.name}`);
    expect(others).toEqual([]);
    expect(variant?.model_name).toBe(`\${${model.address}.name}`);
  });

  // A change of another value would replace the model under an unchanged name. AWS refuses such a replacement.
  it("has a model without a value that its revision lacks", () => {
    // Prepare
    const { tags: _, lifecycle: __, depends_on: ___, ...values } = model.values;

    // Act
    const container = values.primary_container;

    // Assess
    expect(Object.keys(values).sort()).toEqual(["execution_role_arn", "name", "primary_container"]);
    expect(container).toEqual({
      image: expect.stringMatching(/^\$\{data\.aws_sagemaker_prebuilt_ecr_image\.[\w-]+\.registry_path\}$/),
      model_data_url: exampleModel.artifact,
    });
  });

  it("has a configuration without a value that its revision lacks", () => {
    // Prepare
    const { tags: _, lifecycle: __, ...values } = configuration.values;

    // Act
    const [variant] = values.production_variants;

    // Assess
    expect(Object.keys(values).sort()).toEqual(["name", "production_variants"]);
    expect(variant).toEqual({
      variant_name: "AllTraffic",
      model_name: `\${${model.address}.name}`,
      serverless_config: { memory_size_in_mb: 2048, max_concurrency: 5 },
    });
  });

  it("has provisioned concurrency when the environment sets provisioned concurrency", () => {
    // Prepare
    const environment = exampleWith({
      serverless: { memorySizeInMb: 4096, maxConcurrency: 10, provisionedConcurrency: 3 },
    });

    // Act
    const { values } = synthesizeOne(environment).one("aws_sagemaker_endpoint_configuration");

    // Assess
    expect(values.production_variants.map((variant) => variant.serverless_config)).toEqual([
      { memory_size_in_mb: 4096, max_concurrency: 10, provisioned_concurrency: 3 },
    ]);
  });

  it("has an image whose address Terraform reads by algorithm and tag", () => {
    // Act
    const { values } = stack.one("data.aws_sagemaker_prebuilt_ecr_image");

    // Assess
    expect(values).toEqual({ repository_name: "linear-learner", image_tag: "1" });
  });

  it("has its new policy, model and configuration before the old resources are destroyed", () => {
    // Prepare
    const policy = stack.all("aws_iam_role_policy", 2).find(({ address }) => /endpoint_policy/.test(address));

    // Act
    const lifecycles = [policy, model, configuration].map((found) => found?.values.lifecycle);

    // Assess
    expect(lifecycles).toEqual(Array(3).fill({ create_before_destroy: true }));
  });

  it("is created after its log group, so that SageMaker does not create a group without retention", () => {
    // Act
    const group = stack
      .all("aws_cloudwatch_log_group", 2)
      .find(({ values }) => values.name === "/aws/sagemaker/Endpoints/test-loan-default");

    // Assess
    expect(group?.values.retention_in_days).toBe(14);
    expect(endpoint.values.depends_on).toContain(group?.address);
  });

  it("has a model that is created after the policy of its role", () => {
    // Prepare
    const role = stack
      .all("aws_iam_role", 2)
      .find(({ address }) => model.values.execution_role_arn === `\${${address}.arn}`);

    // Act
    const policy = stack
      .all("aws_iam_role_policy", 2)
      .find(({ values }) => values.role === `\${${role?.address}.name}`);

    // Assess
    expect(role?.values.name).toBe("test-loan-default-endpoint");
    expect(model.values.depends_on).toEqual([policy?.address]);
  });

  it("fails the apply when AWS rolled back its update, and names the remedy", () => {
    // Prepare
    const [postcondition, ...others] = endpoint.values.lifecycle?.postcondition ?? [];

    // Act
    const message = postcondition?.error_message ?? "";

    // Assess
    expect(others).toEqual([]);
    expect(postcondition?.condition).toBe(`\${self.endpoint_config_name == ${configuration.address}.name}`);
    expect(message).toContain("rolled back the update of the endpoint test-loan-default");
    expect(message).toContain("Read the log group /aws/sagemaker/Endpoints/test-loan-default");
    expect(message).toContain("repair the model or revert the change, and apply again");
    expect(message).not.toContain("${");
  });

  it("has the model's tag on each of its parts", () => {
    // Prepare
    const roles = stack.all("aws_iam_role", 2);

    // Act
    const tags = [...roles, model, configuration, endpoint].map(({ values }) => values.tags);

    // Assess
    expect(tags).toEqual(Array(5).fill({ Model: "loan-default" }));
  });
});

describe("protection", () => {
  it.each([
    ["a protected environment", true, ["aws_api_gateway_rest_api", "aws_sagemaker_endpoint"]],
    ["an unprotected environment", false, []],
  ])("of %s applies to the resources of its URLs, and to no other resource", (_, isProtected, expected) => {
    // Prepare
    const environment = { ...example, protected: isProtected };

    // Act
    const { terraform } = synthesizeOne(environment);

    // Assess
    const types = Object.entries(terraform.resource)
      .filter(([, byId]) => JSON.stringify(byId).includes("prevent_destroy"))
      .map(([type]) => type);
    expect(types.sort()).toEqual(expected);
  });

  it("makes Terraform refuse the destruction of the API and the endpoint", () => {
    // Prepare
    const environment = { ...example, protected: true };

    // Act
    const stack = synthesizeOne(environment);

    // Assess
    expect(stack.one("aws_api_gateway_rest_api").values.lifecycle?.prevent_destroy).toBe(true);
    expect(stack.one("aws_sagemaker_endpoint").values.lifecycle?.prevent_destroy).toBe(true);
  });
});

/** The contents of the revisions as text, and the name of the endpoint. */
function revisions(environment: Environment): { model: string; configuration: string; endpoint: string } {
  const stack = synthesizeOne(environment);
  return {
    model: JSON.stringify(revision(stack, "model-revision").values.triggers_replace),
    configuration: JSON.stringify(revision(stack, "configuration-revision").values.triggers_replace),
    endpoint: stack.one("aws_sagemaker_endpoint").values.name,
  };
}

function revision(stack: SynthesizedStack, id: string): Found<"terraform_data"> {
  const found = stack.all("terraform_data", 3).find(({ address }) => address.includes(id));
  if (found === undefined) throw new Error(`no ${id} in stack ${stack.name}`);
  return found;
}
