import { describe, expect, it } from "@jest/globals";
import { accessChanges } from "../../../review/access/access";
import {
  ACCOUNT,
  allow,
  changesOf,
  type Given,
  OTHER_ACCOUNT,
  planWith,
  policy,
  told,
  trust,
} from "./support/plans";

const FUNCTION = { function_name: "dev-sentiment", action: "lambda:InvokeFunction" };
const ROUTE = `arn:aws:execute-api:us-east-1:${ACCOUNT}:abc123/dev/POST/sentiment`;
const OBJECTS = "arn:aws:s3:::site/*";

function permission(before: object | undefined, after: object | undefined): Given {
  const of = (values: object | undefined) => (values === undefined ? undefined : { ...FUNCTION, ...values });
  return { address: "aws_lambda_permission.route", before: of(before), after: of(after) };
}

function bucket(before: string | undefined, after: string | undefined): Given {
  const of = (document: string | undefined) =>
    document === undefined ? undefined : { bucket: "site", policy: document };
  return { address: "aws_s3_bucket_policy.site", before: of(before), after: of(after) };
}

describe("the trust of a role", () => {
  const ours = { Principal: { Service: "sagemaker.amazonaws.com" } };

  it("is opened to another account, which is marked, in both of its spellings", () => {
    // Act
    const changes = changesOf(
      trust(ours, { Principal: { ...ours.Principal, AWS: [OTHER_ACCOUNT, `arn:aws:iam::${ACCOUNT}:root`] } }),
    );
    const again = changesOf(
      trust(
        { Principal: { AWS: OTHER_ACCOUNT } },
        { Principal: { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` } },
      ),
    );

    // Assess
    expect(changes.map(({ words, widens, marks }) => [words, widens, marks])).toEqual([
      ["The account `111122223333` can now take the role `scoring`.", true, []],
      ["The account `444455556666` can now take the role `scoring`.", true, ["other account"]],
    ]);
    expect(again).toEqual([]);
  });

  it("is opened to another service, and to anyone", () => {
    // Act
    const service = changesOf(
      trust(ours, { Principal: { Service: ["sagemaker.amazonaws.com", "lambda.amazonaws.com"] } }),
    );
    const anyone = changesOf(trust(ours, { Principal: { AWS: "*" } }));

    // Assess
    expect(service.map(({ marks, principal }) => [principal, marks])).toEqual([
      ["service lambda.amazonaws.com", ["new service"]],
    ]);
    expect(anyone.map(({ change, principal, public: isPublic }) => [change, principal, isPublic])).toEqual([
      ["granted", "anyone", true],
    ]);
  });

  it.each<[string, object, boolean]>([
    [
      "one environment of one repository",
      { StringEquals: { "token.actions.githubusercontent.com:sub": "repo:o/r:environment:prod" } },
      false,
    ],
    ["every repository", { StringLike: { "token.actions.githubusercontent.com:sub": "repo:*" } }, true],
    [
      "an audience alone",
      { StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } },
      true,
    ],
  ])("lets in GitHub's workflows: %s", (_, Condition, isPublic) => {
    // Prepare
    const github = {
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com` },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition,
    };

    // Act
    const [change] = changesOf(trust(ours, github));

    // Assess
    expect(change).toMatchObject({ widens: true, public: isPublic });
  });
});

describe("a Lambda permission", () => {
  const api = { principal: "apigateway.amazonaws.com", source_arn: ROUTE };

  it("is for anyone, without a condition that says who", () => {
    // Act
    const open = changesOf(permission(undefined, { principal: "*" }));
    const closed = changesOf(permission(undefined, { principal: "*", principal_org_id: "o-1" }));

    // Assess
    expect(open).toMatchObject([
      { words: "Anyone can now invoke the function `dev-sentiment`.", public: true, marks: ["anyone"] },
    ]);
    expect(closed).toMatchObject([{ widens: true, public: false, marks: [] }]);
  });

  it.each<[string, object, object, string[]]>([
    [
      "loses its condition",
      api,
      { principal: api.principal },
      [
        "+ The service `apigateway.amazonaws.com` can invoke the function `dev-sentiment` on other conditions: before " +
          `where \`aws:SourceArn\` is like \`${ROUTE}\`, now always.`,
      ],
    ],
    [
      "gets another source",
      api,
      { ...api, source_arn: ROUTE.replace("POST", "*"), source_account: ACCOUNT },
      [
        "+ The service `apigateway.amazonaws.com` can invoke the function `dev-sentiment` on other conditions: before " +
          `where \`aws:SourceArn\` is like \`${ROUTE}\`, now where \`aws:SourceArn\` is like ` +
          `\`${ROUTE.replace("POST", "*")}\`, and \`aws:SourceAccount\` is \`${ACCOUNT}\`.`,
      ],
    ],
    [
      "names the function by its ARN",
      api,
      { ...api, function_name: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:dev-sentiment` },
      [],
    ],
  ])("%s", (_, before, after, words) => {
    // Act
    const changes = changesOf(permission(before, after));

    // Assess
    expect(told(changes)).toEqual(words);
  });

  it("has a source that is known after the apply, and a token that is masked", () => {
    // Act
    const changes = changesOf(
      { ...permission(api, { principal: api.principal }), unknown: { source_arn: true } },
      {
        ...permission(
          { principal: "alexa-appkit.amazon.com", event_source_token: "skill-1" },
          { principal: "alexa-appkit.amazon.com", event_source_token: "skill-2" },
        ),
        address: "aws_lambda_permission.alexa",
      },
    );

    // Assess
    expect(changes.map(({ change, widens, condition }) => [change, widens, condition])).toEqual([
      [
        "changed",
        true,
        "lambda:EventSourceToken StringEquals ‹masked› → lambda:EventSourceToken StringEquals ‹masked› (another value)",
      ],
      ["changed", true, `aws:SourceArn ArnLike ${ROUTE} → aws:SourceArn ArnLike (known after apply)`],
    ]);
  });

  it("is added by Terraform's provider for a URL without authorization", () => {
    // Prepare
    const url = (type: string) => ({ function_name: "dev-sentiment", authorization_type: type });

    // Act
    const changes = changesOf({
      address: "aws_lambda_function_url.url",
      before: url("AWS_IAM"),
      after: url("NONE"),
    });

    // Assess
    expect(changes).toMatchObject([
      {
        words:
          "Anyone can now call the URL of the function `dev-sentiment`, where `lambda:FunctionUrlAuthType` is `NONE`.",
        public: true,
      },
    ]);
  });
});

describe("the policy of a bucket", () => {
  const distribution = {
    ...allow("s3:GetObject", OBJECTS, {
      StringEquals: { "aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E1" },
    }),
    Principal: { Service: "cloudfront.amazonaws.com" },
  };
  const tlsOnly = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: OBJECTS,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };

  it("is opened to the public", () => {
    // Act
    const changes = changesOf(
      bucket(
        policy(distribution),
        policy(distribution, { ...allow("s3:GetObject", OBJECTS), Principal: "*" }),
      ),
    );

    // Assess
    expect(changes).toMatchObject([
      {
        words: "Anyone can now read every object of the bucket `site`.",
        public: true,
        where: [{ address: "aws_s3_bucket_policy.site" }],
      },
    ]);
  });

  it("loses what it denied, while the bucket stays; with the bucket nothing widens", () => {
    // Prepare
    const kept = bucket(policy(distribution, tlsOnly), policy(distribution));
    const gone: Given[] = [
      bucket(policy(tlsOnly), undefined),
      { address: "aws_s3_bucket.site", before: { bucket: "site", arn: "arn:aws:s3:::site" } },
    ];

    // Act
    const changes = changesOf(kept);
    const destroyed = changesOf(...gone);

    // Assess
    expect(told(changes)).toEqual([
      "+ Anyone is no longer refused to call `s3:*` on every object of the bucket `site`, where `aws:SecureTransport` is `false`.",
    ]);
    expect(destroyed.map(({ widens }) => widens)).toEqual([false]);
  });
});

describe("a gate, which lets everything pass where it has no policy", () => {
  const stays = {
    before: { id: "vpce-1", service_name: "s3", vpc_endpoint_type: "Gateway" },
    after: { id: "vpce-1", service_name: "s3", vpc_endpoint_type: "Gateway" },
  };
  const ofRole = {
    ...allow("s3:GetObject", "*", { ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/a` } }),
    Principal: "*",
  };

  it("is a VPC endpoint that loses its policy", () => {
    // Act
    const changes = changesOf(
      { address: "aws_vpc_endpoint.s3", ...stays },
      {
        address: "aws_vpc_endpoint_policy.s3",
        before: { vpc_endpoint_id: "vpce-1", policy: policy(ofRole) },
      },
    );

    // Assess
    expect(changes).toMatchObject([
      {
        words:
          "Anyone who comes by way of the VPC endpoint `s3` can now do everything on every resource; " +
          "before only `s3:GetObject` on `*`.",
        widens: true,
        public: false,
        marks: ["every action", "every resource", "permissions management"],
      },
    ]);
  });

  it("is a VPC endpoint that is new and says nothing of a policy", () => {
    // Act
    const changes = changesOf({
      address: "aws_vpc_endpoint.s3",
      after: { service_name: "s3" },
      unknown: { id: true, policy: true },
      sets: { service_name: [] },
    });

    // Assess
    expect(changes).toMatchObject([{ change: "granted", widens: true, public: false, actions: ["*"] }]);
  });

  it("is an API whose document loses its policy", () => {
    // Prepare
    const body = (extension: object) => JSON.stringify({ openapi: "3.0.1", paths: {}, ...extension });
    const closed = {
      "x-amazon-apigateway-policy": {
        Statement: [
          {
            ...allow("execute-api:Invoke", "*", { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }),
            Principal: "*",
          },
        ],
      },
    };

    // Act
    const opened = changesOf({
      address: "aws_api_gateway_rest_api.api",
      before: { id: "abc123", name: "dev", body: body(closed) },
      after: { id: "abc123", name: "dev", body: body({}) },
    });
    const none = changesOf({
      address: "aws_api_gateway_rest_api.api",
      before: { id: "abc123", name: "dev", body: body({}) },
      after: { id: "abc123", name: "dev", body: body({ info: {} }) },
    });

    // Assess
    expect(opened).toMatchObject([{ change: "changed", widens: true, public: true, principal: "anyone" }]);
    expect(none).toEqual([]);
  });
});

describe("a policy of any other resource", () => {
  it("is every attribute that holds a document", () => {
    // Prepare
    const statement = { ...allow("es:ESHttpGet", "*"), Principal: { AWS: OTHER_ACCOUNT } };
    const domain = (access_policies: string) => ({ domain_name: "d", nested: [{ access_policies }] });

    // Act
    const changes = changesOf({
      address: "aws_opensearch_domain.d",
      before: domain(policy()),
      after: domain(policy(statement)),
    });

    // Assess
    expect(told(changes)).toEqual([
      "+ The account `444455556666` can now call `es:ESHttpGet` on every resource.",
    ]);
  });
});

describe("the plan's own account", () => {
  it("is read from its resources where the provider is held to none", () => {
    // Prepare
    const given = trust({ Principal: {} }, { Principal: { AWS: [ACCOUNT, OTHER_ACCOUNT] } });

    // Act
    const changes = accessChanges(planWith([given], undefined));

    // Assess
    expect(changes.map(({ principal, marks }) => [principal, marks])).toEqual([
      [`account ${ACCOUNT}`, []],
      [`account ${OTHER_ACCOUNT}`, ["other account"]],
    ]);
  });
});
