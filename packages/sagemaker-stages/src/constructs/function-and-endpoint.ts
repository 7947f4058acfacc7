import type { DataAwsLambdaFunction } from "@cdktf/provider-aws/lib/data-aws-lambda-function";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import type { SagemakerEndpoint as SagemakerEndpointResource } from "@cdktf/provider-aws/lib/sagemaker-endpoint";
import type { SagemakerEndpointConfiguration } from "@cdktf/provider-aws/lib/sagemaker-endpoint-configuration";
import type { SagemakerModel } from "@cdktf/provider-aws/lib/sagemaker-model";
import type { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Construct } from "constructs";
import type { ParsedNewEndpoint } from "../environment/model-settings";
import { artifactsOf, containersOf, isInS3 } from "../environment/model-source";
import { omitUndefined } from "../environment/present";
import { targetOf } from "../environment/settings/targets";
import { GatewayRole } from "./api/gateway-role";
import { type Artifact, artifactInS3 } from "./endpoint/artifact-bucket";
import type { SourcedContainer } from "./endpoint/model-container";
import { SagemakerEndpoint } from "./endpoint/sagemaker-endpoint";
import type { EndpointFunction, TargetedEndpoint } from "./function/endpoint-function";
import { ExistingFunction } from "./function/existing-function";
import { InferenceFunction } from "./function/inference-function";
import type { ParsedProps } from "./lambda-to-sagemaker-endpoint-props";
import { Network } from "./network/network";
import type { NetworkedModel } from "./network/networked-model";

/** The endpoint of a {@link FunctionAndEndpoint}. */
export interface ConnectedEndpoint extends TargetedEndpoint {
  /** Known before the deployment, unless it was given as a reference. */
  readonly endpointName: string;
  /** Known as the name is. */
  readonly endpointArn: string;
  /** Terraform's resource of a new endpoint: resources that depend on it wait until the endpoint is in service. */
  readonly resource?: SagemakerEndpointResource;
}

/** One SageMaker endpoint, new or existing, in a VPC or not; a subclass adds what invokes the endpoint. */
abstract class ModelEndpoint extends Construct {
  /** The endpoint, new or existing. */
  readonly sagemakerEndpoint: ConnectedEndpoint;
  /** The configuration of a new endpoint. */
  readonly sagemakerEndpointConfig?: SagemakerEndpointConfiguration;
  /** The model of a new endpoint. */
  readonly sagemakerModel?: SagemakerModel;
  /** The VPC, where it is new. */
  readonly vpc?: Vpc;

  protected readonly modelName: string;
  protected readonly network: Network | undefined;
  protected readonly endpointInNetwork: SagemakerEndpoint | undefined;

  constructor(scope: Construct, id: string, props: ParsedProps) {
    super(scope, id);
    // Statements of a network's policies have this name: in a shared network the id, because the network has a name.
    this.modelName = props.network === undefined ? props.name : id;
    const network = this.networkOf(props);
    this.network = network;
    if (network?.vpc !== undefined) this.vpc = network.vpc;

    const { newEndpoint } = props;
    if (newEndpoint === undefined) {
      this.sagemakerEndpoint = existingEndpoint(props);
    } else {
      const endpoint = this.createEndpoint(newEndpoint, props, network);
      const { endpointName, endpointArn } = endpoint;
      const target = targetOf(newEndpoint);
      this.sagemakerEndpoint = { endpointName, endpointArn, resource: endpoint.endpoint, target };
      this.sagemakerEndpointConfig = endpoint.configuration;
      this.sagemakerModel = endpoint.model;
      this.endpointInNetwork = isInNetwork(newEndpoint) ? endpoint : undefined;
    }
  }

  private networkOf({ account, name, network, existingVpc, newVpc }: ParsedProps): Network | undefined {
    if (network !== undefined) return network;
    const common = { account, environmentName: name };
    if (existingVpc !== undefined) {
      return new Network(this, "network", { ...common, settings: { existing: existingVpc } });
    }
    if (newVpc === undefined) return undefined;
    return new Network(this, "network", { ...common, settings: { vpc: newVpc } });
  }

  private createEndpoint(
    settings: ParsedNewEndpoint,
    props: ParsedProps,
    network: Network | undefined,
  ): SagemakerEndpoint {
    const { account, name, logRetentionInDays, tags } = props;
    return new SagemakerEndpoint(
      this,
      "endpoint",
      omitUndefined({
        account,
        name,
        containers: this.containersOf(settings, props),
        settings,
        network: isInNetwork(settings) ? network?.endpoints : undefined,
        permissionsBoundaryArn: props.permissionsBoundaryArn,
        logRetentionInDays,
        protected: props.protected,
        tags,
      }),
    );
  }

  private containersOf(settings: ParsedNewEndpoint, props: ParsedProps): SourcedContainer[] {
    return containersOf(settings).map((source) => ({
      source,
      artifacts: artifactsOf(source).map((artifact) => this.artifactOf(artifact, props)),
    }));
  }

