import { AccountStack as EngineAccountStack } from "sagemaker-stages";

/**
 * The stack of an account: `main.ts` creates it for each account of `environments/accounts.ts`. An administrator deploys
 * it. Add resources that the account has once here, or override arguments of the stack's resources.
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
