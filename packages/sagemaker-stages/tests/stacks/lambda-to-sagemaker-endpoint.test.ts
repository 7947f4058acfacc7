import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { describe, expect, it } from "@jest/globals";
import { App, TerraformStack } from "cdktf";
import { functionPackage } from "../../src/constructs/function/function-code";
import type { NewFunction } from "../../src/constructs/function/new-function";
import {
  LambdaToSagemakerEndpoint,
  type LambdaToSagemakerEndpointProps,
} from "../../src/constructs/lambda-to-sagemaker-endpoint";
import { Network } from "../../src/constructs/network/network";
import { AwsScope } from "../../src/constructs/terraform/aws-scope";
import type { NewEndpoint } from "../../src/environment/model-settings";
import { inTempFolder } from "../../src/testing/temp-folder";
import { exampleModel } from "./support/environments";
import { SynthesizedStack } from "./support/synthesized";

type Props = Omit<LambdaToSagemakerEndpointProps, "account">;

const SUBNET = "subnet-0123456789abcdef0";
const GROUP = "sg-0123456789abcdef0";
const EXISTING_VPC = { subnetIds: [SUBNET], securityGroupIds: [GROUP] };
const NEW_VPC = { availabilityZones: ["eu-central-1a"] };

const FUNCTION_ARN = "arn:aws:lambda:eu-central-1:111122223333:function:scoring";

const onInstances = {
  artifact: exampleModel.artifact,
  image: exampleModel.image,
  instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 },
};

/** A stack of an app, and the result of `make` in it. */
function inStack<Made>(make: (stack: TerraformStack, account: AwsScope, directory: string) => Made): {
  made: Made;
  stack: SynthesizedStack;
} {
  return inTempFolder((directory) => {
    const app = new App({ outdir: directory });
    const stack = new TerraformStack(app, "own");
    new AwsProvider(stack, "aws", { region: "eu-central-1" });
    const made = make(
      stack,
      new AwsScope(stack, { region: "eu-central-1", accountId: "111122223333" }),
      directory,
    );
    app.synth();
    const text = readFileSync(join(directory, "stacks/own/cdk.tf.json"), "utf8");
    return { made, stack: new SynthesizedStack("own", text) };
  });
}

/** A stack of an app with the construct in it, and the construct. */
function deploy(props: (directory: string) => Props): {
  construct: LambdaToSagemakerEndpoint;
  stack: SynthesizedStack;
} {
  const { made, stack } = inStack(
    (own, account, directory) =>
      new LambdaToSagemakerEndpoint(own, "scoring", { account, ...props(directory) }),
  );
  return { construct: made, stack };
}

/** The error that the construct throws for these faults. */
function faults(...lines: string[]): Error {
  const listed = lines.map((line) => `  own/scoring: ${line}`);
  return new Error([`${lines.length} fault(s) in the construct's props:`, ...listed].join("\n"));
}

const everything = (directory: string): Props => ({
  name: "own-scoring",
  newFunction: { code: functionPackage("loan-default", directory), description: "Scores" },
  newEndpoint: exampleModel,
  logRetentionInDays: 7,
});

/** {@link everything} with other props, added or replaced. */
function withProps(part: Partial<Props>): (directory: string) => Props {
  return (directory) => ({ ...everything(directory), ...part });
}

/** {@link everything} with other settings of the function. */
function withFunction(part: Partial<NewFunction>): (directory: string) => Props {
  return (directory) => {
    const code = functionPackage("loan-default", directory);
    return { ...everything(directory), newFunction: { code, description: "Scores", ...part } };
  };
}

function without(key: keyof Props, part: Partial<Props> = {}): (directory: string) => Props {
  return (directory) => {
    const { [key]: _, ...rest } = everything(directory);
    return { ...rest, ...part } as Props;
  };
}

