import { describe, expect, it } from "@jest/globals";
import { unnumbered } from "../../../src/review/masking/masking";
import { readPlans } from "../../../src/review/reading/plan";
import { MASKED, MASKED_CHANGED, UNKNOWN, type Values } from "../../../src/review/reading/values";
import { planJson, planOf } from "../support/plan-json";

/** The values of a resource before and after, as the review reads them. */
function read(change: {
  before?: unknown;
  after?: unknown;
  unknown?: unknown;
  sensitive?: { before?: unknown; after?: unknown };
}): { before: Values | undefined; after: Values | undefined } {
  const { resources } = planOf({ resources: [{ address: "a.b", actions: ["update"], ...change }] });
  const [{ before, after } = { before: undefined, after: undefined }] = resources;
  return { before, after };
}

describe("the review masks", () => {
  it("the values of a function's environment variables, and shows names and changes", () => {
    // Act
    const { before, after } = read({
      before: { environment: [{ variables: { KEPT: "one", CHANGED: "two", GONE: "three", COUNT: 1 } }] },
      after: { environment: [{ variables: { KEPT: "one", CHANGED: "2", COUNT: 2 } }] },
      unknown: { environment: [{ variables: { LATER: true } }] },
    });

    // Assess
    expect(before).toEqual({
      environment: [{ variables: { KEPT: MASKED, CHANGED: MASKED, GONE: MASKED, COUNT: MASKED } }],
    });
    expect(after).toEqual({
      environment: [
        { variables: { KEPT: MASKED, CHANGED: MASKED_CHANGED, COUNT: MASKED_CHANGED, LATER: UNKNOWN } },
      ],
    });
  });

  it("a container's environment variables, also in the trigger of a revision", () => {
    // Act
    const { after } = read({
      after: {
        primary_container: [{ image: "image", environment: { TOKEN: "one" } }],
        triggers_replace: { image: "image", environment: { TOKEN: "one" } },
      },
    });

    // Assess
    expect(after).toEqual({
      primary_container: [{ image: "image", environment: { TOKEN: MASKED } }],
      triggers_replace: { image: "image", environment: { TOKEN: MASKED } },
    });
  });

  it("sensitive values of Terraform: texts, lists and blocks", () => {
    // Act
    const { before, after } = read({
      before: { value: "old", list: ["a"], block: [{ open: "x", closed: "y" }], none: null },
      after: { value: "new", list: ["a"], block: [{ open: "x", closed: "y" }], none: null },
      unknown: { id: true },
      sensitive: {
        before: { value: true, list: true, block: [{ closed: true }], none: true },
        after: { value: true, list: true, block: [{ closed: true }], none: true, id: true },
      },
    });

    // Assess
    expect(before).toEqual({
      value: MASKED,
      list: MASKED,
      block: [{ open: "x", closed: MASKED }],
      none: null,
    });
    expect(after).toEqual({
      value: MASKED_CHANGED,
      list: MASKED,
      block: [{ open: "x", closed: MASKED }],
      none: null,
      id: UNKNOWN,
    });
  });

  it.each(["password", "master_user_secret", "auth_token", "private_key", "credentials"])(
    "an attribute with the name %s, even if Terraform does not declare it sensitive",
    (name) => {
      // Act
      const { after } = read({ after: { [name]: "one", [`${name}_required`]: true } });

      // Assess
      expect(after).toEqual({ [name]: MASKED, [`${name}_required`]: true });
    },
  );
});

describe("the review masks a value whose name indicates a secret:", () => {
  it.each<[string, unknown, unknown]>([
    ["a number", { pin_password: 8765432187 }, { pin_password: MASKED }],
    ["a list", { passwords: ["one", "two"] }, { passwords: [MASKED, MASKED] }],
    ["a block", { credentials: [{ user: "u", pw: "p" }] }, { credentials: [{ user: MASKED, pw: MASKED }] }],
    ["in camel case", { dbPassword: "one" }, { dbPassword: MASKED }],
    [
      "as a name and a value",
      { v: [{ name: "DB_PASSWORD", value: "one" }] },
      { v: [{ name: "DB_PASSWORD", value: MASKED }] },
    ],
    [
      "after an option",
      { command: ["run", "--password", "one"] },
      { command: ["run", "--password", MASKED] },
    ],
    [
      "variables of other names",
      { runtime_environment_variables: { A: "one" } },
      { runtime_environment_variables: { A: MASKED } },
    ],
    [
      "variables in camel case",
      { environmentVariables: { A: "one" } },
      { environmentVariables: { A: MASKED } },
    ],
    ["a job's arguments", { default_arguments: { "--a": "one" } }, { default_arguments: { "--a": MASKED } }],
  ])("%s", (_, after, expected) => {
    // Act and assess
    expect(read({ after }).after).toEqual(expected);
  });

  it.each([
    { tokenizer: "ticket-urgency", secret_arn: "arn:aws:x", api_key_source: "HEADER", key: "a/b" },
    { tags: { Environment: "prod" }, environment: "prod", password_length: 20 },
  ])("but not a value with a similar name: %j", (after) => {
    // Act and assess
    expect(read({ after }).after).toEqual(after);
  });
});

