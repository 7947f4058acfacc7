import { CloudwatchQueryDefinition } from "@cdktf/provider-aws/lib/cloudwatch-query-definition";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { InferenceStack } from "../../src";
import { passThrough } from "../../src/contracts/pass-through";
import { defineModels } from "../../src/models";
import { type LeastPrivilegeResult, only, type PrincipalRules, proveLeastPrivilege } from "../../src/testing";
import { models } from "../fixtures/app/functions";
import { anyEnvironment } from "../least-privilege/support/any-environment";
import { example, exampleModel, exampleWithCallers } from "../stacks/support/environments";

/** Seconds on an idle machine; a busy machine takes longer. */
const TIMEOUT_IN_MS = 240_000;

const ROLE = "test-loan-default-function";
const QUEUE = "arn:aws:sqs:eu-central-1:111122223333:test-reports";

/** A stack whose only function has one more statement in its role. */
function stackWith(statement: object): typeof InferenceStack {
  return class extends InferenceStack {
    constructor(...args: ConstructorParameters<typeof InferenceStack>) {
      super(...args);
      new IamRolePolicy(this, "reports", {
        name: "reports",
        role: ROLE,
        policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
      });
    }
  };
}

const sendsReports = {
  Sid: "SendReports",
  Effect: "Allow",
  Action: ["sqs:SendMessage"],
  Resource: [QUEUE],
};

/** The rule that makes {@link sendsReports} a permission that the app needs. */
const reports: PrincipalRules = {
  reads: {},
  allowedRequests: ({ stack }) => [
    {
      subject: `role ${ROLE}`,
      principal: { kind: "principal", arn: stack.account.globalArn("iam", `role/${ROLE}`) },
      action: "sqs:SendMessage",
      resource: only(QUEUE),
      context: {},
      otherRequests: "denied",
      reason: "the handler sends a report",
      source: "this test",
    },
  ],
  deniedRequests: () => [],
};

function faultsOf({ findings }: LeastPrivilegeResult): string[] {
  return [...new Set(findings.map(({ fault }) => fault))].sort();
}