describe("a function and an endpoint, both new", () => {
  it("the function names the model of a multi-model endpoint, and may invoke only this model", () => {
    // Prepare
    const newEndpoint = {
      artifact: "s3://amzn-s3-demo-bucket/scoring/",
      image: { framework: "xgboost", version: "1.7-1" },
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 },
      multiModel: true,
      targetModel: "eu/iris.tar.gz",
    } as const;

    // Act
    const { stack } = deploy(withProps({ newEndpoint }));

    // Assess
    const [fn] = stack.find("aws_lambda_function");
    const policies = stack.find("aws_iam_role_policy").map(({ values }) => String(values.policy));
    expect(fn?.values.environment?.variables).toMatchObject({ ENDPOINT_TARGET_MODEL: "eu/iris.tar.gz" });
    expect(
      policies.filter((policy) => policy.includes('"sagemaker:TargetModel":"eu/iris.tar.gz"')),
    ).toHaveLength(1);
  });

  const { construct, stack } = deploy(everything);

  it("are created with a model and a configuration, and without a VPC", () => {
    // Act
    const { sagemakerEndpoint, sagemakerEndpointConfig, sagemakerModel, lambdaFunction, vpc } = construct;

    // Assess
    expect(sagemakerEndpoint).toMatchObject({
      endpointName: "own-scoring",
      endpointArn: "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/own-scoring",
    });
    expect(sagemakerEndpointConfig?.terraformResourceType).toBe("aws_sagemaker_endpoint_configuration");
    expect(sagemakerModel?.terraformResourceType).toBe("aws_sagemaker_model");
    expect(lambdaFunction.terraformResourceType).toBe("aws_lambda_function");
    expect(vpc).toBeUndefined();
    expect(stack.types()).not.toContain("aws_vpc");
  });

  it("can be a dependency of another resource", () => {
    // Act
    const { stack: own } = inStack((scope, account, directory) => {
      const { sagemakerEndpoint } = new LambdaToSagemakerEndpoint(scope, "scoring", {
        account,
        ...everything(directory),
      });
      const { resource } = sagemakerEndpoint;
      if (resource === undefined) throw new Error("a new endpoint is a resource");
      new CloudwatchLogGroup(scope, "waiting", { name: "waiting", dependsOn: [resource] });
    });

    // Assess
    expect(own.terraform.resource.aws_cloudwatch_log_group?.waiting?.depends_on).toEqual([
      own.one("aws_sagemaker_endpoint").address,
    ]);
  });

  it("have roles with the permissions boundary of the props", () => {
    // Prepare
    const permissionsBoundaryArn = "arn:aws:iam::111122223333:policy/teams/boundary";

    // Act
    const bound = deploy(withProps({ permissionsBoundaryArn }));

    // Assess
    const boundaries = (of: SynthesizedStack) =>
      of.all("aws_iam_role", 2).map(({ values }) => values.permissions_boundary);
    expect(boundaries(bound.stack)).toEqual([permissionsBoundaryArn, permissionsBoundaryArn]);
    expect(boundaries(stack)).toEqual([undefined, undefined]);
  });

  it("use arm64 and a timeout that fits API Gateway by default, or the values of the settings", () => {
    // Act
    const other = deploy(withFunction({ architecture: "x86_64", timeoutInSeconds: 900 }));

    // Assess
    expect(stack.one("aws_lambda_function").values).toMatchObject({ architectures: ["arm64"], timeout: 28 });
    expect(other.stack.one("aws_lambda_function").values).toMatchObject({
      architectures: ["x86_64"],
      timeout: 900,
    });
  });

  it("are connected by ENDPOINT_NAME", () => {
    // Act
    const { values } = stack.one("aws_lambda_function");

    // Assess
    expect(values.environment.variables).toEqual({ ENDPOINT_NAME: "own-scoring" });
  });

  it("are connected by another variable, beside the function's own variables", () => {
    // Prepare
    const props = (directory: string): Props => ({
      ...everything(directory),
      newFunction: {
        code: functionPackage("loan-default", directory),
        description: "Scores",
        environment: { LOG_LEVEL: "debug" },
        memorySizeInMb: 1024,
      },
      sagemakerEnvironmentVariableName: "SAGEMAKER_ENDPOINT",
    });

    // Act
    const { values } = deploy(props).stack.one("aws_lambda_function");

    // Assess
    expect(values.environment.variables).toEqual({ SAGEMAKER_ENDPOINT: "own-scoring", LOG_LEVEL: "debug" });
    expect(values.memory_size).toBe(1024);
    expect(values).not.toHaveProperty("reserved_concurrent_executions");
  });
});

describe("a new function", () => {
  it("reserves the concurrency that its settings name", () => {
    // Act
    const { values } = deploy(withFunction({ reservedConcurrency: 40 })).stack.one("aws_lambda_function");

    // Assess
    expect(values.reserved_concurrent_executions).toBe(40);
  });

  it("has the ephemeral storage that its settings name", () => {
    // Act
    const { values } = deploy(withFunction({ ephemeralStorageInMb: 2048 })).stack.one("aws_lambda_function");

    // Assess
    expect(values.ephemeral_storage).toEqual({ size: 2048 });
  });

  it("refuses an ephemeral storage that Lambda does not have", () => {
    // Act
    const act = () => deploy(withFunction({ ephemeralStorageInMb: 256 }));

    // Assess
    expect(act).toThrow(
      faults(
        "newFunction.ephemeralStorageInMb: got 256; allowed: a whole number from 512 to 10240 (https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html)",
      ),
    );
  });
});

