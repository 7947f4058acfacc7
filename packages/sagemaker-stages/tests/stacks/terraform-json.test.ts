import { describe, expect, it } from "@jest/globals";
import { Lazy } from "cdktf";
import { terraformJson } from "../../src/constructs/terraform/terraform-json";

/** A dollar sign. In a literal `${`, the linter would report a mistake. */
const DOLLAR = "$";

describe("a JSON document in Terraform", () => {
  it("contains its tokens unchanged", () => {
    // Prepare
    const token = Lazy.stringValue({ produce: () => "later" });

    // Act
    const text = terraformJson({ arn: `arn:aws:s3:::${token}/key` });

    // Assess
    expect(token).toMatch(/^\$\{TfToken\[/);
    expect(text).toBe(`{"arn":"arn:aws:s3:::${token}/key"}`);
  });

  it.each([
    ["an interpolation", `a ${DOLLAR}{b}`, `a $${DOLLAR}{b}`],
    ["an interpolation after a dollar", `a $${DOLLAR}{b}`, `a $$${DOLLAR}{b}`],
    ["a directive", "a %{if b}", "a %%{if b}"],
    ["a directive after a per cent", "a %%{if b}", "a %%%{if b}"],
    ["the beginning of an interpolation", `a ${DOLLAR}{`, `a $${DOLLAR}{`],
    ["more than one", `${DOLLAR}{a}${DOLLAR}{b}%{c}`, `$${DOLLAR}{a}$${DOLLAR}{b}%%{c}`],
    ["a variable of API Gateway", "$context.requestId", "$context.requestId"],
    ["a price and a share", "$5, 100%", "$5, 100%"],
  ])("has escaped text when the text looks like a Terraform expression: %s", (_, literal, escaped) => {
    // Prepare
    const document = { text: literal };

    // Act
    const text = terraformJson(document);

    // Assess
    expect(text).toBe(`{"text":"${escaped}"}`);
  });

  it("has escaped text beside a token, and in keys", () => {
    // Prepare
    const token = Lazy.stringValue({ produce: () => "later" });

    // Act
    const text = terraformJson({ [`${DOLLAR}{key}`]: `${DOLLAR}{text} ${token} %{x}` });

    // Assess
    expect(text).toBe(`{"$${DOLLAR}{key}":"$${DOLLAR}{text} ${token} %%{x}"}`);
  });

  it("is unchanged when it contains no text to escape", () => {
    // Prepare
    const document = { a: [1, null, true, 'ü " \\ \n …'], b: {} };

    // Act
    const text = terraformJson(document);

    // Assess
    expect(JSON.parse(text)).toEqual(document);
  });
});