describe("the review masks in every text of a plan", () => {
  /** The text as the review shows it, in a plan with these secrets. */
  function shown(text: string): unknown {
    const { outputs } = planOf({
      resources: [
        {
          address: "a.b",
          actions: ["create"],
          after: {
            value: "correct horse",
            code: 8765432187,
            environment: [{ variables: { DB_PASSWORD: "battery `staple`", STAGE: "staging" } }],
            short: "abc",
          },
          sensitive: { after: { value: true, code: true, short: true } },
        },
      ],
      outputs: {
        db_password: { actions: ["create"], after: "named as one" },
        key: { actions: ["create"], after: "correct horse battery", sensitive: true },
        said: { actions: ["create"], after: text },
      },
    });
    const said = outputs.find(({ name }) => name === "said")?.after;
    return typeof said === "string" ? unnumbered(said) : said;
  }

  it.each([
    ["a sensitive value of the plan", "is correct horse?", "is ‹masked›?"],
    ["a sensitive number", "is 8765432187?", "is ‹masked›?"],
    ["the longer of two secrets with the same start", "a correct horse battery.", "a ‹masked›."],
    ["variables whose names indicate a secret", "battery `staple`!", "‹masked›!"],
    ["outputs whose names indicate a secret", "it is named as one", "it is ‹masked›"],
    ["AWS's keys", "key AKIAIOSFODNN7EXAMPLE.", "key ‹masked›."],
    ["AWS's secret keys", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE1", "‹masked›"],
    ["GitHub's tokens", `t=ghp_${"a1".repeat(18)}`, "t=‹masked›"],
    ["Hugging Face's", `use hf_${"a1".repeat(17)}`, "use ‹masked›"],
    ["Anthropic's", `sk-ant-api03-${"a1".repeat(20)}`, "‹masked›"],
    ["JSON Web Tokens", `Bearer eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.c-c`, "Bearer ‹masked›"],
    ["private keys", "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----!", "‹masked›!"],
    ["the user of a URL", "postgres://admin:pw@db.example/x", "postgres://‹masked›@db.example/x"],
    ["a variable of a shell", "export DB_PASSWORD='hunter2' && run", "export DB_PASSWORD='‹masked›' && run"],
  ])("%s", (_, text, scrubbed) => {
    // Act and assess
    expect(shown(text)).toBe(scrubbed);
  });

  it.each([
    "staging: abc",
    "https://example.com/a:b@c",
    "arn:aws:sagemaker:us-east-1:444455556666:endpoint/prod-ticket-urgency",
    "0123456789abcdef0123456789abcdef01234567",
    "secretsmanager:GetSecretValue",
  ])("but not %s", (text) => {
    // Act and assess
    expect(shown(text)).toBe(text);
  });

  it("and texts with different secrets stay different in comparisons", () => {
    // Prepare
    const { resources } = planOf({
      resources: [
        {
          address: "a.b",
          actions: ["update"],
          before: { one: "secret-one", text: "may use secret-one" },
          after: { one: "secret-two", text: "may use secret-two" },
          sensitive: { before: { one: true }, after: { one: true } },
        },
      ],
    });

    // Act
    const [{ before, after } = { before: undefined, after: undefined }] = resources;

    // Assess
    expect(before?.text).not.toEqual(after?.text);
    expect([before?.text, after?.text].map((text) => unnumbered(String(text)))).toEqual([
      "may use ‹masked›",
      "may use ‹masked›",
    ]);
  });

  it("and also secrets of another plan", () => {
    // Prepare
    const [one, other] = [
      planJson({
        environment: "dev",
        outputs: { o: { actions: ["create"], after: "of the other", sensitive: true } },
      }),
      planJson({ environment: "prod", outputs: { o: { actions: ["create"], after: "it is of the other" } } }),
    ];

    // Act
    const [, prod] = readPlans([
      { file: "dev.json", text: one },
      { file: "prod.json", text: other },
    ]);

    // Assess
    expect(unnumbered(String(prod?.outputs[0]?.after))).toBe("it is ‹masked›");
  });
});

describe("the review masks every environment variable of a program:", () => {
  it.each(["true", "none", "arn:aws:secretsmanager:us-east-1:111122223333:secret:a"])("%s", (value) => {
    // Act and assess
    expect(read({ after: { environment: [{ variables: { MODE: value } }] } }).after).toEqual({
      environment: [{ variables: { MODE: MASKED } }],
    });
  });
});