describe("an existing function", () => {
  it.each(["scoring", "arn:aws:lambda:eu-central-1:111122223333:function:scoring"])(
    "is read by its name when the prop is %s, and no part of the function is created",
    (existingFunction) => {
      // Act
      const { construct, stack } = deploy(without("newFunction", { existingFunction }));

      // Assess
      const { address, values } = stack.one("data.aws_lambda_function");
      expect(values.function_name).toBe("scoring");
      expect(construct.lambdaFunction.terraformResourceType).toBe("aws_lambda_function");
      expect(construct.function).toMatchObject({
        functionName: "scoring",
        functionArn: "arn:aws:lambda:eu-central-1:111122223333:function:scoring",
      });
      expect(stack.types()).not.toContain("aws_lambda_function");
      expect(stack.all("aws_iam_role", 1)[0]?.values.name).toBe("own-scoring-endpoint");
      const policy = stack
        .all("aws_iam_role_policy", 2)
        .find(({ values: { name } }) => name === "own-scoring-invokes-endpoint");
      expect(policy?.values.role).toContain(address);
      expect(JSON.parse(policy?.values.policy ?? "").Statement).toEqual([
        {
          Sid: "InvokeEndpoint",
          Effect: "Allow",
          Action: ["sagemaker:InvokeEndpoint"],
          Resource: ["arn:aws:sagemaker:eu-central-1:111122223333:endpoint/own-scoring"],
        },
      ]);
    },
  );

  it.each([
    ["its ARN", FUNCTION_ARN, 1],
    ["its name", "scoring", 0],
  ])("is checked against the account that Terraform reads: %s", (_, existingFunction, conditions) => {
    // Act
    const { stack } = inStack((own, _account, directory) => {
      const account = new AwsScope(own, { region: "eu-central-1" });
      const { newFunction: _function, ...rest } = everything(directory);
      new LambdaToSagemakerEndpoint(own, "scoring", { account, ...rest, existingFunction });
    });

    // Assess
    const { values } = stack.one("data.aws_lambda_function");
    const account = "data.aws_caller_identity.caller.account_id";
    expect(values.function_name).toBe("scoring");
    expect(values.lifecycle?.precondition ?? []).toEqual(
      [
        {
          condition: `\${can(regex(join("", ["^(arn:aws:lambda:eu-central-1:", ${account}, ":function:)?[a-zA-Z0-9_-]+$"]), "${FUNCTION_ARN}"))}`,
          error_message: `existingFunction: got ${FUNCTION_ARN}; allowed: the name of a function of this account and region, or arn:aws:lambda:eu-central-1:\${${account}}:function:<name>, without version`,
        },
      ].slice(0, conditions),
    );
  });

  it("must have the endpoint's name in its variable, or the plan fails with the remedy", () => {
    // Prepare
    const props = without("newFunction", {
      existingFunction: "scoring",
      sagemakerEnvironmentVariableName: "SAGEMAKER_ENDPOINT",
    });

    // Act
    const [postcondition] =
      deploy(props).stack.one("data.aws_lambda_function").values.lifecycle?.postcondition ?? [];

    // Assess
    expect(postcondition).toEqual({
      condition: `\${try(self.environment[0].variables["SAGEMAKER_ENDPOINT"], "") == "own-scoring"}`,
      error_message:
        "The function scoring does not name its endpoint: set the function's environment variable SAGEMAKER_ENDPOINT to " +
        "own-scoring in the code that creates the function, and plan again.",
    });
  });
});

describe("an existing endpoint", () => {
  it("is named by the function and the policy, and no resource is created for the endpoint", () => {
    // Act
    const { construct, stack } = deploy(without("newEndpoint", { existingEndpoint: "Notebook-1" }));

    // Assess
    const endpointArn = "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/Notebook-1";
    expect(construct.sagemakerEndpoint).toEqual({ endpointName: "Notebook-1", endpointArn });
    expect(construct.sagemakerEndpointConfig).toBeUndefined();
    expect(construct.sagemakerModel).toBeUndefined();
    expect(stack.types().filter((type) => type.includes("sagemaker"))).toEqual([]);
    expect(stack.one("aws_lambda_function").values.environment.variables).toEqual({
      ENDPOINT_NAME: "Notebook-1",
    });
    expect(JSON.parse(stack.one("aws_iam_role_policy").values.policy).Statement[0].Resource).toEqual([
      endpointArn,
    ]);
  });
});

