import { buildArn } from "../../aws/arn";
import { GATEWAY_TIMEOUT_IN_SECONDS } from "../../aws/time-budget";
import { type EndpointTarget, targetHeaders } from "../../environment/settings/endpoint/targets";
import { omitUndefined } from "../../lib/omit-undefined";
import { UserError } from "../../lib/user-error";
import type { BytesDialect, Contract } from "../../runtime/contract";
import { CORS_EXPOSE_HEADERS } from "../../runtime/cors";
import { ALLOW_ORIGIN, type AllowedOrigins, fixedOriginHeaders, originTemplate } from "./cors";
import { BAD_GATEWAY, THROTTLED_OR_REFUSED, UNAVAILABLE } from "./sagemaker-templates";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The properties of a contract that an integration with SageMaker reads. */
export type PassedContract = Pick<Contract<unknown, unknown>, "model" | "passThrough"> & {
  readonly bytes?: Pick<BytesDialect<unknown>, "takes">;
};

/** The endpoint of a route without a function, and the role that invokes the endpoint. */
export interface SagemakerTarget {
  /** Name of the endpoint. */
  readonly endpointName: string;
  /** The part of the endpoint that answers. @default - SageMaker decides */
  readonly target?: EndpointTarget;
  /** ARN of the role with which API Gateway invokes the endpoint. */
  readonly roleArn: string;
}

/** The input of {@link sagemakerOperation}. */
export interface SagemakerIntegrationProps extends SagemakerTarget {
  readonly contract: PassedContract;
  readonly region: string;
  readonly partition: string;
  /** The origins whose pages may read answers. */
  readonly corsAllowOrigin: AllowedOrigins;
  /** The successful response in the document, e.g. its example. */
  readonly answer: Readonly<Record<string, Json>>;
  /** Seconds that API Gateway waits for SageMaker. @default 29 */
  readonly timeoutInSeconds?: number | undefined;
}

const JSON_TYPE = "application/json";

/** Names of response headers. */
const CONTENT_TYPE = "Content-Type";
const RETRY_AFTER = "Retry-After";

/**
 * The parts of an operation that an integration of API Gateway with SageMaker needs: the caller's Content-Type as a
 * parameter (if the endpoint receives the header), each answer with its headers, and the integration itself. API Gateway
 * refuses a mapping of a header that the operation does not declare
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html).
 *
 * @throws Error if the contract has no `passThrough`; the rules of environments refuse this case before
 */
export function sagemakerOperation(props: SagemakerIntegrationProps): Readonly<Record<string, Json>> {
  const { contract, corsAllowOrigin, answer } = props;
  const answers = answersOf(corsAllowOrigin, contract);
  return omitUndefined({
    parameters: forwardsContentType(contract)
      ? [{ name: CONTENT_TYPE, in: "header", required: false, schema: { type: "string" } }]
      : undefined,
    requestBody: contract.bytes && bytesBody(contract.bytes.takes),
    responses: Object.fromEntries(
      answers.map(({ status, description, headers }) => [
        status,
        {
          ...(description === undefined ? answer : { description }),
          headers: Object.fromEntries(
            [...new Set([ALLOW_ORIGIN, ...Object.keys(headers)])].map((name) => [
              name,
              { schema: { type: "string" } },
            ]),
          ),
        },
      ]),
    ),
    "x-amazon-apigateway-integration": integration(props, answers),
  });
}

/** A request body of bytes only: no handler decodes the JSON form of bytes. */
function bytesBody(takes: readonly string[]): Json {
  return { required: true, content: Object.fromEntries(takes.map((type) => [type, {}])) };
}

function integration(
  {
    contract,
    endpointName,
    target = {},
    roleArn,
    region,
    partition,
    timeoutInSeconds = GATEWAY_TIMEOUT_IN_SECONDS,
  }: SagemakerIntegrationProps,
  answers: readonly Answer[],
): Json {
  const { passThrough } = contract;
  if (passThrough === undefined) {
    throw new Error(`${contract.model}: got no passThrough; allowed: a contract with passThrough`);
  }
  return {
    type: "aws",
    httpMethod: "POST",
    // `<subdomain>.<service>:path/<path>` (https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html), with the
    // path of InvokeEndpoint
    // (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). AWS's own constructs
    // write the same address, with one slash after `path`:
    // https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigateway.SagemakerIntegration.html,
    // https://docs.aws.amazon.com/solutions/latest/constructs/aws-apigateway-sagemakerendpoint.html
    uri: buildArn({
      partition,
      service: "apigateway",
      region,
      // The service that API Gateway calls replaces the account.
      accountId: "runtime.sagemaker",
      resource: `path/endpoints/${endpointName}/invocations`,
    }),
    credentials: roleArn,
    requestParameters: {
      "integration.request.header.Accept": literal(passThrough.accept),
      "integration.request.header.Content-Type": forwardsContentType(contract)
        ? "method.request.header.Content-Type"
        : literal(passThrough.contentType ?? JSON_TYPE),
      ...Object.fromEntries(
        Object.entries(targetHeaders(target)).map(([name, value]) => [
          `integration.request.header.${name}`,
          literal(value),
        ]),
      ),
    },
    ...bodyOf(contract),
    timeoutInMillis: timeoutInSeconds * 1000,
    responses: Object.fromEntries(
      answers.map(({ pattern, status, headers, template }) => [
        pattern,
        {
          statusCode: status,
          // Otherwise API Gateway decodes a text answer as base64 if the caller's Accept names a binary media type of the
          // API (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html).
          contentHandling: "CONVERT_TO_TEXT",
          responseParameters: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [`method.response.header.${name}`, value]),
          ),
          ...(template === undefined ? {} : { responseTemplates: { [JSON_TYPE]: template } }),
        },
      ]),
    ),
  };
}

