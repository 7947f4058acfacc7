import { describe, expect, it } from "@jest/globals";
import {
  type CallerSettings,
  type Environment,
  INVOKED_BY,
  type Invocation,
} from "../../src/environment/environment";
import type { ModelSettings } from "../../src/environment/model-settings";
import { checkEnvironments } from "../support/app";

const MODEL: ModelSettings = {
  artifact: "s3://amzn-s3-demo-bucket/model.tar.gz",
  image: { algorithm: "linear-learner", tag: "1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
};

const CALLER: CallerSettings = { mayInvoke: [{ model: "loan-default", by: "route" }] };

const VALID: Environment = {
  name: "test",
  region: "eu-central-1",
  state: { local: { path: "terraform.test.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
  models: {
    "loan-default": { ...MODEL, functionUrl: {} },
    "energy-demand": { ...MODEL, access: "API_KEY" },
    "ticket-urgency": { ...MODEL, access: "PUBLIC" },
  },
  callers: { shop: CALLER },
};

/** The valid environment with these properties in its caller. */
function callerWith(part: object): Environment {
  return { ...VALID, callers: { shop: { ...CALLER, ...part } } };
}

function invoking(...mayInvoke: { model: string; by: string }[]): Environment {
  return callerWith({ mayInvoke: mayInvoke as Invocation[] });
}

function callerNamed(name: string): Environment {
  return { ...VALID, callers: { [name]: CALLER } };
}

/** `count` digits. */
function digits(count: number): string {
  return "1".repeat(count);
}

interface Broken {
  readonly what: string;
  readonly environment: Environment;
  readonly field: string;
  readonly got: string;
  readonly allowed: string;
  readonly because: string;
}

const MODELS = "loan-default, energy-demand, ticket-urgency";
const NO_ROUTE_RULE = "functionUrl, endpoint, or route for a model whose access is AWS_IAM";
const QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

const brokenNames: Broken[] = [
  "",
  "Shop",
  "1shop",
  "-shop",
  "my_shop",
  "shop/a",
  "shop\n",
  `s${digits(104)}`,
].map((name) => ({
  what: `the name ${JSON.stringify(name.slice(0, 20))}`,
  environment: callerNamed(name),
  field: `callers.${name}`,
  got: JSON.stringify(name),
  allowed: "a name of 1–104 characters a-z, 0-9, -, starting with a letter",
  because: `the caller is part of a policy's name, which has at most 128 characters: ${QUOTAS}`,
}));

const brokenInvocations: Broken[] = [
  {
    what: "an empty mayInvoke",
    environment: invoking(),
    field: "callers.shop.mayInvoke",
    got: "[]",
    allowed: "at least one invocation",
    because: "IAM refuses a policy without a statement",
  },
  {
    what: "one invocation twice",
    environment: invoking(
      { model: "loan-default", by: "endpoint" },
      { model: "energy-demand", by: "endpoint" },
      { model: "loan-default", by: "endpoint" },
    ),
    field: "callers.shop.mayInvoke",
    got: '{"model":"loan-default","by":"endpoint"}',
    allowed: "each invocation once",
    because: "duplicate entry, probably a copy-paste mistake",
  },
  ...["iris", "language-check", "toString", "*", ""].map((model) => ({
    what: `the model ${JSON.stringify(model)}, which the environment does not serve`,
    environment: invoking({ model: "loan-default", by: "route" }, { model, by: "endpoint" }),
    field: "callers.shop.mayInvoke.1.model",
    got: JSON.stringify(model),
    allowed: MODELS,
    because: "a caller can invoke only models of the same environment",
  })),
  ...["", "url", "Route", "function"].map((by) => ({
    what: `the way ${JSON.stringify(by)}`,
    environment: invoking({ model: "loan-default", by }),
    field: "callers.shop.mayInvoke.0.by",
    got: JSON.stringify(by),
    allowed: "route, functionUrl, endpoint",
    because: "the type Environment of sagemaker-stages",
  })),
  {
    what: "by functionUrl without a function URL",
    environment: invoking({ model: "energy-demand", by: "functionUrl" }),
    field: "callers.shop.mayInvoke.0.by",
    got: '"functionUrl"',
    allowed: "route, endpoint, or functionUrl for a model with functionUrl",
    because: "models.energy-demand has no functionUrl",
  },
  ...[
    { model: "energy-demand", access: "API_KEY" },
    { model: "ticket-urgency", access: "PUBLIC" },
  ].map(({ model, access }) => ({
    what: `a route whose access is ${access}`,
    environment: invoking({ model, by: "route" }),
    field: "callers.shop.mayInvoke.0.by",
    got: '"route"',
    allowed: NO_ROUTE_RULE,
    because: `models.${model}.access is ${access}, which IAM policies do not affect`,
  })),
];

const brokenPrincipals: Broken[] = [
  { kind: "roles", most: 64 },
  { kind: "users", most: 64 },
  { kind: "groups", most: 128 },
].flatMap(({ kind, most }) => [
  ...[
    "",
    "*",
    "two words",
    "/team/shop",
    "team//shop",
    "arn:aws:iam::111122223333:role/shop",
    "$" + "{aws_iam_role.some.name}",
    "größe",
    "shop\n",
    digits(most + 1),
  ].map((name) => ({
    what: `${kind} named ${JSON.stringify(name.slice(0, 40))}`,
    environment: callerWith({ [kind]: ["shop", name] }),
    field: `callers.shop.${kind}`,
    got: JSON.stringify(name),
    allowed: `a name of 1–${most} letters, digits and _+=,.@-, with its path if it has a path (service-role/scoring), and not an ARN`,
    because: QUOTAS,
  })),
  {
    what: `${kind} with one name and two paths, because IAM's names are unique over all paths`,
    environment: callerWith({ [kind]: ["shop", "team/shop"] }),
    field: `callers.shop.${kind}`,
    got: '"team/shop"',
    allowed: "each name once",
    because: "Terraform would attach the policy twice, and removing one attachment would remove both",
  },
  {
    what: `${kind} that differ only in upper and lower case, which IAM ignores`,
    environment: callerWith({ [kind]: ["shop", "Shop"] }),
    field: `callers.shop.${kind}`,
    got: '"Shop"',
    allowed: "each name once",
    because: "Terraform would attach the policy twice, and removing one attachment would remove both",
  },
]);

const brokenRoles: Broken[] = [
  ...["AWSServiceRoleForAPIGateway", "AWSReservedSSO_Students_0123456789abcdef", "awsreservedsso_x"].map(
    (role) => ({
      what: `the role ${role}, which only AWS can change`,
      environment: callerWith({ roles: [role] }),
      field: "callers.shop.roles",
      got: JSON.stringify(role),
      allowed: "a role that you manage",
      because: expect.stringContaining("only AWS can change this role") as unknown as string,
    }),
  ),
  ...["test-loan-default-function", "test-ticket-urgency-endpoint", "Test-Ticket-Urgency-Endpoint"].map(
    (role) => ({
      what: `the stack's own role ${role}`,
      environment: callerWith({ roles: [role] }),
      field: "callers.shop.roles",
      got: JSON.stringify(role),
      allowed: "a role that no environment creates",
      because: "the role of a function or an endpoint must have no additional permissions",
    }),
  ),
];

describe("an environment with one invalid setting of a caller has exactly one fault", () => {
  it("and has no fault before the change", () => {
    // Act
    const faults = checkEnvironments([VALID]);

    // Assess
    expect(faults).toEqual([]);
  });

  describe.each([
    { part: "name", broken: brokenNames },
    { part: "invocations", broken: brokenInvocations },
    { part: "principals", broken: brokenPrincipals },
    { part: "roles", broken: brokenRoles },
  ])("$part", ({ broken }) => {
    it.each(broken)("$what", ({ environment, field, got, allowed, because }) => {
      // Act
      const faults = checkEnvironments([environment]);

      // Assess
      expect(faults).toEqual([{ environment: "test", field, got, allowed, because }]);
    });
  });

  it.each<[string, object, string]>([
    ["a misspelt property", { rolls: ["shop"] }, "callers.shop.rolls"],
    ["no mayInvoke", { mayInvoke: undefined }, "callers.shop.mayInvoke"],
    ["a text in place of a list", { roles: "shop" }, "callers.shop.roles"],
    [
      "an invocation with an additional property",
      { mayInvoke: [{ model: "loan-default", by: "route", method: "POST" }] },
      "callers.shop.mayInvoke.0.method",
    ],
  ])("a property with a wrong form: %s", (_what, part, field) => {
    // Act
    const faults = checkEnvironments([callerWith(part)]);

    // Assess
    expect(faults).toMatchObject([{ environment: "test", field }]);
  });
});

describe("a caller at a limit has no fault", () => {
  it.each<{ what: string; environment: Environment }>([
    { what: "no caller", environment: { ...VALID, callers: {} } },
    { what: "a name of one character", environment: callerNamed("s") },
    { what: "a name of 104 characters", environment: callerNamed(`s${digits(103)}`) },
    {
      what: "every way to invoke one model",
      environment: invoking(...INVOKED_BY.map((by) => ({ model: "loan-default", by }))),
    },
    {
      what: "the endpoint of a model whose route is public",
      environment: invoking(
        { model: "energy-demand", by: "endpoint" },
        { model: "ticket-urgency", by: "endpoint" },
      ),
    },
    { what: "no principal", environment: callerWith({ roles: [], users: [], groups: [] }) },
    {
      what: "principals with the longest names",
      environment: callerWith({ roles: [digits(64)], users: [digits(64)], groups: [digits(128)] }),
    },
    {
      what: "a principal with every kind of character",
      environment: callerWith({ roles: ["Az09_+=,.@-"], users: ["a.b@example.com"] }),
    },
    {
      what: "principals with paths",
      environment: callerWith({
        roles: ["service-role/shop"],
        users: ["team/a/shop"],
        groups: ["team/shop"],
      }),
    },
    {
      what: "a role, a user and a group with one name",
      environment: callerWith({ roles: ["shop"], users: ["shop"], groups: ["shop"] }),
    },
    {
      what: "roles whose names are similar to the stack's roles",
      environment: callerWith({ roles: ["prod-loan-default-function", "test-loan-default"] }),
    },
    {
      what: "a role that is in two callers",
      environment: {
        ...VALID,
        callers: { shop: { ...CALLER, roles: ["shop"] }, more: { ...CALLER, roles: ["shop"] } },
      },
    },
  ])("$what", ({ environment }) => {
    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults).toEqual([]);
  });
});

describe("a caller of existing endpoints and functions", () => {
  const withExisting = (mayInvoke: readonly Invocation[], roles: readonly string[] = []): Environment => ({
    ...VALID,
    models: {
      "loan-default": { existingEndpoint: "name", functionUrl: {} },
      "energy-demand": { ...MODEL, existingFunction: "scoring" },
      "ticket-urgency": { existingEndpoint: "name", existingFunction: "reading" },
    },
    callers: { shop: { mayInvoke, roles } },
  });

  it.each<Invocation>([
    { model: "loan-default", by: "route" },
    { model: "loan-default", by: "functionUrl" },
    { model: "loan-default", by: "endpoint" },
    { model: "energy-demand", by: "route" },
    { model: "energy-demand", by: "endpoint" },
    { model: "ticket-urgency", by: "route" },
    { model: "ticket-urgency", by: "endpoint" },
  ])("may invoke $model by $by", (invocation) => {
    // Act
    const faults = checkEnvironments([withExisting([invocation])]);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each(["energy-demand", "ticket-urgency"] as const)(
    "may not invoke %s by the URL of an existing function, because the environment does not manage this URL",
    (model) => {
      // Act
      const faults = checkEnvironments([withExisting([{ model, by: "functionUrl" }])]);

      // Assess
      expect(faults).toEqual([
        {
          environment: "test",
          field: "callers.shop.mayInvoke.0.by",
          got: '"functionUrl"',
          allowed: "route, endpoint, or functionUrl for a model with functionUrl",
          because: `models.${model} has an existing function, and the function's owner manages its URL`,
        },
      ]);
    },
  );

  it.each([
    { role: "test-loan-default-function", isOwn: true },
    // No model has this role now, but the environment's deployer is permitted to change the role.
    { role: "test-loan-default-endpoint", isOwn: true },
    { role: "test-churn-function", isOwn: true },
    { role: "TEST-churn-Function", isOwn: true },
    // The asterisk in the deployer's policies also matches a slash.
    { role: "test-team/scoring-function", isOwn: true },
    { role: "Test-Team/scoring-endpoint", isOwn: true },
    { role: "team/test-churn-function", isOwn: true },
    { role: "team/test-team/scoring-function", isOwn: false },
    { role: "test-churn-notebook", isOwn: false },
    { role: "test-function", isOwn: false },
    { role: "test2-churn-function", isOwn: false },
    { role: "churn-function", isOwn: false },
  ])("may have every role except roles that match the deployer's policies: $role", ({ role, isOwn }) => {
    // Act
    const faults = checkEnvironments([withExisting([{ model: "ticket-urgency", by: "route" }], [role])]);

    // Assess
    expect(faults.map(({ field, got }) => [field, got])).toEqual(
      isOwn ? [["callers.shop.roles", JSON.stringify(role)]] : [],
    );
  });
});

describe("callers of two environments", () => {
  const beside = (name: string, caller: string): Environment => ({
    ...callerNamed(caller),
    name,
    state: { local: { path: `terraform.${name}.tfstate` } },
  });

  it("may have the same name", () => {
    // Act
    const faults = checkEnvironments([beside("first", "shop"), beside("second", "shop")]);

    // Assess
    expect(faults).toEqual([]);
  });

  it("have no additional fault when both environments have the same name", () => {
    // Prepare
    const state = { local: { path: "terraform.other.tfstate" } };

    // Act
    const faults = checkEnvironments([beside("first", "shop"), { ...beside("first", "shop"), state }]);

    // Assess
    expect(faults.map(({ field }) => field)).toEqual(["name"]);
  });

  it("may not be a function's role of the other environment", () => {
    // Prepare
    const first = beside("first", "shop");
    const callers = { shop: { ...CALLER, roles: ["second-ticket-urgency-function"] } };

    // Act
    const faults = checkEnvironments([{ ...first, callers }, beside("second", "shop")]);

    // Assess
    expect(faults).toMatchObject([
      { environment: "first", field: "callers.shop.roles", got: '"second-ticket-urgency-function"' },
    ]);
  });
});
