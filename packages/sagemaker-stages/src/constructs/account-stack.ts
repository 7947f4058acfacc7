import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import {
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
import { AwsScope } from "./terraform/aws-scope";
import { addTerraformSettings } from "./terraform/terraform-settings";

/** The input of an account's stack beside the account's settings. */
export interface AccountStackContext {
  /** All environments of the app. The roles of this stack plan and deploy the environments of the account. */
  readonly environments: readonly ParsedEnvironment[];
  /** The app's models. */
  readonly models: ModelRoutes;
}

/**
 * The stack of resources that an account and region have once. The stack has the account's name, by default `account`:
 * `cdktf deploy account`.
 *
 * An app extends the class in `stacks/account-stack.ts` and passes its subclass to `createApp`.
 *
 * @example Add a resource, and override an argument of a resource
 * class OwnStack extends AccountStack {
 *   constructor(...args: ConstructorParameters<typeof AccountStack>) {
 *     super(...args);
 *     new IamAccountAlias(this, "alias", { accountAlias: "shop" });
 *     this.stateBucket?.bucket.addOverride("object_lock_enabled", true);
 *   }
 * }
 */
export class AccountStack extends TerraformStack {
  /** The account's settings with their defaults. */
  readonly settings: ParsedAccountSettings;
  /** Account and region of the resources, with the ARNs of names. */
  readonly account: AwsScope;
  /** The bucket for Terraform's states; `undefined` for an account without `stateBucket`. */
  readonly stateBucket: StateBucket | undefined;

  constructor(scope: Construct, settings: ParsedAccountSettings, context: AccountStackContext) {
    super(scope, settings.name);
    this.settings = settings;
    addTerraformSettings(this, { ...settings, environmentTag: settings.name });
    this.account = new AwsScope(this, settings);
    this.stateBucket = this.createStateBucket();
    this.createApiGatewayLogs();
    this.createGithubRoles(context);
  }

  private createStateBucket(): StateBucket | undefined {
    const { stateBucket: bucketName } = this.settings;
    if (bucketName === undefined) return undefined;
    const bucket = new StateBucket(this, "state", { bucketName });
    this.addOutput("state_bucket", "The bucket for Terraform's states", bucketName);
    return bucket;
  }

  private createApiGatewayLogs(): void {
    const { account, settings } = this;
    if (!settings.apiGatewayLogs) return;
    new ApiGatewayLogs(this, "api-gateway-logs", { account, roleName: logsRoleName(settings) });
  }

  private createGithubRoles({ environments, models }: AccountStackContext): void {
    const { account, settings } = this;
    if (settings.github === undefined) return;
    const roles = new GithubRoles(this, "github", {
      account,
      planRoleName: planRoleName(settings),
      settings: settings.github,
      environments: deployableEnvironments(settings, environments),
      routes: models,
    });
    this.addOutput("plan_role_arn", "The role with which workflows plan", roles.planRoleArn);
    for (const [environment, arn] of Object.entries(roles.deployRoleArns)) {
      this.addOutput(
        `${environment.replaceAll("-", "_")}_deploy_role_arn`,
        `The role with which workflows deploy the environment ${environment}`,
        arn,
      );
    }
  }

  private addOutput(name: string, description: string, value: string): void {
    new TerraformOutput(this, name, { description, value }).overrideLogicalId(name);
  }
}
