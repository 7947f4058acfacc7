import type { Environment } from "../../environment/environment";
import { functionNameOf, type ModelSettings } from "../../environment/model-settings";
import { allow, type Statement } from "../policy-document";
import type { EnvironmentArns } from "./environment-arns";

/** ARNs of the existing functions that answer routes of the environment, and of their roles. */
export interface ExistingFunctions {
  readonly functions: string[];
  readonly roles: string[];
  /**
   * Condition for policies of the roles: the boundary that the environment names, or with `permissionsBoundary: true` any
   * boundary. The policy `<prefix>-boundary` allows only what the environment's own roles need, and an existing function can
   * need other permissions.
   */
  readonly whereBound: Statement["Condition"];
}

/** The existing functions that answer routes, with their roles. */
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
    whereBound: whereBoundIn(arns.environment),
  };
}

function whereBoundIn({ permissionsBoundary = false }: Environment): Statement["Condition"] {
  if (permissionsBoundary === false) return undefined;
  return permissionsBoundary === true
    ? { Null: { "iam:PermissionsBoundary": "false" } }
    : { StringEquals: { "iam:PermissionsBoundary": permissionsBoundary } };
}

/** Permission to let API Gateway invoke functions, and no other principal. Only requests that add a permission name a principal. */
export function functionPermissionStatement(sid: string, functions: readonly string[]): Statement {
  return allow(sid, ["lambda:AddPermission", "lambda:RemovePermission"], functions, {
    StringEqualsIfExists: { "lambda:Principal": "apigateway.amazonaws.com" },
  });
}

/** Permissions for existing functions: read the function, put one policy on its role, and let API Gateway invoke it. */
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
    functionPermissionStatement("ManageExistingFunctionPermissions", functions),
    allow("DeleteExistingFunctionRolePolicies", ["iam:DeleteRolePolicy", "iam:GetRolePolicy"], roles),
    // IAM has no condition key for the name of an inline policy. Only the roles' boundaries limit its content.
    allow("PutExistingFunctionRolePolicies", ["iam:PutRolePolicy"], roles, whereBound),
  ];
}
