import { describe, expect, it } from "@jest/globals";
import { environments } from "../../environments";
import { InvalidEnvironments } from "../../environments/checks";
import { type Environment, INVOKED_BY } from "../../environments/environment";
import { example, exampleModel, exampleWith, exampleWithCallers } from "./support/environments";
import {
  endpointRole,
  functionRole,
  type ModelScope,
  requireCallers,
  requireInvokedOnlyByItsRoute,
  requireInvokesOnlyItsEndpoint,
  requireKnownPrincipals,
  requireLeastPrivilege,
  requireMetricsOnlyInNamespaces,
  requireNetworkInterfacesAtMost,
  requireNoAction,
  requireNoDenial,
  requireNoNamesOf,
  requireNoWildcardInActions,
  requirePullsOnlyItsImage,
  requireReadOnlyByItsDistribution,
  requireReadsOnlyItsArtifact,
  requireServicesAtMost,
  requireSignatures,
  requireStarOnlyWithoutResourceType,
  requireTracesAtMost,
  requireTrust,
  requireWaysOutOnlyToEndpoints,
  requireWildcardsOnlyForLogStreams,
  requireWritesOnlyItsEndpointLog,
  requireWritesOnlyItsFunctionLog,
  servicesOfFunction,
} from "./support/least-privilege";
import { type Principals, principalsText, readPrincipals } from "./support/policies";
import { callerScopesOf, scopesOf } from "./support/scopes";
import {
  type JsonObject,
  parseEmbedded,
  type SynthesizedStack,
  synthesize,
  synthesizeOne,
  type TerraformJson,
} from "./support/synthesized";
import { plainText } from "./support/text";

expect.addSnapshotSerializer(plainText);

const synthesized = synthesize(environments);

describe.each(environments.map((environment) => [environment.name, environment] as const))(
  "the principals of %s",
  (name, environment) => {
    const stack = synthesized.stack(name);
    const scopes = scopesOf(environment);
    const perModel = (assess: (principals: Principals, scope: ModelScope) => void): void => {
      // Prepare
      expect(scopes.length).toBeGreaterThan(0);

      // Act
      const principals = readPrincipals(stack);

      // Assess
      for (const scope of scopes) assess(principals, scope);
    };

    it("may do what the snapshot says", () => {
      // Act
      const text = principalsText(readPrincipals(stack), Object.keys(environment.models));

      // Assess
      expect(text).toMatchSnapshot();
    });

    it("are two roles and one permission a model", () => {
      // Act
      const principals = readPrincipals(stack);

      // Assess
      requireKnownPrincipals(principals, scopes);
    });

    it("have no managed policy but those of the environment's callers, and these are theirs alone", () => {
      // Act
      const { callers } = readPrincipals(stack);

      // Assess
      requireCallers(callers, callerScopesOf(environment));
    });

    it("have no wildcard in any action", () => {
      // Act
      const { roles } = readPrincipals(stack);

      // Assess
      for (const { policy, trust } of roles) requireNoWildcardInActions([...policy, ...trust]);
    });

    it("have * as a resource only for actions without a resource type, and wildcards only for log streams", () => {
      // Act
      const { roles } = readPrincipals(stack);

      // Assess
      for (const { policy } of roles) {
        requireStarOnlyWithoutResourceType(policy);
        requireWildcardsOnlyForLogStreams(policy);
      }
    });

    it("cannot pass a role", () => {
      // Act
      const { roles } = readPrincipals(stack);

      // Assess
      for (const { policy } of roles) requireNoAction(policy, "iam:PassRole");
    });

    it("function: invokes exactly its one endpoint", () => {
      perModel((principals, scope) =>
        requireInvokesOnlyItsEndpoint(functionRole(principals, scope).policy, scope),
      );
    });

    it("function: writes only its own log group, and cannot create one", () => {
      perModel((principals, scope) =>
        requireWritesOnlyItsFunctionLog(functionRole(principals, scope).policy, scope),
      );
    });

    it("function: asks nothing else than its endpoint, its log and X-Ray", () => {
      perModel((principals, scope) => {
        const { policy } = functionRole(principals, scope);
        requireTracesAtMost(policy);
        requireServicesAtMost(policy, servicesOfFunction(scope));
      });
    });

    it("function: its code has no rights over network interfaces, and Lambda only where there is a network", () => {
      perModel((principals, scope) => requireNetworkInterfacesAtMost(functionRole(principals, scope), scope));
    });

    it("function: its role is taken only by Lambda, for this account", () => {
      perModel((principals, scope) =>
        requireTrust(functionRole(principals, scope).trust, {
          service: "lambda.amazonaws.com",
          conditions: { "StringEquals aws:SourceAccount": [scope.account] },
        }),
      );
    });

    it("function: is invoked only by API Gateway, for its route of this stage", () => {
      perModel(({ permissions }, scope) => requireInvokedOnlyByItsRoute(permissions, scope));
    });

    it("endpoint: reads its one artifact", () => {
      perModel((principals, scope) =>
        requireReadsOnlyItsArtifact(endpointRole(principals, scope).policy, scope),
      );
    });

    it("endpoint: pulls from the one repository of its image", () => {
      perModel((principals, scope) =>
        requirePullsOnlyItsImage(endpointRole(principals, scope).policy, scope),
      );
    });

    it("endpoint: writes only its own log group", () => {
      perModel((principals, scope) =>
        requireWritesOnlyItsEndpointLog(endpointRole(principals, scope).policy, scope),
      );
    });

    it("endpoint: publishes metrics only in SageMaker's namespaces", () => {
      perModel((principals, scope) => requireMetricsOnlyInNamespaces(endpointRole(principals, scope).policy));
    });

    it("endpoint: its role is taken only by SageMaker, for this account and region", () => {
      perModel((principals, scope) =>
        requireTrust(endpointRole(principals, scope).trust, {
          service: "sagemaker.amazonaws.com",
          conditions: {
            "StringEquals aws:SourceAccount": [scope.account],
            "ArnLike aws:SourceArn": [`arn:${scope.partition}:sagemaker:${scope.region}:${scope.account}:*`],
          },
        }),
      );
    });

    it("function: its URL is called with signatures alone", () => {
      // Prepare
      const withUrl = Object.entries(environment.models).filter(([, settings]) => settings.functionUrl);

      // Act
      const { functionUrls } = readPrincipals(stack);

      // Assess
      expect(functionUrls.map(({ functionName }) => functionName)).toEqual(
        withUrl.map(([model]) => `${name}-${model}`),
      );
      for (const functionUrl of functionUrls) requireSignatures(functionUrl);
    });

    it("endpoint: is denied nothing", () => {
      perModel((principals, scope) => requireNoDenial(endpointRole(principals, scope)));
    });

    it("network: each function reaches its own endpoint from it, and nobody anything else", () => {
      // Act
      const { vpcEndpoints } = readPrincipals(stack);

      // Assess
      requireWaysOutOnlyToEndpoints(vpcEndpoints, scopes);
    });

    it("website: its bucket is read by its one distribution, over TLS", () => {
      // Act
      const { buckets } = readPrincipals(stack);

      // Assess
      expect(buckets).toHaveLength(environment.website === undefined ? 0 : 1);
      for (const bucket of buckets) requireReadOnlyByItsDistribution(bucket);
    });

    it("are named nowhere in the policies of another environment", () => {
      // Prepare
      const others = environments.filter((other) => other.name !== name).flatMap(scopesOf);

      // Act
      const text = principalsText(readPrincipals(stack), []);

      // Assess
      expect(others.length).toBeGreaterThan(0);
      requireNoNamesOf(others, text, scopes);
    });
  },
);

