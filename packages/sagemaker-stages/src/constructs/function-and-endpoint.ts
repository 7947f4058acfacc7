import type { DataAwsLambdaFunction } from "@cdktf/provider-aws/lib/data-aws-lambda-function";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import type { SagemakerEndpoint as SagemakerEndpointResource } from "@cdktf/provider-aws/lib/sagemaker-endpoint";
import type { SagemakerEndpointConfiguration } from "@cdktf/provider-aws/lib/sagemaker-endpoint-configuration";
import type { SagemakerModel } from "@cdktf/provider-aws/lib/sagemaker-model";
import type { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Construct } from "constructs";
import type { ParsedNewEndpoint } from "../environment/model-settings";
import { artifactsOf, containersOf, isInS3 } from "../environment/model-source";
import { targetOf } from "../environment/settings/endpoint/targets";
import type { ReleasedArtifact } from "../environment/settings/model-source/release";
import type { FunctionCapture } from "../iam/workload/function-role";
import type { InvokeAction } from "../iam/workload/invoke-endpoint";
import { omitUndefined } from "../lib/omit-undefined";
import { GatewayRole } from "./api/gateway-role";
import { type Artifact, artifactInS3 } from "./endpoint/artifact-bucket";
import type { SourcedContainer } from "./endpoint/model-container";
import { type AsyncStorage, SagemakerEndpoint } from "./endpoint/sagemaker-endpoint";
import type { EndpointFunction, TargetedEndpoint } from "./function/endpoint-function";
import { ExistingFunction } from "./function/existing-function";
import { InferenceFunction } from "./function/inference-function";
import type { ParsedProps } from "./lambda-to-sagemaker-endpoint-props";
import { Network } from "./network/network";
import type { NetworkMember } from "./network/network-member";

/** The endpoint of a {@link FunctionAndEndpoint}. */
export interface ConnectedEndpoint extends TargetedEndpoint {
  /** Known before the deployment, unless the name is a reference. */
  readonly endpointName: string;
  /** Known when the name is known. */
  readonly endpointArn: string;
  /** Terraform's resource of a new endpoint: resources that depend on it wait until the endpoint is in service. */
  readonly resource?: SagemakerEndpointResource;
}

/** A SageMaker endpoint, new or existing, in a VPC or not. A subclass adds the component that invokes the endpoint. */
abstract class ModelEndpoint extends Construct {
  /** The endpoint, new or existing. */
  readonly sagemakerEndpoint: ConnectedEndpoint;
  /** The configuration of a new endpoint. */
  readonly sagemakerEndpointConfig?: SagemakerEndpointConfiguration;
  /** The model of a new endpoint. */
  readonly sagemakerModel?: SagemakerModel;
  /** The new VPC, if the construct creates a VPC. */
  readonly vpc?: Vpc;

  protected readonly modelName: string;
  protected readonly network: Network | undefined;
  protected readonly endpointInNetwork: SagemakerEndpoint | undefined;

  constructor(
    scope: Construct,
    id: string,
    props: ParsedProps & Pick<FunctionAndEndpointProps, "asyncStorage">,
  ) {
    super(scope, id);
    // Statement ids of the network's policies contain this name. In a shared network, the construct's id is enough.
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
      this.sagemakerEndpoint = {
        endpointName,
        endpointArn,
        resource: endpoint.endpoint,
        target,
      };
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
    props: ParsedProps & Pick<FunctionAndEndpointProps, "asyncStorage">,
    network: Network | undefined,
  ): SagemakerEndpoint {
    const { account, name, asyncStorage, logRetentionInDays, tags } = props;
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
        asyncStorage,
        protected: props.protected,
        tags,
      }),
    );
  }

  private containersOf(settings: ParsedNewEndpoint, props: ParsedProps): SourcedContainer[] {
    const { release } = settings;
    return containersOf(settings).map((source) => ({
      source,
      artifacts:
        source.pinned === undefined
          ? artifactsOf(source).map((artifact) => this.artifactOf(artifact, props))
          : [this.releasedArtifact(typeof release === "object" ? release.id : "", source.pinned, props)],
    }));
  }

  private releasedArtifact(release: string, pinned: ReleasedArtifact, { artifacts }: ParsedProps): Artifact {
    if (artifacts === undefined) {
      throw new Error(
        `${this.node.path}: release: got the release ${release} with an artifact; allowed: a release and also the prop artifacts`,
      );
    }
    return artifacts.storePinned(this.node.id, release, pinned);
  }

  private artifactOf(artifact: string, { account, artifacts }: ParsedProps): Artifact {
    if (isInS3(artifact)) return artifactInS3(artifact, account);
    if (artifacts === undefined) {
      throw new Error(
        `${this.node.path}: artifact: got the file ${artifact}; allowed: a file and also the prop artifacts`,
      );
    }
    return artifacts.upload(this.node.id, artifact);
  }
}

