/** A statement of a function's resource policy, with the arguments of `aws_lambda_permission`. */
export interface InvokePermission {
  readonly statementId: string;
  readonly principal: string;
  readonly action: "lambda:InvokeFunction";
  readonly sourceArn: string;
}

/** A method and a path of a stage. */
export interface RouteOfStage {
  /** `arn:<partition>:execute-api:<region>:<account>:<api>` */
  readonly apiExecutionArn: string;
  readonly stageName: string;
  readonly method: string;
  /** Starts with a slash; `{id}` is a parameter. */
  readonly path: string;
}

/** The ARN of a route in policies. A parameter of the path, e.g. `{id}`, is an asterisk: requests contain a value. */
export function routeArn({ apiExecutionArn, stageName, method, path }: RouteOfStage): string {
  return `${apiExecutionArn}/${stageName}/${method}${path.replace(/\{[^}]+\}/g, "*")}`;
}

/**
 * Permission with which API Gateway invokes a function for one method and path of one stage, and for no other route.
 *
 * The *Test* button of API Gateway's console and `aws apigateway test-invoke-method` invoke the function for the stage
 * `test-invoke-stage`
 * (https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigateway.LambdaIntegrationOptions.html#allowtestinvoke).
 * The permission does not include that stage, so such a test fails. A permission for that stage would let callers reach
 * the function without the deployed stage, and API Gateway writes no log of such calls
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

/**
 * Permission with which API Gateway invokes a function for the authorizers of one API, and for no route. API Gateway assigns
 * the ids of authorizers when it imports the API's document, and can assign others after a change of the document: the
 * pattern includes every authorizer of this API, and only the document defines authorizers
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html).
 */
export function authorizerPermission(apiExecutionArn: string): InvokePermission {
  return {
    statementId: "ApiGatewayAuthorizer",
    principal: "apigateway.amazonaws.com",
    action: "lambda:InvokeFunction",
    sourceArn: `${apiExecutionArn}/authorizers/*`,
  };
}