/**
 * The endpoint receives the body unchanged. `$input.body` is the text of the request
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html), and API
 * Gateway answers 415 to a body of a type without a template. A template cannot contain bytes: bytes pass without a
 * template, and API Gateway then refuses no type. The API's binary media types determine which bodies arrive unchanged (see
 * binary-media-types.ts). The container refuses a type that it does not support
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html,
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html).
 */
function bodyOf({ bytes }: PassedContract): Readonly<Record<string, Json>> {
  return bytes === undefined
    ? { passthroughBehavior: "never", requestTemplates: { [JSON_TYPE]: "$input.body" } }
    : { passthroughBehavior: "when_no_templates" };
}

/** Whether the endpoint receives the caller's Content-Type, so that the container can refuse an unsupported type. */
function forwardsContentType({ passThrough, bytes }: PassedContract): boolean {
  return passThrough?.contentType === undefined && bytes !== undefined;
}

/** A response of a route. */
interface Answer {
  /** The status of SageMaker, as a pattern, or `default` (see {@link answersOf}). */
  readonly pattern: string;
  /** The status of the answer. An API has one integration response for each status. */
  readonly status: string;
  /** The description in the document. @default - the successful response */
  readonly description?: string;
  /** The headers of the answer: literals in quotes, or mappings. */
  readonly headers: Readonly<Record<string, string>>;
  /** The template of the body. @default - the endpoint's body, unchanged */
  readonly template?: string;
}

/**
 * The responses of a route by SageMaker's status, with the same statuses as a handler's. SageMaker answers 429 while a
 * serverless endpoint starts, 400 if SageMaker throttles the request, and 424 if the container failed
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). API Gateway compares the
 * pattern with the whole status of an AWS service
 * (https://docs.aws.amazon.com/apigateway/latest/api/API_IntegrationResponse.html).
 */
function answersOf(
  corsAllowOrigin: AllowedOrigins,
  { model, passThrough }: PassedContract,
): readonly Answer[] {
  const setsOrigin = originTemplate(corsAllowOrigin);
  if (setsOrigin !== undefined && !JSON_ANSWER.test(passThrough?.accept ?? "")) {
    throw new UserError(
      `stage.corsAllowOrigin: got several origins and the model ${model} via API Gateway, whose endpoint answers ${passThrough?.accept}; allowed: one origin, or a model with a function (via: "function"), because API Gateway's template can name the origin of a request only in an answer that is JSON`,
    );
  }
  const cors = {
    ...Object.fromEntries(
      Object.entries(fixedOriginHeaders(corsAllowOrigin)).map(([name, value]) => [name, literal(value)]),
    ),
    "Access-Control-Expose-Headers": literal(CORS_EXPOSE_HEADERS),
  };
  const description = "A problem: RFC 9457, application/problem+json";
  const problem = { ...cors, [CONTENT_TYPE]: literal("application/problem+json") };
  const answers: readonly Answer[] = [
    {
      pattern: "200",
      status: "200",
      headers: { ...cors, [CONTENT_TYPE]: `integration.response.header.${CONTENT_TYPE}` },
    },
    {
      pattern: "400",
      status: "429",
      description,
      headers: problem,
      template: THROTTLED_OR_REFUSED,
    },
    {
      pattern: "408|429|5\\d{2}",
      status: "503",
      description,
      headers: { ...problem, [RETRY_AFTER]: literal("10") },
      template: UNAVAILABLE,
    },
    {
      pattern: "default",
      status: "502",
      description,
      headers: problem,
      template: BAD_GATEWAY,
    },
  ];
  if (setsOrigin === undefined) return answers;
  return answers.map((answer) => ({
    ...answer,
    template: `${setsOrigin}${answer.template ?? WHOLE_ANSWER}`,
  }));
}

/** Media types of JSON, which {@link WHOLE_ANSWER} can read. */
const JSON_ANSWER = /^application\/(?:[\w.-]+\+)?json\b/i;

/**
 * The endpoint's answer, which is JSON. An answer with a template has no unchanged body: API Gateway writes the same JSON
 * again, e.g. 0.5 for 0.50. `$input.body` would keep the text, but AWS documents `$input.body` only for requests
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html).
 */
const WHOLE_ANSWER = "$input.json('$')";

function literal(value: string): string {
  return `'${value}'`;
}
