import type { DataAwsLambdaFunction } from "@cdktf/provider-aws/lib/data-aws-lambda-function";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import type { SagemakerEndpointConfiguration } from "@cdktf/provider-aws/lib/sagemaker-endpoint-configuration";
import type { SagemakerModel } from "@cdktf/provider-aws/lib/sagemaker-model";
import type { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Construct } from "constructs";
import { checkEndpoint } from "../../environments/endpoint-checks";
import type { ExistingVpc, NewVpc } from "../../environments/environment";
import type { ExistingEndpoint, NewEndpoint } from "../../environments/model-settings";
import { checkNetwork } from "../../environments/network-checks";
import { withoutUndefined } from "../../environments/present";
import { describeFault, type Fault, Report } from "../../environments/report";
import type { Account } from "./account";
import { type Artifact, type ArtifactBucket, artifactInS3, isInS3 } from "./artifact-bucket";
import type { EndpointFunction } from "./endpoint-function";
import { ExistingFunction } from "./existing-function";
import { InferenceFunction, type NewFunction } from "./inference-function";
import { Network, type NetworkedModel } from "./network";
import { SagemakerEndpoint } from "./sagemaker-endpoint";

/** Props of {@link LambdaToSagemakerEndpoint}. */
export interface LambdaToSagemakerEndpointProps {
  readonly account: Account;

  /**
   * Name of what is new: the function's and the endpoint's, and the prefix of their roles', models' and
   * configurations'. 1–54 letters, digits and `-`, so that the longest fits SageMaker's 63.
   */
  readonly name: string;

  /**
   * A function that is there already: its name, or its ARN without version. Not beside `newFunction`. Its role gets
   * the right to ask the endpoint; its variable must name the endpoint already, or the plan fails and says so.
   *
   * @default - none
   */
  readonly existingFunction?: string;

  /**
   * A new function. Not beside `existingFunction`; one of the two there must be.
   *
   * @default - none
   */
  readonly newFunction?: NewFunction;

  /**
   * An endpoint that is there already, by its name. Not beside `newEndpoint`. Nothing of it is changed.
   *
   * @default - none
   */
  readonly existingEndpoint?: string;

  /**
   * A new endpoint. Not beside `existingEndpoint`; one of the two there must be.
   *
   * @default - none
   */
  readonly newEndpoint?: NewEndpoint;

  /**
   * Where an artifact that is a file of the project is uploaded to. Needed for such an artifact only.
   *
   * @default - none
   */
  readonly artifacts?: ArtifactBucket;

  /**
   * Subnets and security groups that are there already, for the new function, and for a new endpoint that says
   * `inNetwork`. Not beside `newVpc` or `network`.
   *
   * @default - none
   */
  readonly existingVpc?: ExistingVpc["existing"];

  /**
   * A VPC of its own for both: without a way to the internet, to SageMaker's runtime alone. Not beside `existingVpc` or
   * `network`.
   *
   * @default - none
   */
  readonly newVpc?: NewVpc["vpc"];

  /**
   * A network that others use, too. Whoever made it admits them all to it, with {@link networked}. Not beside
   * `existingVpc` or `newVpc`.
   *
   * @default - none: the function runs in Lambda's own network, the endpoint in SageMaker's
   */
  readonly network?: Network;

  /**
   * The variable in which the function finds the endpoint's name.
   *
   * @default "ENDPOINT_NAME"
   */
  readonly sagemakerEnvironmentVariableName?: string;

  /** Days that new logs are kept; one of CloudWatch's steps. */
  readonly logRetentionInDays: number;

  /**
   * Refuse to plan the destruction of a new endpoint.
   *
   * @default false
   */
  readonly protected?: boolean;

  /**
   * Tags beyond the provider's default tags.
   *
   * @default - none
   */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The variable in which this project's functions look for their endpoint. */
export const DEFAULT_ENVIRONMENT_VARIABLE_NAME = "ENDPOINT_NAME";

/**
 * A Lambda function that may ask one SageMaker endpoint, and nothing else: each new or there already, in a VPC or not.
 * The Terraform equal of AWS Solutions Constructs' aws-lambda-sagemakerendpoint; docs/solutions-constructs.md compares
 * the two.
 */
export class LambdaToSagemakerEndpoint extends Construct {
  /** The function: a resource where it is new, a data source where it is not. */
  readonly lambdaFunction: LambdaFunction | DataAwsLambdaFunction;
  /** The endpoint, new or not: its name and ARN, known before anything is deployed. */
  readonly sagemakerEndpoint: { readonly endpointName: string; readonly endpointArn: string };
  /** The configuration of a new endpoint. */
  readonly sagemakerEndpointConfig?: SagemakerEndpointConfiguration;
  /** The model of a new endpoint. */
  readonly sagemakerModel?: SagemakerModel;
  /** The VPC, where it is new. */
  readonly vpc?: Vpc;

  /** The function, for what invokes it. */
  readonly function: EndpointFunction;

  /** The function, where it is new. */
  readonly ownFunction: InferenceFunction | undefined;

  private readonly endpointInNetwork: SagemakerEndpoint | undefined;

