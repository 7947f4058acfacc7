import * as z from "zod";
import { matchesArn } from "../../aws/arn-pattern";
import { matchesPattern } from "../../aws/wildcards";
import { type HttpRequest, type HttpResponse, headerOf } from "../http";
import { withContentType } from "../response-headers";
import type { GatewayRoleDefinition, InvocationStatement } from "../terraform/gateway-roles";
import { parseTemplate } from "./mapping-template";

/** A parsed template. A document with an unsupported template is refused. */
const template = z.string().transform((text, context) => {
  try {
    return parseTemplate(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});

/** Parsed templates by media type. */
export const templates = z.record(z.string(), template);

/** Mapped headers: a `'literal'`, or a header of the request or the answer. */
function parameters(target: string, source: RegExp) {
  const pattern = new RegExp(`^(?:'[^']*'|${source.source})$`);
  return z.record(
    z.string().startsWith(target),
    z
      .string()
      .regex(pattern, `the local stage maps only 'literal' values and ${source.source.replaceAll("\\", "")}`),
  );
}

/** The schema of an integration with SageMaker's InvokeEndpoint. Unknown properties are refused. */
export const sagemakerIntegration = z.strictObject({
  type: z.literal("aws"),
  httpMethod: z.literal("POST"),
  uri: z
    .string()
    .regex(
      /^arn:[\w-]+:apigateway:[\w-]+:runtime\.sagemaker:path\/endpoints\/[\w-]+\/invocations$/,
      "the local stage integrates only SageMaker's InvokeEndpoint",
    ),
  credentials: z.string(),
  requestParameters: parameters("integration.request.header.", /method\.request\.header\.[\w-]+/),
  requestTemplates: z.optional(templates),
  passthroughBehavior: z.enum(["never", "when_no_templates", "when_no_match"]),
  timeoutInMillis: z.optional(z.number()),
  responses: z.record(
    z.string(),
    z.strictObject({
      statusCode: z.coerce.string(),
      contentHandling: z.literal("CONVERT_TO_TEXT"),
      responseParameters: parameters("method.response.header.", /integration\.response\.header\.[\w-]+/),
      responseTemplates: z.optional(templates),
    }),
  ),
});

/** An integration with SageMaker's InvokeEndpoint. */
export type SagemakerIntegration = z.infer<typeof sagemakerIntegration>;

/** One invocation of an endpoint. */
export interface EndpointInvocation {
  readonly endpointName: string;
  readonly region: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const URI = /^arn:[^:]+:apigateway:([^:]+):runtime\.sagemaker:path\/endpoints\/([^/]+)\/invocations$/;

/** The endpoint in the URI of an integration. */
export function endpointOf({ uri }: Pick<SagemakerIntegration, "uri">): {
  endpointName: string;
  region: string;
} {
  const [, region = "", endpointName = ""] = URI.exec(uri) ?? [];
  return { endpointName, region };
}

/** The literal headers that an integration sends with every request. */
export function literalHeaders({
  requestParameters,
}: Pick<SagemakerIntegration, "requestParameters">): Record<string, string> {
  return mapped(requestParameters, "integration.request.header.", () => undefined);
}

/**
 * Whether API Gateway may assume the integration's role: the role exists, and its trust policy permits API Gateway.
 */
export function canAssumeRole(
  { credentials }: Pick<SagemakerIntegration, "credentials">,
  roles: readonly GatewayRoleDefinition[],
): boolean {
  return roles.some(({ arn, isAssumable }) => arn === credentials && isAssumable);
}

/** The values by which SageMaker authorizes an invocation. */
export interface AuthorizedInvocation {
  /** The ARNs of the endpoint, and of the inference component if the invocation names one. */
  readonly arns: readonly string[];
  /** The target model, which is the value of the condition key `sagemaker:TargetModel`. @default - none */
  readonly targetModel: string | undefined;
}

/** The values by which SageMaker authorizes an invocation, from the integration's headers. */
export function authorizedInvocation(
  { endpointName, headers }: Pick<EndpointInvocation, "endpointName" | "headers">,
  arnOf: (resource: string) => string,
): AuthorizedInvocation {
  const component = headers["X-Amzn-SageMaker-Inference-Component"];
  return {
    arns: [
      arnOf(`endpoint/${endpointName}`),
      ...(component === undefined ? [] : [arnOf(`inference-component/${component}`)]),
    ],
    targetModel: headers["X-Amzn-SageMaker-Target-Model"],
  };
}

/**
 * SageMaker's error for a role without permission to invoke the endpoint or the inference component; `undefined` if the
 * role has the permission. The policies of the role are evaluated, but not the permissions boundary of the role. A
 * condition on another key than `sagemaker:TargetModel` is not evaluated: such an Allow has no effect, and such a Deny
 * applies.
 */
export function findDenial(
  { credentials }: Pick<SagemakerIntegration, "credentials">,
  roles: readonly GatewayRoleDefinition[],
  { arns, targetModel }: AuthorizedInvocation,
): HttpResponse | undefined {
  const statements = roles.find(({ arn }) => arn === credentials)?.statements ?? [];
  const applies = (effect: InvocationStatement["effect"], arn: string): boolean =>
    statements.some(
      (one) =>
        one.effect === effect &&
        one.resources.some((pattern) => pattern === "*" || matchesArn(pattern, arn)) &&
        holds(one, targetModel),
    );
  const denied = arns.find((arn) => applies("Deny", arn) || !applies("Allow", arn));
  if (denied === undefined) return undefined;
  const message = `User: ${credentials} is not authorized to perform: sagemaker:InvokeEndpoint on resource: ${denied}`;
  return {
    status: 403,
    headers: { "Content-Type": "application/json", "x-amzn-ErrorType": "AccessDeniedException" },
    body: JSON.stringify({ Message: message }),
  };
}

/** Whether the condition of a statement holds. Without the key in the request, the condition does not hold. */
function holds({ effect, condition }: InvocationStatement, targetModel: string | undefined): boolean {
  if (condition === undefined) return true;
  if (condition === "not evaluated") return effect === "Deny";
  if (targetModel === undefined) return false;
  const { operator, models } = condition;
  return operator === "StringEquals"
    ? models.includes(targetModel)
    : models.some((pattern) => matchesPattern(pattern, targetModel));
}

/**
 * The request that API Gateway sends to the endpoint.
 *
 * @param isBinary - whether the body has a binary media type of the API; other bodies are read as UTF-8
 * @returns `undefined` if the integration accepts no body of this type: 415
 */
export function toInvocation(
  integration: SagemakerIntegration,
  request: HttpRequest,
  requestId: string,
  isBinary: boolean,
): EndpointInvocation | undefined {
  const mediaType = mediaTypeOf(request);
  const { requestTemplates = {}, passthroughBehavior } = integration;
  const bytes = request.body ?? Buffer.alloc(0);
  const template = requestTemplates[mediaType];
  const headers = mapped(integration.requestParameters, "integration.request.header.", (name) =>
    headerOf(request, name.toLowerCase()),
  );
  if (template !== undefined) {
    const { headers: sent } = request;
    const { text } = template.evaluate({ requestId, body: bytes.toString("utf8"), headers: sent });
    return { ...endpointOf(integration), headers, body: Buffer.from(text) };
  }
  const hasTemplates = Object.keys(requestTemplates).length > 0;
  const passes =
    passthroughBehavior === "when_no_match" || (passthroughBehavior === "when_no_templates" && !hasTemplates);
  if (!passes) return undefined;
  const body = isBinary ? bytes : Buffer.from(bytes.toString("utf8"));
  return { ...endpointOf(integration), headers, body };
}

/** The media type of a request for API Gateway; the default is JSON. */
export function mediaTypeOf(request: Pick<HttpRequest, "headers">): string {
  return headerOf(request, "content-type")?.split(";")[0]?.trim().toLowerCase() || "application/json";
}

/**
 * The answer to the caller: base64 for a binary media type of the API, otherwise UTF-8
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html).
 *
 * @param isBinary - whether the answer has a binary media type of the API
 * @returns `undefined` if no integration response matches, or if a template cannot read the answer: 500
 */
export function toMethodResponse(
  { responses }: SagemakerIntegration,
  answer: HttpResponse,
  request: HttpRequest,
  requestId: string,
  isBinary: boolean,
): HttpResponse | undefined {
  const response = select(responses, answer.status);
  if (response === undefined) return undefined;
  const headers = mapped(response.responseParameters, "method.response.header.", (name) => {
    const found = Object.entries(answer.headers).find(([key]) => key.toLowerCase() === name.toLowerCase());
    return found === undefined ? undefined : [found[1]].flat().at(-1);
  });
  const bytes = Buffer.from(answer.body);
  const body = bytes.toString(isBinary ? "base64" : "utf8");
  const template = templateFor(response.responseTemplates ?? {}, request);
  if (template === undefined)
    return { status: Number(response.statusCode), headers: withContentType(headers), body };
  try {
    const result = template.evaluate({ requestId, body, headers: request.headers });
    return {
      status: result.status ?? Number(response.statusCode),
      headers: withContentType({ ...headers, ...result.headers }),
      body: result.text,
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The integration response whose pattern matches the whole status, or the default response. */
function select<Response>(
  responses: Readonly<Record<string, Response>>,
  status: number,
): Response | undefined {
  const { default: otherwise, ...byPattern } = responses;
  const [, found = otherwise] =
    Object.entries(byPattern).find(([pattern]) => new RegExp(`^(?:${pattern})$`).test(String(status))) ?? [];
  return found;
}

/** The template for the caller's Accept, or the template for JSON, or the first template. */
export function templateFor<Template>(
  byType: Readonly<Record<string, Template>>,
  request: HttpRequest,
): Template | undefined {
  const accepted = (headerOf(request, "accept") ?? "")
    .split(",")
    .map((type) => type.split(";")[0]?.trim() ?? "");
  const type = [...accepted, "application/json"].find((candidate) => Object.hasOwn(byType, candidate));
  return type === undefined ? Object.values(byType)[0] : byType[type];
}

/** The mapped headers: literals, and the values that `read` returns. */
function mapped(
  parametersOf: Readonly<Record<string, string>>,
  prefix: string,
  read: (name: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parametersOf).flatMap(([target, source]) => {
      const [, literal] = /^'(.*)'$/s.exec(source) ?? [];
      const value = literal ?? read(source.slice(source.lastIndexOf(".") + 1));
      return value === undefined ? [] : [[target.slice(prefix.length), value]];
    }),
  );
}