describe("proveLeastPrivilege", () => {
  it(
    "finds nothing, and kills every mutant, when the app has the engine's stacks",
    async () => {
      // Prepare
      const app = { models, environments: [example] };

      // Act
      const { findings, survivors, counts, record } = await proveLeastPrivilege(app);

      // Assess
      expect(findings).toEqual([]);
      expect(survivors).toEqual([]);
      expect(counts.stacks).toBe(1);
      expect(counts.statements).toBeGreaterThan(5);
      expect(counts.allowedRequests).toBeGreaterThan(10);
      expect(counts.mutants.made).toBeGreaterThan(200);
      expect(counts.mutants.killed).toBe(counts.mutants.made);
      expect(record.map(({ title }) => title)).toEqual(["test: loan-default"]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "finds nothing when a model takes and answers bytes, which need no permission",
    async () => {
      // Prepare
      const picture = passThrough({
        takes: ["image/png"],
        answers: ["image/png"],
        example: { answer: { contentType: "image/png", base64: "iVBORw0KGgo=" } },
      });
      const app = {
        models: { ...models, ...defineModels({ picture }) },
        environments: [{ ...example, models: { picture: exampleModel } }],
      };

      // Act
      const { findings } = await proveLeastPrivilege(app, { mutants: false });

      // Assess
      expect(findings).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it("names stack, role, statement and fault when the app allows an action on every resource", async () => {
    // Prepare
    const InferenceStack = stackWith({ ...sendsReports, Resource: ["*"] });

    // Act
    const result = await proveLeastPrivilege(
      { models, environments: [example], InferenceStack },
      { mutants: false },
    );

    // Assess
    expect(faultsOf(result)).toEqual(["another action", "granted, not used", "wildcard"]);
    for (const { stack, subject, statements, message } of result.findings) {
      expect({ stack, subject }).toEqual({ stack: "test", subject: `role ${ROLE}` });
      expect(statements).toEqual([
        expect.stringMatching(/^aws_iam_role_policy\.reports.*\.policy, statement SendReports$/),
      ]);
      expect(message).toContain("stack test, role test-loan-default-function (aws_iam_role_policy.reports");
      expect(message).toContain("statement SendReports");
    }
    expect(result.findings.map(({ message }) => message).join("\n")).toContain(
      "sqs:SendMessage on *: got every resource; allowed: ARNs of queue",
    );
  });

  it("finds a permission without a need when the app's own statement has no rule", async () => {
    // Act
    const result = await proveLeastPrivilege(
      { models, environments: [example], InferenceStack: stackWith(sendsReports) },
      { mutants: false },
    );

    // Assess
    expect(faultsOf(result)).toEqual(["granted, not used"]);
  });

  it("finds nothing, and kills every mutant, when a rule needs the app's own statement", async () => {
    // Act
    const { findings, survivors, record } = await proveLeastPrivilege(
      { models, environments: [example], InferenceStack: stackWith(sendsReports) },
      { rules: [reports] },
    );

    // Assess
    expect(findings).toEqual([]);
    expect(survivors).toEqual([]);
    expect(record.map(({ text }) => text).join("\n")).toContain(
      `may sqs:SendMessage on ${QUEUE}\n    needed: the handler sends a report (this test)`,
    );
  });

  it("finds a missing permission when a rule needs more than the app allows", async () => {
    // Act
    const result = await proveLeastPrivilege(
      { models, environments: [example] },
      { mutants: false, rules: [reports] },
    );

    // Assess
    expect(faultsOf(result)).toEqual(["used, not granted"]);
    expect(result.findings.map(({ message }) => message).join()).toContain("the handler sends a report");
  });

  it.each([
    ["an action with a wildcard", { ...sendsReports, Action: ["sqs:*"] }, "wildcard"],
    [
      "the queues of every account",
      { ...sendsReports, Resource: [QUEUE.replace(/\d{12}/, "*")] },
      "near miss",
    ],
    ["a longer name", { ...sendsReports, Resource: [`${QUEUE}*`] }, "near miss"],
    [
      "another action, too",
      { ...sendsReports, Action: ["sqs:SendMessage", "sqs:DeleteQueue"] },
      "another action",
    ],
    [
      "a condition without an effect",
      { ...sendsReports, Condition: { Bool: { "aws:SecureTransport": "true" } } },
      "condition without purpose",
    ],
  ])("finds the fault when the app's own statement has %s", async (_, statement, fault) => {
    // Act
    const result = await proveLeastPrivilege(
      { models, environments: [example], InferenceStack: stackWith(statement) },
      { mutants: false, rules: [reports] },
    );

    // Assess
    expect(faultsOf(result)).toContain(fault);
  });

  it("refuses a resource of an unknown type unless the app lists the type as without permissions", async () => {
    // Prepare
    class WithQuery extends InferenceStack {
      constructor(...args: ConstructorParameters<typeof InferenceStack>) {
        super(...args);
        new CloudwatchQueryDefinition(this, "query", { name: "test", queryString: "fields @message" });
      }
    }
    const app = { models, environments: [example], InferenceStack: WithQuery };

    // Act
    const refused = await proveLeastPrivilege(app, { mutants: false });
    const allowed = await proveLeastPrivilege(app, {
      mutants: false,
      typesWithoutPermissions: ["aws_cloudwatch_query_definition"],
    });

    // Assess
    expect(refused.findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^stack test, .*refused: .*aws_cloudwatch_query_definition.*typesWithoutPermissions/,
      ),
    ]);
    expect(allowed.findings).toEqual([]);
  });

  it("accepts a type when a rule of the app reads the type, and refuses arguments that the rule does not list", async () => {
    // Prepare
    class WithQueue extends InferenceStack {
      constructor(...args: ConstructorParameters<typeof InferenceStack>) {
        super(...args);
        new SqsQueue(this, "queue", { name: "test-reports", policy: "{}" });
      }
    }
    const app = { models, environments: [example], InferenceStack: WithQueue };
    const rule = (known: readonly string[]): PrincipalRules => ({
      reads: { aws_sqs_queue: known },
      allowedRequests: () => [],
      deniedRequests: () => [],
    });

    // Act
    const allowed = await proveLeastPrivilege(app, { mutants: false, rules: [rule(["name", "policy"])] });
    const refused = await proveLeastPrivilege(app, { mutants: false, rules: [rule(["name"])] });

    // Assess
    expect(allowed.findings).toEqual([]);
    expect(refused.findings.map(({ message }) => message)).toEqual([
      expect.stringContaining("no rule reads policy"),
    ]);
  });

  it("finds a policy that another policy makes superfluous for one of its principals", async () => {
    // Prepare
    const { callers, ...withoutCallers } = exampleWithCallers;
    const mayInvoke = [{ model: "loan-default", by: "endpoint" as const }];
    const twice = {
      ...withoutCallers,
      callers: { one: { mayInvoke, roles: ["data"] }, two: { mayInvoke, roles: ["data", "ml"] } },
    };

    // Act
    const result = await proveLeastPrivilege({ models, environments: [twice] }, { mutants: false });

    // Assess
    expect(callers).toBeDefined();
    expect(faultsOf(result)).toEqual(["granted twice"]);
  });
});

describe("for any valid environment, proveLeastPrivilege", () => {
  /** fast-check prints the environment of a failure, and the path with which a test repeats it. */
  const check = (options: { readonly mutants: boolean }, parameters: fc.Parameters<unknown>) =>
    fc.assert(
      fc.asyncProperty(anyEnvironment, async (environment) => {
        const { findings, survivors } = await proveLeastPrivilege(
          { models, environments: [environment] },
          options,
        );
        expect([...findings.map(({ message }) => message), ...survivors]).toEqual([]);
      }),
      { ...parameters, endOnFailure: true },
    );

  it("finds nothing", () => check({ mutants: false }, { seed: 1, numRuns: 14 }), TIMEOUT_IN_MS);

  it("kills every mutant", () => check({ mutants: true }, { seed: 2, numRuns: 4 }), TIMEOUT_IN_MS);
});
