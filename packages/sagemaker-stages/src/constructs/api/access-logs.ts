import type { ApiGatewayStageAccessLogSettings } from "@cdktf/provider-aws/lib/api-gateway-stage";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { Construct } from "constructs";
import type { AwsScope } from "../terraform/aws-scope";

/** Props of {@link AccessLogs}. */
export interface AccessLogsProps {
  readonly account: AwsScope;
  /** Name of the API; it begins with the environment's name. */
  readonly apiName: string;
  /** Days that the lines are kept. */
  readonly retentionInDays: number;
}

/**
 * What one line says, by the name of the field: variables of REST APIs' access logs
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html). Every
 * value is a text, because API Gateway writes `-` for a value that a request does not have, e.g. the status of an
 * integration that was not reached.
 *
 * API Gateway's documentation does not say that it escapes values, so no variable is here whose value a caller can
 * choose freely: no path as the caller wrote it, no user agent, no host. Messages of errors may quote a request, so
 * an error is named by its type. A request id that a caller chose is a UUID
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html). `identity.apiKey` is the key
 * itself: the line has its id.
 */
const FORMAT = {
  requestId: "$context.requestId",
  extendedRequestId: "$context.extendedRequestId",
  requestTime: "$context.requestTime",
  ip: "$context.identity.sourceIp",
  userArn: "$context.identity.userArn",
  accountId: "$context.identity.accountId",
  apiKeyId: "$context.identity.apiKeyId",
  httpMethod: "$context.httpMethod",
  resourcePath: "$context.resourcePath",
  status: "$context.status",
  responseLength: "$context.responseLength",
  responseLatency: "$context.responseLatency",
  errorType: "$context.error.responseType",
  lambdaStatus: "$context.integration.integrationStatus",
  functionStatus: "$context.integration.status",
  functionLatency: "$context.integration.latency",
};

/**
 * The access log of a stage. API Gateway writes to the group with the account's role (`api-gateway-logs.ts`), so the
 * group has no resource policy, and the deployer needs no permission for log deliveries
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html). Both are needed for HTTP APIs alone
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html).
 */
export class AccessLogs extends Construct {
  /** The group, for dependencies: the settings name its ARN, so that a plan shows it. */
  readonly group: CloudwatchLogGroup;
  /** What the stage says of its log. */
  readonly settings: ApiGatewayStageAccessLogSettings;

  constructor(scope: Construct, id: string, { account, apiName, retentionInDays }: AccessLogsProps) {
    super(scope, id);
    const name = `/aws/apigateway/${apiName}/access`;
    this.group = new CloudwatchLogGroup(this, "log-group", {
      name,
      retentionInDays,
      // The stage is changed before its group is destroyed: API Gateway may create the group again, without retention.
      lifecycle: { createBeforeDestroy: true },
    });
    this.settings = {
      destinationArn: account.arn("logs", `log-group:${name}`),
      format: JSON.stringify(FORMAT),
    };
  }
}
