import { describe, expect, it } from "@jest/globals";
import { multiModel } from "../../examples/multi-model";
import { parseEmbedded, synthesize } from "./support/synthesized";

const stack = synthesize([multiModel]).stack("multi-model");

/** The statements of the policy of one of the model's roles. */
function statementsOf(part: string) {
  const policy = stack
    .find("aws_iam_role_policy")
    .find(({ address }) => address.startsWith(`aws_iam_role_policy.energy-demand_${part}_`));
  return parseEmbedded(String(policy?.values.policy), part).Statement as Record<string, unknown>[];
}

describe("a multi-model endpoint", () => {
  it("has one container with the mode and the prefix of its archives", () => {
    // Act
    const [model] = stack.find("aws_sagemaker_model");

    // Assess
    const container = model?.values.primary_container;
    expect(container).toMatchObject({
      mode: "MultiModel",
      model_data_url: "s3://amzn-s3-demo-bucket/energy-demand/",
    });
    expect(container).not.toHaveProperty("model_data_source");
  });

  it("has a function that sends the model, and that may invoke only this model", () => {
    // Act
    const [fn] = stack.find("aws_lambda_function");
    const [invoke] = statementsOf("function");

    // Assess
    expect(fn?.values.environment).toMatchObject({
      variables: { ENDPOINT_NAME: "multi-model-energy-demand", ENDPOINT_TARGET_MODEL: "eu/berlin.tar.gz" },
    });
    expect(invoke).toMatchObject({
      Action: ["sagemaker:InvokeEndpoint"],
      Condition: { StringEquals: { "sagemaker:TargetModel": "eu/berlin.tar.gz" } },
    });
  });

  it("has a role that reads and lists only the prefix", () => {
    // Act
    const ofS3 = statementsOf("endpoint").filter(({ Action }) => String(Action).includes("s3:"));

    // Assess
    expect(ofS3).toEqual([
      expect.objectContaining({
        Action: ["s3:GetObject"],
        Resource: ["arn:aws:s3:::amzn-s3-demo-bucket/energy-demand/*"],
      }),
      expect.objectContaining({
        Action: ["s3:ListBucket"],
        Resource: ["arn:aws:s3:::amzn-s3-demo-bucket"],
        Condition: { StringLike: { "s3:prefix": "energy-demand/*" } },
      }),
    ]);
  });
});
