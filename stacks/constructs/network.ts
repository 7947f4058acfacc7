import type { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Construct } from "constructs";
import type { ExistingVpc, NewVpc } from "../../environments/environment";
import type { Account } from "./account";
import type { InferenceFunction } from "./inference-function";
import { IsolatedVpc } from "./isolated-vpc";
import type { SagemakerEndpoint } from "./sagemaker-endpoint";

/** Props of {@link Network}. */
export interface NetworkProps {
  readonly account: Account;
  /** Prefix of the names of what is new. */
  readonly environmentName: string;
  readonly settings: NewVpc | ExistingVpc;
}

/** Where something runs. */
export interface NetworkPlace {
  readonly subnetIds: string[];
  readonly securityGroupIds: string[];
}

/** What one model has in the network. */
export interface NetworkedModel {
  /** The model's name, e.g. `breast-cancer`. */
  readonly model: string;
  /** ARN of the endpoint that the function asks, wherever it is. */
  readonly endpointArn: string;
  /** The function, where it is in the network. */
  readonly function: InferenceFunction | undefined;
  /** The endpoint, where it is in the network. */
  readonly endpoint: SagemakerEndpoint | undefined;
}

/** Where functions and endpoints run: a VPC of their own, or what the environment says is there already. */
export class Network extends Construct {
  /** For every function. */
  readonly functions: NetworkPlace;
  /** The VPC, where it is new. */
  readonly vpc: Vpc | undefined;

  private readonly isolated: IsolatedVpc | undefined;

  constructor(scope: Construct, id: string, { settings, ...props }: NetworkProps) {
    super(scope, id);
    if ("existing" in settings) {
      const { subnetIds, securityGroupIds } = settings.existing;
      this.functions = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
      return;
    }
    this.isolated = new IsolatedVpc(this, "vpc", { ...props, settings });
    this.functions = this.isolated.functions;
    this.vpc = this.isolated.vpc;
  }

  /** For every endpoint: in a new VPC a security group of their own, in an existing one that of the functions. */
  get endpoints(): NetworkPlace {
    return this.isolated?.endpoints ?? this.functions;
  }

  /**
   * Lets functions reach their endpoints, and endpoints their artifacts, from a new VPC; an existing one is left as it
   * is. To be called once, with every model.
   */
  admit(models: readonly NetworkedModel[]): void {
    this.isolated?.admit(models);
  }
}
