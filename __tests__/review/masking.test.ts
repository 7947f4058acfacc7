import { describe, expect, it } from "@jest/globals";
import { MASKED, MASKED_CHANGED, UNKNOWN, type Values } from "../../review/values";
import { planOf } from "./support/plan-json";

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

describe("out of a text are taken", () => {
  const plan = planOf({
    resources: [
      {
        address: "a.b",
        actions: ["create"],
        after: {
          value: "correct horse",
          environment: [{ variables: { DB_PASSWORD: "battery staple", STAGE: "staging" } }],
          short: "abc",
        },
        sensitive: { after: { value: true, short: true } },
      },
    ],
    outputs: { key: { actions: ["create"], after: "correct horse battery", sensitive: true } },
  });

  it.each([
    ["what was sensitive in the plan", "is correct horse?", "is ‹masked›?"],
    ["the longer of two that are alike", "a correct horse battery.", "a ‹masked›."],
    ["variables whose names say so", "battery staple", "‹masked›"],
    ["AWS's keys", "key AKIAIOSFODNN7EXAMPLE.", "key ‹masked›."],
    ["GitHub's tokens", `t=ghp_${"a1".repeat(18)}`, "t=‹masked›"],
    ["JSON Web Tokens", `Bearer eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.c-c`, "Bearer ‹masked›"],
    ["private keys", "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----!", "‹masked›!"],
  ])("%s", (_, text, scrubbed) => {
    // Act and assess
    expect(plan.scrub(text)).toBe(scrubbed);
  });

  it("no names of environments, and nothing so short that it is in any text by chance", () => {
    // Act and assess
    expect(plan.scrub("staging: abc")).toBe("staging: abc");
  });
});