describe("a target of an existing endpoint", () => {
  it("is named by the function's variables and the role's policy", () => {
    // Act
    const { construct, stack } = deploy(
      without("newEndpoint", {
        existingEndpoint: "many",
        targetVariant: "blue",
        targetModel: "eu/iris.tar.gz",
      }),
    );

    // Assess
    const endpointArn = "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/many";
    expect(construct.sagemakerEndpoint).toEqual({
      endpointName: "many",
      endpointArn,
      target: { targetVariant: "blue", targetModel: "eu/iris.tar.gz" },
    });
    expect(stack.one("aws_lambda_function").values.environment.variables).toEqual({
      ENDPOINT_NAME: "many",
      ENDPOINT_TARGET_VARIANT: "blue",
      ENDPOINT_TARGET_MODEL: "eu/iris.tar.gz",
    });
    expect(JSON.parse(stack.one("aws_iam_role_policy").values.policy).Statement[0]).toEqual({
      Sid: "InvokeEndpoint",
      Effect: "Allow",
      Action: ["sagemaker:InvokeEndpoint"],
      Resource: [endpointArn],
      Condition: { StringEquals: { "sagemaker:TargetModel": "eu/iris.tar.gz" } },
    });
  });

  it.each([
    [
      "together with a new endpoint",
      withProps({ targetVariant: "blue" }),
      "targetVariant: got targetVariant without existingEndpoint; allowed: no targetVariant, or existingEndpoint as well (a new endpoint has one variant with one model)",
    ],
    [
      "together with an existing function",
      without("newFunction", {
        existingFunction: "scoring",
        newEndpoint: undefined,
        existingEndpoint: "many",
        inferenceComponent: "iris",
      } as unknown as Partial<Props>),
      "inferenceComponent: got inferenceComponent together with existingFunction; allowed: no inferenceComponent, or no existingFunction (an existing function chooses the target itself, and its owner grants its role the permission)",
    ],
    [
      "together with a variable of the function for another target",
      (directory: string): Props => {
        const {
          newEndpoint: _new,
          newFunction,
          ...rest
        } = withFunction({
          environment: { ENDPOINT_TARGET_MODEL: "wine" },
        })(directory);
        if (newFunction === undefined) throw new Error("the props have a function");
        return { ...rest, newFunction, existingEndpoint: "many", targetModel: "iris" };
      },
      "newFunction.environment: got ENDPOINT_TARGET_MODEL, which the construct sets to the endpoint's target; allowed: no ENDPOINT_TARGET_MODEL (the function's role may not invoke another target)",
    ],
    [
      "together with the endpoint's name in the same variable",
      without("newEndpoint", {
        existingEndpoint: "many",
        targetModel: "iris",
        sagemakerEnvironmentVariableName: "ENDPOINT_TARGET_MODEL",
      }),
      'sagemakerEnvironmentVariableName: got "ENDPOINT_TARGET_MODEL"; allowed: a name other than ENDPOINT_TARGET_MODEL (the variable names the endpoint\'s target)',
    ],
  ])("is refused %s", (_, props, message) => {
    // Act
    const act = (): unknown => deploy(props);

    // Assess
    expect(act).toThrow(faults(message));
  });
});

describe("a new endpoint with asynchronous requests", () => {
  it("is refused, because the requests need the bucket and the routes of an environment", () => {
    // Prepare
    const { serverless: _, ...source } = exampleModel;
    const instances = { instanceType: "ml.m5.large", initialInstanceCount: 1, async: { days: 1 } };

    // Act
    const act = (): unknown => deploy(withProps({ newEndpoint: { ...source, instances } }));

    // Assess
    expect(act).toThrow(
      faults(
        "newEndpoint.instances.async: got async; allowed: no async, or an environment of the engine (the requests need the bucket and the routes of an environment)",
      ),
    );
  });
});

