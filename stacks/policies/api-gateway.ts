/** One statement of a function's resource policy, in the words of `aws_lambda_permission`. */
export interface InvokePermission {
  readonly statementId: string;
  readonly principal: string;
  readonly action: "lambda:InvokeFunction";
  readonly sourceArn: string;
}

/** One method of one path of one stage. */
export interface RouteOfStage {
  /** `arn:<partition>:execute-api:<region>:<account>:<api>` */
  readonly apiExecutionArn: string;
  readonly stageName: string;
  readonly method: string;
  /** Starts with a slash. */
  readonly path: string;
}

/** The ARN by which policies name a route. */
export function routeArn({ apiExecutionArn, stageName, method, path }: RouteOfStage): string {
  return `${apiExecutionArn}/${stageName}/${method}${path}`;
}

/** API Gateway may invoke the function for one method of one path of one stage: never for every route at once. */
export function routePermission(route: RouteOfStage, statementId: string): InvokePermission {
  return {
    statementId,
    principal: "apigateway.amazonaws.com",
    action: "lambda:InvokeFunction",
    sourceArn: routeArn(route),
  };
}
