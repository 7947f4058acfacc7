import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import { gatewayRolePolicy, gatewayRoleTrust } from "../../iam/workload/gateway-role";
import type { InvokedEndpoint } from "../../iam/workload/invoke-endpoint";
import { omitUndefined } from "../../lib/omit-undefined";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformJson } from "../terraform/terraform-json";

/** Props of {@link GatewayRole}. */
export interface GatewayRoleProps {
  readonly account: AwsScope;
  /** `<prefix>-<model>`; the role's name is this name and `-gateway`. */
  readonly name: string;
  /** The endpoint that API Gateway may invoke with the role. */
  readonly endpoint: InvokedEndpoint;
  /**
   * ARN of the permissions boundary of the role.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: string | undefined;
  /** Tags beyond the provider's default tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The role with which API Gateway invokes the endpoint of one route. */
export class GatewayRole extends Construct {
  /** ARN of the role; known before the deployment, so that a plan shows the API's document. */
  readonly roleArn: string;
  /** The role's policy, for dependencies. */
  readonly rolePolicy: IamRolePolicy;

  constructor(scope: Construct, id: string, props: GatewayRoleProps) {
    super(scope, id);
    const { account, name, endpoint, permissionsBoundaryArn, tags } = props;
    const roleName = `${name}-gateway`;
    this.roleArn = account.roleArn(roleName);
    const role = new IamRole(
      this,
      "role",
      omitUndefined({
        name: roleName,
        description: `Role with which API Gateway invokes the SageMaker endpoint of ${name}`,
        assumeRolePolicy: terraformJson(gatewayRoleTrust()),
        permissionsBoundary: permissionsBoundaryArn,
        tags,
      }),
    );
    this.rolePolicy = new IamRolePolicy(this, "policy", {
      name: "gateway",
      role: role.name,
      policy: terraformJson(gatewayRolePolicy(endpoint)),
    });
  }
}
