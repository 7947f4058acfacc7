/**
 * Mapping templates of problem documents, in Velocity
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html). The templates
 * contain no message of SageMaker or the container, because a message can quote the request.
 *
 * The local stage evaluates the same templates: `src/local/rest-api/mapping-template.ts` supports the directives and
 * variables that are used here, and refuses others.
 */

/** Members of a problem document; {@link problem} adds the request id. */
interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

/** Where to find the cause. Without a function, only the stage's access log contains the request. */
const NO_LOG = "The endpoint's metrics and its container's log, both in CloudWatch, contain the reason.";

/** The problem document of API Gateway for one request. */
function problem({ title, status, detail }: Problem): string {
  const members = JSON.stringify({ type: "about:blank", title, status, detail }).slice(0, -1);
  return `${members},"requestId":"$context.requestId"}`;
}

const REFUSED: Problem = {
  title: "Bad Gateway",
  status: 502,
  detail: `The model's endpoint refused or failed the request. ${NO_LOG}`,
};

const THROTTLED: Problem = {
  title: "Too Many Requests",
  status: 429,
  detail:
    "The model's endpoint takes no more requests at the moment. Try again after the seconds in Retry-After.",
};

/** The endpoint refused or failed the request. */
export const BAD_GATEWAY = problem(REFUSED);

/** The endpoint is starting or unavailable. */
export const UNAVAILABLE = problem({
  title: "Service Unavailable",
  status: 503,
  detail: "The model's endpoint is waking up or unavailable. Try again after the seconds in Retry-After.",
});

/**
 * SageMaker's 400 is ValidationError, or ThrottlingException with `{"message":null}`
 * (https://github.com/opensearch-project/ml-commons/issues/2429) or "Rate exceeded". The name of the error is in a header,
 * which a template cannot read. A template sets a status or a header once
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html).
 */
export const THROTTLED_OR_REFUSED = [
  `#set($message = "$!input.path('$.Message')$!input.path('$.message')")`,
  `#if($message.matches("(null)*|.*(Rate exceeded|[Tt]hrottl).*"))`,
  `#set($context.responseOverride.header.Retry-After = "1")`,
  problem(THROTTLED),
  "#else",
  "#set($context.responseOverride.status = 502)",
  problem(REFUSED),
  "#end",
].join("\n");
