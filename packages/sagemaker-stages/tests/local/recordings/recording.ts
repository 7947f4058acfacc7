/** A fact that a recording of AWS shows, or that AWS documents. */
export interface Recording {
  /** The name of the compared value. */
  readonly title: string;
  /** The source of the value. */
  readonly source: string;
  /** The reason why the local stage differs from the recording. If it is set, the test expects a difference. */
  readonly differs?: string;
}

/** Repositories whose tests ran against AWS, and pages of AWS. */
const LOCALSTACK = "https://github.com/localstack/localstack/blob/main/tests/aws/services";

export const SOURCES = {
  proxyEvent: `${LOCALSTACK}/apigateway/test_apigateway_lambda.snapshot.json, test_lambda_aws_proxy_integration`,
  dataMapping: `${LOCALSTACK}/apigateway/test_apigateway_lambda.snapshot.json, test_lambda_aws_proxy_integration_request_data_mapping`,
  answerFormat: `${LOCALSTACK}/apigateway/test_apigateway_lambda.py, test_lambda_aws_proxy_response_format`,
  remapping: `${LOCALSTACK}/apigateway/test_apigateway_integrations.snapshot.json, TestApiGatewayHeaderRemapping (regional)`,
  validator: `${LOCALSTACK}/apigateway/test_apigateway_common.snapshot.json, test_api_gateway_request_validator`,
  mock: `${LOCALSTACK}/apigateway/test_apigateway_integrations.py, mock integrations`,
  url: `${LOCALSTACK}/lambda_/test_lambda.snapshot.json, TestLambdaURL`,
  curl: "https://github.com/aws/aws-sam-cli/issues/1860 (a regional API, HTTP/2)",
  openApiEvent:
    "https://github.com/aws/aws-lambda-go/blob/main/events/testdata/apigw-restapi-openapi-request.json",
  go: "https://github.com/aws/aws-lambda-go/blob/main/events/testdata/lambda-urls-request.json",
  browser:
    "https://github.com/aws-powertools/powertools-lambda-python/blob/develop/tests/events/lambdaFunctionUrlEvent.json",
  cors: "https://dev.to/rimutaka/aws-lambda-function-url-with-cors-explained-by-example-14df",
  proxyDocumentation:
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html",
  urlDocumentation: "https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html",
  corsDocumentation: "https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors",
  notes: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html",
} as const;
