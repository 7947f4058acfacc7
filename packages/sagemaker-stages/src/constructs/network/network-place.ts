/** Where something runs. */
export interface NetworkPlace {
  readonly subnetIds: string[];
  readonly securityGroupIds: string[];
}
