import { describe, expect, it } from "@jest/globals";
import { together } from "../../examples/together";
import type { DeployableEnvironment } from "../../src/environment/account";
import type { Environment } from "../../src/environment/environment";
import { boundaryPolicy } from "../../src/iam/deployment/boundary";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { findPipelinePolicyFaults } from "../../src/iam/deployment/pipeline-policies";
import { MAX_CHARACTERS, sizeOf } from "../../src/iam/iam-limits";
import type { PolicyDocument } from "../../src/iam/policy-document";
import type { AuthorizationCheck } from "../deploy/support/authorization";
import { isAllowed } from "../deploy/support/evaluation";
import { models } from "../support/app";
import { parseEmbedded, synthesize } from "./support/synthesized";

const ACCOUNT = "111122223333";
/** The ARN of the API, which API Gateway assigns. */
const API_ARN = `arn:aws:execute-api:eu-central-1:${ACCOUNT}:abcdefghij`;
const API = "https://api.together.models.example.com";
const PAGE = "https://together.models.example.com";
const ORIGINS = [PAGE, "https://app.example.com", "https://www.example.org:8443"];

/** The example as a pipeline deploys it: the roles have a boundary, and the state is in S3. */
const deployed: DeployableEnvironment = {
  ...together,
  accountId: ACCOUNT,
  permissionsBoundary: true,
  state: { s3: { bucket: "amzn-s3-demo-state-bucket", key: "stages/together.tfstate" } },
};

const stack = synthesize([together]).stack(together.name);

/** Every request that a document's statements allow, with the document's own patterns. */
function allowedBy({ Statement }: PolicyDocument): AuthorizationCheck[] {
  return Statement.flatMap(({ Action, Resource = [], Condition = {} }) => {
    const keys = Object.entries(Condition).flatMap(([operator, byKey]) =>
      // The request does not have the key, or has another value.
      operator === "Null" || operator.includes("Not") ? [] : Object.entries(byKey),
    );
    const context = Object.fromEntries(keys.map(([key, values]) => [key, [values].flat()[0] ?? ""]));
    return Action.flatMap((action) => Resource.map((resource) => ({ action, resource, context })));
  });
}

describe("an environment with every kind of caller", () => {
  it("has one authorizer function, and a different security scheme for each kind of caller", () => {
    // Act
    const { paths, components } = stack.openApi();

    // Assess
    const security = Object.entries(paths).map(([path, operations]) => {
      const { options: _, ...others } = operations;
      return [path, Object.values(others).map(({ security }) => security.flatMap(Object.keys).sort())];
    });
    expect(Object.fromEntries(security)).toEqual({
      "/language-check": [["sigv4"]],
      "/loan-default": [["sigv4"]],
      "/ticket-urgency": [["cognito"]],
      "/energy-demand": [["api_key", "customers"]],
      "/house-price": [["tokens"]],
    });
    expect(Object.keys(components.securitySchemes ?? {}).sort()).toEqual([
      "api_key",
      "cognito",
      "customers",
      "sigv4",
      "tokens",
    ]);
    expect(
      stack.find("aws_lambda_function").filter(({ values }) => values.function_name.endsWith("-authorizer")),
    ).toHaveLength(1);
  });

  it("lets the page connect exactly to the stage's domain name, the sign-in and function URLs", () => {
    // Act
    const { values } = stack.one("aws_cloudfront_response_headers_policy");

    // Assess
    const policy = JSON.stringify(values);
    const [, sources = ""] = /connect-src ([^;]*);/.exec(policy) ?? [];
    expect(sources.split(" ")).toEqual([
      "'self'",
      API,
      expect.stringMatching(/^https:\/\/together-[0-9a-f]{8}\.auth\.eu-central-1\.amazoncognito\.com$/),
      "https://cognito-identity.eu-central-1.amazonaws.com",
      "https://*.lambda-url.eu-central-1.on.aws",
    ]);
    expect(policy).not.toContain("execute-api");
  });

  it("redirects users after the sign-in and the sign-out only to the page's domain name", () => {
    // Act
    const { values } = stack.one("aws_cognito_user_pool_client");

    // Assess
    expect([values.callback_urls, values.logout_urls]).toEqual([[`${PAGE}/`], [`${PAGE}/`]]);
  });

  it("gives the page the URLs of the routes at the stage's domain name", () => {
    // Act
    const config = stack.find("aws_s3_object").find(({ values }) => values.key === "config.json");

    // Assess
    const { stageUrl, signIn } = JSON.parse(String(config?.values.content)) as {
      stageUrl: string;
      signIn: { redirectUrl: string; targets: Record<string, { url: string; service: string }> };
    };
    expect([stageUrl, signIn.redirectUrl]).toEqual([`${API}/v1`, `${PAGE}/`]);
    expect(signIn.targets).toEqual({
      "/language-check": {
        url: expect.stringMatching(/\.url_id\}\.lambda-url\.eu-central-1\.on\.aws\/$/),
        service: "lambda",
      },
      "/loan-default": { url: `${API}/v1/loan-default`, service: "execute-api" },
      "/ticket-urgency": { url: `${API}/v1/ticket-urgency`, service: "token" },
    });
  });

  it("allows the page's origin and the origins of the setting, in each function and each preflight", () => {
    // Act
    const functions = stack.find("aws_lambda_function").flatMap(({ values }) => {
      const variables = values.environment?.variables ?? {};
      return "CORS_ALLOW_ORIGIN" in variables ? [variables.CORS_ALLOW_ORIGIN] : [];
    });
    const preflights = Object.values(stack.openApi().paths).map(({ options }) =>
      JSON.stringify(options?.["x-amazon-apigateway-integration"].responses),
    );

    // Assess
    expect(functions).toEqual(Array.from({ length: 4 }, () => ORIGINS.join(",")));
    expect(preflights).toHaveLength(5);
    for (const preflight of preflights) {
      for (const origin of ORIGINS) expect(preflight).toContain(origin);
      expect(preflight).not.toContain("'*'");
    }
  });
});

