import type { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Construct } from "constructs";
import type { ParsedNetworkSettings } from "../../environment/settings/network";
import { IsolatedVpc, type IsolatedVpcProps } from "./isolated-vpc";
import type { NetworkMember } from "./network-member";
import type { VpcConfig } from "./vpc-config";

/** Props of {@link Network}. */
export interface NetworkProps extends Omit<IsolatedVpcProps, "settings"> {
  readonly settings: ParsedNetworkSettings;
}

/** The network of functions and endpoints: a dedicated VPC, or the existing subnets that the environment names. */
export class Network extends Construct {
  /** The VPC, if the VPC is new. */
  readonly vpc: Vpc | undefined;

  private readonly isolated: IsolatedVpc | undefined;
  private readonly existing: VpcConfig | undefined;
  private hasGrantedAccess = false;

  constructor(scope: Construct, id: string, { settings, ...props }: NetworkProps) {
    super(scope, id);
    if ("existing" in settings) {
      const { subnetIds, securityGroupIds } = settings.existing;
      this.existing = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
      return;
    }
    this.isolated = new IsolatedVpc(this, "vpc", { ...props, settings: settings.vpc });
    this.vpc = this.isolated.vpc;
    // Otherwise every request would time out: the policies of the VPC endpoints allow only models that have access.
    this.node.addValidation({
      validate: () =>
        this.hasGrantedAccess
          ? []
          : [`${this.node.path}: no model was granted access; call grantAccess() once with all models`],
    });
  }

  /** Subnets and security groups of the functions: in a new VPC a dedicated security group. */
  get functions(): VpcConfig {
    return this.vpcConfig("functions");
  }

  /** Subnets and security groups of the endpoints: a dedicated group in a new VPC, the functions' groups in an existing network. */
  get endpoints(): VpcConfig {
    return this.vpcConfig("endpoints");
  }

  /**
   * Allows functions to reach their endpoints, and endpoints their artifacts, from a new VPC. An existing network does not
   * change. Call the method once, with all models.
   *
   * @example network.grantAccess([first.networkMember(), second.networkMember()]);
   * @throws Error at a second call
   */
  grantAccess(models: readonly NetworkMember[]): void {
    if (this.hasGrantedAccess) {
      throw new Error(
        `${this.node.path}: grantAccess() was called again; allowed: one call with all models of the network`,
      );
    }
    this.hasGrantedAccess = true;
    this.isolated?.grantAccess(models);
  }

  private vpcConfig(of: "functions" | "endpoints"): VpcConfig {
    const config = this.existing ?? this.isolated?.[of];
    if (config === undefined) throw new Error(`${this.node.path}: the network is neither new nor existing`);
    return config;
  }
}
