import { describe, expect, it } from "@jest/globals";
import { readConfiguration, withoutKeys } from "../../src/review/reading/configuration";

describe("the configuration in a plan", () => {
  it("contains the attributes and references of a resource, also in blocks and modules", () => {
    // Prepare
    const configuration = {
      root_module: {
        resources: [
          {
            address: "aws_lambda_function.f",
            expressions: {
              role: { references: ["aws_iam_role.r.arn", "aws_iam_role.r"] },
              vpc_config: [
                { subnet_ids: { references: ['aws_subnet.s["a"].id', 'aws_subnet.s["a"]', "var.x"] } },
              ],
              function_name: { constant_value: "aws_iam_role.text" },
            },
          },
        ],
        module_calls: {
          inner: {
            module: {
              resources: [
                { address: "aws_sqs_queue.q", expressions: { policy: { references: ["aws_sqs_queue.q"] } } },
              ],
            },
          },
        },
      },
    };

    // Act
    const configured = readConfiguration(configuration);

    // Assess
    expect(Object.fromEntries(configured)).toEqual({
      "aws_lambda_function.f": { role: ["aws_iam_role.r"], vpc_config: ["aws_subnet.s"], function_name: [] },
      "module.inner.aws_sqs_queue.q": { policy: ["module.inner.aws_sqs_queue.q"] },
    });
    expect(withoutKeys('module.inner["a.b"].aws_sqs_queue.q[0]')).toBe("module.inner.aws_sqs_queue.q");
  });

  it("can be missing", () => {
    // Act
    const configured = readConfiguration(undefined);

    // Assess
    expect(configured.size).toBe(0);
  });
});
