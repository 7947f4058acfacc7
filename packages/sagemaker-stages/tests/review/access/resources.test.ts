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
  sentences,
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

describe("the trust policy of a role", () => {
  const ours = { Principal: { Service: "sagemaker.amazonaws.com" } };

  it("flags another account in both spellings", () => {
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
    expect(changes.map(({ sentence, widens, riskFlags }) => [sentence, widens, riskFlags])).toEqual([
      ["The account `111122223333` can now assume the role `scoring`.", true, []],
      ["The account `444455556666` can now assume the role `scoring`.", true, ["other account"]],
    ]);
    expect(again).toEqual([]);
  });

  it("flags a new service and anyone", () => {
    // Act
    const service = changesOf(
      trust(ours, { Principal: { Service: ["sagemaker.amazonaws.com", "lambda.amazonaws.com"] } }),
    );
    const anyone = changesOf(trust(ours, { Principal: { AWS: "*" } }));

    // Assess
    expect(service.map(({ riskFlags, principals }) => [...principals, riskFlags])).toEqual([
      ["service lambda.amazonaws.com", ["new service"]],
    ]);
    expect(
      anyone.map(({ change, principals, public: isPublic }) => [change, ...principals, isPublic]),
    ).toEqual([["granted", "anyone", true]]);
  });

  const githubSub = "token.actions.githubusercontent.com:sub";

  it.each<[string, object, boolean]>([
    ["every branch of one owner", { StringLike: { [githubSub]: "repo:o/*:ref:refs/heads/main" } }, false],
    ["one branch of every owner", { StringLike: { [githubSub]: "repo:*:ref:refs/heads/main" } }, true],
    ["owners with a common prefix", { StringLike: { [githubSub]: "repo:o*/r:*" } }, true],
    [
      "only an environment",
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
      "only an audience",
      { StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } },
      true,
    ],
  ])("allows GitHub's workflows: %s", (_, Condition, isPublic) => {
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
  ])("allows users of %s with the condition %j", (Federated, Condition, isPublic) => {
    // Act
    const [change] = changesOf(trust(ours, { Principal: { Federated }, Condition }));

    // Assess
    expect(change).toMatchObject({ widens: true, public: isPublic });
  });
});

