import { describe, expect, it } from "@jest/globals";
import { ACCOUNT, changesOf, type Given, policy, role, sentences } from "./support/plans";

const arnOf = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;

describe("a resource that runs with the permissions of a role", () => {
  it.each<[string, string, string, string]>([
    ["a function", "aws_lambda_function.f", "role", "Function `f`"],
    ["a model", "aws_sagemaker_model.m", "execution_role_arn", "Model `aws_sagemaker_model.m`"],
  ])("gains access through another role: %s", (_, address, attribute, who) => {
    // Prepare
    const values = (name: string) => ({ function_name: "f", [attribute]: arnOf(name) });

    // Act
    const changes = changesOf({ address, before: values("f"), after: values("teams/Admin") });

    // Assess
    expect(sentences(changes)).toEqual([`+ ${who} can now run with the permissions of the role \`Admin\`.`]);
  });

  it("is reported for a new function, unless the plan creates the role", () => {
    // Prepare
    const created = (name: string): Given => ({
      address: `aws_lambda_function.${name}`,
      after: { function_name: name },
      unknown: { role: true },
      sets: { function_name: [], role: [`aws_iam_role.${name}`] },
    });
    const newRole: Given = {
      address: "aws_iam_role.new",
      after: { name: "new", assume_role_policy: policy() },
    };

    // Act
    const withNew = changesOf(created("new"), newRole);
    const withOld = changesOf(created("old"), role("old"));
    const unknown = changesOf(created("unknown"));

    // Assess
    expect(sentences(withNew)).toEqual([]);
    expect(sentences(withOld)).toEqual([
      "+ Function `old` can now run with the permissions of the role `old`.",
    ]);
    expect(unknown.map(({ widens, undetermined }) => [widens, undetermined])).toEqual([
      [true, "known after apply"],
    ]);
  });

  it("gains no access when it is destroyed, or when the path of its role changes", () => {
    // Prepare
    const values = (name: string) => ({ function_name: "f", role: arnOf(name) });

    // Act
    const changes = changesOf(
      { address: "aws_lambda_function.f", before: values("f"), after: values("service-role/f") },
      { address: "aws_lambda_function.g", before: { function_name: "g", role: arnOf("g") } },
    );

    // Assess
    expect(changes).toEqual([]);
  });
});