describe("the pipeline of an environment with every kind of caller", () => {
  const requested = Object.values(deployerPolicies(deployed, ACCOUNT)).flatMap(allowedBy);

  it("has a boundary of the deploy role that allows each permission of the deployer", () => {
    // Act
    const denied = requested.filter((one) => !isAllowed([deployLimits(deployed, ACCOUNT)], one));

    // Assess
    expect(requested.length).toBeGreaterThan(100);
    expect(denied).toEqual([]);
  });

  it("has a boundary of the environment's roles that allows each permission of these roles", () => {
    // Prepare
    const own = synthesize([deployed])
      .stack(deployed.name)
      .find("aws_iam_role_policy")
      .flatMap(({ address, values }) =>
        allowedBy(parseEmbedded(values.policy, address) as unknown as PolicyDocument),
      )
      .map((one) => ({ ...one, resource: one.resource.replace(/\$\{[^}]*\.execution_arn\}/, API_ARN) }));

    // Act
    const denied = own.filter((one) => !isAllowed([boundaryPolicy(deployed, ACCOUNT)], one));

    // Assess
    expect(own.length).toBeGreaterThan(20);
    expect(denied).toEqual([]);
  });

  const scaled = {
    memorySizeInMb: 2048,
    maxConcurrency: 5,
    provisionedConcurrency: 1,
    autoscaling: { minCapacity: 1, maxCapacity: 2, targetUtilization: 0.7 },
  } as const;
  /** The longest name of an environment and of a bucket, a network and scaling. */
  const longest: DeployableEnvironment = {
    ...deployed,
    name: "abcdefghij-12345",
    region: "ap-southeast-1",
    state: { s3: { bucket: "b".repeat(63), key: "stages/abcdefghij-12345.tfstate" } },
    network: { vpc: { availabilityZones: ["ap-southeast-1a"] } },
    models: Object.fromEntries(
      Object.entries(deployed.models).map(([model, settings]) => [
        model,
        { ...settings, serverless: scaled },
      ]),
    ) as Environment["models"],
  };

  it("has a boundary of the deploy role that fits one policy and still allows the deployer, with the longest names, a network and scaling", () => {
    // Prepare
    const limits = deployLimits(longest, ACCOUNT);

    // Act
    const denied = Object.values(deployerPolicies(longest, ACCOUNT))
      .flatMap(allowedBy)
      .filter((one) => !isAllowed([limits], one));

    // Assess
    expect(sizeOf(limits)).toBeLessThanOrEqual(MAX_CHARACTERS);
    expect(denied).toEqual([]);
  });

  it.each<[string, string, AuthorizationCheck["context"]]>([
    ["iam:CreateRole", "arn:aws:iam::111122223333:role/other-1-function", {}],
    ["sagemaker:DeleteEndpoint", "arn:aws:sagemaker:ap-southeast-1:111122223333:endpoint/other-1", {}],
    [
      "sagemaker:DeleteModelPackage",
      "arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/other/1",
      {},
    ],
    ["apigateway:PATCH", "arn:aws:apigateway:ap-southeast-1::/account", {}],
    [
      "route53:ChangeResourceRecordSets",
      "arn:aws:route53:::hostedzone/Z0123456789EXAMPLE",
      { "route53:ChangeResourceRecordSetsNormalizedRecordNames": "models.example.com" },
    ],
    [
      "route53:ChangeResourceRecordSets",
      "arn:aws:route53:::hostedzone/Z9999999999EXAMPLE",
      { "route53:ChangeResourceRecordSetsNormalizedRecordNames": "together.models.example.com" },
    ],
    ["wafv2:DeleteWebACL", "arn:aws:wafv2:ap-southeast-1:111122223333:regional/webacl/other-stage/1", {}],
    [
      "cognito-idp:DeleteUserPool",
      "arn:aws:cognito-idp:ap-southeast-1:111122223333:userpool/1",
      { "aws:ResourceTag/Environment": "other" },
    ],
    ["cognito-idp:AdminCreateUser", "*", {}],
  ])(
    "has a boundary of the deploy role that denies %s on %s %j, with the longest names",
    (action, resource, context) => {
      // Act
      const allowed = isAllowed([deployLimits(longest, ACCOUNT)], { action, resource, context });

      // Assess
      expect(allowed).toBe(false);
    },
  );

  it("fits the limits of IAM with the longest names, a network and scaling", () => {
    // Act
    const faults = findPipelinePolicyFaults(
      {
        name: "account",
        accountId: ACCOUNT,
        region: longest.region,
        state: { local: { path: "terraform.account.tfstate" } },
        github: { repository: "octo-org/stages" },
      },
      [longest],
      models,
    );

    // Assess
    expect(faults).toEqual([]);
  });
});
