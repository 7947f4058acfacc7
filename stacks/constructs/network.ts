import type { LambdaFunctionVpcConfig } from "@cdktf/provider-aws/lib/lambda-function";
import { Construct } from "constructs";
import type { ExistingVpc, NewVpc } from "../../environments/environment";
import type { Account } from "./account";
import type { InferenceFunction } from "./inference-function";
import { IsolatedVpc } from "./isolated-vpc";
import type { RouteContract } from "./openapi";
import type { SagemakerEndpoint } from "./sagemaker-endpoint";

/** Props of {@link Network}. */
export interface NetworkProps {
  readonly account: Account;
  /** Prefix of the names of what is new. */
  readonly environmentName: string;
  readonly settings: NewVpc | ExistingVpc;
}

/** A function in the network, with the endpoint it asks. */
export interface NetworkedFunction {
  readonly contract: Pick<RouteContract, "model">;
  readonly function: InferenceFunction;
  readonly endpoint: SagemakerEndpoint;
}

/** Where the functions run: a VPC of their own, or what the environment says is there already. */
export class Network extends Construct {
  /** For every function. */
  readonly vpcConfig: LambdaFunctionVpcConfig;

  private readonly vpc: IsolatedVpc | undefined;

  constructor(scope: Construct, id: string, { settings, ...props }: NetworkProps) {
    super(scope, id);
    if ("existing" in settings) {
      const { subnetIds, securityGroupIds } = settings.existing;
      this.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
      return;
    }
    this.vpc = new IsolatedVpc(this, "vpc", { ...props, settings });
    this.vpcConfig = this.vpc.vpcConfig;
  }

  /**
   * Lets functions reach their endpoints from a new VPC; an existing one is left as it is. To be called once, with
   * every function.
   */
  admit(functions: readonly NetworkedFunction[]): void {
    this.vpc?.admit(functions);
  }
}