describe("an image by its ECR address", () => {
  const digest = "0123456789abcdef".repeat(4);

  it.each([
    ["a tag", "999988887777.dkr.ecr.eu-central-1.amazonaws.com/team/xgboost:1.7-1", "team/xgboost"],
    ["a digest", `999988887777.dkr.ecr.eu-central-1.amazonaws.com/xgboost@sha256:${digest}`, "xgboost"],
  ])("with %s is pulled from that account's repository alone", (_, uri, repository) => {
    // Prepare
    const environment = exampleWith({ image: { uri } });

    // Act
    const stack = synthesizeOne(environment);

    // Assess
    const arn = `arn:aws:ecr:eu-central-1:999988887777:repository/${repository}`;
    const [scope] = scopesOf(environment).map((model) => ({ ...model, repositoryArn: arn }));
    if (scope === undefined) throw new Error("the example has no model");
    requirePullsOnlyItsImage(endpointRole(readPrincipals(stack), scope).policy, scope);
    expect(stack.one("aws_sagemaker_model").values.primary_container.image).toBe(uri);
    stack.all("data.aws_sagemaker_prebuilt_ecr_image", 0);
  });
});

describe("other accounts and partitions", () => {
  it("are followed by every ARN of a Chinese region", () => {
    // Prepare
    const environment: Environment = { ...exampleWithCallers, region: "cn-north-1" };

    // Act
    const stack = synthesizeOne(environment);

    // Assess
    requireLeastPrivilege(readPrincipals(stack), scopesOf(environment), callerScopesOf(environment));
    expect(stack.text).toContain("arn:aws-cn:apigateway:cn-north-1:lambda:path/");
    expect(stack.text).not.toContain("arn:aws:");
  });
});

describe("an artifact whose key holds an asterisk, which S3 takes as a letter and IAM as a wildcard", () => {
  it("is refused", () => {
    // Prepare
    const environment = exampleWith({ artifact: "s3://amzn-s3-demo-bucket/*/model.tar.gz" });

    // Act
    const act = (): SynthesizedStack => synthesizeOne(environment);

    // Assess
    expect(act).toThrow(InvalidEnvironments);
  });
});

