import type { ApiGatewayStageAccessLogSettings } from "@cdktf/provider-aws/lib/api-gateway-stage";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { Construct } from "constructs";
import type { AwsScope } from "../terraform/aws-scope";

/** Props of {@link AccessLogs}. */
export interface AccessLogsProps {
  readonly account: AwsScope;
  /** Name of the API; it begins with the environment's name. */
  readonly apiName: string;
  /** Days that the log is kept. */
  readonly retentionInDays: number;
  /** Whether a line contains the id of a caller with a token, or the name of the key's customer. */
  readonly logCallers: boolean;
}

/**
 * The fields of a line, with their variables of REST APIs' access logs
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html). Every
 * value is a text, because API Gateway writes `-` for a value that a request does not have, e.g. the status of an
 * integration that was not reached.
 *
 * AWS does not document that API Gateway escapes values. The line therefore contains no variable whose value a caller can
 * choose freely: no requested path, no user agent, no host. Error messages can quote a request, so the line contains the
 * type of an error. A request id from a caller is a UUID
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html). `identity.apiKey` is the key itself:
 * the line contains the key's id.
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
 * The fields with the id of a caller. The authorizer's principal is a hash for a token of `jwt`, and the customer's name in the
 * environment for a key of `customers`. The subject of a user pool is a UUID (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html): callers
 * cannot choose these values.
 */
const CALLER_FIELDS = {
  callerId: "$context.authorizer.principalId",
  cognitoSubject: "$context.authorizer.claims.sub",
};

/**
 * The access log of a stage. API Gateway writes to the group with the account's role (`api-gateway-logs.ts`), so the
 * group has no resource policy, and the deployer needs no permission for log deliveries
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html). Only HTTP APIs need both
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html).
 */
export class AccessLogs extends Construct {
  /** The group, for dependencies. The settings contain its ARN, so that a plan shows the ARN. */
  readonly group: CloudwatchLogGroup;
  /** The stage's argument for its log. */
  readonly settings: ApiGatewayStageAccessLogSettings;

  constructor(
    scope: Construct,
    id: string,
    { account, apiName, retentionInDays, logCallers }: AccessLogsProps,
  ) {
    super(scope, id);
    const name = `/aws/apigateway/${apiName}/access`;
    this.group = new CloudwatchLogGroup(this, "log-group", {
      name,
      retentionInDays,
      // The stage changes before its group is destroyed. Otherwise API Gateway could create the group again, without retention.
      lifecycle: { createBeforeDestroy: true },
    });
    this.settings = {
      destinationArn: account.arn("logs", `log-group:${name}`),
      format: JSON.stringify({ ...FORMAT, ...(logCallers ? CALLER_FIELDS : {}) }),
    };
  }
}
