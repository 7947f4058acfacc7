import { describe, expect, it } from "@jest/globals";
import type { ParsedRouteAccess } from "../../src/environment/model-settings";
import { gatewayRolePolicy, gatewayRoleTrust } from "../../src/iam/workload/gateway-role";
import { accessChanges } from "../../src/review/access/access";
import { planned } from "./support/planned";
import { apiOf, switchedRoute } from "./support/switched-route";
import { costTexts, surfaceTexts } from "./support/texts";

const ENDPOINT_ARN = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/prod-house-price";
describe("the review of a route that changes from a function to API Gateway", () => {
  it.each<ParsedRouteAccess>(["AWS_IAM", "API_KEY"])(
    "shows what the route invokes before and after, and opens nothing, with the access %s",
    (access) => {
      // Act
      const changes = surfaceTexts(planned(switchedRoute("lambda", "gateway", access)));

      // Assess
      expect(changes).toMatchObject([
        {
          subject: "POST /house-price",
          kind: "target changed",
          before: expect.stringMatching(/, invokes function prod-house-price$/),
          after: expect.stringMatching(/, invokes endpoint prod-house-price with a role$/),
          opened: false,
          public: false,
          undetermined: false,
        },
      ]);
    },
  );

  it("shows the change back to a function", () => {
    // Act
    const changes = surfaceTexts(planned(switchedRoute("gateway", "lambda")));

    // Assess
    expect(changes).toMatchObject([
      { kind: "target changed", after: expect.stringMatching(/, invokes function prod-house-price$/) },
    ]);
  });

  it("reports public access when the route is public", () => {
    // Act
    const changes = surfaceTexts(planned(switchedRoute("lambda", "gateway", "PUBLIC")));

    // Assess
    expect(changes).toMatchObject([{ kind: "target changed", public: true }]);
  });

  it("has the cost of a million requests before and after", () => {
    // Act
    const { perMillionRequests } = costTexts(planned(switchedRoute("lambda", "gateway")));

    // Assess: 3.5 + 0.2 + 100,000 s × 0.25 GB × 0.0000133334
    const line = perMillionRequests.find(({ what }) => what.startsWith("POST /house-price"));
    expect(line).toMatchObject({
      what: "POST /house-price: requests, without the endpoint",
      before: {
        usd: 4.0333,
        calculation:
          "1 million × $3.5 (requests to a REST API) + 1 million × $0.2 (requests to Lambda) + 100,000 s × 0.25 GB × $0.0000133334 (Lambda on arm64)",
      },
      after: { usd: 3.5, calculation: "1 million × $3.5 (requests to a REST API)" },
      difference: -0.5333,
    });
  });

  it("names the missing function when the function is not in the plan", () => {
    // Prepare
    const [apiChange] = switchedRoute("lambda", "gateway");

    // Act
    const { notCounted } = costTexts(planned([apiChange]));

    // Assess
    expect(notCounted).toMatchObject([
      {
        what: "POST /house-price: requests, without the endpoint",
        before: { reason: "the function is not in the plan" },
      },
    ]);
  });

  it("has no cost of a route whose integration does not change", () => {
    // Act
    const { perMillionRequests } = costTexts(
      planned([
        {
          type: "aws_api_gateway_rest_api",
          before: apiOf("gateway", "AWS_IAM"),
          after: apiOf("gateway", "API_KEY"),
        },
      ]),
    );

    // Assess
    expect(perMillionRequests).toEqual([]);
  });

  it("lists API Gateway's new role, who assumes the role, and its one permission", () => {
    // Act
    const changes = accessChanges(
      planned([
        {
          type: "aws_iam_role",
          name: "role",
          after: { name: "prod-house-price-gateway", assume_role_policy: JSON.stringify(gatewayRoleTrust()) },
        },
        {
          type: "aws_iam_role_policy",
          name: "policy",
          after: {
            name: "gateway",
            role: "prod-house-price-gateway",
            policy: JSON.stringify(gatewayRolePolicy({ endpointArn: ENDPOINT_ARN })),
          },
        },
      ]),
    );

    // Assess
    const text = JSON.stringify(changes);
    expect(text).toContain("apigateway.amazonaws.com");
    expect(text).toContain("sagemaker:InvokeEndpoint");
    expect(changes.every(({ public: isPublic }) => !isPublic)).toBe(true);
  });
});