/** Props of {@link FunctionAndEndpoint}. */
export interface FunctionAndEndpointProps extends ParsedProps {
  /** The objects of asynchronous requests. @default - the endpoint answers in real time */
  readonly asyncStorage?: AsyncStorage | undefined;
  /** The objects to which the new function writes captured requests. @default - none */
  readonly capture?: FunctionCapture | undefined;
  /** The actions with which the new function invokes the endpoint. @default - InvokeEndpoint */
  readonly invokeActions?: readonly InvokeAction[] | undefined;
}

/**
 * A Lambda function with the permission to invoke one SageMaker endpoint. The function and the endpoint are each new or
 * existing, and can be in a VPC. The props are parsed already, by `LambdaToSagemakerEndpoint` or by an environment.
 */
export class FunctionAndEndpoint extends ModelEndpoint {
  /** The function with all attributes of Terraform: a resource for a new function, a data source for an existing function. */
  readonly lambdaFunction: LambdaFunction | DataAwsLambdaFunction;

  /** The function for routes and URLs. Its name and ARN are known before the deployment. */
  readonly function: EndpointFunction;

  private readonly newFunction: InferenceFunction | undefined;
  private readonly invoked: TargetedEndpoint;

  constructor(scope: Construct, id: string, props: FunctionAndEndpointProps) {
    super(scope, id, props);
    this.invoked = omitUndefined({ ...this.sagemakerEndpoint, actions: props.invokeActions });
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
    if (props.network === undefined) network?.grantAccess([this.networkMember()]);
  }

  /**
   * The argument for {@link Network.grantAccess}: a new function, and a new endpoint if the endpoint runs in the network.
   */
  networkMember(): NetworkMember {
    return {
      model: this.modelName,
      invoked: this.invoked,
      function: this.newFunction,
      endpoint: this.endpointInNetwork,
    };
  }

  private createFunction(
    settings: NonNullable<ParsedProps["newFunction"]>,
    props: FunctionAndEndpointProps,
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
        endpoint: this.invoked,
        variableName: props.sagemakerEnvironmentVariableName,
        permissionsBoundaryArn: props.permissionsBoundaryArn,
        logRetentionInDays,
        network: network?.functions,
        capture: props.capture,
        asyncObjects: props.asyncStorage?.objects,
        tags,
      }),
    );
  }

  private useExistingFunction({ account, name, existingFunction, ...props }: ParsedProps): ExistingFunction {
    if (existingFunction === undefined) {
      throw new Error(
        `${this.node.path}: got neither newFunction nor existingFunction; allowed: newFunction or existingFunction`,
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

/** The props of {@link GatewayAndEndpoint}: the props of a function and its endpoint, without the function's props. */
export type GatewayAndEndpointProps = Omit<
  ParsedProps,
  "existingFunction" | "newFunction" | "newVpc" | "existingVpc"
>;

/**
 * A SageMaker endpoint, new or existing, and the role with which API Gateway invokes the endpoint without a function. The
 * endpoint's address in Terraform is the same as with a function, so that a route can switch between both without a new
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

  /**
   * The argument for {@link Network.grantAccess}: the endpoint, if the endpoint runs in the network. API Gateway invokes the
   * endpoint from outside of the network.
   */
  networkMember(): NetworkMember {
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
    throw new Error(
      `${name}: got neither newEndpoint nor existingEndpoint; allowed: newEndpoint or existingEndpoint`,
    );
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
