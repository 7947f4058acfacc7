import { functionNameOf, type ModelSettings } from "../../environment/model-settings";
import { allow, type Statement } from "../policy-document";
import type { EnvironmentArns } from "./environment-arns";

/** Functions of others that answer routes of the environment, and their roles: ARNs. */
export interface ExistingFunctions {
  readonly functions: string[];
  readonly roles: string[];
  /** What must hold where a role gets rights: with a boundary in the environment, it has one, too. */
  readonly whereBound: Statement["Condition"];
}

/** Functions of others that answer routes, with their roles. */
export function existingFunctions(arns: EnvironmentArns): ExistingFunctions {
  const models: readonly ModelSettings[] = Object.values(arns.environment.models);
  return {
    functions: models.flatMap(({ existingFunction }) =>
      existingFunction === undefined
        ? []
        : [arns.arn("lambda", `function:${functionNameOf(existingFunction)}`)],
    ),
    roles: models.flatMap(({ existingFunctionRole }) =>
      existingFunctionRole === undefined ? [] : [arns.globalArn("iam", `role/${existingFunctionRole}`)],
    ),
    whereBound:
      arns.environment.permissionsBoundary === true
        ? { Null: { "iam:PermissionsBoundary": "false" } }
        : undefined,
  };
}

/** Lets nobody but API Gateway in. What is added always says who; what is removed need not. */
export function letApiGatewayIn(sid: string, functions: readonly string[]): Statement {
  return allow(sid, ["lambda:AddPermission", "lambda:RemovePermission"], functions, {
    StringEqualsIfExists: { "lambda:Principal": "apigateway.amazonaws.com" },
  });
}

/** Of a function that is there already: it is read, its role gets one policy, and API Gateway is let in. */
export function existingFunctionStatements(arns: EnvironmentArns): Statement[] {
  const { functions, roles, whereBound } = existingFunctions(arns);
  if (functions.length === 0) return [];
  return [
    allow(
      "ReadExistingFunctions",
      [
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetPolicy",
        "lambda:ListVersionsByFunction",
      ],
      functions,
    ),
    letApiGatewayIn("LetApiGatewayIntoThem", functions),
    allow("TakeRightsOfTheirRoles", ["iam:DeleteRolePolicy", "iam:GetRolePolicy"], roles),
    // Which policy it is, IAM cannot say: what else they may get, only their boundaries limit.
    allow("GiveRightsToTheirRoles", ["iam:PutRolePolicy"], roles, whereBound),
  ];
}