describe("a VPC", () => {
  it("that already exists contains the new function", () => {
    // Act
    const { construct, stack } = deploy(withProps({ existingVpc: EXISTING_VPC }));

    // Assess
    expect(stack.one("aws_lambda_function").values.vpc_config).toEqual({
      subnet_ids: [SUBNET],
      security_group_ids: [GROUP],
    });
    expect(stack.types()).not.toContain("aws_vpc");
    expect(construct.vpc).toBeUndefined();
  });

  it("that is new is a property of the construct, and allows only this role to invoke this endpoint", () => {
    // Act
    const { construct, stack } = deploy(withProps({ newVpc: NEW_VPC }));

    // Assess
    expect(construct.vpc?.terraformResourceType).toBe("aws_vpc");
    const runtime = stack
      .all("aws_vpc_endpoint", 2)
      .find(({ values }) => values.service_name === "com.amazonaws.eu-central-1.sagemaker.runtime");
    expect(JSON.parse(runtime?.values.policy ?? "").Statement).toEqual([
      {
        Sid: "InvokeOwnScoringEndpoint",
        Effect: "Allow",
        Principal: "*",
        Action: ["sagemaker:InvokeEndpoint"],
        Resource: ["arn:aws:sagemaker:eu-central-1:111122223333:endpoint/own-scoring"],
        Condition: {
          ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/own-scoring-function" },
        },
      },
    ]);
  });

  it("that is shared grants access only when its owner calls grantAccess", () => {
    // Act
    const { stack } = inStack((own, account, directory) => {
      const network = new Network(own, "network", {
        account,
        environmentName: "own",
        settings: { vpc: { ...NEW_VPC, cidrBlock: "10.0.0.0/16" } },
      });
      const pairs = ["first", "second"].map(
        (id) =>
          new LambdaToSagemakerEndpoint(own, id, {
            account,
            ...everything(directory),
            name: `own-${id}`,
            network,
          }),
      );
      network.grantAccess(pairs.map((pair) => pair.networkMember()));
    });

    // Assess
    const runtime = stack
      .all("aws_vpc_endpoint", 2)
      .find(({ values }) => values.service_name.endsWith(".sagemaker.runtime"));
    expect(JSON.parse(runtime?.values.policy ?? "").Statement.map(({ Sid }: { Sid: string }) => Sid)).toEqual(
      ["InvokeFirstEndpoint", "InvokeSecondEndpoint"],
    );
  });
});

describe("props that contradict each other", () => {
  it.each<[string, (directory: string) => Props, string]>([
    [
      "an existing and a new function",
      withProps({ existingFunction: "scoring" }),
      "own/scoring: existingFunction: got existingFunction together with newFunction; allowed: either existingFunction or newFunction (the function either exists or is created)",
    ],
    [
      "no function",
      without("newFunction"),
      "own/scoring: newFunction: got nothing; allowed: newFunction or existingFunction (a function must invoke the endpoint)",
    ],
    [
      "an existing and a new endpoint",
      withProps({ existingEndpoint: "notebook" }),
      "own/scoring: existingEndpoint: got existingEndpoint together with newEndpoint; allowed: either existingEndpoint or newEndpoint (the endpoint either exists or is created)",
    ],
    [
      "no endpoint",
      without("newEndpoint"),
      "own/scoring: newEndpoint: got nothing; allowed: newEndpoint or existingEndpoint (the function must have an endpoint to invoke)",
    ],
    [
      "an existing and a new VPC",
      withProps({ existingVpc: EXISTING_VPC, newVpc: NEW_VPC }),
      "own/scoring: existingVpc: got existingVpc together with newVpc; allowed: either existingVpc or newVpc (the VPC either exists or is created)",
    ],
    [
      "inNetwork without a network",
      withProps({ newEndpoint: { ...onInstances, inNetwork: true } }),
      "own/scoring: newEndpoint.inNetwork: got inNetwork without a VPC; allowed: no inNetwork, or also newVpc, existingVpc or network (there is no VPC for the endpoint)",
    ],
    [
      "a new VPC with an existing function and a serverless endpoint",
      without("newFunction", { existingFunction: "scoring", newVpc: NEW_VPC }),
      "own/scoring: newVpc: got newVpc without a function or an endpoint in the VPC; allowed: no newVpc, or a newFunction, or a newEndpoint with inNetwork: true (existing functions and endpoints stay in their network)",
    ],
    [
      "an existing VPC with an existing function and an existing endpoint",
      without("newFunction", {
        existingFunction: "scoring",
        newEndpoint: undefined,
        existingEndpoint: "notebook",
        existingVpc: EXISTING_VPC,
      } as unknown as Partial<Props>),
      "own/scoring: existingVpc: got existingVpc without a function or an endpoint in the VPC; allowed: no existingVpc, or a newFunction, or a newEndpoint with inNetwork: true (existing functions and endpoints stay in their network)",
    ],
    [
      "a variable of the function that names the endpoint",
      withFunction({ environment: { ENDPOINT_NAME: "someone-elses" } }),
      "own/scoring: newFunction.environment: got ENDPOINT_NAME, which the construct sets to the endpoint's name; allowed: no ENDPOINT_NAME, or another sagemakerEnvironmentVariableName (the function's role may not invoke another endpoint)",
    ],
    [
      "a name that is too long",
      withProps({ name: "a".repeat(55) }),
      `own/scoring: name: got "${"a".repeat(55)}"; allowed: 1–54 letters, digits and -, not starting or ending with - (the name is part of names of at most 63 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html)`,
    ],
    [
      "an endpoint that AWS refuses",
      withProps({
        newEndpoint: { ...exampleModel, inNetwork: true } as Props["newEndpoint"] & object,
        newVpc: NEW_VPC,
      }),
      "own/scoring: newEndpoint.inNetwork: got inNetwork together with serverless; allowed: either inNetwork or serverless (a serverless endpoint supports no VPC: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html)",
    ],
  ])("are reported with both props and the rule: %s", (_, props, message) => {
    // Act
    const act = (): unknown => deploy(props);

    // Assess
    expect(act).toThrow(new Error(`1 fault(s) in the construct's props:\n  ${message}`));
  });

  it.each(["existingVpc", "newVpc"] as const)(
    "are reported with both props and the rule: %s and a network",
    (field) => {
      // Prepare
      const own = { existingVpc: EXISTING_VPC, newVpc: NEW_VPC };

      // Act
      const act = (): unknown =>
        inStack((stack, account, directory) => {
          const settings = { existing: EXISTING_VPC };
          const network = new Network(stack, "network", { account, environmentName: "own", settings });
          const props = { account, ...everything(directory), [field]: own[field], network };
          new LambdaToSagemakerEndpoint(stack, "scoring", props);
        });

      // Assess
      expect(act).toThrow(
        new Error(
          `1 fault(s) in the construct's props:\n  own/scoring: ${field}: got ${field} together with network; allowed: either ${field} or network (the VPC either exists or is created)`,
        ),
      );
    },
  );

  it("are reported when the construct has a network, and its id cannot be part of a statement id", () => {
    // Act
    const act = (): unknown =>
      inStack((stack, account, directory) => {
        const settings = { vpc: { ...NEW_VPC, cidrBlock: "10.0.0.0/16" } };
        const network = new Network(stack, "network", { account, environmentName: "own", settings });
        new LambdaToSagemakerEndpoint(stack, "my_scoring", { account, ...everything(directory), network });
      });

    // Assess
    expect(act).toThrow(
      new Error(
        "1 fault(s) in the construct's props:\n  own/my_scoring: id: got \"my_scoring\"; allowed: a construct id of letters, digits and -, if network is set (statement ids of the network's policies contain the id)",
      ),
    );
  });

  it("are accepted when one of the two props is undefined", () => {
    // Prepare
    const newEndpoint = { ...onInstances, serverless: undefined } as unknown as NewEndpoint;

    // Act
    const { stack } = deploy(
      withProps({ newEndpoint, tags: { Team: undefined } as unknown as Props["tags"] & object }),
    );

    // Assess
    const [variant] = stack.one("aws_sagemaker_endpoint_configuration").values.production_variants;
    expect(variant).toMatchObject({ instance_type: "ml.m5.large", initial_instance_count: 1 });
  });
});

