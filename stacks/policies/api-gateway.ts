/** One statement of a function's resource policy, in the words of `aws_lambda_permission`. */
export interface InvokePermission {
  readonly statementId: string;
  readonly principal: string;
  readonly action: "lambda:InvokeFunction";
  readonly sourceArn: string;
}

/** API Gateway may invoke the function for one method of one path of one stage: never for every route at once. */
export function routePermission({
  apiExecutionArn,
  stageName,
  method,
  path,
}: {
  /** `arn:<partition>:execute-api:<region>:<account>:<api>` */
  readonly apiExecutionArn: string;
  readonly stageName: string;
  readonly method: string;
  /** Starts with a slash. */
  readonly path: string;
}): InvokePermission {
  return {
    statementId: "ApiGatewayRoute",
    principal: "apigateway.amazonaws.com",
    action: "lambda:InvokeFunction",
    sourceArn: `${apiExecutionArn}/${stageName}/${method}${path}`,
  };
}