describe("a Lambda permission", () => {
  const api = { principal: "apigateway.amazonaws.com", source_arn: ROUTE };

  it("is public without a condition that restricts the caller", () => {
    // Act
    const open = changesOf(permission(undefined, { principal: "*" }));
    const closed = changesOf(permission(undefined, { principal: "*", principal_org_id: "o-1" }));

    // Assess
    expect(open).toMatchObject([
      {
        sentence: "Anyone can now invoke the function `dev-ticket-urgency`.",
        public: true,
        riskFlags: ["anyone"],
      },
    ]);
    expect(closed).toMatchObject([{ widens: true, public: false, riskFlags: [] }]);
  });

  it.each<[string, object, object, string[]]>([
    [
      "loses its condition",
      api,
      { principal: api.principal },
      [
        "+ The service `apigateway.amazonaws.com` can now invoke the function `dev-ticket-urgency` without a condition; before: " +
          `if \`aws:SourceArn\` matches \`${ROUTE}\`.`,
      ],
    ],
    [
      "gets a different source",
      api,
      { ...api, source_arn: ROUTE.replace("POST", "*"), source_account: ACCOUNT },
      [
        "+ The service `apigateway.amazonaws.com` can now invoke the function `dev-ticket-urgency` " +
          `if \`aws:SourceArn\` matches \`${ROUTE.replace("POST", "*")}\` and \`aws:SourceAccount\` is \`${ACCOUNT}\`; ` +
          `before: if \`aws:SourceArn\` matches \`${ROUTE}\`.`,
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
    expect(sentences(changes)).toEqual(words);
  });

  it("of an alias does not apply to the whole function", () => {
    // Act
    const changes = changesOf(permission({ ...api, qualifier: "live" }, api));

    // Assess
    expect(sentences(changes).map((words) => words.replace(/ if .*/, ""))).toEqual([
      "+ The service `apigateway.amazonaws.com` can now invoke the function `dev-ticket-urgency`",
      "  The service `apigateway.amazonaws.com` can no longer invoke the function `dev-ticket-urgency:live`",
    ]);
  });

  it("shows a source that is known after apply, and masks a token", () => {
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

  it("has all its conditions in the sentence when its source is known after apply", () => {
    // Act
    const [granted] = changesOf({
      ...permission(undefined, {
        principal: "s3.amazonaws.com",
        source_account: ACCOUNT,
        principal_org_id: "o-1",
      }),
      unknown: { source_arn: true },
    });
    const [changed] = changesOf({
      ...permission(api, { ...api, source_arn: undefined, source_account: ACCOUNT }),
      unknown: { source_arn: true },
    });

    // Assess
    expect(granted?.sentence).toBe(
      "The service `s3.amazonaws.com` can now invoke the function `dev-ticket-urgency` " +
        "if `aws:SourceArn` matches a value that is known after apply and `aws:PrincipalOrgID` is `o-1` " +
        `and \`aws:SourceAccount\` is \`${ACCOUNT}\`.`,
    );
    expect(changed?.sentence).toBe(
      "The service `apigateway.amazonaws.com` can now invoke the function `dev-ticket-urgency` " +
        `if \`aws:SourceArn\` matches a value that is known after apply and \`aws:SourceAccount\` is \`${ACCOUNT}\`; ` +
        `before: if \`aws:SourceArn\` matches \`${ROUTE}\`.`,
    );
  });

  it("exists for a URL without authorization, because Terraform's provider adds it", () => {
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
        sentence:
          "Anyone can now call the URL of the function `dev-ticket-urgency` if `lambda:FunctionUrlAuthType` is `NONE`.",
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

  it("can grant public access", () => {
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
        sentence: "Anyone can now read every object of the bucket `site`.",
        public: true,
        where: [{ address: "aws_s3_bucket_policy.site" }],
      },
    ]);
  });

  it.each<[string, object, boolean]>([
    ["a role of any account", { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/deployer" } }, true],
    ["a role of one account", { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/*` } }, false],
    ["any organization", { StringLike: { "aws:PrincipalOrgID": "o-*" } }, true],
    ["any bucket", { ArnLike: { "aws:SourceArn": "arn:aws:s3:::*" } }, true],
    ["one bucket", { ArnLike: { "aws:SourceArn": "arn:aws:s3:::logs" } }, false],
    ["the halves of the IPv4 range", { IpAddress: { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } }, true],
    ["a network", { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } }, false],
  ])("can grant access to %s", (_, Condition, isPublic) => {
    // Act
    const changes = changesOf(
      bucket(policy(), policy({ ...allow("s3:GetObject", OBJECTS, Condition), Principal: "*" })),
    );

    // Assess
    expect(changes).toMatchObject([{ widens: true, public: isPublic }]);
  });

  it("widens access when a Deny is removed, unless the plan destroys the bucket", () => {
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
    expect(sentences(changes)).toEqual([
      "+ Anyone is no longer denied permission to call `s3:*` on every object of the bucket `site` if `aws:SecureTransport` is `false`.",
    ]);
    expect(destroyed.map(({ widens }) => widens)).toEqual([false]);
  });
});

describe("a Deny that excludes the public from an Allow for anyone", () => {
  const open = { ...allow("s3:GetObject", OBJECTS), Principal: "*" };
  const publicDeny = (Condition: object | undefined, Action: unknown = "s3:*") => ({
    Effect: "Deny",
    Principal: "*",
    Action,
    Resource: ["arn:aws:s3:::site", OBJECTS],
    Condition,
  });
  const outside = (...ranges: readonly string[]) => publicDeny({ NotIpAddress: { "aws:SourceIp": ranges } });
  const ofEndpoint = publicDeny({ StringNotEquals: { "aws:SourceVpce": "vpce-1" } });
  const own = { ...open, Principal: { AWS: ACCOUNT } };

  it.each<[string, Statement[], Statement[], boolean]>([
    ["is removed", [open, ofEndpoint], [open], true],
    ["no longer excludes any address", [open, outside("10.0.0.0/8")], [open, outside("0.0.0.0/0")], true],
    [
      "exempts one more network",
      [open, outside("10.0.0.0/8")],
      [open, outside("10.0.0.0/8", "11.0.0.0/8")],
      false,
    ],
    ["is replaced by another Deny", [open, ofEndpoint], [open, outside("10.0.0.0/8")], false],
    [
      "has a pattern with too few parts: a wildcard matches no colon",
      [open, publicDeny({ ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:user/*" } })],
      [open, publicDeny({ ArnLike: { "aws:PrincipalArn": "arn:aws:iam:*:user/*" } })],
      true,
    ],
    [
      "no longer applies to the action",
      [open, ofEndpoint],
      [open, publicDeny(ofEndpoint.Condition, "s3:Put*")],
      true,
    ],
    ["is removed without an Allow for anyone", [own, ofEndpoint], [own], false],
    ["applied to other actions", [open, publicDeny(ofEndpoint.Condition, "s3:PutObject")], [open], false],
    [
      "excluded requests without TLS",
      [open, publicDeny({ Bool: { "aws:SecureTransport": "false" } })],
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

  it("can be S3 Block Public Access", () => {
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
    expect(sentences(off)).toEqual([
      "+ The bucket `site` no longer blocks public access: `restrict_public_buckets` is off.",
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
    ["half of the IPv4 addresses", { cidr_ipv4: "0.0.0.0/1" }, true],
  ])("allows %s: %j", (_, values, isPublic) => {
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
    ["one protocol instead of all", { ip_protocol: "-1", from_port: -1, to_port: -1 }, {}, false],
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
    expect(sentences(changes)).toEqual([
      "+ Anyone can now reach `tcp 443` of the security group `sg-1`.",
      "  Anyone can no longer reach `tcp 443 over IPv6` of the security group `sg-1`.",
    ]);
  });

  it("has inline rules, list rules or separate rules", () => {
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
    expect(sentences(inside)).toEqual([
      "+ Anyone can now reach `every protocol` of the security group `api`.",
    ]);
    expect(sentences(beside)).toEqual([
      "+ Anyone can now reach `every protocol` of the security group `sg-1`.",
    ]);
    expect(sentences(fromGroup)).toEqual([
      "+ The security group `sg-2` can now reach `tcp 443` of the security group `sg-1`.",
    ]);
    expect([...fromGroup, ...outwards].map((one) => one.public)).toEqual([false]);
  });
});

describe("a KMS grant", () => {
  const values = (operations: readonly string[]) => ({
    key_id: "k",
    grantee_principal: `arn:aws:iam::${OTHER_ACCOUNT}:role/r`,
    operations,
  });

  it("is a permission", () => {
    // Act
    const changes = changesOf({
      address: "aws_kms_grant.g",
      before: values(["Encrypt"]),
      after: values(["Decrypt", "Encrypt"]),
    });

    // Assess
    expect(sentences(changes)).toEqual([
      `+ \`arn:aws:iam::${OTHER_ACCOUNT}:role/r\` can now decrypt with the key \`k\`.`,
    ]);
    expect(changes).toMatchObject([{ riskFlags: ["other account"] }]);
  });
});

describe("a type that grants permissions and is unsupported", () => {
  it.each([
    "aws_iam_access_key",
    "aws_iam_openid_connect_provider",
    "aws_s3_bucket_ownership_controls",
    "aws_organizations_policy_attachment",
  ])("is undetermined: %s", (type) => {
    // Prepare
    const address = `${type}.a`;
    const [one, other] = [{ name: "a" }, { name: "b" }];

    // Act
    const created = changesOf({ address, after: one });
    const changed = changesOf({ address, before: one, after: other });
    const retagged = changesOf({ address, before: one, after: { ...one, tags: { a: "b" } } });

    // Assess
    for (const changes of [created, changed]) {
      expect(changes).toMatchObject([{ change: "undetermined", widens: true, undetermined: "unsupported" }]);
      expect(sentences(changes)).toEqual([
        `+ The permissions that the ${type} \`${address}\` grants are undetermined: the review does not support this resource type.`,
      ]);
    }
    expect(retagged).toEqual([]);
  });

  it("is no change if the access lists of a bucket are disabled", () => {
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
    expect(opened).toMatchObject([{ change: "undetermined", widens: true }]);
  });
});

describe("an endpoint policy, without which every request passes,", () => {
  const stays = {
    before: { id: "vpce-1", service_name: "s3", vpc_endpoint_type: "Gateway" },
    after: { id: "vpce-1", service_name: "s3", vpc_endpoint_type: "Gateway" },
  };
  const ofRole = {
    ...allow("s3:GetObject", "*", { ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/a` } }),
    Principal: "*",
  };

  it("is removed from a VPC endpoint", () => {
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
        sentence:
          "Anyone who calls through the VPC endpoint `s3` can now call every action on every resource; " +
          "before: only `s3:GetObject` on `*`.",
        widens: true,
        public: false,
        riskFlags: ["every action", "every resource", "permissions management"],
      },
    ]);
  });

  it("is missing in a new VPC endpoint", () => {
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

  it("is missing in the replacement of a VPC endpoint", () => {
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

  it("is removed from the document of an API", () => {
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
  it("is read from every attribute that contains a document", () => {
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
    expect(sentences(changes)).toEqual([
      "+ The account `444455556666` can now call `es:ESHttpGet` on the aws_opensearch_domain `aws_opensearch_domain.d`.",
    ]);
  });
});

describe("an attribute whose name indicates a policy", () => {
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
  ])("is undetermined when it is known after apply or masked: %s.%s", (type, name) => {
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
    expect(changes.map(({ widens, undetermined }) => [widens, undetermined])).toEqual([
      [true, "known after apply"],
      [true, "masked"],
    ]);
  });

  it.each([
    ["aws_sqs_queue", "redrive_policy", { maxReceiveCount: 3 }],
    ["aws_ecr_lifecycle_policy", "policy", { rules: [{ rulePriority: 1 }] }],
    ["aws_sns_topic", "delivery_policy", { http: {} }],
    ["aws_sns_topic_subscription", "filter_policy", { store: ["a"] }],
  ])("does not control access: %s.%s", (type, name, document) => {
    // Act
    const changes = [
      ...changesOf({
        address: `${type}.a`,
        before: { [name]: JSON.stringify(document) },
        after: { [name]: JSON.stringify({ ...document, other: 1 }) },
      }),
      ...changesOf(unknownAfter(type, name)).filter(({ change }) => change === "undetermined"),
    ];

    // Assess
    expect(changes).toEqual([]);
  });

  it("is ignored without a statement, and unsupported if the JSON is invalid", () => {
    // Prepare
    const of = (after: string) =>
      changesOf({ address: "aws_sqs_queue.a", before: { policy: "" }, after: { policy: after } });

    // Act and assess
    expect(of('{"Version": "2012-10-17"}')).toEqual([]);
    expect(of('{"Statement": [')).toMatchObject([{ widens: true, undetermined: "unsupported" }]);
  });
});

describe("the account of the plan", () => {
  it("is read from its resources if the provider restricts no account", () => {
    // Prepare
    const given = trust({ Principal: {} }, { Principal: { AWS: [ACCOUNT, OTHER_ACCOUNT] } });

    // Act
    const changes = accessChanges(planWith([given], undefined));

    // Assess
    expect(changes.map(({ principals, riskFlags }) => [...principals, riskFlags])).toEqual([
      [`account ${ACCOUNT}`, []],
      [`account ${OTHER_ACCOUNT}`, ["other account"]],
    ]);
  });
});
