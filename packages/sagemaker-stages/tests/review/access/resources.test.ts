import { describe, expect, it } from "@jest/globals";
import { accessChanges } from "../../../src/review/access/access";
import {
  ACCOUNT,
  allow,
  changesOf,
  type Given,
  OTHER_ACCOUNT,
  planWith,
  policy,
  type Statement,
  told,
  trust,
} from "./support/plans";

const FUNCTION = { function_name: "dev-ticket-urgency", action: "lambda:InvokeFunction" };
const ROUTE = `arn:aws:execute-api:us-east-1:${ACCOUNT}:abc123/dev/POST/ticket-urgency`;
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
      ["The account `111122223333` can now assume the role `scoring`.", true, []],
      ["The account `444455556666` can now assume the role `scoring`.", true, ["other account"]],
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
    expect(service.map(({ marks, principals }) => [...principals, marks])).toEqual([
      ["service lambda.amazonaws.com", ["new service"]],
    ]);
    expect(
      anyone.map(({ change, principals, public: isPublic }) => [change, ...principals, isPublic]),
    ).toEqual([["granted", "anyone", true]]);
  });

  const githubSub = "token.actions.githubusercontent.com:sub";

  it.each<[string, object, boolean]>([
    ["every branch of one owner's", { StringLike: { [githubSub]: "repo:o/*:ref:refs/heads/main" } }, false],
    ["one branch of everybody's", { StringLike: { [githubSub]: "repo:*:ref:refs/heads/main" } }, true],
    ["owners with one beginning", { StringLike: { [githubSub]: "repo:o*/r:*" } }, true],
    [
      "an environment's name alone",
      { StringEquals: { "token.actions.githubusercontent.com:environment": "prod" } },
      true,
    ],
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

  it.each<[string, object | undefined, boolean]>([
    ["gitlab.com", undefined, true],
    ["gitlab.com", { StringLike: { "gitlab.com:sub": "project_path:*" } }, true],
    ["gitlab.com", { StringLike: { "gitlab.com:sub": "project_path:group/*" } }, false],
    ["gitlab.com", { StringLike: { "GitLab.com:Sub": "project_path:gr*/x" } }, true],
    [`arn:aws:iam::${ACCOUNT}:saml-provider/staff`, undefined, false],
  ])("lets in who signs in through %s, where %j", (Federated, Condition, isPublic) => {
    // Act
    const [change] = changesOf(trust(ours, { Principal: { Federated }, Condition }));

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
      { words: "Anyone can now invoke the function `dev-ticket-urgency`.", public: true, marks: ["anyone"] },
    ]);
    expect(closed).toMatchObject([{ widens: true, public: false, marks: [] }]);
  });

  it.each<[string, object, object, string[]]>([
    [
      "loses its condition",
      api,
      { principal: api.principal },
      [
        "+ The service `apigateway.amazonaws.com` can invoke the function `dev-ticket-urgency` on other conditions: before " +
          `where \`aws:SourceArn\` is like \`${ROUTE}\`, now always.`,
      ],
    ],
    [
      "gets another source",
      api,
      { ...api, source_arn: ROUTE.replace("POST", "*"), source_account: ACCOUNT },
      [
        "+ The service `apigateway.amazonaws.com` can invoke the function `dev-ticket-urgency` on other conditions: before " +
          `where \`aws:SourceArn\` is like \`${ROUTE}\`, now where \`aws:SourceArn\` is like ` +
          `\`${ROUTE.replace("POST", "*")}\`, and \`aws:SourceAccount\` is \`${ACCOUNT}\`.`,
      ],
    ],
    [
      "names the function by its ARN",
      api,
      { ...api, function_name: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:dev-ticket-urgency` },
      [],
    ],
  ])("%s", (_, before, after, words) => {
    // Act
    const changes = changesOf(permission(before, after));

    // Assess
    expect(told(changes)).toEqual(words);
  });

  it("of an alias is none of the whole function", () => {
    // Act
    const changes = changesOf(permission({ ...api, qualifier: "live" }, api));

    // Assess
    expect(told(changes).map((words) => words.replace(/, where .*/, ""))).toEqual([
      "+ The service `apigateway.amazonaws.com` can now invoke the function `dev-ticket-urgency`",
      "  The service `apigateway.amazonaws.com` can no longer invoke the function `dev-ticket-urgency:live`",
    ]);
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
    const url = (type: string) => ({ function_name: "dev-ticket-urgency", authorization_type: type });

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
          "Anyone can now call the URL of the function `dev-ticket-urgency`, where `lambda:FunctionUrlAuthType` is `NONE`.",
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

  it.each<[string, object, boolean]>([
    ["a role of any account", { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/deployer" } }, true],
    ["a role of one", { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/*` } }, false],
    ["any organization", { StringLike: { "aws:PrincipalOrgID": "o-*" } }, true],
    ["any bucket", { ArnLike: { "aws:SourceArn": "arn:aws:s3:::*" } }, true],
    ["one bucket", { ArnLike: { "aws:SourceArn": "arn:aws:s3:::logs" } }, false],
    ["the halves of the IPv4 range", { IpAddress: { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } }, true],
    ["a network", { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } }, false],
  ])("is opened to %s", (_, Condition, isPublic) => {
    // Act
    const changes = changesOf(
      bucket(policy(), policy({ ...allow("s3:GetObject", OBJECTS, Condition), Principal: "*" })),
    );

    // Assess
    expect(changes).toMatchObject([{ widens: true, public: isPublic }]);
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

describe("a Deny that keeps strangers from what is allowed to anyone", () => {
  const open = { ...allow("s3:GetObject", OBJECTS), Principal: "*" };
  const fence = (Condition: object | undefined, Action: unknown = "s3:*") => ({
    Effect: "Deny",
    Principal: "*",
    Action,
    Resource: ["arn:aws:s3:::site", OBJECTS],
    Condition,
  });
  const outside = (...ranges: readonly string[]) => fence({ NotIpAddress: { "aws:SourceIp": ranges } });
  const ofEndpoint = fence({ StringNotEquals: { "aws:SourceVpce": "vpce-1" } });
  const own = { ...open, Principal: { AWS: ACCOUNT } };

  it.each<[string, Statement[], Statement[], boolean]>([
    ["goes", [open, ofEndpoint], [open], true],
    ["is of nobody any more", [open, outside("10.0.0.0/8")], [open, outside("0.0.0.0/0")], true],
    [
      "spares one network more",
      [open, outside("10.0.0.0/8")],
      [open, outside("10.0.0.0/8", "11.0.0.0/8")],
      false,
    ],
    ["is followed by another one", [open, ofEndpoint], [open, outside("10.0.0.0/8")], false],
    [
      "has a pattern of too few parts, whose wildcard would have to match a colon",
      [open, fence({ ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:user/*" } })],
      [open, fence({ ArnLike: { "aws:PrincipalArn": "arn:aws:iam:*:user/*" } })],
      true,
    ],
    ["leaves out the action", [open, ofEndpoint], [open, fence(ofEndpoint.Condition, "s3:Put*")], true],
    ["goes where nothing is allowed to anyone", [own, ofEndpoint], [own], false],
    ["was of other actions", [open, fence(ofEndpoint.Condition, "s3:PutObject")], [open], false],
    [
      "kept out who does not encrypt",
      [open, fence({ Bool: { "aws:SecureTransport": "false" } })],
      [open],
      false,
    ],
  ])("%s", (_, before, after, isPublic) => {
    // Act
    const changes = changesOf(bucket(policy(...before), policy(...after)));

    // Assess
    expect([changes.some(({ widens }) => widens), changes.some((one) => one.public)]).toEqual([
      true,
      isPublic,
    ]);
  });

  it("is the block of public access", () => {
    // Prepare
    const block = (restrict_public_buckets: boolean, block_public_policy: boolean) => ({
      bucket: "site",
      restrict_public_buckets,
      block_public_policy,
    });
    const address = "aws_s3_bucket_public_access_block.site";
    const statements = bucket(policy(open), policy(open));

    // Act
    const off = changesOf(statements, { address, before: block(true, true), after: block(false, true) });
    const gone = changesOf({ address, before: block(true, false) });
    const created = changesOf({ address, after: block(true, true) });

    // Assess
    expect(told(off)).toEqual([
      "+ Anyone is no longer refused to make the bucket `site` public: `restrict_public_buckets` is off.",
    ]);
    expect(off).toMatchObject([{ public: true }]);
    expect(gone).toMatchObject([{ widens: true, public: false }]);
    expect(created).toEqual([]);
  });
});

describe("a security group", () => {
  const rule = (values: object | undefined): object | undefined =>
    values && { security_group_id: "sg-1", ip_protocol: "tcp", from_port: 443, to_port: 443, ...values };

  it.each<[string, object | undefined, boolean]>([
    ["a network", { cidr_ipv4: "10.0.0.0/16" }, false],
    ["every IPv4 address", { cidr_ipv4: "0.0.0.0/0" }, true],
    ["every IPv6 address", { cidr_ipv6: "::/0" }, true],
    ["half of it", { cidr_ipv4: "0.0.0.0/1" }, true],
  ])("lets in %s: %j", (_, values, isPublic) => {
    // Act
    const changes = changesOf({
      address: "aws_vpc_security_group_ingress_rule.r",
      before: rule({ cidr_ipv4: "192.0.2.1/32" }),
      after: rule(values),
    });

    // Assess
    expect(changes[0]).toMatchObject({ widens: true, public: isPublic });
  });

  it.each<[string, object, object, boolean]>([
    ["fewer ports", { from_port: 1, to_port: 1024 }, {}, false],
    ["one protocol in place of all", { ip_protocol: "-1", from_port: -1, to_port: -1 }, {}, false],
    ["more ports", {}, { to_port: 444 }, true],
    ["another protocol", {}, { ip_protocol: "udp" }, true],
  ])("reports whether public access grows: %s", (_, before, after, isPublic) => {
    // Prepare
    const everyAddress = { cidr_ipv4: "0.0.0.0/0" };

    // Act
    const changes = changesOf({
      address: "aws_vpc_security_group_ingress_rule.r",
      before: rule({ ...everyAddress, ...before }),
      after: rule({ ...everyAddress, ...after }),
    });

    // Assess
    expect(changes.some((one) => one.public)).toBe(isPublic);
    expect(changes).not.toEqual([]);
  });

  it("is public separately for IPv4 and IPv6", () => {
    // Act
    const changes = changesOf({
      address: "aws_vpc_security_group_ingress_rule.r",
      before: rule({ cidr_ipv6: "::/0" }),
      after: rule({ cidr_ipv4: "0.0.0.0/0" }),
    });

    // Assess
    expect(told(changes)).toEqual([
      "+ Anyone can now reach `tcp 443` of the security group `sg-1`.",
      "  Anyone can no longer reach `tcp 443 over IPv6` of the security group `sg-1`.",
    ]);
  });

  it("has its rules in itself, in lists, or beside it", () => {
    // Prepare
    const group = { id: "sg-1", name: "api" };
    const lists = { protocol: "-1", from_port: 0, to_port: 0, cidr_blocks: ["0.0.0.0/0"] };

    // Act
    const inside = changesOf({
      address: "aws_security_group.g",
      before: { ...group, ingress: [] },
      after: { ...group, ingress: [lists] },
    });
    const beside = changesOf({
      address: "aws_security_group_rule.r",
      after: { ...lists, type: "ingress", security_group_id: "sg-1" },
    });
    const outwards = changesOf({
      address: "aws_security_group_rule.r",
      after: { ...lists, type: "egress", security_group_id: "sg-1" },
    });
    const fromGroup = changesOf({
      address: "aws_vpc_security_group_ingress_rule.r",
      after: rule({ referenced_security_group_id: "sg-2" }),
    });

    // Assess
    expect(told(inside)).toEqual(["+ Anyone can now reach `every protocol` of the security group `api`."]);
    expect(told(beside)).toEqual(["+ Anyone can now reach `every protocol` of the security group `sg-1`."]);
    expect(told(fromGroup)).toEqual([
      "+ The security group `sg-2` can now reach `tcp 443` of the security group `sg-1`.",
    ]);
    expect([...fromGroup, ...outwards].map((one) => one.public)).toEqual([false]);
  });
});

describe("a grant of a key", () => {
  const values = (operations: readonly string[]) => ({
    key_id: "k",
    grantee_principal: `arn:aws:iam::${OTHER_ACCOUNT}:role/r`,
    operations,
  });

  it("is a right as any other", () => {
    // Act
    const changes = changesOf({
      address: "aws_kms_grant.g",
      before: values(["Encrypt"]),
      after: values(["Decrypt", "Encrypt"]),
    });

    // Assess
    expect(told(changes)).toEqual([
      `+ \`arn:aws:iam::${OTHER_ACCOUNT}:role/r\` can now decrypt with the key \`k\`.`,
    ]);
    expect(changes).toMatchObject([{ marks: ["other account"] }]);
  });
});

describe("what gives rights, and is not read", () => {
  it.each([
    "aws_iam_access_key",
    "aws_iam_openid_connect_provider",
    "aws_s3_bucket_ownership_controls",
    "aws_organizations_policy_attachment",
  ])("is nobody's to judge: %s", (type) => {
    // Prepare
    const address = `${type}.a`;
    const [one, other] = [{ name: "a" }, { name: "b" }];

    // Act
    const created = changesOf({ address, after: one });
    const changed = changesOf({ address, before: one, after: other });
    const retagged = changesOf({ address, before: one, after: { ...one, tags: { a: "b" } } });

    // Assess
    for (const changes of [created, changed]) {
      expect(changes).toMatchObject([{ change: "unjudged", widens: true, unjudged: "not understood" }]);
      expect(told(changes)).toEqual([
        `+ What the ${type} \`${address}\` gives is said in a way that is not understood (\`${address}\`): nobody can judge it here.`,
      ]);
    }
    expect(retagged).toEqual([]);
  });

  it("is nothing where a bucket knows no access lists any more", () => {
    // Prepare
    const address = "aws_s3_bucket_ownership_controls.a";
    const owned = (by: string): object => ({ bucket: "b", rule: [{ object_ownership: by }] });

    // Act
    const closed = changesOf({
      address,
      before: owned("ObjectWriter"),
      after: owned("BucketOwnerEnforced"),
    });
    const opened = changesOf({
      address,
      before: owned("BucketOwnerEnforced"),
      after: owned("ObjectWriter"),
    });

    // Assess
    expect(closed).toEqual([]);
    expect(opened).toMatchObject([{ change: "unjudged", widens: true }]);
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

  it("is a VPC endpoint that is replaced by one without a policy", () => {
    // Act
    const changes = changesOf({
      address: "aws_vpc_endpoint.s3",
      actions: ["delete", "create"],
      before: { ...stays.before, policy: policy(ofRole) },
      after: { service_name: "s3", vpc_endpoint_type: "Gateway" },
      unknown: { id: true, policy: true },
      sets: { service_name: [] },
    });

    // Assess
    expect(changes.filter(({ widens }) => widens)).toMatchObject([{ change: "granted", actions: ["*"] }]);
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
    expect(opened).toMatchObject([{ change: "changed", widens: true, public: true, principals: ["anyone"] }]);
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
      "+ The account `444455556666` can now call `es:ESHttpGet` on the aws_opensearch_domain `aws_opensearch_domain.d`.",
    ]);
  });
});

describe("an attribute that holds a policy by its name", () => {
  const unknownAfter = (type: string, name: string): Given => ({
    address: `${type}.a`,
    before: { [name]: policy() },
    after: {},
    unknown: { [name]: true },
  });

  it.each([
    ["aws_cloudwatch_log_resource_policy", "policy_document"],
    ["awscc_iam_role", "assume_role_policy_document"],
    ["aws_organizations_policy", "content"],
  ])("is nobody's to judge where it is known after the apply, or masked: %s.%s", (type, name) => {
    // Prepare
    const masked = {
      ...unknownAfter(type, name),
      after: { [name]: policy(allow("*", "*")) },
      unknown: {},
      sensitive: { before: { [name]: true }, after: { [name]: true } },
    };

    // Act
    const changes = [...changesOf(unknownAfter(type, name)), ...changesOf(masked)];

    // Assess
    expect(changes.map(({ widens, unjudged }) => [widens, unjudged])).toEqual([
      [true, "known after apply"],
      [true, "masked"],
    ]);
  });

  it.each([
    ["aws_sqs_queue", "redrive_policy", { maxReceiveCount: 3 }],
    ["aws_ecr_lifecycle_policy", "policy", { rules: [{ rulePriority: 1 }] }],
    ["aws_sns_topic", "delivery_policy", { http: {} }],
    ["aws_sns_topic_subscription", "filter_policy", { store: ["a"] }],
  ])("is none of access: %s.%s", (type, name, document) => {
    // Act
    const changes = [
      ...changesOf({
        address: `${type}.a`,
        before: { [name]: JSON.stringify(document) },
        after: { [name]: JSON.stringify({ ...document, other: 1 }) },
      }),
      ...changesOf(unknownAfter(type, name)).filter(({ change }) => change === "unjudged"),
    ];

    // Assess
    expect(changes).toEqual([]);
  });

  it("is none of access without a statement, and is not understood where it cannot be read", () => {
    // Prepare
    const of = (after: string) =>
      changesOf({ address: "aws_sqs_queue.a", before: { policy: "" }, after: { policy: after } });

    // Act and assess
    expect(of('{"Version": "2012-10-17"}')).toEqual([]);
    expect(of('{"Statement": [')).toMatchObject([{ widens: true, unjudged: "not understood" }]);
  });
});

describe("the plan's own account", () => {
  it("is read from its resources where the provider is held to none", () => {
    // Prepare
    const given = trust({ Principal: {} }, { Principal: { AWS: [ACCOUNT, OTHER_ACCOUNT] } });

    // Act
    const changes = accessChanges(planWith([given], undefined));

    // Assess
    expect(changes.map(({ principals, marks }) => [...principals, marks])).toEqual([
      [`account ${ACCOUNT}`, []],
      [`account ${OTHER_ACCOUNT}`, ["other account"]],
    ]);
  });
});
