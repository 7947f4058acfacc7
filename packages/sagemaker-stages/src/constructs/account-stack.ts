import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import {
  accountName,
  deployableEnvironments,
  logsRoleName,
  type ParsedAccountSettings,
  planRoleName,
} from "../environment/account";
import type { ParsedEnvironment } from "../environment/environment";
import type { ModelRoutes } from "../models";
import { ApiGatewayLogs } from "./account/api-gateway-logs";
import { GithubRoles } from "./account/github-roles";
import { StateBucket } from "./account/state-bucket";
import { Account } from "./terraform/account";
import { addTerraformSettings } from "./terraform/terraform-settings";

/** What an account's stack is made from besides the account's settings. */
export interface AccountStackContext {
  /** All environments of the app: the roles of this stack plan and deploy the environments of the account. */
  readonly environments: readonly ParsedEnvironment[];
  /** The app's models. */
  readonly models: ModelRoutes;
}

/**
 * What an account and region have once. The stack is named `account` unless it says otherwise, hence
 * `cdktf deploy account`.
 */
export class AccountStack extends TerraformStack {
  constructor(
    scope: Construct,
    settings: ParsedAccountSettings,
    { environments, models }: AccountStackContext,
  ) {
    const name = accountName(settings);
    super(scope, name);
    addTerraformSettings(this, { ...settings, environmentTag: name });
    const account = new Account(this, settings);
    const { stateBucket, apiGatewayLogs, github } = settings;

    if (stateBucket !== undefined) {
      new StateBucket(this, "state", { bucketName: stateBucket });
      this.addOutput("state_bucket", "The bucket for Terraform's states", stateBucket);
    }
    if (apiGatewayLogs) {
      new ApiGatewayLogs(this, "api-gateway-logs", { account, roleName: logsRoleName(settings) });
    }
    if (github !== undefined) {
      const roles = new GithubRoles(this, "github", {
        account,
        planRoleName: planRoleName(settings),
        settings: github,
        environments: deployableEnvironments(settings, environments),
        routes: models,
      });
      this.addOutput("plan_role_arn", "The role with which workflows plan", roles.planRoleArn);
      for (const [environment, arn] of Object.entries(roles.deployRoleArns)) {
        this.addOutput(
          `${environment.replaceAll("-", "_")}_deploy_role_arn`,
          `${environment}: the role with which workflows deploy it`,
          arn,
        );
      }
    }
  }

  private addOutput(name: string, description: string, value: string): void {
    new TerraformOutput(this, name, { description, value }).overrideLogicalId(name);
  }
}
