import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { describe, expect, it } from "@jest/globals";
import { App, TerraformStack } from "cdktf";
import { Account } from "../../stacks/constructs/account";
import { functionPackage } from "../../stacks/constructs/function-code";
import {
  LambdaToSagemakerEndpoint,
  type LambdaToSagemakerEndpointProps,
} from "../../stacks/constructs/lambda-to-sagemaker-endpoint";
import { Network } from "../../stacks/constructs/network";
import { exampleModel } from "./support/environments";
import { SynthesizedStack } from "./support/synthesized";
import { inTempFolder } from "./support/temp-folder";

type Props = Omit<LambdaToSagemakerEndpointProps, "account">;

const SUBNET = "subnet-0123456789abcdef0";
const GROUP = "sg-0123456789abcdef0";
const EXISTING_VPC = { subnetIds: [SUBNET], securityGroupIds: [GROUP] };
const NEW_VPC = { availabilityZones: ["eu-central-1a"] };

/** A stack of somebody else's with the construct in it, and what the construct says of itself. */
function deploy(props: (directory: string) => Props): {
  construct: LambdaToSagemakerEndpoint;
  stack: SynthesizedStack;
} {
  return inTempFolder((directory) => {
    const app = new App({ outdir: directory });
    const stack = new TerraformStack(app, "own");
    new AwsProvider(stack, "aws", { region: "eu-central-1" });
    const account = new Account(stack, { region: "eu-central-1", accountId: "111122223333" });
    const construct = new LambdaToSagemakerEndpoint(stack, "scoring", { account, ...props(directory) });
    app.synth();
    const text = readFileSync(join(directory, "stacks/own/cdk.tf.json"), "utf8");
    return { construct, stack: new SynthesizedStack("own", text) };
  });
}

const everything = (directory: string): Props => ({
  name: "own-scoring",
  newFunction: { code: functionPackage("breast-cancer", directory), description: "Scores" },
  newEndpoint: exampleModel,
  logRetentionInDays: 7,
});

/** {@link everything} with other props beside it or instead of it. */
function withProps(part: Partial<Props>): (directory: string) => Props {
  return (directory) => ({ ...everything(directory), ...part });
}

function without(key: keyof Props, part: Partial<Props> = {}): (directory: string) => Props {
  return (directory) => {
    const { [key]: _, ...rest } = everything(directory);
    return { ...rest, ...part } as Props;
  };
}

describe("a function and an endpoint, both new", () => {
  const { construct, stack } = deploy(everything);

  it("are there, with model and configuration, and no VPC", () => {
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

  it("know each other by ENDPOINT_NAME", () => {
    // Act
    const { values } = stack.one("aws_lambda_function");

    // Assess
    expect(values.environment.variables).toEqual({ ENDPOINT_NAME: "own-scoring" });
  });

  it("know each other by another variable, beside the function's own", () => {
    // Prepare
    const props = (directory: string): Props => ({
      ...everything(directory),
      newFunction: {
        code: functionPackage("breast-cancer", directory),
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
  });
});

describe("an existing function", () => {
  it.each(["scoring", "arn:aws:lambda:eu-central-1:111122223333:function:scoring"])(
    "is read by its name, given as %s, and nothing of it is made",
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
          Sid: "InvokeItsEndpoint",
          Effect: "Allow",
          Action: ["sagemaker:InvokeEndpoint"],
          Resource: ["arn:aws:sagemaker:eu-central-1:111122223333:endpoint/own-scoring"],
        },
      ]);
    },
  );

  it("must name the endpoint in its variable, or the plan fails and says how", () => {
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
        "The function scoring does not know its endpoint: set its environment variable SAGEMAKER_ENDPOINT to " +
        "own-scoring, where the function is made, and plan again.",
    });
  });
});

