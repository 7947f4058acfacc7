import type { RoutedModel } from "../../../models";
import { type FaultCollector, raw } from "../../fault-collector";
import { isViaGateway, type ModelSettings } from "../../model-settings";
import { type EndpointTarget, targetOf } from "../../settings/endpoint/targets";

/** Settings of a function. A route via API Gateway has no function. */
const FUNCTION_FIELDS = [
  "function",
  "functionUrl",
  "existingFunction",
  "existingFunctionRole",
  "sagemakerEnvironmentVariableName",
] as const;

/** `type/subtype`, with parameters, without single quotes: the API's document contains the type between single quotes. */
const MEDIA_TYPE = /^[\w.+*-]+\/[\w.+*-]+(?: *; *[\w.-]+=[\w.-]+)*$/;

const MAPPING =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html";
const BINARY =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html";
const HEADERS =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html";

/**
 * Checks a model with `via: "gateway"`: the model has no setting of a function, and API Gateway can serve its contract.
 *
 * @param model - the model; `undefined` for an unknown model, which has another fault
 * @param collector - collects the faults of the model
 */
export function checkVia(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  collector: FaultCollector,
): void {
  if (!isViaGateway(settings)) return;
  const given = FUNCTION_FIELDS.filter((name) => Object.hasOwn(settings, name));
  collector.require(
    given.length === 0,
    "via",
    raw(`"gateway" together with ${given.join(", ")}`),
    `"lambda", or "gateway" without ${given.join(", ")}`,
    "API Gateway invokes the endpoint itself, and the route has no function",
  );
  checkTarget(targetOf(settings), collector);
  if (model !== undefined) checkContract(model, collector);
}

function checkTarget({ targetModel = "", targetModels }: EndpointTarget, collector: FaultCollector): void {
  collector.require(
    targetModels === undefined,
    "via",
    raw('"gateway" together with targetModels'),
    '"lambda", or "gateway" without targetModels',
    "the contract chooses from targetModels, but API Gateway runs no contract",
  );
  collector.require(
    !targetModel.includes("'"),
    "targetModel",
    targetModel,
    'a name without a single quote, or via: "lambda"',
    `the API's document holds the value as a literal in single quotes: ${HEADERS}`,
  );
}

function checkContract(model: RoutedModel, collector: FaultCollector): void {
  const { route, passThrough, answerTypes = [], callerHeaders = [], answerHeaders = [] } = model;
  const refuse = (holds: boolean, got: string, allowed: string, because: string): void =>
    collector.require(
      holds,
      "via",
      raw(`"gateway" with a contract ${got}`),
      `"lambda", or a contract ${allowed}`,
      because,
    );
  refuse(
    passThrough !== undefined,
    "without passThrough",
    "with passThrough, e.g. of the ready-made contract passThrough()",
    "API Gateway runs neither encode() nor decode(), and sends the body of the request to the endpoint unchanged",
  );
  for (const member of ["accept", "contentType"] as const) {
    const type = passThrough?.[member];
    refuse(
      type === undefined || MEDIA_TYPE.test(type),
      `whose passThrough.${member} is ${JSON.stringify(type)}`,
      "with a media type, e.g. application/json",
      `the API's document holds the value as a literal: ${HEADERS}`,
    );
  }
  refuse(
    route.method === "POST",
    `whose route is ${route.method} ${route.path}`,
    "whose route is a POST",
    `a GET has no body to send to the endpoint: ${MAPPING}`,
  );
  refuse(
    answerTypes.length === 0,
    `whose answerTypes are ${answerTypes.join(", ")}`,
    "without answerTypes",
    `API Gateway chooses between bytes and text only by the first media type of the caller's Accept header: ${BINARY}`,
  );
  refuse(
    callerHeaders.length === 0,
    `that reads the caller's headers ${callerHeaders.join(", ")}`,
    "without callerHeaders",
    `API Gateway forwards no header of the caller except Content-Type: ${HEADERS}`,
  );
  refuse(
    answerHeaders.length === 0,
    `that sets the headers ${answerHeaders.join(", ")} of the answer`,
    "without answerHeaders",
    `API Gateway runs no decode(), which would set the headers: ${HEADERS}`,
  );
}
