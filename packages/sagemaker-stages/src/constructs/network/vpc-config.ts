/** The subnets and security groups of a function or an endpoint. */
export interface VpcConfig {
  readonly subnetIds: string[];
  readonly securityGroupIds: string[];
}
