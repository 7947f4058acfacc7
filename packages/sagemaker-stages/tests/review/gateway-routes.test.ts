import { describe, expect, it } from "@jest/globals";
import type { RouteAccess } from "../../src/environment/model-settings";
import { gatewayRolePolicy, gatewayRoleTrust } from "../../src/iam/workload/gateway-role";
import { accessChanges } from "../../src/review/access/access";
import { costChange } from "../../src/review/cost";
import { surfaceChanges } from "../../src/review/surface";
import { planned } from "./support/planned";
import { apiOf, switchedRoute } from "./support/switched-route";

const ENDPOINT_ARN = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/prod-house-price";
describe("the review of a route that changes from a function to API Gateway", () => {
  it.each<RouteAccess>(["AWS_IAM", "API_KEY"])(
    "shows what the route invokes before and after, and opens nothing, with the access %s",
    (access) => {
      // Act
      const changes = surfaceChanges(planned(switchedRoute("lambda", "gateway", access)));

      // Assess
      expect(changes).toMatchObject([
        {
          what: "POST /house-price",
          kind: "target changed",
          before: expect.stringMatching(/, to function prod-house-price$/),
          after: expect.stringMatching(/, to endpoint prod-house-price, with a role's rights$/),
          opened: false,
          public: false,
          unjudged: false,
        },
      ]);
    },
  );

  it("shows the way back as well", () => {
    // Act
    const changes = surfaceChanges(planned(switchedRoute("gateway", "lambda")));

    // Assess
    expect(changes).toMatchObject([
      { kind: "target changed", after: expect.stringMatching(/, to function prod-house-price$/) },
    ]);
  });

  it("asks for attention where the route is public, as for every other target", () => {
    // Act
    const changes = surfaceChanges(planned(switchedRoute("lambda", "gateway", "PUBLIC")));

    // Assess
    expect(changes).toMatchObject([{ kind: "target changed", public: true }]);
  });

  it("has the cost of a million requests both ways", () => {
    // Act
    const { perMillionRequests } = costChange(planned(switchedRoute("lambda", "gateway")));

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

  it("says what of the cost is not known where the function is not in the plan", () => {
    // Prepare
    const [apiChange] = switchedRoute("lambda", "gateway");

    // Act
    const { notCounted } = costChange(planned([apiChange]));

    // Assess
    expect(notCounted).toMatchObject([
      {
        what: "POST /house-price: requests, without the endpoint",
        before: { reason: "the function is not in the plan" },
      },
    ]);
  });

  it("has no such line where the way stays", () => {
    // Act
    const { perMillionRequests } = costChange(
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
