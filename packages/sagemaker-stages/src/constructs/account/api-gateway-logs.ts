import { ApiGatewayAccount } from "@cdktf/provider-aws/lib/api-gateway-account";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import { apiGatewayLogsPolicy, apiGatewayLogsTrust } from "../../iam/workload/api-gateway-logs";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformJson } from "../terraform/terraform-json";

/** Props of {@link ApiGatewayLogs}. */
export interface ApiGatewayLogsProps {
  readonly account: AwsScope;
  /** At most 64 characters. */
  readonly roleName: string;
}

/**
 * The role with which API Gateway writes logs to CloudWatch. An account and region have one such setting for all APIs.
 * Terraform refuses to destroy the setting, because other APIs can use it.
 */
export class ApiGatewayLogs extends Construct {
  constructor(scope: Construct, id: string, { account, roleName }: ApiGatewayLogsProps) {
    super(scope, id);
    const role = new IamRole(this, "role", {
      name: roleName,
      description: "Lets API Gateway write logs to CloudWatch",
      assumeRolePolicy: terraformJson(apiGatewayLogsTrust()),
    });
    const policy = new IamRolePolicy(this, "policy", {
      name: "logs",
      role: role.name,
      policy: terraformJson(apiGatewayLogsPolicy(account.arn("logs", "log-group"))),
    });
    new ApiGatewayAccount(this, "account", {
      cloudwatchRoleArn: role.arn,
      // API Gateway tests the role's permissions when it receives the role.
      dependsOn: [policy],
      lifecycle: { preventDestroy: true },
    });
  }
}