  private artifactOf(artifact: string, { account, artifacts }: ParsedProps): Artifact {
    if (isInS3(artifact)) return artifactInS3(artifact, account);
    if (artifacts === undefined) {
      throw new Error(
        `${this.node.path}: artifact: got the file ${artifact}; allowed: a file with artifacts`,
      );
    }
    return artifacts.upload(this.node.id, artifact);
  }
}

/**
 * A Lambda function that can invoke one SageMaker endpoint, and nothing else: each of them new or existing, in a VPC or
 * not. Takes parsed props: `LambdaToSagemakerEndpoint` parses, and so does an environment.
 */
export class FunctionAndEndpoint extends ModelEndpoint {
  /** Terraform's view of the function, with all its attributes: a resource where it is new, else a data source. */
  readonly lambdaFunction: LambdaFunction | DataAwsLambdaFunction;

  /** The same function for routes and URLs: name and ARN, known before the deployment, and how to invoke it. */
  readonly function: EndpointFunction;

  private readonly newFunction: InferenceFunction | undefined;

  constructor(scope: Construct, id: string, props: ParsedProps) {
    super(scope, id, props);
    const { network } = this;
    const { newFunction } = props;
    if (newFunction === undefined) {
      const existing = this.useExistingFunction(props);
      this.function = existing;
      this.lambdaFunction = existing.function;
    } else {
      this.newFunction = this.createFunction(newFunction, props, network);
      this.function = this.newFunction;
      this.lambdaFunction = this.newFunction.function;
    }
    if (props.network === undefined) network?.admit([this.networked()]);
  }

  /** The parts of the two that are in the network, for {@link Network.admit}. */
  networked(): NetworkedModel {
    return {
      model: this.modelName,
      invoked: this.sagemakerEndpoint,
      function: this.newFunction,
      endpoint: this.endpointInNetwork,
    };
  }

  private createFunction(
    settings: NonNullable<ParsedProps["newFunction"]>,
    props: ParsedProps,
    network: Network | undefined,
  ): InferenceFunction {
    const { account, name, logRetentionInDays, tags } = props;
    return new InferenceFunction(
      this,
      "function",
      omitUndefined({
        account,
        name,
        settings,
        endpoint: this.sagemakerEndpoint,
        variableName: props.sagemakerEnvironmentVariableName,
        permissionsBoundaryArn: props.permissionsBoundaryArn,
        logRetentionInDays,
        network: network?.functions,
        tags,
      }),
    );
  }

  private useExistingFunction({ account, name, existingFunction, ...props }: ParsedProps): ExistingFunction {
    if (existingFunction === undefined) {
      throw new Error(
        `${this.node.path}: got neither newFunction nor existingFunction; allowed: one of them`,
      );
    }
    return new ExistingFunction(this, "function", {
      account,
      name,
      nameOrArn: existingFunction,
      endpoint: this.sagemakerEndpoint,
      variableName: props.sagemakerEnvironmentVariableName,
    });
  }
}

/** The props of {@link GatewayAndEndpoint}: those of a function and its endpoint, without the function's. */
export type GatewayAndEndpointProps = Omit<
  ParsedProps,
  "existingFunction" | "newFunction" | "newVpc" | "existingVpc"
>;

/**
 * A SageMaker endpoint, new or existing, and the role with which API Gateway invokes the endpoint without a function. The
 * endpoint has the address that it has beside a function, so that a route changes between the two ways without a new
 * endpoint.
 */
export class GatewayAndEndpoint extends ModelEndpoint {
  /** The role with which API Gateway invokes the endpoint. */
  readonly gatewayRole: GatewayRole;

  constructor(scope: Construct, id: string, props: GatewayAndEndpointProps) {
    super(scope, id, props);
    const { account, name, permissionsBoundaryArn, tags } = props;
    this.gatewayRole = new GatewayRole(this, "gateway", {
      account,
      name,
      endpoint: this.sagemakerEndpoint,
      permissionsBoundaryArn,
      tags,
    });
  }

  /** The part that is in the network, for {@link Network.admit}: API Gateway reaches SageMaker outside of it. */
  networked(): NetworkedModel {
    return {
      model: this.modelName,
      invoked: this.sagemakerEndpoint,
      function: undefined,
      endpoint: this.endpointInNetwork,
    };
  }
}

function existingEndpoint(props: ParsedProps): ConnectedEndpoint {
  const { account, existingEndpoint: endpointName, name } = props;
  if (endpointName === undefined) {
    throw new Error(`${name}: got neither newEndpoint nor existingEndpoint; allowed: one of them`);
  }
  const target = targetOf(props);
  const { inferenceComponent: component } = target;
  return {
    endpointName,
    endpointArn: account.arn("sagemaker", `endpoint/${endpointName}`),
    ...(component !== undefined && {
      componentArn: account.arn("sagemaker", `inference-component/${component}`),
    }),
    ...(Object.keys(target).length > 0 && { target }),
  };
}

function isInNetwork(settings: ParsedNewEndpoint): boolean {
  return "instances" in settings && settings.inNetwork;
}
