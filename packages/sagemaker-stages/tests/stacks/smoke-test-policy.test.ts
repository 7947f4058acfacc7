import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { smokeTestPolicy } from "../../src/iam/deployment/smoke-test";
import { isAllowed } from "../deploy/support/evaluation";
import { models } from "../fixtures/app/functions";
import { EVERY_MODEL } from "../local/support/environments";

const ACCOUNT = "123456789012";

/**
 * An environment with an API key for loan-default, signed requests for energy-demand and language-check, public access for
 * ticket-urgency, and one function URL.
 */
const environment: Environment = {
  ...EVERY_MODEL,
  name: "staging",
  models: {
    ...EVERY_MODEL.models,
    ...(EVERY_MODEL.models["language-check"] && {
      "language-check": { ...EVERY_MODEL.models["language-check"], access: "AWS_IAM" },
    }),
  },
};

const ROUTE = `arn:aws:execute-api:us-east-1:${ACCOUNT}:abcdefghij`;
const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function`;
const BY_URL = { "lambda:FunctionUrlAuthType": "AWS_IAM", "lambda:InvokedViaFunctionUrl": "true" };

describe("the smoke test of an environment", () => {
  it.each<[verdict: string, action: string, resource: string, context: Record<string, string>]>([
    ["may", "execute-api:Invoke", `${ROUTE}/staging/POST/energy-demand`, {}],
    ["may", "execute-api:Invoke", `${ROUTE}/staging/GET/language-check`, {}],
    ["may not", "execute-api:Invoke", `${ROUTE}/staging/POST/loan-default`, {}],
    ["may not", "execute-api:Invoke", `${ROUTE}/staging/DELETE/energy-demand`, {}],
    ["may not", "execute-api:Invoke", `${ROUTE}/prod/POST/energy-demand`, {}],
    ["may not", "execute-api:ManageConnections", `${ROUTE}/staging/POST/energy-demand`, {}],
    ["may", "lambda:InvokeFunctionUrl", `${FUNCTION}:staging-language-check`, BY_URL],
    ["may", "lambda:InvokeFunction", `${FUNCTION}:staging-language-check`, BY_URL],
    ["may not", "lambda:InvokeFunction", `${FUNCTION}:staging-language-check`, {}],
    ["may not", "lambda:InvokeFunctionUrl", `${FUNCTION}:staging-energy-demand`, BY_URL],
    ["may not", "lambda:InvokeFunctionUrl", `${FUNCTION}:prod-language-check`, BY_URL],
    [
      "may not",
      "sagemaker:InvokeEndpoint",
      `arn:aws:sagemaker:us-east-1:${ACCOUNT}:endpoint/staging-language-check`,
      {},
    ],
  ])("%s %s on %s", (verdict, action, resource, context) => {
    // Prepare
    const policy = smokeTestPolicy(environment, ACCOUNT, models);

    // Act
    const allowed = policy !== undefined && isAllowed([policy], { action, resource, context });

    // Assess
    expect(allowed).toBe(verdict === "may");
  });

  it("is allowed by the boundary of the deploy role, which runs the smoke test in a pipeline", () => {
    // Prepare
    const limits = deployLimits(environment, ACCOUNT);
    const requests = [
      { action: "execute-api:Invoke", resource: `${ROUTE}/staging/POST/energy-demand`, context: {} },
      { action: "lambda:InvokeFunctionUrl", resource: `${FUNCTION}:staging-language-check`, context: BY_URL },
      { action: "lambda:InvokeFunction", resource: `${FUNCTION}:staging-language-check`, context: BY_URL },
    ];
    const others = requests.map((one) => ({ ...one, resource: one.resource.replace("staging", "prod") }));

    // Act
    const [within, without] = [requests, others].map((these) =>
      these.filter((one) => isAllowed([limits], one)),
    );

    // Assess
    expect(within).toEqual(requests);
    expect(without).toEqual([]);
  });

  it("needs no permission when no route requires signed requests", () => {
    // Prepare
    const { "ticket-urgency": ticketUrgency } = environment.models;

    // Act
    const policy = smokeTestPolicy(
      { ...environment, models: ticketUrgency ? { "ticket-urgency": ticketUrgency } : {} },
      ACCOUNT,
      models,
    );

    // Assess
    expect(policy).toBeUndefined();
  });
});
