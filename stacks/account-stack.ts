import { AccountStack as EngineAccountStack } from "sagemaker-stages";

/**
 * The stack of an account: `main.ts` creates the stack for each account of `environments/accounts.ts`, and an administrator
 * deploys the stack. Add resources here that the account has once, or override arguments of the engine's resources.
 *
 * @example Add a resource, and override an argument of a resource
 * import { IamAccountAlias } from "@cdktf/provider-aws/lib/iam-account-alias";
 *
 * export class AccountStack extends EngineAccountStack {
 *   constructor(...args: ConstructorParameters<typeof EngineAccountStack>) {
 *     super(...args);
 *     new IamAccountAlias(this, "alias", { accountAlias: "shop" });
 *     this.stateBucket?.bucket.addOverride("object_lock_enabled", true);
 *   }
 * }
 */
export class AccountStack extends EngineAccountStack {}
