import type { DataAwsLambdaFunction } from "@cdktf/provider-aws/lib/data-aws-lambda-function";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import type { SagemakerEndpoint as SagemakerEndpointResource } from "@cdktf/provider-aws/lib/sagemaker-endpoint";
import type { SagemakerEndpointConfiguration } from "@cdktf/provider-aws/lib/sagemaker-endpoint-configuration";
import type { SagemakerModel } from "@cdktf/provider-aws/lib/sagemaker-model";
import type { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Construct } from "constructs";
import type { ExistingVpc, NewVpc } from "../environment/environment";
import { DEFAULT_ENVIRONMENT_VARIABLE_NAME, type NewEndpoint } from "../environment/model-settings";
import { withoutUndefined } from "../environment/present";
import { type Artifact, type ArtifactBucket, artifactInS3, isInS3 } from "./endpoint/artifact-bucket";
import { SagemakerEndpoint } from "./endpoint/sagemaker-endpoint";
import type { EndpointFunction } from "./function/endpoint-function";
import { ExistingFunction } from "./function/existing-function";
import { InferenceFunction, type NewFunction } from "./function/inference-function";
import { checkProps } from "./lambda-to-sagemaker-endpoint-checks";
import { Network, type NetworkedModel } from "./network/network";
import type { Account } from "./terraform/account";

/**
 * Props of {@link LambdaToSagemakerEndpoint}. A prop that is `undefined` is as if it were not there. Texts and numbers
 * may be references to other resources (`bucket.bucket`, `subnet.id`), but for `name`, `newVpc`, the name of the
 * variable and the path of the code; lists and objects are written out.
 */
export interface LambdaToSagemakerEndpointProps {
  /** Where everything is: the region of the stack's AWS provider, and its account. */
  readonly account: Account;

  /**
   * Name of what is new: the function's and the endpoint's, and the prefix of their roles', models' and
   * configurations'. 1–54 letters, digits and `-`, so that the longest fits SageMaker's 63.
   */
  readonly name: string;

  /**
   * A function that is there already, in this account and region: its name, or its ARN without version. Not beside `newFunction`. Its role gets
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
   * A new endpoint. An artifact that the same stack puts into S3 is named with the object's key,
   * `s3://${bucket.bucket}/${object.key}`, so that the endpoint waits for it. Not beside `existingEndpoint`; one of the two there must be.
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

  /**
   * ARN of a managed policy that is the permissions boundary of the roles of a new function and a new endpoint.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: string;

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

/** The endpoint of a {@link LambdaToSagemakerEndpoint}. */
export interface ConnectedEndpoint {
  /** Known before anything is deployed, unless it was given as a reference. */
  readonly endpointName: string;
  /** Known as the name is. */
  readonly endpointArn: string;
  /** Terraform's resource of a new endpoint: what depends on it waits until the endpoint is in service. */
  readonly resource?: SagemakerEndpointResource;
}

/**
 * A Lambda function that may ask one SageMaker endpoint, and nothing else: each new or there already, in a VPC or not.
 * The Terraform equal of AWS Solutions Constructs' aws-lambda-sagemakerendpoint; docs/solutions-constructs.md compares
 * the two.
 */
export class LambdaToSagemakerEndpoint extends Construct {
  /** Terraform's view of the function, with all its attributes: a resource where it is new, else a data source. */
  readonly lambdaFunction: LambdaFunction | DataAwsLambdaFunction;
  /** The endpoint, new or not. */
  readonly sagemakerEndpoint: ConnectedEndpoint;
  /** The configuration of a new endpoint. */
  readonly sagemakerEndpointConfig?: SagemakerEndpointConfiguration;
  /** The model of a new endpoint. */
  readonly sagemakerModel?: SagemakerModel;
  /** The VPC, where it is new. */
  readonly vpc?: Vpc;

  /** The same function for routes and URLs: name and ARN before anything is deployed, and the way to invoke it. */
  readonly function: EndpointFunction;

  private readonly modelName: string;
  private readonly newFunction: InferenceFunction | undefined;
  private readonly endpointInNetwork: SagemakerEndpoint | undefined;

  /** @throws Error with every fault of the props */
  constructor(scope: Construct, id: string, given: LambdaToSagemakerEndpointProps) {
    super(scope, id);
    const props = withoutUndefined(given);
    checkProps(props, this.node.path, id);
    // Statements of a network's policies are named so: in one of several by the id alone, as the network has a name.
    this.modelName = props.network === undefined ? props.name : id;
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
        permissionsBoundaryArn: props.permissionsBoundaryArn,
        logRetentionInDays,
        protected: props.protected ?? false,
        tags,
      });
      const { endpointName, endpointArn } = endpoint;
      this.sagemakerEndpoint = { endpointName, endpointArn, resource: endpoint.endpoint };
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
      this.newFunction = new InferenceFunction(this, "function", {
        ...common,
        settings: props.newFunction,
        permissionsBoundaryArn: props.permissionsBoundaryArn,
        logRetentionInDays,
        network: network?.functions,
        tags,
      });
      this.function = this.newFunction;
      this.lambdaFunction = this.newFunction.function;
    }
    if (props.network === undefined) network?.admit([this.networked()]);
  }

  /** What of the two is in the network, for {@link Network.admit}. */
  networked(): NetworkedModel {
    return {
      model: this.modelName,
      endpointArn: this.sagemakerEndpoint.endpointArn,
      function: this.newFunction,
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
}

function artifactOf(
  { artifact }: NewEndpoint,
  { account, artifacts }: LambdaToSagemakerEndpointProps,
  id: string,
): Artifact {
  if (isInS3(artifact)) return artifactInS3(artifact, account);
  // Checked before: a file has a bucket to go to.
  if (artifacts === undefined) {
    throw new Error(`${id}: newEndpoint.artifact: got ${artifact} without artifacts`);
  }
  return artifacts.upload(id, artifact);
}
