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

/**
 * API Gateway may invoke the function for one method of one path of one stage: never for every route at once.
 *
 * The *Test* button of API Gateway's console and `aws apigateway test-invoke-method` invoke the function for the stage
 * `test-invoke-stage`
 * (https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigateway.LambdaIntegrationOptions.html#allowtestinvoke).
 * The permission does not include that stage, so such a test fails: a permission for it would be a second way to the
 * function beside the stage, of which API Gateway writes no log
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-monitor.html).
 */
export function routePermission(route: RouteOfStage, statementId: string): InvokePermission {
  return {
    statementId,
    principal: "apigateway.amazonaws.com",
    action: "lambda:InvokeFunction",
    sourceArn: routeArn(route),
  };
}
