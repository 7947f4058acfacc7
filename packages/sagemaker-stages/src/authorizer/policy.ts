import type { Caller } from "./credential";
import type { AuthorizerAnswer } from "./event";

/** `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>` of the ARN of a request. */
export function stageArnOf(methodArn: string): string {
  const [, stageArn] =
    /^(arn:[a-z-]+:execute-api:[a-z0-9-]+:\d{12}:[a-z0-9]+\/[\w-]+)\//.exec(methodArn) ?? [];
  if (stageArn === undefined) throw new Error("methodArn: got no ARN of a request to a stage");
  return stageArn;
}

/**
 * The policy of a caller: exactly the caller's routes. The policy does not depend on the requested route, because API Gateway
 * uses a cached policy for every route.
 */
export function policyOf({ id, routes }: Caller, methodArn: string): AuthorizerAnswer {
  const stageArn = stageArnOf(methodArn);
  const resources = routes.map((route) => `${stageArn}/${route.replace(" ", "")}`);
  return {
    principalId: id,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [
        {
          // IAM has no statement without resources.
          ...(resources.length > 0 ? ({ Effect: "Allow" } as const) : ({ Effect: "Deny" } as const)),
          Action: "execute-api:Invoke",
          Resource: resources.length > 0 ? resources : [`${stageArn}/*`],
        },
      ],
    },
  };
}