  /** @throws Error with every fault of the props */
  constructor(scope: Construct, id: string, props: LambdaToSagemakerEndpointProps) {
    super(scope, id);
    this.check(props);
    const { account, name, newEndpoint, logRetentionInDays, tags = {} } = props;
    const network = this.networkOf(props);
    if (network?.vpc !== undefined) this.vpc = network.vpc;

    if (newEndpoint === undefined) {
      const { existingEndpoint = "" } = props;
      this.sagemakerEndpoint = {
        endpointName: existingEndpoint,
        endpointArn: account.arn("sagemaker", `endpoint/${existingEndpoint}`),
      };
    } else {
      const isInNetwork = "instances" in newEndpoint && newEndpoint.inNetwork === true;
      const endpoint = new SagemakerEndpoint(this, "endpoint", {
        account,
        name,
        artifact: artifactOf(newEndpoint, props, this.node.id),
        settings: newEndpoint,
        network: isInNetwork ? network?.endpoints : undefined,
        logRetentionInDays,
        protected: props.protected ?? false,
        tags,
      });
      this.sagemakerEndpoint = endpoint;
      this.sagemakerEndpointConfig = endpoint.configuration;
      this.sagemakerModel = endpoint.model;
      this.endpointInNetwork = isInNetwork ? endpoint : undefined;
    }

    const variableName = props.sagemakerEnvironmentVariableName ?? DEFAULT_ENVIRONMENT_VARIABLE_NAME;
    const common = { account, name, endpoint: this.sagemakerEndpoint, variableName };
    if (props.newFunction === undefined) {
      const { existingFunction = "" } = props;
      const fn = new ExistingFunction(this, "function", { ...common, nameOrArn: existingFunction });
      this.function = fn;
      this.lambdaFunction = fn.function;
    } else {
      this.ownFunction = new InferenceFunction(this, "function", {
        ...common,
        settings: props.newFunction,
        logRetentionInDays,
        network: network?.functions,
        tags,
      });
      this.function = this.ownFunction;
      this.lambdaFunction = this.ownFunction.function;
    }
    if (props.network === undefined) network?.admit([this.networked(name)]);
  }

  /** What of the two is in the network, for {@link Network.admit}. */
  networked(model: string): NetworkedModel {
    return {
      model,
      endpointArn: this.sagemakerEndpoint.endpointArn,
      function: this.ownFunction,
      endpoint: this.endpointInNetwork,
    };
  }

  private networkOf({ account, name, network, existingVpc, newVpc }: LambdaToSagemakerEndpointProps) {
    if (network !== undefined) return network;
    if (existingVpc !== undefined) {
      return new Network(this, "network", {
        account,
        environmentName: name,
        settings: { existing: existingVpc },
      });
    }
    if (newVpc === undefined) return undefined;
    return new Network(this, "network", { account, environmentName: name, settings: { vpc: newVpc } });
  }

  private check(given: LambdaToSagemakerEndpointProps): void {
    const props = withoutUndefined(given);
    const faults: Fault[] = [];
    const report = new Report(this.node.path, faults);
    const { existingEndpoint, newEndpoint, existingFunction, newFunction, existingVpc, newVpc, network } =
      props;
    const { region } = props.account;
    report.require(
      /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,53}$/.test(props.name),
      "name",
      props.name,
      "1–54 letters, digits and -, neither first nor last a -",
      "it is part of names of at most 63 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
    );
    report.requireApart(props, "existingFunction", ["newFunction"], "a function is there, or is made");
    report.require(
      existingFunction !== undefined || newFunction !== undefined,
      "newFunction",
      undefined,
      "newFunction or existingFunction",
      "somebody has to ask the endpoint",
    );
    report.requireApart(props, "existingEndpoint", ["newEndpoint"], "an endpoint is there, or is made");
    report.require(
      existingEndpoint !== undefined || newEndpoint !== undefined,
      "newEndpoint",
      undefined,
      "newEndpoint or existingEndpoint",
      "the function has to ask somebody",
    );
    report.requireApart(props, "existingVpc", ["newVpc", "network"], "a VPC is there, or is made");
    report.requireApart(props, "newVpc", ["network"], "a VPC is there, or is made");
    if (faults.length === 0) {
      const hasNetwork = (existingVpc ?? newVpc ?? network) !== undefined;
      const endpoint: NewEndpoint | ExistingEndpoint = newEndpoint ?? {
        existingEndpoint: existingEndpoint ?? "",
      };
      checkEndpoint(
        endpoint,
        { region, hasNetwork },
        newEndpoint === undefined ? report : report.in("newEndpoint"),
      );
      if (existingVpc !== undefined) {
        checkNetwork({ region, network: { existing: existingVpc } }, report);
      } else if (newVpc !== undefined) {
        checkNetwork({ region, network: { vpc: newVpc } }, report);
      }
    }
    if (faults.length > 0) {
      throw new Error([`${faults.length} fault(s) in its props:`, ...faults.map(describeFault)].join("\n"));
    }
  }
}

function artifactOf(
  { artifact }: NewEndpoint,
  { account, artifacts }: LambdaToSagemakerEndpointProps,
  id: string,
): Artifact {
  if (isInS3(artifact)) return artifactInS3(artifact, account);
  if (artifacts === undefined) {
    throw new Error(
      `${id}: newEndpoint.artifact: got ${artifact}, a file; allowed: s3://<bucket>/<key>.tar.gz, or a file beside ` +
        "artifacts, an ArtifactBucket to upload it to",
    );
  }
  return artifacts.upload(id, artifact);
}