describe("the rules of these tests", () => {
  const { corsAllowOrigin: _, ...stage } = example.stage;
  const withEverything: Environment = {
    ...example,
    models: {
      "breast-cancer": { ...exampleModel, functionUrl: {} },
      sentiment: { ...exampleModel, access: "PUBLIC" },
    },
    stage,
    website: {},
    callers: {
      shop: {
        mayInvoke: INVOKED_BY.map((by) => ({ model: "breast-cancer", by })),
        roles: ["shop"],
      },
    },
    network: { vpc: { availabilityZones: ["eu-central-1a", "eu-central-1b"] } },
  };
  const stack = synthesizeOne(withEverything);
  const scopes = scopesOf(withEverything);
  const judge = (changed: SynthesizedStack): void =>
    requireLeastPrivilege(readPrincipals(changed), scopes, callerScopesOf(withEverything));

  it("pass the example as it is", () => {
    // Prepare
    const unchanged = stack.changed(() => {});

    // Act
    const act = (): void => judge(unchanged);

    // Assess
    expect(act).not.toThrow();
  });

  const FUNCTION = "test-breast-cancer-function";
  const ENDPOINT = "test-breast-cancer-endpoint";
  const LOGS = "arn:aws:logs:eu-central-1:111122223333:log-group:";
  const FUNCTION_ARN = "arn:aws:lambda:eu-central-1:111122223333:function:test-breast-cancer";
  const OWN = "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/test-breast-cancer";

  /** What a careless change could do, and the word in the error that shows that the right rule saw it. */
  const mutants: readonly (readonly [string, (terraform: TerraformJson) => void, RegExp])[] = [
    // The function's policy.
    ["invoking every endpoint", resource(FUNCTION, "InvokeItsEndpoint", "*"), /InvokeEndpoint on \*/],
    [
      "invoking endpoints by a prefix",
      resource(FUNCTION, "InvokeItsEndpoint", `${OWN}*`),
      /wildcard in arn:.*breast-cancer\*/,
    ],
    [
      "invoking another environment's endpoint",
      resource(FUNCTION, "InvokeItsEndpoint", OWN.replace("/test-", "/prod-")),
      /granted of sagemaker.*prod-breast-cancer/,
    ],
    [
      "invoking an endpoint with a longer name",
      resource(FUNCTION, "InvokeItsEndpoint", `${OWN}2`),
      /granted of sagemaker.*breast-cancer2/,
    ],
    [
      "invoking another account's endpoint",
      resource(FUNCTION, "InvokeItsEndpoint", OWN.replace("111122223333", "444455556666")),
      /granted of sagemaker.*444455556666/,
    ],
    [
      "invoking another region's endpoint",
      resource(FUNCTION, "InvokeItsEndpoint", OWN.replace("eu-central-1", "eu-west-1")),
      /granted of sagemaker.*eu-west-1/,
    ],
    ["not invoking its endpoint", remove(FUNCTION, "InvokeItsEndpoint"), /granted of sagemaker: got nothing/],
    [
      "every action of SageMaker",
      action(FUNCTION, "InvokeItsEndpoint", "sagemaker:*"),
      /wildcard in the action sagemaker:\*/,
    ],
    [
      "every action that starts alike",
      action(FUNCTION, "InvokeItsEndpoint", "sagemaker:InvokeEndpoint*"),
      /wildcard in the action/,
    ],
    ["every action of AWS", action(FUNCTION, "InvokeItsEndpoint", "*"), /wildcard in the action \*/],
    [
      "a second action of SageMaker",
      action(FUNCTION, "InvokeItsEndpoint", "sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointAsync"),
      /InvokeEndpointAsync/,
    ],
    [
      "creating log groups",
      action(FUNCTION, "WriteItsLogs", "logs:CreateLogGroup", "logs:PutLogEvents"),
      /allows logs:CreateLogGroup/,
    ],
    [
      "writing every function's log",
      resource(FUNCTION, "WriteItsLogs", `${LOGS}/aws/lambda/*`),
      /wildcard in arn:aws:logs/,
    ],
    [
      "writing another function's log",
      resource(FUNCTION, "WriteItsLogs", `${LOGS}/aws/lambda/prod-breast-cancer:*`),
      /granted of logs.*prod-breast-cancer/,
    ],
    [
      "reading objects",
      add(FUNCTION, { Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::b/k"] }),
      /s3:Get/,
    ],
    [
      "passing roles",
      add(FUNCTION, { Action: ["iam:PassRole"], Resource: ["arn:aws:iam::111122223333:role/r"] }),
      /allows iam:PassRole/,
    ],
    ["another action on *", add(FUNCTION, { Action: ["ec2:DescribeVpcs"], Resource: ["*"] }), /ec2:.* on \*/],

    // The endpoint's policy.
    [
      "reading the whole bucket",
      resource(ENDPOINT, "ReadItsArtifact", "arn:aws:s3:::amzn-s3-demo-bucket/*"),
      /wildcard in arn:aws:s3/,
    ],
    [
      "reading another object",
      resource(ENDPOINT, "ReadItsArtifact", "arn:aws:s3:::amzn-s3-demo-bucket/breast-cancer/2/model.tar.gz"),
      /granted of s3/,
    ],
    [
      "writing its artifact",
      action(ENDPOINT, "ReadItsArtifact", "s3:GetObject", "s3:PutObject"),
      /granted of s3.*PutObject/,
    ],
    ["pulling every image", resource(ENDPOINT, "PullItsImage", "*"), /ecr:Batch.* on \*/],
    [
      "pulling every image of one account",
      resource(ENDPOINT, "PullItsImage", "arn:aws:ecr:eu-central-1:111122223333:repository/*"),
      /wildcard in arn:aws:ecr/,
    ],
    ["pushing images", action(ENDPOINT, "PullItsImage", "ecr:PutImage"), /granted of ecr.*PutImage/],
    [
      "writing every endpoint's log",
      resource(ENDPOINT, "WriteItsLogs", `${LOGS}/aws/sagemaker/Endpoints/*`),
      /wildcard in arn:aws:logs/,
    ],
    [
      "metrics in every namespace",
      edit(ENDPOINT, "PublishItsMetrics", (statement) => delete statement.Condition),
      /conditions of cloudwatch:PutMetricData: got nothing/,
    ],
    [
      "metrics in another namespace",
      condition(ENDPOINT, "PublishItsMetrics", { StringEquals: { "cloudwatch:namespace": ["AWS/Lambda"] } }),
      /the namespaces: got AWS\/Lambda/,
    ],
    [
      "metrics under a condition that passes where the key is absent",
      condition(ENDPOINT, "PublishItsMetrics", {
        StringEqualsIfExists: { "cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/Endpoints"] },
      }),
      /conditions of cloudwatch:PutMetricData: got StringEqualsIfExists/,
    ],

    // Statements that no rule reads.
    [
      "everything but one action",
      edit(FUNCTION, "InvokeItsEndpoint", (statement) => {
        delete statement.Action;
        statement.NotAction = ["sagemaker:DeleteEndpoint"];
      }),
      /no rule reads NotAction/,
    ],
    [
      "everything but one resource",
      edit(FUNCTION, "InvokeItsEndpoint", (statement) => {
        delete statement.Resource;
        statement.NotResource = ["arn:aws:s3:::b/k"];
      }),
      /no rule reads NotResource/,
    ],
    [
      "a denial",
      add(FUNCTION, { Effect: "Deny", Action: ["s3:GetObject"], Resource: ["*"] }),
      /denied to the function: got .*Deny s3:GetObject on \*/,
    ],
    [
      "a denial for the endpoint",
      add(ENDPOINT, { Effect: "Deny", Action: ["s3:GetObject"], Resource: ["*"] }),
      /denied to test-breast-cancer-endpoint: got Deny s3:GetObject on \*/,
    ],
    [
      "a denial in a trust",
      edit(FUNCTION, "LambdaOfThisAccount", (statement) => {
        statement.Effect = "Deny";
      }),
      /no rule reads the effect Deny/,
    ],

    // Trust.
    [
      "a function's role for every account",
      edit(FUNCTION, "LambdaOfThisAccount", (statement) => delete statement.Condition),
      /conditions of the trust: got nothing/,
    ],
    [
      "a function's role for another account",
      condition(FUNCTION, "LambdaOfThisAccount", { StringEquals: { "aws:SourceAccount": "444455556666" } }),
      /conditions of the trust: got .*444455556666/,
    ],
    [
      "a function's role for another service",
      edit(FUNCTION, "LambdaOfThisAccount", (statement) => {
        statement.Principal = { Service: "ec2.amazonaws.com" };
      }),
      /who may take the role: got ec2/,
    ],
    [
      "a function's role for everybody",
      edit(FUNCTION, "LambdaOfThisAccount", (statement) => {
        statement.Principal = "*";
      }),
      /the principal "\*"/,
    ],
    [
      "a function's role for an account",
      edit(FUNCTION, "LambdaOfThisAccount", (statement) => {
        statement.Principal = { AWS: "111122223333" };
      }),
      /the principal: no rule reads AWS/,
    ],
    [
      "an endpoint's role for every region",
      condition(ENDPOINT, "SageMakerOfThisAccountAndRegion", {
        StringEquals: { "aws:SourceAccount": "111122223333" },
      }),
      /conditions of the trust: got StringEquals aws:SourceAccount is 111122223333;/,
    ],
    [
      "an endpoint's role for every account",
      condition(ENDPOINT, "SageMakerOfThisAccountAndRegion", {
        ArnLike: { "aws:SourceArn": "arn:aws:sagemaker:eu-central-1:111122223333:*" },
      }),
      /conditions of the trust: got ArnLike aws:SourceArn is [^;]*;/,
    ],
    [
      "an endpoint's role for every source",
      condition(ENDPOINT, "SageMakerOfThisAccountAndRegion", {
        StringEquals: { "aws:SourceAccount": "111122223333" },
        ArnLike: { "aws:SourceArn": "*" },
      }),
      /conditions of the trust: got ArnLike aws:SourceArn is \*/,
    ],

    // The permission.
    ["invoking for every route", permission({ source_arn: "<api>/*/*" }), /wildcard in the source/],
    [
      "invoking for every method",
      permission({ source_arn: "<api>/test/*/breast-cancer" }),
      /wildcard in the source/,
    ],
    [
      "invoking for another stage",
      permission({ source_arn: "<api>/prod/POST/breast-cancer" }),
      /sources of the permission/,
    ],
    ["invoking for every source", permission({ source_arn: undefined }), /sources of the permission/],
    ["another service that invokes", permission({ principal: "s3.amazonaws.com" }), /who may invoke/],
    ["everybody who invokes", permission({ principal: "*" }), /who may invoke the function: got \*/],
    ["more than invoking", permission({ action: "lambda:*" }), /the permission's action/],

    // The function URL.
    [
      "a function URL for everybody",
      ({ resource: { aws_lambda_function_url } }) => {
        for (const url of Object.values(aws_lambda_function_url ?? {})) url.authorization_type = "NONE";
      },
      /who may call the function URL of test-breast-cancer: got NONE/,
    ],

    // The bucket.
    [
      "a bucket that everybody reads",
      bucket("DistributionReadsObjects", (statement) => {
        statement.Principal = "*";
      }),
      /the principal "\*" is no object/,
    ],
    [
      "a bucket that every distribution reads",
      bucket("DistributionReadsObjects", (statement) => delete statement.Condition),
      /the policy of the bucket .*Allow cloudfront.amazonaws.com s3:GetObject on <bucket>\/\* where;/,
    ],
    [
      "a bucket that the distribution writes",
      bucket("DistributionReadsObjects", (statement) => {
        statement.Action = ["s3:GetObject", "s3:PutObject"];
      }),
      /the policy of the bucket .*s3:PutObject/,
    ],
    [
      "a bucket whose objects the distribution lists",
      bucket("DistributionReadsObjects", (statement) => {
        statement.Action = ["s3:GetObject", "s3:ListBucket"];
      }),
      /the policy of the bucket .*s3:ListBucket/,
    ],
    [
      "a bucket without TLS",
      bucket("RefusePlainHttp", (statement) => {
        statement.Condition = { Bool: { "aws:SecureTransport": "true" } };
      }),
      /the policy of the bucket .*SecureTransport true/,
    ],
    [
      "a bucket without a policy",
      ({ resource }) => {
        resource.aws_s3_bucket_policy = {};
      },
      /has 0 policies, not 1/,
    ],

    // The network.
    [
      "a function's code that keeps network interfaces",
      remove(FUNCTION, "ItsCodeDoesNot"),
      /denied to the function: got nothing/,
    ],
    [
      "a denial for another function",
      condition(FUNCTION, "ItsCodeDoesNot", {
        ArnEquals: { "lambda:SourceFunctionArn": `${FUNCTION_ARN}2` },
      }),
      /denied to the function: got .*function:test-breast-cancer2/,
    ],
    [
      "a denial for a source that no request has",
      condition(FUNCTION, "ItsCodeDoesNot", { StringEquals: { "aws:SourceArn": FUNCTION_ARN } }),
      /denied to the function: got .*StringEquals aws:SourceArn/,
    ],
    [
      "a denial for everybody, Lambda too",
      edit(FUNCTION, "ItsCodeDoesNot", (statement) => delete statement.Condition),
      /denied to the function: got .*CreateNetworkInterface on \*;/,
    ],
    [
      "a denial that leaves out an action",
      action(FUNCTION, "ItsCodeDoesNot", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"),
      /denied to the function: got Deny ec2:CreateNetworkInterface [^;]*; Deny ec2:DeleteNetworkInterface [^;]*; allowed/,
    ],
    [
      "no network interface for Lambda",
      remove(FUNCTION, "LambdaKeepsNetworkInterfaces"),
      /granted of ec2: got nothing/,
    ],
    [
      "more of EC2",
      action(FUNCTION, "LambdaKeepsNetworkInterfaces", "ec2:CreateNetworkInterface", "ec2:RunInstances"),
      /ec2:RunInstances on \*/,
    ],
    [
      "an endpoint's role that keeps network interfaces",
      add(ENDPOINT, { Action: ["ec2:CreateNetworkInterface"], Resource: ["*"] }),
      /ec2:CreateNetworkInterface is of another service/,
    ],
    [
      "a way to every endpoint",
      vpcEndpoint("runtime", (statement) => {
        statement.Resource = ["*"];
      }),
      /may pass to .*runtime: got .*InvokeEndpoint on \*/,
    ],
    [
      "a way to another environment's endpoint",
      vpcEndpoint("runtime", (statement) => {
        statement.Resource = [OWN.replace("/test-", "/prod-")];
      }),
      /may pass to .*runtime: got .*prod-breast-cancer where/,
    ],
    [
      "a way for every principal",
      vpcEndpoint("runtime", (statement) => delete statement.Condition),
      /may pass to .*runtime: got Allow \* sagemaker:InvokeEndpoint on [^ ]*;/,
    ],
    [
      "a way for another role",
      vpcEndpoint("runtime", (statement) => {
        statement.Condition = { ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/admin" } };
      }),
      /may pass to .*runtime: got .*role\/admin/,
    ],
    [
      "a way for roles by a pattern",
      vpcEndpoint("runtime", (statement) => {
        statement.Condition = { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/*" } };
      }),
      /may pass to .*runtime: got .*ArnLike/,
    ],
    [
      "a way for more actions",
      vpcEndpoint("runtime", (statement) => {
        statement.Action = ["sagemaker:*"];
      }),
      /may pass to .*runtime: got .*sagemaker:\*/,
    ],
    [
      "a way that is closed",
      vpcEndpoint("runtime", (statement) => {
        statement.Effect = "Deny";
      }),
      /may pass to .*runtime: got Deny/,
    ],
    [
      "a way to S3",
      vpcEndpoint("s3", (statement) => {
        statement.Effect = "Allow";
      }),
      /may pass to .*s3: got Allow \* s3:\*/,
    ],
    [
      "a way that takes everything",
      ({ resource }) => {
        for (const values of Object.values(resource.aws_vpc_endpoint ?? {})) delete values.policy;
      },
      /aws_vpc_endpoint\..* has no policy/,
    ],
    [
      "a way to another service",
      ({ resource: { aws_vpc_endpoint = {} } }) => {
        const [endpoint] = Object.values(aws_vpc_endpoint);
        Object.assign(aws_vpc_endpoint, {
          more: { ...endpoint, service_name: "com.amazonaws.eu-central-1.sts" },
        });
      },
      /the ways out of the VPC: got .*sts/,
    ],

    // Principals that nobody expects.
    [
      "a role more",
      ({ resource: { aws_iam_role, aws_iam_role_policy } }) => {
        const [role] = Object.values(aws_iam_role ?? {});
        const [policy] = Object.values(aws_iam_role_policy ?? {});
        Object.assign(aws_iam_role ?? {}, { more: { ...role, name: "test-more" } });
        Object.assign(aws_iam_role_policy ?? {}, {
          more: { ...policy, role: `\${aws_iam_role.more.name}` },
        });
      },
      /the roles: got .*test-more/,
    ],
    [
      "a managed policy",
      ({ resource }) => {
        resource.aws_iam_role_policy_attachment = {
          full: { role: FUNCTION, policy_arn: "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess" },
        };
      },
      /no rule reads the policy arn:aws:iam::aws:policy\/AmazonSageMakerFullAccess/,
    ],
    [
      "a managed policy's attachment that takes it away from others",
      ({ resource }) => {
        resource.aws_iam_policy_attachment = { all: { name: "all", roles: ["shop"], policy_arn: "x" } };
      },
      /no rule reads aws_iam_policy_attachment/,
    ],
    [
      "a managed policy in the role itself",
      ({ resource }) => {
        for (const role of Object.values(resource.aws_iam_role ?? {})) {
          role.managed_policy_arns = ["arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"];
        }
      },
      /no rule reads managed_policy_arns/,
    ],
    [
      "a second policy of a role",
      ({ resource: { aws_iam_role_policy } }) => {
        const [policy] = Object.values(aws_iam_role_policy ?? {});
        Object.assign(aws_iam_role_policy ?? {}, { second: { ...policy } });
      },
      /has 2 policies, not 1/,
    ],
  ];

  const SHOP = "test-shop-caller";

  const callerMutants: readonly (readonly [string, (terraform: TerraformJson) => void, RegExp])[] = [
    ["every route", callerResource("InvokeRoutes", "*"), /execute-api:Invoke on \*/],
    ["every route of the API", callerResource("InvokeRoutes", "<api>/*"), /wildcard in <api>\/\*/],
    [
      "the route in every stage",
      callerResource("InvokeRoutes", "<api>/*/POST/breast-cancer"),
      /wildcard in <api>/,
    ],
    [
      "every method of the route",
      callerResource("InvokeRoutes", "<api>/test/*/breast-cancer"),
      /wildcard in <api>/,
    ],
    ["every path", callerResource("InvokeRoutes", "<api>/test/POST/*"), /wildcard in <api>/],
    [
      "the route in another stage",
      callerResource("InvokeRoutes", "<api>/prod/POST/breast-cancer"),
      /test-shop-caller grants: .*<api>\/prod/,
    ],
    [
      "another method",
      callerResource("InvokeRoutes", "<api>/test/GET/breast-cancer"),
      /test-shop-caller grants: .*GET\/breast-cancer/,
    ],
    [
      "another model's route",
      callerResource("InvokeRoutes", "<api>/test/POST/sentiment"),
      /test-shop-caller grants: .*POST\/sentiment/,
    ],
    [
      "a route more",
      callerResource("InvokeRoutes", "<api>/test/POST/breast-cancer", "<api>/test/POST/sentiment"),
      /test-shop-caller grants: .*POST\/sentiment/,
    ],
    [
      "every action of API Gateway",
      callerAction("InvokeRoutes", "execute-api:*"),
      /wildcard in the action execute-api/,
    ],
    [
      "dropping the stage's cache",
      callerAction("InvokeRoutes", "execute-api:Invoke", "execute-api:InvalidateCache"),
      /test-shop-caller grants: .*InvalidateCache/,
    ],
    [
      "function URLs of every authorization",
      callerStatement("InvokeFunctionUrls", (statement) => delete statement.Condition),
      /test-shop-caller grants: got .*InvokeFunctionUrl on [^ ]*;/,
    ],
    [
      "function URLs without authorization",
      callerStatement("InvokeFunctionUrls", (statement) => {
        statement.Condition = { StringEquals: { "lambda:FunctionUrlAuthType": "NONE" } };
      }),
      /test-shop-caller grants: .*FunctionUrlAuthType NONE/,
    ],
    [
      "the function without its URL",
      callerStatement("InvokeFunctionsByTheirUrls", (statement) => delete statement.Condition),
      /test-shop-caller grants: got .*InvokeFunction on [^ ]*;/,
    ],
    [
      "the function in every other way than its URL",
      callerStatement("InvokeFunctionsByTheirUrls", (statement) => {
        statement.Condition = { Bool: { "lambda:InvokedViaFunctionUrl": "false" } };
      }),
      /test-shop-caller grants: .*InvokedViaFunctionUrl false/,
    ],
    [
      "the function under a condition that passes where the key is absent",
      callerStatement("InvokeFunctionsByTheirUrls", (statement) => {
        statement.Condition = { BoolIfExists: { "lambda:InvokedViaFunctionUrl": "true" } };
      }),
      /test-shop-caller grants: .*BoolIfExists/,
    ],
    ["every function", callerResource("InvokeFunctionsByTheirUrls", "*"), /InvokeFunction on \*/],
    [
      "every version of the function",
      callerResource("InvokeFunctionUrls", `${FUNCTION_ARN}:*`),
      /wildcard in arn:aws:lambda/,
    ],
    [
      "another model's function",
      callerResource("InvokeFunctionUrls", FUNCTION_ARN.replace("breast-cancer", "sentiment")),
      /test-shop-caller grants: .*function:test-sentiment/,
    ],
    ["every endpoint", callerResource("InvokeEndpoints", "*"), /InvokeEndpoint on \*/],
    [
      "another model's endpoint",
      callerResource("InvokeEndpoints", OWN.replace("breast-cancer", "sentiment")),
      /test-shop-caller grants: .*endpoint\/test-sentiment/,
    ],
    [
      "another environment's endpoint",
      callerResource("InvokeEndpoints", OWN.replace("/test-", "/prod-")),
      /test-shop-caller grants: .*endpoint\/prod-breast-cancer/,
    ],
    [
      "deleting the endpoint",
      callerAction("InvokeEndpoints", "sagemaker:InvokeEndpoint", "sagemaker:DeleteEndpoint"),
      /test-shop-caller grants: .*DeleteEndpoint/,
    ],
    [
      "not the endpoint",
      callerStatement("InvokeEndpoints", (statement) => {
        statement.Resource = [];
      }),
      /test-shop-caller grants: .*allowed: .*sagemaker:InvokeEndpoint/,
    ],
    [
      "everything but one action",
      callerStatement("InvokeEndpoints", (statement) => {
        delete statement.Action;
        statement.NotAction = ["sagemaker:DeleteEndpoint"];
      }),
      /no rule reads NotAction/,
    ],
  ];

  it.each(callerMutants)("refuse a caller that may invoke %s", (_, change, why) => {
    // Prepare
    const changed = stack.changed(change);

    // Act
    const act = (): void => judge(changed);

    // Assess
    expect(act).toThrow(why);
  });

  const attachmentMutants: readonly (readonly [string, (terraform: TerraformJson) => void, RegExp])[] = [
    [
      "another role",
      attachment((values) => {
        values.role = "everybody";
      }),
      /who has test-shop-caller: got role everybody/,
    ],
    [
      "the role of a function of the stack, by its name",
      attachment((values) => {
        values.role = FUNCTION;
      }),
      /test-breast-cancer-function is no principal from outside of the stack/,
    ],
    [
      "a role of the stack, by a reference",
      attachment((values) => {
        values.role = `\${aws_iam_role.some.name}`;
      }),
      /is no principal from outside of the stack/,
    ],
    [
      "nobody",
      ({ resource }) => {
        resource.aws_iam_role_policy_attachment = {};
      },
      /who has test-shop-caller: got nothing/,
    ],
    [
      "a group as well",
      ({ resource }) => {
        const [id] = Object.keys(resource.aws_iam_policy ?? {});
        resource.aws_iam_group_policy_attachment = {
          more: { group: "students", policy_arn: `\${aws_iam_policy.${id}.arn}` },
        };
      },
      /who has test-shop-caller: got group students; role shop/,
    ],
    [
      "who had a policy that is not there",
      ({ resource }) => {
        resource.aws_iam_policy = {};
      },
      /no rule reads the policy/,
    ],
    [
      "whoever has another name for it",
      ({ resource }) => {
        for (const policy of Object.values(resource.aws_iam_policy ?? {})) policy.name = "test-more-caller";
      },
      /the callers' policies: got test-more-caller/,
    ],
    [
      "what another argument says",
      ({ resource }) => {
        for (const policy of Object.values(resource.aws_iam_policy ?? {})) policy.path = "/x/";
      },
      /no rule reads path/,
    ],
  ];

  it.each(attachmentMutants)("refuse a caller's policy that belongs to %s", (_, change, why) => {
    // Prepare
    const changed = stack.changed(change);

    // Act
    const act = (): void => judge(changed);

    // Assess
    expect(act).toThrow(why);
  });

  it.each(mutants)("refuse %s", (_, change, why) => {
    // Prepare
    const changed = stack.changed(change);

    // Act
    const act = (): void => judge(changed);

    // Assess
    expect(act).toThrow(why);
  });

  it.each([
    ["a network", undefined, /ec2:AssignPrivateIpAddresses is of another service than logs, sagemaker, xray/],
    ["a VPC of its own", "existing" as const, /the ways out of the VPC: got com.amazonaws/],
  ])("refuse what belongs to %s where the environment has none", (_, network, why) => {
    // Prepare
    const without = scopes.map((scope) => ({ ...scope, network }));

    // Act
    const act = (): void =>
      requireLeastPrivilege(readPrincipals(stack), without, callerScopesOf(withEverything));

    // Assess
    expect(act).toThrow(why);
  });

  it.each(["prod-breast-cancer", "prod-breast-cancer-function", "prod-breast-cancer-endpoint"])(
    "refuse the name %s in another environment's policies",
    (foreign) => {
      // Prepare
      const others = scopesOf({ ...example, name: "prod", models: { "breast-cancer": exampleModel } });

      // Act
      const act = (): void => requireNoNamesOf(others, `endpoint/${foreign}`, scopes);

      // Assess
      expect(act).toThrow(`name ${foreign} of another environment`);
    },
  );

  /** A change of the statement that `sid` names, in the policy or the trust of the role `roleName`. */
  function edit(roleName: string, sid: string, change: (statement: JsonObject) => unknown) {
    return editStatements(roleName, (statements) => {
      for (const statement of statements) if (statement.Sid === sid) change(statement);
    });
  }

  function action(roleName: string, sid: string, ...actions: string[]) {
    return edit(roleName, sid, (statement) => {
      statement.Action = actions;
    });
  }

  function resource(roleName: string, sid: string, arn: string) {
    return edit(roleName, sid, (statement) => {
      statement.Resource = [arn];
    });
  }

  function condition(roleName: string, sid: string, conditions: JsonObject) {
    return edit(roleName, sid, (statement) => {
      statement.Condition = conditions;
    });
  }

  function remove(roleName: string, sid: string) {
    return editStatements(roleName, (statements) => {
      statements.splice(
        statements.findIndex((statement) => statement.Sid === sid),
        1,
      );
    });
  }

  /** Only to the policy: a trust has no resources. */
  function add(roleName: string, statement: JsonObject) {
    return editStatements(roleName, (statements) => {
      if (statements.some(({ Resource }) => Resource !== undefined)) {
        statements.push({ Sid: "More", Effect: "Allow", ...statement });
      }
    });
  }

  function permission(change: { readonly [argument: string]: string | undefined }) {
    return ({ resource: { aws_lambda_permission } }: TerraformJson): void => {
      for (const values of Object.values(aws_lambda_permission ?? {})) {
        for (const [argument, value] of Object.entries(change)) {
          if (value === undefined) delete values[argument];
          else values[argument] = value;
        }
      }
    };
  }

  /** A change of the statement that `sid` names, in the policy of the only caller. */
  function callerStatement(sid: string, change: (statement: JsonObject) => unknown) {
    return ({ resource: { aws_iam_policy = {} } }: TerraformJson): void => {
      const policy = Object.values(aws_iam_policy).find(({ name }) => name === SHOP);
      if (policy === undefined) throw new Error(`no policy ${SHOP}`);
      editDocument(policy, "policy", (statements) => {
        const statement = statements.find(({ Sid }) => Sid === sid);
        if (statement === undefined) throw new Error(`no statement ${sid}`);
        change(statement);
      });
    };
  }

  function callerResource(sid: string, ...arns: string[]) {
    return callerStatement(sid, (statement) => {
      statement.Resource = arns;
    });
  }

  function callerAction(sid: string, ...actions: string[]) {
    return callerStatement(sid, (statement) => {
      statement.Action = actions;
    });
  }

  function attachment(change: (values: JsonObject) => void) {
    return ({ resource: { aws_iam_role_policy_attachment = {} } }: TerraformJson): void => {
      for (const values of Object.values(aws_iam_role_policy_attachment)) change(values);
    };
  }

  /** A change of the statement that `sid` names, in the bucket's policy. */
  function bucket(sid: string, change: (statement: JsonObject) => unknown) {
    return ({ resource: { aws_s3_bucket_policy = {} } }: TerraformJson): void => {
      for (const values of Object.values(aws_s3_bucket_policy)) {
        editDocument(values, "policy", (statements) => {
          for (const statement of statements) if (statement.Sid === sid) change(statement);
        });
      }
    };
  }

  /** A change of each statement in the policy of the VPC's way to `service`. */
  function vpcEndpoint(service: "runtime" | "s3", change: (statement: JsonObject) => unknown) {
    return ({ resource: { aws_vpc_endpoint = {} } }: TerraformJson): void => {
      for (const values of Object.values(aws_vpc_endpoint)) {
        if (String(values.service_name).endsWith(`.${service}`)) {
          editDocument(values, "policy", (statements) => statements.forEach(change));
        }
      }
    };
  }

  function editStatements(roleName: string, change: (statements: JsonObject[]) => void) {
    return ({ resource: { aws_iam_role = {}, aws_iam_role_policy = {} } }: TerraformJson): void => {
      const [id, role] = Object.entries(aws_iam_role).find(([, { name }]) => name === roleName) ?? [];
      const policy = Object.values(aws_iam_role_policy).find(
        (values) => values.role === `\${aws_iam_role.${id}.name}`,
      );
      if (role === undefined || policy === undefined) throw new Error(`no role ${roleName}`);
      editDocument(role, "assume_role_policy", change);
      editDocument(policy, "policy", change);
    };
  }

  function editDocument(
    values: JsonObject,
    argument: string,
    change: (statements: JsonObject[]) => void,
  ): void {
    const document = parseEmbedded(String(values[argument]), argument);
    change(document.Statement as JsonObject[]);
    values[argument] = JSON.stringify(document);
  }
});
