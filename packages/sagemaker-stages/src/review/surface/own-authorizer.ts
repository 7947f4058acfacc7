import { ArnFactory, buildArn } from "../../aws/arn";
import { partitionOf } from "../../aws/partition";
import type { Plan } from "../reading/plan";

/**
 * The URI with which API Gateway invokes the authorizer of the engine's stacks: the function `<prefix>-authorizer` of the
 * plan's account and region. The prefix is the provider's default tag `Environment`.
 *
 * @returns undefined if the account or the region is unknown
 */
export function ownAuthorizerUri({
  accountId,
  callerAccountId,
  region,
  environment,
}: Pick<Plan, "accountId" | "callerAccountId" | "region" | "environment">): string | undefined {
  const account = accountId ?? callerAccountId;
  if (account === undefined || region === undefined) return undefined;
  const functionArn = new ArnFactory(region, account).arn("lambda", `function:${environment}-authorizer`);
  return buildArn({
    partition: partitionOf(region),
    service: "apigateway",
    region,
    // The service that API Gateway calls replaces the account.
    accountId: "lambda",
    resource: `path/2015-03-31/functions/${functionArn}/invocations`,
  });
}