describe("an existing endpoint", () => {
  it("is named by function and policy, and nothing of it is made", () => {
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

describe("a VPC", () => {
  it("that is there already holds the new function", () => {
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

  it("of its own is a result, and lets this one role ask this one endpoint", () => {
    // Act
    const { construct, stack } = deploy(withProps({ newVpc: NEW_VPC }));

    // Assess
    expect(construct.vpc?.terraformResourceType).toBe("aws_vpc");
    const runtime = stack
      .all("aws_vpc_endpoint", 2)
      .find(({ values }) => values.service_name === "com.amazonaws.eu-central-1.sagemaker.runtime");
    expect(JSON.parse(runtime?.values.policy ?? "").Statement).toEqual([
      {
        Sid: "OwnScoringInvokesItsEndpoint",
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

  it("that others use, too, is left to whoever made it to admit them all", () => {
    // Act
    const stack = inTempFolder((directory) => {
      const app = new App({ outdir: directory });
      const own = new TerraformStack(app, "own");
      new AwsProvider(own, "aws", { region: "eu-central-1" });
      const account = new Account(own, { region: "eu-central-1", accountId: "111122223333" });
      const network = new Network(own, "network", {
        account,
        environmentName: "own",
        settings: { vpc: NEW_VPC },
      });
      const pairs = ["first", "second"].map(
        (name) =>
          new LambdaToSagemakerEndpoint(own, name, { account, ...everything(directory), name, network }),
      );
      network.admit(pairs.map((pair) => pair.networked(pair.node.id)));
      app.synth();
      return new SynthesizedStack("own", readFileSync(join(directory, "stacks/own/cdk.tf.json"), "utf8"));
    });

    // Assess
    const runtime = stack
      .all("aws_vpc_endpoint", 2)
      .find(({ values }) => values.service_name.endsWith(".sagemaker.runtime"));
    expect(JSON.parse(runtime?.values.policy ?? "").Statement.map(({ Sid }: { Sid: string }) => Sid)).toEqual(
      ["FirstInvokesItsEndpoint", "SecondInvokesItsEndpoint"],
    );
  });
});

describe("props that contradict each other", () => {
  it.each<[string, (directory: string) => Props, string]>([
    [
      "an existing and a new function",
      withProps({ existingFunction: "scoring" }),
      "own/scoring: existingFunction: got existingFunction beside newFunction; allowed: either existingFunction or newFunction (a function is there, or is made)",
    ],
    [
      "no function",
      without("newFunction"),
      "own/scoring: newFunction: got nothing; allowed: newFunction or existingFunction (somebody has to ask the endpoint)",
    ],
    [
      "an existing and a new endpoint",
      withProps({ existingEndpoint: "notebook" }),
      "own/scoring: existingEndpoint: got existingEndpoint beside newEndpoint; allowed: either existingEndpoint or newEndpoint (an endpoint is there, or is made)",
    ],
    [
      "no endpoint",
      without("newEndpoint"),
      "own/scoring: newEndpoint: got nothing; allowed: newEndpoint or existingEndpoint (the function has to ask somebody)",
    ],
    [
      "an existing and a new VPC",
      withProps({ existingVpc: EXISTING_VPC, newVpc: NEW_VPC }),
      "own/scoring: existingVpc: got existingVpc beside newVpc; allowed: either existingVpc or newVpc (a VPC is there, or is made)",
    ],
    [
      "a name that does not fit",
      withProps({ name: "a".repeat(55) }),
      `own/scoring: name: got "${"a".repeat(55)}"; allowed: 1–54 letters, digits and -, neither first nor last a - (it is part of names of at most 63 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html)`,
    ],
    [
      "an endpoint that AWS refuses",
      withProps({
        newEndpoint: { ...exampleModel, inNetwork: true } as Props["newEndpoint"] & object,
        newVpc: NEW_VPC,
      }),
      "own/scoring: newEndpoint.inNetwork: got inNetwork beside serverless; allowed: either inNetwork or serverless (SageMaker takes no VPC for a serverless endpoint: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html)",
    ],
  ])("are told with both names and the rule: %s", (_, props, message) => {
    // Act
    const act = (): unknown => deploy(props);

    // Assess
    expect(act).toThrow(new Error(`1 fault(s) in its props:\n  ${message}`));
  });

  it.each<[string, (directory: string) => Props, string]>([
    [
      "an existing endpoint's name",
      without("newEndpoint", { existingEndpoint: "-" }),
      "own/scoring: existingEndpoint:",
    ],
    [
      "the subnets of an existing VPC",
      withProps({ existingVpc: { ...EXISTING_VPC, subnetIds: [] } }),
      "existing.subnetIds",
    ],
    ["the zones of a new VPC", withProps({ newVpc: { availabilityZones: [] } }), "vpc.availabilityZones"],
    [
      "the size of a new endpoint",
      withProps({ newEndpoint: { ...exampleModel, serverless: { memorySizeInMb: 1, maxConcurrency: 1 } } }),
      "newEndpoint.serverless.memorySizeInMb",
    ],
  ])("are checked as in an environment: %s", (_, props, field) => {
    // Act
    const act = (): unknown => deploy(props);

    // Assess
    expect(act).toThrow(field);
  });

  it("are told where a file has no bucket to go to", () => {
    // Prepare
    const artifact = "__tests__/stacks/artifacts/first.tar.gz";

    // Act
    const act = (): unknown => deploy(withProps({ newEndpoint: { ...exampleModel, artifact } }));

    // Assess
    expect(act).toThrow(
      `scoring: newEndpoint.artifact: got ${artifact}, a file; allowed: s3://<bucket>/<key>.tar.gz, or a file beside ` +
        "artifacts, an ArtifactBucket to upload it to",
    );
  });
});
