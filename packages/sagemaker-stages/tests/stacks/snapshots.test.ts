import { describe, expect, it } from "@jest/globals";
import { perModelText } from "../../src/testing/per-model";
import { flatten, plainText, stackText } from "../../src/testing/stack-text";
import { environments } from "../fixtures/app/environments";
import { accounts } from "../fixtures/app/environments/accounts";
import { models as catalog } from "../fixtures/app/functions";
import { type SynthesizedStack, synthesize } from "./support/synthesized";
import { TERRAFORM_TYPES } from "./support/terraform-types";

expect.addSnapshotSerializer(plainText);

const synthesized = synthesize(environments, accounts);

describe.each(environments.map(({ name, models }) => [name, Object.keys(models)] as const))(
  "the Terraform of %s",
  (name, models) => {
    it("is what the snapshot says", () => {
      // Prepare
      const stack = synthesized.stack(name);

      // Act
      const text = stackText(stack, models);

      // Assess
      expect(text).toMatchSnapshot();
    });

    it("contains only resource types that the tests list", () => {
      // Prepare
      const stack = synthesized.stack(name);

      // Act
      const unknown = stack.types().filter((type) => !TERRAFORM_TYPES.includes(type));

      // Assess
      expect(unknown).toEqual([]);
    });
  },
);

describe("the OpenAPI document of dev", () => {
  it("is what the snapshot says", () => {
    // Prepare
    const stack = synthesized.stack("dev");

    // Act
    const text = openApiText(stack);

    // Assess
    expect(text).toMatchSnapshot();
  });
});

/** The document as sorted text, with one line for each of API Gateway's own responses. */
function openApiText(stack: SynthesizedStack): string {
  const { "x-amazon-apigateway-gateway-responses": gatewayResponses, ...document } = stack.openApi();
  const answers = Object.entries(gatewayResponses).map(
    ([type, { statusCode = "(its own)", responseTemplates }]) =>
      `  ${type} → ${statusCode} ${responseTemplates["application/json"]}`,
  );
  const { paths, ...others } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      title: `${method} ${path}`,
      lines: flatten(operation, ""),
    })),
  );
  return [
    perModelText(operations, Object.keys(catalog)),
    ...flatten(others, ""),
    "API Gateway's own responses:",
    ...answers.sort(),
  ].join("\n");
}