const MISSPELT =
  "(unknown, missing or mistyped properties are rejected, so that a typo cannot silently disable a setting)";
const LAMBDA_API = "https://docs.aws.amazon.com/lambda/latest/api";
const LAMBDA_GUIDE = "https://docs.aws.amazon.com/lambda/latest/dg";
const FUNCTION_ALLOWED = `a name of 1–64 characters (letters, digits, - and _), or the ARN arn:aws:lambda:eu-central-1:111122223333:function:<name> (the function must be in the environment's account and region: ${LAMBDA_API}/API_GetFunction.html)`;
const RETENTION =
  "logRetentionInDays: got 8; allowed: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html)";
const TAG =
  'tags: got "aws:x"; allowed: a key of 1–128 letters, digits, spaces and _.:/=+-@ that does not start with aws: (https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html)';
const FILE = "artifacts/first.tar.gz";

describe("values", () => {
  it.each([
    `${FUNCTION_ARN}:live`,
    "arn:aws:lambda:us-east-1:111122223333:function:scoring",
    "arn:aws:lambda:eu-central-1:444455556666:function:scoring",
    "a b c",
  ])("are refused: the existing function %s", (existingFunction) => {
    // Act
    const act = (): unknown => deploy(without("newFunction", { existingFunction }));

    // Assess
    expect(act).toThrow(faults(`existingFunction: got "${existingFunction}"; allowed: ${FUNCTION_ALLOWED}`));
  });

  it.each<[string, (directory: string) => Props, string[]]>([
    [
      "memory",
      withFunction({ memorySizeInMb: 1 }),
      [
        `newFunction.memorySizeInMb: got 1; allowed: a whole number from 128 to 10240 (${LAMBDA_API}/API_CreateFunction.html)`,
      ],
    ],
    [
      "a reserved concurrency that switches the function off",
      withFunction({ reservedConcurrency: 0 }),
      [
        `newFunction.reservedConcurrency: got 0; allowed: a whole number from 1 (0 would disable the function; omit the setting to reserve no concurrency: ${LAMBDA_API}/API_PutFunctionConcurrency.html)`,
      ],
    ],
    [
      "a description that is too long",
      withFunction({ description: "x".repeat(257) }),
      [
        `newFunction.description: got 257 characters; allowed: at most 256 characters (${LAMBDA_API}/API_CreateFunction.html)`,
      ],
    ],
    [
      "an unknown architecture",
      withFunction({ architecture: "arm" as "arm64" }),
      [`newFunction.architecture: got "arm"; allowed: arm64, x86_64 (${LAMBDA_API}/API_CreateFunction.html)`],
    ],
    [
      "a timeout that is too long",
      withFunction({ timeoutInSeconds: 901 }),
      [
        `newFunction.timeoutInSeconds: got 901; allowed: a whole number from 1 to 900 (${LAMBDA_GUIDE}/gettingstarted-limits.html)`,
      ],
    ],
    [
      "a timeout of zero",
      withFunction({ timeoutInSeconds: 0 }),
      [
        `newFunction.timeoutInSeconds: got 0; allowed: a whole number from 1 to 900 (${LAMBDA_GUIDE}/gettingstarted-limits.html)`,
      ],
    ],
    [
      "a zip file that does not exist, and a hash that is not base64",
      withFunction({
        code: {
          zipFile: "/nowhere/code.zip",
          sha256: "beef",
          handler: "index.handler",
          runtime: "nodejs22.x",
        },
      }),
      [
        'newFunction.code.zipFile: got "/nowhere/code.zip"; allowed: an existing file (the synthesis copies the file beside Terraform\'s code)',
        `newFunction.code.sha256: got "beef"; allowed: the base64 SHA-256 of the zip, 44 characters (${LAMBDA_API}/API_FunctionConfiguration.html)`,
      ],
    ],
    [
      "variables of a function",
      withFunction({ environment: { AWS_REGION: "x", "1 bad": "x" } }),
      [
        `newFunction.environment: got "AWS_REGION"; allowed: a name that Lambda does not reserve (${LAMBDA_GUIDE}/configuration-envvars.html)`,
        `newFunction.environment: got "1 bad"; allowed: two or more letters, digits and _, starting with a letter (${LAMBDA_API}/API_Environment.html)`,
      ],
    ],
    [
      "more than 4 KB of variables, and the message does not contain the variables",
      withFunction({ environment: { BIG: "x".repeat(4094) } }),
      [
        `newFunction.environment: got 4097 bytes; allowed: at most 4096 bytes of names and values together (${LAMBDA_GUIDE}/gettingstarted-limits.html)`,
      ],
    ],
    [
      "an invalid name of the endpoint's variable",
      withProps({ sagemakerEnvironmentVariableName: "1 bad" }),
      [
        `sagemakerEnvironmentVariableName: got "1 bad"; allowed: two or more letters, digits and _, starting with a letter (${LAMBDA_API}/API_Environment.html)`,
      ],
    ],
    [
      "a variable that Lambda reserves",
      withProps({ sagemakerEnvironmentVariableName: "AWS_REGION" }),
      [
        `sagemakerEnvironmentVariableName: got "AWS_REGION"; allowed: a name that Lambda does not reserve (${LAMBDA_GUIDE}/configuration-envvars.html)`,
      ],
    ],
    [
      "an artifact file without a bucket, retention and tags, all at once",
      withProps({
        newEndpoint: { ...exampleModel, artifact: FILE },
        logRetentionInDays: 8,
        tags: { "aws:x": "y" },
      }),
      [
        `newEndpoint.artifact: got the file ${FILE} without artifacts; allowed: s3://<bucket>/<key>.tar.gz, or for a file also the prop artifacts, an ArtifactBucket (without artifacts there is no bucket for the upload)`,
        RETENTION,
        TAG,
      ],
    ],
    [
      "a boundary that is not a managed policy",
      withProps({ permissionsBoundaryArn: "arn:aws:iam::111122223333:role/boundary" }),
      [
        'permissionsBoundaryArn: got "arn:aws:iam::111122223333:role/boundary"; allowed: the ARN of a managed policy, e.g. arn:aws:iam::111122223333:policy/boundary (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html)',
      ],
    ],
    [
      "51 tags",
      withProps({ tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`Key${index}`, "x"])) }),
      [
        "tags: got 51; allowed: at most 50 tags, including the provider's default tags (https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html)",
      ],
    ],
    [
      "an invalid name of an existing endpoint",
      without("newEndpoint", { existingEndpoint: "-" }),
      [
        'existingEndpoint: got "-"; allowed: 1–63 letters, digits and -, not starting or ending with - (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html)',
      ],
    ],
    [
      "an existing VPC",
      withProps({ existingVpc: { subnetIds: [], securityGroupIds: ["x"] } }),
      [
        `existingVpc.subnetIds: got []; allowed: 1–16 ids (${LAMBDA_API}/API_VpcConfig.html)`,
        `existingVpc.securityGroupIds: got "x"; allowed: sg- and 8 or 17 digits 0-9 a-f (${LAMBDA_API}/API_VpcConfig.html)`,
      ],
    ],
    [
      "a new VPC",
      withProps({ newVpc: { cidrBlock: "10.0.0.0/8", availabilityZones: [] } }),
      [
        'newVpc.cidrBlock: got "10.0.0.0/8"; allowed: a range such as 10.0.0.0/16, from its first address, of length 16–24 in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html)',
        "newVpc.availabilityZones: got []; allowed: at least one zone of eu-central-1 (a function needs a subnet)",
      ],
    ],
    [
      "the size of a new endpoint",
      withProps({ newEndpoint: { ...exampleModel, serverless: { memorySizeInMb: 1, maxConcurrency: 1 } } }),
      [
        "newEndpoint.serverless.memorySizeInMb: got 1; allowed: 1024, 2048, 3072, 4096, 5120, 6144 (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html)",
      ],
    ],
  ])("are refused with the value, the allowed values and the reason: %s", (_, props, expected) => {
    // Act
    const act = (): unknown => deploy(props);

    // Assess
    expect(act).toThrow(faults(...expected));
  });

  it.each<[string, object, string]>([
    [
      "a misspelt setting of the endpoint",
      {
        newEndpoint: {
          ...exampleModel,
          serverless: { ...exampleModel.serverless, provisionedConcurency: 1 },
        },
      },
      "newEndpoint.serverless.provisionedConcurency: got a number; allowed: a property of the type LambdaToSagemakerEndpointProps of sagemaker-stages: memorySizeInMb, maxConcurrency, provisionedConcurrency, autoscaling, schedule. Did you mean provisionedConcurrency?",
    ],
    [
      "a setting of a model in newEndpoint",
      { newEndpoint: { ...exampleModel, access: "PUBLIC" } },
      "newEndpoint.access: got a string; allowed: a property of the type LambdaToSagemakerEndpointProps of sagemaker-stages",
    ],
    [
      "an image that is a text",
      { newEndpoint: { ...exampleModel, image: "linear-learner" } },
      'newEndpoint.image: got "linear-learner"; allowed: an object { algorithm, tag }, or an object { uri }, or an object { framework, version, pytorch?, python?, os?, accelerator?, cuda? }',
    ],
    [
      "a misspelt setting of a VPC",
      { newVpc: { ...NEW_VPC, cidr: "10.0.0.0/16" } },
      "newVpc.cidr: got a string; allowed: a property of the type LambdaToSagemakerEndpointProps of sagemaker-stages: cidrBlock, availabilityZones. Did you mean cidrBlock?",
    ],
    [
      "a misspelt prop",
      { protcted: true },
      "protcted: got true; allowed: a property of the type LambdaToSagemakerEndpointProps of sagemaker-stages. Did you mean protected?",
    ],
    [
      "an account that is a text",
      { account: "111122223333" },
      'account: got "111122223333"; allowed: a value of the type AwsScope',
    ],
  ])("are not ignored when a property is wrong: %s", (_, part, expected) => {
    // Act
    const act = (): unknown => deploy(withProps(part));

    // Assess
    expect(act).toThrow(faults(`${expected} ${MISSPELT}`));
  });

  it("name a model of a new endpoint that is no multi-model endpoint", () => {
    // Prepare
    const { serverless: _, ...source } = exampleModel;
    const instances = { instanceType: "ml.m5.large", initialInstanceCount: 1 };
    const newEndpoint = { ...source, instances, targetModel: "eu/iris.tar.gz" };

    // Act
    const act = (): unknown => deploy(withProps({ newEndpoint }));

    // Assess
    expect(act).toThrow(
      faults(
        "newEndpoint.targetModel: got targetModel without existingEndpoint; allowed: no targetModel; or existingEndpoint or multiModel as well (a new endpoint without multiModel has one variant with one model)",
      ),
    );
  });

  it("of variables are not part of the message", () => {
    // Prepare
    const environment = { SECRET: 12345 } as unknown as Record<string, string>;

    // Act
    const act = (): unknown => deploy(withFunction({ environment, memorySize: 512 } as Partial<NewFunction>));

    // Assess
    expect(act).toThrow(
      faults(
        `newFunction.environment.SECRET: got a number; allowed: a value of the type string ${MISSPELT}`,
        `newFunction.memorySize: got a number; allowed: a property of the type LambdaToSagemakerEndpointProps of sagemaker-stages: memorySizeInMb, ephemeralStorageInMb, reservedConcurrency, code, description, environment, architecture, timeoutInSeconds. Did you mean memorySizeInMb? ${MISSPELT}`,
      ),
    );
  });
});
