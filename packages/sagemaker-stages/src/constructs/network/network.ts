import type { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Construct } from "constructs";
import type { ParsedNetworkSettings } from "../../environment/settings/network";
import { IsolatedVpc, type IsolatedVpcProps } from "./isolated-vpc";
import type { NetworkPlace } from "./network-place";
import type { NetworkedModel } from "./networked-model";

/** Props of {@link Network}. */
export interface NetworkProps extends Omit<IsolatedVpcProps, "settings"> {
  readonly settings: ParsedNetworkSettings;
}

/** Where functions and endpoints run: a VPC of their own, or what the environment says is there already. */
export class Network extends Construct {
  /** The VPC, where it is new. */
  readonly vpc: Vpc | undefined;

  private readonly isolated: IsolatedVpc | undefined;
  private readonly existing: NetworkPlace | undefined;
  private admitted = false;

  constructor(scope: Construct, id: string, { settings, ...props }: NetworkProps) {
    super(scope, id);
    if ("existing" in settings) {
      const { subnetIds, securityGroupIds } = settings.existing;
      this.existing = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
      return;
    }
    this.isolated = new IsolatedVpc(this, "vpc", { ...props, settings: settings.vpc });
    this.vpc = this.isolated.vpc;
    // Without it every request would hang: nothing passes a VPC's ways out that no policy names.
    this.node.addValidation({
      validate: () =>
        this.admitted ? [] : [`${this.node.path}: nobody was admitted; call admit() once, with every model`],
    });
  }

  /** For every function: in a new VPC a security group of their own. */
  get functions(): NetworkPlace {
    return this.place("functions");
  }

  /** For every endpoint: in a new VPC a security group of their own, in an existing one that of the functions. */
  get endpoints(): NetworkPlace {
    return this.place("endpoints");
  }

  /**
   * Lets functions reach their endpoints, and endpoints their artifacts, from a new VPC; an existing one is left as it
   * is. To be called once, with every model.
   *
   * @throws Error where it is called again
   */
  admit(models: readonly NetworkedModel[]): void {
    if (this.admitted) {
      throw new Error(
        `${this.node.path}: admit() was called again; allowed: once, with every model of the network`,
      );
    }
    this.admitted = true;
    this.isolated?.admit(models);
  }

  private place(of: "functions" | "endpoints"): NetworkPlace {
    const place = this.existing ?? this.isolated?.[of];
    if (place === undefined)
      throw new Error(`${this.node.path}: the network is neither new nor there already`);
    return place;
  }
}
