import { describe, expect, it } from "@jest/globals";
import { unnumbered } from "../../../src/review/masking";
import { readPlans } from "../../../src/review/plan";
import { MASKED, MASKED_CHANGED, UNKNOWN, type Values } from "../../../src/review/values";
import { planJson, planOf } from "../support/plan-json";

/** A resource's values before and after, as a reviewer's code gets them. */
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

describe("nobody sees", () => {
  it("a function's variables, but for their names and whether they change", () => {
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

  it("a container's, also where they trigger a revision", () => {
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

  it("what Terraform holds to be sensitive, be it a text, a list or a block", () => {
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
    "what is named %s, whatever Terraform holds of it",
    (name) => {
      // Act
      const { after } = read({ after: { [name]: "one", [`${name}_required`]: true } });

      // Assess
      expect(after).toEqual({ [name]: MASKED, [`${name}_required`]: true });
    },
  );
});

describe("what is named as a secret nobody sees, whatever it is:", () => {
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
  ])("but not what is only named alike: %j", (after) => {
    // Act and assess
    expect(read({ after }).after).toEqual(after);
  });
});

describe("out of every text of a plan are taken", () => {
  /** What people read of a text beside these secrets. */
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
    ["what was sensitive in the plan", "is correct horse?", "is ‹masked›?"],
    ["a number that was", "is 8765432187?", "is ‹masked›?"],
    ["the longer of two that are alike", "a correct horse battery.", "a ‹masked›."],
    ["variables whose names say so", "battery `staple`!", "‹masked›!"],
    ["outputs whose names say so", "it is named as one", "it is ‹masked›"],
    ["AWS's keys", "key AKIAIOSFODNN7EXAMPLE.", "key ‹masked›."],
    ["AWS's secret keys", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE1", "‹masked›"],
    ["GitHub's tokens", `t=ghp_${"a1".repeat(18)}`, "t=‹masked›"],
    ["Hugging Face's", `use hf_${"a1".repeat(17)}`, "use ‹masked›"],
    ["Anthropic's", `sk-ant-api03-${"a1".repeat(20)}`, "‹masked›"],
    ["JSON Web Tokens", `Bearer eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.c-c`, "Bearer ‹masked›"],
    ["private keys", "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----!", "‹masked›!"],
    ["the user of a URL", "postgres://admin:pw@db.example/x", "postgres://‹masked›@db.example/x"],
    ["what a shell is told", "export DB_PASSWORD='hunter2' && run", "export DB_PASSWORD='‹masked›' && run"],
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

  it("and two that differ stay different, as long as they are compared", () => {
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

  it("also where it is another plan's", () => {
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

describe("variables of a program nobody sees, whatever they hold:", () => {
  it.each(["true", "none", "arn:aws:secretsmanager:us-east-1:111122223333:secret:a"])("%s", (value) => {
    // Act and assess
    expect(read({ after: { environment: [{ variables: { MODE: value } }] } }).after).toEqual({
      environment: [{ variables: { MODE: MASKED } }],
    });
  });
});
